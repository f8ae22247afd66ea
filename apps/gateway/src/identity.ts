/** What else items are, by the claims that their reader may see: read for one answer, a few statements a step, within a bound. */
import { foldClaims, formatRef, identityOf, knownAtReported, namedBy, type Identity, type TimelineEntry } from '#lib/domain';
import type { AsOf } from './coordinates.ts';
import { readEvent, type ReadEvent } from './event-view.ts';
import type { Asker, ReaderReads } from './ledger-reads.ts';
import { relatedWithin, type RelatedReads } from './related-events.ts';

/** Of one thing: identifiers, claims that stand, and claims from the item to the farthest. What an honest thing has is far below. */
export const NAMES_MAX = 16;
export const CLAIMS_MAX = 64;
export const CLAIM_STEPS_MAX = 8;
/** Claims of all things of one answer, each counted for each of them: to weigh 64 takes a tenth of a second at worst. */
export const CLAIMS_WEIGHED_MAX = 512;
/** Identifications and corrections read for the items of one step; and the bytes of those of one answer, with what speaks about them. */
export const CLAIM_ROWS_MAX = 256;
export const CLAIM_BYTES_MAX = 8 * 1024 * 1024;
const RELATED = { records: 1_000, contentBytes: CLAIM_BYTES_MAX, steps: 64 };

type Reads = Pick<ReaderReads, 'claimsAbout'> & RelatedReads;

export interface KnownIdentity extends Identity {
  /** More would have to be read than is: nothing is joined. */
  readonly isPartial: boolean;
  /** What was read for it. */
  readonly events: readonly ReadEvent[];
}

/** Of one answer: claims about an item are read once. */
export class Identities {
  readonly #reads: Reads;
  readonly #reader: Asker;
  readonly #logSize: number;
  readonly #events = new Map<string, ReadEvent>();
  readonly #read = new Set<string>();
  readonly #tooMany = new Set<string>();
  /** Items that claims name, or may. */
  readonly #named = new Set<string>();
  readonly #made = new Map<string, KnownIdentity>();
  #bytes = 0;
  #weighed = 0;

  /** @param logSize of all points that are asked about the greatest */
  constructor(reads: Reads, reader: Asker, logSize: number) {
    this.#reads = reads;
    this.#reader = reader;
    this.#logSize = logSize;
  }

  /** Claims about these in one statement, and what decides how they stand. */
  async read(items: readonly string[]): Promise<void> {
    const wanted = items.filter((item) => !this.#read.has(item));
    if (wanted.length === 0) return;
    const found = await this.#claimsAbout(wanted);
    // One of several may be to blame for all of it.
    if (found === null && wanted.length > 1) {
      for (const item of wanted) await this.read([item]);
      return;
    }
    for (const item of wanted) this.#read.add(item);
    if (found === null) for (const item of wanted) this.#tooMany.add(item);
    for (const event of found ?? []) {
      this.#events.set(formatRef(event.sighting), event);
      for (const { id } of event.sighting.items) this.#named.add(id);
    }
  }

  /** null: they are more than is followed. */
  async #claimsAbout(items: readonly string[]): Promise<readonly ReadEvent[] | null> {
    const bound = { limit: CLAIM_ROWS_MAX + 1, contentBytesMax: CLAIM_BYTES_MAX };
    const rows = await this.#reads.claimsAbout({ items, reader: this.#reader, logSize: this.#logSize, ...bound });
    if (rows.length > CLAIM_ROWS_MAX) return null;
    const claims = rows.map(readEvent);
    const related = claims.length === 0 ? [] : await relatedWithin(this.#reads, this.#reader, this.#logSize, claims, RELATED);
    if (related === null) return null;
    const all = [...claims, ...related];
    const bytes = all.reduce((sum, { stored }) => sum + stored.content.length, this.#bytes);
    if (bytes > CLAIM_BYTES_MAX) return null;
    this.#bytes = bytes;
    return all;
  }

  /** As known at that point. */
  async of(item: string, asOf: AsOf): Promise<KnownIdentity> {
    const key = `${item} ${asOf.basis} ${asOf.basis === 'reported' ? asOf.until : asOf.logSize}`;
    const made = this.#made.get(key) ?? (await this.#make(item, asOf));
    this.#made.set(key, made);
    return made;
  }

  async #make(item: string, asOf: AsOf): Promise<KnownIdentity> {
    await this.read([item]);
    if (!this.#named.has(item) && !this.#tooMany.has(item)) return { item, names: [], unjoined: [], isPartial: false, events: [] };
    const ids = new Set([item]);
    for (let step = 0; step < CLAIM_STEPS_MAX; step++) {
      await this.read([...ids]);
      const events = [...this.#events.values()];
      const known = asOf.basis === 'reported' ? knownAtReported(events, asOf.until).inputs : events.filter(isBelow(asOf.logSize));
      const isAbout = ({ sighting }: TimelineEntry): boolean => sighting.items.some(({ id }) => ids.has(id));
      const claims = foldClaims(known).filter((entry) => entry.standing === 'stands' && isAbout(entry));
      const before = ids.size;
      for (const id of namedBy(claims)) ids.add(id);
      const isTooMuch = ids.size > NAMES_MAX || claims.length > CLAIMS_MAX || [...ids].some((id) => this.#tooMany.has(id));
      if (isTooMuch) break;
      this.#weighed += ids.size === before ? claims.length : 0;
      if (this.#weighed > CLAIMS_WEIGHED_MAX) break;
      if (ids.size === before) return { ...identityOf(item, claims), isPartial: false, events: known };
    }
    return { item, names: [], unjoined: [], isPartial: true, events: [] };
  }
}

const isBelow =
  (logSize: number) =>
  ({ logIndex }: ReadEvent): boolean =>
    logIndex !== undefined && logIndex < logSize;
