/** What changed, over a real ledger: two points of one reading, with who did it. */
import type { DiffView, SightingDocument } from '#lib/contracts';
import { readAsOf } from './coordinates.ts';
import { readDiff } from './diff.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';

const CAR = 'vin:WDDSYNTH9JA000001';

describe('what changed in an item', () => {
  let ledger: TestedLedger;
  beforeAll(async () => {
    ledger = await TestedLedger.open();
    const about = (id: string, kind: string, target: string): SightingDocument =>
      seen(id, [subject(CAR)], { kind, relations: { target } }) as SightingDocument;
    await ledger.add([seen('a', [subject(CAR)]), seen('b', [subject(CAR)])]);
    await ledger.seal('2026-01-01T10:00:00.000000Z');
    await ledger.add([about('fix', 'correction', 'a')], 'local', 'kim');
    await ledger.seal('2026-01-02T10:00:00.000000Z');
    await ledger.add([about('doubt', 'dispute', 'local/b')], 'other', 'lee');
    await ledger.add([about('gone', 'retraction', 'fix'), seen('else', [subject('imo:0000048')])]);
  }, 60_000);
  afterAll(() => ledger.database.drop());

  const between = async (from: string, to?: string, item = CAR): Promise<DiffView> =>
    readDiff(ledger.reads, await ledger.reader(), item, await readAsOf(from, ledger.reads), await readAsOf(to, ledger.reads));
  const told = ({ changes }: DiffView): string[] =>
    changes
      .map(
        ({ change, event, by }) => `${change} ${event.id} by ${by.map(({ id, submittedBy }) => `${id}/${submittedBy.principal}`).join()}`,
      )
      .sort();

  test('is told with the record that changed it and its submitter, by log size as by date', async () => {
    expect(told(await between('log:0', 'log:3'))).toEqual(['learnt a by a/operator', 'learnt b by b/operator']);
    const day = await between('2026-01-01', '2026-01-02');
    expect(told(day)).toEqual(['corrected a by fix/kim', 'learnt fix by fix/kim']);
    expect(day.changes.find(({ change }) => change === 'corrected')).toMatchObject({
      before: { standing: 'stands' },
      after: { standing: 'corrected', places: false },
      by: [{ logIndex: 3, recorded: '2026-01-02T10:00:00.000000Z' }],
    });
    expect([day.from.asOf, day.to.asOf]).toMatchObject([
      { basis: 'recorded', logSize: 2 },
      { basis: 'recorded', logSize: 4 },
    ]);
    expect(told(await between('2026-01-02'))).toEqual([
      'disputed b by doubt/lee',
      'learnt doubt by doubt/lee',
      'learnt gone by gone/operator',
      'restored a by gone/operator',
      'withdrawn fix by gone/operator',
    ]);
  });

  test('is nothing between a point and itself, and of another item nothing of this one', async () => {
    expect((await between('log:4', 'log:4')).changes).toEqual([]);
    expect(told(await between('log:0', undefined, 'imo:0000048'))).toEqual(['learnt else by else/operator']);
  });

  test('refuses points the wrong way round, points that are the word of authors, and an item of which nothing is known', async () => {
    await expect(between('log:4', 'log:2')).rejects.toMatchObject({ code: 'query.invalid' });
    await expect(between('reported:2019-01-01')).rejects.toMatchObject({ code: 'query.invalid' });
    await expect(between('log:0', 'log:0')).rejects.toMatchObject({ code: 'item.not-found' });
  });
});
