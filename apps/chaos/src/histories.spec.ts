import { RULES, rulesWithout } from '#lib/domain';
import { disagreements, documentOf, ordersOf, PARTS, type History, type Part } from './histories.ts';
import type { LedgerEntry } from './ledger-state.ts';

const KEYS = Object.fromEntries(PARTS.map((part) => [part, `serial:chaos:${part.toUpperCase()}`])) as Record<Part, string>;
const HISTORIES = [...ordersOf(PARTS)].map((order, number): History => ({ choice: 0, number, order, keys: KEYS }));
const ENTRIES = HISTORIES.flatMap((history) => history.order.map((part) => documentOf(history, part))).map(
  (document, logIndex): LedgerEntry => ({
    logIndex,
    agency: 'local',
    id: document.id,
    commitment: '',
    contentHash: '',
    principal: 'operator',
    capturedMicros: Date.parse('2019-01-01') * 1_000,
    secret: Buffer.alloc(0),
    content: Buffer.from(JSON.stringify(document), 'utf8'),
  }),
);
const ONE_TIMELINE = 'timelines of one history';
const DEMANDED = 'not what the rules demand';

test('every order of arrival has the timelines that the rules demand', () => {
  expect(HISTORIES).toHaveLength(120);
  expect(disagreements(HISTORIES, ENTRIES, RULES)).toEqual([]);
});

test.each(['retractionPrevails', 'laterReportedStands', 'waitingPlacesNothing', 'onlyStandingPlaces', 'disputedStillPlaces'] as const)(
  'a fold without %s is wrong in the same way in every order, and is seen',
  (rule) => {
    const found = disagreements(HISTORIES, ENTRIES, rulesWithout(rule));
    expect(found).toEqual([expect.stringContaining(DEMANDED)]);
  },
);

test('a fold in the order of the log has as many timelines as there are orders', () => {
  const found = disagreements(HISTORIES, ENTRIES, rulesWithout('orderedByTime'));
  expect(found).toEqual([`120 ${ONE_TIMELINE} (partitions 0)`, expect.stringContaining(DEMANDED)]);
});

test('a planted sighting that is missing is seen', () => {
  expect(disagreements(HISTORIES, ENTRIES.slice(1), RULES)).toEqual([
    expect.stringContaining(ONE_TIMELINE),
    expect.stringContaining(DEMANDED),
  ]);
});
