/** A line that an earlier version of this program took in is there already; a record that only carries it is another one. */
import type { JsonObject, SightingDocument } from '#lib/contracts';
import { mapCaseLine } from '#lib/sources';
import { differencesOf } from './import-again.ts';

const VIN = 'vin:WDDSYNTH9JA000001';
const MONTH = { from: '2018-08', to: '2018-08', precision: 'month' } as const;
const WIDENED = { from: '2018-08', to: '2018-09', precision: 'month', extent: 'throughout' } as const;
const line = (members: JsonObject): JsonObject => ({ id: 'x', kind: 'observation', source: { kind: 'ais' }, tlp: 'GREEN', item: VIN, ...members }); // prettier-ignore
const plan = line({ id: 'a', kind: 'transfer', claimType: 'scheduled' });
const context = { targetOf: (id: string) => (id === 'a' ? plan : undefined) };
const map = (each: JsonObject): SightingDocument => {
  const mapped = mapCaseLine(each, context);
  if (!mapped.ok) throw new Error(JSON.stringify(mapped.faults));
  return mapped.document;
};

/** Of a document, other than they would be. */
type Members = { readonly [member in keyof SightingDocument]?: SightingDocument[member] | undefined };

const at = '2018-08-15T10:00:00.123Z';
const inZone = '2018-08-01T00:30:00+09:00';
const sgln = '(414)4012345000054(254)0';
const role = line({ item: { scheme: 'vin', value: 'WDDSYNTH9JA000001', role: '' } });
const correction = line({ kind: 'correction', corrects: 'a', place: { name: 'Nakhodka' } });

it.each<[string, JsonObject, Members, string]>([
  ['decimals of a second', line({ occurred: at }), { occurred: { from: at, to: at, precision: 'microsecond' } }, 'occurred'],
  [
    'a time throughout that was widened',
    line({ occurred: { from: '2018-08-10', to: '2018-09', extent: 'throughout' } }),
    { occurred: WIDENED },
    'occurred',
  ],
  ['a month in a zone', line({ occurred: { from: inZone, to: inZone, precision: 'month' } }), { occurred: MONTH }, 'occurred'],
  ['a correction of a plan', correction, { modality: undefined }, 'modality'],
  [
    'extension 0 of a location',
    line({ item: { scheme: 'sgln', value: sgln } }),
    { items: [{ id: 'sgln:4012345000054.0', role: 'subject', written: sgln }] },
    'items',
  ],
  ['an empty role', role, { extension: { case: role, x: { 'item[0]': { role: '' } } } }, 'extension'],
])('%s, as an earlier version made it, is there already, and what differs is said', (_, each, was, member) => {
  const here = map(each);
  const there = JSON.parse(JSON.stringify({ ...here, ...was })) as SightingDocument;
  expect(there).not.toEqual(here);
  expect(differencesOf(there, here, context)).toEqual([`${member}: as an earlier version of this program reads this line`]);
  expect(differencesOf(here, here, context)).toEqual([]);
  // One that only carries the line, or another line that makes the same.
  expect(differencesOf({ ...there, kind: 'registration' }, here, context)).toBeUndefined();
  expect(differencesOf({ ...there, extension: { ...there.extension, case: { ...each, note: 'n' } } }, here, context)).toBeUndefined();
});

it.each<[string, Members]>([
  ['another time', { occurred: { from: '2018-08-16', to: '2018-08-16', precision: 'day' } }],
  ['a longer time', { occurred: { from: '2018-08-15', precision: 'day' } }],
  ['a time that it claims throughout', { occurred: { from: '2018-08-15', to: '2018-08-15', precision: 'day', extent: 'throughout' } }],
  ['no time', { occurred: undefined }],
  ['another item', { items: [{ id: 'vin:WDDSYNTH0JA000002', role: 'subject' }] }],
  ['another role', { items: [{ id: VIN, role: 'background' }] }],
  ['a plan', { modality: 'planned' }],
  ['evidence that the line does not cite', { extension: { case: line({ occurred: at }), x: { evidence: [{ ref: 'a.txt' }] } } }],
])('a record of %s that carries the line is another one', (_, lie) => {
  const here = map(line({ occurred: at }));
  expect(differencesOf(JSON.parse(JSON.stringify({ ...here, ...lie })) as SightingDocument, here, context)).toBeUndefined();
});
