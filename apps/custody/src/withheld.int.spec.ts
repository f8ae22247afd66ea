/**
 * What becomes of the proof of an item when an event of it is marked, for each reader, on a real ledger: what its agency tells of that can be verified;
 * what it does not tell stays what a dropped event is, and neither the marking nor the event is told of.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledgerReads, type LedgerReads, Proofs, readerOf } from '#app/gateway';
import { openSealer, type Sealer } from '#app/sealer';
import { indexSighting, readSighting, type SightingDocument } from '#lib/contracts';
import {
  aliasKeys,
  ANONYMOUS,
  formatInstant,
  ROOT_ACTOR,
  searchKeys,
  type Actor,
  type HandlingText,
  type PolicyActText,
} from '#lib/domain';
import {
  canonicalize,
  commit,
  encodeProofDocument,
  type JsonValue,
  openingJson,
  openSlots,
  sha256Hex,
  signingKey,
  type SightingDocumentLike,
  type SigningKey,
  utf8,
  verifyProof,
  WITHHOLDS,
  withholdingJson,
  type Question,
  type Report,
} from '#lib/ledger';
import { type EventIndex, projectBatch, type ProjectedEvent } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../libs/store/test-database.ts';

const actor = (agency: string, principal = 'p'): Actor => ({
  agency,
  principal,
  roles: ['contributor'],
  communities: [],
  key: null,
  via: 'key',
});
const policy = (id: string, act: PolicyActText): SightingDocument => ({
  id,
  kind: 'policy',
  handling: { tlp: 'AMBER' },
  source: { kind: 'act' },
  extension: { policy: act },
});
/** Another principal of the operating agency than its root who may approve. */
const MAX = policy('add-max', { act: 'principal.add', agency: 'local', principal: 'max', type: 'person', roles: ['admin', 'contributor'] });

const BEGAN = 1_767_225_600_000_000;
const partition = { clusterId: 'c', topicId: 't', topic: 's', partition: 0 };
const CITED = sha256Hex(utf8('a scan'));

let database: TestDatabase;
let folder: string;
let reads: LedgerReads;
let key: SigningKey<'log'>;
let sealer: Sealer;
let offset = 0;
/** By id: who said it, with what. */
const said = new Map<string, { readonly agency: string; readonly document: SightingDocument; readonly event: ProjectedEvent }>();

beforeAll(async () => {
  database = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'withheld-'));
  reads = await ledgerReads(database.pool('gateway'));
  key = signingKey('log', reads.origin, new Uint8Array(32).fill(7));
  const pool = database.pool('sealer');
  sealer = await openSealer({ pool, origin: reads.origin, key, signedHeadFile: join(folder, 'head.json') });
  await say('local/operator', MAX);
}, 120_000);
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

function projected(document: SightingDocument, agency: string, principal: string): ProjectedEvent {
  const content = Buffer.from(canonicalize(document as unknown as JsonValue));
  const ref = { agency, id: document.id ?? '', principal };
  const read = readSighting(document, ref);
  if (!read.ok) throw new Error(JSON.stringify(read));
  const secret = sha256Hex(utf8(`secret ${agency}/${ref.id}`));
  const capturedMicros = BEGAN + offset;
  return {
    ...ref,
    commitment: commit({ ...ref, captured: formatInstant(capturedMicros) }, document as never, Buffer.from(secret, 'hex')),
    contentHash: sha256Hex(content),
    secret,
    capturedMicros,
    content,
    ...indexSighting(read.sighting),
    offset: offset++,
    raw: content,
  };
}

function indexOf(content: Buffer, agency: string): EventIndex {
  const document = JSON.parse(content.toString('utf8')) as SightingDocument;
  const read = readSighting(document, { agency, id: document.id ?? '', principal: '' });
  if (!read.ok) throw new Error(JSON.stringify(read));
  return indexSighting(read.sighting);
}

