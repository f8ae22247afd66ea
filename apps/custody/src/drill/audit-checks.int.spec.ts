/** Each check of the audit, by a tampering that it alone finds: left out, the tampering gets through. */
import type { SightingDocument } from '#lib/contracts';
import { audit, AUDIT_CODES, type Anchor, type AuditCode, type AuditReport } from '#app/audit';
import { encodeGenesis, encodeSeal, mapSaltHash, readNotice, type Seal } from '#lib/ledger';
import { projectBatch, type ProjectedEvent, type StoreClient } from '#lib/store';
import { drill } from './drill.ts';
import { type Author, drillEvents, eventOf } from './drill-events.ts';
import { drilledLedger, drilledReads, type DrilledLedger } from './drilled-ledger.contract.ts';
import { SeededRandom } from './random.ts';
import { rewriteProof, signedNote } from './rewrite.ts';
import { ROW_CLASSES } from './row-tampering.ts';
import { flipBit, type Scene } from './tampering.ts';

const SEED = 7;
let ledger: DrilledLedger;
let client: StoreClient;
/** Log indexes of the first sealed sighting that concerns one item alone, and of the last. */
let first: number;
let last: number;

beforeAll(async () => {
  ledger = await drilledLedger(SEED, 10);
  // Some that no seal covers yet.
  const { length } = ledger.copy.events;
  const more = drillEvents(new SeededRandom(SEED), length, 3);
  const partition = { clusterId: 'drill', topicId: 'drill', topic: 'drill', partition: 0 };
  await projectBatch(ledger.database.pool('projector'), partition, length, length + 3, more, []);
  client = await ledger.copy.pool.connect();
  first = await number(`select l.log_index as n from proof.item_leaves l where l.n = 0
    and (select count(*) from proof.item_leaves o where o.log_index = l.log_index) = 1 order by 1 limit 1`);
  last = await number('select max(log_index) as n from proof.item_leaves');
}, 60_000);
afterAll(async () => {
  client.release();
  await ledger.copy.close();
});

async function number(text: string): Promise<number> {
  const { rows } = await client.query<{ n: number }>(text);
  return rows[0]?.n ?? Number.NaN;
}
const run = async (text: string): Promise<void> => {
  expect((await client.query(text)).rowCount).toBeGreaterThan(0);
};
const flip = (table: string, column: string, key: Record<string, number>): Promise<void> =>
  flipBit({ client, random: ledger.random } as Scene, table, column, key);

async function sealAt(logIndex: number): Promise<Seal> {
  const { rows } = await client.query<{ bytes: Buffer }>('select bytes from ledger.notices where log_index = $1', [logIndex]);
  const notice = readNotice(rows[0]?.bytes ?? Buffer.alloc(0));
  if (notice?.kind !== 'seal') throw new Error('no seal');
  return notice.seal;
}

interface Case {
  /** What is said without the check: nothing signed may stand for the newest seal. */
  readonly without?: 'unchecked';
  /** With the events; without, what the log commits to is looked at alone. */
  readonly content?: boolean;
  readonly anchor?: Partial<Anchor>;
  tamper(): Promise<void>;
}

const OLDER = 'select min(size) as n from proof.checkpoints';

