/**
 * Who is told what by HTTP, generated: agencies and roles x sightings of every marking and audience x every operation of the API, on a real server with
 * real keys over a real ledger. Every place of every sighting has a word of its own; whose it is says who-may-see.contract.ts, which asks no line of
 * the product; whatever an answer holds of what its reader may not see is a leak, and what he may see and is not told is a fault, too.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { OPERATION_READS, openApiDocument } from '#lib/contracts';
import { createClient } from '../client.ts';
import { exportCase } from '../commands/export.ts';
import { eventRecipes } from './event-recipes.contract.ts';
import { LENT, listRecipes, type Lent } from './list-recipes.contract.ts';
import { ask, judge, nothingJudged, type Judged, type Recipe } from './question.contract.ts';
import { headersOf, makeWorld, type Reader, type World } from './world.contract.ts';

/** A machine under load takes ten times what a quiet one does. */
jest.setTimeout(1_800_000);

const CASES_MIN = 2_000;
/** Everybody asks about everything, and not one of each agency: some minutes. */
const BY_ALL = process.env['CUSTODY_TEST_LEAKS'] === 'all';
/** Lists of what has a handling. */
const LISTS = [
  'diffItem',
  'findPatterns',
  'getItem',
  'getTimeline',
  'listAudit',
  'listEvents',
  'proveItem',
  'search',
  'searchSightings',
  'streamEvents',
];
/** Of what is an agency's own, among its persons. */
const OWN_LISTS = ['listAlerts', 'listWatches'];
/** Whose rows are an entry's. */
const OF_ENTRIES = ['entries', 'content', 'timeline', 'relations', 'evidence_refs', 'audit', 'batch_members', 'open_points'];
/** He sees most. */
const LENDER = 'alpha/investigator';

let world: World;
/** Of lists first: later a record of who read what names what was asked for by whoever was told that it is not there. */
let recipes: readonly Readonly<Record<string, Recipe>>[];

beforeAll(async () => {
  world = await makeWorld();
  recipes = [listRecipes(await lendings()), eventRecipes(BY_ALL)];
});
afterAll(() => world.scene.close());

const reader = (name: string): Reader => {
  const known = world.readers.find((each) => each.name === name);
  if (known === undefined) throw new Error(`there is no ${name}`);
  return known;
};

async function lendings(): Promise<ReadonlyMap<string, Lent>> {
  const lent = new Map<string, Lent>();
  for (const [operation, path] of Object.entries(LENT)) {
    const { body, head } = await ask(world.url, { path, headers: headersOf(reader(LENDER), world.behalf) });
    const { next } = JSON.parse(body.toString()) as { next: string };
    lent.set(operation, { path, cursor: next, tag: /^etag: (.*)$/m.exec(head)?.[1] ?? '""' });
  }
  return lent;
}

/** Some, so that a fault that shows a thousand times can be read. */
const SHOWN = 20;
const firstOf = ({ leaks, wrong }: Judged): readonly string[][] => [leaks.slice(0, SHOWN), wrong.slice(0, SHOWN)];

test('no answer of any operation tells anybody what he may not see, and each tells what he may', async () => {
  const began = performance.now();
  const judged = nothingJudged();
  for (const of of recipes) await judge(world, of, world.readers, judged);
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const { cases, questions } = judged;
  process.stderr.write(
    `leak matrix: ${cases.size} cases (reader x thing x operation), ${questions} questions by ${world.readers.length} readers, ${judged.leaks.length} leaks, ${seconds} s\n`,
  );
  expect(firstOf(judged)).toEqual([[], []]);
  expect(cases.size).toBeGreaterThanOrEqual(CASES_MIN);
});

test('every operation of the API is asked, and none that is not there', () => {
  const paths = openApiDocument()['paths'] as Record<string, Record<string, { operationId: string }>>;
  const operations = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
  const asked = new Set(recipes.flatMap((of) => Object.keys(of)));
  expect([...asked].sort()).toEqual([...new Set(operations)].sort());
  expect(Object.keys(OPERATION_READS).sort()).toEqual([...new Set(operations)].sort());
});

