/** Seals and checkpoints: each against the one before, against its row, and against the tree, the item trees and the map that were made again. */
import {
  equalBytes,
  mapSaltHash,
  openCheckpoint,
  readNotice,
  type MapBuilder,
  type MapUpdate,
  type Notice,
  type Seal,
  type TileNodes,
} from '#lib/ledger';
import { parseInstant } from '#lib/domain';
import { type AuditedLog, Frames, type LogBlocks } from '#lib/store';
import type { SealedReads } from './access-audit.ts';
import { difference, type Findings } from './findings.ts';
import type { HeadKeys } from './head-keys.ts';
import type { SealTimes } from './submitters.ts';

/** A row of proof.seals. */
interface SealRow {
  readonly covers: number;
  readonly time: number;
  readonly mapSize: number;
  readonly mapRoot: Buffer;
  /** -1: none. */
  readonly accessSize: number;
  readonly accessRoot: Buffer;
}

interface MapTile {
  readonly changed: Buffer;
  readonly kinds: Buffer;
  readonly hashes: Buffer;
}

/** What stands in the database beside the log about one piece of it. */
export interface SealRows {
  readonly seals: ReadonlyMap<number, SealRow>;
  /** Notes by size, taken out as they are looked at: published heads, and signed ones that are not published. */
  readonly checkpoints: Map<number, Buffer>;
  readonly waitingHeads: Map<number, Buffer>;
  readonly mapTiles: ReadonlyMap<number, ReadonlyMap<number, MapTile>>;
}

/** A seal as far as an audit needs it to go on, also where it cannot be read any more. */
export interface FoundSeal {
  readonly logIndex: number;
  readonly covers: number;
  readonly seal: Seal | null;
}

const HEAD_TABLES = { checkpoints: 'proof.checkpoints', waitingHeads: 'proof.waiting_heads' } as const;
const CHILDREN = 256;
const HASH_BYTES = 32;

export class SealAudit {
  readonly seen = { seals: 0, checkpoints: 0, mapTiles: 0 };
  readonly times: SealTimes = { covers: [], micros: [] };
  /** Heads of the access log that seals name, in their order. */
  readonly reads: SealedReads[] = [];
  private readonly findings: Findings;
  private readonly log: AuditedLog;
  private readonly keys: HeadKeys;
  /** Size of the log at its newest seal. */
  private readonly sealed: number;
  /** The seal that was looked at last has no signed head. */
  private headless = false;
  private last: { readonly logIndex: number; readonly covers: number; readonly time: string } | null = null;
  private hasGenesis = false;
  /** Once a map root does not agree, none after it does, and the tiles of the map are not looked at any more. */
  private isMapLost = false;

  constructor(log: AuditedLog, keys: HeadKeys, sealed: number, findings: Findings) {
    this.log = log;
    this.keys = keys;
    this.sealed = sealed;
    this.findings = findings;
  }

  /** What the operator says at this index. `null`: no seal. */
  read(logIndex: number, bytes: Buffer, rows: SealRows): FoundSeal | null {
    const notice = readNotice(bytes);
    const row = rows.seals.get(logIndex);
    if (notice?.kind === 'seal') {
      const { seal } = notice;
      const covers = Math.min(Number(seal.covers), logIndex);
      this.checkOrder(logIndex, seal);
      this.checkReads(logIndex, seal.access);
      this.checkRow(logIndex, seal, row);
      this.last = { logIndex, covers: Math.max(covers, this.last?.covers ?? 0), time: seal.time };
      this.seen.seals += 1;
      this.keepTime(covers, seal.time);
      return { logIndex, covers, seal };
    }
    if (notice?.kind === 'genesis' && row === undefined) this.checkGenesis(logIndex, notice.genesis);
    else if (row !== undefined || logOf(notice) !== this.log.origin)
      this.report(
        'audit.notice',
        logIndex,
        'The entry of the operator at this index is none that this version makes for this log: no genesis, seal, word about a key, or end.',
      );
    // It was a seal once; the table of seals still says what it covered.
    return this.lost(logIndex, rows);
  }

  private keepTime(covers: number, time: string): void {
    const read = parseInstant(time);
    if (!read.ok || covers <= (this.times.covers.at(-1) ?? 0)) return;
    this.times.covers.push(covers);
    this.times.micros.push(read.value);
  }