async function say(by: string, ...documents: SightingDocument[]): Promise<void> {
  const [agency = '', principal = ''] = by.split('/');
  const from = offset;
  const events = documents.map((document) => {
    const event = projected(document, agency, principal);
    said.set(event.id, { agency, document, event });
    return event;
  });
  const keys = { ofItem: searchKeys, ofAlias: aliasKeys };
  await projectBatch(database.pool('projector'), partition, from, offset, events, [], { keys, indexOf });
}

const upper = (id: string): string => id.replaceAll('-', '').toUpperCase();
const itemOf = (id: string): string => `serial:demo:WITHHELD${upper(id)}`;
const boxOf = (id: string): string => `serial:demo:BOX${upper(id)}`;
const x = (id: string, handling: HandlingText, more: object = {}): SightingDocument => ({
  id,
  kind: 'observation',
  handling: handling as SightingDocument['handling'],
  source: { kind: 'photo', title: `title of ${id}` },
  place: { name: `place of ${id}` },
  items: [itemOf(id), boxOf(id)].map((item) => ({ id: item, role: 'subject' })),
  evidence: [{ sha256: CITED }],
  statement: `statement of ${id}`,
  ...more,
});

/** As `custody mark --tell` makes it, with whatever is sealed of the target. */
async function telling(id: string, of: string, own: HandlingText, gives: HandlingText): Promise<SightingDocument> {
  const target = said.get(of);
  if (target === undefined) throw new Error(`${of} was not said`);
  const { agency, principal, capturedMicros, secret, commitment } = target.event;
  const envelope = { agency, captured: formatInstant(capturedMicros), id: of, principal };
  const opening = openingJson(openSlots(envelope, target.document as unknown as SightingDocumentLike, Buffer.from(secret, 'hex')));
  const { rows } = await database
    .pool('owner', { max: 1 })
    .query<{ log_index: number }>('select log_index from ledger.entries where agency = $1 and id = $2', [agency, of]);
  const withholds = withholdingJson({ index: BigInt(rows[0]?.log_index ?? -1), commitment, opening });
  return { ...untold(id, of, own, gives), extension: { [WITHHOLDS]: withholds } as never };
}

const untold = (id: string, of: string, own: HandlingText, gives: HandlingText): SightingDocument =>
  ({
    id,
    kind: 'marking',
    handling: own,
    source: { kind: 'handling' },
    items: [boxOf(of), itemOf(of)].map((item) => ({ id: item, role: 'background' })),
    relations: { target: of, handling: gives, reason: `reason of ${id}` },
  }) as SightingDocument;

const retraction = (id: string, of: string, marked: string): SightingDocument => ({
  id,
  kind: 'retraction',
  handling: { tlp: 'GREEN' },
  source: { kind: 'handling' },
  items: [boxOf(marked), itemOf(marked)].map((item) => ({ id: item, role: 'background' })),
  relations: { target: of },
});

const approval = (id: string, of: string): SightingDocument =>
  policy(id, { act: 'marking.approve', marking: of, sha256: said.get(of)?.event.contentHash ?? '' });

const GREEN = { tlp: 'GREEN' } as const;
const TO_BOLT = { tlp: 'AMBER', agencies: ['bolt'] } as const;
const ACME = actor('acme');
const BOLT = actor('bolt');

interface Proved {
  readonly report: Report;
  /** The whole document. */
  readonly text: string;
}

/** What the reader is given about the item of an event, and what he finds. */
async function proved(who: Actor, of: string, more: Partial<Question> = {}): Promise<Proved> {
  const proofs = new Proofs(reads);
  const reader = await readerOf({ reads, breaksGlass: () => false }, who);
  const groups = [...reader.groupNames].sort();
  const item = itemOf(of);
  const query = { item, groups, stretch: { from: 0, to: Infinity }, events: true, inclusion: true };
  const bytes = encodeProofDocument(await proofs.item(await proofs.head(), reader, query));
  const question: Question = { item, groups, allEvents: true, inclusion: true, ...more };
  return { report: verifyProof(bytes, { log: [key] }, question).report, text: Buffer.from(bytes).toString() };
}
const verdictOf = async (who: Actor, of: string, more: Partial<Question> = {}): Promise<[string, (string | undefined)[]]> => {
  const { statements, verdict } = (await proved(who, of, more)).report;
  return [verdict, statements.flatMap(({ step, state, code }) => (step === 'events' && state === 'not-established' ? [code] : []))];
};
const WITHHELD = ['verified', ['proof.withheld', 'proof.withheld-since']];
const WHOLE = ['verified', []];
const MISSING = ['incomplete', ['proof.events-missing']];

