/**
 * Seals: what the projectors committed since the last seal goes into the item trees, the map and the log's tree; the seal is appended, all of
 * it is read again and hashed again, and only then the checkpoint is signed. One at a time, by an advisory lock; a token in the database fences
 * one that was stopped and wakes up. What is held in memory is that of the last seal: after any error this object is to be thrown away, and
 * `openSealer` makes another from what was committed.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  encodeSeal,
  equalBytes,
  formatCheckpoint,
  formatNote,
  type ItemTrees,
  leafHash,
  type LogEnd,
  type MapBuilder,
  type MapUpdate,
  signText,
  TILE_WIDTH,
  type TileBuilder,
  utf8Text,
} from '#lib/ledger';
import { formatInstant } from '#lib/domain';
import {
  accessSize,
  appendNotice,
  holdToken,
  insertItemLeaves,
  insertItems,
  insertMapTiles,
  insertSeal,
  type ItemLinks,
  lockHead,
  type LogPiece,
  logSize,
  readClock,
  readItemLinks,
  readLogPiece,
  readLogPieces,
  type SealRow,
  type StoreClient,
  type StorePool,
  writeCheckpoint,
  writeTiles,
  writeWaitingHead,
} from '#lib/store';
import { accessHead, checkAccessStored, growAccessTree, type NewReads, readNewReads, writeAccessTree } from './access-head.ts';
import { declaredNotices, keyIndexes, type DeclaredKeys } from './key-notices.ts';
import type { HeadPublisher } from './cosigning.ts';
import { endsIn, sayEnd } from './log-end.ts';
import { growItems, leavesOf } from './log-leaves.ts';
import { MapTileRows } from './map-tile-rows.ts';
import { checkStored, rootAgain, SealMismatch } from './read-again.ts';
import type { SealClock } from './seal-clock.ts';
import { keepSignedHead } from './signed-head.ts';

/** Where a test may end the process or the connection: after each write, before and after it is kept. */
export const SEAL_FAILPOINTS = [
  'before_begin',
  'after_items',
  'before_head',
  'after_head',
  'before_commit',
  'after_commit',
  'before_sign',
  'after_sign',
  'after_publish',
] as const;
export type SealFailpoint = (typeof SEAL_FAILPOINTS)[number];

export interface SealerOptions extends DeclaredKeys {
  readonly pool: StorePool;
  /** For the genesis of a log that takes the place of another: where that one ended. */
  readonly previous?: LogEnd;
  /** Opened to end the log: why, as its last entry says it. */
  readonly endReason?: string;
  /** File of the last head that was signed, apart from the database. */
  readonly signedHeadFile: string;
  /** Where a signed head goes that others have to cosign before it is published; without it the head is published at once. */
  readonly publisher?: HeadPublisher;
  /** A day on which the operator says that the clock is right: see SealClock. */
  readonly clockConfirmed?: string | null;
  readonly failpoint?: (name: SealFailpoint) => void | Promise<void>;
  /**
   * Entries that one seal takes into the map at most, and that one statement is about: memory and the length of a statement follow from it. The
   * rest of the map comes with the next seal. Default 50,000.
   */
  readonly entriesMax?: number;
}

export interface SealerState {
  readonly token: number;
  readonly clock: SealClock;
  readonly tree: TileBuilder;
  readonly trees: ItemTrees;
  readonly map: MapBuilder;
  /** Of the access log. */
  readonly access: TileBuilder;
  /** Map key of the item tree of key notices. */
  readonly keysItem: Uint8Array;
  /** `null`: nothing is sealed yet. */
  readonly last: SealRow | null;
}

const ENTRIES_MAX = 50_000;

interface Read {
  readonly piece: LogPiece;
  readonly links: ItemLinks;
  readonly reads: NewReads;
}

export class Sealer {
  private ahead: { readonly from: number; readonly read: Promise<Read> } | null = null;
  private readonly options: SealerOptions;
  private readonly state: SealerState;
  private readonly declared: ReadonlySet<string>;
  private last: SealRow | null;
  private readonly mapRows = new MapTileRows();
  /** Size of the log's tree whose tiles are written. */
  private written: number;

  /** Made by `openSealer`. */
  constructor(options: SealerOptions, state: SealerState) {
    this.options = options;
    this.state = state;
    this.declared = declaredNotices(options);
    this.last = state.last;
    this.written = Number(state.tree.size);
  }