  /** A seal that is gone from the log, as far as the table of seals still has it. */
  lost(logIndex: number, rows: SealRows): FoundSeal | null {
    const row = rows.seals.get(logIndex);
    if (row === undefined) return null;
    this.last = { logIndex, covers: row.covers, time: this.last?.time ?? '' };
    return { logIndex, covers: Math.min(row.covers, logIndex), seal: null };
  }

  private checkGenesis(logIndex: number, { log, mapSalt }: { readonly log: string; readonly mapSalt: Uint8Array }): void {
    if (this.hasGenesis) this.report('audit.notice', logIndex, 'The log has a second genesis.');
    this.hasGenesis = true;
    if (log !== this.log.origin)
      this.report('audit.notice', logIndex, 'The genesis names another log than the ledger has.', difference(log, this.log.origin));
    const salt = mapSaltHash(this.log.mapSalt);
    if (!equalBytes(mapSalt, salt))
      this.report('audit.notice', logIndex, 'The genesis commits to another map salt than the ledger has.', difference(mapSalt, salt));
  }

  private checkOrder(logIndex: number, seal: Seal): void {
    const wrong = (detail: string, expected: number | string, actual: number | string): void =>
      this.report('audit.seal', logIndex, detail, difference(expected, actual));
    if (!this.hasGenesis && this.last === null) wrong('The log has a seal before its genesis.', 'genesis', 'seal');
    if (seal.log !== this.log.origin) wrong('The seal names another log.', this.log.origin, seal.log);
    const previous = this.last?.logIndex ?? null;
    const said = seal.previous === null ? null : Number(seal.previous);
    if (said !== previous) wrong('The seal names another one before it than stands before it.', String(previous), String(said));
    if (seal.covers > BigInt(logIndex)) wrong('The seal covers entries behind itself.', logIndex, Number(seal.covers));
    if (Number(seal.covers) < (this.last?.covers ?? 0))
      wrong('The seal covers less than the one before.', this.last?.covers ?? 0, Number(seal.covers));
    if (this.last !== null && seal.time < this.last.time)
      wrong('The time of the seal lies before that of the one before.', this.last.time, seal.time);
  }

  /** It only grows, and once there is one it does not go away. */
  private checkReads(logIndex: number, access: Seal['access']): void {
    const before = this.reads.at(-1);
    const size = Number(access?.size ?? -1n);
    if (before !== undefined && size < before.size)
      this.report('audit.seal', logIndex, 'The seal names a smaller access log than one before.', difference(before.size, size));
    else if (access !== null) this.reads.push({ logIndex, size, root: access.root });
  }

  private checkRow(logIndex: number, seal: Seal, row: SealRow | undefined): void {
    const time = parseInstant(seal.time);
    const isSame =
      row !== undefined &&
      BigInt(row.covers) === seal.covers &&
      time.ok &&
      time.value === row.time &&
      BigInt(row.mapSize) === seal.mapSize &&
      equalBytes(row.mapRoot, seal.mapRoot) &&
      BigInt(row.accessSize) === (seal.access?.size ?? -1n) &&
      equalBytes(row.accessRoot, seal.access?.root ?? new Uint8Array());
    if (isSame) return;
    this.findings.add({
      code: 'audit.seal-row',
      table: 'proof.seals',
      key: { log_index: logIndex },
      logIndex,
      detail:
        row === undefined ? 'The table of seals has no row for this seal.' : 'The row of this seal says something else than the seal.',
    });
  }

  /** @param update what the map came to, over the entries that the seal covers */
  checkMap({ logIndex, seal }: FoundSeal, { root, size, depth8, depth16 }: MapUpdate, map: MapBuilder, rows: SealRows): void {
    if (seal !== null && (!equalBytes(seal.mapRoot, root) || seal.mapSize !== BigInt(size))) {
      this.isMapLost = true;
      const differs = equalBytes(seal.mapRoot, root) ? difference(size, Number(seal.mapSize)) : difference(root, seal.mapRoot);
      this.report('audit.seal-map', logIndex, 'The seal commits to another item map than the item trees make.', differs);
    }
    if (this.isMapLost) return;
    const stored = rows.mapTiles.get(logIndex) ?? new Map<number, MapTile>();
    const expected = new Map([...tilesOf(depth8, () => 0), ...tilesOf(depth16, (prefix) => 1 + (prefix >>> 8))]);
    for (const [tile, { changed, kinds, hashes }] of expected) {
      this.seen.mapTiles += 1;
      const row = stored.get(tile);
      const isSame = row !== undefined && sameTile(row, isWhole(row) ? wholeTile(map, tile) : { changed, kinds, hashes });
      if (!isSame) this.reportMapTile(tile, logIndex, row === undefined ? 'is not stored' : 'is not what the item trees make');
    }
    for (const tile of stored.keys()) if (!expected.has(tile)) this.reportMapTile(tile, logIndex, 'did not change with this seal');
  }

