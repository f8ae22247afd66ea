/**
 * History written anew, as somebody with every right on the database can: tiles, item trees, map, seals and their rows are made again from
 * whatever entries and timelines say now, each in its old place. With the log's key the checkpoints are signed again as well.
 */
import { growItems, leavesOf, MapTileRows } from '#app/sealer';
import {
  encodeSeal,
  formatCheckpoint,
  formatNote,
  ItemTrees,
  KEYS_TREE,
  leafHash,
  MapBuilder,
  mapKey,
  readNotice,
  signText,
  type SigningKey,
  TileBuilder,
  utf8Text,
} from '#lib/ledger';
import {
  insertItemLeaves,
  insertItems,
  insertMapTiles,
  readItemLinks,
  readLogPiece,
  writeCheckpoint,
  writeTiles,
  type StoreClient,
} from '#lib/store';
import { FixedLinks } from './fixed-links.ts';

export interface Rewriting {
  readonly origin: string;
  /** Absent: who rewrites has not the key, and leaves the checkpoints as they were. */
  readonly key?: SigningKey<'log'>;
  /** A link (log index, map key) that the item trees are to lack. */
  readonly leaveOut?: { readonly logIndex: number; readonly mapKey: Buffer };
}

/** Within the caller's transaction, with triggers off. For a small ledger: all of it passes through memory. */
export async function rewriteProof(client: StoreClient, { origin, key, leaveOut }: Rewriting): Promise<void> {
  const { rows } = await client.query<{ size: number; mapSalt: Buffer }>('select size, map_salt as "mapSalt" from ledger.head');
  const { size = 0, mapSalt = Buffer.alloc(0) } = rows[0] ?? {};
  const piece = await readLogPiece(client, 0, size);
  const links = new FixedLinks(await readItemLinks(client, 0, size), leaveOut);
  const leaves = leavesOf(piece);
  const [tree, trees, map] = [new TileBuilder(), new ItemTrees(), new MapBuilder()];
  await client.query('delete from proof.tiles');
  await client.query('delete from proof.items');
  await client.query('delete from proof.item_leaves');
  await client.query('delete from proof.map_tiles');
  const mapRows = new MapTileRows();
  const keysKey = mapKey(mapSalt, KEYS_TREE.group, KEYS_TREE.item);
  const keyed = piece.notices.flatMap(({ logIndex, bytes }) => (readNotice(bytes)?.kind === 'key' ? [logIndex] : []));
  const notices = new Map(piece.notices.map(({ logIndex, bytes }) => [logIndex, bytes]));
  let covered = 0;
  for (let index = 0; index < size; index++) {
    const notice = readNotice(notices.get(index) ?? Buffer.alloc(0));
    if (notice?.kind !== 'seal') {
      tree.append(leaves[index] as string);
      continue;
    }
    const covers = Number(notice.seal.covers);
    const own = { key: keysKey, indexes: keyed.filter((at) => at >= covered && at < covers) };
    const grown = growItems(trees, map, links.between(covered, covers), own, 0, leaves);
    covered = covers;
    const update = map.commit();
    const bytes = encodeSeal({ ...notice.seal, mapRoot: update.root, mapSize: BigInt(update.size) });
    const leaf = Buffer.from(leafHash(bytes)).toString('latin1');
    leaves[index] = leaf;
    tree.append(leaf);
    await insertItems(client, grown.items);
    await insertItemLeaves(client, grown.leaves);
    await insertMapTiles(client, index, mapRows.of(update, map));
    await writeTiles(
      client,
      tree.takeGrown().map(({ level, index: n, hashes }) => ({ level, n: Number(n), hashes: Buffer.from(hashes) })),
    );
    await client.query('update ledger.notices set bytes = $2::bytea where log_index = $1::bigint', [index, Buffer.from(bytes)]);
    await client.query('update proof.seals set map_root = $2::bytea, map_size = $3::bigint where log_index = $1::bigint', [
      index,
      update.root,
      update.size,
    ]);
    if (key !== undefined) await writeCheckpoint(client, index + 1, signedNote(origin, key, index + 1, tree.root()));
  }
}

/** A signed head, in text. */
export function signedNote(origin: string, key: SigningKey<'log'>, size: number, root: Uint8Array): string {
  const text = formatCheckpoint({ origin, size: BigInt(size), root, extension: [] });
  return utf8Text(formatNote(text, [signText(key, text)])) as string;
}
