/** Operations on one event, item or file: each is asked about each of them, by whoever may see it and by whoever may not. */
import type { AuditView, SearchView } from '#lib/contracts';
import { DOCUMENT } from './list-recipes.contract.ts';
import type { Question, Recipe } from './question.contract.ts';
import { mayAsk, type Role } from './who-may-see.contract.ts';
import { isListed, ROLES, type Reader, type Told, type World } from './world.contract.ts';

const STORED = [...DOCUMENT, 'hash', 'commitment'];
/** On which everything in the world may have been seen. */
const DAY = '2026-01-05';
const json = { 'content-type': 'application/json' };

/** What one operation is asked about one sighting. */
interface Each {
  readonly whom: readonly Role[] | 'everybody' | 'known';
  readonly of: (told: Told, asker: Reader, world: World) => readonly Question[];
  readonly tellsOfLoss?: true;
}
const found = (asker: Reader, { thing }: Pick<Told, 'thing'>): number => (thing.mayBeSeenBy(asker) ? 200 : 404);
const tells = ({ thing }: Pick<Told, 'thing'>, places: readonly string[]): Question['tells'] => [{ thing, places }];
const hits = (view: SearchView): number => view.results.length;
const rows = (view: AuditView): number => view.rows.filter(({ action }) => action === 'observation').length;
const audit = (q: string): string => `/v1/audit?limit=1000&q=${encodeURIComponent(q)}`;

const EACH: Readonly<Record<string, Each>> = {
  getEvent: {
    whom: 'everybody',
    of: (told, asker, { before }) => [
      { path: `/v1/events/${told.id}?agency=${told.owner}&explain=1`, tells: tells(told, STORED), status: found(asker, told) },
      { path: `/v1/events/${told.id}?asOf=log:${before}`, tells: tells(told, STORED), status: found(asker, told) },
    ],
  },
  getItem: {
    whom: 'everybody',
    of: (told, asker) =>
      ['', `?at=${DAY}`].map((of) => ({ path: `/v1/items/${told.item}${of}`, tells: tells(told, STORED), status: found(asker, told) })),
  },
  getTimeline: {
    whom: 'everybody',
    of: (told, asker) =>
      ['', `?at=${DAY}`].map((of) => ({
        path: `/v1/items/${told.item}/timeline${of}`,
        tells: tells(told, STORED),
        status: found(asker, told),
      })),
  },
  getJourney: {
    whom: 'everybody',
    of: (told, asker) =>
      ['', `?at=${DAY}`].map((of) => ({
        path: `/v1/items/${told.item}/journey${of}`,
        tells: tells(told, ['id']),
        status: found(asker, told),
      })),
  },
  diffItem: {
    whom: 'everybody',
    of: (told, asker) => [
      { path: `/v1/items/${told.item}/diff?from=log:0`, tells: tells(told, ['id', 'statement']), status: found(asker, told) },
    ],
  },
  search: {
    whom: 'everybody',
    // A whole name, the end of one, and what was stated beside it.
    of: (told) => [
      { path: `/v1/search?q=${told.item}`, tells: tells(told, []), count: hits },
      { path: `/v1/search?q=${told.item.slice(-9)}`, tells: tells(told, ['item']), count: hits },
      { path: `/v1/search?q=${told.alias.slice(-9)}`, tells: tells(told, ['item', 'alias']), count: hits },
    ],
  },
  streamEvents: {
    whom: 'everybody',
    of: (told) => [{ path: `/v1/stream?until=now&since=start&item=${told.item}`, tells: tells(told, DOCUMENT) }],
  },
  proveItem: {
    whom: 'known',
    tellsOfLoss: true,
    of: (told, asker) => [
      {
        path: `/v1/items/${told.item}/proof?events=true`,
        tells: tells(told, isListed(told, asker) ? [...DOCUMENT, 'secret'] : []),
        status: 200,
      },
    ],
  },
  proveEvent: {
    whom: 'everybody',
    of: (told, asker) => [
      {
        path: `/v1/events/${told.id}/proof?agency=${told.owner}`,
        tells: tells(told, [...DOCUMENT, 'commitment', 'secret']),
        status: found(asker, told),
      },
      { path: `/v1/events/${told.id}/proof?open=place,items`, tells: tells(told, ['place', 'item', 'alias']), status: found(asker, told) },
    ],
  },
  listAudit: {
    whom: ['auditor', 'operator', 'admin'],
    // Who read it is asked of lists: a record of a reader's own question names what he asked for, be it there or not.
    of: (told) => [
      { path: audit(`item:${told.item} action:observation`), tells: tells(told, ['id', 'cited', 'hash']), count: rows },
      { path: audit(`evidence:${told.cited} action:observation`), tells: tells(told, ['id', 'item', 'hash']), count: rows },
      { path: audit(`evidence:${told.evidence.sha256} action:observation`), tells: tells(told, ['id', 'item', 'hash']), count: rows },
    ],
  },
  getReceipt: {
    whom: 'known',
    of: (told, asker, { conflicts }) => {
      const isHis = asker.agency === told.owner && told.thing.mayBeSeenBy(asker);
      const path = `/v1/receipts/${told.owner}/${told.id}`;
      const taken = conflicts.filter(({ id, agency }) => id === told.id && agency === told.owner);
      return [
        { path, tells: tells(told, isHis ? ['hash', 'commitment', 'secret'] : []), status: isHis ? 200 : 404 },
        ...taken.map(({ thing, contentHash }) => ({
          path: `${path}?content=${contentHash}`,
          tells: [{ thing, places: [] }],
          status: isHis ? 200 : 404,
        })),
      ];
    },
  },
  submitEvents: {
    whom: ['contributor', 'investigator', 'admin'],
    // What it would come to: nothing is written. A correction of another's is a dispute; of what he does not see, as of what is not there.
    of: (told, asker) => {
      const plain = { handling: { tlp: 'AMBER' }, source: { kind: 'tip' } };
      const same = { ...plain, id: told.id, kind: 'statement', statement: 'x' };
      const correction = { ...plain, id: 'corrects', kind: 'correction', relations: { target: `${told.owner}/${told.id}` } };
      const path = '/v1/events?dryRun=true';
      const isHis = asker.agency === told.owner && told.thing.mayBeSeenBy(asker) && asker.role !== 'admin';
      return [
        { path, method: 'POST', headers: json, body: JSON.stringify(same), tells: tells(told, []) },
        { path, method: 'POST', headers: json, body: JSON.stringify(correction), tells: tells(told, isHis ? ['item'] : []) },
      ];
    },
  },
  ...ofFiles(),
};