  private reportMapTile(tile: number, seal: number, what: string): void {
    this.findings.add({
      code: 'audit.map-tile',
      table: 'proof.map_tiles',
      key: { tile, seal },
      logIndex: seal,
      detail: `The tile ${tile} of the item map at the seal ${seal} ${what}.`,
    });
  }

  /** @param settle whether the tree of the log up to here has this root */
  checkHead(size: number, rows: SealRows, settle: (root: Uint8Array) => { agrees: boolean; root: Uint8Array }): void {
    const table = rows.checkpoints.has(size) ? 'checkpoints' : 'waitingHeads';
    const note = rows[table].get(size);
    rows[table].delete(size);
    this.headless = note === undefined;
    if (note === undefined) {
      // The sealer signs and keeps the head of each seal before it makes another, whoever cosigns it: only the newest can be without.
      if (size !== this.sealed) this.reportMissing(size, 'the sealer makes no seal before the head of the one before is signed and kept');
      return;
    }
    if (this.keys.isNobody) return;
    const row = { table: HEAD_TABLES[table], key: { size }, logIndex: size - 1 };
    this.seen.checkpoints += 1;
    const opened = openCheckpoint(note, { log: this.keys.at(size) });
    if (!opened.ok) {
      this.findings.add({ code: 'audit.checkpoint', ...row, detail: `The checkpoint ${size} does not open: ${opened.fault.detail}.` });
      return;
    }
    const { checkpoint, signatures } = opened.value;
    if (checkpoint.origin !== this.log.origin || checkpoint.size !== BigInt(size)) {
      const differs = difference(`${this.log.origin} ${size}`, `${checkpoint.origin} ${checkpoint.size}`);
      this.findings.add({ code: 'audit.checkpoint', ...row, ...differs, detail: `The checkpoint ${size} is of another log or size.` });
      return;
    }
    const { agrees, root } = settle(checkpoint.root);
    if (agrees)
      this.keys.take(
        size,
        signatures.map(({ key }) => key),
      );
    else
      this.findings.add({
        code: 'audit.checkpoint-root',
        ...row,
        ...difference(checkpoint.root, root),
        detail: `The first ${size} entries do not hash to what the checkpoint ${size} signs.`,
      });
  }

  /** A published head of this size was kept by somebody: the newest as well has to be here then. */
  checkKept(size: number, name: string): void {
    if (size === this.sealed && this.headless) this.reportMissing(size, `a published head of this size was kept in ${name}`);
  }

  private reportMissing(size: number, why: string): void {
    this.findings.add({
      code: 'audit.checkpoint-missing',
      table: 'proof.checkpoints',
      key: { size },
      logIndex: size - 1,
      detail: `The checkpoint ${size} is not there: ${why}. It was removed.`,
    });
  }

  /** Of the piece: rows that belong to no seal. */
  checkRest(rows: SealRows, seals: ReadonlySet<number>): void {
    for (const table of ['checkpoints', 'waitingHeads'] as const)
      for (const size of rows[table].keys())
        this.findings.add({
          code: 'audit.checkpoint',
          table: HEAD_TABLES[table],
          key: { size },
          logIndex: size - 1,
          detail: seals.has(size - 1)
            ? `The head of ${size} entries is kept as one that waits, and was published.`
            : `The checkpoint ${size} does not end with a seal.`,
        });
    for (const logIndex of rows.seals.keys())
      if (!seals.has(logIndex))
        this.findings.add({
          code: 'audit.seal-row',
          table: 'proof.seals',
          key: { log_index: logIndex },
          logIndex,
          detail: `The table of seals has a row at ${logIndex}, where the log has no seal.`,
        });
    if (this.isMapLost) return;
    for (const [seal, tiles] of rows.mapTiles)
      if (!seals.has(seal)) for (const tile of tiles.keys()) this.reportMapTile(tile, seal, 'belongs to no seal');
  }

