/**
 * The place of an item in the map, and its list of entries, as of one seal: from the rows that seals wrote. The upper part of the newest map
 * is kept (4.3 MB a version, two of them); what lies below comes from the few items that share 16 bits of the key.
 */
import {
  edgeNodes,
  encodeEntry,
  encodeMapProof,
  foldNodes,
  type GroupPart,
  HASH_BYTES,
  leafHash,
  mapKey,
  proveBelow,
  storedAt,
  stretchNodes,
  stretchProof,
  type NodeId,
  UpperMap,
} from '#lib/ledger';
import type { ItemEntryRow, SealRow } from '#lib/store';
import type { LedgerReads } from './ledger-reads.ts';

type Reads = Pick<LedgerReads, 'mapTilesAt' | 'mapTilesBetween' | 'itemsBetweenKeys' | 'itemRows' | 'itemEntries'>;

/** Versions of the upper map that are kept: the newest, and the one before for who began with it. */
const VERSIONS_KEPT = 2;

/** Which leaves of the tree. */
export interface Stretch {
  readonly from: number;
  /** Not included; more than there are: all. */
  readonly to: number;
}

/** A proof's part, and what it lists. */
export interface GroupProof {
  readonly part: GroupPart;
  readonly entries: readonly ItemEntryRow[];
  /** Leaves of the whole tree; 0: there is none. */
  readonly leaves: number;
}

/** Makes proofs; keeps the upper maps of the last versions that were asked for. */
export class ItemProofs {
  private readonly reads: Reads;
  private readonly versions = new Map<number, Promise<UpperMap>>();

  constructor(reads: Reads) {
    this.reads = reads;
  }

  /**
   * The part of one reader group. Cost: three statements, 1 ms for a handful of entries, and 5 µs for each more; the first of a version up to
   * 100 ms more. Throws where the rows do not give the map that was sealed: the database is damaged, and nothing is proved from it.
   * @param reads of whoever may read the entries that are listed; absent: the list is of notices
   */
  async group(
    salt: Uint8Array,
    group: string,
    item: string,
    seal: SealRow,
    stretch: Stretch,
    reads: Pick<Reads, 'itemEntries'> = this.reads,
  ): Promise<GroupProof> {
    const key = mapKey(salt, group, item);
    const path = (await this.upper(seal)).path(key);
    const [low, high] = keysBelow(key, path.depth);
    const beside = path.kind === 'empty' ? [] : await this.reads.itemsBetweenKeys(low, high, seal.covers);
    const own = beside.find(({ mapKey: known }) => known.equals(key));
    const shown = stretchOf(stretch, own?.leaves ?? 0);
    const [nodes, entries] = await Promise.all([
      this.nodes([
        ...beside.map(({ item: number, leaves }) => ({ item: number, nodes: edgeNodes(BigInt(leaves)) })),
        ...(own === undefined || shown === null ? [] : [{ item: own.item, nodes: stretchNodes(...shown, BigInt(own.leaves)) }]),
      ]),
      own === undefined || shown === null ? [] : reads.itemEntries(own.item, Number(shown[0]), Number(shown[1])),
    ]);
    const leaves = beside.map(({ mapKey: known, leaves: n }, at) => ({ key: known, n: BigInt(n), root: foldNodes(nodes[at] ?? []) }));
    const below = proveBelow(leaves, key, path.depth);
    if (!path.hash.every((byte, at) => byte === below.hash[at]))
      throw new Error(`the stored item trees below depth ${path.depth} do not hash to the map of the seal ${seal.logIndex}`);
    const map = encodeMapProof({ siblings: [...path.siblings, ...below.siblings], terminal: below.terminal });
    if (own === undefined || shown === null) return { part: { group, map, tree: null }, entries: [], leaves: own?.leaves ?? 0 };
    const list = entries.map((entry) => ({ index: BigInt(entry.logIndex), leafHash: leafOf(entry) }));
    const tree = { from: shown[0], entries: list, stretch: stretchProof(nodes.at(-1) ?? [], ...shown, BigInt(own.leaves)) };
    return { part: { group, map, tree }, entries, leaves: own.leaves };
  }

  /** Hashes of nodes of item trees, in the order in which they are asked for. */
  private async nodes(wanted: readonly { readonly item: number; readonly nodes: readonly NodeId[] }[]): Promise<Uint8Array[][]> {
    const places = wanted.map(({ item, nodes }) => nodes.map((node) => ({ item, ...storedAt(node) })));
    const names = new Map(places.flat().map(({ item, row }) => [`${item}/${row}`, { item, n: Number(row) }]));
    const rows = new Map((await this.reads.itemRows([...names.values()])).map(({ item, n, hashes }) => [`${item}/${n}`, hashes]));
    return places.map((list) =>
      list.map(({ item, row, position }) => {
        const hash = rows.get(`${item}/${row}`)?.subarray(position * HASH_BYTES, (position + 1) * HASH_BYTES);
        if (hash?.length !== HASH_BYTES) throw new Error(`the item tree ${item} is not stored whole`);
        return hash;
      }),
    );
  }

  private upper(seal: SealRow): Promise<UpperMap> {
    const known = this.versions.get(seal.logIndex);
    if (known !== undefined) return known;
    const made = this.load(seal);
    this.versions.set(seal.logIndex, made);
    // A failure is not kept.
    made.catch(() => this.versions.delete(seal.logIndex));
    const [oldest] = [...this.versions.keys()].sort((a, b) => a - b);
    if (this.versions.size > VERSIONS_KEPT && oldest !== undefined) this.versions.delete(oldest);
    return made;
  }

  private async load({ logIndex, mapRoot }: SealRow): Promise<UpperMap> {
    const [before] = [...this.versions.keys()].filter((version) => version < logIndex).sort((a, b) => b - a);
    const map =
      before === undefined
        ? UpperMap.empty().with(await this.reads.mapTilesAt(logIndex))
        : ((await this.versions.get(before)) ?? UpperMap.empty()).with(await this.reads.mapTilesBetween(before, logIndex));
    if (!map.root().every((byte, at) => byte === mapRoot[at]))
      throw new Error(`the stored map does not hash to the root of the seal ${logIndex}`);
    return map;
  }
}

/** The first and the last key that begin with so many bits of this one. */
function keysBelow(key: Uint8Array, depth: number): [Uint8Array, Uint8Array] {
  const [low, high] = [Uint8Array.from(key), Uint8Array.from(key)];
  for (let at = depth >> 3; at < key.length; at++) {
    const rest = at === depth >> 3 ? 0xff >> (depth & 7) : 0xff;
    low[at] = (low[at] as number) & ~rest;
    high[at] = (high[at] as number) | rest;
  }
  return [low, high];
}

/** `null`: nothing of a tree with so many leaves. */
function stretchOf({ from, to }: Stretch, leaves: number): [bigint, bigint] | null {
  const end = Math.min(to, leaves);
  return from < end ? [BigInt(from), BigInt(end)] : null;
}

function leafOf({ commitment, notice, logIndex }: ItemEntryRow): Uint8Array {
  if (commitment !== null) return leafHash(encodeEntry(commitment.toString('hex')));
  if (notice !== null) return leafHash(notice);
  throw new Error(`the log has no entry at the index ${logIndex}, which an item tree lists`);
}
