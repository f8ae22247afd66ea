/** What changed, over a real ledger: two points of one reading, with who did it. */
import type { DiffView, SightingDocument } from '#lib/contracts';
import { readAsOf } from './coordinates.ts';
import { readDiff } from './diff.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';
import { ParsedTracks } from './track-files.ts';

const CAR = 'vin:WDDSYNTH9JA000001';
const BOX = 'container:SYNU0000014';
/** Behind all that the documents say: what begins later places nothing. */
const CAPTURED = Date.UTC(2026, 0, 1) * 1_000;
const deps = { parsed: new ParsedTracks(() => Promise.resolve(null)), notes: { evidence: new Map<string, string>() } };

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
    readDiff(ledger.reads, await ledger.reader(), deps, item, await readAsOf(from, ledger.reads), await readAsOf(to, ledger.reads));
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

  test('refuses points the wrong way round, and an item of which nothing is known', async () => {
    await expect(between('log:4', 'log:2')).rejects.toMatchObject({ code: 'query.invalid' });
    await expect(between('reported:2019-01-02', 'reported:2019-01-01')).rejects.toMatchObject({ code: 'query.invalid' });
    await expect(between('log:0', 'log:0')).rejects.toMatchObject({ code: 'item.not-found' });
  });
});

describe('what changed between two times by which authors had reported', () => {
  let ledger: TestedLedger;
  beforeAll(async () => {
    ledger = await TestedLedger.open();
    const on = (day: string) => ({ occurred: { from: day, to: day, precision: 'day' }, place: { name: 'Busan', country: 'KR' } });
    const reported = (at: string) => ({ reported: { at, by: 'An Author' } });
    const loaded = (id: string, more: object) =>
      seen(id, [subject(CAR), { id: BOX, role: 'container' }], { kind: 'aggregation', action: 'ADD', ...more });
    await ledger.add(
      [
        // Recorded first, and reported last.
        seen('box', [subject(BOX)], { ...on('2018-08-05'), ...reported('2019-03-01T00:00:00Z') }),
        seen('a', [subject(CAR)], { ...on('2018-08-02'), ...reported('2019-01-01T00:00:00Z') }),
        loaded('in', { ...on('2018-08-03'), ...reported('2019-01-10T00:00:00Z') }),
        seen('unsaid', [subject(CAR)], on('2018-08-09')),
      ],
      'local',
      'operator',
      CAPTURED,
    );
    const about = (id: string, kind: string, target: string, more: object): SightingDocument =>
      seen(id, [subject(CAR), subject(BOX)], { kind, relations: { target }, ...more }) as SightingDocument;
    await ledger.add([about('gone', 'retraction', 'in', reported('2019-04-01T09:00:00+09:00'))], 'local', 'kim');
    await ledger.add([about('doubt', 'dispute', 'local/a', reported('2019-02-01T00:00:00Z'))], 'other', 'lee');
    // It speaks about a record of the car, and is none: it names the box alone.
    await ledger.add(
      [seen('word', [subject(BOX)], { kind: 'dispute', relations: { target: 'local/a' } }) as SightingDocument],
      'other',
      'lee',
    );
  }, 60_000);
  afterAll(() => ledger.database.drop());

  const between = async (from: string, to?: string): Promise<DiffView> =>
    readDiff(ledger.reads, await ledger.reader(), deps, CAR, await readAsOf(from, ledger.reads), await readAsOf(to, ledger.reads));
  const told = ({ changes }: DiffView): string[] =>
    changes
      .map(
        ({ change, event, by }) => `${change} ${event.id} by ${by.map(({ id, submittedBy }) => `${id}/${submittedBy.principal}`).join()}`,
      )
      .sort();

  test('is told by whom, in the order of their word and not of the log', async () => {
    const first = await between('reported:2018-12-31', 'reported:2019-01-31');
    expect(told(first)).toEqual(['learnt a by a/operator', 'learnt in by in/operator']);
    expect(first).toMatchObject({
      withoutReported: 1,
      from: { asOf: { basis: 'reported', reported: '2018-12-31' } },
      to: { asOf: { logSize: 7 } },
    });
    expect(told(await between('reported:2019-01-31', 'reported:2019-02-28'))).toEqual([
      'disputed a by doubt/lee',
      'learnt doubt by doubt/lee',
    ]);
    // Nine in the morning at its offset is midnight in UTC.
    expect(told(await between('reported:2019-03-31T23:59:59Z', 'reported:2019-04-01T00:00:00Z'))).toEqual([
      'learnt gone by gone/kim',
      'withdrawn in by gone/kim',
    ]);
    expect(told(await between('reported:2019-04-01', 'reported:2019-05-01'))).toEqual([]);
  });

  test('names what the journey concludes otherwise: the leg that came, what it gave, and that both went', async () => {
    const came = (await between('reported:2019-01-31', 'reported:2019-03-01')).journey;
    expect(came).toMatchObject({
      isLastOther: true,
      lastBefore: { event: { id: 'in' } },
      lastAfter: { basis: 'inferred', event: { id: 'box' } },
    });
    expect(came?.legsAdded).toEqual([]);
    const loaded = (await between('reported:2019-01-01', 'reported:2019-01-31')).journey;
    expect(loaded?.legsAdded).toMatchObject([{ carriers: [{ id: BOX, loading: { id: 'in' } }] }]);
    const went = (await between('reported:2019-03-31', 'reported:2019-04-01')).journey;
    expect(went).toMatchObject({ isLastOther: true, lastAfter: { basis: 'observed', event: { id: 'a' } }, legsAdded: [], legsChanged: [] });
    expect(went?.legsRemoved).toMatchObject([{ carriers: [{ loading: { id: 'in' } }] }]);
    expect((await between('log:1', 'log:4')).journey?.legsAdded).toHaveLength(1);
  });

  test.each([
    ['reported:2019-01-01', undefined],
    ['reported:2019-01-01', 'log:4'],
    ['log:4', 'reported:2019-01-01'],
  ])('is not asked for between points of two kinds: %s and %s', async (from, to) => {
    await expect(between(from, to)).rejects.toMatchObject({ code: 'diff.bases-mixed' });
  });
});