/** Which of these words stand in a text. */
const toldIn = (text: string, words: readonly string[]): string[] => words.filter((word) => text.includes(word));

test('an event that was marked narrower is withheld from those who lost it, where its agency tells them so', async () => {
  await say('local/operator', x('n1', GREEN));
  await say('local/eva', await telling('m1', 'n1', GREEN, TO_BOLT));
  await sealer.seal();
  const { report, text } = await proved(ACME, 'n1');
  expect([report.verdict, report.summary]).toEqual([
    'verified',
    expect.stringMatching(
      /: 1 of the 2 events, of which parts are withheld, the other withheld since index \d+ by a marking in the name of its own agency, about /,
    ),
  ]);
  expect(report.statements.find(({ code }) => code === 'proof.withheld-since')?.says).toMatch(
    /^Withheld at the latest since index \d+: the marking at \d+, in the name of its own agency, leaves the event local\/n1 \(observation\) to no more than agency:bolt, agency:local\./,
  );
  // Whose it is, to whom it goes and why is told; nothing that it says, and no other item of it.
  expect(toldIn(text, ['"n1"', 'reason of m1', 'place of n1', 'title of n1', 'statement of n1', CITED, boxOf('n1')])).toEqual([
    '"n1"',
    'reason of m1',
  ]);
  expect([await verdictOf(BOLT, 'n1'), await verdictOf(ROOT_ACTOR, 'n1')]).toEqual([WHOLE, WHOLE]);
  // Who never saw it is not told either.
  expect((await proved(ANONYMOUS, 'n1')).report.summary).toContain('no event about');
  // Nor is he who lost it, on any other way.
  const { reader, own } = await readerReads(ACME);
  const size = await reads.logSize();
  for (const id of ['n1', 'm1']) expect(await own.byId(id, 'local', reader.groups, size)).toEqual([]);
  expect([await own.itemCount(itemOf('n1'), reader.groups, size), (await own.eventsFrom(0, reader, size, 1_000)).length]).toEqual([0, 0]);
}, 60_000);

async function readerReads(who: Actor) {
  const reader = await readerOf({ reads, breaksGlass: () => false }, who);
  return { reader, own: reads.as(reader) };
}

test.each<[string, HandlingText, boolean]>([
  ['by a marking for those alone who go on to see it', TO_BOLT, true],
  ['by a marking for all, which does not say that it tells', GREEN, false],
])(
  'an event that was narrowed %s is missing, as one that was dropped, and nothing is told of the marking',
  async (_, own, tells) => {
    const of = `n2-${String(tells)}`;
    await say('local/operator', x(of, GREEN));
    await say('local/eva', tells ? await telling(`m-${of}`, of, own, TO_BOLT) : untold(`m-${of}`, of, own, TO_BOLT));
    await sealer.seal();
    const { report, text } = await proved(ACME, of);
    expect([report.verdict, toldIn(text, [`"${of}"`, `m-${of}`, 'reason of'])]).toEqual(['incomplete', []]);
    expect(await verdictOf(ACME, of)).toEqual(MISSING);
    expect(await verdictOf(BOLT, of)).toEqual(WHOLE);
    // Control: the words are there for whom it was handed to.
    expect(toldIn((await proved(BOLT, of)).text, [`"${of}"`, `m-${of}`, 'reason of'])).toHaveLength(3);
  },
  60_000,
);

