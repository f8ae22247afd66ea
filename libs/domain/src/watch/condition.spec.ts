/** Conditions: what each member means, what is refused, and random ones held against an oracle that is written otherwise. */
import fc from 'fast-check';
import {
  CONDITION_KINDS,
  CONDITION_MEMBERS,
  displayBecause,
  displayCondition,
  KINDS,
  matchCondition,
  MODALITIES,
  parseCondition,
  type Condition,
  type ConditionText,
  type Sighting,
} from '../index.ts';

const VIN = 'vin:WDDSYNTH9JA000001';
const BOX = 'container:SYNU0000014';

const sighting = (more: Partial<Sighting> = {}): Sighting => ({
  agency: 'acme',
  id: 's-1',
  principal: 'eva',
  kind: 'observation',
  modality: 'actual',
  handling: { tlp: 'GREEN' },
  items: [{ id: VIN, role: 'subject' }],
  parties: [],
  source: { kind: 'registry' },
  evidence: [],
  relations: { contradicts: [], links: [], basis: [], resolves: [], upholds: [] },
  ...more,
});

const met = (condition: Condition, more: Partial<Sighting> = {}): string[] | undefined =>
  matchCondition(condition, sighting(more))?.map(({ member, at, certain }) => `${member}/${at}${certain ? '' : '?'}`);

