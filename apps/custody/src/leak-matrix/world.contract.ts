/**
 * What there is: five agencies with a person for each role, and of two of them a sighting of every marking and every kind of audience, some of them
 * marked since. Every place of each has a word of its own.
 */
import type { SightingDocument } from '#lib/contracts';
import { ACTOR_ROLES, formatInstant, type Instant, type PolicyActText } from '#lib/domain';
import { canonicalize, type JsonValue, openingJson, openSlots, sha256Hex, withholdingJson, WITHHOLDS } from '#lib/ledger';
import { canary, Canaries, type Thing } from './canaries.contract.ts';
import { keyNamed, Scene, type Saying } from './scene.contract.ts';
import { maySee, type Asker, type Role, type Said } from './who-may-see.contract.ts';

export const OPERATING = 'local';
export const AGENCIES = ['alpha', 'bravo', 'charlie', 'delta'] as const;
export const ROLES: readonly Role[] = ACTOR_ROLES;
/** A community that charlie alone is in, and one that nobody is in. */
const COMMUNITIES: Readonly<Record<string, readonly string[]>> = { ports: ['charlie'], empty: [] };
/** What every sighting is about, beside an item of its own. */
export const SHARED = 'serial:demo:PILE-OF-ALL';
/** What all names of items, and all names that were stated beside them, begin with. */
export const PILE = 'PILECNRY';
export const ALIAS_PILE = 'STATEDCNRY';

/** One whom the server knows by his key. */
export interface Reader extends Asker {
  /** Null: he shows nothing. */
  readonly key: string | null;
}

/** A sighting that is told to some. */
export interface Told {
  readonly thing: Thing;
  readonly owner: string;
  readonly author: string;
  readonly id: string;
  readonly item: string;
  readonly alias: string;
  readonly document: SightingDocument;
  readonly contentHash: string;
  /** As it is now. */
  readonly now: Said;
  /** It was opened by a marking: it is a leaf of no list of those whom it was opened to. */
  readonly isOpened: boolean;
  /** Its bytes are here. */
  readonly evidence: { readonly thing: Thing; readonly sha256: string; readonly bytes: Buffer };
  /** SHA-256 of what never came. */
  readonly cited: string;
}

/** Whether it is in a list that is proved to him: to whom a marking opened it it is proved by itself alone. */
export const isListed = ({ isOpened, owner }: Told, { agency }: Asker): boolean => !isOpened || agency === owner;

/** A thing that is one agency's own. */
export interface Own {
  readonly thing: Thing;
  readonly agency: string;
  /** Id, number or name by which it is asked for. */
  readonly id: string;
}

export interface World {
  readonly scene: Scene;
  readonly canaries: Canaries;
  readonly readers: readonly Reader[];
  readonly told: readonly Told[];
  readonly conflicts: readonly (Own & { readonly contentHash: string })[];
  readonly deadLetters: readonly Own[];
  readonly batches: readonly Own[];
  readonly sessions: readonly (Own & { readonly person: string })[];
  readonly people: readonly Own[];
  /** On whose behalf an agency's readers say that they ask. */
  readonly behalf: ReadonlyMap<string, Own>;
  /** Records of the access log, by whom each is kept for. */
  readonly records: readonly { readonly n: number; readonly tenant: string; readonly agency: string }[];
  readonly url: string;
  /** Log size before anything was marked. */
  readonly before: number;
}

interface Case {
  readonly name: string;
  readonly handling: Said;
  /** What its owner marked it as since, and whether another person approved. */
  readonly marked?: Said;
  readonly approved?: true;
  /** The marking is for whom the sighting was, and says to those who lose it what it withholds. */
  readonly tells?: true;
  /** What that comes to. */
  readonly now?: Said;
}

