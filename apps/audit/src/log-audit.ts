/**
 * The log's tree, made again from entries and notices, held against tiles, seals and checkpoints. Where an entry and its tile say different
 * things both trees are grown on, so that a signed head tells which of the two rows was altered, and what comes after is judged by itself.
 */
import { entryLeafLatin1, leafHash, TILE_WIDTH, TileBuilder, type GrownTile } from '#lib/ledger';
import { Frames, type LogBlocks } from '#lib/store';
import { difference, type Findings, type RowName } from './findings.ts';

const HASH_BYTES = 32;
const TILE_BYTES = TILE_WIDTH * HASH_BYTES;

/** Stands for the hash of an entry that is not there. */
const NOTHING = '\0'.repeat(HASH_BYTES);
/** Leaves that are told apart from their tiles; where more differ, somebody wrote the whole log anew. */
const DOUBTS_MAX = 100_000;

/** A leaf that is not what its tile says, until a signed head decides. */
interface Doubt {
  readonly logIndex: number;
  readonly row: RowName;
  readonly own: Buffer;
  readonly tile: Buffer;
}

/** An upper tile as it must be; `other`: as it may be where the lower tiles stand under signed heads and entries do not. */
export interface ExpectedTile {
  readonly level: number;
  readonly n: number;
  readonly hashes: Buffer;
  readonly other: Buffer | null;
}

/** A piece of the log, hashed. */
export interface HashedPiece {
  readonly leaves: Buffer;
  readonly notices: ReadonlyMap<number, Buffer>;
}

export class LogAudit {
  tree = new TileBuilder();
  /** Of lowest tiles, where they differ from the entries. */
  private shadow: TileBuilder | null = null;
  /** Hashes in tiles of entries that are another by their own row. */
  readonly sealedLeaf = new Map<number, Buffer>();
  /** Counts of what was looked at. */
  readonly seen = { entries: 0, notices: 0, tiles: 0 };
  private readonly findings: Findings;
  private readonly sealed: number;
  private doubts: Doubt[] = [];
  /** The last, partial tile of each level; and the same of the other tree. */
  private readonly edges: Map<number, GrownTile>[] = [new Map(), new Map()];
  /** Hashes of the piece's leaves, 32 latin1 characters each. */
  private names: string[] = [];
  /** Indexes of the piece that have no entry. */
  private readonly gaps = new Set<number>();
  private from = 0;

  /** @param sealed size of the log at its last seal: up to there it has tiles */
  constructor(findings: Findings, sealed: number) {
    this.findings = findings;
    this.sealed = sealed;
  }

  /** Hashes what is there, and compares it with the tiles; `grow` then takes it into the tree. */
  hash(blocks: LogBlocks): HashedPiece {
    const { from, to } = blocks;
    const leaves = Buffer.alloc((to - from) * HASH_BYTES);
    const notices = new Map<number, Buffer>();
    const rows = new Frames(blocks.notices);
    while (!rows.isDone) notices.set(rows.int8(), rows.bytea());
    this.from = from;
    this.names = [];
    this.gaps.clear();
    this.hashEntries(blocks, leaves, notices);
    this.compareTiles(blocks, leaves, notices);
    this.seen.notices += notices.size;
    return { leaves, notices };
  }

  /** Appends the leaf of `hash`'s piece at this index. */
  grow(logIndex: number): void {
    const name = this.names[logIndex - this.from] as string;
    this.tree.append(name);
    this.shadow?.append(this.sealedLeaf.get(logIndex)?.toString('latin1') ?? name);
  }

  /** Whether a signed head over the leaves so far is that of the entries, or at least that of the tiles; then what they differ in is settled. */
  settle(root: Uint8Array): { readonly agrees: boolean; readonly root: Uint8Array } {
    const own = this.tree.root();
    const isOwn = Buffer.from(own).equals(root);
    const isTiles = !isOwn && this.shadow !== null && Buffer.from(this.shadow.root()).equals(root);
    if (isOwn || isTiles) this.decide(isOwn ? 'tile' : 'entry');
    return { agrees: isOwn || isTiles, root: own };
  }