describe('a condition', () => {
  it('on items is met in any role, and by the transponder’s number that is stated beside a ship', () => {
    expect(met({ items: [BOX, VIN] })).toEqual(['items/1']);
    expect(met({ items: [BOX] }, { items: [{ id: BOX, role: 'background' }] })).toEqual(['items/0']);
    expect(
      met({ items: ['mmsi:123456789'] }, { items: [{ id: 'imo:0000048', role: 'conveyance', aliases: { mmsi: '123456789' } }] }),
    ).toEqual(['items/0']);
    expect(met({ items: ['vin:WDDSYNTH9JA000002'] })).toBeUndefined();
    expect(met({ items: [VIN] }, { items: [] })).toBeUndefined();
  });

  it('on schemes is met by any item of one', () => {
    expect(met({ schemes: ['imo', 'vin'] })).toEqual(['schemes/1']);
    expect(met({ schemes: ['imo'] })).toBeUndefined();
  });

  it('on a party is met where one and the same party is all that is said', () => {
    const parties = [
      { role: 'consignee', name: 'Do  Young Shipping', country: 'MH' },
      { role: 'shipper', name: 'Other', lei: '5299000J2N45DDNE4Y28' },
    ];
    expect(met({ parties: [{ name: 'do young SHIPPING' }] }, { parties })).toEqual(['parties/0']);
    expect(met({ parties: [{ name: 'do young shipping', role: 'Consignee', country: 'MH' }] }, { parties })).toEqual(['parties/0']);
    expect(met({ parties: [{ name: 'do young shipping', role: 'shipper' }] }, { parties })).toBeUndefined();
    expect(met({ parties: [{ name: 'do young' }] }, { parties })).toBeUndefined();
    expect(met({ parties: [{ country: 'KR' }, { lei: '5299000J2N45DDNE4Y28' }] }, { parties })).toEqual(['parties/1']);
  });

  it('on a place is met by code, country and name, and no other place', () => {
    const place = { name: 'Dalian', unlocode: 'CNDLC' };
    expect(met({ places: [{ unlocode: 'CNDLC' }, { country: 'CN' }, { name: 'dalian' }, { country: 'KR' }] }, { place })).toEqual([
      'places/0',
      'places/1',
      'places/2',
    ]);
    expect(met({ places: [{ country: 'CN' }] }, { place: { country: 'CN' } })).toEqual(['places/0']);
    expect(met({ places: [{ unlocode: 'KRPUS' }] }, { place })).toBeUndefined();
    expect(met({ places: [{ country: 'CN' }] })).toBeUndefined();
  });

  it('on a circle says whether the place certainly lies in it', () => {
    const within = { lat: 38.9, lon: 121.6, radiusMetres: 30_000 };
    const at = (lat: number, radiusMetres?: number) => ({
      place: { lat, lon: 121.6, ...(radiusMetres === undefined ? {} : { radiusMetres }) },
    });
    expect(met({ places: [{ within }] }, at(38.9, 1_000))).toEqual(['places/0']);
    // 22 km off: certain to a kilometre, and where nobody says how far around it may have been, not.
    expect(met({ places: [{ within }] }, at(39.1, 1_000))).toEqual(['places/0']);
    expect(met({ places: [{ within }] }, at(39.1))).toEqual(['places/0?']);
    // 44 km off: only where the point is that vague.
    expect(met({ places: [{ within }] }, at(39.3))).toEqual(['places/0?']);
    expect(met({ places: [{ within }] }, at(39.3, 1_000))).toBeUndefined();
    const line = { lat: 0, lon: 179.95, radiusMetres: 20_000 };
    expect(met({ places: [{ within: line }] }, { place: { lat: 0, lon: -179.95, radiusMetres: 10 } })).toEqual(['places/0']);
  });

  it('on a grade takes what neither letter nor digit is worse than, and nothing that is not graded', () => {
    const takes = (gradeAtLeast: string, grade?: string) => met({ gradeAtLeast }, grade === undefined ? {} : { grade }) !== undefined;
    expect([takes('B3', 'B3'), takes('B3', 'A1'), takes('B3', 'B4'), takes('B3', 'C1'), takes('F6'), takes('F6', 'F6')]).toEqual([
      ...[true, true, false, false, false, true],
    ]);
  });

  it('on kinds, modalities and sources is met by each, a correction by what it puts in place', () => {
    expect(met({ kinds: ['transfer', 'observation'] })).toEqual(['kinds/1']);
    expect(met({ kinds: ['transfer'] }, { kind: 'correction', as: 'transfer' })).toEqual(['kinds/0']);
    expect(met({ kinds: ['transfer'] }, { kind: 'statement', as: 'transfer' })).toBeUndefined();
    expect(met({ modalities: ['planned'] }, { modality: 'planned' })).toEqual(['modalities/0']);
    expect(met({ sources: ['customs'] }, { source: { kind: 'x', family: 'customs' } })).toEqual(['sources/0']);
    expect(met({ sources: ['customs'] })).toBeUndefined();
  });

  it('needs all of its members, and says each', () => {
    expect(met({ items: [VIN], kinds: ['observation'], modalities: ['actual'] })).toEqual(['items/0', 'kinds/0', 'modalities/0']);
    expect(met({ items: [VIN], kinds: ['transfer'] })).toBeUndefined();
  });

  it('is met by no act and no marking, whatever it says', () => {
    for (const kind of KINDS)
      expect([kind, met({ schemes: ['vin'] }, { kind }) !== undefined]).toEqual([
        kind,
        (CONDITION_KINDS as readonly string[]).includes(kind),
      ]);
  });

  it('is told in words', () => {
    const condition: Condition = { items: [BOX, VIN], places: [{ within: { lat: 1, lon: 2, radiusMetres: 3 } }], gradeAtLeast: 'B2' };
    expect(displayCondition(condition)).toBe(
      'item container SYNU 000001 4 or VIN WDDSYNTH9JA000001; place within 3 m of 1, 2; grade at least B2',
    );
    expect(displayBecause(condition, { member: 'places', at: 0, certain: false })).toBe('place that may lie within 3 m of 1, 2');
    expect(displayBecause(condition, { member: 'items', at: 1, certain: true })).toBe('item VIN WDDSYNTH9JA000001');
    expect(displayBecause(condition, { member: 'kinds', at: 0, certain: true })).toBe('');
  });
});

