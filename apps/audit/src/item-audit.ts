/**
 * Item trees and item map, made again. They grow by what was sealed (proof.item_leaves), each leaf of which has to be what a timeline row of
 * the same entry says and what the entry hashes to; so one row that was altered is one finding, and what stands after it is judged by itself.
 */
import { itemLeaf, ItemTrees, MapBuilder, type MapUpdate } from '#lib/ledger';
import { Frames, type LogBlocks } from '#lib/store';
import { difference, type Findings } from './findings.ts';

const HASH_BYTES = 32;

/** A piece of the log whose entries no seal has covered so far. */
interface WaitingPiece {
  readonly from: number;
  readonly to: number;
  /** Hashes of the log's leaves, 32 bytes each. */
  readonly leaves: Buffer;
  readonly links: Frames;
  readonly stored: Frames;
  readonly keys: ReadonlyMap<number, Buffer>;
}

interface StoredLeaf {
  readonly item: number;
  readonly n: number;
  readonly hashes: Buffer;
}

export class ItemAudit {
  readonly trees = new ItemTrees();
  readonly map = new MapBuilder();
  /** Leaves that were made again. */
  leaves = 0;
  private readonly findings: Findings;
  /** Of an entry that is not what its tile says: the hash in the tile. */
  private readonly sealedLeaf: ReadonlyMap<number, Buffer>;
  private readonly keysKey: Buffer;
  private readonly waiting: WaitingPiece[] = [];
  private readonly touched = new Set<number>();
  /** Of the entry that is looked at. */
  private readonly logLeaf = Buffer.alloc(HASH_BYTES);
  /** Of items that lack a leaf which the timeline has: its hash. */
  private readonly missing = new Map<number, Buffer>();
  /** Items whose number in the database is not the one here: those behind a row that is missing. */
  private readonly moved = new Map<number, number>();

  /** @param keysKey map key of the list of the log's own keys */
  constructor(findings: Findings, sealedLeaf: ReadonlyMap<number, Buffer>, keysKey: Buffer) {
    this.findings = findings;
    this.sealedLeaf = sealedLeaf;
    this.keysKey = keysKey;
  }

  /**
   * @param leaves hashes of all entries of the piece; kept until they are covered
   * @param own indexes of what the log says of its keys, rising
   */
  add({ from, to, links, leaves: stored, items }: LogBlocks, leaves: Buffer, own: readonly number[]): void {
    const keys = new Map<number, Buffer>();
    for (const rows = new Frames(items); !rows.isDone;) {
      const item = rows.int4();
      keys.set(item, rows.bytea());
    }
    this.waiting.push({ from, to, leaves, links: new Frames(withOwnLinks(links, own, this.keysKey)), stored: new Frames(stored), keys });
  }

  /** All entries below `covers` are in the trees; the map holds them, and what that changed is given. */
  cover(covers: number): MapUpdate {
    for (let piece = this.waiting[0]; piece !== undefined; piece = this.waiting[0]) {
      this.grow(piece, covers);
      if (piece.to > covers) break;
      this.waiting.shift();
    }
    for (const item of this.touched) this.map.set(item, this.trees.count(item), this.trees.root(item));
    this.touched.clear();
    return this.map.commit();
  }

  private grow(piece: WaitingPiece, covers: number): void {
    const { links, stored } = piece;
    for (;;) {
      const [link, leaf] = [peekIndex(links), peekIndex(stored)];
      const logIndex = Math.min(link, leaf);
      if (logIndex >= covers || logIndex === Infinity) return;
      if (link === leaf && this.settleOnly(piece, logIndex)) continue;
      this.settle(piece, logIndex, new Links(takeLinks(links, logIndex)), takeLeaves(stored, logIndex));
    }
  }

  /** The usual case without a list: one item, known, in its place. `false`: it is another, and nothing was done. */
  private settleOnly({ from, leaves, links, stored, keys: firsts }: WaitingPiece, logIndex: number): boolean {
    const { keys } = this.map;
    const [link, row] = [links.at + 8, stored.at + 8];
    if (links.bytes.readInt32BE(link) !== HASH_BYTES || this.moved.size > 0) return false;
    const [item, length] = [stored.bytes.readInt32BE(row), stored.bytes.readInt32BE(row + 8)];
    const [linkEnd, rowEnd] = [link + 4 + HASH_BYTES, row + 12 + length];
    if (isAt(links.bytes, linkEnd, logIndex) || isAt(stored.bytes, rowEnd, logIndex)) return false;
    if (item < 0 || item > keys.size) return false;
    if (item === keys.size) {
      const key = links.bytes.subarray(link + 4, linkEnd);
      if (firsts.get(item)?.equals(key) !== true || keys.find(key) >= 0) return false;
      keys.numberOf(key);
    } else if (!keys.isKeyAt(item, links.bytes, link + 4)) {
      return false;
    }
    // Without a view of its own: nothing here outlives the entry.
    const { logLeaf } = this;
    for (let n = 0, at = (logIndex - from) * HASH_BYTES; n < HASH_BYTES; n++) logLeaf[n] = leaves[at + n] as number;
    const leaf = itemLeaf(logIndex, logLeaf);
    const n = stored.bytes.readInt32BE(row + 4);
    if (this.hasNoDoubts && n === this.trees.count(item)) {
      const { hashes } = this.trees.append(item, leaf);
      this.leaves += 1;
      this.touched.add(item);
      if (!isSame(hashes, stored.bytes, row + 12, length))
        this.reportHashes(logIndex, item, n, hashes, stored.bytes.subarray(row + 12, rowEnd));
    } else {
      this.append(logIndex, item, { item, n, hashes: stored.bytes.subarray(row + 12, rowEnd) }, leaf);
    }
    links.at = linkEnd;
    stored.at = rowEnd;
    return true;
  }

