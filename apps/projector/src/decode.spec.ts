import fc from 'fast-check';
import type { SightingDocument } from '#lib/contracts';
import { submittedHeaders } from '#lib/contracts';
import type { LogRecord } from '#lib/event-log';
import { canonicalize, encodeRecord, type RecordHeader, recordMac, sha256Hex } from '#lib/ledger';
import { ANY_AGENCY } from '#lib/runtime';
import { contentIndex, decode, decodeBatch, decodeInTurns, type Decoded, type PublisherKeys } from './decode.ts';

const KEY = Buffer.alloc(32, 7);
const OTHER_KEY = Buffer.alloc(32, 8);
const KEYS: PublisherKeys = new Map([['local', [KEY]]]);
const CAPTURED = '2026-11-24T02:10:00.000000Z';
const document: SightingDocument = {
  id: 'a-1',
  kind: 'observation',
  handling: { tlp: 'AMBER', agencies: ['customs'] },
  occurred: { from: '2018-06-11', to: '2018-06-12', precision: 'day' },
  items: [
    { id: 'vin:WDDSYNTH9JA000001', role: 'subject' },
    { id: 'container:SYNU0000014', role: 'background' },
  ],
  source: { kind: 'photo' },
  relations: { contradicts: ['other/b-1', 'b-2'] },
};

interface Changes {
  readonly content?: Buffer;
  readonly header?: Partial<RecordHeader>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly value?: Buffer;
  readonly key?: Buffer;
}

/** A record as capture would append it, but for these changes; signed after them. */
function recordOf(changes: Changes = {}): LogRecord {
  const content = changes.content ?? Buffer.from(canonicalize(document as never), 'utf8');
  const header: RecordHeader = {
    agency: 'local',
    id: 'a-1',
    principal: 'operator',
    captured: CAPTURED,
    commitment: 'c'.repeat(64),
    content: sha256Hex(content),
    secret: '5'.repeat(64),
    ...changes.header,
  };
  const value = encodeRecord(header, content);
  const headers = {
    ...submittedHeaders({
      agency: header.agency,
      id: header.id,
      captured: header.captured,
      subject: 'vin:WDDSYNTH9JA000001',
      requestId: 'r-1',
    }),
    'custody-mac': recordMac(changes.key ?? KEY, header, value),
    ...changes.headers,
  };
  const raw = Object.entries(headers).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, Buffer.from(text).toString('latin1')] as const],
  );
  return { offset: 41, key: Buffer.from('vin:WDDSYNTH9JA000001'), value: changes.value ?? value, headers: Object.fromEntries(raw) };
}

const textOf = (value: unknown): Buffer => Buffer.from(canonicalize(value as never), 'utf8');
const reasonOf = (decoded: Decoded): string => ('dead' in decoded ? decoded.dead.code : 'taken');

describe('whose event a dead letter was', () => {
  const eventOf = (decoded: Decoded): unknown => ('dead' in decoded ? decoded.dead.event : 'taken');

  it('is kept where a publisher of its agency vouches for it, so that the submitter can be told', () => {
    const content = textOf({ ...document, kind: 'nothing' });
    const decoded = decode(recordOf({ content }), KEYS);
    expect([reasonOf(decoded), eventOf(decoded)]).toEqual([
      'record.schema',
      { agency: 'local', id: 'a-1', contentHash: sha256Hex(content) },
    ]);
    expect(eventOf(decode(recordOf({ headers: { ce_id: 'other' } }), KEYS))).toMatchObject({ agency: 'local', id: 'a-1' });
  });

  it('is not, where anybody may have written it: a rejection would be signed for what nobody submitted', () => {
    const forged = decode(recordOf({ key: OTHER_KEY }), KEYS);
    expect([reasonOf(forged), eventOf(forged)]).toEqual(['record.forged', undefined]);
    expect(eventOf(decode(recordOf({ value: Buffer.from('no record') }), KEYS))).toBeUndefined();
  });
});