function ofFiles(): Readonly<Record<string, Each>> {
  const path = ({ evidence }: Told, more = ''): string => `/v1/evidence/sha256/${evidence.sha256}${more}`;
  const ofFile =
    (places: readonly string[], more: string, method?: string): Each['of'] =>
    (told, asker) => [
      {
        path: path(told, more),
        ...(method === undefined ? {} : { method }),
        tells: tells(told.evidence, places),
        status: found(asker, told.evidence),
      },
    ];
  return {
    getEvidence: { whom: 'everybody', of: ofFile(['bytes'], '') },
    headEvidence: { whom: 'everybody', of: ofFile([], '', 'HEAD') },
    viewEvidence: { whom: 'everybody', of: ofFile(['bytes'], '/view?locator=line:2') },
    getCustody: {
      whom: 'everybody',
      of: (told, asker) => [
        {
          path: path(told, '/custody'),
          tells: [...tells(told.evidence, []), ...tells(told, ['id', 'ref'])],
          status: found(asker, told.evidence),
        },
        { path: `/v1/evidence/sha256/${told.cited}/custody`, tells: tells(told, ['id', 'locator']), status: found(asker, told) },
      ],
    },
    putEvidence: {
      whom: ['contributor', 'investigator', 'admin'],
      // A part of it from a place at which nobody else has begun: who sent all of it has it, whoever he is else has nothing here.
      of: (told, asker) => [
        {
          path: path(told),
          method: 'PUT',
          headers: { 'content-range': `bytes 5-9/${told.evidence.bytes.length}` },
          body: 'xxxxx',
          tells: tells(told.evidence, []),
          status: asker.agency === told.owner ? 200 : 409,
        },
      ],
    },
  };
}

/**
 * Beside those of lists: what is asked of one. Of each agency one person asks about each sighting, of the roles that have the operation one after the
 * other; of what names persons everybody of the agencies that have it does.
 * @param byAll everybody asks about everything: three times as long
 */
export function eventRecipes(byAll: boolean): Readonly<Record<string, Recipe>> {
  const recipes = Object.entries(EACH).map(([operation, { of, ...recipe }]): [string, Recipe] => [
    operation,
    {
      ...recipe,
      questions: (world, asker) =>
        world.told.flatMap((told, n) => (byAll || isAsked(recipe.whom, told, asker, n) ? of(told, asker, world) : [])),
    },
  ]);
  return Object.fromEntries(recipes);
}

function isAsked(whom: Each['whom'], told: Told, asker: Reader, n: number): boolean {
  // That he is turned away is said once.
  if (!mayAsk(asker, whom)) return n === 0;
  if (asker.role === null) return true;
  const { document, now, owner } = told;
  const named = [document.handling, now].filter(({ principals = [] }) => principals.length > 0);
  if (named.some(({ agencies = [] }) => [owner, ...agencies].includes(asker.agency ?? ''))) return true;
  const roles = typeof whom === 'string' ? ROLES : whom;
  return n % roles.length === roles.indexOf(asker.role);
}
