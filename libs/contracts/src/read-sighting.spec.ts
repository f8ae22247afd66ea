import { INDEX_ROWS_MAX, KINDS } from '#lib/domain';
import { exampleDocument } from './examples.ts';
import { readSighting } from './read-sighting.ts';
import { indexSighting } from './sighting-index.ts';
import type { SightingDocument } from './sighting-schema.ts';
import { validateDocument } from './validate.ts';

const envelope = { agency: 'local', id: 'e-1', principal: 'operator' };
const observation: SightingDocument = { kind: 'observation', handling: { tlp: 'GREEN' }, source: { kind: 'ais' } };
const faultsOf = (changes: Partial<SightingDocument>): string[] => {
  const document = { ...observation, ...changes };
  expect(validateDocument(document)).toEqual([]);
  const read = readSighting(document, envelope);
  return read.ok ? [] : read.faults.map(({ code, pointer }) => `${code} ${pointer}`);
};
const indexOf = (changes: Partial<SightingDocument>) => {
  const read = readSighting({ ...observation, ...changes }, envelope);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return indexSighting(read.sighting);
};

describe('reading a sighting', () => {
  it('gives the domain what the document says', () => {
    const read = readSighting(exampleDocument, envelope);
    if (!read.ok) throw new Error(JSON.stringify(read.faults));
    expect(read.sighting).toMatchObject({
      agency: 'local',
      id: 'e-1',
      principal: 'operator',
      kind: 'aggregation',
      action: 'ADD',
      modality: 'actual',
      handling: { tlp: 'GREEN' },
      occurred: {
        starts: Date.UTC(2018, 5, 11, 13, 20) * 1000,
        ends: Date.UTC(2018, 5, 11, 13, 21) * 1000,
        precision: 'minute',
        extent: 'within',
      },
      place: { unlocode: 'NLRTM' },
      items: exampleDocument.items,
      parties: [],
      grade: 'C3',
      statement: exampleDocument.statement,
      reported: { at: Date.UTC(2019, 2, 22, 9, 10) * 1000, by: 'trade-analyst' },
      relations: { contradicts: [], links: [], basis: [], resolves: [], upholds: [] },
    });
    expect(read.sighting).not.toHaveProperty('subtype');
  });

  it('takes the text of a statement, in whatever language', () => {
    const read = readSighting({ ...observation, statement: { text: 'Auto gesehen', lang: 'de' } }, envelope);
    expect(read).toMatchObject({ ok: true, sighting: { statement: 'Auto gesehen' } });
  });

  it('refuses an identifier that is not in its normal form, and says the normal form', () => {
    const read = readSighting({ ...observation, items: [{ id: 'container:SYNU 000001-4', role: 'subject' }] }, envelope);
    expect(read).toMatchObject({
      ok: false,
      faults: [{ code: 'identifier.not-normalised', pointer: '/items/0/id', expected: 'container:SYNU0000014' }],
    });
  });

  it('keeps a failing check digit: it is evidence of what was written', () => {
    expect(faultsOf({ items: [{ id: 'container:SYNU0000041', role: 'subject' }] })).toEqual([]);
  });

  it('names the member at fault, of every kind of fault, all at once', () => {
    expect(
      faultsOf({
        items: [{ id: 'nothing:1', role: 'subject' }],
        occurred: { from: '2018-02-30', precision: 'day' },
        reported: { at: '2019-02-04' },
        place: { lat: 1 },
        conveyance: { loading: { unlocode: 'NLRTM', country: 'DE' } },
        handling: { tlp: 'GREEN', agencies: ['x'] },
        relations: { links: ['ok', 'Bad/id'] },
      }).sort(),
    ).toEqual([
      'handling.agencies /handling/agencies',
      'identifier.scheme-unknown /items/0/id',
      'place.coordinates /place/lon',
      'place.country-mismatch /conveyance/loading/country',
      'ref.malformed /relations/links/1',
      'time.invalid /occurred/from',
      'time.invalid /reported/at',
    ]);
  });

  it.each<[string, Partial<SightingDocument>]>([
    ['time.reversed /occurred/to', { occurred: { from: '2018-02', to: '2018-01', precision: 'month' } }],
    ['time.unbounded /occurred', { occurred: { precision: 'day' } }],
    ['time.no-offset /occurred/from', { occurred: { from: '2018-02-01T10:00', precision: 'minute' } }],
    ['time.leap-second /occurred/from', { occurred: { from: '2016-12-31T23:59:60Z', precision: 'second' } }],
    ['time.too-fine /occurred/from', { occurred: { from: '2016-12-31T23:59:59.1234567Z', precision: 'microsecond' } }],
    ['time.out-of-range /occurred/from', { occurred: { from: '1066', precision: 'year' } }],
    ['time.coarser-than-precision /occurred/from', { occurred: { from: '2018', precision: 'day' } }],
    ['time.finer-than-precision /occurred/from', { occurred: { from: '2018-02-03', precision: 'month' } }],
    ['place.country /place/country', { place: { country: 'XX' } }],
    ['place.unlocode /place/unlocode', { place: { unlocode: 'QQABC' } }],
    ['place.radius /place/radiusMetres', { place: { name: 'sea', radiusMetres: 5 } }],
    ['handling.community /handling/community', { handling: { tlp: 'RED', community: 'x' } }],
    ['handling.principals /handling/principals', { handling: { tlp: 'AMBER', principals: ['x'] } }],
  ])('refuses %s', (fault, changes) => {
    expect(faultsOf(changes)).toEqual([fault]);
  });

  it('refuses what is about itself', () => {
    expect(faultsOf({ kind: 'retraction', relations: { target: 'e-1' } })).toEqual(['ref.self /relations/target']);
    expect(faultsOf({ kind: 'retraction', relations: { target: 'local/e-1' } })).toEqual(['ref.self /relations/target']);
    expect(faultsOf({ kind: 'retraction', relations: { target: 'other/e-1' } })).toEqual([]);
  });
});

