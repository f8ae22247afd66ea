/**
 * Who read what, on every way out of the gateway: each answer with something above TLP:CLEAR has its record before it leaves, each record names
 * what was shown and nothing else, and each agency is told what is for it.
 */
import { audit } from '#app/audit';
import { type AuditView, type EventAnswer, OPERATION_READS, readsNothing, type SightingDocument } from '#lib/contracts';
import { ANONYMOUS, type Actor } from '#lib/domain';
import { type AccessRecord, openCheckpoint, readNotice, utf8, verifyReadProof } from '#lib/ledger';
import { lastCheckpoint, lastSeal, type StorePool } from '#lib/store';
import { actor, PATIENT, POLICY_AT, ReadsScene, sighting } from './tested-reads.contract.ts';

/** At once: more than a group is written of. */
const MANY = 24;
const [A, B, C] = ['vin:WDDSYNTH9JA000001', 'container:SYNU0000014', 'imo:0000048'] as const;
const ANN = actor('police', 'ann');
const BOB = actor('police', 'bob');
const EVE = actor('police', 'eve');
const CORA = actor('customs', 'cora');

let scene: ReadsScene;
let owner: StorePool;

beforeAll(async () => {
  scene = await ReadsScene.open();
  owner = scene.owner;
  await scene.submit(sighting('c1', A, { tlp: 'CLEAR' }), ANN);
  await scene.submit(sighting('g1', A, { tlp: 'GREEN' }), ANN);
  await scene.submit(sighting('a1', B, { tlp: 'AMBER', agencies: ['police'] }), CORA);
  await scene.submit(sighting('r1', C, { tlp: 'RED', principals: ['bob'] }), ANN);
  await scene.submit(sighting('c2', 'vin:WDDSYNTH9JA000002', { tlp: 'CLEAR' }), ANN);
  await scene.submit(own('w1', 'watch', { watch: { act: 'added', condition: { items: [A] } } }), ANN);
  await scene.submit({ ...sighting('q1', A, { tlp: 'AMBER' }), items: [] }, ANN);
  // Of the AMBER one, which is at 2.
  await scene.submit(
    own('alert:1', 'alert', { alert: { watch: 'w1', index: 2, n: 0, state: 'raised' } }),
    actor('police', 'custody:alerts'),
  );
  const ofACase = { source: { kind: 'case' } };
  await scene.submit({ id: 'k1', kind: 'case', handling: { tlp: 'GREEN' }, ...ofACase, extension: { title: 'One car' } }, ANN);
  const act = { act: 'added', of: 'k1', sighting: 'g1' };
  await scene.submit({ id: 'k2', kind: 'case-act', handling: { tlp: 'AMBER+STRICT' }, ...ofACase, extension: { act } }, ANN);
  await scene.seal();
}, 600_000);
afterAll(() => scene.close());
beforeEach(() => {
  scene.glassBreaker = null;
});

const own = (id: string, kind: 'watch' | 'alert', extension: object) =>
  ({ id, kind, handling: { tlp: 'AMBER' }, source: { kind: 'watch' }, extension }) as SightingDocument;
const ask: ReadsScene['ask'] = (...of) => scene.ask(...of);
const records: ReadsScene['records'] = (from) => scene.records(from);
const count: ReadsScene['count'] = () => scene.count();
/** Records that an answer made. */
async function made(as: Actor, path: string): Promise<AccessRecord[]> {
  const from = await count();
  const { status } = await ask(as, path);
  expect([path, status]).toEqual([path, 200]);
  return records(from);
}
const auditOf = async (as: Actor, q: string, more = ''): Promise<AuditView> => {
  const { status, text } = await ask(as, `/v1/audit?q=${encodeURIComponent(q)}${more}`);
  expect([q, status]).toEqual([q, 200]);
  return JSON.parse(text) as AuditView;
};