  /** At most so many entries wait, seals among them: entries that no seal covers yet. What the operator says about the log itself (one entry: genesis or the last seal) waits for nothing; what he says of keys does. */
  async waiting(): Promise<number> {
    return Math.max(0, (await logSize(this.options.pool)) - this.covers - 1);
  }

  /** Records of the access log that no seal names yet. */
  async readsWaiting(): Promise<number> {
    return (await accessSize(this.options.pool)) - Number(this.state.access.size);
  }

  /** `null`: there was nothing to seal; reads alone are sealed where `forReads` says so, as many as entries at once. Throws LogGap, ClockJump, ClockUnconfirmed, SealerFenced, SealMismatch, ForeignKeyNotice, and what the database throws. */
  async seal({ forReads = false }: { readonly forReads?: boolean } = {}): Promise<SealRow | null> {
    const { pool, failpoint = (): void => {} } = this.options;
    const { map, trees, tree, access, token, keysItem } = this.state;
    const from = this.covers;
    const signedBefore = Number(tree.size);
    const { piece, links, reads } = await this.next(from);
    const own = { key: keysItem, indexes: keyIndexes(piece, this.declared) };
    const isEnd = endsIn(piece, this.options.origin, this.options.endReason);
    const isForReads = forReads && reads.to > reads.from;
    if (piece.entries.length === 0 && own.indexes.length === 0 && !isEnd && !isForReads) return null;
    const leaves = leavesOf(piece);
    const grown = growItems(trees, map, links, own, from, leaves);
    // Those below the last seal's own index were in its checkpoint, though not in its map.
    for (const leaf of leaves.slice(Math.max(signedBefore - from, 0))) tree.append(leaf);
    growAccessTree(access, reads);
    await failpoint('before_begin');
    const sealed = await pool.transaction(async (client) => {
      await holdToken(client, token);
      // While the database takes the rows in, this process hashes the map.
      const [update, leafRows] = await Promise.all([
        map.commitInTurns(nextTurn),
        insertItems(client, grown.items).then(() => insertItemLeaves(client, grown.leaves)),
      ]);
      await failpoint('after_items');
      const row = await this.append(client, piece.to, update);
      const mapRows = await insertMapTiles(client, row.logIndex, this.mapRows.of(update, map));
      await failpoint('before_commit');
      return { row, leaves: leafRows, mapTiles: mapRows };
    });
    await failpoint('after_commit');
    const { row } = sealed;
    await checkStored(pool, { ...sealed, logIndex: row.logIndex, from, covers: row.covers });
    if (reads.to > reads.from) await checkAccessStored(pool, reads.from, accessHead(access));
    this.last = row;
    await this.publish(signedBefore);
    return row;
  }

  /**
   * Signs the head of the last seal. @param from below this index, the size of a head that was signed, the tiles are taken as they are
   * stored; above it they are made again from the entries. Also for a seal that was committed by a process that ended before it signed.
   */
  async publish(from: number): Promise<void> {
    const { pool, origin, key, formerKeys = [], signedHeadFile, publisher, failpoint = (): void => {} } = this.options;
    const { tree, token } = this.state;
    const [size, root] = [Number(tree.size), tree.root()];
    if (!equalBytes(await rootAgain(pool, from, size, this.entriesMax), root))
      throw new SealMismatch('What was stored does not hash to what was sealed.');
    await failpoint('before_sign');
    const text = formatCheckpoint({ origin, size: BigInt(size), root, extension: [] });
    const signatures = [key, ...formerKeys].map((each) => signText(each, text));
    keepSignedHead(signedHeadFile, { size, root });
    await failpoint('after_sign');
    const write = (into: typeof writeCheckpoint, note: string): Promise<void> =>
      pool.transaction(async (client) => {
        await holdToken(client, token);
        await into(client, size, note);
      });
    const note = utf8Text(formatNote(text, signatures)) as string;
    // Kept before anybody is asked: the next seal is made whoever cosigns, and a seal whose head is nowhere was tampered with.
    await write(publisher === undefined ? writeCheckpoint : writeWaitingHead, note);
    publisher?.offer({ size, text, signatures }, (cosigned) => write(writeCheckpoint, cosigned));
    await failpoint('after_publish');
  }

  private get entriesMax(): number {
    return this.options.entriesMax ?? ENTRIES_MAX;
  }

  /** Says that the log ends, and seals all that it has said. The reason is the `endReason` by which this was opened. */
  async end(): Promise<void> {
    const { pool, origin, endReason } = this.options;
    if (endReason === undefined) throw new RangeError('a log is ended by a sealer that was opened for it');
    while ((await this.seal()) !== null);
    await pool.transaction(async (client) => {
      await holdToken(client, this.state.token);
      await sayEnd(client, origin, endReason);
    });
    while ((await this.seal()) !== null);
  }