describe('a record that capture made', () => {
  it('becomes the rows of an event: its envelope, bytes, items, groups, bounds and targets', () => {
    const record = recordOf();
    const decoded = decode(record, KEYS);
    if ('dead' in decoded) throw new Error(decoded.dead.detail);
    expect(decoded.event).toMatchObject({
      agency: 'local',
      id: 'a-1',
      principal: 'operator',
      offset: 41,
      raw: record.value,
      items: ['vin:WDDSYNTH9JA000001', 'container:SYNU0000014'],
      groups: ['agency:customs', 'agency:local'],
      starts: Date.UTC(2018, 5, 11) * 1000,
      ends: Date.UTC(2018, 5, 13) * 1000,
      targets: [
        { agency: 'other', id: 'b-1' },
        { agency: 'local', id: 'b-2' },
      ],
      capturedMicros: Date.UTC(2026, 10, 24, 2, 10) * 1000,
    });
    expect(decoded.event.content).toEqual(textOf(document));
  });

  it('is taken by any of the accepted keys, so that keys can rotate', () => {
    expect(reasonOf(decode(recordOf({ key: OTHER_KEY }), new Map([['local', [KEY, OTHER_KEY]]])))).toBe('taken');
    expect(reasonOf(decode(recordOf({ key: OTHER_KEY }), KEYS))).toBe('record.forged');
  });

  it('of any agency is taken by the key of capture, which knew who it was', () => {
    const keys = new Map([[ANY_AGENCY, [KEY]]]);
    for (const agency of ['local', 'customs']) expect(reasonOf(decode(recordOf({ header: { agency } }), keys))).toBe('taken');
    expect(reasonOf(decode(recordOf({ key: OTHER_KEY, header: { agency: 'customs' } }), keys))).toBe('record.forged');
  });

  it('is taken by a key of its own agency alone: a partner signs for itself and for nobody else', () => {
    const keys = new Map([...KEYS, ['customs', [OTHER_KEY]]]);
    expect(reasonOf(decode(recordOf({ key: OTHER_KEY, header: { agency: 'customs' } }), keys))).toBe('taken');
    expect(reasonOf(decode(recordOf({ key: OTHER_KEY }), keys))).toBe('record.forged');
    expect(reasonOf(decode(recordOf({ header: { agency: 'customs' } }), keys))).toBe('record.forged');
    expect(reasonOf(decode(recordOf({ header: { agency: 'elsewhere' } }), keys))).toBe('record.forged');
    // The control: the same records under keys that anyone may use.
    const loose = new Map(['local', 'customs', 'elsewhere'].map((agency) => [agency, [KEY, OTHER_KEY]]));
    expect(reasonOf(decode(recordOf({ key: OTHER_KEY }), loose))).toBe('taken');
    expect(reasonOf(decode(recordOf({ header: { agency: 'elsewhere' } }), loose))).toBe('taken');
  });

  it('has bounds that the database can order: undated last, an unknown start first', () => {
    const { occurred: _, ...undated } = document;
    expect(contentIndex(textOf(undated), 'local')).toMatchObject({ starts: null, ends: null });
    expect(contentIndex(textOf({ ...document, occurred: { to: '2018', precision: 'year' } }), 'local').starts).toBe(
      Number.MIN_SAFE_INTEGER,
    );
    expect(contentIndex(textOf({ ...document, occurred: { from: '2018', precision: 'year' } }), 'local').ends).toBeNull();
  });

  it('may be about an event of any name, also where it has none of its own', () => {
    const { id: _, ...nameless } = document;
    for (const target of ['unnamed', 'local/unnamed'])
      expect(reasonOf(decode(recordOf({ content: textOf({ ...nameless, kind: 'dispute', relations: { target } }) }), KEYS))).toBe('taken');
  });

  const bare = { id: 'a-1', handling: { tlp: 'AMBER' }, source: { kind: 'test' } };
  it.each<[string, object, string]>([
    ['evidence', { ...document, evidence: [{ sha256: 'e'.repeat(64) }] }, 'evidence'],
    [
      'a name beside an identifier',
      { ...document, items: [{ id: 'imo:9074729', role: 'subject', aliases: { name: 'A name' } }] },
      'aliases',
    ],
    ['a marking', { ...bare, kind: 'marking', relations: { target: 'e-2', handling: { tlp: 'AMBER' }, reason: 'r' } }, 'said'],
    [
      'an approval',
      { ...bare, kind: 'policy', extension: { policy: { act: 'marking.approve', marking: 'e-2', sha256: 'a'.repeat(64) } } },
      'policy',
    ],
    [
      'an import',
      {
        ...bare,
        kind: 'batch',
        evidence: [{ sha256: 'e'.repeat(64) }],
        extension: { batch: { batch: 'b', mapping: 'm/1', members: ['e-2'] } },
      },
      'batch',
    ],
  ])('is indexed by a rebuild from its content alone, equally: %s', (_, of, member) => {
    const content = textOf(of);
    const [subject] = 'items' in of ? (of.items as { id: string }[]) : [];
    const decoded = decode(recordOf({ content, headers: { ce_subject: subject?.id } }), KEYS);
    if ('dead' in decoded) throw new Error(decoded.dead.detail);
    const index = contentIndex(content, 'local');
    expect(index).toHaveProperty(member);
    expect(decoded.event).toMatchObject(index);
  });

  it('is read by no rebuild that the projector would not have taken', () => {
    expect(() => contentIndex(Buffer.from('{}'), 'local')).toThrow('record.schema');
  });
});

