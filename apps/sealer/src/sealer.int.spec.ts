import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  consistencyNodes,
  encodeEntry,
  foldNodes,
  formatNote,
  hashFromTile,
  itemRootOf,
  KEYS_TREE,
  leafHash,
  mapKey,
  merkleRoot,
  openCheckpoint,
  parseNote,
  readNotice,
  signingKey,
  signText,
  tileOf,
  toHex,
  utf8,
  verifyConsistency,
  type NodeId,
  type Seal,
} from '#lib/ledger';
import { formatInstant } from '#lib/domain';
import { countEntriesFrom, FixedRows, lastCheckpoint, ledgerConstants, readTile, type StoreClient, type StorePool } from '#lib/store';
import { TestLedger } from '../test-processes/test-ledger.ts';
import { openSealer, SEAL_FAILPOINTS, SealRollback, type Clocks, type HeadPublisher, type SealFailpoint } from './index.ts';

let ledger: TestLedger;
let owner: StorePool;

beforeEach(async () => {
  ledger = await TestLedger.create();
  ({ owner } = ledger);
}, 60_000);
afterEach(() => ledger.drop());

const KEY_SEED = new Uint8Array(32).fill(7);
const origin = async (): Promise<string> => (await ledgerConstants(owner)).origin;

async function open(
  options: {
    failpoint?: (name: SealFailpoint) => void | Promise<void>;
    clocks?: Clocks;
    file?: string;
    entriesMax?: number;
    clockConfirmed?: string;
    publisher?: HeadPublisher;
    pool?: StorePool;
  } = {},
) {
  const { file = 'head.json', pool = ledger.database.pool('sealer'), ...rest } = options;
  const log = await origin();
  return openSealer({ pool, origin: log, key: signingKey('log', log, KEY_SEED), signedHeadFile: join(ledger.folder, file), ...rest });
}

const TILE = 256;
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** The pool, and how many entries came with each answer that it read since. */
function entriesRead(of: StorePool): { pool: StorePool; rows: number[] } {
  const rows: number[] = [];
  const counted = (client: StoreClient): StoreClient => ({
    ...client,
    copyOut: async (text) => {
      const payload = await client.copyOut(text);
      if (text.includes('from ledger.entries')) rows.push(new FixedRows(payload).length);
      return payload;
    },
  });
  const pool: StorePool = {
    ...of,
    connect: async () => counted(await of.connect()),
    transaction: (work) => of.transaction((client) => work(counted(client))),
  };
  return { pool, rows };
}

interface Log {
  readonly size: number;
  readonly root: Uint8Array;
  readonly seal: Seal;
}

/** As a stranger checks: the signed head against all that is stored, hashed from the beginning, and the map against the timelines. */
async function checkWhole(): Promise<Log> {
  const log = await origin();
  const note = await lastCheckpoint(owner);
  const opened = openCheckpoint(utf8(note?.note ?? ''), { log: [signingKey('log', log, KEY_SEED)] });
  if (!opened.ok) throw new Error(opened.fault.detail);
  const { size, root } = opened.value.checkpoint;
  const { rows } = await owner.query<{ logIndex: number; commitment: Buffer | null; bytes: Buffer | null }>(
    `select log_index as "logIndex", commitment, bytes from ledger.entries full join ledger.notices using (log_index) order by 1`,
  );
  expect(rows.map(({ logIndex }) => logIndex)).toEqual(rows.map((_, n) => n));
  const entries = rows.map(({ commitment, bytes }) => bytes ?? encodeEntry((commitment as Buffer).toString('hex'))).slice(0, Number(size));
  expect(toHex(merkleRoot(entries.map((entry) => leafHash(entry))))).toBe(toHex(root));
  const notice = readNotice(entries.at(-1) as Uint8Array);
  if (notice?.kind !== 'seal') throw new Error('the last leaf is no seal');
  const { seal } = notice;
  await checkItems(seal, entries);
  return { size: Number(size), root, seal };
}

