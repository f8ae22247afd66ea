/** What is hidden answers as what never was: every operation that names something, byte for byte, for strangers and for colleagues who are not named. */
import { jest } from '@jest/globals';
import { openApiDocument } from '#lib/contracts';
import { sha256Hex } from '#lib/ledger';
import { NAMELESS, NAMING, namesOf, neverOf, withoutNames, type Asked, type Names } from './absent-routes.contract.ts';
import { ask } from './question.contract.ts';
import { maySee, type Said } from './who-may-see.contract.ts';
import type { Told } from './told-case.contract.ts';
import { headersOf, makeWorld, type Reader, type World } from './world.contract.ts';

/** A machine under load takes ten times what a quiet one does. */
jest.setTimeout(1_800_000);

/** For each way to be kept out: nobody, a stranger with each right, a colleague whom RED does not name, and whoever runs the ledger. */
const ASKERS = [
  'nobody',
  'delta/contributor',
  'delta/auditor',
  'delta/admin',
  'charlie/partner',
  'alpha/auditor',
  'alpha/investigator',
  'local/operator',
];

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.scene.close());

const reader = (name: string): Reader => {
  const known = world.readers.find((each) => each.name === name);
  if (known === undefined) throw new Error(`there is no ${name}`);
  return known;
};

/** Of a sighting's agency, what else is there under a name. */
function namesFor(told: Told): Names {
  const of = <Thing extends { readonly agency: string }>(all: readonly Thing[]): Thing => {
    const found = all.find(({ agency }) => agency === told.owner);
    if (found === undefined) throw new Error(`${told.owner} has none`);
    return found;
  };
  const read = world.records.find(({ tenant }) => tenant === told.owner);
  return namesOf(told, {
    batch: of(world.batches).id,
    case: world.cases.find((each) => each.of === told)?.id ?? '',
    session: of(world.sessions).id,
    letter: of(world.deadLetters).id,
    read: String(read?.n ?? 0),
    // He is there, and has done nothing that others are told of.
    person: 'operator',
  });
}

const shown = async (asker: Reader, operation: string, asked: Asked, of: Names): Promise<string> => {
  const headers = { ...headersOf(asker, world.behalf), ...asked.headers };
  return withoutNames(operation, await ask(world.url, { ...asked, headers }), asked, of);
};

/** Whether an operation names of it only what is hidden from him. */
function isHidden(asker: Reader, told: Told, operation: string): boolean {
  if (operation === 'getCase') return world.cases.some(({ of, thing }) => of === told && !thing.mayBeSeenBy(asker));
  if (told.thing.mayBeSeenBy(asker)) return false;
  // What came into a list of his agency's, for others or before it was closed, stays a leaf there that is not opened: no such proof is as of nothing.
  const { tlp, community, agencies } = told.document.handling as Said;
  const inHisList = maySee(asker, told, { tlp, ...(community && { community }), ...(agencies && { agencies }) });
  if (operation === 'proveItem' && inHisList) return false;
  const isColleague = asker.agency === told.owner;
  if (['getEvidence', 'headEvidence', 'viewEvidence', 'getCustody', 'putEvidence'].includes(operation))
    return !told.evidence.thing.mayBeSeenBy(asker);
  // His agency's own is not hidden from him: its files, imports, people, letters, records.
  return !(isColleague && ['getDeadLetter', 'retryDeadLetter', 'endSession', 'proveRead', 'listAudit'].includes(operation));
}

interface Compared {
  pairs: number;
  readonly differ: string[];
}

/** Of what names nobody each sighting is asked of by each fourth of them. */
const isTried = (asker: Reader, { document, now }: Told, n: number): boolean =>
  [document.handling, now].some(({ principals = [] }) => principals.length > 0) || n % 4 === ASKERS.indexOf(asker.name) % 4;

