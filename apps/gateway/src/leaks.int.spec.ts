/**
 * Who is shown what, generated: each relation of tenants, for each role, of sightings of every marking and audience, to readers of every agency
 * and community. What may be seen is told by libs/domain alone; what is seen, by the database.
 */
import { createHash } from 'node:crypto';
import { KINDS, readerGroups, TLP_LABELS, type Handling } from '#lib/domain';
import { ReadNotes } from '#lib/runtime';
import {
  appendReads,
  projectBatch,
  ReaderContext,
  type AuditQuestion,
  type DeadLetter,
  type ProjectedEvent,
  type ReadRow,
  type Statements,
  type StoreClient,
  type StorePool,
} from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../libs/store/test-database.ts';
import { ledgerReads, type LedgerReads, type Reader, type ReaderReads } from './ledger-reads.ts';
import { notedReads } from './noted-reads.ts';

const AGENCIES = ['alpha', 'bravo', 'charlie', 'delta', 'echo'];
const COMMUNITIES = ['ports', 'cars'];
const ALL = 10_000;
const SHARED = 'vin:SHARED';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const CITED = sha256('cited by all');

/** Every marking with every kind of audience. */
function handlingsOf(agency: string): Handling[] {
  const others = [1, 2].map((n) => AGENCIES[(AGENCIES.indexOf(agency) + n) % AGENCIES.length] as string);
  const audiences = [[], others.slice(0, 1), others];
  return TLP_LABELS.flatMap((tlp): Handling[] => {
    if (tlp === 'CLEAR') return [{ tlp }];
    if (tlp === 'GREEN') return [{ tlp }, ...COMMUNITIES.map((community) => ({ tlp, community }))];
    return audiences.map((agencies) => ({ tlp, agencies, ...(tlp === 'RED' ? { principals: ['somebody'] } : {}) }));
  });
}

interface Made extends ProjectedEvent {
  readonly logIndex: number;
}
const EVENTS: readonly Made[] = AGENCIES.flatMap((agency) => handlingsOf(agency).map((handling) => ({ agency, handling }))).map(
  ({ agency, handling }, logIndex) => {
    const id = `e${logIndex}`;
    const content = Buffer.from(JSON.stringify({ id, handling }));
    const hash = createHash('sha256').update(content).digest('hex');
    return {
      agency,
      id,
      principal: 'p',
      commitment: sha256(`c ${id}`),
      contentHash: hash,
      secret: sha256(id),
      capturedMicros: 1,
      content,
      kind: KINDS.indexOf('correction'),
      starts: logIndex,
      ends: logIndex,
      items: [SHARED, `imo:${logIndex}`],
      groups: readerGroups(handling, agency),
      // Each speaks about the one before, whoever's that is.
      targets: [{ agency: agencyAt(logIndex - 1), id: `e${logIndex - 1}` }],
      word: null,
      evidence: [CITED],
      batch: { name: `import-${logIndex}`, members: [id] },
      keys: [1_000 + logIndex],
      points: [{ code: 0, item: `imo:${logIndex}` }],
      offset: logIndex,
      raw: content,
      logIndex,
    };
  },
);
function agencyAt(logIndex: number): string {
  return AGENCIES[Math.max(0, Math.floor(logIndex / handlingsOf('alpha').length))] as string;
}

interface MatrixReader {
  readonly agency: string | null;
  readonly names: readonly string[];
}
const READERS: readonly MatrixReader[] = [
  { agency: null, names: ['clear'] },
  ...[...AGENCIES, 'outsider'].flatMap((agency) =>
    [[], ['ports'], ['cars'], COMMUNITIES].map((communities) => ({
      agency,
      names: ['clear', 'green', ...communities.map((name) => `community:${name}`), `agency:${agency}`],
    })),
  ),
];
const maySee = ({ names }: MatrixReader, { groups }: Pick<Made, 'groups'>): boolean => groups.some((group) => names.includes(group));