const CASES: Readonly<Record<AuditCode, Case>> = {
  'audit.head': { tamper: () => run('update ledger.head set size = size - 1') },
  'audit.gap': { tamper: () => run('delete from ledger.entries where log_index = (select size - 2 from ledger.head)') },
  'audit.entry': { tamper: () => flip('ledger.entries', 'commitment', { log_index: first }) },
  'audit.tile': { tamper: () => flip('proof.tiles', 'hashes', { level: 0, n: 0 }) },
  'audit.leaf': {
    without: 'unchecked',
    async tamper() {
      await run('delete from proof.checkpoints where size = (select max(size) from proof.checkpoints)');
      await flip('ledger.entries', 'commitment', { log_index: last });
    },
  },
  'audit.notice': {
    async tamper() {
      const bytes = encodeGenesis({ log: ledger.copy.origin, mapSalt: mapSaltHash(Buffer.from('another')) });
      await client.query('update ledger.notices set bytes = $1 where log_index = (select min(log_index) from ledger.notices)', [
        Buffer.from(bytes),
      ]);
      await rewriteProof(client, ledger.copy);
    },
  },
  'audit.seal': {
    async tamper() {
      const logIndex = await number('select max(log_index) as n from proof.seals');
      const bytes = encodeSeal({ ...(await sealAt(logIndex)), time: '2020-01-01T00:00:00.000000Z' });
      await client.query('update ledger.notices set bytes = $2 where log_index = $1', [logIndex, Buffer.from(bytes)]);
      await client.query('update proof.seals set time = $2::bigint where log_index = $1', [logIndex, Date.UTC(2020, 0, 1) * 1_000]);
      await rewriteProof(client, ledger.copy);
    },
  },
  'audit.left-out': {
    async tamper() {
      const { rows } = await client.query<{ mapKey: Buffer }>('select map_key as "mapKey" from ledger.timeline where log_index = $1', [
        last,
      ]);
      await rewriteProof(client, { ...ledger.copy, leaveOut: { logIndex: last, mapKey: rows[0]?.mapKey as Buffer } });
    },
  },
  'audit.foreign': { tamper: () => run(`delete from ledger.timeline where log_index = ${first}`) },
  'audit.item': {
    tamper: () =>
      run(`update proof.items set map_key = sha256(map_key) where item = (select item from proof.item_leaves where log_index = ${first})`),
  },
  'audit.item-leaf': {
    async tamper() {
      await flip('proof.item_leaves', 'hashes', { log_index: first });
    },
  },
  'audit.seal-map': {
    async tamper() {
      // Seals over maps that lack an entry, and item trees that have it.
      const { rows } = await client.query<{ mapKey: Buffer }>('select map_key as "mapKey" from ledger.timeline where log_index = $1', [
        last,
      ]);
      await rewriteProof(client, { ...ledger.copy, leaveOut: { logIndex: last, mapKey: rows[0]?.mapKey as Buffer } });
      const kept = ['ledger.notices', 'proof.seals', 'proof.tiles', 'proof.checkpoints'];
      for (const [n, table] of kept.entries()) await client.query(`create temporary table kept_${n} on commit drop as table ${table}`);
      await rewriteProof(client, ledger.copy);
      for (const [n, table] of kept.entries()) {
        await client.query(`delete from ${table}`);
        await client.query(`insert into ${table} table kept_${n}`);
      }
    },
  },
  'audit.seal-row': { tamper: () => run('update proof.seals set time = time + 1') },
  'audit.map-tile': { tamper: () => run('delete from proof.map_tiles where tile = 0 and seal = (select max(seal) from proof.map_tiles)') },
  'audit.checkpoint': {
    tamper: () => run(`update proof.checkpoints set note = replace(note, chr(10) || '— ', chr(10) || '— x') where size = (${OLDER})`),
  },
  'audit.checkpoint-root': {
    async tamper() {
      const { origin, key } = ledger.copy;
      const size = await number(OLDER);
      await client.query('update proof.checkpoints set note = $2 where size = $1', [
        size,
        signedNote(origin, key, size, Buffer.alloc(32, 1)),
      ]);
    },
  },
  'audit.checkpoint-missing': { tamper: () => run(`delete from proof.checkpoints where size = (${OLDER})`) },
  'audit.stray': {
    tamper: () => run(`insert into proof.map_tiles select tile, 1000000, changed, kinds, hashes from proof.map_tiles limit 1`),
  },
  'audit.behind': { anchor: { size: 5_000 }, tamper: () => Promise.resolve() },
  'audit.fork': { anchor: { root: Buffer.alloc(32, 7) }, tamper: () => Promise.resolve() },
  'audit.content-missing': { content: true, tamper: () => run(`delete from ledger.content where log_index = ${first}`) },
  'audit.content-hash': { content: true, tamper: () => flip('ledger.entries', 'content_hash', { log_index: first }) },
  'audit.content-form': {
    content: true,
    async tamper() {
      await run(`update ledger.content set bytes = bytes || ' '::bytea where log_index = ${first}`);
      await run(
        `update ledger.entries set content_hash = (select sha256(bytes) from ledger.content where log_index = ${first}) where log_index = ${first}`,
      );
    },
  },
  'audit.commitment': { content: true, tamper: () => flip('ledger.content', 'secret', { log_index: first }) },
  'audit.timeline': { content: true, tamper: () => run(`update ledger.timeline set kind = kind + 1 where log_index = ${first}`) },
  'audit.handling': { content: true, tamper: () => run(`insert into ledger.marked values (${first})`) },
  'audit.access-record': { tamper: () => run(`update access.reads set principal = 'somebody else' where n = 2`) },
  'audit.access-root': {
    async tamper() {
      // Somebody writes a record anew, and what commits to it.
      const [other] = drilledReads(ledger.copy.origin, 1);
      if (other === undefined) throw new Error('no record');
      const { items, secret, bytes, commitment } = other;
      await client.query('update access.reads set items = $1, secret = $2, bytes = $3, commitment = $4 where n = 3', [
        ...[items, secret, Buffer.from(bytes), Buffer.from(commitment)],
      ]);
    },
  },
  'audit.access-tile': { tamper: () => flip('proof.access_tiles', 'hashes', { level: 0, n: 0 }) },
};

