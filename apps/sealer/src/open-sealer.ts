/**
 * A sealer at its start: takes the token, takes up item trees, map and the log's tree from what is stored, and refuses to go on from anything
 * that is not what it last signed.
 */
import {
  equalBytes,
  foldNodes,
  hashFromTile,
  ItemTrees,
  KEYS_TREE,
  MapBuilder,
  mapKey,
  openCheckpoint,
  rangeNodes,
  TileBuilder,
  tileOf,
  utf8,
} from '#lib/ledger';
import {
  holdToken,
  lastCheckpoint,
  lastSeal,
  ledgerConstants,
  newestWaitingHead,
  readEdgeTiles,
  readItemLeaves,
  readItems,
  readTile,
  type SealRow,
  type StoreClient,
  takeToken,
} from '#lib/store';
import { loadAccessTree } from './access-head.ts';
import { declareKeys } from './key-notices.ts';
import { beginLog, hasEnded, LogFrozen } from './log-end.ts';
import { SealMismatch } from './read-again.ts';
import { type Clocks, SealClock } from './seal-clock.ts';
import { Sealer, type SealerOptions } from './sealer.ts';
import { readSignedHead, type SignedHead } from './signed-head.ts';

/** The database is older than what was signed: entries that others may hold proofs of are gone. Restore, or begin a new log that says so. */
export class SealRollback extends Error {
  override readonly name = 'SealRollback';
  readonly code = 'seal.rollback';
}

const HASH_BYTES = 32;

/**
 * Whoever calls it last seals; who sealed before is fenced. Throws SealRollback, SealMismatch, ClockJump, KeyRevoked, OtherLogKey, LogFrozen, OtherBeginning, and what
 * the database throws.
 * Cost: about 5 s for 10^6 items.
 */
export async function openSealer(options: SealerOptions & { readonly clocks?: Clocks }): Promise<Sealer> {
  const { pool, signedHeadFile, clocks, clockConfirmed = null } = options;
  const signed = readSignedHead(signedHeadFile);
  // Before anything is written, and once more when nobody else writes any more.
  if (signed !== null) await pool.transaction(async (client) => checkSigned(client, signed, sizeAt(await lastSeal(client))));
  const token = await pool.transaction(takeToken);
  const loaded = await pool.transaction(async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    const last = await lastSeal(client);
    const size = sizeAt(last);
    const edge = await readEdgeTiles(client, size);
    const tree = new TileBuilder(BigInt(size), ({ level, index }) => edge(level, index));
    if (signed !== null) await checkSigned(client, signed, size);
    const isPublished = ((await lastCheckpoint(client))?.size ?? 0) >= size;
    const signedSize = isPublished ? size : await lastSignedSize(client, options, signed, size);
    return { last, tree, access: await loadAccessTree(client, last), ...(await loadItems(client, last)), isPublished, signedSize };
  });
  const { last, isPublished, signedSize } = loaded;
  const clock = new SealClock(last?.time ?? null, {
    ...(clocks === undefined ? {} : { clocks }),
    confirmed: clockConfirmed,
  });
  const keysItem = mapKey((await ledgerConstants(pool)).mapSalt, KEYS_TREE.group, KEYS_TREE.item);
  // Behind every check of what is there: in a database that was put back, or emptied, nothing is appended.
  await pool.transaction(async (client) => {
    await holdToken(client, token);
    await beginLog(client, options);
    if (await hasEnded(client, last)) {
      if (options.endReason === undefined) throw new LogFrozen('The log has ended: nothing is sealed behind its end.');
      return;
    }
    await declareKeys(client, options, keysItem, last?.covers ?? 0);
  });
  const sealer = new Sealer(options, { ...loaded, token, clock, keysItem });
  // Committed by a process that ended before it signed, or waiting for cosignatures. What was hashed before it was signed is not read once more.
  if (!isPublished) await sealer.publish(signedSize);
  return sealer;
}

const sizeAt = (last: SealRow | null): number => (last === null ? 0 : last.logIndex + 1);

/**
 * Of the heads that were signed, by this machine's word and by the signature that the database keeps, the largest size; the stored log begins with
 * each of them. What no key of this sealer signed counts for nothing: whoever can write to the database wrote it.
 */
async function lastSignedSize(
  client: StoreClient,
  { key, formerKeys = [] }: Pick<SealerOptions, 'key' | 'formerKeys'>,
  signed: SignedHead | null,
  stored: number,
): Promise<number> {
  const kept = (await newestWaitingHead(client)) ?? (await lastCheckpoint(client));
  const opened = kept === null ? null : openCheckpoint(utf8(kept.note), { log: [key, ...formerKeys] });
  if (opened?.ok !== true) return signed?.size ?? 0;
  const { root } = opened.value.checkpoint;
  const size = Number(opened.value.checkpoint.size);
  await checkSigned(client, { size, root }, stored);
  return Math.max(size, signed?.size ?? 0);
}

async function checkSigned(client: StoreClient, { size, root }: SignedHead, stored: number): Promise<void> {
  if (size > stored) throw new SealRollback(`A head of ${size} entries was signed, and the database has sealed ${stored}.`);
  const hashes: Uint8Array[] = [];
  for (const node of rangeNodes(0n, BigInt(size))) {
    const { level, index } = tileOf(node);
    const tile = await readTile(client, level, Number(index), 256 * HASH_BYTES);
    const hash = tile === null ? null : hashFromTile(node, tile);
    if (hash === null) throw new SealMismatch(`The tile ${level}/${index} is not stored whole.`);
    hashes.push(hash);
  }
  if (!equalBytes(foldNodes(hashes), root))
    throw new SealRollback(`The stored log of ${size} entries is not the one whose head was signed.`);
}

/** Rows come by item and place: the last hash of each is the complete subtree that takes the place of the smaller ones before it. */
async function loadItems(client: StoreClient, last: SealRow | null): Promise<{ trees: ItemTrees; map: MapBuilder }> {
  const [trees, map] = [new ItemTrees(), new MapBuilder()];
  await readItems(client, (item, mapKey) => {
    if (map.keys.numberOf(mapKey) !== item) throw new SealMismatch(`The item ${item} is stored twice, or one before it is missing.`);
  });
  const open = { item: -1, n: -1, edge: [] as Buffer[] };
  const close = (): void => {
    if (open.item >= 0) trees.load(open.item, open.n + 1, Buffer.concat(open.edge));
  };
  await readItemLeaves(client, (item, n, hashes) => {
    if (item !== open.item) {
      close();
      Object.assign(open, { item, n: -1, edge: [] });
    }
    if (n !== open.n + 1) throw new SealMismatch(`The item tree ${item} has no leaf ${open.n + 1}.`);
    open.n = n;
    open.edge.length -= hashes.length / HASH_BYTES - 1;
    open.edge.push(Buffer.from(hashes.subarray(hashes.length - HASH_BYTES)));
  });
  close();
  for (let item = 0; item < map.keys.size; item++) map.set(item, trees.count(item), trees.root(item));
  const { root } = map.commit();
  if (last !== null && !equalBytes(root, last.mapRoot))
    throw new SealMismatch('The stored item trees do not hash to the map that was sealed.');
  return { trees, map };
}