/** Of each relation: its rows by name in SQL, all that there are, and whether one is the reader's. */
interface Relation {
  /** Of the schema ledger, where none is named. */
  readonly table: string;
  readonly sql: string;
  readonly rows: readonly { readonly key: string; mayBeSeen(reader: MatrixReader): boolean }[];
}
const ofEvent = (key: (event: Made) => string): Relation['rows'] =>
  EVENTS.map((event) => ({ key: key(event), mayBeSeen: (reader) => maySee(reader, event) }));
const ofGroup = (keys: (event: Made) => readonly string[]): Relation['rows'] =>
  EVENTS.flatMap((event) =>
    event.groups.flatMap((group) =>
      keys(event).map((key) => ({ key: `${key} ${group}`, mayBeSeen: ({ names }: MatrixReader) => names.includes(group) })),
    ),
  );
const ofAgency = (key: (event: Made) => string): Relation['rows'] =>
  EVENTS.map((event) => ({ key: key(event), mayBeSeen: ({ agency }) => agency === event.agency }));
/** Numbers are given by the database in the order of their first use. */
const NAMES = [...new Set(EVENTS.flatMap(({ groups }) => groups))];
const nameOf = (column: string): string => `(array[${NAMES.map((name) => `'${name}'`).join(', ')}])[${column}]`;
const RELATIONS: readonly Relation[] = [
  { table: 'entries', sql: `select agency || '/' || id as key from ledger.entries`, rows: ofEvent(({ agency, id }) => `${agency}/${id}`) },
  { table: 'content', sql: `select log_index::text as key from ledger.content`, rows: ofEvent(({ logIndex }) => `${logIndex}`) },
  {
    table: 'timeline',
    sql: `select item || ' ' || log_index || ' ' || ${nameOf('grp')} as key from ledger.timeline`,
    rows: ofGroup(({ items, logIndex }) => items.map((item) => `${item} ${logIndex}`)),
  },
  {
    table: 'relations',
    sql: `select log_index || ' ' || ${nameOf('grp')} as key from ledger.relations`,
    rows: ofGroup(({ logIndex }) => [`${logIndex}`]),
  },
  {
    table: 'evidence_refs',
    sql: `select log_index || ' ' || ${nameOf('grp')} as key from ledger.evidence_refs`,
    rows: ofGroup(({ logIndex }) => [`${logIndex}`]),
  },
  {
    table: 'audit',
    sql: `select agency || '/' || principal || ' ' || log_index || ' ' || ${nameOf('grp')} as key from ledger.audit`,
    rows: ofGroup(({ agency, principal, logIndex }) => [`${agency}/${principal} ${logIndex}`]),
  },
  {
    table: 'batch_members',
    sql: `select batch || ' ' || id || ' ' || ${nameOf('grp')} as key from ledger.batch_members`,
    rows: ofGroup(({ id, logIndex }) => [`import-${logIndex} ${id}`]),
  },
  {
    table: 'sighting_keys',
    sql: `select key || ' ' || ${nameOf('grp')} as key from ledger.sighting_keys`,
    rows: ofGroup(({ logIndex }) => [String(1_000 + logIndex)]),
  },
  {
    table: 'open_points',
    sql: `select item || ' ' || ${nameOf('grp')} as key from ledger.open_points`,
    rows: ofGroup(({ logIndex }) => [`imo:${logIndex}`]),
  },
  {
    table: 'search_keys',
    sql: `select item || ' ' || ${nameOf('grp')} as key from ledger.search_keys where item <> '${SHARED}'`,
    rows: ofGroup(({ logIndex }) => [`imo:${logIndex}`]),
  },
  {
    table: 'reader_groups',
    sql: 'select name as key from ledger.reader_groups',
    rows: NAMES.map((name) => ({ key: name, mayBeSeen: ({ names }) => names.includes(name) })),
  },
  {
    table: 'conflicts',
    sql: `select agency || '/' || id as key from ledger.conflicts`,
    rows: ofAgency(({ agency, id }) => `${agency}/${id}`),
  },
  {
    table: 'dead_letters',
    sql: `select coalesce(agency, 'nobody') || '/' || coalesce(id, '') as key from ledger.dead_letters`,
    rows: [...ofAgency(({ agency, id }) => `${agency}/dead-${id}`), { key: 'nobody/', mayBeSeen: () => false }],
  },
  {
    table: 'access.reads',
    sql: `select tenant || '/' || n as key from access.reads`,
    rows: ofAgency(({ agency, logIndex }) => `${agency}/${logIndex}`),
  },
];
const qualified = (table: string): string => (table.includes('.') ? table : `ledger.${table}`);