/** Of every marking each audience, and what a marking takes away or gives. @param friend whom it is shared with */
function casesOf(owner: string, friend: string): Case[] {
  const agencies = [friend];
  const stranger = `${owner}/${canary(`a person whom ${owner} names`)}`;
  const named = [`${owner}/investigator`, `${friend}/auditor`, stranger];
  const shared: Said = { tlp: 'AMBER', agencies };
  return [
    { name: 'clear', handling: { tlp: 'CLEAR' } },
    { name: 'green', handling: { tlp: 'GREEN' } },
    { name: 'community', handling: { tlp: 'GREEN', community: 'ports' } },
    { name: 'empty community', handling: { tlp: 'GREEN', community: 'empty' } },
    { name: 'amber', handling: { tlp: 'AMBER' } },
    { name: 'amber shared', handling: shared },
    { name: 'strict', handling: { tlp: 'AMBER+STRICT' } },
    { name: 'strict shared', handling: { tlp: 'AMBER+STRICT', agencies } },
    { name: 'red', handling: { tlp: 'RED' } },
    { name: 'red shared', handling: { tlp: 'RED', agencies } },
    { name: 'red named', handling: { tlp: 'RED', agencies, principals: named } },
    { name: 'red named by a name alone', handling: { tlp: 'RED', agencies, principals: ['partner'] } },
    { name: 'green closed', handling: { tlp: 'GREEN' }, marked: shared },
    { name: 'green closed and told', handling: { tlp: 'GREEN' }, marked: shared, tells: true },
    { name: 'clear closed to persons', handling: { tlp: 'CLEAR' }, marked: { tlp: 'RED', principals: [`${owner}/investigator`] } },
    { name: 'shared no more', handling: shared, marked: { tlp: 'AMBER' } },
    { name: 'green for a community', handling: { tlp: 'GREEN' }, marked: { tlp: 'GREEN', community: 'ports' } },
    { name: 'opened by one', handling: { tlp: 'AMBER' }, marked: { tlp: 'CLEAR' }, now: { tlp: 'AMBER' } },
    { name: 'opened by two', handling: { tlp: 'AMBER' }, marked: { tlp: 'GREEN' }, approved: true },
  ];
}
/** Of the second owner, whose sightings contradict the first's: enough for each relation to him. */
const OF_THE_SECOND = new Set(['green', 'community', 'amber', 'amber shared', 'red named', 'green closed']);

const AUTHOR = 'contributor';
const hashOf = (document: SightingDocument): string => sha256Hex(Buffer.from(canonicalize(document as never), 'utf8'));
const policy = (act: PolicyActText): SightingDocument => ({
  kind: 'policy',
  handling: { tlp: 'AMBER' },
  source: { kind: 'act' },
  extension: { policy: act },
});

/** The whole of it, sealed. Cost: some seconds. */
export async function makeWorld(): Promise<World> {
  const scene = await Scene.open();
  const canaries = new Canaries();
  const { readers, people } = await populate(scene, canaries);
  const first = casesOf('alpha', 'bravo').map((of) => sightingOf(canaries, 'alpha', of, []));
  const [clear] = first;
  const about = clear === undefined ? [] : [`alpha/${clear.told.id}`];
  const second = casesOf('bravo', 'charlie').flatMap((of) =>
    OF_THE_SECOND.has(of.name) ? [sightingOf(canaries, 'bravo', of, about)] : [],
  );
  const all = [...first, ...second];
  const before = await scene.say(all.map(({ told: { owner, document } }) => ({ by: `${owner}/${AUTHOR}`, document })));
  const told = all.map((each) => each.told);
  const withheld = await withholdingsOf(scene, all);
  await scene.say(all.flatMap((each) => markingsOf(canaries, each, withheld.get(each.told.id))));
  const batches = AGENCIES.slice(0, 2).map((agency) => batchOf(canaries, agency, told));
  await scene.say(batches.map(({ saying }) => saying));
  const conflicts = AGENCIES.slice(0, 2).map((agency) => conflictOf(canaries, agency, told));
  await scene.say(conflicts.map(({ saying }) => saying));
  const letters = [...AGENCIES.slice(0, 2), OPERATING].map((agency, n) => letterOf(canaries, agency, n + 1));
  await scene.say(letters.map(({ saying }) => saying));
  await scene.follow();
  const sessions = await logIn(scene, canaries);
  const behalf = new Map([OPERATING, ...AGENCIES].map((agency) => [agency, behalfOf(canaries, agency)]));
  await plantSecrets(scene, canaries, told);
  scene.everyGroup = ['clear', 'green', 'community:ports', 'community:empty', ...[OPERATING, ...AGENCIES].map((name) => `agency:${name}`)];
  const url = await scene.serve();
  const lists = { readers, told, conflicts, deadLetters: letters, batches, sessions, people, behalf };
  await bringEvidence(url, lists);
  await scene.seal();
  const records = await recordsOf(scene, url, lists);
  await scene.seal(true);
  return { scene, canaries, url, before, records, ...lists };
}

