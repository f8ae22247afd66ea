/** The tamper drill, at the size of CI; `npm run soak` and docs/drill.json have the large one (CUSTODY_TEST_TAMPERINGS). */
import type { AuditCode } from '#app/audit';
import { drill, TAMPER_CLASSES, type DrillResult } from './drill.ts';
import { makeCopy } from './drill-copy.ts';
import { drillTable, drillText } from './drill-report.ts';
import { drilledLedger, type DrilledLedger } from './drilled-ledger.contract.ts';
import { startObservers } from './observers.ts';
import { SeededRandom } from './random.ts';
import type { TamperClass } from './tampering.ts';

const TAMPERINGS = Number(process.env['CUSTODY_TEST_TAMPERINGS'] ?? 2 * TAMPER_CLASSES.length);
const SEED = Number(process.env['CUSTODY_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const EVENTS_PER_ROUND = 12;
const MS_PER_TAMPERING = 2_000;

let ledger: DrilledLedger;
let result: DrillResult;

beforeAll(
  async () => {
    ledger = await drilledLedger(SEED, EVENTS_PER_ROUND);
    const { copy, random } = ledger;
    result = await drill({ copy, random, seed: SEED, mutations: TAMPERINGS });
  },
  60_000 + TAMPERINGS * MS_PER_TAMPERING,
);
afterAll(() => ledger.copy.close());

describe(`a tamper drill (seed ${SEED})`, () => {
  test.each(TAMPER_CLASSES)('$name', ({ name, alone, held }) => {
    const found = result.classes.find((each) => each.name === name);
    expect(found).toMatchObject({ asClaimed: true, ...(alone === 'unchecked' ? {} : { alone: alone ? found?.count : 0 }) });
    expect(found?.witness.shown).toBeGreaterThan(0);
    if (held !== undefined) expect(found?.held).toMatchObject({ what: held, found: found?.count });
  });

  test('raises no alarm over what nobody touched', () => {
    expect(result.clean.runs).toBeGreaterThan(1);
    expect(result.clean.alarms).toBe(0);
  });

  test('does not take the silence of a witness for something that it noticed', async () => {
    const client = await ledger.copy.pool.connect();
    try {
      await expect(startObservers(ledger.copy, client, 1)).rejects.toThrow('a witness did not answer');
    } finally {
      client.release();
    }
  });

  test('says plainly what an audit of the database alone does not find', () => {
    const table = drillTable(result);
    const text = drillText(result);
    for (const { name, alone } of TAMPER_CLASSES) {
      expect(table).toContain(`| ${name} |`);
      if (alone === false) expect(text).toMatch(new RegExp(`NOT found by an audit of the database alone: .*${name}`));
    }
    expect(table).toContain('**no**');
    expect(table).toMatch(/the newest checkpoint \|.*but \*could not check\*/);
  });

  test('says of witnesses what they noticed: another history the one, a map that lacks an entry the auditing one alone', () => {
    const of = (name: string): Partial<DrillResult['classes'][number]> => result.classes.find((each) => each.name === name) ?? {};
    const anew = of('re-hash: everything from a row on, signed again');
    expect([anew.alone, anew.witness?.noticed]).toEqual([0, anew.witness?.shown]);
    const leftOut = of('seal: an entry left out of an item tree');
    expect(leftOut.witness?.noticed).toBe(0);
    expect(leftOut.auditing).toMatchObject({ noticed: leftOut.auditing?.shown, by: { 'data.witness-map': leftOut.auditing?.shown } });
    // Left out of the links as well there is nothing to miss: only a receipt says so.
    expect(of('seal: left out of the item tree and of the timeline').auditing?.noticed).toBe(0);
  });

  test('says plainly that an event that nobody submitted, written whole before it is sealed, is found by nobody', () => {
    const name = 'insert: a whole event that nobody submitted, before it is sealed';
    const found = result.classes.find((each) => each.name === name);
    expect(found).toMatchObject({ alone: 0, unchecked: 0, held: null, witness: { noticed: 0 }, auditing: { noticed: 0 }, asClaimed: true });
    expect(drillText(result)).toMatch(new RegExp(`Found by NOBODY: .*${name}`));
    expect(drillTable(result)).toMatch(new RegExp(`\\| ${name} \\|  \\| \\*\\*no\\*\\* `));
  });

  test('notices where a check is missing: a class that is not found is not as claimed', async () => {
    const { copy, random } = ledger;
    const classes = TAMPER_CLASSES.filter(({ name }) => name === 'bit: in a tile of the item map');
    const without: ReadonlySet<AuditCode> = new Set(['audit.map-tile']);
    const blind = await drill({ copy, random, seed: SEED, mutations: 1, classes, without });
    expect(blind.classes).toMatchObject([{ asClaimed: false, alone: 0 }]);
    expect(drillText(blind)).toContain('NOT as claimed');
  });

  test('notices where a witness cosigns what it is claimed to refuse', async () => {
    const { copy, random } = ledger;
    const [each] = TAMPER_CLASSES.filter(({ name }) => name === 'seal: another document than was submitted');
    const classes = [{ ...(each as TamperClass), witness: 'each' } as const];
    expect((await drill({ copy, random, seed: SEED, mutations: 1, classes })).classes).toMatchObject([
      { asClaimed: false, witness: { shown: 1, noticed: 0 } },
    ]);
  });
});

test('a drill copies a ledger, with what was sealed of it, and leaves it as it was', async () => {
  const source = ledger.copy;
  const state = async (): Promise<unknown> => (await source.pool.query('select size, note from proof.checkpoints order by size')).rows;
  const before = await state();
  // Not the seed of the source: both would draw the same key, which the copy's log revokes.
  const random = new SeededRandom(SEED + 1);
  const copy = await makeCopy({ source: source.pool, sourceKeys: source.keys, random, eventsPerRound: 4 });
  try {
    expect(copy.origin).toBe(source.origin);
    const classes = TAMPER_CLASSES.filter(({ name }) => ['bit: in a checkpoint', 'edit: a bit of the content'].includes(name));
    const copied = await drill({ copy, random, seed: SEED, mutations: 4, classes });
    expect(copied).toMatchObject({ clean: { runs: 1, alarms: 0 }, classes: [{ asClaimed: true }, { asClaimed: true }] });
    expect(copied.entries).toBeGreaterThan(3 * EVENTS_PER_ROUND);
  } finally {
    await copy.close();
  }
  expect(await state()).toEqual(before);
}, 60_000);
