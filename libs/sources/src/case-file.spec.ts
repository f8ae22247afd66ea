import { readFileSync } from 'node:fs';
import { type JsonObject, readSighting, type SightingDocument, validateDocument } from '#lib/contracts';
import { caseOrder, compareCaseOrder, exportCaseLine } from './case-export.ts';
import { mapCaseLine } from './case-file.ts';
import { familyOf } from './source-families.ts';

const text = readFileSync(new URL('../../../demo/lux-and-loaded.jsonl', import.meta.url), 'utf8');
const lines = text
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as JsonObject);
const contextOf = (file: readonly JsonObject[]) => ({ targetOf: (id: string) => file.find((line) => line['id'] === id) });
const map = (line: JsonObject, file: readonly JsonObject[] = lines): SightingDocument => {
  const mapped = mapCaseLine(line, contextOf(file));
  if (!mapped.ok) throw new Error(JSON.stringify(mapped.faults));
  return mapped.document;
};
const exported = (document: SightingDocument): JsonObject => exportCaseLine(document, lines.flatMap(targetsOf(document))).line;
const targetsOf =
  ({ relations }: SightingDocument) =>
  (each: JsonObject): SightingDocument[] =>
    each['id'] === relations?.target ? [map(each)] : [];
const faultsOf = (line: JsonObject, file: readonly JsonObject[] = lines): string[] => {
  const mapped = mapCaseLine(line, contextOf(file));
  return mapped.ok ? [] : mapped.faults.map(({ code, pointer }) => `${code} ${pointer}`);
};
const lux = (number: number): SightingDocument =>
  map(lines.find((line) => line['id'] === `lux-00${String(number).padStart(2, '0')}`) as JsonObject);
const roles = (document: SightingDocument): string[] => (document.items ?? []).map(({ id, role }) => `${role} ${id}`);
const line = (members: JsonObject): JsonObject => ({
  id: 'x-1',
  recordedAt: '2019-02-04T10:12:00Z',
  kind: 'observation',
  source: { kind: 'ais' },
  tlp: 'GREEN',
  ...members,
});