const readOf = ({ agency, id, commitment }: Made): ReadRow => {
  const hash = Buffer.from(commitment, 'hex');
  const bytes = Buffer.from(JSON.stringify({ id }));
  return { tenant: agency, agency: 'outsider', principal: 'p', items: [SHARED], evidence: [], commitment: hash, secret: hash, bytes };
};

let database: TestDatabase;
let gateway: StorePool;
let reads: LedgerReads;
const numbers = new Map<string, number>();

beforeAll(async () => {
  database = await testDatabase();
  // Many questions at once, on a machine that may be busy.
  gateway = database.pool('gateway', { connectTimeoutMs: 60_000 });
  const projector = database.pool('projector');
  const partition = { clusterId: 'c', topicId: 't', topic: 't', partition: 0 };
  const [n, keys] = [EVENTS.length, { ofItem: (item: string) => [item], ofAlias: () => [] }];
  const dead = EVENTS.map(({ agency, id }, offset): DeadLetter => {
    const event = { agency, id: `dead-${id}`, contentHash: sha256(id) };
    return { offset, code: 'record.data', detail: '', key: null, headers: {}, value: Buffer.from('x'), event };
  });
  const unsigned: DeadLetter = { offset: n, code: 'record.malformed', detail: '', key: null, headers: {}, value: Buffer.from('x') };
  await projectBatch(projector, partition, 0, n, EVENTS, [...dead, unsigned], { keys });
  const others = EVENTS.map((event) => ({ ...event, content: Buffer.from('other'), contentHash: sha256('other'), raw: Buffer.from('o') }));
  await projectBatch(projector, partition, n, 2 * n, others, [], { keys });
  // Of each a record of who read it, kept for its agency.
  await appendReads(database.pool('access'), EVENTS.map(readOf), false);
  const { rows } = await database.pool('owner').query<{ id: number; name: string }>('select id, name from ledger.reader_groups');
  for (const { id, name } of rows) numbers.set(name, id);
  expect(NAMES.map((name) => numbers.get(name))).toEqual(NAMES.map((_, at) => at + 1));
  reads = await ledgerReads(gateway);
}, 60_000);
afterAll(() => database.drop());

const idsOf = (names: readonly string[]): number[] => names.flatMap((name) => numbers.get(name) ?? []);
const contextOf = ({ agency, names }: MatrixReader): ReaderContext => new ReaderContext(agency, idsOf(names));
const keysBy = async (from: Statements, sql: string): Promise<string[]> =>
  (await from.query<{ key: string }>(sql)).rows.map(({ key }) => key);

interface Judged {
  cases: number;
  readonly leaks: string[];
  readonly missing: string[];
}

async function judge(relations: readonly Relation[], readers = READERS): Promise<Judged> {
  const judged: Judged = { cases: 0, leaks: [], missing: [] };
  for (const reader of readers) {
    for (const { table, sql, rows } of relations) {
      const seen = new Set(await keysBy(gateway.as(contextOf(reader)), sql));
      for (const { key, mayBeSeen } of rows) {
        judged.cases += 1;
        const case_ = `${reader.names.join(',')}: ${table} ${key}`;
        if (seen.delete(key)) {
          if (!mayBeSeen(reader)) judged.leaks.push(case_);
        } else if (mayBeSeen(reader)) judged.missing.push(case_);
      }
      // What nobody made.
      for (const key of seen) judged.leaks.push(`${table} ${key}`);
    }
  }
  return judged;
}

test('no row is shown to a reader whose it is not, and none is hidden from one whose it is', async () => {
  const { cases, leaks, missing } = await judge(RELATIONS);
  expect([leaks, missing]).toEqual([[], []]);
  expect(cases).toBeGreaterThan(10_000);
}, 120_000);