/** A person of each role in each agency, with a key; and somebody who shows none. */
async function populate(scene: Scene, canaries: Canaries): Promise<Pick<World, 'readers' | 'people'>> {
  const communitiesOf = (agency: string): string[] => Object.keys(COMMUNITIES).filter((name) => COMMUNITIES[name]?.includes(agency));
  const root: PolicyActText[] = [
    ...Object.keys(COMMUNITIES).map((community): PolicyActText => ({ act: 'community.add', community })),
    ...AGENCIES.map((agency): PolicyActText => ({ act: 'agency.add', agency })),
    ...AGENCIES.flatMap((agency) =>
      communitiesOf(agency).map((community): PolicyActText => ({ act: 'community.join', community, agency })),
    ),
  ];
  const said: Saying[] = root.map((act) => ({ by: `${OPERATING}/operator`, document: policy(act) }));
  const readers: Reader[] = [{ name: 'nobody', agency: null, person: '', role: null, communities: [], key: null }];
  const people: Own[] = [];
  for (const agency of [OPERATING, ...AGENCIES]) {
    // The first person of an agency is brought by whoever runs the ledger, the others by him.
    for (const role of ROLES.toSorted((a, b) => Number(b === 'admin') - Number(a === 'admin'))) {
      const by = agency === OPERATING || role === 'admin' ? `${OPERATING}/operator` : `${agency}/admin`;
      const thing: Thing = {
        name: `the key of ${agency}/${role}`,
        mayBeSeenBy: (asker) => asker.agency === agency || by === `${asker.agency}/operator`,
      };
      const key = keyNamed(canary(thing.name).toLowerCase());
      canaries.plant(thing, 'key', key.id);
      people.push({ thing, agency, id: key.id });
      const isRoot = agency === OPERATING && role === 'operator';
      const acts: PolicyActText[] = [
        ...(isRoot ? [] : [{ act: 'principal.add', agency, principal: role, type: 'person', roles: [role] } as const]),
        { act: 'key.add', agency, principal: role, key: key.id, sha256: key.sha256, scopes: [role] },
      ];
      said.push(...acts.map((act) => ({ by, document: policy(act) })));
      readers.push({ name: `${agency}/${role}`, agency, person: role, role, communities: communitiesOf(agency), key: key.text });
    }
  }
  await scene.say(said);
  return { readers, people };
}

interface Made {
  readonly told: Told;
  readonly of: Case;
}

