/** Every class of record that the projector cannot take, each otherwise as good as capture's own. */
import type { ErrorCode } from '#lib/contracts';
import type { OutgoingRecord } from '#lib/event-log';
import { canonicalize } from '#lib/ledger';
import type { Document } from './documents.ts';
import { recordOf } from './records.ts';

/** A planted constraint of the row's own ledger refuses this principal. */
export const FORBIDDEN_PRINCIPAL = 'forbidden';
/** Above the largest document (1 MiB), below the topic's largest record (2 MiB). */
const TOO_LARGE_CHARACTERS = 1_200_000;
const OTHER_KEY = Buffer.alloc(32, 7);

export interface PoisonClass {
  readonly name: string;
  /** As its dead letters say. */
  readonly code: ErrorCode;
  /** @param document with an id of its own */
  make(document: Document): OutgoingRecord;
}

export const POISON: readonly PoisonClass[] = [
  {
    name: 'bad UTF-8',
    code: 'record.malformed',
    make: (document) => recordOf(document, { content: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]) }),
  },
  { name: 'bad JSON', code: 'record.malformed', make: (document) => recordOf(document, { content: Buffer.from('{"kind":') }) },
  { name: 'no record at all', code: 'record.malformed', make: (document) => ({ ...recordOf(document), value: Buffer.from('hello') }) },
  {
    name: 'over 1 MiB',
    code: 'record.malformed',
    make: (document) => recordOf({ ...document, statement: 'x'.repeat(TOO_LARGE_CHARACTERS) }),
  },
  { name: 'wrong schema', code: 'record.schema', make: (document) => recordOf({ ...document, kind: 'rumour' as never }) },
  {
    // What ends in a TypeError in a handler that trusts what it reads: signed and canonical, and null where a list or an object belongs.
    name: 'TypeError: null members',
    code: 'record.schema',
    make: (document) => recordOf(document, { content: Buffer.from(canonicalize({ ...document, handling: null, items: [null] } as never)) }),
  },
  { name: 'forged MAC', code: 'record.forged', make: (document) => recordOf(document, { key: OTHER_KEY }) },
  { name: 'header mismatch', code: 'record.header-mismatch', make: (document) => recordOf(document, { headers: { ce_id: 'another' } }) },
  {
    name: 'NUL',
    code: 'record.malformed',
    make: (document) => recordOf({ ...document, items: [{ id: 'serial:maker:a\0b', role: 'subject' }] }),
  },
  { name: 'database constraint', code: 'record.data', make: (document) => recordOf(document, { principal: FORBIDDEN_PRINCIPAL }) },
];

/** The other TypeError, `value.toString()` of a Kafka record whose value is null, a tombstone: none that the port can append. */
export const TOMBSTONE_CODE: ErrorCode = 'record.malformed';
/** Of batches in a codec that is not known. */
export const CODEC_CODE: ErrorCode = 'record.codec';

/** Snappy (format_description.txt) as one literal per 64 KiB, in the framing of snappy-java that Kafka brokers read. */
export function snappyOf(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += LITERAL_MAX) {
    const literal = bytes.subarray(at, at + LITERAL_MAX);
    const tag = Buffer.from([61 << 2, (literal.length - 1) & 0xff, (literal.length - 1) >> 8]);
    pieces.push(tag, literal);
  }
  const block = Buffer.concat([varint(bytes.length), ...pieces]);
  const header = Buffer.alloc(8);
  header.writeInt32BE(1, 0); // version
  header.writeInt32BE(1, 4); // least version that can read it
  const length = Buffer.alloc(4);
  length.writeInt32BE(block.length, 0);
  return Buffer.concat([Buffer.from([0x82]), Buffer.from('SNAPPY\0'), header, length, block]);
}

const LITERAL_MAX = 65_536;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
