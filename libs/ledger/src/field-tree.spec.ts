import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import * as reference from '../vectors/reference.mjs';
import { vectorFiles } from '../vectors/make.mjs';
import {
  canonicalize,
  commit,
  encodeEntry,
  leafHash,
  mapKey,
  recordMac,
  encodeRecord,
  SLOTS,
  slotValues,
  toHex,
  type Envelope,
  type JsonValue,
  type RecordHeader,
  type SightingDocumentLike,
} from './index.ts';

interface FieldTreeVector {
  readonly about: string;
  readonly envelope: Envelope;
  readonly document: SightingDocumentLike;
  readonly secret: string;
  readonly slots: readonly string[];
  readonly elements: Readonly<Record<string, readonly string[]>>;
  readonly commitment: string;
  readonly entry: { readonly data: string; readonly leafHash: string };
}
interface RecordVector {
  readonly header: RecordHeader;
  readonly content: string;
  readonly value: string;
  readonly publisherKey: string;
  readonly mac: string;
}

const published = (name: string): string => readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8');
const vectors = <T>(name: string): T[] => (JSON.parse(published(name)) as { vectors: T[] }).vectors;
const hex = (text: string) => Buffer.from(text, 'hex');

const envelope: Envelope = { agency: 'local', id: 'e-1', principal: 'operator', captured: '2026-01-01T00:00:00.000000Z' };
const secret = Buffer.alloc(32, 7);
const document = { kind: 'observation', handling: { tlp: 'CLEAR' }, source: { kind: 'unspecified' } };

describe('published vectors of version 1', () => {
  test.each(Object.keys(vectorFiles()))('%s is what the reference makes, to the byte', (name) => {
    expect(published(name)).toBe(vectorFiles()[name]);
  });

  test.each(vectors<FieldTreeVector>('field-tree.json'))('the commitment of a document with $about', (vector) => {
    expect(commit(vector.envelope, vector.document, hex(vector.secret))).toBe(vector.commitment);
    expect(reference.merkleRoot(vector.slots.map(hex)).toString('hex')).toBe(vector.commitment);
    const entry = encodeEntry(vector.commitment);
    expect(entry.toString()).toBe(vector.entry.data);
    expect(toHex(leafHash(entry))).toBe(vector.entry.leafHash);
  });

  test('map keys', () => {
    for (const { salt, group, identifier, key } of vectors<{ salt: string; group: string; identifier: string; key: string }>(
      'map-key.json',
    )) {
      expect(toHex(mapKey(hex(salt), group, identifier))).toBe(key);
    }
  });

  test('record values and their MACs', () => {
    for (const { header, content, value, publisherKey, mac } of vectors<RecordVector>('record.json')) {
      expect(encodeRecord(header, Buffer.from(content)).toString()).toBe(value);
      expect(recordMac(hex(publisherKey), header, Buffer.from(value))).toBe(mac);
    }
  });
});

describe('the fast field tree', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 });
  const value = fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 3 }) as fc.Arbitrary<JsonValue>;
  /** Around the size from which a value is hashed in a buffer of its own. */
  const long = fc
    .tuple(fc.constantFrom('a', 'ä', '大', '😀'), fc.integer({ min: 1_000, max: 4_200 }))
    .map(([unit, count]) => unit.repeat(count));
  const list = fc.oneof(fc.array(value, { maxLength: 6 }), fc.array(text, { minLength: 7, maxLength: 40 }));
  const documents = fc.record(
    {
      kind: text,
      as: text,
      action: text,
      modality: text,
      subtype: text,
      handling: value,
      occurred: value,
      place: value,
      items: list,
      conveyance: value,
      parties: list,
      source: value,
      evidence: list,
      grade: text,
      statement: fc.oneof(text, long),
      relations: value,
      reported: value,
      extension: value,
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<SightingDocumentLike>;
  const envelopes = fc.record({ agency: text, id: text, principal: text, captured: text });
  const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 });

  test('gives the commitment of the slow one that anyone can read, for any document', () => {
    fc.assert(
      fc.property(envelopes, documents, secrets, (given, any, key) => {
        const commitment = reference.commitment(given, any, key);
        expect(commit(given, any, key)).toBe(commitment);
        expect(commit(given, { ...any, id: given.id }, key)).toBe(commitment);
      }),
      { numRuns: 300 },
    );
  });

  test('gives it for more elements than one byte counts', () => {
    const items = Array.from({ length: 300 }, (_, n) => n);
    expect(commit(envelope, { ...document, items }, secret)).toBe(reference.commitment(envelope, { ...document, items }, secret));
  });

  test('keeps nothing of one event for the next', () => {
    const first = commit(envelope, { ...document, items: ['a', 'b', 'c', 'd', 'e'] }, secret);
    commit({ ...envelope, id: 'e-2' }, { ...document, statement: 'x'.repeat(3_000), items: ['z'.repeat(1_000)] }, Buffer.alloc(32, 9));
    expect(commit(envelope, { ...document, items: ['a', 'b', 'c', 'd', 'e'] }, secret)).toBe(first);
  });

  test('does not change the document', () => {
    const given = Object.freeze({ ...document, items: Object.freeze([Object.freeze({ id: 'a' })]) }) as unknown as SightingDocumentLike;
    const before = canonicalize(given);
    commit(envelope, given, secret);
    expect(canonicalize(given)).toBe(before);
  });
});