describe('a condition is refused', () => {
  it.each([
    ['condition.empty', undefined, {}],
    ['condition.empty', '/items', { items: [] }],
    ['condition.empty', '/parties/0', { parties: [{ role: 'shipper' }] }],
    ['condition.empty', '/places/0', { places: [{}] }],
    ['condition.item', '/items/1', { items: [VIN, 'WDD'] }],
    ['condition.word', '/kinds/0', { kinds: ['marking'] }],
    ['condition.word', '/schemes/0', { schemes: ['nothing'] }],
    ['condition.place', '/places/0', { places: [{ country: 'CN', name: 'Dalian' }] }],
    ['condition.too-many', '/items', { items: Array.from({ length: 65 }, (_, n) => `vin:${String(n).padStart(17, '0')}`) }],
    ['place.unlocode', '/places/0/unlocode', { places: [{ unlocode: 'dalian' }] }],
    ['place.radius', '/places/0/within/radiusMetres', { places: [{ within: { lat: 0, lon: 0, radiusMetres: 0 } }] }],
    ['place.coordinates', '/places/0/within/lat', { places: [{ within: { lat: 91, lon: 0, radiusMetres: 1 } }] }],
    ['grade.malformed', '/gradeAtLeast', { gradeAtLeast: 'Z1' }],
  ])('as %s at %s', (code, pointer, text) => {
    const read = parseCondition(text as ConditionText);
    expect(read).toMatchObject({ ok: false, code, ...(pointer === undefined ? {} : { pointer }) });
    if (pointer === undefined) expect(read).not.toHaveProperty('pointer');
  });
});

/** The same meaning, written as one predicate over values: no reasons, no order, another formula of distance. */
function oracle(condition: Condition, of: Sighting): boolean {
  const unit = (lat: number, lon: number) => {
    const [a, b] = [(lat * Math.PI) / 180, (lon * Math.PI) / 180];
    return [Math.cos(a) * Math.cos(b), Math.cos(a) * Math.sin(b), Math.sin(a)] as const;
  };
  const metres = (one: readonly number[], other: readonly number[]) => {
    const chord = Math.hypot(...one.map((value, n) => value - (other[n] ?? 0)));
    return 2 * 6_371_009 * Math.asin(Math.min(1, chord / 2));
  };
  const plain = (text: string) => text.toLowerCase().split(/\s+/).filter(Boolean).join(' ');
  const tests: Record<keyof Condition, () => boolean> = {
    items: () =>
      of.items.some(
        ({ id, aliases }) => condition.items?.includes(id) === true || condition.items?.includes(`mmsi:${aliases?.mmsi ?? ''}`) === true,
      ),
    schemes: () => of.items.some(({ id }) => condition.schemes?.some((scheme) => id.split(':', 1)[0] === scheme) === true),
    parties: () =>
      of.parties.some((party) =>
        condition.parties?.some((wanted) =>
          (['name', 'lei', 'country', 'role'] as const).every(
            (member) => wanted[member] === undefined || plain(party[member] ?? '\0') === plain(wanted[member]),
          ),
        ),
      ),
    places: () =>
      condition.places?.some(({ unlocode, country, name, within }) => {
        const { place } = of;
        if (place === undefined) return false;
        if (within === undefined)
          return (
            (unlocode !== undefined && place.unlocode === unlocode) ||
            (country !== undefined && [place.country, place.unlocode?.slice(0, 2)].includes(country)) ||
            (name !== undefined && plain(place.name ?? '\0') === plain(name))
          );
        if (place.lat === undefined) return false;
        const far = metres(unit(within.lat, within.lon), unit(place.lat, place.lon ?? 0));
        return far * 0.994 - (place.radiusMetres ?? 25_000) <= within.radiusMetres;
      }) === true,
    kinds: () => condition.kinds?.some((kind) => kind === of.kind || (of.kind === 'correction' && kind === of.as)) === true,
    modalities: () => condition.modalities?.includes(of.modality) === true,
    sources: () => of.source.family !== undefined && condition.sources?.includes(of.source.family) === true,
    gradeAtLeast: () => {
      const [letter, digit] = condition.gradeAtLeast ?? 'A1';
      return (
        of.grade !== undefined &&
        'ABCDEF'.indexOf(of.grade[0] ?? '') <= 'ABCDEF'.indexOf(letter ?? '') &&
        Number(of.grade[1]) <= Number(digit)
      );
    },
  };
  const isAct = ['policy', 'evidence', 'batch', 'watch', 'alert', 'case', 'case-act', 'marking'].includes(of.kind);
  return !isAct && Object.keys(condition).every((member) => tests[member as keyof Condition]());
}