test.each(['nobody', 'delta/partner', 'alpha/auditor', 'bravo/auditor'])(
  'a case that is exported to %s is what he may see',
  async (name) => {
    const asker = reader(name);
    const output = join(world.scene.folder, 'case.jsonl');
    await exportCase(createClient(world.url, { apiKey: asker.key }), { output, quiet: true });
    const words = world.canaries.in(readFileSync(output));
    expect([...words.values()].filter(({ thing }) => !thing.mayBeSeenBy(asker))).toEqual([]);
    const exported = new Set([...words.values()].flatMap(({ thing, place }) => (place === 'statement' ? [thing.name] : [])));
    const visible = world.told.filter(({ thing }) => thing.mayBeSeenBy(asker));
    expect([...exported].sort()).toEqual(visible.map(({ thing }) => thing.name).sort());
  },
);

/** Last, and in this order: what was read by them stands in the access log, where later ones find it. */
describe('control:', () => {
  /** Operations, and things, of which something leaks by one fault. */
  async function leaking(
    operations: readonly string[],
    askers: readonly string[],
    url?: string,
  ): Promise<{ operations: string[]; things: string[] }> {
    const lists = Object.fromEntries(Object.entries(recipes[0] ?? {}).filter(([name]) => operations.includes(name)));
    const { leaks } = await judge(world, lists, askers.map(reader), nothingJudged(), url);
    return {
      operations: [...new Set(leaks.map((leak) => leak.split(' ')[0] ?? ''))].sort(),
      // A record of what a colleague asked for names it, whether he was told of it or not.
      things: [...new Set(leaks.flatMap((leak) => (leak.startsWith('listAudit') ? [] : [/ of (.*)$/.exec(leak)?.[1] ?? ''])))].sort(),
    };
  }

  test('where the persons whom TLP:RED names are not looked at, it leaks to their colleagues, and nothing else does', async () => {
    const url = await world.scene.serve({ namesEverybody: true });
    const { operations, things } = await leaking([...LISTS, ...OWN_LISTS], ['alpha/auditor', 'bravo/operator'], url);
    // The last one that places an item may be one that names nobody.
    expect(operations).toEqual(expect.arrayContaining([...LISTS, ...OWN_LISTS].filter((name) => name !== 'getItem')));
    expect(things.length).toBeGreaterThan(3);
    expect(things.filter((name) => !/named|persons/.test(name))).toEqual([]);
  });

  test('without the policies of the tables of entries what a marking closed leaks', async () => {
    const owner = world.scene.database.pool('owner', { max: 1 });
    const strangers = ['nobody', 'delta/auditor'];
    const both = async (verb: string): Promise<void> => {
      for (const table of OF_ENTRIES) await owner.query(`alter table ledger.${table} ${verb} row level security`);
    };
    await both('disable');
    try {
      const { operations, things } = await leaking(LISTS, strangers);
      expect(operations).toEqual(expect.arrayContaining(['getTimeline', 'listAudit', 'listEvents', 'streamEvents']));
      expect(things).toEqual(expect.arrayContaining(["alpha's clear closed to persons", "alpha's green closed"]));
      // Nor is a marking told that nobody approved, which names what it would open.
      expect(things.filter((name) => !/closed|no more|for a community|opened by one/.test(name))).toEqual([]);
    } finally {
      await both('enable');
    }
    // They are told who read it, who did: an audit tells what was leaked.
    const sound = LISTS.filter((name) => name !== 'listAudit');
    expect(await leaking(sound, strangers)).toEqual({ operations: [], things: [] });
  });

  test('where statements run as somebody who is a member of all, every list leaks', async () => {
    const { operations, things } = await leaking(LISTS, ['delta/auditor'], await world.scene.serve({ asEverybody: true }));
    expect(operations).toEqual([...LISTS].sort());
    expect(things.length).toBeGreaterThan(world.told.length / 2);
  });
});