async function checkItems(seal: Seal, entries: readonly Uint8Array[]): Promise<void> {
  const { rows } = await owner.query<{ mapKey: Buffer; indexes: number[] }>(
    `select map_key as "mapKey", array_agg(log_index::integer order by log_index) as indexes from ledger.timeline
      where log_index < $1::bigint and item <> '' group by 1`,
    [Number(seal.covers)],
  );
  const { mapSalt } = await ledgerConstants(owner);
  const keyed = entries.slice(0, Number(seal.covers)).flatMap((entry, index) => (readNotice(entry)?.kind === 'key' ? [index] : []));
  const items = [...rows, { mapKey: mapKey(mapSalt, KEYS_TREE.group, KEYS_TREE.item), indexes: keyed }];
  expect(items).toHaveLength(Number(seal.mapSize));
  const leaves = items.map(({ mapKey: key, indexes }) => {
    const pairs = indexes.map((index) => ({ index: BigInt(index), leafHash: leafHash(entries[index] as Uint8Array) }));
    const found = itemRootOf(pairs, seal.covers);
    if (!found.ok) throw new Error('pairs of an item');
    return { key: Buffer.from(key), n: BigInt(indexes.length), root: found.root };
  });
  expect(toHex(naiveMapRoot(leaves, 0))).toBe(toHex(seal.mapRoot));
}

const tag = utf8('custody/node/v1');
const sha = (...parts: Uint8Array[]): Uint8Array => createHash('sha256').update(Buffer.concat(parts)).digest();

/** By the definition: a leaf where it is first alone, an inner node of both sides, nothing is 32 zero bytes. */
function naiveMapRoot(leaves: readonly { key: Buffer; n: bigint; root: Uint8Array }[], depth: number): Uint8Array {
  const [only, ...more] = leaves;
  if (only === undefined) return new Uint8Array(32);
  if (more.length === 0) {
    const n = Buffer.alloc(8);
    n.writeBigUInt64BE(only.n);
    return sha(tag, Uint8Array.of(0), only.key, n, only.root);
  }
  const bit = (key: Buffer): number => ((key[depth >> 3] as number) >> (7 - (depth & 7))) & 1;
  const side = (value: number): Uint8Array =>
    naiveMapRoot(
      leaves.filter(({ key }) => bit(key) === value),
      depth + 1,
    );
  return sha(tag, Uint8Array.of(1), side(0), side(1));
}

async function consistent(older: Log, newer: Log): Promise<boolean> {
  const hashOf = async (node: NodeId): Promise<Uint8Array> => {
    const { level, index } = tileOf(node);
    return hashFromTile(node, (await readTile(owner, level, Number(index), 8192)) as Buffer) as Uint8Array;
  };
  const proof: Uint8Array[] = [];
  for (const nodes of consistencyNodes(BigInt(older.size), BigInt(newer.size))) proof.push(foldNodes(await Promise.all(nodes.map(hashOf))));
  return verifyConsistency(BigInt(older.size), older.root, BigInt(newer.size), newer.root, proof);
}