/** What an audit says after the tampering, which is undone. */
async function tampered({ tamper, content = false, anchor }: Case, without?: AuditCode): Promise<AuditReport> {
  await client.query('begin');
  try {
    await client.query('set local session_replication_role = replica');
    await tamper();
    const { keys, newest } = ledger.copy;
    const anchors = anchor === undefined ? [] : [{ ...newest, ...anchor }];
    return await audit(client, { keys, anchors, content, ...(without === undefined ? {} : { without: new Set([without]) }) });
  } finally {
    await client.query('rollback');
  }
}

/** What an audit says after an event became another whole one, of this author, and all of it was sealed so. */
async function planted(of: Partial<Author>): Promise<AuditReport> {
  // To all readers: who they are does not follow from its author.
  const event = ledger.copy.events.find(({ content }) => content.includes('"CLEAR"')) as ProjectedEvent;
  const document = { ...JSON.parse(event.content.toString()), statement: 'Nobody saw this.' } as SightingDocument;
  const { agency, id, principal, capturedMicros, ...forged } = eventOf(document, 0, Buffer.alloc(32, 5), { ...event, ...of });
  return tampered({
    content: true,
    async tamper() {
      await client.query(
        `update ledger.entries set agency = $3, commitment = decode($4, 'hex'), content_hash = decode($5, 'hex') where agency = $1 and id = $2`,
        [event.agency, id, agency, forged.commitment, forged.contentHash],
      );
      const at = await number(`select log_index as n from ledger.entries where id = '${id}'`);
      await client.query(
        `update ledger.content set principal = $2, captured = $3, secret = decode($4, 'hex'), bytes = $5 where log_index = $1`,
        [at, principal, capturedMicros, forged.secret, forged.content],
      );
      await client.query('update ledger.timeline set agency = $2 where log_index = $1', [at, agency]);
      await rewriteProof(client, ledger.copy);
    },
  });
}