  /** Nothing that was found before has a bearing on how the next leaf is judged. */
  private get hasNoDoubts(): boolean {
    return this.missing.size === 0 && this.sealedLeaf.size === 0;
  }

  private settle(piece: WaitingPiece, logIndex: number, links: Links, rows: readonly StoredLeaf[]): void {
    const at = (logIndex - piece.from) * HASH_BYTES;
    const leaf = itemLeaf(logIndex, piece.leaves.subarray(at, at + HASH_BYTES));
    for (const row of rows) {
      const item = this.itemOf(piece, logIndex, row, links, rows);
      if (item >= 0) this.append(logIndex, item, row, leaf);
    }
    for (const key of links.rest()) {
      const item = key.length === HASH_BYTES ? this.map.keys.find(key) : -1;
      if (item >= 0) this.missing.set(item, leaf);
      this.findings.add({
        code: 'audit.left-out',
        table: 'ledger.timeline',
        key: { log_index: logIndex, map_key: key.toString('hex') },
        logIndex,
        ...difference(key, null),
        detail: `The timeline says that the entry ${logIndex} concerns this item, and the item's tree has no leaf for it.`,
      });
    }
  }

  /** The item's number here, and its link taken; -1: nothing is known of it. */
  private itemOf(piece: WaitingPiece, logIndex: number, row: StoredLeaf, links: Links, rows: readonly StoredLeaf[]): number {
    const { keys } = this.map;
    const known = this.moved.size === 0 ? row.item : (this.moved.get(row.item) ?? row.item);
    if (this.trees.count(Math.max(known, 0)) === 0 || known < 0 || known >= keys.size)
      return this.newItem(piece.keys, logIndex, row, links, rows);
    if (!links.take(keys.keyOf(known))) this.reportForeign(logIndex, row.item, row.n, keys.keyOf(known));
    return known;
  }

  /** At its first leaf an item gets the next number, and its key has to be in the table of items. */
  private newItem(
    firsts: ReadonlyMap<number, Buffer>,
    logIndex: number,
    { item, n }: StoredLeaf,
    links: Links,
    rows: readonly StoredLeaf[],
  ): number {
    const { keys } = this.map;
    const key = firsts.get(item) ?? null;
    const row = { code: 'audit.item', table: 'proof.items', key: { item }, logIndex } as const;
    let own = key;
    if (key === null || !links.take(key)) {
      // Whose key is the altered one cannot be told here: the map root of the next seal agrees with one of them.
      const others = rows.flatMap((row) =>
        row.item === item ? [] : (firsts.get(row.item) ?? (row.item < keys.size ? keys.keyOf(row.item) : [])),
      );
      own = links.takeOnlyBeside(others) ?? key;
      if (key !== null && own !== key)
        this.findings.add({
          ...row,
          ...difference(own, key),
          detail: `The item ${item} has another map key than the timeline row of its first entry, ${logIndex}.`,
        });
      else if (key !== null) this.reportForeign(logIndex, item, n, key);
    }
    if (key === null)
      this.findings.add({ ...row, ...difference(own, null), detail: `The item ${item} has leaves, and no row that says its map key.` });
    if (own === null || own.length !== HASH_BYTES) return -1;
    if (keys.find(own) >= 0)
      this.findings.add({ ...row, ...difference(null, own), detail: `The map key of the item ${item} is that of another item.` });
    const number = keys.numberOf(own);
    if (number === item) return number;
    if (keys.size === number + 1)
      this.findings.add({
        ...row,
        ...difference(number, item),
        detail: `Items are numbered by their first entry; ${item} is not the next.`,
      });
    this.moved.set(item, number);
    return number;
  }

  private append(logIndex: number, item: number, { item: stored, n, hashes }: StoredLeaf, own: Buffer): void {
    const missing = this.missing.size === 0 ? undefined : this.missing.get(item);
    if (missing !== undefined) this.missing.delete(item);
    // The next leaf counts one that is not there: its row was removed since it was sealed.
    if (missing !== undefined && n === this.trees.count(item) + 1) this.trees.append(item, missing);
    const count = this.trees.count(item);
    if (n !== count) {
      const detail = `The item tree ${stored} has ${count} leaves before this one.`;
      this.reportLeaf(logIndex, stored, n, difference(count, n), detail);
    }
    let leaf = own;
    // An entry that is not what its tile says is told of there; where the item tree agrees with the tile, it was sealed so.
    const sealed = this.sealedLeaf.size === 0 ? undefined : this.sealedLeaf.get(logIndex);
    if (sealed !== undefined && !own.equals(hashes.subarray(0, HASH_BYTES))) {
      const other = itemLeaf(logIndex, sealed);
      if (other.equals(hashes.subarray(0, HASH_BYTES))) leaf = other;
    }
    const appended = this.trees.append(item, leaf);
    this.leaves += 1;
    this.touched.add(item);
    if (!appended.hashes.equals(hashes)) this.reportHashes(logIndex, stored, n, appended.hashes, hashes);
  }