  /** Index up to which all entries are sealed. */
  get covers(): number {
    return this.last?.covers ?? 0;
  }

  /** Under the lock of the log head, for which all projectors wait: what came in since it was last looked at, then the seal, which is the last leaf. */
  private async append(client: StoreClient, covers: number, { root: mapRoot, size: mapSize }: MapUpdate): Promise<SealRow> {
    const { failpoint = (): void => {} } = this.options;
    const { tree, clock, access } = this.state;
    await this.catchUp(client);
    await failpoint('before_head');
    const logIndex = await lockHead(client);
    await this.growTo(client, logIndex);
    const head = accessHead(access);
    const row = {
      ...{ logIndex, covers, time: await clock.next(() => readClock(client)), mapRoot, mapSize },
      ...{ accessSize: head === null ? null : Number(head.size), accessRoot: head?.root ?? null },
    };
    const bytes = this.sealBytes(row);
    await appendNotice(client, logIndex, bytes);
    await failpoint('after_head');
    tree.append(Buffer.from(leafHash(bytes)).toString('latin1'));
    await insertSeal(client, row);
    await this.writeGrown(client);
    await writeAccessTree(client, access);
    return row;
  }

  /**
   * What is behind the piece, while nobody waits for it: where no seal stood over a log for long, that is any number of pieces. Less than one is
   * left to be read under the lock. In the transaction of the seal all the same: tiles that no seal stands over would be none of the log's.
   */
  private async catchUp(client: StoreClient): Promise<void> {
    const { tree } = this.state;
    for (let behind = this.entriesMax; behind >= this.entriesMax;) {
      const size = await logSize(client);
      behind = size - Number(tree.size);
      await this.growTo(client, size);
    }
    // Of a few entries the last tiles alone would be written, and with the seal once more.
    if (Number(tree.size) - this.written >= TILE_WIDTH) await this.writeGrown(client);
  }

  /** The log's tree, up to `size`. No more than a piece is in memory, or goes with one statement, however much there is. */
  private async growTo(client: StoreClient, size: number): Promise<void> {
    const { tree } = this.state;
    for await (const piece of readLogPieces(client, Number(tree.size), size, this.entriesMax)) {
      keyIndexes(piece, this.declared);
      endsIn(piece, this.options.origin, this.options.endReason);
      if (piece.to - this.written > this.entriesMax) await this.writeGrown(client);
      for (const leaf of leavesOf(piece)) tree.append(leaf);
    }
  }

  /** Tiles that changed since they were last written. */
  private async writeGrown(client: StoreClient): Promise<void> {
    const { tree } = this.state;
    this.written = Number(tree.size);
    await writeTiles(
      client,
      tree.takeGrown().map(({ level, index, hashes }) => ({ level, n: Number(index), hashes })),
    );
  }

  /** What is to be sealed from here on. A whole piece has most likely another behind it: that one comes while this one is hashed and written. */
  private async next(from: number): Promise<Read> {
    const read = await (this.ahead?.from === from ? this.ahead.read : this.read(from, Number(this.state.access.size)));
    const { to } = read.piece;
    this.ahead = to - from < this.entriesMax ? null : { from: to, read: this.read(to, read.reads.to) };
    // Whoever seals next gets the error.
    this.ahead?.read.catch(() => {});
    return read;
  }

  /** One moment of the database: what is below `to`, all of it. */
  private read(from: number, readsFrom: number): Promise<Read> {
    return this.options.pool.transaction(async (client: StoreClient) => {
      await client.query('set transaction isolation level repeatable read, read only');
      const to = Math.min(await logSize(client), from + this.entriesMax);
      return {
        piece: await readLogPiece(client, from, to),
        links: await readItemLinks(client, from, to),
        reads: await readNewReads(client, readsFrom, this.entriesMax),
      };
    });
  }

  private sealBytes({ covers, mapRoot, mapSize, time, accessSize: size = null, accessRoot: root = null }: SealRow): Uint8Array {
    return encodeSeal({
      log: this.options.origin,
      covers: BigInt(covers),
      mapRoot,
      mapSize: BigInt(mapSize),
      time: formatInstant(time),
      previous: this.last === null ? null : BigInt(this.last.logIndex),
      access: size === null || root === null ? null : { size: BigInt(size), root },
    });
  }
}
