/**
 * What an auditing witness makes of a log: the log's own tree, and from the links of its entries all item trees and the item map, to be compared
 * with what each seal says. No I/O. It has no identifiers and no content: it sees that one stream of links leads to every map that was ever
 * sealed, and not that the links are those of the entries' content.
 */
import { capturedMicros, decodeBundle, equalBytes, itemLeaf, ItemTrees, leafHash, MapBuilder, readNotice, type Seal } from '#lib/ledger';
import { LogFrontier } from './log-frontier.ts';
import type { MapLinks } from './map-links.ts';

const HASH_BYTES = 32;
/** The second is one too many, and no later one says more. */
const GENESES_KEPT = 2;

/** An access log that was named does not go away or shrink, and of one size there is one. That it only grew, its records alone show. */
function isBehind(now: Seal['access'], before: Seal['access']): boolean {
  if (before === null) return false;
  if (now === null || now.size < before.size) return true;
  return now.size === before.size && !equalBytes(now.root, before.root);
}

/** A seal that is still to be held against the map. */
export interface PendingSeal {
  readonly index: number;
  readonly seal: Seal;
  /** Links of entries from here up to what the seal covers are needed. */
  readonly from: number;
  readonly to: number;
}

/** `map`: the log signed for a map that is not that of the links, or broke a rule of seals. `links`: the links are none; nothing was applied. */
export interface AuditFault {
  readonly kind: 'map' | 'links';
  /** A sentence for a person. */
  readonly sentence: string;
}

/** About 200 B an item for the map, 40 to 264 for its tree, and 32 B for each entry that no audited seal covers yet. */
export class MapAudit {
  private readonly origin: string;
  private frontier = new LogFrontier();
  private readonly trees = new ItemTrees();
  private readonly map = new MapBuilder();
  /** Leaf hashes of the entries from `covered` on. */
  private hashes: Buffer = Buffer.alloc(0);
  private covered = 0;
  /** Indexes of the operator's entries from there on. */
  private readonly notices = new Queue<number>();
  private readonly pending = new Queue<{ readonly index: number; readonly seal: Seal }>();
  /** Indexes of the first two entries that read as a genesis. */
  private geneses: readonly number[] = [];
  private lastSeal: { readonly index: number; readonly seal: Seal } | null = null;

  constructor(origin: string) {
    this.origin = origin;
  }

  /** Entries that were taken in. */
  get size(): number {
    return this.frontier.size;
  }

  root(): Uint8Array {
    return this.frontier.root();
  }

  /** Items in the map. */
  get items(): number {
    return this.map.size;
  }

  /** Entries behind those that were taken in: collected first, and taken in by `accept`. */
  extend(): Extension {
    return new Extension(this.frontier);
  }

  /** Takes them in where all entries together have this root; `false`: they have not, and nothing changed. */
  accept(extension: Extension, root: Uint8Array): boolean {
    if (!equalBytes(extension.frontier.root(), root)) return false;
    // What can fail comes first: taken in by half, the log would be believed further than it was looked at.
    const hashes = Buffer.concat([this.hashes, extension.hashes()]);
    this.frontier = extension.frontier;
    this.hashes = hashes;
    this.geneses = [...this.geneses, ...extension.geneses].slice(0, GENESES_KEPT);
    for (const index of extension.notices) this.notices.push(index);
    for (const seal of extension.seals) this.pending.push(seal);
    return true;
  }

  /** Index up to which all seals that are still to be held against the map need links, as far as they say: within the log, and at least what the next one needs. */
  get linksTo(): number {
    const last = this.pending.last();
    return Math.max(this.next()?.to ?? this.covered, last === undefined ? 0 : Math.min(last.index, Number(last.seal.covers)));
  }

  /** The earliest seal that was not held against the map yet; `null`: there is none. */
  next(): PendingSeal | null {
    const first = this.pending.first();
    return first === undefined ? null : { ...first, from: this.covered, to: Number(first.seal.covers) };
  }

  /** What is wrong with the next seal whatever the links are; `null`: nothing. To be asked before its links are: what a false one covers has no bound. */
  broken(): AuditFault | null {
    const next = this.next();
    const broken = next === null ? null : this.brokenRule(next);
    return broken === null ? null : { kind: 'map', sentence: `The seal at ${next?.index} ${broken}.` };
  }

  /**
   * Holds the next seal against the map that follows from these links: all of `next()`, in their order. After a fault of the map this object
   * is of no use any more. Cost: 1 µs a link for its tree, 5 µs for each item that changed.
   */
  apply(pieces: readonly MapLinks[]): AuditFault | null {
    const next = this.next();
    if (next === null) return null;
    const broken = this.broken();
    if (broken !== null) return broken;
    while ((this.notices.first() ?? next.to) < next.from) this.notices.shift();
    const notices = new Set(this.notices.upTo((index) => index < next.to));
    for (const links of pieces)
      for (let n = 0; n < links.length; n++)
        if (notices.has(links.logIndex(n)))
          return { kind: 'links', sentence: `The entry at ${links.logIndex(n)} is one of the operator, and no item's.` };
    this.grow(pieces);
    const { root, size } = this.map.commit();
    const { covers, mapRoot, mapSize } = next.seal;
    if (!equalBytes(root, mapRoot) || BigInt(size) !== mapSize)
      return {
        kind: 'map',
        sentence: `The map of the seal at ${next.index} is not that of the entries below ${covers}: it says ${mapSize} items, and the links make ${size}${BigInt(size) === mapSize ? ' with another root' : ''}.`,
      };
    this.settle(next);
    return null;
  }