describe('what a commitment covers', () => {
  const full = vectors<FieldTreeVector>('field-tree.json')[0] as FieldTreeVector;
  const of = (changed: SightingDocumentLike, given = full.envelope, key = hex(full.secret)) => commit(given, changed, key);

  test('every member, every part of the envelope, and the secret', () => {
    const { id: _, ...unnamed } = full.document;
    const commitments = [full.commitment];
    // The id of the document stands in the envelope.
    for (const name of Object.keys(full.document).filter((member) => member !== 'id')) {
      const { [name]: value, ...without } = full.document;
      commitments.push(of(without), of({ ...full.document, [name]: Array.isArray(value) ? [...(value as JsonValue[]), 'x'] : 'x' }));
    }
    for (const name of Object.keys(full.envelope)) commitments.push(of(unnamed, { ...full.envelope, [name]: 'x' }));
    commitments.push(of(full.document, full.envelope, Buffer.alloc(32)));
    expect(new Set(commitments).size).toBe(commitments.length);
  });

  test('an empty list, which is not an absent one', () => {
    const commitments = [document, { ...document, items: [] }, { ...document, parties: [] }, { ...document, items: [null] }].map((given) =>
      of(given),
    );
    expect(new Set(commitments).size).toBe(4);
  });

  test('the order of elements', () => {
    expect(of({ ...document, items: ['a', 'b'] })).not.toBe(of({ ...document, items: ['b', 'a'] }));
  });

  test('a member without a slot is refused; without that, nothing would cover it', () => {
    const smuggled = { ...document, more: 1 };
    expect(() => of(smuggled)).toThrow(RangeError);
    expect(reference.commitment(full.envelope, smuggled, hex(full.secret))).toBe(of(document));
    for (const name of ['envelope', 'reserved', '15']) expect(() => of({ ...document, [name]: 1 })).toThrow(RangeError);
    expect(of({ ...document, more: undefined } as unknown as SightingDocumentLike)).toBe(of(document));
  });

  test("an id other than the envelope's is refused; without that, nothing would cover it", () => {
    expect(() => of({ ...document, id: 'other' })).toThrow(RangeError);
    expect(reference.commitment(full.envelope, { ...document, id: 'other' }, hex(full.secret))).toBe(of(document));
  });

  test('an element slot that is no list is refused; without that, a text could stand for a list', () => {
    const list = { ...document, items: ['a', 'b'] };
    const leaves = reference.leaves(full.envelope, list, hex(full.secret)).elements['5'] as string[];
    const posing = { ...document, items: reference.merkleRoot(leaves.map(hex)).toString('hex') };
    const plainLeaf = reference.slotLeaf(hex(full.secret), 5, posing.items).toString('hex');
    expect(plainLeaf).toBe(reference.leaves(full.envelope, list, hex(full.secret)).slots[5]);
    expect(() => of(posing)).toThrow(RangeError);
  });

  test('a secret of another length, and more elements than there are salts, are bugs', () => {
    expect(() => of(document, full.envelope, Buffer.alloc(31))).toThrow(RangeError);
    expect(() => of({ ...document, items: new Array<JsonValue>(32_769).fill(0) })).toThrow(RangeError);
  });

  test('no two leaves of an event share a salt', () => {
    const salts = new Set<string>();
    let count = 0;
    for (let slot = 0; slot < SLOTS.length; slot++) {
      salts.add(reference.slotLeaf(secret, slot, 'same').toString('hex'));
      count++;
      for (const n of [0, 1, 255, 256, 32_767]) {
        salts.add(reference.elementLeaf(secret, slot, n, 'same').toString('hex'));
        count++;
      }
    }
    expect(salts.size).toBe(count);
  });
});

test('slots stand in published order', () => {
  expect(SLOTS).toEqual([
    'envelope',
    'kind',
    'handling',
    'occurred',
    'place',
    'items',
    'conveyance',
    'parties',
    'source',
    'evidence',
    'grade',
    'statement',
    'relations',
    'reported',
    'extension',
    'reserved',
  ]);
  const values = slotValues(envelope, { ...document, subtype: 's', id: 'e-1', grade: 'A1', statement: 'x' });
  expect(values).toEqual([
    { v: 1, ...envelope },
    { kind: 'observation', subtype: 's' },
    document.handling,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    document.source,
    undefined,
    'A1',
    'x',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