  /** Ends a piece. Tiles above the lowest that are full now, to be compared with those stored. */
  takeUpper(): ExpectedTile[] {
    const grown = this.tree.takeGrown();
    const others = this.shadow?.takeGrown() ?? [];
    for (const [n, tiles] of [grown, others].entries())
      for (const tile of tiles) this.keepEdge(this.edges[n] as Map<number, GrownTile>, tile);
    return grown.filter(({ level, hashes }) => level > 0 && hashes.length === TILE_BYTES).map((tile) => expected(tile, others));
  }

  /** The partial tiles above the lowest, and how many hashes each level has. What no signed head decided is told as it is. */
  finish(): { readonly upper: ExpectedTile[]; readonly levels: number[] } {
    this.decide('leaf');
    const [own, other] = this.edges as [Map<number, GrownTile>, Map<number, GrownTile>];
    const partial = [...own.values()].filter(({ level }) => level > 0);
    const levels: number[] = [];
    for (let hashes = this.sealed; hashes > 0; hashes = Math.floor(hashes / TILE_WIDTH)) levels.push(hashes);
    return { upper: partial.map((tile) => expected(tile, [...other.values()])), levels };
  }

  private keepEdge(edges: Map<number, GrownTile>, { level, index, hashes }: GrownTile): void {
    if (hashes.length === TILE_BYTES) edges.delete(level);
    else edges.set(level, { level, index, hashes: Buffer.from(hashes) });
  }

  private hashEntries(blocks: LogBlocks, leaves: Buffer, notices: ReadonlyMap<number, Buffer>): void {
    const { from, to, entries } = blocks;
    const rows = new Frames(entries);
    const { names } = this;
    let found = rows.isDone ? Infinity : rows.int8();
    for (let index = from, at = 0; index < to; index++, at += HASH_BYTES) {
      let name = NOTHING;
      if (found === index) {
        const length = rows.int4();
        this.seen.entries += 1;
        name =
          length === HASH_BYTES
            ? entryLeafLatin1((entries as Latin1).hexSlice(rows.at, rows.at + length))
            : Buffer.from(leafHash(entries.subarray(rows.at, rows.at + length))).toString('latin1');
        rows.at += length;
        found = rows.isDone ? Infinity : rows.int8();
        if (notices.has(index)) this.reportGap(index, 'Two entries stand at this index: one of a sighting and one of the operator.');
      } else {
        const notice = notices.get(index);
        if (notice === undefined) {
          this.gaps.add(index);
          this.reportGap(index, 'The log has no entry at this index: it was removed, or never was.', isSeal(blocks, index));
        } else name = Buffer.from(leafHash(notice)).toString('latin1');
      }
      names.push(name);
      (leaves as Latin1).latin1Write(name, at, HASH_BYTES);
    }
  }

  private compareTiles({ from, to, tiles }: LogBlocks, leaves: Buffer, notices: ReadonlyMap<number, Buffer>): void {
    const rows = new Frames(tiles);
    const stored = new Map<number, Buffer>();
    while (!rows.isDone) stored.set(rows.int8(), rows.bytea());
    for (let start = from; start < Math.min(to, this.sealed); start += TILE_WIDTH) {
      const n = start / TILE_WIDTH;
      const width = Math.min(this.sealed - start, TILE_WIDTH);
      const tile = stored.get(n);
      this.seen.tiles += 1;
      const own = leaves.subarray((start - from) * HASH_BYTES, (start - from + width) * HASH_BYTES);
      if (tile !== undefined && own.equals(tile)) continue;
      this.compareTile(start, n, own, tile, notices);
    }
  }

