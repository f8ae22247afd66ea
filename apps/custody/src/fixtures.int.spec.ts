/** What released versions wrote opens, migrates and still means the same: one folder under fixtures/ for each data format. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestTimelines } from '#app/gateway';
import { contentIndex } from '#app/projector';
import { rulesWithout } from '#lib/domain';
import { createPool, digestDerived, openFixture, rebuild, type StorePool } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../libs/store/test-database.ts';
import { SEARCH_KEYS } from './search-keys.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures');
const DEMO_EVENTS = 62;
/** What each folds to. Another one here means that readers get other answers about records that are there: the change log says which. */
const TIMELINES: Readonly<Record<string, string>> = {
  'format-1': '541117eb1f2e8892fe112a4aea9105b10160e6f323cbb61acfd06f743c6ad5cd',
};

describe.each(readdirSync(FIXTURES))('the ledger kept in fixtures/%s', (name) => {
  let server: TestDatabase;
  let ledger: StorePool;

  beforeAll(async () => {
    server = await testDatabase();
    const database = `fixture_${name.replaceAll(/\W/g, '_')}_${process.pid}`;
    await server.pool('owner').query(`create database ${database}`);
    const url = server.url.replace(/[^/]*$/, database);
    await openFixture(url, join(FIXTURES, name));
    ledger = createPool({ url, applicationName: 'custody fixture test', max: 2 });
  }, 60_000);

  afterAll(async () => {
    await ledger.close();
    await server.drop();
  });

  test('holds every event of the demo case, byte for byte', async () => {
    const { rows } = await ledger.query<{ bytes: Buffer }>('select bytes from ledger.content order by log_index');
    const cases = rows.map(({ bytes }) => (JSON.parse(bytes.toString('utf8')) as { extension: { case: { id: string } } }).extension.case);
    const demo = readFileSync(join(FIXTURES, '../demo/lux-and-loaded.jsonl'), 'utf8').trim().split('\n');
    expect(cases).toHaveLength(DEMO_EVENTS);
    const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
    expect(cases.sort(byId)).toEqual(demo.map((line) => JSON.parse(line) as { id: string }).sort(byId));
  });

  test('folds to the derived tables that were written then; another index of one kind would show', async () => {
    const before = await digestDerived(ledger);
    expect(await rebuild(ledger, { indexOf: contentIndex, keys: SEARCH_KEYS })).toBe(DEMO_EVENTS);
    const after = await digestDerived(ledger);
    // Keys of sightings came with a later version: their first rebuild makes them.
    const since = ({ table }: { readonly table: string }): boolean => table !== 'sighting_keys';
    expect(after.filter(since)).toEqual(before.filter(since));
    expect(after.find((each) => !since(each))?.rows).toBeGreaterThan(1_000);
    await rebuild(ledger, { indexOf: (content, agency) => ({ ...contentIndex(content, agency), kind: 0 }), keys: SEARCH_KEYS });
    expect(await digestDerived(ledger)).not.toEqual(after);
  });

  test('folds to the timelines that it folded to; a changed rule of the fold would show', async () => {
    await rebuild(ledger, { indexOf: contentIndex, keys: SEARCH_KEYS });
    expect((await digestTimelines(ledger)).sha256).toBe(TIMELINES[name]);
    for (const rule of ['onlyPlacingKindsPlace', 'onlyStandingPlaces', 'placelessIsNotPlaced', 'correctionClosesCheck'] as const)
      expect([rule, (await digestTimelines(ledger, { rules: rulesWithout(rule) })).sha256]).not.toEqual([rule, TIMELINES[name]]);
  });
});