describe('a record that cannot be taken is a dead letter', () => {
  it.each<[string, LogRecord]>([
    ['record.malformed', recordOf({ value: Buffer.from('not a record') })],
    ['record.malformed', recordOf({ value: Buffer.alloc(0) })],
    ['record.malformed', recordOf({ content: Buffer.from('{"kind":') })],
    ['record.malformed', recordOf({ content: Buffer.from([0x22, 0xff, 0x22]) })],
    // A publisher with a good key and a bad program: what its records say must be readable for ever, or not get in.
    ['record.malformed', recordOf({ content: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), textOf(document)]) })],
    ['record.malformed', recordOf({ content: Buffer.from(JSON.stringify(document, null, 1)) })],
    ['record.malformed', recordOf({ content: Buffer.from(textOf(document).toString().replace('{', '{"kind":"observation",')) })],
    ['record.schema', recordOf({ content: textOf({ ...document, items: [{ id: 'imo:not-a-number', role: 'subject' }] }) })],
    // More rows of the index than capture lets through (`handling.too-many-readers`).
    [
      'record.schema',
      recordOf({
        content: textOf({
          ...document,
          handling: { tlp: 'RED', agencies: Array.from({ length: 256 }, (_, at) => `agency-${at}`) },
          items: Array.from({ length: 16 }, (_, at) => ({ id: `serial:demo:N${at}`, role: 'subject' })),
        }),
      }),
    ],
    ['record.forged', recordOf({ headers: { 'custody-mac': undefined } })],
    ['record.forged', recordOf({ headers: { 'custody-mac': '0'.repeat(64) } })],
    ['record.commitment', recordOf({ header: { content: '0'.repeat(64) } })],
    ['record.schema', recordOf({ content: textOf({ ...document, kind: 'rumour' }) })],
    ['record.schema', recordOf({ content: textOf([]) })],
    ['record.schema', recordOf({ content: textOf({ ...document, occurred: { from: '2018-02-30', precision: 'day' } }) })],
    ['record.header-mismatch', recordOf({ headers: { ce_id: 'a-2' } })],
    // In step with its headers, at odds with its document: no commitment covers both.
    ['record.header-mismatch', recordOf({ header: { id: 'a-2' } })],
    ['record.header-mismatch', recordOf({ headers: { ce_subject: 'vin:WDDSYNTH0JA000002' } })],
    ['record.header-mismatch', recordOf({ headers: { ce_type: undefined } })],
    ['record.codec', { ...recordOf(), fault: { code: 'record.codec', detail: 'lz4' } }],
  ])('%s', (code, record) => {
    const decoded = decode(record, KEYS);
    expect(reasonOf(decoded)).toBe(code);
    // Raw bytes stay: what cannot be read today may be read by a later version.
    expect(decoded).toMatchObject({ dead: { offset: 41, key: record.key, value: record.value, headers: record.headers } });
  });

  it('is taken again with nothing changed: the table above changes what it says it does', () => {
    expect(reasonOf(decode(recordOf(), KEYS))).toBe('taken');
  });

  it('and costs only itself, whatever stands beside it', () => {
    const bad = recordOf({ value: Buffer.from('not a record') });
    const { events, dead } = decodeBatch([recordOf(), bad, recordOf(), bad, recordOf()], KEYS);
    expect([events.length, dead.map(({ code }) => code)]).toEqual([3, ['record.malformed', 'record.malformed']]);
  });

  it('even where decoding itself fails for a reason that nobody thought of', () => {
    const bug: LogRecord = {
      ...recordOf(),
      get headers(): never {
        throw new TypeError('a bug');
      },
    };
    expect(() => decode(bug, KEYS)).toThrow(TypeError);
    const log: LogRecord[] = [recordOf(), Object.defineProperty({ ...recordOf() }, 'value', { value: null }) as LogRecord];
    const { events, dead } = decodeBatch(log, KEYS);
    expect([events.length, dead.map(({ code }) => code)]).toEqual([1, ['record.malformed']]);
  });

  it('in turns as in one go, in their order, while others get theirs: control, in one go nobody else does', async () => {
    const log = Array.from({ length: 350 }, (_, offset) => ({
      ...recordOf(offset % 90 === 5 ? { value: Buffer.from('bad') } : {}),
      offset,
    }));
    let turns = 0;
    let watching = true;
    const watch = (): void => {
      turns++;
      if (watching) setImmediate(watch);
    };
    setImmediate(watch);
    const inOneGo = decodeBatch(log, KEYS);
    expect(turns).toBe(0);
    expect(await decodeInTurns(log, KEYS)).toEqual(inOneGo);
    watching = false;
    expect(turns).toBeGreaterThanOrEqual(3);
    expect(inOneGo.dead.map(({ offset }) => offset)).toEqual([5, 95, 185, 275]);
  });

  it('never throws, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.dictionary(fc.string(), fc.uint8Array({ maxLength: 40 })), (value, headers) => {
        const record: LogRecord = {
          offset: 0,
          key: null,
          value: Buffer.from(value),
          headers: Object.fromEntries(Object.entries(headers).map(([name, bytes]) => [name, Buffer.from(bytes).toString('latin1')])),
        };
        expect(reasonOf(decode(record, KEYS))).not.toBe('taken');
      }),
    );
  });

  it('where one byte of a good one was changed, so that nothing altered is taken', () => {
    const good = recordOf();
    fc.assert(
      fc.property(fc.nat(good.value.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const value = Buffer.from(good.value);
        value[at] = (value[at] ?? 0) ^ change;
        expect(['record.malformed', 'record.forged']).toContain(reasonOf(decode({ ...good, value }, KEYS)));
      }),
    );
  });
});
