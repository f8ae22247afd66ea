/** A sealer over a log over which no seal stood for long: each statement costs what a piece costs, however much waits. */
import { leafHash, encodeEntry, merkleRoot, openCheckpoint, signingKey, TILE_WIDTH, toHex, utf8 } from '#lib/ledger';
import { FixedRows, lastCheckpoint, lockHead, logSize, type StoreClient, type StorePool } from '#lib/store';
import { join } from 'node:path';
import { TestLedger } from '../test-processes/test-ledger.ts';
import { openSealer, type Sealer, type SealFailpoint } from './index.ts';

/** As small as a tile: then a log of some thousand entries is many pieces long. */
const ENTRIES_MAX = 256;
const KEY_SEED = new Uint8Array(32).fill(7);

let ledger: TestLedger;

beforeEach(async () => {
  ledger = await TestLedger.create();
}, 60_000);
afterEach(() => ledger.drop());

const keyOfLog = () => signingKey('log', ledger.log, KEY_SEED);

const open = (pool: StorePool, failpoint: (name: SealFailpoint) => void | Promise<void> = () => {}): Promise<Sealer> =>
  openSealer({
    ...{ pool, origin: ledger.log, key: keyOfLog(), entriesMax: ENTRIES_MAX },
    ...{ signedHeadFile: join(ledger.folder, 'head.json'), failpoint },
  });

/** What a sealer did with its connections. */
interface Seen {
  readonly pool: StorePool;
  /** Levels of the tiles that went with each statement. */
  readonly tiles: number[][];
  /** Entries that came with each answer: in the transaction of a seal, while it held the log's head. */
  readonly underLock: number[];
}

/** @param onTiles before the statement that is the n-th with tiles */
function watched(of: StorePool, onTiles: (n: number) => void = () => {}): Seen {
  const tiles: number[][] = [];
  const underLock: number[] = [];
  const watch = (client: StoreClient): StoreClient => {
    let holdsHead = false;
    return {
      ...client,
      query: (text, values) => {
        if (text.includes('from ledger.head for update')) holdsHead = true;
        if (text.includes('insert into proof.tiles')) {
          onTiles(tiles.length);
          tiles.push([...(values?.[0] as number[])]);
        }
        return client.query(text, values);
      },
      copyOut: async (text) => {
        const payload = await client.copyOut(text);
        if (holdsHead && text.includes('from ledger.entries')) underLock.push(new FixedRows(payload).length);
        return payload;
      },
    };
  };
  const pool: StorePool = {
    ...of,
    connect: async () => watch(await of.connect()),
    transaction: (work) => of.transaction((client) => work(watch(client))),
  };
  return { pool, tiles, underLock };
}

/** As a stranger checks: the signed head, and each tile up to it and no other, by what is stored of the entries. Returns the size. */
async function checkWhole(): Promise<number> {
  const opened = openCheckpoint(utf8((await lastCheckpoint(ledger.owner))?.note ?? ''), { log: [keyOfLog()] });
  if (!opened.ok) throw new Error(opened.fault.detail);
  const { size, root } = opened.value.checkpoint;
  const { rows } = await ledger.owner.query<{ commitment: Buffer | null; bytes: Buffer | null }>(
    'select commitment, bytes from ledger.entries full join ledger.notices using (log_index) where log_index < $1::bigint order by log_index',
    [Number(size)],
  );
  const leaves = rows.map(({ commitment, bytes }) => leafHash(bytes ?? encodeEntry((commitment as Buffer).toString('hex'))));
  expect(leaves).toHaveLength(Number(size));
  expect(toHex(merkleRoot(leaves))).toBe(toHex(root));
  const expected = new Map<string, string>();
  for (let [level, hashes] = [0, leaves]; hashes.length > 0; level++) {
    const full: Uint8Array[] = [];
    for (let at = 0; at < hashes.length; at += TILE_WIDTH) {
      const tile = hashes.slice(at, at + TILE_WIDTH);
      expected.set(`${level}/${at / TILE_WIDTH}`, Buffer.concat(tile).toString('hex'));
      if (tile.length === TILE_WIDTH) full.push(merkleRoot(tile));
    }
    hashes = full;
  }
  const tiles = await ledger.owner.query<{ name: string; hashes: string }>(
    "select level || '/' || n as name, encode(hashes, 'hex') as hashes from proof.tiles",
  );
  expect(new Map(tiles.rows.map(({ name, hashes }) => [name, hashes]))).toEqual(expected);
  return Number(size);
}

/** So many entries enter the log at once, of no item: what is looked at here is the log's own tree. */
async function arrive(entries: number): Promise<void> {
  await ledger.owner.transaction(async (client) => {
    const size = await lockHead(client);
    await client.query(
      `insert into ledger.entries (log_index, agency, id, commitment, content_hash)
        select n, 'local', 'e' || n, sha256(int8send(n)), sha256('') from generate_series($1::bigint, $2::bigint) as n`,
      [size, size + entries - 1],
    );
    await client.query('update ledger.head set size = $1::bigint', [size + entries]);
  });
}

const sealerPool = (): StorePool => ledger.database.pool('sealer');
const count = (counts: readonly number[]): number => counts.reduce((sum, each) => sum + each, 0);

describe('a log that no seal stood over for long', () => {
  test('is sealed by statements that carry no more tiles than a piece fills, and none of it is read under the lock of its head', async () => {
    const waiting = 20_000;
    await arrive(waiting);
    const seen = watched(sealerPool());
    const sealer = await open(seen.pool);
    expect(await sealer.seal()).toMatchObject({ covers: ENTRIES_MAX });
    expect(await checkWhole()).toBeGreaterThan(waiting);
    // A piece that begins within a tile ends within the next one; above the lowest level there is one tile of each.
    for (const levels of seen.tiles) expect(levels.filter((level) => level === 0).length).toBeLessThanOrEqual(ENTRIES_MAX / TILE_WIDTH + 1);
    for (const levels of seen.tiles) expect(levels.filter((level) => level > 0).length).toBeLessThanOrEqual(1);
    expect(seen.tiles.flat().length).toBeGreaterThan(waiting / TILE_WIDTH);
    expect(count(seen.underLock)).toBe(0);
    expect(await sealer.seal()).toMatchObject({ covers: 2 * ENTRIES_MAX });
  }, 120_000);

  test('is read under the lock of its head from where it was read before', async () => {
    await arrive(1_000);
    const seen = watched(sealerPool());
    const sealer = await open(seen.pool, async (name) => {
      if (name === 'before_head') await arrive(300);
    });
    const sealed = await sealer.seal();
    expect(seen.underLock).toEqual([ENTRIES_MAX, 300 - ENTRIES_MAX]);
    expect(sealed?.logIndex).toBe((await logSize(ledger.owner)) - 1);
    expect(await checkWhole()).toBe(await logSize(ledger.owner));
  }, 60_000);

  test('is what its last head says where the sealer dies between two pieces, and the next one seals all of it', async () => {
    await arrive(300);
    await (await open(sealerPool())).seal();
    const size = await checkWhole();
    await arrive(2_000);
    const seen = watched(sealerPool(), (n) => {
      if (n === 3) throw new Error('killed');
    });
    await expect((await open(seen.pool)).seal()).rejects.toThrow('killed');
    expect(seen.tiles.flat().length).toBeGreaterThan(3);
    expect(await checkWhole()).toBe(size);
    await (await open(sealerPool())).seal();
    expect(await checkWhole()).toBe(await logSize(ledger.owner));
  }, 60_000);
});
