/** What was recorded when, as it is answered from a real ledger whose seals say the times that a case needs. */
import fc from 'fast-check';
import type { TimelineView } from '#lib/contracts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';

const EVERYTHING = { below: Number.MAX_SAFE_INTEGER, coversMax: Number.MAX_SAFE_INTEGER };
const HISTORIES = 10;

const recordedOf = ({ entries }: TimelineView): Record<string, string | null> =>
  Object.fromEntries(entries.map(({ id, recorded }) => [id, recorded]));

describe('an answer', () => {
  let ledger: TestedLedger;
  const CAR = 'vin:WDDSYNTH9JA000001';
  const [FIRST, SECOND] = ['2026-11-24T10:00:00.000000Z', '2026-11-25T10:00:00.000000Z'];
  /** What authors state, which no recorded time follows from. This suite captures in 1970. */
  const stated = { reported: { at: '2019-03-01T00:00:00Z' }, occurred: { from: '1969-02-19', precision: 'day' }, place: { name: 'Busan' } };
  const about = (id: string) => seen(id, [subject(CAR)], stated);

  beforeAll(async () => {
    ledger = await TestedLedger.open();
    // 0, 1, and 2 while the seal of the first two is made (3); all of them by the seal 4; 5 by none.
    await ledger.add([about('a'), about('b'), about('c')]);
    await ledger.seal(FIRST, 2);
    await ledger.seal(SECOND, 4);
    await ledger.add([about('d')]);
  }, 60_000);
  afterAll(() => ledger.database.drop());

  test('says of each entry when the first seal covered it, and of one that none covers nothing', async () => {
    expect(recordedOf(await ledger.timeline(CAR))).toEqual({ a: FIRST, b: FIRST, c: SECOND, d: null });
    expect((await ledger.item(CAR)).lastPlacedBy).toMatchObject({ id: 'd', recorded: null });
    expect((await ledger.item(CAR, 'log:5')).lastPlacedBy).toMatchObject({ id: 'c', recorded: SECOND });
  });

  test('at a log size tells what seals below it say', async () => {
    const at = async (size: number): Promise<unknown> => recordedOf(await ledger.timeline(CAR, { asOf: `log:${size}` }));
    expect(await at(3)).toEqual({ a: null, b: null, c: null });
    expect(await at(4)).toEqual({ a: FIRST, b: FIRST, c: null });
    expect(await at(5)).toEqual({ a: FIRST, b: FIRST, c: SECOND });
  });

  test('by a date holds what was recorded by its end, each entry with its time, and names the seal', async () => {
    const by = async (asOf: string): Promise<unknown> => {
      const view = await ledger.timeline(CAR, { asOf });
      return [view.coordinates.asOf.logSize, view.coordinates.asOf.sealed, recordedOf(view)];
    };
    const day = [2, FIRST, { a: FIRST, b: FIRST }];
    const next = [4, SECOND, { a: FIRST, b: FIRST, c: SECOND }];
    expect([await by('2026-11-24'), await by('2026-11-24T10:00:00Z'), await by('2026-11-25T09:59:59.999999Z')]).toEqual([day, day, day]);
    // What is not sealed yet was not recorded by any time, not even one to come.
    expect([await by('2026-11-25T10:00:00Z'), await by('2026-11-25'), await by('2190-01-01')]).toEqual([next, next, next]);
    expect(await ledger.item(CAR, '2026-11-24')).toMatchObject({ events: 2, lastPlacedBy: { id: 'b', recorded: FIRST } });
    expect(await ledger.item(CAR, '2190-01-01')).toMatchObject({ events: 3, lastPlacedBy: { id: 'c', recorded: SECOND } });
  });

  test('by a date before the first seal knows nothing, whatever its authors wrote down by then, and says what else may be meant', async () => {
    for (const asked of [ledger.timeline(CAR, { asOf: '2019-12-31' }), ledger.item(CAR, '2019-12-31')])
      await expect(asked).rejects.toMatchObject({
        code: 'item.not-found',
        detail: expect.stringMatching(/as recorded by 2019-12-31 \(.* 2026-11-24T10:00:00\.000000Z; .*as of reported:2019-12-31\)/),
      });
    expect((await ledger.timeline(CAR, { asOf: 'reported:2019-12-31' })).entries).toHaveLength(4);
  });

  test('in pages stays with the seal that its first page had, though the day goes on and more is sealed', async () => {
    const item = 'serial:acme:WALK';
    await ledger.add(['w1', 'w2', 'w3'].map((id) => seen(id, [subject(item)])));
    const seal = await ledger.seal('2026-11-26T08:00:00.000000Z');
    const today = { asOf: '2026-11-26', limit: 1 };
    const parts = [await ledger.timeline(item, today)];
    for (let next = parts[0]?.next ?? null; next !== null;) {
      // Stands before all that was shown.
      const id = `w0-${parts.length}`;
      await ledger.add([seen(id, [subject(item)], { occurred: { from: '1969-02-19', precision: 'day' } })]);
      await ledger.seal(`2026-11-26T08:0${parts.length}:00.000000Z`);
      const page = await ledger.timeline(item, { ...today, cursor: next });
      parts.push(page);
      next = page.next;
    }
    expect(parts.map(({ entries }) => entries.map(({ id }) => id))).toEqual([['w1'], ['w2'], ['w3']]);
    for (const { coordinates, entries } of parts) {
      expect(coordinates.asOf).toMatchObject({ logSize: seal.covers, sealed: '2026-11-26T08:00:00.000000Z' });
      expect(entries.map(({ recorded }) => recorded)).toEqual(['2026-11-26T08:00:00.000000Z']);
    }
    // Asked anew, the day holds what came since.
    expect((await ledger.timeline(item, { ...today, limit: 9 })).entries.map(({ id }) => id)).toEqual(['w0-1', 'w0-2', 'w1', 'w2', 'w3']);
  });
});

