import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Errors } from 'typebox/schema';
import { KINDS, type Kind, RELATING_KINDS } from '#lib/domain';
import { schemaOf } from './sighting-schema.ts';
import { FAULTS_MAX } from './fault.ts';
import { validateDocument } from './validate.ts';

const subject = { id: 'vin:WDDSYNTH9JA000001', role: 'subject' };
const container = { id: 'container:SYNU0000014', role: 'container' };
const base = { handling: { tlp: 'GREEN' }, source: { kind: 'ais' } };

/** The least that each kind accepts. */
const smallest: Record<Kind, Record<string, unknown>> = {
  observation: base,
  aggregation: { ...base, action: 'ADD', items: [subject, container] },
  transfer: base,
  transformation: base,
  registration: base,
  declaration: base,
  statement: { ...base, statement: 'Cars arrive.' },
  assessment: { ...base, subtype: 'hypothesis' },
  identification: { ...base, subtype: 'same', items: [subject, container] },
  correction: { ...base, relations: { target: 'lux-1' } },
  retraction: { ...base, relations: { target: 'lux-1' } },
  dispute: { ...base, relations: { target: 'other/lux-1' } },
  resolution: { ...base, relations: { resolves: ['lux-1'] } },
  marking: { ...base, relations: { target: 'lux-1', handling: { tlp: 'CLEAR' } } },
  policy: { ...base, extension: { policy: { act: 'agency.add', agency: 'acme' } } },
  evidence: { ...base, extension: { evidence: { act: 'collected', sha256: 'ab'.repeat(32), after: 'ab'.repeat(32), purpose: 'case 7' } } },
  batch: {
    ...base,
    evidence: [{ sha256: 'a'.repeat(64) }],
    extension: { batch: { batch: 'import-1', mapping: 'custody-case/1', members: ['lux-1'] } },
  },
  watch: { ...base, handling: { tlp: 'AMBER' }, extension: { watch: { act: 'added', condition: { schemes: ['vin'] } } } },
  alert: { ...base, handling: { tlp: 'AMBER' }, extension: { alert: { watch: 'w-1', index: 3, n: 0, state: 'raised' } } },
  case: { ...base, extension: { title: 'Two cars' } },
  'case-act': {
    ...{ handling: { tlp: 'AMBER+STRICT' }, source: { kind: 'case' }, statement: 'seen twice' },
    extension: { act: { act: 'noted', of: 'case-1' } },
  },
};
const documentOf = (kind: Kind, changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...smallest[kind],
  kind,
  ...changes,
});
const codesOf = (value: unknown): string[] => validateDocument(value).map(({ code, pointer }) => `${code} ${pointer}`);

