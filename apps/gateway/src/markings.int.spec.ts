/** Markings as readers see them: what is taken away is gone on every channel at once, and what is given needs a second person. */
import { createHash } from 'node:crypto';
import type { SightingDocument } from '#lib/contracts';
import { type Actor, type Handling, type PolicyActText, ROOT_ACTOR } from '#lib/domain';
import { digestDerived, rebuild } from '#lib/store';
import { aliasKeys, searchKeys } from '#lib/domain';
import { readingOf } from './gateway-deps.ts';
import type { EventRow, LedgerReads, Reader } from './ledger-reads.ts';
import { searchItems } from './search.ts';
import { indexOfContent, seen, subject, TestedLedger } from './tested-ledger.contract.ts';

const ITEM = 'serial:demo:MARKED1';
const DEPS = { breaksGlass: () => false };

const actor = (agency: string, principal = 'p', communities: readonly string[] = []): Actor => ({
  agency,
  principal,
  roles: ['contributor'],
  communities,
  key: null,
  via: 'key',
});
const marking = (id: string, target: string, handling: Handling, own: Handling = { tlp: 'AMBER' }): SightingDocument =>
  ({ id, kind: 'marking', handling: own, source: { kind: 'handling' }, relations: { target, handling, reason: 'asked for' } }) as SightingDocument;
const retraction = (id: string, target: string): SightingDocument => ({
  id,
  kind: 'retraction',
  handling: { tlp: 'AMBER' },
  source: { kind: 'handling' },
  relations: { target },
});
const policy = (id: string, act: PolicyActText): SightingDocument =>
  ({ id, kind: 'policy', handling: { tlp: 'AMBER' }, source: { kind: 'administration' }, extension: { policy: act } }) as SightingDocument;
const hashOf = (document: SightingDocument): string => createHash('sha256').update(JSON.stringify(document)).digest('hex');
const approval = (id: string, of: SightingDocument): SightingDocument =>
  policy(id, { act: 'marking.approve', marking: of.id as string, sha256: hashOf(of) });

const ADMINS: readonly SightingDocument[] = [
  policy('add-max', { act: 'principal.add', agency: 'local', principal: 'max', type: 'person', roles: ['admin', 'contributor'] }),
  policy('add-eva', { act: 'principal.add', agency: 'local', principal: 'eva', type: 'person', roles: ['contributor'] }),
];

/** What somebody sees of one event, on each way there is. */
async function channels(ledger: TestedLedger, who: Actor, id: string, agency = 'local', item = ITEM): Promise<Record<string, boolean>> {
  const { reader, reads } = await readingOf({ reads: ledger.reads, ...DEPS }, who);
  const own = reads.as(reader);
  const { groups } = reader;
  const size = await reads.logSize();
  const has = (rows: readonly Pick<EventRow, 'id'>[]): boolean => rows.some((row) => row.id === id);
  const audit = { reader, from: 0, before: size };
  const page = await own.auditPage({ ...audit, kind: 0 }, 100);
  return {
    timeline: has(await own.timelinePage({ item, groups, logSize: size, limit: 100 })),
    timelineEnd: has(await own.timelineEnd({ item, groups, logSize: size, limit: 100 })),
    count: (await own.itemCount(item, groups, size)) > 0,
    list: has(await own.eventsFrom(0, groups, size, 100)),
    byId: has(await own.byId(id, undefined, groups, size)),
    byRef: has(await own.byRefs([{ agency, id }], groups, size, 1_000_000)),
    search: (await searchItems(reads, reader, { text: item.slice(-7), limit: 10 })).results.some((hit) => hit.id === item),
    audit: has(await own.auditEvents(page.logIndexes, groups)),
    proof: has(await own.visibleEvents(page.logIndexes, groups, 1_000_000)),
    receipt: (await own.submittedEvent(agency, id)) !== null,
  };
}
const everywhere = async (ledger: TestedLedger, who: Actor, id: string): Promise<boolean> => {
  const found = await channels(ledger, who, id);
  const answers = new Set(Object.values(found));
  if (answers.size !== 1) throw new Error(`channels differ for ${who.agency}: ${JSON.stringify(found)}`);
  return answers.has(true);
};

const READERS: Readonly<Record<string, Actor>> = {
  nobody: { agency: '', principal: '', roles: [], communities: [], key: null, via: 'anonymous' },
  acme: actor('acme'),
  bolt: actor('bolt'),
  ports: actor('cargo', 'p', ['ports']),
  owner: actor('local', 'eva'),
};
/** Names of those who see it, on all channels alike. */
async function seenBy(ledger: TestedLedger, id = 'x'): Promise<string[]> {
  const names: string[] = [];
  for (const [name, who] of Object.entries(READERS)) if (await everywhere(ledger, who, id)) names.push(name);
  return names;
}
const opened: TestedLedger[] = [];
async function ledgerWith(...said: readonly (readonly [by: string, ...documents: SightingDocument[]])[]): Promise<TestedLedger> {
  const ledger = await TestedLedger.open();
  opened.push(ledger);
  await ledger.add(ADMINS);
  for (const [by, ...documents] of said) {
    const [agency, principal] = by.split('/') as [string, string];
    await ledger.add(documents, agency, principal);
  }
  return ledger;
}
afterEach(async () => {
  for (const ledger of opened.splice(0)) await ledger.database.drop();
});

const x = (handling: Handling): SightingDocument => seen('x', [subject(ITEM)], { handling });

test('a stricter marking takes away at once, everywhere', async () => {
  const ledger = await ledgerWith(['local/operator', x({ tlp: 'GREEN' })]);
  expect(await seenBy(ledger)).toEqual(['acme', 'bolt', 'ports', 'owner']);
  await ledger.add([marking('m', 'x', { tlp: 'AMBER', agencies: ['acme'] })], 'local', 'eva');
  expect(await seenBy(ledger)).toEqual(['acme', 'owner']);
}, 60_000);

test('a wider one gives nothing until another admin of the agency approved those very bytes', async () => {
  const wide = marking('m', 'x', { tlp: 'GREEN' });
  const ledger = await ledgerWith(['local/operator', x({ tlp: 'AMBER', agencies: ['acme'] })], ['local/max', wide]);
  expect(await seenBy(ledger)).toEqual(['acme', 'owner']);
  await ledger.add([approval('a1', wide)], 'local', 'max');
  expect(await seenBy(ledger)).toEqual(['acme', 'owner']);
  await ledger.add([approval('a2', wide)], 'local', 'eva');
  expect(await seenBy(ledger)).toEqual(['acme', 'owner']);
  await ledger.add([policy('a3', { act: 'marking.approve', marking: 'm', sha256: '0'.repeat(64) })], 'local', 'operator');
  expect(await seenBy(ledger)).toEqual(['acme', 'owner']);
  await ledger.add([approval('a4', wide)], 'local', 'operator');
  expect(await seenBy(ledger)).toEqual(['acme', 'bolt', 'ports', 'owner']);
}, 60_000);