/** Whose rows are shown by rules of their own, each told by a suite of its own. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'evidence.uploads': 'libs/store/src/sql/evidence.int.spec.ts',
  'ledger.handlings': 'apps/gateway/src/markings.int.spec.ts',
};

/** Of the catalogue: what is added with policies and forgotten here is found; what is added without any is found by row-security.int.spec.ts. */
async function forgotten(from: Statements): Promise<string[]> {
  const found = await keysBy(
    from,
    `select format('%I.%I', n.nspname, c.relname) as key from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and c.relrowsecurity and has_any_column_privilege('custody_gateway', c.oid, 'select') order by 1`,
  );
  const known = new Set([...RELATIONS.map(({ table }) => qualified(table)), ...Object.keys(ELSEWHERE)]);
  return found.filter((table) => !known.delete(table)).concat([...known].map((table) => `${table} is not there`));
}

test('each table with policies that the gateway may read is among them; control: a new one is not', async () => {
  const owner = database.pool('owner', { max: 1 });
  expect(await forgotten(owner)).toEqual([]);
  const undone = new Error('undone');
  const work = async (client: StoreClient): Promise<void> => {
    await client.query(
      'create table ledger.more (n integer); alter table ledger.more enable row level security, force row level security; grant select on ledger.more to custody_gateway',
    );
    expect(await forgotten(client)).toEqual(['ledger.more']);
    throw undone;
  };
  await expect(owner.transaction(work)).rejects.toBe(undone);
});

test.each(RELATIONS.map((relation) => ({ table: relation.table, relation })))(
  'control: without its policies $table leaks',
  async ({ table, relation }) => {
    const owner = database.pool('owner', { max: 1 });
    await owner.query(`alter table ${qualified(table)} disable row level security`);
    try {
      expect((await judge([relation], READERS.slice(0, 3))).leaks.length).toBeGreaterThan(0);
    } finally {
      await owner.query(`alter table ${qualified(table)} enable row level security`);
    }
  },
);

/** Reads that say places, what is left out, or of evidence that an event cites that it is here: what stands there is asked for by one that notes it. */
const PLACES = [
  ...[
    'approvalsOf',
    'auditPage',
    'evidenceSenders',
    'heldEvidence',
    'itemEntries',
    'listsNaming',
    'namedRows',
    'openPointsOfItem',
    'openPointsPage',
    'readsPage',
    'shownEvents',
    'shownItems',
  ],
  'statedAliases',
  'sightingCandidates',
  'streamPage',
];
/** Whose controllers note what they show: they know it by names that rows do not have. */
const BY_CONTROLLERS = ['deadLetter', 'deadLetters', 'readsAt'];

test('each read of rows of tenants is noted for the access log, but for those that are said not to be', () => {
  const reader = {
    agency: 'alpha',
    principal: 'p',
    breaksGlass: false,
    groupNames: NAMES,
    groups: [],
    context: new ReaderContext(null, []),
  };
  const own = reads.as(reader);
  const noted = notedReads({ ...reads, as: () => own }, reader, new ReadNotes()).as(reader);
  const everybodys: Partial<ReaderReads> = reads;
  const unnoted = (Object.keys(own) as (keyof ReaderReads)[]).filter((name) => noted[name] === own[name] && own[name] !== everybodys[name]);
  expect(unnoted.sort()).toEqual([...PLACES, ...BY_CONTROLLERS].sort());
});

/** Whole, nothing of it, or refused. */
const SHOWN: Readonly<Record<string, Readonly<Record<string, 'all' | 'none' | 'refused'>>>> = {
  capture: { entries: 'all', content: 'all', timeline: 'all' },
  projector: {
    entries: 'all',
    content: 'none',
    timeline: 'all',
    relations: 'none',
    search_keys: 'all',
    reader_groups: 'all',
    conflicts: 'all',
    dead_letters: 'all',
  },
  sealer: { entries: 'all', timeline: 'all' },
  operator: Object.fromEntries(RELATIONS.map(({ table }) => [table, 'all'])),
  // Outside of a context.
  gateway: Object.fromEntries(RELATIONS.map(({ table }) => [table, 'none'])),
};