/** Of each operation that reads: what Ann asks, and what it is a read of for her agency. */
const READS: Readonly<Record<string, readonly [path: string, events: readonly string[], items: readonly string[]]>> = {
  listEvents: [
    '/v1/events',
    ['customs/a1', 'police/alert:1', 'police/g1', 'police/k1', 'police/k2', 'police/q1', 'police/r1', 'police/w1'],
    [A, B, C].toSorted(),
  ],
  listQuestions: ['/v1/questions', ['police/q1'], []],
  listWatches: ['/v1/watches', ['police/w1'], []],
  listAlerts: ['/v1/alerts', ['customs/a1', 'police/alert:1', 'police/w1'], [B]],
  getEvent: ['/v1/events/g1', ['police/g1'], [A]],
  listCases: ['/v1/cases', ['police/k1'], []],
  // What was chosen for it, and not by which event.
  getCase: ['/v1/cases/k1', ['police/g1', 'police/k1'], [A]],
  listAudit: ['/v1/audit?q=item:' + A, ['police/g1'], [A]],
  // Of it a number is told, and no event that places it.
  getItem: [`/v1/items/${A}`, [], [A]],
  getTimeline: [`/v1/items/${A}/timeline`, ['police/g1'], [A]],
  getJourney: [`/v1/items/${A}/journey`, [], [A]],
  diffItem: [`/v1/items/${B}/diff?from=log:0`, ['customs/a1'], [B]],
  search: ['/v1/search?q=SYNU0000014', [], [B]],
  searchSightings: ['/v1/search/sightings?source=photo', ['customs/a1', 'police/g1', 'police/q1', 'police/r1'], [A, B, C].toSorted()],
  findPatterns: ['/v1/search/patterns?of=parties&source=photo', ['customs/a1', 'police/g1', 'police/r1'], [A, B, C].toSorted()],
  proveItem: [`/v1/items/${B}/proof?events=true`, ['customs/a1'], [B]],
  proveEvent: ['/v1/events/g1/proof', ['police/g1'], [A]],
  getReceipt: ['/v1/receipts/police/g1', ['police/g1'], [A]],
};
/** Where nothing is here to be read, or bytes are: those are told below, in own-records, in the role evidence, of sessions, and of streams. */
const ELSEWHERE = [
  'submitEvents',
  'getMapLinks',
  'proveRead',
  'listConflicts',
  'listDeadLetters',
  'getDeadLetter',
  'listEvidence',
  'getEvidence',
  'headEvidence',
  'viewEvidence',
  'getCustody',
  'getPolicy',
  'streamEvents',
  'listSessions',
];

