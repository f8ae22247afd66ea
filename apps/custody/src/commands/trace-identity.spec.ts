/** What a trace says of an item that goes under several names. Synthetic. */
import type { TimelineView } from '#lib/contracts';
import { entry } from './shown-entry.contract.ts';
import { beside, COLUMNS, numbered } from './trace-rows.ts';
import { timelineText } from './trace.ts';

const claims = [{ agency: 'local', id: 'flag' }];
const radio = { id: 'mmsi:671990004', display: 'MMSI 671990004' };
const span = { since: '2018-01-01T00:00:00.000000Z', until: '2018-07-01T00:00:00.000000Z' };
const VIEW: TimelineView = {
  item: { id: 'imo:0000048', scheme: 'imo', display: 'IMO 0000048', check: { verdict: 'valid' }, facts: [] },
  coordinates: { asOf: { basis: 'log', logSize: 5 }, policy: 0 },
  entries: [entry('heard', { through: { ...radio, claims } }), entry('own')],
  ...{ waiting: [], openQuestions: [], notes: [], next: null },
  identity: {
    names: [{ ...radio, ...span, scheme: 'mmsi', claims, grade: 'C3', tlp: 'AMBER' }],
    ...{ moreNames: 0, unjoined: [], moreUnjoined: 0, isPartial: false },
  },
};
const KNOWN = 'Also known as MMSI 671990004 since 2018-01-01 until 2018-07-01, by flag   C3, AMBER';

test('begins with its other names, by which claims, since and until, and says of each record by which of them it is of the item', () => {
  const lines = timelineText(VIEW).split('\n');
  expect(lines[1]).toBe(KNOWN);
  expect(lines.filter((line) => line.includes('which it is'))).toEqual(['     (as MMSI 671990004, which it is by flag)']);
});

test('gives programs the name with the row, and says the rest beside the rows', () => {
  expect(numbered(VIEW.entries).map((row) => COLUMNS['through']?.(row))).toEqual(['mmsi:671990004', undefined]);
  expect(beside(VIEW)).toContain(KNOWN);
});