function sightingOf(canaries: Canaries, owner: string, of: Case, contradicts: readonly string[]): Made {
  const now = of.now ?? of.marked ?? of.handling;
  const of_ = { owner, author: AUTHOR };
  const thing: Thing = {
    name: `${owner}'s ${of.name}`,
    mayBeSeenBy: (asker) => maySee(asker, of_, now),
    ...(of.tells === true ? { toldOfLoss: { places: ['id', 'commitment'], to: (asker: Asker) => maySee(asker, of_, of.handling) } } : {}),
  };
  const bytes: Thing = {
    name: `the file of ${thing.name}`,
    // "Bytes are open to the agencies that sent all of them, and to whoever sees an event of one of those that cites them."
    mayBeSeenBy: (asker) => asker.agency === owner || thing.mayBeSeenBy(asker),
  };
  const word = (place: string, before = ''): string => {
    const text = canary(`${place} of ${thing.name}`);
    canaries.plant(thing, place, text);
    return `${before}${text}`;
  };
  const inFile = canary(`bytes of ${thing.name}`);
  canaries.plant(bytes, 'bytes', inFile);
  const file = Buffer.from(`line one\n${inFile}\nline three\n`);
  const [sha256, cited] = [sha256Hex(file), sha256Hex(Buffer.from(`what never came: ${thing.name}`))];
  canaries.plant(bytes, 'evidence', sha256);
  canaries.plant(thing, 'cited', cited);
  const [id, item, alias] = [word('id'), word('item', 'serial:demo:PILE'), word('alias', 'STATED')];
  const document: SightingDocument = {
    id,
    kind: 'observation',
    handling: of.handling,
    occurred: { from: '2026-01-05', precision: 'day' },
    place: { name: word('place') },
    items: [
      { id: item, role: 'subject', aliases: { name: alias } },
      { id: SHARED, role: 'subject' },
    ],
    conveyance: { voyage: word('voyage') },
    parties: [{ role: 'shipper', name: word('party') }],
    source: { kind: 'photo', title: word('source') },
    evidence: [
      { sha256, ref: word('ref'), locator: 'line:2' },
      { sha256: cited, locator: word('locator') },
    ],
    statement: word('statement'),
    reported: { at: '2026-01-06T00:00:00Z', by: word('reporter') },
    relations: { reason: word('reason'), ...(contradicts.length === 0 ? {} : { contradicts: [...contradicts] }) },
    extension: { x: { note: word('extension') } },
  };
  for (const name of of.handling.principals ?? []) if (name.includes('CNRY')) canaries.plant(thing, 'person', name.split('/')[1] ?? '');
  const contentHash = hashOf(document);
  canaries.plant(thing, 'hash', contentHash);
  const evidence = { thing: bytes, sha256, bytes: file };
  return {
    told: { thing, owner, author: AUTHOR, id, item, alias, document, contentHash, now, isOpened: of.approved === true, evidence, cited },
    of,
  };
}

/** What a marking says of the entries that are told to those who lose them, as `custody mark --tell` does, by their ids. */
async function withholdingsOf(scene: Scene, all: readonly Made[]): Promise<ReadonlyMap<string, JsonValue>> {
  const withheld = new Map<string, JsonValue>();
  for (const { told, of } of all) {
    if (of.tells !== true) continue;
    const { rows } = await scene.database
      .pool('owner', { max: 1 })
      .query<{ index: string; commitment: string; secret: string; captured: string }>(
        `select e.log_index as index, encode(e.commitment, 'hex') as commitment, encode(c.secret, 'hex') as secret, c.captured
        from ledger.entries e join ledger.content c using (log_index) where e.agency = $1 and e.id = $2`,
        [told.owner, told.id],
      );
    const [row] = rows;
    if (row === undefined) throw new Error(`${told.id} is not there`);
    const envelope = { agency: told.owner, captured: formatInstant(Number(row.captured) as Instant), id: told.id, principal: told.author };
    const opening = openingJson(openSlots(envelope, told.document as never, Buffer.from(row.secret, 'hex')));
    withheld.set(told.id, withholdingJson({ index: BigInt(row.index), commitment: row.commitment, opening }) as JsonValue);
  }
  return withheld;
}