test.each(Object.keys(SHOWN) as ('capture' | 'projector' | 'sealer' | 'operator' | 'gateway')[])(
  'the role %s sees what its work needs, whole, and nothing else',
  async (role) => {
    const pool = database.pool(role, { max: 1 });
    for (const { table, sql, rows } of RELATIONS) {
      const seen = await keysBy(pool, sql).then(
        (keys) => (keys.length === 0 ? 'none' : keys.length === rows.length ? 'all' : `${keys.length} of ${rows.length}`),
        (error: unknown) => ((error as { code?: string }).code === '42501' ? 'refused' : String(error)),
      );
      expect([table, seen]).toEqual([table, SHOWN[role]?.[table] ?? 'refused']);
    }
    if (role === 'capture') await expect(pool.query('select bytes from ledger.content')).rejects.toThrow(/permission denied/);
  },
);

describe('a reader who lies about his groups, his agency, and what he looks for', () => {
  const lie = (): number[] => idsOf(NAMES);
  const refs = EVENTS.map(({ agency, id }) => ({ agency, id }));
  const indexes = EVENTS.map(({ logIndex }) => logIndex);
  /** He breaks glass, too: what is left out is for the database to say. */
  const liar = (): Reader => ({
    agency: 'alpha',
    principal: 'p',
    breaksGlass: true,
    groupNames: NAMES,
    groups: lie(),
    context: new ReaderContext(null, []),
  });
  const audit = (more: Partial<AuditQuestion>): AuditQuestion => ({ reader: liar(), from: 0, before: ALL, ...more });
  const bound = { limit: ALL, contentBytesMax: Number.MAX_SAFE_INTEGER };

  /** Ids of what each of the gateway's questions shows: of every event where nothing hides one. */
  const QUESTIONS: Readonly<Record<string, (own: ReaderReads) => Promise<readonly string[]>>> = {
    timelinePage: async (own) => ids(await own.timelinePage({ item: SHARED, reader: liar(), logSize: ALL, limit: ALL })),
    timelineEnd: async (own) => ids(await own.timelineEnd({ item: SHARED, reader: liar(), logSize: ALL, limit: ALL })),
    claimsAbout: async (own) => ids(await own.claimsAbout({ items: [SHARED], reader: liar(), logSize: ALL, ...bound })),
    speakersAbout: async (own) => ids(await own.speakersAbout([...refs, { agency: 'alpha', id: 'e-1' }], lie(), ALL, bound)),
    byRefs: async (own) => ids(await own.byRefs(refs, lie(), ALL, bound.contentBytesMax)),
    eventsFrom: async (own) => ids(await own.eventsFrom(0, liar(), ALL, ALL)),
    visibleEvents: async (own) => ids(await own.visibleEvents(indexes, lie(), bound.contentBytesMax)),
    streamPage: async (own) => (await own.streamPage({ reader: liar(), from: 0, before: ALL })).logIndexes.map((at) => `e${at}`),
    'streamPage of an item': async (own) =>
      (await own.streamPage({ reader: liar(), from: 0, before: ALL, item: SHARED })).logIndexes.map((at) => `e${at}`),
    itemsByKeys: async (own) =>
      (await own.itemsByKeys(EVENTS.map(({ logIndex }) => [`imo:${logIndex}`]), lie())).hits.map(({ item }) => item.replace('imo:', 'e')), // prettier-ignore
    sightingCandidates: async (own) => {
      const of = { terms: [indexes.map((at) => 1_000 + at)], groups: lie() };
      return (await own.sightingCandidates(of, { from: 0, before: ALL })).logIndexes.map((at) => `e${at}`);
    },
    byId: (own) =>
      each(async ({ id, logIndex }) => ids(await own.byId(id, logIndex % 2 === 0 ? undefined : agencyAt(logIndex), lie(), ALL))),
    itemCount: (own) => each(async ({ id, logIndex }) => ((await own.itemCount(`imo:${logIndex}`, lie(), ALL)) > 0 ? [id] : [])),
    auditPage: async (own) => (await own.auditPage(audit({}), ALL)).logIndexes.map((at) => `e${at}`),
    'auditPage of a person': async (own) => (await own.auditPage(audit({ principal: 'p' }), ALL)).logIndexes.map((at) => `e${at}`),
    'auditPage of evidence': async (own) => (await own.auditPage(audit({ evidence: CITED }), ALL)).logIndexes.map((at) => `e${at}`),
    'auditPage of an item': async (own) => (await own.auditPage(audit({ item: SHARED }), ALL)).logIndexes.map((at) => `e${at}`),
    'auditPage of an import': (own) =>
      each(async ({ agency, id, logIndex }) =>
        (await own.auditPage(audit({ batch: { agency, name: `import-${logIndex}` } }), ALL)).logIndexes.map(() => id),
      ),
    auditEvents: async (own) => ids(await own.auditEvents(indexes, lie())),
    shownEvents: async (own) => [...(await own.shownEvents(refs, liar()))].map((ref) => ref.slice(ref.indexOf('/') + 1)),
    shownItems: async (own) =>
      [...(await own.shownItems(EVENTS.map(({ logIndex }) => `imo:${logIndex}`), lie()))].map((item) => item.replace('imo:', 'e')), // prettier-ignore
    batchesOf: async (own) => [...(await own.batchesOf(refs, liar(), ALL)).values()].map((name) => name.replace('import-', 'e')),
    submittedEvent: (own) => each(async ({ agency, id }) => ((await own.submittedEvent(agency, id)) === null ? [] : [id])),
  };
  const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);
  const each = async (ask: (event: Made) => Promise<readonly string[]>): Promise<string[]> => (await Promise.all(EVENTS.map(ask))).flat();
  const sorted = (list: readonly string[]): string[] => [...new Set(list)].sort();
  const SOME = [0, 1, 4, 8, 20, 24].map((at) => READERS[at] as MatrixReader);

  test.each(Object.keys(QUESTIONS))(
    '%s shows him what is his; control: a context that says what he says shows all',
    async (name) => {
      const ask = QUESTIONS[name] as (own: ReaderReads) => Promise<readonly string[]>;
      for (const reader of SOME) {
        const visible = EVENTS.filter((event) => maySee(reader, event));
        expect(sorted(await ask(reads.as({ context: contextOf(reader) })))).toEqual(sorted(ids(visible)));
      }
      expect(sorted(await ask(reads.as({ context: new ReaderContext('alpha', lie()) })))).toEqual(sorted(ids(EVENTS)));
    },
    120_000,
  );

  test("is shown no other agency's conflicts, dead letters and records of reads; control: its own are", async () => {
    for (const reader of SOME) {
      const own = reads.as({ context: contextOf(reader) });
      for (const agency of AGENCIES) {
        const mine = agency === reader.agency;
        const count = mine ? handlingsOf(agency).length : 0;
        const [event] = EVENTS.filter((made) => made.agency === agency) as [Made];
        expect(await own.conflicts({ ...liar(), agency }, undefined, ALL)).toHaveLength(count);
        expect(await own.eventConflicts({ ...liar(), agency }, event.id, ALL)).toHaveLength(mine ? 1 : 0);
        expect((await own.refusedBytes(agency, event.id, null)) === null).toBe(true);
        expect((await own.refusedBytes(agency, `dead-${event.id}`, null)) === null).toBe(!mine);
        expect(await own.readsPage({ tenant: agency, from: 0, before: ALL }, ALL)).toHaveLength(count);
        expect(await own.readsAt(agency, indexes)).toHaveLength(count);
        const letters = await own.deadLetters(agency, undefined, ALL);
        expect(letters).toHaveLength(count);
        // Numbers begin at 1, in the order in which they were found.
        expect((await own.deadLetter(agency, event.logIndex + 1))?.seq).toBe(mine ? event.logIndex + 1 : undefined);
      }
    }
  }, 60_000);

  test('outside of a context nothing of a tenant is read: of the log itself all is, and the commitments are those of the entries', async () => {
    expect(await reads.logSize()).toBe(EVENTS.length);
    const piece = await reads.logPiece(0, EVENTS.length);
    expect(Array.from({ length: piece.entries.length }, (_, n) => piece.entries.hex(n))).toEqual(
      EVENTS.map(({ commitment }) => commitment),
    );
    for (const { sql } of RELATIONS) expect(await keysBy(gateway, sql)).toEqual([]);
  });
});
