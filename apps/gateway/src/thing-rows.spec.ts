/** Rows of a thing with several names, over rows that are made up: all that is of it, in order, each once, however it is cut. Synthetic. */
import fc from 'fast-check';
import type { Name, TimelineEntry } from '#lib/domain';
import type { Asker, TimelineKey, TimelineRow } from './ledger-reads.ts';
import { pageOfThing } from './thing-rows.ts';

const [OWN, RADIO, BADGE] = ['imo:0000048', 'mmsi:671990004', 'serial:demo:BADGE'] as const;
const DAY = 86_400_000_000;
const BEGIN = Date.UTC(2018, 0, 1) * 1_000;

interface Said {
  readonly items: readonly string[];
  readonly first: number;
  readonly last: number;
}

const said = fc.record({
  items: fc.subarray([OWN, RADIO, BADGE], { minLength: 1 }),
  first: fc.nat(7),
  last: fc.nat(7),
});
const name = fc.record({ id: fc.constantFrom(RADIO, BADGE), from: fc.option(fc.nat(7)), to: fc.option(fc.nat(7)) });

const dayText = (day: number): string => `2018-01-0${day + 1}`;

function rowOf({ items, first, last }: Said, n: number): TimelineRow {
  const [from, to] = [Math.min(first, last), Math.max(first, last)];
  const document = {
    ...{ id: `e${n}`, kind: 'observation', handling: { tlp: 'CLEAR' }, source: { kind: 'photo' } },
    occurred: { from: dayText(from), to: dayText(to), precision: 'day' },
    items: items.map((id) => ({ id, role: 'subject' })),
  };
  const row = { agency: 'local', id: `e${n}`, principal: 'p', capturedMicros: 1, kind: 0, logIndex: n };
  const hashes = { commitment: Buffer.alloc(32), contentHash: Buffer.alloc(32), secret: Buffer.alloc(32) };
  return { ...row, ...hashes, content: Buffer.from(JSON.stringify(document)), starts: BEGIN + from * DAY, ends: BEGIN + (to + 1) * DAY };
}

const order = (a: TimelineKey, b: TimelineKey): number =>
  (a.starts ?? 0) - (b.starts ?? 0) || (a.ends ?? 0) - (b.ends ?? 0) || (a.id < b.id ? -1 : a.id === b.id ? 0 : 1);

/** One stretch for each of them, so that none overlaps another of its id. */
const namesOf = (given: readonly { id: string; from: number | null; to: number | null }[]): Name[] =>
  [...new Map(given.map((each) => [each.id, each])).values()].map(({ id, from, to }) => {
    const [first, last] = from !== null && to !== null && from > to ? [to, from] : [from, to];
    const span = { starts: first === null ? null : BEGIN + first * DAY, ends: last === null ? null : BEGIN + (last + 1) * DAY };
    return { id, span, chain: [{ sighting: { agency: 'local', id: 'claim' } } as TimelineEntry] };
  });

test('are all that is of it, in order, each once, in pages of any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(said, { maxLength: 25 }),
      fc.array(name, { maxLength: 3 }),
      fc.integer({ min: 1, max: 6 }),
      async (all, given, limit) => {
        const rows = all.map(rowOf).sort(order);
        const itemsOf = new Map<string, readonly string[]>(all.map(({ items }, n) => [`e${n}`, items]));
        const names = namesOf(given);
        const reads = {
          timelinePage: ({ item, after, limit: most }: { item: string; after?: TimelineKey; limit: number }) =>
            Promise.resolve(
              rows
                .filter((row) => itemsOf.get(row.id)?.includes(item) === true && (after === undefined || order(row, after) > 0))
                .slice(0, most),
            ),
        };
        const isOf = (row: TimelineRow): boolean => {
          const items = itemsOf.get(row.id) ?? [];
          const lies = ({ span: { starts, ends } }: Name): boolean =>
            (starts === null || starts <= (row.starts ?? 0)) && (ends === null || (row.ends ?? 0) <= ends);
          return items.includes(OWN) || names.some((each) => items.includes(each.id) && lies(each));
        };
        const told: string[] = [];
        const asked = { item: OWN, names, reader: { groups: [] } as unknown as Asker, logSize: 100 };
        for (let after: TimelineKey | undefined, more = true, turns = 0; more; turns++) {
          const page = await pageOfThing(reads, asked, limit, after);
          expect(page.shown.length).toBeLessThanOrEqual(limit);
          told.push(...page.shown.map(({ id }) => id));
          ({ more } = page);
          after = page.last ?? after;
          if (turns > 100) throw new Error('it does not end');
        }
        expect(told).toEqual(rows.filter(isOf).map(({ id }) => id));
      },
    ),
    { numRuns: 1000 },
  );
});