  private reportHashes(logIndex: number, item: number, n: number, expected: Buffer, actual: Buffer): void {
    const detail = `The hashes of this leaf of the item tree ${item} are not those of the entry ${logIndex} and what stands before it.`;
    this.reportLeaf(logIndex, item, n, difference(expected, actual), detail);
  }

  private reportLeaf(logIndex: number, item: number, n: number, differs: ReturnType<typeof difference>, detail: string): void {
    this.findings.add({ code: 'audit.item-leaf', table: 'proof.item_leaves', key: { item, n }, logIndex, ...differs, detail });
  }

  private reportForeign(logIndex: number, item: number, n: number, key: Buffer): void {
    this.findings.add({
      code: 'audit.foreign',
      table: 'proof.item_leaves',
      key: { item, n },
      logIndex,
      ...difference(null, key),
      detail: `The item tree ${item} has the entry ${logIndex} as its leaf ${n}, and no timeline row says that it concerns that item.`,
    });
  }
}

/** Links with those of the operator's own entries among them, each in its place. */
function withOwnLinks(links: Buffer, own: readonly number[], key: Buffer): Buffer {
  if (own.length === 0) return links;
  const rows = new Frames(links);
  const parts: Buffer[] = [];
  let from = 0;
  for (const index of own) {
    while (peekIndex(rows) < index) {
      rows.at += 8;
      rows.bytea();
    }
    const link = Buffer.alloc(8 + 4);
    link.writeBigInt64BE(BigInt(index));
    link.writeInt32BE(key.length, 8);
    parts.push(links.subarray(from, rows.at), link, key);
    from = rows.at;
  }
  return Buffer.concat([...parts, links.subarray(from)]);
}

/** In a loop, which for some tens of bytes costs less than a view and a call out of JavaScript. */
function isSame(own: Buffer, bytes: Buffer, at: number, length: number): boolean {
  if (own.length !== length) return false;
  for (let n = 0; n < length; n++) if (own[n] !== bytes[at + n]) return false;
  return true;
}

/** Whether a row of this log index begins here. */
const isAt = (rows: Buffer, at: number, logIndex: number): boolean =>
  at < rows.length && rows.readUInt32BE(at + 4) === logIndex % 2 ** 32 && rows.readInt32BE(at) === Math.floor(logIndex / 2 ** 32);

/** Infinity: there is no further row. */
const peekIndex = (rows: Frames): number => {
  if (rows.isDone) return Infinity;
  const index = rows.int8();
  rows.at -= 8;
  return index;
};

function takeLinks(links: Frames, logIndex: number): Buffer[] {
  const keys: Buffer[] = [];
  while (peekIndex(links) === logIndex) {
    links.at += 8;
    keys.push(links.bytea());
  }
  return keys;
}

function takeLeaves(stored: Frames, logIndex: number): StoredLeaf[] {
  const rows: StoredLeaf[] = [];
  while (peekIndex(stored) === logIndex) {
    stored.at += 8;
    const [item, n] = [stored.int4(), stored.int4()];
    rows.push({ item, n, hashes: stored.bytea() });
  }
  return rows;
}

/** Map keys of one entry, rising; there may be thousands. */
class Links {
  private readonly keys: readonly Buffer[];
  private readonly taken: Uint8Array;
  private left: number;

  constructor(keys: readonly Buffer[]) {
    this.keys = keys;
    this.taken = new Uint8Array(keys.length);
    this.left = keys.length;
  }

  /** Whether the key was there, and was not taken. */
  take(key: Buffer): boolean {
    let [low, high] = [0, this.keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(this.keys[middle] as Buffer, key) < 0) low = middle + 1;
      else high = middle;
    }
    for (; low < this.keys.length && (this.keys[low] as Buffer).equals(key); low++) {
      if (this.taken[low] === 1) continue;
      this.taken[low] = 1;
      this.left -= 1;
      return true;
    }
    return false;
  }

  /** The one that is left beside those of others, taken; `null` where it is not one. */
  takeOnlyBeside(others: readonly Buffer[]): Buffer | null {
    const left = this.rest().filter((key) => !others.some((other) => other.equals(key)));
    const [only] = left;
    return left.length === 1 && only !== undefined && this.take(only) ? only : null;
  }

  rest(): Buffer[] {
    return this.left === 0 ? NONE : this.keys.filter((_, n) => this.taken[n] === 0);
  }
}

const NONE: Buffer[] = [];