test('of TLP:RED that names persons their colleagues are told the same, where they say who they are', async () => {
  await say('local/operator', x('n3', { tlp: 'AMBER' }));
  await say('local/max', await telling('m3', 'n3', { tlp: 'AMBER' }, { tlp: 'RED', principals: ['local/max'] }));
  await sealer.seal();
  const [eva, max] = [actor('local', 'eva'), actor('local', 'max')];
  expect(await verdictOf(eva, 'n3', { reader: { agency: 'local', principal: 'eva' } })).toEqual(WITHHELD);
  // Who does not say may be one of them: hidden from max the same answer would be a lie.
  expect(await verdictOf(eva, 'n3')).toEqual(['incomplete', ['proof.withheld', 'proof.events-missing']]);
  expect(await verdictOf(eva, 'n3', { reader: { agency: 'local', principal: 'max' } })).toEqual([
    'incomplete',
    ['proof.withheld', 'proof.events-missing'],
  ]);
  // Its author sees his own, and of the marking as much as whom it takes it from.
  expect([await verdictOf(max, 'n3'), await verdictOf(ROOT_ACTOR, 'n3')]).toEqual([WHOLE, ['verified', ['proof.withheld']]]);
  expect(toldIn((await proved(eva, 'n3')).text, ['place of n3', 'statement of n3', boxOf('n3')])).toEqual([]);
}, 60_000);

test('what was lifted again is shown again; until then, and behind a retraction, nothing is said to be withheld', async () => {
  await say('local/operator', x('n4', GREEN));
  await say('local/eva', await telling('m4', 'n4', GREEN, TO_BOLT));
  await say('local/eva', retraction('r4', 'm4', 'n4'));
  await sealer.seal();
  expect(await verdictOf(ACME, 'n4')).toEqual(MISSING);
  await say('local/max', approval('a4', 'r4'));
  await sealer.seal();
  expect([await verdictOf(ACME, 'n4'), await verdictOf(BOLT, 'n4')]).toEqual([WHOLE, WHOLE]);
}, 60_000);

test('what is marked wider is in no list of those whom it is opened to, also when it was approved, and that is said', async () => {
  await say('local/operator', x('n5', { tlp: 'AMBER' }));
  const { items: _, ...wide } = untold('m5', 'n5', { tlp: 'AMBER' }, GREEN);
  await say('local/max', wide);
  await say('local/operator', approval('a5', 'm5'));
  await sealer.seal();
  const { reader, own } = await readerReads(ACME);
  expect((await own.byId('n5', 'local', reader.groups, 1_000)).length).toBe(1);
  const { report } = await proved(ACME, 'n5');
  expect([report.verdict, report.statements.at(-1)?.code]).toEqual(['verified', 'proof.opened-later']);
  expect(report.summary).toContain('no event about');
}, 60_000);

test('a marking that was marked itself is told to nobody who does not see it', async () => {
  await say('local/operator', x('n6', GREEN));
  await say('local/eva', await telling('m6', 'n6', GREEN, TO_BOLT));
  await say('local/eva', untold('mm6', 'm6', { tlp: 'AMBER' }, { tlp: 'AMBER' }));
  await sealer.seal();
  expect(await verdictOf(ACME, 'n6')).toEqual(MISSING);
}, 60_000);

test('the database tells of no marking to whom it is not for', async () => {
  const { rows } = await database.pool('owner', { max: 1 }).query<{ n: number }>('select count(*)::integer as n from ledger.entries');
  const all = Array.from({ length: 2 * (rows[0]?.n ?? 0) }, (_, n) => n);
  const told = async (who: Actor): Promise<string[]> => (await (await readerReads(who)).own.toldMarkings(all)).map(({ id }) => id);
  expect([await told(ANONYMOUS), await told(ACME), await told(actor('local'))]).toEqual([[], ['m1'], ['m1', 'm-n2-true', 'm3']]);
}, 60_000);