/** Whoever sees its target by a marking sees the marking. @param withheld what it says to those who lose its target */
function markingsOf(canaries: Canaries, { told, of }: Made, withheld: JsonValue | undefined): Saying[] {
  const { owner, id, thing: target, now } = told;
  const { marked } = of;
  if (marked === undefined) return [];
  const stands = now === marked;
  // One that names persons is for them itself, and one that tells for those to whom it does.
  const handling: Said = withheld !== undefined ? of.handling : marked.tlp === 'RED' ? marked : { tlp: 'AMBER' };
  const isFor = (asker: Asker): boolean => maySee(asker, { owner, author: AUTHOR }, handling);
  const thing: Thing = {
    name: `the marking of ${target.name}`,
    // At most who sees its target: what is told to the others stands in a proof alone.
    mayBeSeenBy: (asker) => (withheld === undefined && isFor(asker)) || (stands && target.mayBeSeenBy(asker)),
    ...(withheld === undefined ? {} : { toldOfLoss: { places: ['id', 'reason'], to: isFor } }),
  };
  const words = { id: canary(`id of ${thing.name}`), reason: canary(`reason of ${thing.name}`) };
  canaries.plant(thing, 'id', words.id);
  canaries.plant(thing, 'reason', words.reason);
  const document: SightingDocument = {
    id: words.id,
    kind: 'marking',
    handling,
    source: { kind: 'handling' },
    relations: { target: id, handling: marked, reason: words.reason },
    // Of a list in which its target is.
    ...(withheld === undefined ? {} : { items: [{ id: told.item, role: 'background' }], extension: { [WITHHOLDS]: withheld } as never }),
  };
  const approval: Saying[] =
    of.approved === true
      ? [{ by: `${owner}/admin`, document: policy({ act: 'marking.approve', marking: words.id, sha256: hashOf(document) }) }]
      : [];
  return [{ by: `${owner}/${AUTHOR}`, document }, ...approval];
}

const own = (name: string, agency: string): Thing => ({ name, mayBeSeenBy: (asker) => asker.agency === agency });

/** Of what names nobody: an import is told to all of its agency. */
function batchOf(canaries: Canaries, agency: string, told: readonly Told[]): Own & { readonly saying: Saying } {
  const thing = own(`the import of ${agency}`, agency);
  const id = canary(thing.name);
  const mapping = canary(`mapping of ${thing.name}`);
  canaries.plant(thing, 'id', id);
  canaries.plant(thing, 'mapping', mapping);
  const members = told
    .filter(({ owner, now, document }) => owner === agency && now.tlp !== 'RED' && document.handling.tlp !== 'RED')
    .map((each) => each.id);
  const batch = { batch: id, mapping, members, counts: { lines: members.length, accepted: members.length, duplicates: 0, rejected: 0 } };
  const evidence = [{ sha256: sha256Hex(Buffer.from(thing.name)) }];
  const document: SightingDocument = {
    id,
    kind: 'batch',
    handling: { tlp: 'AMBER' },
    source: { kind: 'import' },
    evidence,
    extension: { batch } as never,
  };
  return { thing, agency, id, saying: { by: `${agency}/${AUTHOR}`, document } };
}

/** Other bytes under an id that stands. */
function conflictOf(canaries: Canaries, agency: string, told: readonly Told[]): World['conflicts'][number] & { readonly saying: Saying } {
  const standing = told.find(({ owner, thing: { name } }) => owner === agency && name.endsWith(' green'));
  if (standing === undefined) throw new Error(`${agency} has none`);
  const thing = own(`what ${agency} sent under a taken id`, agency);
  const statement = canary(thing.name);
  canaries.plant(thing, 'statement', statement);
  const document = { ...standing.document, statement };
  // The other words of it stand in what was taken, too.
  const contentHash = hashOf(document);
  canaries.plant(thing, 'hash', contentHash);
  return { thing, agency, id: standing.id, contentHash, saying: { by: `${agency}/${AUTHOR}`, document } };
}