async function compare(
  askers: readonly Reader[],
  isAsked: (asker: Reader, told: Told, operation: string, n: number) => boolean,
): Promise<Compared> {
  const compared: Compared = { pairs: 0, differ: [] };
  for (const [operation, route] of Object.entries(NAMING))
    for (const asker of askers) {
      const never = new Map<string, readonly string[]>();
      for (const [n, told] of world.told.entries()) {
        if (!isAsked(asker, told, operation, n)) continue;
        const [names, absent] = [namesFor(told), neverOf(told.owner)];
        const answers = async (of: Names): Promise<readonly string[]> =>
          Promise.all(route(of).map((asked) => shown(asker, operation, asked, of)));
        if (!never.has(told.owner)) never.set(told.owner, await answers(absent));
        const hidden = await answers(names);
        const expected = never.get(told.owner) ?? [];
        for (const [at, answer] of hidden.entries()) {
          compared.pairs += 1;
          const { path, method = 'GET' } = route(names)[at] ?? { path: '' };
          if (answer !== expected[at])
            compared.differ.push(
              `${operation} ${method} ${path} to ${asker.name} (${told.thing.name}):\n${answer}\n--- and what never was:\n${expected[at]}`,
            );
        }
      }
    }
  return compared;
}

const SHOWN = 5;
const hashOf = (text: string): string => sha256Hex(Buffer.from(text));

test('every operation that names something is asked', () => {
  const paths = openApiDocument()['paths'] as Record<
    string,
    Record<string, { operationId: string; parameters?: { name: string; in: string }[] }>
  >;
  const names = new Set(['q', 'text', 'agency', 'item']);
  const naming = Object.values(paths).flatMap((path) =>
    Object.values(path).flatMap(({ operationId, parameters = [] }) =>
      parameters.some((of) => of.in === 'path' || names.has(of.name)) ? [operationId] : [],
    ),
  );
  // What is submitted names things in its body; logging in names an agency, and asks a provider.
  const expected = [...new Set([...naming, 'submitEvents'])].filter((operation) => operation !== 'login');
  expect([...Object.keys(NAMING), ...NAMELESS].sort()).toEqual(expected.sort());
});

test('what is hidden answers byte for byte as what never was, on every operation that names something', async () => {
  const { pairs, differ } = await compare(
    ASKERS.map(reader),
    (asker, told, operation, n) => isTried(asker, told, n) && isHidden(asker, told, operation),
  );
  process.stderr.write(`as if absent: ${pairs} pairs, ${differ.length} differ\n`);
  expect(differ.slice(0, SHOWN)).toEqual([]);
  expect(pairs).toBeGreaterThan(1_000);
});

test('control: to who may see it each of them answers something else', async () => {
  const author = ['alpha/contributor', 'alpha/admin'].map(reader);
  const amber = (told: Told): boolean => told.owner === 'alpha' && told.thing.name === "alpha's amber";
  const { differ } = await compare(author, (_, told) => amber(told));
  const operations = new Set(differ.map((each) => each.split(' ')[0]));
  expect([...operations].sort()).toEqual(Object.keys(NAMING).sort());
});

/** Last: it writes. */
test('whoever sends the very bytes of a hidden file is answered as for bytes that nobody has', async () => {
  const asker = reader('delta/contributor');
  const hidden = world.told.find(({ thing: { name } }) => name === "alpha's amber");
  if (hidden === undefined) throw new Error('there is none');
  const { sha256, bytes } = hidden.evidence;
  const other = Buffer.from(bytes.map((byte) => (byte === 0x0a ? byte : 0x78)));
  const send = async (body: string): Promise<string> => {
    const answer = await ask(world.url, {
      path: `/v1/evidence/sha256/${hashOf(body)}`,
      method: 'PUT',
      headers: headersOf(asker, world.behalf),
      body,
    });
    return `${answer.head.replaceAll(/^(?:date|request-id):.*$/gm, '')}\n${answer.body.toString()}`.replaceAll(/[0-9a-f]{64}/g, 'HASH');
  };
  expect(hashOf(bytes.toString())).toBe(sha256);
  expect(await send(bytes.toString())).toBe(await send(other.toString()));
  // He has them now, and still is told of nobody else who had.
  const custody = await ask(world.url, { path: `/v1/evidence/sha256/${sha256}/custody`, headers: headersOf(asker, world.behalf) });
  const told = [...world.canaries.in(custody.body).values()].flatMap(({ thing, place }) =>
    thing.mayBeSeenBy(asker) || place === 'evidence' ? [] : [`${place} of ${thing.name}`],
  );
  expect([custody.status, told, custody.body.toString().includes('alpha')]).toEqual([200, [], false]);
});