  private grow(pieces: readonly MapLinks[]): void {
    const touched = new Set<number>();
    for (const links of pieces) {
      for (let n = 0; n < links.length; n++) {
        const index = links.logIndex(n);
        const at = (index - this.covered) * HASH_BYTES;
        const item = this.map.keys.numberOf(links.key(n));
        this.trees.append(item, itemLeaf(index, this.hashes.subarray(at, at + HASH_BYTES)));
        touched.add(item);
      }
    }
    for (const item of touched) this.map.set(item, this.trees.count(item), this.trees.root(item));
  }

  private settle({ index, seal, to }: PendingSeal): void {
    this.pending.shift();
    this.lastSeal = { index, seal };
    this.hashes = this.hashes.subarray((to - this.covered) * HASH_BYTES);
    // What is behind the last seal is kept in bytes of its own, or all of it would be.
    if (this.pending.first() === undefined) this.hashes = Buffer.from(this.hashes);
    this.covered = to;
  }

  /** What is wrong with a seal by itself and after the one before; `null`: nothing. */
  private brokenRule({ index, seal }: PendingSeal): string | null {
    const before = this.lastSeal;
    const [, second = Infinity] = this.geneses;
    // With another salt each item has another place in the map, where nothing stands.
    if (second < index) return `stands behind a second genesis, at ${second}`;
    if (seal.log !== this.origin) return `names another log, ${seal.log}`;
    if (seal.covers > BigInt(index)) return `covers ${seal.covers} entries, and is not behind them`;
    if (seal.previous !== (before === null ? null : BigInt(before.index)))
      return `names ${seal.previous ?? 'none'} as the seal before, which is ${before?.index ?? 'none'}`;
    if (before === null) return null;
    if (seal.covers < before.seal.covers) return `covers fewer entries than the one before`;
    if (isBehind(seal.access, before.seal.access)) return `names an access log that is not that of the one before, or of fewer records`;
    return capturedMicros(seal.time) < capturedMicros(before.seal.time) ? `says a time before that of the one before` : null;
  }
}

/** Entries that are collected, and not believed yet. */
export class Extension {
  readonly frontier: LogFrontier;
  readonly seals: { readonly index: number; readonly seal: Seal }[] = [];
  /** Indexes of the operator's entries that are in no list; what he says of keys is. */
  readonly notices: number[] = [];
  /** Of these, the first two that read as a genesis. */
  readonly geneses: number[] = [];
  private readonly pieces: Buffer[] = [];
  private endsSealed = false;

  constructor(from: LogFrontier) {
    this.frontier = new LogFrontier(from);
  }

  get size(): number {
    return this.frontier.size;
  }

  /** Whether the last entry is a seal. */
  get isSealed(): boolean {
    return this.endsSealed;
  }

  /**
   * An entry bundle (C2SP tlog-tiles) of which `skip` entries are known already; `false` for bytes that are no bundle of `width` entries:
   * nothing was added. Cost: 1 µs an entry.
   */
  add(bundle: Uint8Array, width: number, skip: number): boolean {
    if (hasMore(bundle, width)) return false;
    const entries = decodeBundle(bundle);
    if (entries?.length !== width) return false;
    const hashes = Buffer.alloc((width - skip) * HASH_BYTES);
    for (let n = skip; n < width; n++) {
      const entry = entries[n] as Uint8Array;
      const index = this.frontier.size;
      const hash = leafHash(entry);
      hashes.set(hash, (n - skip) * HASH_BYTES);
      this.frontier.append(hash);
      const notice = startsAsSighting(entry) ? null : readNotice(entry);
      if (notice !== null && notice.kind !== 'key') this.notices.push(index);
      if (notice?.kind === 'genesis' && this.geneses.length < GENESES_KEPT) this.geneses.push(index);
      this.endsSealed = notice?.kind === 'seal';
      if (notice?.kind === 'seal') this.seals.push({ index, seal: notice.seal });
    }
    this.pieces.push(hashes);
    return true;
  }

  hashes(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

/** First in, first out; taking one costs the same however many there are. */
class Queue<T> {
  private items: T[] = [];
  private at = 0;

  push(item: T): void {
    this.items.push(item);
  }

  first(): T | undefined {
    return this.items[this.at];
  }

  last(): T | undefined {
    return this.at < this.items.length ? this.items.at(-1) : undefined;
  }

  shift(): void {
    this.at++;
    if (this.at < this.items.length / 2) return;
    this.items = this.items.slice(this.at);
    this.at = 0;
  }

  /** From the first on, as long as this holds. */
  upTo(holds: (item: T) => boolean): T[] {
    let end = this.at;
    while (end < this.items.length && holds(this.items[end] as T)) end++;
    return this.items.slice(this.at, end);
  }
}

const SIGHTING = Buffer.from('{"commitment":');

/** Nothing of the operator begins so: saves reading JSON for each of many entries. */
const startsAsSighting = (entry: Uint8Array): boolean => equalBytes(entry.subarray(0, SIGHTING.length), SIGHTING);

/** Whether a bundle has more than so many entries: known before each of what may be millions is held. */
function hasMore(bundle: Uint8Array, width: number): boolean {
  let at = 0;
  for (let n = 0; n < width && at < bundle.length; n++) at += 2 + (((bundle[at] as number) << 8) | (bundle[at + 1] ?? 0));
  return at < bundle.length;
}