describe('a sighting document', () => {
  it.each(KINDS)('of kind %s is accepted with the least that it needs, and with nothing less', (kind) => {
    const document = documentOf(kind);
    expect(codesOf(document)).toEqual([]);
    for (const member of Object.keys(document)) {
      const { [member]: _, ...less } = document;
      expect(validateDocument(less)).not.toEqual([]);
    }
  });

  it('of kind batch cites the file that was imported, unless it is a signed list', () => {
    const { evidence, ...bare } = documentOf('batch');
    const signature = { vkey: `acme/import+01234567+${'A'.repeat(44)}`, value: 'A'.repeat(88) };
    const list = { batch: 'signed-1', mapping: 'custody-case/1', members: ['lux-1'], hashes: ['b'.repeat(64)], signature };
    expect(codesOf(bare)).toEqual(['schema.required /evidence']);
    expect(codesOf({ ...bare, extension: { batch: list } })).toEqual([]);
    expect(codesOf({ ...bare, evidence, extension: { batch: list } })).toEqual([]);
  });

  it('needs the members that its kind names', () => {
    const codes = (kind: Kind, changes: Record<string, unknown>) => codesOf(documentOf(kind, changes));
    expect(codes('aggregation', { items: [subject] })).toEqual(['schema.roles /items']);
    expect(codes('aggregation', { items: [container] })).toEqual(['schema.roles /items']);
    expect(codes('aggregation', { items: [subject, container, { ...container, id: 'imo:0000048', role: 'conveyance' }] })).toEqual([
      'schema.roles /items',
    ]);
    expect(codes('aggregation', { action: 'DELETE', items: [subject] })).toEqual([]);
    expect(codes('marking', { relations: { target: 'lux-1' } })).toEqual(['schema.required /relations/handling']);
    expect(codes('resolution', { relations: { resolves: [] } })).toEqual(['schema.size /relations/resolves']);
    expect(codes('identification', { items: [subject] })).toEqual(['schema.size /items']);
    expect(codes('identification', { subtype: 'perhaps' })).toEqual(['schema.value /subtype']);
    expect(codes('observation', { handling: {} })).toEqual(['schema.required /handling/tlp']);
    expect(codes('observation', { source: { title: 'x' } })).toEqual(['schema.required /source/kind']);
  });

  it('has `as` only as a correction and never of a kind that speaks about others', () => {
    for (const kind of KINDS)
      expect(codesOf(documentOf(kind, { as: 'observation' }))).toEqual(kind === 'correction' ? [] : ['schema.unknown-member /as']);
    for (const as of RELATING_KINDS) expect(codesOf(documentOf('correction', { as }))).toEqual(['schema.value /as']);
  });

  it('has `action` only as an aggregation, or as a correction into one', () => {
    for (const kind of KINDS) {
      const codes = codesOf(documentOf(kind, { action: 'ADD' }));
      expect(codes).toEqual(kind === 'aggregation' ? [] : ['schema.unknown-member /action']);
    }
    const correction = (changes: Record<string, unknown>) =>
      codesOf(documentOf('correction', { as: 'aggregation', items: [subject, container], ...changes }));
    expect(correction({ action: 'ADD' })).toEqual([]);
    expect(correction({})).toEqual(['schema.required /action']);
    expect(correction({ action: 'ADD', items: [subject] })).toEqual(['schema.roles /items']);
  });

  it('speaks about others only as a kind that does', () => {
    expect(codesOf(documentOf('observation', { relations: { target: 'lux-1' } }))).toEqual(['schema.unknown-member /relations/target']);
    expect(codesOf(documentOf('observation', { relations: { contradicts: ['lux-1'], links: ['other/lux-2'] } }))).toEqual([]);
  });

  it('refuses an unknown member wherever it stands, but for extension', () => {
    const full = documentOf('observation', {
      occurred: { from: '2018', precision: 'year' },
      place: { name: 'Dalian' },
      items: [{ ...subject, aliases: { name: 'DN5505' } }],
      conveyance: { voyage: '1', loading: { name: 'x' } },
      parties: [{ role: 'operator' }],
      evidence: [{ sha256: '0'.repeat(64) }],
      relations: {},
      reported: { at: '2019-02-04T10:12:00Z' },
    });
    expect(codesOf(full)).toEqual([]);
    const places = [
      '',
      '/handling',
      '/occurred',
      '/place',
      '/items/0',
      '/items/0/aliases',
      '/conveyance',
      '/conveyance/loading',
      '/parties/0',
      '/source',
      '/evidence/0',
      '/relations',
      '/reported',
    ];
    for (const place of places) {
      for (const name of ['colour', '__proto__', 'constructor', 'a/b~c']) {
        const copy: unknown = structuredClone(full);
        const holder = place
          .split('/')
          .slice(1)
          .reduce<object>((at, token) => (at as Record<string, object>)[token] as object, copy as object);
        Object.defineProperty(holder, name, { value: 1, enumerable: true });
        expect(codesOf(copy)).toEqual([`schema.unknown-member ${place}/${name.replace('~', '~0').replace('/', '~1')}`]);
      }
    }
    expect(codesOf({ ...full, extension: { anything: { at: ['all'] }, x: 1 } })).toEqual([]);
  });

  it.each([[null], [[]], ['text'], [7], [true], [undefined]])('is an object, not %p', (value) => {
    expect(codesOf(value)).toEqual(['schema.type ']);
  });

  it('has a known kind', () => {
    expect(codesOf({ ...base })).toEqual(['schema.required /kind']);
    expect(codesOf({ ...base, kind: 'sighting' })).toEqual(['schema.value /kind']);
    expect(codesOf(JSON.parse('{"__proto__":{"kind":"observation"}}'))).toEqual(['schema.required /kind']);
  });

  it('is bounded in every text, list and number', () => {
    const codes = (changes: Record<string, unknown>) => codesOf(documentOf('observation', changes));
    expect(codes({ statement: 'x'.repeat(65_536) })).toEqual([]);
    expect(codes({ statement: 'x'.repeat(65_537) })).toEqual(['schema.size /statement']);
    expect(codes({ statement: '' })).toEqual(['schema.size /statement']);
    expect(codes({ statement: { text: 'x'.repeat(65_537), lang: 'de' } })).toEqual(['schema.size /statement/text']);
    expect(codes({ statement: { text: 5, lang: 'de' } })).toEqual(['schema.type /statement/text']);
    expect(codes({ statement: { text: 'x' } })).toEqual(['schema.required /statement/lang']);
    expect(codes({ items: Array.from({ length: 257 }, () => subject) })).toEqual(['schema.size /items']);
    expect(codes({ place: { lat: 91, lon: 0 } })).toEqual(['schema.range /place/lat']);
    expect(codes({ place: {} })).toEqual(['schema.size /place']);
    expect(codes({ grade: 'B7' })).toEqual(['schema.pattern /grade']);
    expect(codes({ id: 'no/slash' })).toEqual(['schema.pattern /id']);
    expect(codes({ statement: 5 })).toEqual(['schema.type /statement', 'schema.type /statement']);
  });

  it('is answered with at most 20 faults, however many it has', () => {
    const hostile = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`m${n}`, n]));
    expect(validateDocument(documentOf('observation', hostile))).toHaveLength(FAULTS_MAX);
  });

  it('of any JSON at all is judged without throwing', () => {
    const json = fc.oneof(
      fc.jsonValue(),
      fc.record({
        kind: fc.constantFrom(...KINDS),
        items: fc.jsonValue(),
        relations: fc.jsonValue(),
        as: fc.jsonValue(),
        action: fc.jsonValue(),
      }),
    );
    fc.assert(
      fc.property(json, (value) => Array.isArray(validateDocument(value))),
      { numRuns: 300 },
    );
  });

  it('is judged as the published schema judges it, whatever is done to it', () => {
    const valid = {
      occurred: { from: '2018', precision: 'year' },
      place: { name: 'Dalian' },
      items: [subject, container],
      relations: { links: ['a'] },
      action: 'ADD',
      as: 'observation',
      colour: 1,
    };
    const change = fc
      .constantFrom(...Object.entries(valid))
      .chain(([name, value]) =>
        fc.tuple(fc.constant(name), fc.oneof({ weight: 3, arbitrary: fc.constant<unknown>(value) }, fc.jsonValue())),
      );
    const members = fc.array(change, { maxLength: 3 }).map((changes) => Object.fromEntries(changes) as Record<string, unknown>);
    let accepted = 0;
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), members, (kind, changes) => {
        const value: unknown = JSON.parse(JSON.stringify({ ...smallest[kind], ...changes, kind }));
        const [fits] = Errors(schemaOf(kind), value);
        if (fits) accepted++;
        return fits === (validateDocument(value).length === 0);
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(10);
  });

  it('is judged by the schema that is published: plain JSON, complete in itself', () => {
    for (const kind of KINDS) {
      const published = JSON.parse(JSON.stringify(schemaOf(kind))) as Record<string, unknown>;
      expect(published['$id']).toBe(`/schemas/sighting/1/${kind}`);
      expect(published['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
      expect(published['additionalProperties']).toBe(false);
      expect(JSON.stringify(published)).not.toContain('"$ref"');
    }
  });
});

describe('the demo as documents', () => {
  it('is not what a case line is: a line of the case file is refused as it stands', () => {
    const [line = ''] = readFileSync(new URL('../../../demo/lux-and-loaded.jsonl', import.meta.url), 'utf8').split('\n');
    expect(codesOf(JSON.parse(line))).toContain('schema.unknown-member /recordedAt');
  });
});