describe('an audit', () => {
  test('of a ledger that nobody touched finds nothing, and says what it looked at', async () => {
    const report = await tampered({ content: true, tamper: () => Promise.resolve() });
    expect(report.remarks).toEqual([]);
    expect(report).toMatchObject({ verdict: 'verified', first: null, counts: {}, findings: [], signed: ledger.copy.newest.size });
    expect(report.checked).toMatchObject({ entries: 33, notices: 5, seals: 3, checkpoints: 3, events: 33 });
    expect(report.size).toBe(report.signed + 3);
    for (const count of Object.values(report.checked)) expect(count).toBeGreaterThan(0);
  });

  test.each(AUDIT_CODES)('finds by %s alone, and without that check does not', async (code) => {
    const found = await tampered(CASES[code]);
    expect(Object.keys(found.counts)).toEqual([code]);
    expect(found).toMatchObject({ verdict: 'altered', first: { code } });
    expect(await tampered(CASES[code], code)).toMatchObject({ verdict: CASES[code].without ?? 'verified', counts: {} });
  });

  test('names the row, and what stands there instead', async () => {
    const { first: finding } = await tampered(CASES['audit.entry']);
    expect(finding).toMatchObject({ table: 'ledger.entries', key: { log_index: first }, logIndex: first });
    expect(finding?.expected).toMatch(/^[0-9a-f]{64}$/);
    expect(finding?.actual).not.toBe(finding?.expected);
    expect(finding?.detail).toContain('the entry was altered');
  });

  test('without a key that it believes, or without a checkpoint, says that nothing was checked, and not that all is well', async () => {
    expect(await audit(client, { keys: [] })).toMatchObject({ verdict: 'unchecked', signed: 0, counts: {} });
    const newest = 'size = (select max(size) from proof.checkpoints)';
    const unsigned = await tampered({ tamper: () => run(`delete from proof.checkpoints where ${newest}`) });
    expect(unsigned).toMatchObject({ verdict: 'unchecked', counts: {}, sealed: ledger.copy.newest.size, signed: ledger.copy.older.size });
  });

  test('finds each checkpoint that is gone but the newest, and that one by a published head that was kept elsewhere', async () => {
    const gone = await tampered({ tamper: () => run('delete from proof.checkpoints') });
    expect(gone).toMatchObject({ verdict: 'altered', signed: 0, counts: { 'audit.checkpoint-missing': 2 } });
    const kept = await tampered({
      anchor: {},
      tamper: () => run('delete from proof.checkpoints where size = (select max(size) from proof.checkpoints)'),
    });
    const { size } = ledger.copy.newest;
    expect(kept).toMatchObject({
      counts: { 'audit.checkpoint-missing': 1 },
      first: { table: 'proof.checkpoints', key: { size } },
      anchors: [{ outcome: 'holds' }],
    });
    // What the sealer's own file says was signed may never have come to be published.
    const signed = await tampered({
      anchor: { kind: 'signed-head' },
      tamper: () => run('delete from proof.checkpoints where size = (select max(size) from proof.checkpoints)'),
    });
    expect(signed).toMatchObject({ verdict: 'unchecked', counts: {} });
  });

  test('takes a head that was signed and waits for cosignatures for what it is, wherever it stands, and no other', async () => {
    const move = `with moved as (delete from proof.checkpoints returning size, note) insert into proof.waiting_heads select size, note, false from moved`;
    const { newest } = ledger.copy;
    expect(await tampered({ tamper: () => run(move) })).toMatchObject({ verdict: 'verified', signed: newest.size });
    const flipped = await tampered({
      async tamper() {
        await run(move);
        await run(`update proof.waiting_heads set note = replace(note, chr(10) || '— ', chr(10) || '— x') where size = ${newest.size}`);
      },
    });
    expect(flipped.first).toMatchObject({ code: 'audit.checkpoint', table: 'proof.waiting_heads', key: { size: newest.size } });
    const twice = await tampered({ tamper: () => run('insert into proof.waiting_heads select size, note, false from proof.checkpoints') });
    expect(twice.counts).toEqual({ 'audit.checkpoint': 3 });
    // Published once, and gone.
    const gone = await tampered({
      async tamper() {
        await run('insert into proof.waiting_heads select size, note, true from proof.checkpoints');
        await run(`delete from proof.checkpoints where size = (${OLDER})`);
      },
    });
    expect(gone.counts).toEqual({ 'audit.checkpoint-missing': 1 });
  });

  test('verifies an event that nobody submitted, in the name of anybody whom the policy admits', async () => {
    const report = await planted({ agency: 'local', principal: 'operator' });
    expect(report).toMatchObject({ verdict: 'verified', counts: {}, remarks: [] });
    expect(report.signed).toBe(ledger.copy.newest.size);
  });

  test('tells of names that the policy had not admitted, and of what was captured after its seal; a verdict is none of it', async () => {
    const report = await planted({ agency: 'kr-customs', principal: 'kim', capturedMicros: Date.UTC(2200, 0, 1) * 1_000 });
    expect(report).toMatchObject({ verdict: 'verified', counts: {}, findings: [] });
    expect(report.remarks).toMatchObject([
      { code: 'audit.not-admitted', count: 1, detail: expect.stringContaining('kr-customs/kim') as string },
      { code: 'audit.captured-late', count: 1, detail: expect.stringContaining('2200-01-01') as string },
    ]);
    expect(report.remarks[0]?.logIndex).toBe(report.remarks[1]?.logIndex);
  });

  test('survives whatever is stored: lengths that no constraint would allow, notes that are none, numbers beyond the log', async () => {
    const constraints = [
      ['ledger.entries', 'entries_commitment_check'],
      ['ledger.timeline', 'timeline_map_key_check'],
      ['proof.items', 'items_map_key_check'],
    ];
    const hostile = [
      `update ledger.entries set commitment = '\\x00' where log_index = ${first}`,
      `update proof.item_leaves set hashes = '\\x0102' where log_index = ${last}`,
      `update proof.item_leaves set item = -5 where log_index = ${first}`,
      `update ledger.timeline set map_key = '\\x' where log_index = ${last}`,
      `update proof.items set map_key = '\\x01' where item = 3`,
      `update proof.checkpoints set note = 'none'`,
      `update ledger.content set secret = sha256('a'), bytes = '\\xff' where log_index = ${first}`,
      `update ledger.content set captured = 9000000000000000 where log_index = ${last}`,
      `update ledger.notices set bytes = '\\x00'`,
      'update proof.seals set covers = 9000000000000000',
      `update proof.tiles set hashes = hashes || hashes`,
    ];
    const report = await tampered({
      content: true,
      async tamper() {
        for (const [table = '', name = ''] of constraints) await client.query(`alter table ${table} drop constraint ${name}`);
        for (const text of hostile) await run(text);
      },
    });
    expect(report.verdict).toBe('altered');
    expect(Object.keys(report.counts).length).toBeGreaterThan(5);
  });
});