describe('items times reader groups', () => {
  const items = (count: number): NonNullable<SightingDocument['items']> =>
    Array.from({ length: count }, (_, at) => ({ id: `serial:demo:N${at}`, role: 'subject' as const }));
  /** So many reader groups, the submitter's among them. */
  const readers = (count: number): SightingDocument['handling'] => ({
    tlp: 'AMBER',
    agencies: Array.from({ length: count - 1 }, (_, at) => `agency-${at}`),
  });
  const REFUSED = ['handling.too-many-readers /handling'];

  it('are bounded: a small document cannot fill the ledger with rows', () => {
    expect(faultsOf({ items: items(256), handling: readers(16) })).toEqual([]);
    expect(faultsOf({ items: items(15), handling: readers(257) })).toEqual([]);
    expect(faultsOf({ items: items(256), handling: readers(17) })).toEqual(REFUSED);
    expect(faultsOf({ items: items(16), handling: readers(257) })).toEqual(REFUSED);
    // The control: what is bounded is what the index has.
    const { items: found, groups } = indexOf({ items: items(256), handling: readers(16) });
    expect(found.length * groups.length).toBe(INDEX_ROWS_MAX);
  });

  it('count what a marking opens its target to, aliases and what is spoken about', () => {
    const marking = { kind: 'marking' as const, relations: { target: 'e-2', handling: readers(16) }, handling: { tlp: 'GREEN' as const } };
    expect(faultsOf({ ...marking, items: items(240) })).toEqual([]);
    expect(faultsOf({ ...marking, items: items(241) })).toEqual(REFUSED);
    const aliased = items(100).map((item) => ({ ...item, aliases: { name: 'MV Meridian', mmsi: '244990001' } }));
    expect(faultsOf({ items: aliased, handling: readers(20) })).toEqual([]);
    expect(faultsOf({ items: aliased, handling: readers(21) })).toEqual(REFUSED);
    const contradicts = Array.from({ length: 256 }, (_, at) => `b-${at}`);
    expect(faultsOf({ relations: { contradicts }, handling: readers(16) })).toEqual([]);
    expect(faultsOf({ relations: { contradicts }, handling: readers(17) })).toEqual(REFUSED);
  });

  it('leave room for the correction of whatever was accepted, which lists its items beside its own', () => {
    const correction = { kind: 'correction' as const, relations: { target: 'e-2' }, handling: readers(257) };
    expect(faultsOf({ ...correction, items: items(30) })).toEqual([]);
    expect(faultsOf({ ...correction, items: items(32) })).toEqual(REFUSED);
  });
});

