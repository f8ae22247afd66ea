/**
 * The access log's tree at the sealer: each seal names its head, so that whoever holds a head of the log holds one of the access log, and no
 * read can be taken out of it, or put in, unseen. Stored as it is read again: see read-again.ts.
 */
import { entryLeafLatin1, equalBytes, TileBuilder, TILE_WIDTH, type Seal } from '#lib/ledger';
import {
  accessSize,
  readAccessCommitments,
  readAccessEdge,
  readAccessTile,
  type FixedRows,
  type SealRow,
  type StoreClient,
  type StorePool,
  writeAccessTiles,
} from '#lib/store';
import { SealMismatch } from './read-again.ts';

/** Records that no seal names yet, from `from` on. */
export interface NewReads {
  readonly from: number;
  /** Number behind the last. */
  readonly to: number;
  readonly commitments: FixedRows;
}

/** As it was at the last seal. Throws SealMismatch where the stored tiles do not give what that seal named. */
export async function loadAccessTree(client: StoreClient, last: SealRow | null): Promise<TileBuilder> {
  const size = last?.accessSize ?? 0;
  const edge = await readAccessEdge(client, size);
  const tree = new TileBuilder(BigInt(size), ({ level, index }) => edge(level, index));
  const accessRoot = last?.accessRoot ?? null;
  if (accessRoot !== null && !equalBytes(tree.root(), accessRoot))
    throw new SealMismatch('The stored tiles of the access log do not hash to what was sealed.');
  return tree;
}

/** @param from records that are sealed. Throws AccessGap; SealMismatch where there are fewer than that. */
export async function readNewReads(client: StoreClient, from: number, most: number): Promise<NewReads> {
  const size = await accessSize(client);
  if (size < from) throw new SealMismatch(`The access log has ${size} records, and ${from} were sealed.`);
  const to = Math.min(size, from + most);
  return { from, to, commitments: await readAccessCommitments(client, from, to) };
}

export function growAccessTree(tree: TileBuilder, { commitments }: NewReads): void {
  for (let n = 0; n < commitments.length; n++) tree.append(entryLeafLatin1(commitments.hex(n)));
}

/** What the seal says. */
export const accessHead = (tree: TileBuilder): Seal['access'] => (tree.size === 0n ? null : { size: tree.size, root: tree.root() });

/** In the transaction of the seal. */
export async function writeAccessTree(client: StoreClient, tree: TileBuilder): Promise<void> {
  await writeAccessTiles(
    client,
    tree.takeGrown().map(({ level, index, hashes }) => ({ level, n: Number(index), hashes })),
  );
}

/** Throws SealMismatch unless records and tiles, read again, give the head that was sealed. @param from records that an earlier seal stands for */
export async function checkAccessStored(pool: StorePool, from: number, head: Seal['access']): Promise<void> {
  if (head === null) return;
  const base = Math.floor(from / TILE_WIDTH) * TILE_WIDTH;
  const client = await pool.connect();
  try {
    const edge = await readAccessEdge(client, base);
    const tree = new TileBuilder(BigInt(base), ({ level, index }) => edge(level, index));
    growAccessTree(tree, { from: base, to: Number(head.size), commitments: await readAccessCommitments(client, base, Number(head.size)) });
    for (const { level, index, hashes } of tree.takeGrown()) {
      const stored = await readAccessTile(client, level, Number(index), hashes.length);
      if (stored?.equals(hashes) !== true) throw new SealMismatch(`The tile ${level}/${index} of the access log is not what was written.`);
    }
    if (!equalBytes(tree.root(), head.root)) throw new SealMismatch('The records of the access log do not hash to what was sealed.');
  } finally {
    client.release();
  }
}