describe('a read of what is above CLEAR', () => {
  it('is tried out on every operation that reads', () => {
    const reading = Object.entries(OPERATION_READS).flatMap(([operation, reads]) => (readsNothing(reads) ? [] : [operation]));
    expect([...Object.keys(READS), ...ELSEWHERE].sort()).toEqual(reading.sort());
  });

  it.each(Object.entries(READS))(
    'by %s has one record for the reader’s agency, which names what was shown',
    async (operation, [path, events, items]) => {
      const all = await made(ANN, path);
      const own = all.filter(({ tenant }) => tenant === 'police');
      expect(own).toMatchObject([{ operation, agency: 'police', principal: 'ann', policy: POLICY_AT, emergency: false, items, events }]);
      expect(own[0]?.reader).toMatchObject({ address: '127.0.0.1', key: 'key-of-ann', via: 'key', behalf: null });
      // Whose events they are learns it too, and of its own alone.
      const others = all.filter(({ tenant }) => tenant !== 'police');
      expect(others.map(({ tenant, reader, events: theirs }) => [tenant, reader, theirs])).toEqual(
        events.includes('customs/a1') ? [['customs', null, ['customs/a1']]] : [],
      );
    },
  );

  it('is told again where the reader has the answer already, and by HEAD', async () => {
    scene.asking = ANN;
    const first = await fetch(`${scene.url}/v1/events/g1`);
    const from = await count();
    const again = await fetch(`${scene.url}/v1/events/g1`, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } });
    const head = await fetch(`${scene.url}/v1/events/g1`, { method: 'HEAD' });
    expect([again.status, head.status]).toEqual([304, 200]);
    expect((await records(from)).map(({ operation }) => operation)).toEqual(['getEvent', 'getEvent']);
  });

  it('is none where everybody may read it, by anybody, nor where it is hidden or not there', async () => {
    const from = await count();
    for (const as of [ANN, CORA, ANONYMOUS])
      for (const path of ['/v1/events/c1', '/v1/items/vin:WDDSYNTH9JA000002/timeline', '/v1/search?q=WDDSYNTH9JA000002', '/v1/log']) {
        const { status } = await ask(as, path);
        expect([path, status === 200 || status === 401]).toEqual([path, true]);
      }
    for (const path of Object.values(READS).map(([each]) => each)) await ask(ANONYMOUS, path);
    for (const path of ['/v1/events/r1', '/v1/events/none', `/v1/items/${C}`]) expect((await ask(EVE, path)).status).toBe(404);
    expect(await count()).toBe(from);
  });

  it.each([
    ['diffItem', `/v1/items/${B}/diff?from=log:4&to=log:4`, [B]],
    ['getTimeline', `/v1/items/${B}/timeline?asOf=reported:1900-01-01`, [B]],
    ['getItem', `/v1/items/${B}?at=1900-01-01`, [B]],
    ['getJourney', `/v1/items/${B}/journey?at=1900-01-01`, [B]],
    ['diffItem', `/v1/items/${B}/diff?from=reported:1900-01-01&to=reported:1900-01-02`, [B]],
    ['listEvents', '/v1/events?asOf=reported:1900-01-01', []],
    ['listEvents', '/v1/events?limit=1', []],
    ['getMapLinks', '/log/links/0-3', []],
  ])('by %s that names no event is one of what it tells all the same: %s', async (operation, path, items) => {
    expect(await made(ANN, path)).toMatchObject([{ operation, tenant: 'police', principal: 'ann', events: [], items, tlp: null }]);
  });

  it('of an answer that names no event is none where nothing above CLEAR is behind it', async () => {
    const from = await count();
    for (const path of ['diff?from=log:5', 'timeline?asOf=reported:1900-01-01'])
      expect((await ask(ANN, `/v1/items/vin:WDDSYNTH9JA000002/${path}`)).status).toBe(200);
    const covers = (await lastSeal(owner))?.covers ?? 0;
    expect((await ask(ANN, `/log/links/0-${covers + 1}`)).status).toBe(404);
    expect(await count()).toBe(from);
  });

  it('is none by a refusal, but for what its words tell', async () => {
    const from = await count();
    for (const [as, path] of [
      [ANN, '/v1/events/a1?asOf=reported:1990-01-01'],
      [ANN, `/v1/items/${B}/timeline?asOf=log:0`],
      [ANN, `/v1/items/${B}?asOf=log:0`],
    ] as const)
      expect([path, (await ask(as, path)).status]).toEqual([path, 404]);
    expect(await count()).toBe(from);
    for (const author of [ANN, CORA]) await scene.submit(sighting('twice', 'serial:demo:TWICE', { tlp: 'GREEN' }), author);
    const refused = async (path: string, code: string): Promise<AccessRecord[]> => {
      const before = await count();
      const { text } = await ask(ANN, path);
      expect((JSON.parse(text) as { code: string }).code).toBe(code);
      return records(before);
    };
    for (const path of ['/v1/events/twice', '/v1/events/twice/proof'])
      expect(await refused(path, 'event.ambiguous')).toMatchObject([
        { tenant: 'police', events: ['customs/twice', 'police/twice'], items: [] },
        { tenant: 'customs', events: ['customs/twice'] },
      ]);
    expect(await refused('/v1/events/twice/proof?agency=police', 'event.not-sealed')).toMatchObject([{ events: ['police/twice'] }]);
  });

  it('that could not be recorded is refused, and nothing of it is said', async () => {
    await owner.query('revoke insert on access.reads from custody_access');
    try {
      for (const [path] of Object.values(READS)) {
        const { status, text } = await ask(ANN, path);
        expect([path, status, (JSON.parse(text) as { code: string }).code]).toEqual([path, 503, 'access.unavailable']);
        for (const said of ['"g1"', '"a1"', 'contentHash']) expect(text).not.toContain(said);
      }
      expect((await ask(ANN, '/v1/events/c1')).status).toBe(200);
    } finally {
      await owner.query('grant insert on access.reads to custody_access');
    }
    expect((await ask(ANN, '/v1/events/g1')).status).toBe(200);
  });

  it('names no item where the answer says none: a promise, and a proof that does not open them', async () => {
    const D = 'vin:WDDSYNTH9JA000004';
    await scene.submit(sighting('g2', D, { tlp: 'GREEN' }), ANN);
    for (const [path, events, items] of [
      ['/v1/receipts/police/g2', ['police/g2'], []],
      ['/v1/events/g1/proof?open=place', ['police/g1'], []],
      ['/v1/events/g1/proof?open=place,items', ['police/g1'], [A]],
    ] as const)
      expect([path, await made(ANN, path)]).toMatchObject([path, [{ events, items }]]);
  });

  it('has a number of its own however many come at once, and none is left out', async () => {
    const from = await count();
    scene.asking = ANN;
    const answers = await Promise.all(
      Array.from({ length: MANY }, (_, n) =>
        fetch(`${scene.url}/v1/events/${n % 2 === 0 ? 'g1' : 'a1'}`, { headers: { 'request-id': `many-${n}` } }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const all = await records(from);
    expect(
      all
        .filter(({ tenant }) => tenant === 'police')
        .map(({ request }) => request)
        .sort(),
    ).toEqual(Array.from({ length: MANY }, (_, n) => `many-${n}`).sort());
    const { rows } = await owner.query<{ n: number }>('select n from access.reads order by n');
    expect(rows.map(({ n }) => n)).toEqual(rows.map((_, n) => n));
    expect(await count()).toBe(rows.length);
  });
});

describe('who is told', () => {
  it('of the own agency’s readers all of it; of others that they read what is one’s own', async () => {
    await ask(ANN, '/v1/events/a1', { 'request-id': 'told-1', 'custody-on-behalf-of': 'case 12' });
    const police = (await auditOf(EVE, 'action:read actor:police/ann')).reads.find(({ request }) => request === 'told-1');
    expect(police).toMatchObject({
      operation: 'getEvent',
      events: ['customs/a1'],
      items: [B],
      tlp: 'AMBER',
      reader: { behalf: 'case 12' },
    });
    const customs = (await auditOf(CORA, 'action:read')).reads;
    expect(customs.find(({ request }) => request === 'told-1')).toMatchObject({ agency: 'police', principal: 'ann', reader: null });
    // What Ann read of others, nobody tells customs.
    expect(customs.every(({ events, agency }) => agency === 'customs' || events.every((ref) => ref.startsWith('customs/')))).toBe(true);
    expect(JSON.stringify(customs)).not.toContain('police/g1');
  });

  it('of TLP:RED those whom it names, and not a colleague', async () => {
    await ask(BOB, '/v1/events/r1', { 'request-id': 'red-1' });
    await ask(BOB, `/v1/search?q=0000048`, { 'request-id': 'red-2' });
    const seenBy = async (as: Actor): Promise<string[]> =>
      (await auditOf(as, 'action:read actor:bob')).reads.map(({ request }) => request).filter((request) => request.startsWith('red-'));
    expect((await seenBy(BOB)).sort()).toEqual(['red-1', 'red-2']);
    expect(await seenBy(EVE)).toEqual([]);
  });

  it('of an emergency everybody of the agency: that it was used, and not what was read by it', async () => {
    scene.glassBreaker = EVE;
    await ask(EVE, '/v1/events/r1', { 'request-id': 'glass-1' });
    scene.glassBreaker = null;
    const kim = actor('police', 'kim');
    const told = (await auditOf(kim, 'action:read actor:eve')).reads.find(({ request }) => request === 'glass-1');
    expect(told).toMatchObject({ emergency: true, events: [], items: [], tlp: null });
  });

  it('of what is hidden neither by a filter, nor by a page, nor by where the list goes on', async () => {
    await ask(BOB, '/v1/events', { 'request-id': 'beside' });
    for (const _ of [1, 2]) await ask(BOB, '/v1/events/r1');
    const found = async (as: Actor, item: string, more = ''): Promise<unknown> => {
      const { rows, reads, next } = await auditOf(as, `action:read item:${item}`, more);
      return [rows.length, reads.length, next];
    };
    expect(await found(BOB, C)).not.toEqual([0, 0, null]);
    for (const more of ['', '&limit=1']) {
      expect(await found(EVE, C, more)).toEqual([0, 0, null]);
      expect(await found(EVE, 'serial:demo:NOT-THERE', more)).toEqual([0, 0, null]);
    }
    const beside = (await auditOf(EVE, 'action:read actor:bob')).reads.find(({ request }) => request === 'beside');
    expect(beside?.items).toEqual(expect.arrayContaining([A, B, 'serial:demo:TWICE']));
    expect([beside?.items.includes(C), beside?.tlp]).toEqual([false, null]);
    // Each page but the last is full.
    const told: number[] = [];
    for (let cursor = ''; ;) {
      const { reads, next } = await auditOf(EVE, 'action:read actor:bob', `&limit=1${cursor}`);
      told.push(...reads.map(({ n }) => n));
      if (next === null) break;
      expect(reads).toHaveLength(1);
      cursor = `&cursor=${next}`;
    }
    expect(told.length).toBeGreaterThan(0);
    expect(told).toEqual((await auditOf(EVE, 'action:read actor:bob')).reads.map(({ n }) => n));
  });

  it('of what a marking closed nobody any more to whom it is closed, also of who read it before', async () => {
    const [id, item] = ['closed', 'serial:demo:CLOSED'];
    await scene.submit(sighting(id, item, { tlp: 'GREEN' }), CORA);
    await ask(BOB, `/v1/events/${id}`, { 'request-id': 'before' });
    const before = async (as: Actor, q: string) => (await auditOf(as, q)).reads.filter(({ request }) => request === 'before');
    const [read] = await before(EVE, `action:read item:${item}`);
    expect(read).toMatchObject({ principal: 'bob', events: [`customs/${id}`], items: [item] });
    await scene.submit(
      {
        ...{ id: 'closing', kind: 'marking', handling: { tlp: 'AMBER' }, source: { kind: 'handling' } },
        relations: { target: id, handling: { tlp: 'AMBER' }, reason: 'a source' },
      },
      CORA,
    );
    for (const q of [`action:read item:${item}`, 'action:read', 'action:read actor:bob']) expect(await before(EVE, q)).toEqual([]);
    expect((await ask(EVE, `/v1/audit/reads/${read?.n}/proof`)).text).toContain('read.not-found');
    // That he read he knows; whose it was is told as before.
    expect(await before(BOB, 'action:read actor:bob')).toMatchObject([{ events: [], items: [], tlp: null }]);
    expect(await before(CORA, `action:read item:${item}`)).toMatchObject([{ principal: 'bob', events: [`customs/${id}`], items: [item] }]);
    // The record says by which policy the answer was made, markings included.
    const from = await count();
    const { policy } = (JSON.parse((await ask(ANN, '/v1/events/g1')).text) as EventAnswer).coordinates;
    expect((await records(from)).map((record) => record.policy)).toEqual([policy]);
    expect(policy).toBeGreaterThan(POLICY_AT);
  });

  it('beside what was written, newest first, a page at a time, by the same filters', async () => {
    const whole = await auditOf(ANN, `item:${A}`);
    expect([whole.rows.map(({ id }) => id), whole.reads.length > 3]).toEqual([['g1', 'c1'], true]);
    expect((await auditOf(ANN, `item:${A} action:observation`)).reads).toEqual([]);
    expect((await auditOf(ANN, `item:${A} action:read`)).rows).toEqual([]);
    const pages: AuditView[] = [];
    for (let cursor = ''; ;) {
      const page = await auditOf(ANN, `item:${A}`, `&limit=3${cursor}`);
      expect(page.rows.length + page.reads.length).toBeLessThanOrEqual(3);
      pages.push(page);
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    // Asking is a read itself, and comes after what the first page was asked of.
    const reads = pages.flatMap((page) => page.reads.map(({ n }) => n));
    expect(reads).toEqual([...new Set(reads)].sort((a, b) => b - a));
    expect(reads).toEqual(expect.arrayContaining(whole.reads.map(({ n }) => n)));
    expect(pages.flatMap((page) => page.rows.map(({ id }) => id))).toEqual(['g1', 'c1']);
  });
});

describe('the access log', () => {
  it('is named by the next seal, also where nothing else is sealed, and each record is recorded by it', async () => {
    await ask(ANN, '/v1/events/g1', { 'request-id': 'sealed-1' });
    const size = await count();
    expect((await auditOf(ANN, 'action:read')).reads.find(({ request }) => request === 'sealed-1')?.recorded).toBeNull();
    await scene.seal(true);
    const last = await lastSeal(owner);
    expect(last?.accessSize).toBeGreaterThanOrEqual(size);
    const { rows } = await owner.query<{ bytes: Buffer }>('select bytes from ledger.notices where log_index = $1', [last?.logIndex]);
    const notice = readNotice(rows[0]?.bytes ?? Buffer.alloc(0));
    expect(notice).toMatchObject({ kind: 'seal', seal: { access: { size: BigInt(last?.accessSize ?? 0), root: last?.accessRoot } } });
    const found = (await auditOf(ANN, 'action:read')).reads.find(({ request }) => request === 'sealed-1');
    expect(found?.recorded).not.toBeNull();
  });

  it('is sealed a piece at a time where it is only read, until all of it is', async () => {
    await scene.seal(true);
    for (let n = 0; n < 5; n++) await ask(ANN, '/v1/events/g1');
    const all = await count();
    const sealed: number[] = [];
    for (let n = 0; n < 4; n++) {
      await scene.seal(true, 2);
      sealed.push(all - ((await lastSeal(owner))?.accessSize ?? 0));
    }
    // The fourth finds nothing.
    expect(sealed).toEqual([3, 1, 0, 0]);
  });

  it('is the same at a point of the log, whatever is read behind it', async () => {
    const at = `log:${((await lastSeal(owner))?.logIndex ?? 0) + 1}`;
    const first = await auditOf(ANN, 'action:read', `&asOf=${at}`);
    await ask(ANN, '/v1/events/g1');
    expect(await auditOf(ANN, 'action:read', `&asOf=${at}`)).toEqual(first);
    expect(first.reads.length).toBeGreaterThan(5);
    expect(first.reads.every(({ recorded }) => recorded !== null)).toBe(true);
  });

  it('is held against the seals by an audit, which finds a record that was altered', async () => {
    const { note = '' } = (await lastCheckpoint(owner)) ?? {};
    expect(openCheckpoint(utf8(note), { log: [scene.logKey] }).ok).toBe(true);
    const client = await owner.connect();
    try {
      const whole = await audit(client, { keys: [scene.logKey] });
      expect([whole.verdict, whole.findings, whole.checked.reads]).toEqual(['verified', [], await count()]);
      await client.query('begin');
      await client.query('set local session_replication_role = replica');
      await client.query(`update access.reads set bytes = replace(convert_from(bytes, 'UTF8'), '"ann"', '"bob"')::bytea where n = 1`);
      const altered = await audit(client, { keys: [scene.logKey], content: false });
      await client.query('rollback');
      expect([altered.verdict, altered.first?.code, altered.first?.key]).toEqual(['altered', 'audit.access-record', { n: 1 }]);
    } finally {
      client.release();
    }
  });

  it('is proved to whom a record is kept for, by one head and nothing else', async () => {
    const { rows } = await owner.query<{ n: number }>(`select min(n) as n from access.reads where tenant = 'police'`);
    const path = `/v1/audit/reads/${rows[0]?.n}/proof`;
    const { text } = await ask(ANN, path);
    const trust = { log: [scene.logKey], nowMs: Date.now() };
    expect(verifyReadProof(utf8(text), trust)).toMatchObject({ verdict: 'verified' });
    expect(verifyReadProof(utf8(text.replace('police/ann', 'police/eva').replace('\\"ann\\"', '\\"eva\\"')), trust).verdict).toBe(
      'altered',
    );
    for (const missing of [path, '/v1/audit/reads/999999/proof', '/v1/audit/reads/x/proof']) {
      const { status, text: said } = await ask(CORA, missing);
      expect([missing, status, (JSON.parse(said) as { code: string }).code]).toEqual([missing, 404, 'read.not-found']);
    }
    await ask(ANN, '/v1/events/g1');
    const answer = await ask(ANN, `/v1/audit/reads/${(await count()) - 1}/proof`);
    expect([answer.status, (JSON.parse(answer.text) as { code: string }).code]).toEqual([409, 'read.not-sealed']);
  });

  it('control: without its policy a record is everybody’s who asks the database by the gateway', async () => {
    const gateway = scene.database.pool('gateway', PATIENT);
    expect((await gateway.query('select from access.reads')).rowCount).toBe(0);
    await owner.query('alter table access.reads disable row level security');
    try {
      expect((await gateway.query('select from access.reads')).rowCount).toBeGreaterThan(0);
    } finally {
      await owner.query('alter table access.reads enable row level security');
    }
  });

  it('only grows, is written by one role, and shows an agency what is kept for it', async () => {
    const access = scene.database.pool('access', PATIENT);
    await expect(owner.query('update access.reads set principal = $1', ['nobody'])).rejects.toThrow('ledger.append-only');
    await expect(owner.query('delete from access.reads')).rejects.toThrow('ledger.append-only');
    await expect(owner.query('update access.head set size = 0')).rejects.toThrow('ledger.append-only');
    await expect(access.query('select from access.reads')).rejects.toThrow('permission denied');
    for (const role of ['capture', 'projector', 'gateway', 'sealer', 'evidence', 'operator'] as const)
      await expect(scene.database.pool(role, PATIENT).query(`insert into access.reads values (0)`)).rejects.toThrow('permission denied');
    expect((await scene.database.pool('gateway', PATIENT).query('select from access.reads')).rowCount).toBe(0);
    await expect(scene.database.pool('sealer', PATIENT).query('select bytes from access.reads')).rejects.toThrow('permission denied');
  });
});