describe('the index of a document', () => {
  it('has the kind by its number, the interval half-open, every item once', () => {
    expect(
      indexOf({ ...exampleDocument, items: [...(exampleDocument.items ?? []), { id: 'vin:WDDSYNTH9JA000001', role: 'background' }] }),
    ).toEqual({
      kind: KINDS.indexOf('aggregation'),
      starts: Date.UTC(2018, 5, 11, 13, 20) * 1000,
      ends: Date.UTC(2018, 5, 11, 13, 21) * 1000,
      items: ['vin:WDDSYNTH9JA000001', 'container:SYNU0000014'],
      groups: ['green'],
      targets: [],
      word: null,
      // Which, libs/domain says.
      keys: expect.any(Array) as number[],
      evidence: [exampleDocument.evidence?.[0]?.sha256],
      points: [{ code: 2, item: 'vin:WDDSYNTH9JA000001' }],
    });
  });

  it('puts the undated last, an unknown start first', () => {
    expect(indexOf({})).toMatchObject({ starts: null, ends: null, items: [] });
    expect(indexOf({ occurred: { to: '2018', precision: 'year' } })).toMatchObject({
      starts: Number.MIN_SAFE_INTEGER,
      ends: Date.UTC(2019, 0) * 1000,
    });
    expect(indexOf({ occurred: { from: '2018', precision: 'year' } })).toMatchObject({ starts: Date.UTC(2018, 0) * 1000, ends: null });
  });

  it('has as its word what it says of an event of its own agency, and neither what it contradicts nor what another agency said', () => {
    const marking = { kind: 'marking' as const, relations: { target: 'e-2', contradicts: ['e-3'], handling: { tlp: 'AMBER' as const } } };
    expect(indexOf(marking)).toMatchObject({ word: { agency: 'local', id: 'e-2' }, targets: { length: 2 } });
    for (const kind of ['correction', 'retraction'] as const)
      expect(indexOf({ ...marking, kind, relations: { target: 'e-2' } }).word).toEqual({ agency: 'local', id: 'e-2' });
    expect(indexOf({ ...marking, kind: 'dispute', relations: { target: 'e-2' } }).word).toBeNull();
    expect(indexOf({ ...marking, relations: { ...marking.relations, target: 'other/e-2' } }).word).toBeNull();
  });

  it('opens a marking to the readers before and after it', () => {
    const marking = {
      kind: 'marking' as const,
      handling: { tlp: 'AMBER' as const, agencies: ['b'] },
      relations: { target: 'e-2', handling: { tlp: 'GREEN' as const } },
    };
    expect(indexOf(marking).groups).toEqual(['agency:b', 'agency:local', 'green']);
    expect(indexOf({ ...marking, kind: 'observation' }).groups).toEqual(['agency:b', 'agency:local']);
  });

  it('names each sighting spoken about once, with its agency', () => {
    const { targets } = indexOf({
      kind: 'resolution',
      relations: { resolves: ['e-2', 'local/e-2', 'b/e-2'], contradicts: ['e-3'], links: ['e-9'] },
    });
    expect(targets).toEqual([
      { agency: 'local', id: 'e-2' },
      { agency: 'b', id: 'e-2' },
      { agency: 'local', id: 'e-3' },
    ]);
  });
});