/** Of the function that tells, each condition: without it this is told besides, to this reader, who is to be told nothing of it. */
const CONDITIONS: readonly (readonly [what: string, condition: RegExp, otherwise: string, who: Actor, more: readonly string[]])[] = [
  ['that it is a marking', / and s\.kind = 13\b/, '', actor('local'), ['c-red']],
  ['that it is of the agency whose entry it marks', / and s\.target is not null\b/, '', ACME, ['f-k1']],
  ['that it came in for a group of the reader', / and e\.grps && readers\b/, '', ACME, ['m-narrow', 'm-n2-true', 'm3']],
  ['that it says what it withholds', / and position\(.*\) > 0/, '', ACME, ['m-n2-false', 'm-silent']],
  ['that it is of no marking', /t\.agency = e\.agency and t\.id = s\.target and about\.kind = 13/, 'false', ACME, ['mm-told']],
  ['that nobody corrected it', /array\[9, 10, 13\]/, 'array[10, 13]', ACME, ['m-corrected']],
  ['that nobody withdrew it', /array\[9, 10, 13\]/, 'array[9, 13]', ACME, ['m-withdrawn']],
  ['that nobody marked it', /array\[9, 10, 13\]/, 'array[9, 10]', ACME, ['m-marked']],
];

describe('control: without one of its conditions the database tells of what is hidden', () => {
  let all: readonly number[] = [];
  const told = async (who: Actor): Promise<string[]> => (await (await readerReads(who)).own.toldMarkings(all)).map(({ id }) => id);
  const owner = () => database.pool('owner', { max: 1 });

  beforeAll(async () => {
    const [eva, max] = ['local/eva', 'local/max'];
    await say('local/operator', ...['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7'].map((id) => x(id, GREEN)));
    // Of another agency, which still sees what was narrowed.
    await say(eva, untold('m-k1', 'k1', TO_BOLT, TO_BOLT));
    const foreign = await telling('f-k1', 'k1', GREEN, TO_BOLT);
    await say('bolt/p', { ...foreign, relations: { ...foreign.relations, target: 'local/k1' } } as SightingDocument);
    // No marking, and for one person of the agency alone.
    const withholds = (await telling('c-form', 'k2', GREEN, TO_BOLT)).extension as object;
    await say(max, {
      ...x('k2', { tlp: 'RED', principals: ['local/max'] }, { extension: withholds, relations: { target: 'k2' } }),
      id: 'c-red',
      kind: 'correction',
    });
    await say(eva, await telling('m-narrow', 'k3', TO_BOLT, TO_BOLT), untold('m-silent', 'k4', GREEN, TO_BOLT));
    for (const [of, id] of [['k5', 'm-corrected'], ['k6', 'm-withdrawn'], ['k7', 'm-marked']] as const) await say(eva, await telling(id, of, GREEN, TO_BOLT)); // prettier-ignore
    await say(eva, { ...untold('c-marking', 'm-corrected', TO_BOLT, TO_BOLT), kind: 'correction', relations: { target: 'm-corrected' } });
    await say(eva, retraction('r-marking', 'm-withdrawn', 'k6'));
    await say(eva, await telling('mm-told', 'm-marked', GREEN, TO_BOLT));
    const { rows } = await owner().query<{ n: number }>('select count(*)::integer as n from ledger.entries');
    // Seals and keys have indexes of the log as well.
    all = Array.from({ length: 2 * (rows[0]?.n ?? 0) }, (_, n) => n);
  }, 60_000);

  test.each(CONDITIONS)('%s', async (_, condition, otherwise, who, more) => {
    const { rows } = await owner().query<{ text: string }>(
      `select pg_get_functiondef('ctx.told_markings(bigint[])'::regprocedure) as text`,
    );
    const sound = rows[0]?.text ?? '';
    expect(sound.match(condition)).toHaveLength(1);
    const before = await told(who);
    expect(before.filter((id) => more.includes(id))).toEqual([]);
    await owner().query(sound.replace(condition, otherwise));
    try {
      expect((await told(who)).filter((id) => !before.includes(id))).toEqual(expect.arrayContaining([...more]));
    } finally {
      await owner().query(sound);
    }
    expect(await told(who)).toEqual(before);
  });
});