  private compareTile(start: number, n: number, own: Buffer, tile: Buffer | undefined, notices: ReadonlyMap<number, Buffer>): void {
    const row = { table: 'proof.tiles', key: { level: 0, n } };
    if (tile?.length !== own.length)
      this.findings.add({
        code: 'audit.tile',
        ...row,
        logIndex: start,
        ...difference(own.length / HASH_BYTES, (tile?.length ?? 0) / HASH_BYTES),
        detail: tile === undefined ? `The tile 0/${n} is not stored.` : `The tile 0/${n} has another number of hashes than its entries.`,
      });
    for (let at = 0; at < Math.min(own.length, tile?.length ?? 0); at += HASH_BYTES) {
      const [mine, other] = [own.subarray(at, at + HASH_BYTES), (tile as Buffer).subarray(at, at + HASH_BYTES)];
      if (mine.equals(other)) continue;
      const logIndex = start + at / HASH_BYTES;
      // Where the entry is missing, its tile still says what it hashed to: what follows is judged by that.
      if (this.gaps.has(logIndex)) {
        this.names[logIndex - this.from] = other.toString('latin1');
        other.copy(own, at);
        continue;
      }
      const table = notices.has(logIndex) ? 'ledger.notices' : 'ledger.entries';
      this.doubt({ logIndex, row: { table, key: { log_index: logIndex } }, own: Buffer.from(mine), tile: Buffer.from(other) });
    }
  }

  private doubt(doubt: Doubt): void {
    this.doubts.push(doubt);
    if (this.sealedLeaf.size >= DOUBTS_MAX) return this.decide('leaf');
    this.sealedLeaf.set(doubt.logIndex, doubt.tile);
    if (this.shadow !== null) return;
    const edges = this.edges[0] as Map<number, GrownTile>;
    this.shadow = new TileBuilder(BigInt(this.from), ({ level }) => edges.get(level)?.hashes ?? new Uint8Array());
  }

  private decide(altered: 'entry' | 'tile' | 'leaf'): void {
    const size = Number(this.tree.size);
    for (const { logIndex, row, own, tile } of this.doubts.filter((doubt) => doubt.logIndex < size || altered === 'leaf')) {
      const tileRow = { table: 'proof.tiles', key: { level: 0, n: Math.floor(logIndex / TILE_WIDTH) } };
      const place = `the tile ${tileRow.key.level}/${tileRow.key.n} says at place ${logIndex % TILE_WIDTH}`;
      const details = {
        entry: `The entry ${logIndex} does not hash to what ${place}, and the signed head stands for the tile: the entry was altered.`,
        tile: `The entry ${logIndex} does not hash to what ${place}, and the signed head stands for the entry: the tile was altered.`,
        leaf: `The entry ${logIndex} does not hash to what ${place}, and no signed head stands for either.`,
      };
      const [expectedHash, actual] = altered === 'tile' ? [own, tile] : [tile, own];
      const named = altered === 'tile' ? tileRow : row;
      this.findings.add({ code: `audit.${altered}`, ...named, logIndex, ...difference(expectedHash, actual), detail: details[altered] });
    }
    this.doubts = altered === 'leaf' ? [] : this.doubts.filter(({ logIndex }) => logIndex >= size);
  }

  private reportGap(logIndex: number, detail: string, isSeal = false): void {
    const table = isSeal ? 'ledger.notices' : 'ledger.entries';
    this.findings.add({ code: 'audit.gap', table, key: { log_index: logIndex }, logIndex, detail });
  }
}

/** Whether the table of seals has a row there: then it was a seal that is gone. */
function isSeal({ seals }: LogBlocks, logIndex: number): boolean {
  for (const rows = new Frames(seals); !rows.isDone; rows.at += 24, rows.bytea(), rows.at += 8, rows.bytea())
    if (rows.int8() === logIndex) return true;
  return false;
}

/** Node has them, and its types do not. */
type Latin1 = Buffer & { latin1Write(text: string, offset: number, length: number): number; hexSlice(start: number, end: number): string };

function expected(tile: GrownTile, others: readonly GrownTile[]): ExpectedTile {
  const other = others.find(({ level, index }) => level === tile.level && index === tile.index);
  return {
    level: tile.level,
    n: Number(tile.index),
    hashes: Buffer.from(tile.hashes),
    other: other === undefined ? null : Buffer.from(other.hashes),
  };
}
