import type { JsonObject } from '#lib/contracts';
import { mapCaseLine } from './case-file.ts';
import { pointerIntoLine } from './case-pointers.ts';

const vin = { scheme: 'vin', value: 'WDDSYNTH9JA000001' };
const ship = { scheme: 'imo', value: '0000048' };
const box = { scheme: 'iso6346', value: 'SYNU0000014' };

describe('a place in the document', () => {
  it.each<[string, JsonObject, string]>([
    ['/items/0/id', { item: vin }, '/item/value'],
    ['/items/0/id', { items: [vin] }, '/items/0/value'],
    ['/items/1/id', { items: ['imo:0000048', vin] }, '/items/1/value'],
    ['/items/0/id', { items: ['imo:0000048'] }, '/items/0'],
    ['/items/1/id', { item: vin, parent: box, vessel: ship }, '/parent/value'],
    ['/items/2/aliases/name', { item: vin, parent: box, vessel: ship }, '/vessel/aliases'],
    ['/items/1/id', { item: vin, items: [vin, box] }, '/items/1/value'],
    ['/items/3/id', { item: vin, corrects: 'a' }, '/item'],
    ['/items', { corrects: 'a' }, '/corrects'],
    ['/items', {}, '/item'],
    ['/reported/at', { recordedAt: 'soon' }, '/recordedAt'],
    ['/relations/target', { target: 'a b' }, '/target'],
    ['/relations/target', { corrects: 'a b' }, '/corrects'],
    ['/relations/contradicts/1', { contradicts: ['a', 'a b'] }, '/contradicts/1'],
    ['/relations/contradicts/0', { contradicts: 'a b' }, '/contradicts'],
    ['/handling/tlp', { tlp: 'RED' }, '/tlp'],
    ['/evidence/0/sha256', { evidence: { sha256: 'x' } }, '/evidence/sha256'],
    ['/evidence/1/sha256', { evidence: [{ sha256: 'a' }, { sha256: 'x' }] }, '/evidence/1/sha256'],
    ['/evidence/0/sha256', { evidence: [{ ref: 'a' }, { sha256: 'x' }] }, '/evidence'],
    ['/evidence/0/sha256', { track: 'a', trackSha256: 'x' }, '/track'],
    ['/parties/1/lei', { party: { lei: 'A' }, parties: [{ lei: 'x' }] }, '/parties/0/lei'],
    ['/occurred/from', { occurred: { from: '2018-02-30' } }, '/occurred/from'],
    ['/occurred/from', { occurred: '2018-02-30' }, '/occurred'],
    ['/place/unlocode', { place: { unlocode: 'XX' } }, '/place/unlocode'],
    ['/statement', { kind: 'claim' }, '/statement'],
    ['/grade', { grade: 'Z9' }, '/grade'],
    ['', { grade: 'Z9' }, ''],
  ])('%s of the document made of %j is %s of the line', (pointer, line, expected) => {
    expect(pointerIntoLine(line, pointer)).toBe(expected);
  });

  it('is told by the line in every fault', () => {
    const faults = (members: JsonObject): string[] => {
      const mapped = mapCaseLine({ id: 'x', kind: 'observation', source: { kind: 'ais' }, ...members }, { targetOf: () => undefined });
      return mapped.ok ? [] : mapped.faults.map(({ code, pointer }) => `${code} ${pointer}`);
    };
    expect(faults({ grade: 'Z9' })).toEqual(['schema.pattern /grade']);
    expect(faults({ kind: 'claim' })).toEqual(['schema.required /statement']);
    expect(faults({ items: ['imo:0000048', 'vin:WDDSYNTH9JA00000O'] })).toEqual(['import.member-malformed /items/1']);
    expect(faults({ item: 'vin:WDDSYNTH9JA00000O' })).toEqual(['import.member-malformed /item']);
    expect(faults({ parent: [box, { scheme: 'vin' }] })).toEqual(['import.member-missing /parent/1/value']);
    expect(faults({ evidence: { sha256: 'x' } })).toEqual(['schema.pattern /evidence/sha256']);
    expect(faults({ id: 'a b' })).toEqual(['schema.pattern /id']);
  });
});