  private report(
    code: 'audit.notice' | 'audit.seal' | 'audit.seal-map',
    logIndex: number,
    detail: string,
    differs: ReturnType<typeof difference> = {},
  ): void {
    this.findings.add({ code, table: 'ledger.notices', key: { log_index: logIndex }, logIndex, ...differs, detail });
  }
}

export function sealRows({ seals, checkpoints, waitingHeads, mapTiles }: LogBlocks): SealRows {
  const bySeal = new Map<number, SealRow>();
  for (const rows = new Frames(seals); !rows.isDone;)
    bySeal.set(rows.int8(), {
      ...{ covers: rows.int8(), time: rows.int8(), mapSize: rows.int8(), mapRoot: rows.bytea() },
      ...{ accessSize: rows.int8(), accessRoot: rows.bytea() },
    });
  const tiles = new Map<number, Map<number, MapTile>>();
  for (const rows = new Frames(mapTiles); !rows.isDone;) {
    const seal = rows.int8();
    const ofSeal = tiles.get(seal) ?? new Map<number, MapTile>();
    ofSeal.set(rows.int4(), { changed: rows.bytea(), kinds: rows.bytea(), hashes: rows.bytea() });
    tiles.set(seal, ofSeal);
  }
  return { seals: bySeal, checkpoints: notesOf(checkpoints), waitingHeads: notesOf(waitingHeads), mapTiles: tiles };
}

function notesOf(heads: Buffer): Map<number, Buffer> {
  const bySize = new Map<number, Buffer>();
  for (const rows = new Frames(heads); !rows.isDone;) bySize.set(rows.int8(), rows.bytea());
  return bySize;
}

const sameTile = (a: MapTile, b: MapTile): boolean => a.changed.equals(b.changed) && a.kinds.equals(b.kinds) && a.hashes.equals(b.hashes);

/** Of what the operator says about keys, and of the log's end. */
function logOf(notice: Notice | null): string | undefined {
  if (notice?.kind === 'key') return notice.key.log;
  return notice?.kind === 'freeze' ? notice.freeze.log : undefined;
}

/** Now and then a sealer writes all of a tile: see MapTileRows of apps/sealer. */
const isWhole = ({ changed }: MapTile): boolean => changed.length === CHILDREN / 8 && changed.every((byte) => byte === 0xff);

/** As it is after the seal; of kind 0 and zeros where nothing is. */
function wholeTile(map: MapBuilder, tile: number): MapTile {
  const { prefixes, kinds, hashes } = map.tile(tile === 0 ? null : tile - 1);
  const whole = { changed: Buffer.alloc(CHILDREN / 8, 0xff), kinds: Buffer.alloc(CHILDREN), hashes: Buffer.alloc(CHILDREN * HASH_BYTES) };
  prefixes.forEach((prefix, n) => {
    whole.kinds[prefix % CHILDREN] = kinds[n] as number;
    hashes.copy(whole.hashes, (prefix % CHILDREN) * HASH_BYTES, n * HASH_BYTES, (n + 1) * HASH_BYTES);
  });
  return whole;
}

/** Changed nodes of one depth, tile by tile: prefixes rise, so the children of one tile stand together. */
function* tilesOf({ prefixes, kinds, hashes }: TileNodes, tileOf: (prefix: number) => number): Iterable<[number, MapTile]> {
  for (let from = 0; from < prefixes.length;) {
    const tile = tileOf(prefixes[from] as number);
    const changed = Buffer.alloc(CHILDREN / 8);
    let to = from;
    for (; to < prefixes.length && tileOf(prefixes[to] as number) === tile; to++) {
      const child = (prefixes[to] as number) % CHILDREN;
      changed[child >>> 3] = (changed[child >>> 3] as number) | (0x80 >>> (child & 7));
    }
    yield [tile, { changed, kinds: Buffer.from(kinds.subarray(from, to)), hashes: hashes.subarray(from * HASH_BYTES, to * HASH_BYTES) }];
    from = to;
  }
}