describe('the same log size', () => {
  let ledger: TestedLedger;
  beforeAll(async () => {
    ledger = await TestedLedger.open();
  }, 60_000);
  afterAll(() => ledger.database.drop());

  test('is answered by the same bytes whenever it is asked, whatever was sealed in between; told as far as it is sealed by now it is not', async () => {
    let [run, minute, changed, covered] = [0, 0, 0, 0];
    // A seal covers all that is there, or leaves out the last entry, which came while it was made.
    const step = fc.constantFrom<'add' | 'seal' | 'late'>('add', 'add', 'seal', 'late');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
        const item = `serial:acme:R${++run}`;
        const begin = await ledger.reads.logSize();
        const bytesAt = async (size: number): Promise<string> => JSON.stringify(await ledger.timeline(item, { asOf: `log:${size}` }));
        const unbound = async (size: number): Promise<string> => {
          const indexes = Array.from({ length: size - begin }, (_, n) => begin + n);
          return JSON.stringify([...(await ledger.reads.recordedTimes(indexes, EVERYTHING))]);
        };
        const [first, then] = [new Map<number, string>(), new Map<number, string>()];
        await ledger.add([seen(`r${run}`, [subject(item)])]);
        for (const [n, what] of steps.entries()) {
          const size = await ledger.reads.logSize();
          first.set(size, await bytesAt(size));
          then.set(size, await unbound(size));
          if (what === 'add') await ledger.add([seen(`r${run}-${n}`, [subject(item)])]);
          else {
            const time = new Date(Date.UTC(2026, 10, 26) + 60_000 * ++minute).toISOString().replace('Z', '000Z');
            covered = what === 'late' && size - 1 > covered ? size - 1 : size;
            await ledger.seal(time, covered);
          }
        }
        for (const [size, bytes] of first) expect(await bytesAt(size)).toBe(bytes);
        for (const [size, text] of then) if ((await unbound(size)) !== text) changed++;
      }),
      { numRuns: HISTORIES },
    );
    expect(changed).toBeGreaterThan(0);
  }, 120_000);
});