describe('random conditions', () => {
  const few = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
  const ITEMS = [VIN, BOX, 'imo:0000048', 'mmsi:123456789'];
  const NAMES = ['Alpha', 'alpha', 'Beta  Co', 'beta co'];
  const point = fc.record({ lat: fc.constantFrom(0, 0.1, 0.3, 10), lon: fc.constantFrom(179.9, -179.9, 0, 0.2) });
  const grade = fc.tuple(fc.constantFrom('A', 'B', 'F'), fc.constantFrom('1', '3', '6')).map((parts) => parts.join(''));
  const party = fc.record({
    role: fc.constantFrom('shipper', 'Owner'),
    name: fc.constantFrom(...NAMES),
    country: fc.constantFrom('CN', 'KR'),
  });
  const conditions = fc
    .record({
      items: few(ITEMS),
      schemes: few(['vin', 'imo', 'container'] as const),
      parties: fc.array(
        fc.record(
          { name: fc.constantFrom(...NAMES), role: fc.constantFrom('shipper', 'owner'), country: fc.constantFrom('CN', 'KR') },
          { requiredKeys: ['name'] },
        ),
        { minLength: 1, maxLength: 2 },
      ),
      places: fc.array(
        fc.oneof(
          fc.constantFrom({ unlocode: 'CNDLC' }, { country: 'CN' }, { name: 'dalian' }, { country: 'KR' }),
          point.chain((at) => fc.constantFrom(10_000, 40_000, 2_000_000).map((radiusMetres) => ({ within: { ...at, radiusMetres } }))),
        ),
        { minLength: 1, maxLength: 3 },
      ),
      kinds: few(['observation', 'transfer', 'correction', 'statement'] as const),
      modalities: few(MODALITIES),
      sources: few(['trade', 'customs'] as const),
      gradeAtLeast: grade,
    })
    .chain((whole) =>
      fc
        .subarray([...CONDITION_MEMBERS], { minLength: 1, maxLength: 3 })
        .map((members) => Object.fromEntries(members.map((member) => [member, whole[member]]))),
    );
  const sightings = fc
    .record({
      kind: fc.constantFrom(...KINDS),
      as: fc.constantFrom(undefined, 'transfer' as const),
      modality: fc.constantFrom(...MODALITIES),
      items: fc.array(
        fc.record({
          id: fc.constantFrom(...ITEMS),
          role: fc.constant('subject' as const),
          aliases: fc.constantFrom(undefined, { mmsi: '123456789' }),
        }),
        { maxLength: 2 },
      ),
      parties: fc.array(party, { maxLength: 2 }),
      place: fc.oneof(
        fc.constantFrom(undefined, { name: 'Dalian', unlocode: 'CNDLC' }, { country: 'KR' }, { text: 'somewhere' }),
        point.chain((at) => fc.constantFrom(undefined, 0, 30_000).map((radiusMetres) => ({ ...at, radiusMetres }))),
      ),
      grade: fc.option(grade, { nil: undefined }),
      family: fc.constantFrom(undefined, 'trade' as const, 'tip' as const),
    })
    .map(({ family, ...more }) => sighting({ ...more, source: { kind: 'x', family } } as Partial<Sighting>));

  it('are met exactly where the oracle says so, with a reason for each member', () => {
    let [both, neither] = [0, 0];
    fc.assert(
      fc.property(conditions, sightings, (condition, of) => {
        const because = matchCondition(condition as Condition, of);
        if (because !== undefined) {
          both += 1;
          expect(CONDITION_MEMBERS.filter((member) => because.some((reason) => reason.member === member))).toEqual(
            CONDITION_MEMBERS.filter((member) => member in condition),
          );
        } else neither += 1;
        expect(because !== undefined).toBe(oracle(condition as Condition, of));
      }),
      { numRuns: 20_000 },
    );
    expect([both > 500, neither > 500]).toEqual([true, true]);
  });
});