describe('the demo case', () => {
  it('becomes 62 sightings that capture accepts', () => {
    expect(lines).toHaveLength(62);
    for (const each of lines) {
      const document = map(each);
      expect(validateDocument(document)).toEqual([]);
      expect(readSighting(document, { agency: 'local', id: String(document.id), principal: 'operator' })).toMatchObject({ ok: true });
    }
  });

  it('comes back line by line, in the order in which it is sorted', () => {
    const documents = lines.map((each) => map(each));
    const shuffled = [...documents].sort((a, b) =>
      (a.id ?? '').split('').reverse().join('') < (b.id ?? '').split('').reverse().join('') ? -1 : 1,
    );
    shuffled.sort((a, b) => compareCaseOrder(caseOrder(a), caseOrder(b)));
    expect(shuffled.map(exported)).toEqual(lines);
  });

  it('would not pass with any one member of any line dropped: on its way in, or on its way out', () => {
    let dropped = 0;
    for (const each of lines) {
      const back = exported(map(each));
      expect(back).toEqual(each);
      for (const path of paths(each)) {
        const less = without(each, path);
        expect(back).not.toEqual(less);
        const mapped = mapCaseLine(less, contextOf(lines));
        if (mapped.ok) expect(exported(mapped.document)).not.toEqual(each);
        dropped++;
      }
    }
    // Every member and element at any depth, counted another way: a reviver is called once for each, and once for the whole.
    let members = 0;
    for (const each of text.trimEnd().split('\n')) JSON.parse(each, (_, value: unknown) => (members++, value));
    expect(dropped).toBe(members - lines.length);
  });

  it('puts a car into a container, a container onto a ship, and takes it off again', () => {
    expect(lux(9)).toMatchObject({ kind: 'aggregation', action: 'ADD' });
    expect(roles(lux(9))).toEqual(['subject vin:WDDSYNTH9JA000001', 'container container:SYNU0000014']);
    expect(roles(lux(13))).toEqual(['subject container:SYNU0000014', 'conveyance imo:0000012']);
    expect(lux(18)).toMatchObject({ kind: 'aggregation', action: 'DELETE' });
  });

  it('has a ship as subject where nothing else is, else in the background, with its stated names', () => {
    expect(lux(5).items).toEqual([{ id: 'imo:0000048', role: 'subject', aliases: { name: 'DN5505', mmsi: '671990004' } }]);
    expect(roles(lux(15)).at(-1)).toBe('background imo:0000012');
  });

  it('tells statements, plans, negative findings and assessments from observations', () => {
    expect(lux(49)).toMatchObject({ kind: 'statement' });
    expect(lux(39)).toMatchObject({ kind: 'statement', modality: 'planned' });
    expect(lux(44)).toMatchObject({ kind: 'statement', modality: 'negative' });
    expect(lux(48)).toMatchObject({ kind: 'assessment', subtype: 'hypothesis' });
    expect(lux(43)).not.toHaveProperty('modality');
  });

  it('corrects a misread container without putting the misread one on the ship', () => {
    expect(lux(23)).toMatchObject({
      kind: 'correction',
      as: 'aggregation',
      action: 'ADD',
      relations: { target: 'lux-0022', reason: 'transcription error, check digit fails' },
    });
    expect(roles(lux(23))).toEqual(['subject container:SYNU0000014', 'conveyance imo:0000024', 'background container:SYNU0000041']);
    expect(lux(27)).toMatchObject({ kind: 'correction', as: 'observation', relations: { target: 'lux-0026' } });
    expect(lux(52)).toMatchObject({ kind: 'retraction', relations: { target: 'lux-0051', reason: 'source withdrew' } });
  });

  it('leaves open what a correction puts in place where its target is in another file', () => {
    const correction = lines.find((each) => each['id'] === 'lux-0027') as JsonObject;
    expect(map(correction, [])).not.toHaveProperty('as');
  });

  it('keeps a track as evidence, and what has no member of its own under x', () => {
    expect(lux(40).evidence).toEqual([
      {
        sha256: '6de9b1c9d82060a74ac56b722c7201775b15d8af475b802619070d2285b7adaa',
        bytes: 7891,
        type: 'track',
        ref: 'ais/dn5505.csv',
        mediaType: 'text/csv',
      },
    ]);
    expect(lux(46).extension?.x).toEqual({ quantity: { value: 2588, unit: 't', hs: '2701' }, truth: 'reported', facts: ['F9'] });
    expect(lux(1).extension?.x).toMatchObject({ itemDescription: 'Mercedes-Maybach S600, VIN unknown' });
    expect(lux(6).parties).toEqual([{ role: 'operator', name: 'Do Young Shipping' }]);
  });

  it('cuts times to their precision', () => {
    expect(lux(9).occurred).toEqual({ from: '2018-06-11T13:20Z', to: '2018-06-11T13:20Z', precision: 'minute' });
    expect(lux(1).occurred).toEqual({ from: '2019-01-31', to: '2019-01-31', precision: 'day' });
  });

  it('knows the family of every source kind that it has', () => {
    for (const each of lines)
      expect([each['id'], lux(Number(String(each['id']).slice(-2))).source.family]).toEqual([each['id'], expect.any(String)]);
  });
});