/** What could not be taken: a publisher of its agency signed it; that of the operating agency nobody did. */
function letterOf(canaries: Canaries, agency: string, n: number): Own & { readonly saying: Saying; readonly event: string } {
  const thing = own(`the dead letter of ${agency}`, agency);
  const [event, statement] = [canary(`id of ${thing.name}`), canary(`statement of ${thing.name}`)];
  canaries.plant(thing, 'id', event);
  canaries.plant(thing, 'statement', statement);
  const document: SightingDocument = { id: event, kind: 'statement', handling: { tlp: 'AMBER' }, source: { kind: 'tip' }, statement };
  const spoilt = agency === OPERATING ? { 'custody-mac': '0'.repeat(64) } : { ce_id: 'another' };
  return { thing, agency, id: String(n), event, saying: { by: `${agency}/${AUTHOR}`, document, spoilt } };
}

async function logIn(scene: Scene, canaries: Canaries): Promise<World['sessions']> {
  const sessions = [];
  for (const [agency, person] of [
    ['alpha', 'auditor'],
    ['bravo', 'partner'],
  ] as const) {
    const thing: Thing = {
      name: `the session of ${agency}/${person}`,
      mayBeSeenBy: (asker) => asker.agency === agency && (asker.person === person || asker.role === 'admin'),
    };
    const subject = canary(thing.name);
    canaries.plant(thing, 'subject', subject);
    await scene.sessions.begin({ agency, principal: person }, { issuer: 'https://login.example', subject });
    const [row] = await scene.sessions.list(agency, person);
    if (row === undefined) throw new Error('no session began');
    sessions.push({ thing, agency, person, id: row.id });
  }
  return sessions;
}

function behalfOf(canaries: Canaries, agency: string): Own {
  const thing = own(`on whose behalf ${agency} reads`, agency);
  const id = canary(thing.name);
  canaries.plant(thing, 'behalf', id);
  return { thing, agency, id };
}

/** What a reader shows with each question. */
export function headersOf({ key, agency }: Reader, behalf: World['behalf']): Record<string, string> {
  if (key === null) return {};
  return { authorization: `Bearer ${key}`, 'custody-on-behalf-of': behalf.get(agency ?? '')?.id ?? '' };
}

/** An admin of each agency reads all that he may. */
async function recordsOf(scene: Scene, url: string, { readers, behalf }: Pick<World, 'readers' | 'behalf'>): Promise<World['records']> {
  for (const reader of readers)
    if (reader.role === 'admin')
      await fetch(`${url}/v1/events?limit=1000`, { headers: headersOf(reader, behalf) }).then((answer) => answer.text());
  const text = 'select n, tenant, agency from access.reads order by n';
  return (await scene.database.pool('owner', { max: 1 }).query<World['records'][number]>(text)).rows;
}

/** What capture and the database made of them. */
async function plantSecrets(scene: Scene, canaries: Canaries, told: readonly Told[]): Promise<void> {
  const { rows } = await scene.database
    .pool('owner', { max: 1 })
    .query<{ name: string; commitment: Buffer; secret: Buffer }>(
      `select e.agency || '/' || e.id as name, e.commitment, c.secret from ledger.entries e join ledger.content c using (log_index)`,
    );
  const by = new Map(rows.map((row) => [row.name, row]));
  for (const { owner, id, thing } of told) {
    const row = by.get(`${owner}/${id}`);
    if (row === undefined) throw new Error(`${thing.name} is not there`);
    canaries.plant(thing, 'commitment', row.commitment.toString('hex'));
    canaries.plant(thing, 'secret', row.secret.toString('hex'));
  }
}

/** Their authors send the files, by the way of everybody. */
async function bringEvidence(url: string, { readers, told }: Pick<World, 'readers' | 'told'>): Promise<void> {
  for (const { owner, author, evidence } of told) {
    const key = readers.find(({ agency, person }) => agency === owner && person === author)?.key ?? '';
    const body = evidence.bytes as unknown as NonNullable<RequestInit['body']>;
    const answer = await fetch(`${url}/v1/evidence/sha256/${evidence.sha256}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${key}` },
      body,
    });
    if (answer.status !== 201) throw new Error(`the evidence was not taken: ${answer.status} ${await answer.text()}`);
  }
}