test('an audit of more entries than one tile holds compares every level of tiles, to the last hash', async () => {
  const wide = await drilledLedger(SEED, 180);
  const connection = await wide.copy.pool.connect();
  try {
    const { keys, newest } = wide.copy;
    const whole = await audit(connection, { keys, anchors: [newest] });
    expect(whole).toMatchObject({ verdict: 'verified', anchors: [{ outcome: 'holds' }] });
    expect(whole.checked.tiles).toBe(4);
    await connection.query('begin');
    await flipBit({ client: connection, random: wide.random } as Scene, 'proof.tiles', 'hashes', { level: 1, n: 0 });
    const { counts, first: finding } = await audit(connection, { keys, content: false });
    await connection.query('rollback');
    expect(counts).toEqual({ 'audit.tile': 1 });
    expect(finding).toMatchObject({ table: 'proof.tiles', key: { level: 1, n: 0 } });
    // One row of a large item tree puts many after it in doubt: they do not crowd out what the other checks name.
    const classes = ROW_CLASSES.filter(({ name }) => name === 'reorder: two sightings change places');
    const { classes: reordered } = await drill({ copy: wide.copy, random: wide.random, seed: SEED, mutations: 12, classes });
    expect(reordered).toMatchObject([{ count: 12, named: 12, asClaimed: true }]);
  } finally {
    connection.release();
    await wide.copy.close();
  }
}, 120_000);