describe('any case file', () => {
  it.each<[string, JsonObject, string[]]>([
    ['an unknown kind', line({ kind: 'rumour' }), ['import.kind-unknown /kind']],
    ...['constructor', 'toString', '__proto__', 'hasOwnProperty'].flatMap((name): [string, JsonObject, string[]][] => [
      [`a kind of the name ${name}, which every object has`, line({ kind: name }), ['import.kind-unknown /kind']],
      [
        `a correction that puts in place ${name}`,
        line({ kind: 'correction', corrects: 'elsewhere', as: name }),
        ['import.member-malformed /as'],
      ],
    ]),
    ['no kind', { ...line({}), kind: null }, ['import.member-missing /kind']],
    ['no id', { ...line({}), id: '' }, ['import.member-missing /id']],
    ['another format', line({ schema: 'other-case/7' }), ['import.format-unknown /schema']],
    ['a correction of nothing', line({ kind: 'correction' }), ['import.member-missing /corrects']],
    ['a marking of two', line({ kind: 'marking', targets: ['a', 'b'] }), ['import.member-malformed /targets']],
    ['a resolution of nothing', line({ kind: 'resolution' }), ['import.member-missing /resolves']],
    ['a time that is none', line({ occurred: { from: 'soon', precision: 'day' } }), ['import.member-malformed /occurred/from']],
    ['an unknown label', line({ tlp: 'PURPLE' }), ['import.member-malformed /tlp']],
    ['an identifier without a value', line({ item: { scheme: 'vin' } }), ['import.member-missing /item/value']],
    ['an unknown scheme', line({ item: { scheme: 'plate', value: 'X' } }), ['import.scheme-unknown /item/scheme']],
    ['a misspelt container', line({ item: { scheme: 'iso6346', value: 'SYNU' } }), ['import.member-malformed /item/value']],
    [
      'a disaggregation that adds',
      line({ kind: 'disaggregation', action: 'ADD', item: { scheme: 'vin', value: 'WDDSYNTH9JA000001' } }),
      ['import.member-malformed /action'],
    ],
    [
      'an aggregation into nothing',
      line({ kind: 'aggregation', item: { scheme: 'vin', value: 'WDDSYNTH9JA000001' } }),
      ['schema.roles /item'],
    ],
    ['a plan misspelt', line({ claimType: 'Scheduled' }), ['import.member-malformed /claimType']],
    ['a plan by another word', line({ kind: 'transfer', claimType: 'planned' }), ['import.member-malformed /claimType']],
    [
      'a plan misspelt in a correction of what is elsewhere',
      line({ kind: 'correction', corrects: 'elsewhere', claimType: 'SCHEDULED' }),
      ['import.member-malformed /claimType'],
    ],
    [
      'a role misspelt',
      line({ items: ['imo:0000048', { scheme: 'vin', value: 'WDDSYNTH9JA000001', role: 'Background' }] }),
      ['import.member-malformed /items/1/role'],
    ],
    [
      'a role that is none',
      line({ parent: { scheme: 'imo', value: '0000048', role: 'witness' } }),
      ['import.member-malformed /parent/role'],
    ],
    ['a role that is no text', line({ vessel: { scheme: 'imo', value: '0000048', role: 1 } }), ['import.member-malformed /vessel/role']],
    [
      'a part misspelt',
      line({ kind: 'transformation', item: { scheme: 'vin', value: 'WDDSYNTH9JA000001', part: 'Input' } }),
      ['import.member-malformed /item/part'],
    ],
    ['a text where an object belongs', line({ evidence: ['x'] }), ['import.member-malformed /evidence/0']],
  ])('rejects %s', (_, each, faults) => {
    expect(faultsOf(each)).toEqual(faults);
  });

  it('rejects what is no object', () => {
    expect(mapCaseLine([] as never, contextOf([]))).toMatchObject({ ok: false, faults: [{ code: 'import.not-an-object' }] });
  });

  it('reads the kinds of this product by their own names', () => {
    const document = (members: JsonObject) => map(line(members));
    expect(document({ kind: 'transfer', party: [{ role: 'to', name: 'X' }] })).toMatchObject({
      kind: 'transfer',
      parties: [{ role: 'to', name: 'X' }],
    });
    expect(document({ kind: 'dispute', corrects: 'b/lux-1', reason: 'not ours' })).toMatchObject({
      kind: 'dispute',
      relations: { target: 'b/lux-1', reason: 'not ours' },
    });
    expect(document({ kind: 'resolution', targets: ['a', 'b'], upholds: 'a' })).toMatchObject({
      relations: { resolves: ['a', 'b'], upholds: ['a'] },
    });
    expect(document({ kind: 'marking', target: 'a', tlp: 'AMBER', handling: { tlp: 'CLEAR' } })).toMatchObject({
      handling: { tlp: 'AMBER' },
      relations: { target: 'a', handling: { tlp: 'CLEAR' } },
    });
    expect(document({ kind: 'marking', corrects: 'a', tlp: 'RED' })).toMatchObject({
      handling: { tlp: 'RED' },
      relations: { handling: { tlp: 'RED' } },
    });
    const two = [
      { scheme: 'imo', value: '0000048' },
      { scheme: 'mmsi', value: '671990004' },
    ];
    expect(document({ kind: 'identification', subtype: 'same', items: two })).toMatchObject({ kind: 'identification', subtype: 'same' });
    expect(document({ kind: 'assessment' })).toMatchObject({ subtype: 'unspecified' });
  });

  it('says what a plan, a role and a part may be', () => {
    const items = [{ scheme: 'vin', value: 'WDDSYNTH9JA000001', role: 'Background', part: 'in' }];
    const mapped = mapCaseLine(line({ claimType: 'planned', items }), contextOf([]));
    expect(mapped.ok ? [] : mapped.faults.map(({ detail }) => detail)).toEqual([
      'role is none of subject, container, conveyance, background; what it says otherwise belongs under another name.',
      'part is none of input, output; what it says otherwise belongs under another name.',
      'Of what happened claimType says nothing but scheduled: a plan. For another claim write a line of kind claim, or leave claimType out.',
    ]);
  });

  it('says how a correction of a claim in another file is told from a plan misspelt', () => {
    const correction = line({ kind: 'correction', corrects: 'elsewhere', claimType: 'hearsay', statement: 'x' });
    const mapped = mapCaseLine(correction, contextOf([]));
    expect(mapped.ok ? [] : mapped.faults.map(({ detail }) => detail)).toEqual([
      'Of what happened claimType says nothing but scheduled: a plan. For the correction of a claim say as: claim, or leave claimType out.',
    ]);
    expect(map({ ...correction, as: 'claim' }, [])).toMatchObject({ as: 'statement', extension: { x: { claimType: 'hearsay' } } });
  });

  it('keeps what sort of claim a statement is, which places nothing', () => {
    const claim = map(line({ kind: 'claim', claimType: 'hearsay', statement: 'x' }));
    expect(claim).toMatchObject({ kind: 'statement', extension: { x: { claimType: 'hearsay' } } });
    const file = [
      line({ id: 'a', kind: 'claim', statement: 'x' }),
      line({ id: 'b', kind: 'correction', corrects: 'a', claimType: 'hearsay', statement: 'y' }),
    ];
    expect(map(file[1] as JsonObject, file)).toMatchObject({ as: 'statement', extension: { x: { claimType: 'hearsay' } } });
  });

  it('reads what lines leave out as left out, and never makes it up', () => {
    const bare = map({ id: 'x-2', kind: 'observation', occurred: { from: '2018' }, place: { country: 'nl' }, recordedBy: 'someone' });
    expect(bare).toEqual({
      id: 'x-2',
      kind: 'observation',
      handling: { tlp: 'AMBER+STRICT' },
      occurred: { from: '2018', precision: 'year' },
      place: { country: 'NL' },
      source: { kind: 'unspecified' },
      extension: {
        case: { id: 'x-2', kind: 'observation', occurred: { from: '2018' }, place: { country: 'nl' }, recordedBy: 'someone' },
        x: { recordedBy: 'someone' },
      },
    });
    expect(map(line({ occurred: { from: '2018-06', to: '2018-06-30', precision: 'day' } })).occurred).toEqual({
      from: '2018-06',
      to: '2018-06',
      precision: 'month',
    });
    expect(map(line({ occurred: { to: '2018-06-11T13:20:45+09:00', precision: 'minute' } })).occurred).toEqual({
      to: '2018-06-11T13:20+09:00',
      precision: 'minute',
    });
    expect(map(line({ occurred: { precision: 'day' } }))).not.toHaveProperty('occurred');
  });

  it('shares with the agencies that a line names', () => {
    expect(map(line({ tlp: 'TLP:AMBER', agencies: ['halcyon'] })).handling).toEqual({ tlp: 'AMBER', agencies: ['halcyon'] });
    expect(map({ ...line({}), tlp: null, handling: { tlp: 'GREEN', community: 'ports' } }).handling).toEqual({
      tlp: 'GREEN',
      community: 'ports',
    });
    expect(map(line({ tlp: 'WHITE' })).handling).toEqual({ tlp: 'CLEAR' });
  });

  it('normalises identifiers and keeps what was written', () => {
    expect(map(line({ item: { scheme: 'iso6346', value: 'synu 000001-4' } })).items).toEqual([
      { id: 'container:SYNU0000014', role: 'subject', written: 'synu 000001-4' },
    ]);
    expect(map(line({ items: [{ scheme: 'vin', value: 'WDDSYNTH9JA000001', role: 'background' }] })).items).toEqual([
      { id: 'vin:WDDSYNTH9JA000001', role: 'background' },
    ]);
  });

  it('reads identifiers of any known scheme, as one text or a URI too', () => {
    const ids = (members: JsonObject) => roles(map(line(members)));
    expect(ids({ items: ['imo:IMO 0000048', { scheme: 'imei', value: '490154203237518' }] })).toEqual([
      'subject imo:0000048',
      'subject imei:490154203237518',
    ]);
    expect(ids({ item: { scheme: 'serial', maker: 'Bosch', value: 'A-12' } })[0]).toMatch(/^subject serial:bosch:/i);
    for (const scheme of ['epc', 'sgtin', undefined])
      expect(ids({ item: { ...(scheme === undefined ? {} : { scheme }), value: 'urn:epc:id:sgtin:0614141.107346.2017' } })[0]).toMatch(
        /^subject sgtin:/,
      );
    expect(ids({ item: { scheme: 'iso6346', value: 'urn:epc:id:bic:SYNU0000014' } })).toEqual(['subject container:SYNU0000014']);
  });

  // Each character is one whose Unicode upper or lower case, or trimming, is plain ASCII.
  it.each<[string, JsonObject, string]>([
    ['the LEI of a party', { parties: [{ role: 'owner', lei: '529900T8BM49AUR\u017fDO55' }] }, 'schema.pattern /parties/0/lei'],
    ['a valid LEI', { party: { role: 'owner', lei: '5493001KJT\u0131\u0131GC8Y1R12' } }, 'schema.pattern /party/lei'],
    ['the country of a party', { parties: [{ role: 'owner', country: '\u0131t' }] }, 'schema.pattern /parties/0/country'],
    ['a UN/LOCODE', { place: { unlocode: 'u\u017fnyc' } }, 'schema.pattern /place/unlocode'],
    ['a UN/LOCODE with a blank that is none', { place: { unlocode: 'NL\u00a0RTM' } }, 'schema.pattern /place/unlocode'],
    ['a country', { place: { country: 'u\u017f' } }, 'schema.pattern /place/country'],
    ['the country of a port', { conveyance: { loading: { country: 'u\u017f' } } }, 'schema.pattern /conveyance/loading/country'],
    ['a grade', { grade: '\ufb001' }, 'schema.pattern /grade'],
    ['a TLP label', { tlp: 'AMBER+\u017ftrict' }, 'import.member-malformed /tlp'],
    ['a TLP label with a blank that is none', { tlp: 'TLP:\ufeffRED' }, 'import.member-malformed /tlp'],
    ['a scheme', { item: { scheme: '\ufeffvin', value: 'WDDSYNTH9JA000001' } }, 'import.scheme-unknown /item/scheme'],
    ['an identifier', { item: { scheme: 'lei', value: '529900T8BM49AUR\u017fDO55' } }, 'import.member-malformed /item/value'],
  ])('refuses %s with a letter that looks like another', (_, members, fault) => {
    expect(faultsOf(line(members))).toEqual([fault]);
  });

  it('takes codes in any case of plain letters', () => {
    const parties = [{ role: 'owner', lei: '529900t8bm49aursdo55', country: 'it' }];
    expect(map(line({ parties, place: { unlocode: 'us nyc', country: 'us' }, grade: 'b2', tlp: 'tlp: amber + strict' }))).toMatchObject({
      parties: [{ lei: '529900T8BM49AURSDO55', country: 'IT' }],
      place: { unlocode: 'USNYC', country: 'US' },
      grade: 'B2',
      handling: { tlp: 'AMBER+STRICT' },
    });
    expect('529900T8BM49AUR\u017fDO55'.toUpperCase()).toBe('529900T8BM49AURSDO55');
  });

  it('refuses a scheme that disagrees with the URI beside it', () => {
    const item = { scheme: 'imo', value: 'urn:epc:id:bic:SYNU0000014' };
    expect(mapCaseLine(line({ item }), { targetOf: () => undefined })).toMatchObject({
      ok: false,
      faults: [
        { code: 'import.member-malformed', pointer: '/item/scheme', detail: 'The scheme says imo, the URI names container:SYNU0000014.' },
      ],
    });
  });

  it('reads the places of a voyage', () => {
    const conveyance = { voyage: '044E', loading: { unlocode: 'CN DLC' }, discharge: 'Osaka' };
    expect(map(line({ conveyance })).conveyance).toEqual({ voyage: '044E', loading: { unlocode: 'CNDLC' }, discharge: { text: 'Osaka' } });
  });

  it('hashes a track that the importer has and the line does not', () => {
    const known = {
      targetOf: () => undefined,
      fileOf: (ref: string) => (ref === 'ais/a.csv' ? { sha256: 'ab'.repeat(32), bytes: 7 } : undefined),
    };
    expect(mapCaseLine(line({ track: 'ais/a.csv' }), known)).toMatchObject({
      document: { evidence: [{ sha256: 'ab'.repeat(32), bytes: 7, type: 'track' }] },
    });
    expect(mapCaseLine(line({ track: 'ais/b.csv' }), known)).toMatchObject({ document: { extension: { x: { track: 'ais/b.csv' } } } });
  });

  it('lists along a chain of corrections every item that one of them concerned', () => {
    const vin = (value: string): JsonObject => ({ scheme: 'vin', value });
    const file = [
      line({ id: 'a', item: vin('WDDSYNTH9JA000001') }),
      line({ id: 'b', kind: 'correction', corrects: 'a', item: vin('WDDSYNTH0JA000002') }),
      line({ id: 'c', kind: 'correction', corrects: 'b' }),
    ];
    expect(roles(map(file[2] as JsonObject, file))).toEqual(['subject vin:WDDSYNTH0JA000002', 'background vin:WDDSYNTH9JA000001']);
    expect(map(file[2] as JsonObject, file).as).toBe('observation');
  });

  it.each<[string, JsonObject, JsonObject, string | undefined]>([
    ['a negative finding', { negative: true }, {}, 'negative'],
    ['a plan', { kind: 'transfer', claimType: 'scheduled' }, {}, 'planned'],
    ['what was planned by another name', { modality: 'planned' }, {}, 'planned'],
    ['a negative finding that is none', { negative: true }, { negative: false }, undefined],
    ['a plan, which is no negative finding', { claimType: 'scheduled' }, { negative: false }, 'planned'],
    ['a plan that was carried out', { claimType: 'scheduled' }, { modality: 'actual' }, 'actual'],
    ['a plan that came to nothing', { claimType: 'scheduled' }, { negative: true }, 'negative'],
    ['what was seen', {}, {}, undefined],
    ['what was seen and is stated so', { modality: 'actual' }, {}, undefined],
  ])('leaves the correction of %s as planned or negative as it says', (_, target, members, modality) => {
    const file = [
      line({ id: 'a', item: 'vin:WDDSYNTH9JA000001', place: { name: 'Vladivostok' }, ...target }),
      line({ id: 'b', kind: 'correction', corrects: 'a', place: { name: 'Nakhodka' }, ...members }),
      line({ id: 'c', kind: 'correction', corrects: 'b', place: { name: 'Dalian' } }),
    ];
    const [, first, second] = file.map((each) => map(each, file)) as [SightingDocument, SightingDocument, SightingDocument];
    expect(first.modality).toBe(modality);
    // Of a correction that is corrected, too.
    expect(second.modality).toBe(modality === 'actual' ? undefined : modality);
    expect(exportCaseLine(first, [map(file[0] as JsonObject)])).toEqual({ line: file[1], foreign: false });
    expect(readSighting(first, { agency: 'local', id: 'b', principal: 'operator' })).toMatchObject({ ok: true });
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['a plan', { claimType: 'scheduled' }, { as: 'claim' }],
    ['a search that found nothing', { negative: true }, { as: 'assessment', subtype: 'hypothesis' }],
    ['a negative claim', { kind: 'claim', negative: true }, {}],
    ['a negative assessment', { kind: 'assessment', negative: true }, {}],
  ])('makes what is said in the place of %s neither planned nor negative by itself', (_, target, members) => {
    const file = [
      line({ id: 'a', item: 'vin:WDDSYNTH9JA000001', statement: 'x', ...target }),
      line({ id: 'b', kind: 'correction', corrects: 'a', statement: 'y', ...members }),
      line({ id: 'c', kind: 'correction', corrects: 'a', statement: 'y', ...members, negative: true }),
    ];
    const [, silent, stated] = file.map((each) => map(each, file)) as [SightingDocument, SightingDocument, SightingDocument];
    expect(silent).not.toHaveProperty('modality');
    expect(stated.modality).toBe('negative');
    expect(exportCaseLine(silent, [map(file[0] as JsonObject)])).toEqual({ line: file[1], foreign: false });
  });

  it('says of a correction of other origin that it is actual, so that it is no plan when it is read beside one', () => {
    const target = line({ id: 'a', item: 'vin:WDDSYNTH9JA000001', negative: true });
    const { extension: _, ...seen } = map(line({ id: 'b', kind: 'correction', corrects: 'a', as: 'observation' }), []);
    const made = exportCaseLine({ ...seen, extension: { x: { quantity: 3 } } } as SightingDocument).line;
    expect(made).toMatchObject({ modality: 'actual', quantity: 3 });
    expect(map(made, [target, made])).toMatchObject({ as: 'observation', modality: 'actual', extension: { x: { quantity: 3 } } });
  });

  it('ends on corrections that go round in a circle', () => {
    const file = [line({ id: 'a', kind: 'correction', corrects: 'b' }), line({ id: 'b', kind: 'correction', corrects: 'a' })];
    expect(map(file[0] as JsonObject, file)).toMatchObject({ relations: { target: 'b' } });
  });

  it('gives documents of other origin a line that reads as the same document', () => {
    for (const each of lines) {
      const { extension, ...document } = map(each);
      const made = exported(document);
      const { extension: _, ...again } = map(made, []);
      // What a correction takes from its target is said in full, for the target need not be beside it.
      expect(again).toEqual(document.kind === 'correction' ? { ...document, modality: 'actual' } : document);
      expect(extension).toBeDefined();
    }
  });

  it('knows a source kind however it is written, and leaves an unknown one without a family', () => {
    expect([familyOf('Bill of Lading'), familyOf('bill-of-lading'), familyOf('crystal ball')]).toEqual(['trade', 'trade', undefined]);
    expect([familyOf('trac\u212aing'), familyOf('\ufeffais')]).toEqual([undefined, undefined]);
  });
});

type Path = readonly (string | number)[];
function* paths(value: unknown, at: Path = []): Generator<Path> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    yield [...at, name];
    yield* paths(member, [...at, name]);
  }
}

function without(value: JsonObject, path: Path): JsonObject {
  const copy = structuredClone(value) as Record<string, unknown>;
  const holder = path.slice(0, -1).reduce<Record<string, unknown>>((at, name) => at[name] as Record<string, unknown>, copy);
  const last = path.at(-1) as string;
  if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete holder[last];
  return copy as JsonObject;
}