describe('the sealer', () => {
  test('seals what was committed, all of it, and each head begins with the one before', async () => {
    const sealer = await open();
    // Of a log without sightings its own key alone, and then nothing.
    expect(await sealer.seal()).toMatchObject({ covers: 2, mapSize: 1 });
    expect(await sealer.seal()).toBeNull();
    await ledger.project(2);
    expect(await sealer.waiting()).toBeGreaterThan(300);
    const first = await sealer.seal();
    expect(first).toMatchObject({ covers: first?.logIndex });
    const older = await checkWhole();
    expect(await sealer.seal()).toBeNull();
    expect(await sealer.waiting()).toBe(0);
    await ledger.project(2);
    await sealer.seal();
    const newer = await checkWhole();
    expect(newer.seal).toMatchObject({ previous: BigInt(first?.logIndex ?? -1), log: await origin(), access: null });
    expect(await consistent(older, newer)).toBe(true);
    expect(await consistent(older, { ...newer, root: older.root })).toBe(false);
    const { mapSalt } = await ledgerConstants(owner);
    const genesis = await owner.query<{ bytes: Buffer }>('select bytes from ledger.notices order by log_index limit 1');
    expect(readNotice(genesis.rows[0]?.bytes as Buffer)).toMatchObject({ kind: 'genesis', genesis: { log: await origin() } });
    expect(mapKey(mapSalt, 'clear', 'vin:0')).toHaveLength(32);
  }, 60_000);

  test('covers with the next seal what came in while it sealed; begun at the seal itself, it would be in no item tree', async () => {
    const during = async (file: string, fromSeal: boolean): Promise<void> => {
      let isOpen = true;
      const sealer = await open({
        file,
        failpoint: async (name) => {
          if (name === 'after_items' && isOpen) {
            isOpen = false;
            await ledger.project();
          }
        },
      });
      if (fromSeal)
        Object.defineProperty(sealer, 'covers', {
          get: () => ((sealer as unknown as { last: { logIndex: number } | null }).last?.logIndex ?? -1) + 1,
        });
      await ledger.project();
      const sealed = await sealer.seal();
      expect(sealed?.logIndex).toBeGreaterThan(sealed?.covers ?? 0);
      await ledger.project();
      await sealer.seal();
    };
    await during('a.json', false);
    await checkWhole();
    await during('b.json', true);
    await expect(checkWhole()).rejects.toThrow();
  }, 60_000);

  test.each(SEAL_FAILPOINTS)(
    'killed %s, the next one goes on with a whole log',
    async (at) => {
      await ledger.project();
      const crash = await open({
        failpoint: (name) => {
          if (name === at) throw new Error('killed');
        },
      });
      await expect(crash.seal()).rejects.toThrow('killed');
      await ledger.project();
      const sealer = await open();
      const written = (await owner.query<{ n: number }>('select count(*) as n from proof.seals')).rows[0]?.n ?? 0;
      if (written > 0) await checkWhole();
      await ledger.project();
      await sealer.seal();
      expect((await checkWhole()).seal.covers).toBeGreaterThan(500n);
    },
    60_000,
  );

  test('seals a backlog piece by piece, and each piece is read while the one before is written', async () => {
    await ledger.project(3);
    let came = 0;
    const sealer = await open({
      entriesMax: 100,
      failpoint: async (name) => {
        // What comes in after a piece was read ahead is left to the next.
        if (name === 'after_items' && came++ === 2) await ledger.project();
      },
    });
    const covered: number[] = [];
    for (let sealed = await sealer.seal(); sealed !== null; sealed = await sealer.seal()) covered.push(sealed.covers);
    expect(covered.slice(0, 4)).toEqual([100, 200, 300, 400]);
    // Seals alone wait for nothing.
    expect(await countEntriesFrom(owner, covered.at(-1) ?? 0)).toBe(0);
    expect((await checkWhole()).seal.covers).toBe(BigInt(covered.at(-1) ?? 0));
  }, 60_000);

  test.each([
    ['a process that ended before it signed', 'before_sign', {}, 200 + TILE],
    ['a process that ended before it published what it had signed', 'after_sign', {}, TILE],
    ['witnesses that do not cosign', null, { publisher: { offer: () => {} } }, TILE],
    ['witnesses that do not cosign, on another machine', null, { publisher: { offer: () => {} }, file: 'another-machine.json' }, TILE],
  ] as const)(
    'of a head that is not published, after %s, it reads the entries behind the last signed one, a piece at a time',
    async (_after, at, { file = 'head.json', ...options }: { file?: string; publisher?: HeadPublisher }, rowsMax) => {
      await ledger.project(5);
      await (await open()).seal();
      await ledger.project();
      const failpoint = (name: SealFailpoint): void => {
        if (name === at) throw new Error('killed');
      };
      const ended = (await open({ failpoint, ...options })).seal();
      await (at === null ? ended : expect(ended).rejects.toThrow('killed'));
      const read = entriesRead(ledger.database.pool('sealer'));
      const sealer = await open({ pool: read.pool, file, entriesMax: 50, ...options });
      expect(Math.max(...read.rows)).toBeLessThanOrEqual(50);
      expect(sum(read.rows)).toBeGreaterThan(0);
      expect(sum(read.rows)).toBeLessThanOrEqual(rowsMax);
      // Control: from the beginning it is the whole log, and the count says so.
      read.rows.length = 0;
      await sealer.publish(0);
      expect(sum(read.rows)).toBeGreaterThan(1_000);
      await checkWhole();
    },
    60_000,
  );

  test('of a head that is not published it reads the whole log where what stands for the last signed one is signed by nobody', async () => {
    await ledger.project(5);
    await (await open()).seal();
    await ledger.project();
    const before = (name: SealFailpoint): void => {
      if (name === 'before_sign') throw new Error('killed');
    };
    await expect((await open({ failpoint: before })).seal()).rejects.toThrow('killed');
    const log = await origin();
    const note = parseNote(utf8((await lastCheckpoint(owner))?.note ?? ''));
    if (!note.ok) throw new Error(note.fault.detail);
    const { text } = note.value;
    const forged = formatNote(text, [signText(signingKey('log', log, new Uint8Array(32).fill(8)), text)]);
    await owner.query('update proof.checkpoints set note = $1', [Buffer.from(forged).toString()]);
    const read = entriesRead(ledger.database.pool('sealer'));
    await open({ pool: read.pool, file: 'another-machine.json' });
    expect(sum(read.rows)).toBeGreaterThan(1_000);
  }, 60_000);

  test('does not sign the head of a seal that stands on another log than was signed before it', async () => {
    await ledger.project(3);
    await (await open()).seal();
    await ledger.project();
    const failpoint = (name: SealFailpoint): void => {
      if (name === 'before_sign') throw new Error('killed');
    };
    await expect((await open({ failpoint })).seal()).rejects.toThrow('killed');
    await owner.query('update proof.tiles set hashes = set_byte(hashes, 40, 255 - get_byte(hashes, 40)) where level = 1 and n = 0');
    await expect(open({ file: 'another-machine.json' })).rejects.toMatchObject({ code: 'seal.rollback' });
  }, 60_000);

  test('of a backlog it never reads more than a piece, and what one seal read again the next does not', async () => {
    await ledger.project(5);
    const read = entriesRead(ledger.database.pool('sealer'));
    const sealer = await open({ pool: read.pool, entriesMax: 100 });
    let seals = 0;
    while ((await sealer.seal()) !== null) seals++;
    const sealed = await countEntriesFrom(owner, 0);
    expect(seals).toBeGreaterThan(8);
    expect(Math.max(...read.rows)).toBeLessThanOrEqual(100);
    // For the item trees, for the log's tree before the lock, and again before it was signed; each seal begins at its tile.
    expect(sum(read.rows)).toBeLessThan(3 * sealed + seals * TILE);
    await checkWhole();
  }, 60_000);

  test.each([
    ['item_leaves', 'Rows of item trees', 'where n = 0 and item = 3'],
    ['map_tiles', 'Tiles of the item map', 'where tile = 0'],
  ])(
    'signs nothing over rows of %s that are not what was written',
    async (table, what, where) => {
      await ledger.project();
      const spoil = (name: SealFailpoint): Promise<unknown> | undefined =>
        name === 'after_commit'
          ? owner.query(`update proof.${table} set hashes = set_byte(hashes, 7, 255 - get_byte(hashes, 7)) ${where}`)
          : undefined;
      const sealer = await open({ failpoint: async (name) => void (await spoil(name)) });
      await expect(sealer.seal()).rejects.toMatchObject({ code: 'seal.mismatch', message: expect.stringContaining(what) as string });
      expect(await lastCheckpoint(owner)).toBeNull();
    },
    60_000,
  );

  test('of two at once one is fenced, whichever seals first', async () => {
    const [older, newer] = [await open({ file: 'a.json' }), await open({ file: 'b.json' })];
    await ledger.project();
    await expect(older.seal()).rejects.toMatchObject({ code: 'seal.fenced' });
    await newer.seal();
    await checkWhole();
    await ledger.project();
    await newer.seal();
    await checkWhole();
  }, 60_000);

  test('never seals over a missing entry', async () => {
    await ledger.project();
    await owner.query('alter table ledger.entries disable trigger all');
    await owner.query('delete from ledger.entries where log_index = 17');
    const sealer = await open();
    await expect(sealer.seal()).rejects.toMatchObject({ code: 'seal.gap', logIndex: 17 });
    expect((await owner.query('select from proof.seals')).rowCount).toBe(0);
  }, 60_000);

  test('signs nothing that does not hash to what is stored', async () => {
    await ledger.project(3);
    await (await open()).seal();
    await ledger.project();
    const sealer = await open({
      failpoint: async (name) => {
        if (name === 'after_commit')
          await owner.query(`update proof.tiles set hashes = set_byte(hashes, 40, 255 - get_byte(hashes, 40)) where level = 0 and n = 2`);
      },
    });
    const before = await lastCheckpoint(owner);
    await expect(sealer.seal()).rejects.toMatchObject({ code: 'seal.mismatch' });
    expect(await lastCheckpoint(owner)).toEqual(before);
    await expect(open()).rejects.toMatchObject({ code: 'seal.rollback' });
  }, 60_000);

  test('does not go on from a database that is older than what was signed, nor from another of the same size', async () => {
    await ledger.project();
    const sealer = await open();
    await sealer.seal();
    await ledger.project();
    await sealer.seal();
    await ledger.forgetLastSeal();
    await expect(open()).rejects.toBeInstanceOf(SealRollback);
    await expect(open({ file: 'another-machine.json' })).rejects.toBeInstanceOf(Error);
  }, 60_000);

  test('stops when the clock is moved, and does not say a time before the seal before', async () => {
    let wall = Date.now() * 1_000;
    const clocks = { wall: () => wall, monotonic: () => 0 };
    await ledger.project();
    const sealer = await open({ clocks });
    const first = await sealer.seal();
    expect(first?.time).toBe(wall);
    await ledger.project();
    wall -= 3_600_000_000;
    await expect(sealer.seal()).rejects.toMatchObject({ code: 'seal.clock' });
    await expect(open({ clocks })).rejects.toMatchObject({ code: 'seal.clock' });
    expect((await checkWhole()).seal.time).toBe(formatInstant(first?.time ?? 0));
  }, 60_000);

  test('seals nothing by a clock that is not the database\u2019s, nor years ahead of the newest seal, unless it is confirmed', async () => {
    await ledger.project();
    const ahead = Date.now() * 1_000 + 800 * 86_400e6;
    const clocks = { wall: () => ahead, monotonic: () => 0 };
    await expect((await open({ clocks })).seal()).rejects.toMatchObject({ code: 'seal.clock-unconfirmed' });
    expect(await lastCheckpoint(owner)).toBeNull();
    const day = new Date(ahead / 1_000).toISOString().slice(0, 10);
    expect((await (await open({ clocks, clockConfirmed: day })).seal())?.time).toBe(ahead);
  }, 60_000);

  test('writes nothing into a database that was emptied, where a larger head was signed: no genesis, no token', async () => {
    const written = async (): Promise<unknown[]> => {
      const notices = '(select count(*)::integer from ledger.notices) as notices';
      return (await owner.query(`select ${notices}, token::integer, size::integer from proof.sealer, ledger.head`)).rows;
    };
    writeFileSync(join(ledger.folder, 'head.json'), JSON.stringify({ size: 20, root: '00'.repeat(32) }));
    await expect(open()).rejects.toMatchObject({ code: 'seal.rollback' });
    expect(await written()).toEqual([{ notices: 0, token: 0, size: 0 }]);
    // Control: where nothing was signed it begins.
    await open({ file: 'other.json' });
    expect(await written()).toEqual([{ notices: 2, token: 1, size: 2 }]);
  }, 60_000);

  test('may not change or take back what was sealed', async () => {
    await ledger.project();
    await (await open()).seal();
    const pool = ledger.database.pool('sealer');
    for (const statement of [
      'delete from ledger.notices',
      'update ledger.notices set bytes = bytes',
      'delete from proof.seals',
      'update proof.seals set time = 0',
      'delete from ledger.entries',
      'truncate proof.tiles',
    ])
      await expect(pool.query(statement)).rejects.toThrow(/permission denied|append-only/);
  }, 60_000);
});
