/**
 * Who held an item, by what record, since and until when. Who held it by two records, with none between them that names another, is told as one
 * holder: custody ends where it is given away. That he had it all the while no record says: what lies between the records is a stretch that no document
 * covers, as it is between two holders neither of whom is said to have given it to the other.
 */
import type { Instant, Party, TimelineEntry, TlpLabel } from '#lib/domain';
import type { Known } from './fixes.ts';
import { labelOfRecord, strictest } from './grades.ts';
import { labelOf } from './labels.ts';
import { once } from './once.ts';

/** Who has the thing in hand by the word of the record, whoever owns it. */
const HOLDING_ROLES: ReadonlySet<string> = new Set([
  'carrier',
  'custodian',
  'depot',
  'holder',
  'keeper',
  'operator',
  'terminal',
  'warehouse',
]);
/** Of a transfer: who gave it and who took it. */
const GIVER_ROLES: ReadonlySet<string> = new Set(['consignor', 'from', 'giver', 'shipper', 'transferor']);
const TAKER_ROLES: ReadonlySet<string> = new Set(['consignee', 'receiver', 'taker', 'to', 'transferee']);

export interface Holding {
  readonly holder: Party;
  /** Records that say that he had it, took it or gave it away, in order of time. */
  readonly by: readonly [TimelineEntry, ...TimelineEntry[]];
  /** Earliest start of the first of them; null: it has none. */
  readonly since: Instant | null;
  /** Latest end of the last of them, not included; null: it has none. That he had it any longer nobody says. */
  readonly until: Instant | null;
  /** The last of them says that he gave it away. */
  readonly isOver: boolean;
  /** The strictest of them. */
  readonly handling: TlpLabel;
}

/**
 * A stretch behind all records so far and before the next one: that anybody had it then no document says, be it the holder before and behind. Of the
 * records that count as documents here: those that stand, that nobody disputes, and that are shown to whoever asks.
 */
export interface Uncovered {
  readonly since: Instant;
  readonly until: Instant;
  /** Whoever the record that covers the time up to it leaves as its holder, and nobody else, is the holder by the record behind it. */
  readonly isOfOne: boolean;
  /** The strictest of both records, and of the one by which the holder is still the same. */
  readonly handling: TlpLabel;
}

export interface CustodyChain {
  readonly holdings: readonly Holding[];
  readonly uncovered: readonly Uncovered[];
}

interface Shown {
  readonly party: Party;
  readonly entry: TimelineEntry;
  readonly says: 'gave' | 'took' | 'had';
}

/** Of the item itself: who held what it was in is on that one's timeline. Cost: grows with the records and their parties alone. */
export const custodyOf = once(({ timeline }: Known): CustodyChain => {
  const holdings: Open[] = [];
  const uncovered: Uncovered[] = [];
  const covered = new Covered();
  for (const each of timeline.entries.filter(isActual).flatMap(shownBy)) {
    const last = holdings.at(-1);
    const goesOn = last !== undefined && !last.isOver && isSame(last.holder, each.party);
    const gap = covered.before(each, goesOn ? last : undefined);
    if (gap !== undefined) uncovered.push(gap);
    if (goesOn) goOn(last, each);
    else holdings.push(begun(each));
  }
  return { holdings, uncovered };
});

/** A holding while its records are read. */
interface Open extends Holding {
  by: [TimelineEntry, ...TimelineEntry[]];
  until: Instant | null;
  isOver: boolean;
  handling: TlpLabel;
}

const spanOf = ({ sighting: { occurred } }: TimelineEntry) => occurred ?? { starts: null, ends: null };

function begun({ party, entry, says }: Shown): Open {
  const { starts, ends } = spanOf(entry);
  return { holder: party, by: [entry], since: starts, until: ends, isOver: says === 'gave', handling: labelOfRecord(entry) };
}

function goOn(holding: Open, { entry, says }: Shown): void {
  const { ends } = spanOf(entry);
  if (holding.by.at(-1) !== entry) holding.by.push(entry);
  holding.until = holding.until === null ? ends : Math.max(holding.until, ends ?? holding.until);
  holding.isOver = says === 'gave';
  holding.handling = strictest([holding.handling, labelOfRecord(entry)]);
}

/** Up to where documents speak of anybody's custody: a longer one of before still does when a shorter one has ended. */
class Covered {
  /** Those that end last. None: nothing yet, or a record without an end, behind which nobody can say that nothing is covered. */
  #last: { readonly until: Instant; readonly entries: TimelineEntry[]; readonly holders: Party[] } | undefined;
  #isEndless = false;

  /**
   * Takes the record, and gives the stretch before it that none covers. One record that names giver and taker covers both.
   * @param holding the last one, where it goes on with this record
   */
  before({ party, entry, says }: Shown, holding: Open | undefined): Uncovered | undefined {
    const { starts, ends } = spanOf(entry);
    const before = this.#last;
    this.#isEndless ||= ends === null;
    if (ends !== null && (before === undefined || ends > before.until)) this.#last = { until: ends, entries: [], holders: [] };
    if (this.#last !== undefined && ends === this.#last.until) {
      if (this.#last.entries.at(-1) !== entry) this.#last.entries.push(entry);
      if (says !== 'gave') this.#last.holders.push(party);
    }
    if (this.#isEndless || before === undefined || starts === null || before.until >= starts) return undefined;
    const isOfOne = holding !== undefined && before.holders.length > 0 && before.holders.every((holder) => isSame(holder, party));
    const entries = [...before.entries, entry, ...(isOfOne ? holding.by.slice(-1) : [])];
    return { since: before.until, until: starts, isOfOne, handling: labelOf(entries) };
  }
}

/** It stands, is no hearsay or plan, and is of the item itself: whether it says where is no matter here. */
const isActual = ({ mark, standing, why, roles, flags }: TimelineEntry): boolean =>
  mark === 'observed' &&
  standing === 'stands' &&
  roles.includes('subject') &&
  (why === undefined || why === 'no-place') &&
  !flags.includes('disputed');

function shownBy(entry: TimelineEntry): readonly Shown[] {
  const { kind } = entry;
  const { parties } = entry.sighting;
  const withRole = (roles: ReadonlySet<string>, says: Shown['says']): Shown[] =>
    parties.filter(({ role }) => roles.has(role.toLowerCase())).map((party) => ({ party, entry, says }));
  const handed = kind === 'transfer' ? [...withRole(GIVER_ROLES, 'gave'), ...withRole(TAKER_ROLES, 'took')] : [];
  return handed.length > 0 ? handed : withRole(HOLDING_ROLES, 'had');
}

/** Two names of one firm are one holder only where a register's number says so, or they are written alike. */
const isSame = (a: Party, b: Party): boolean =>
  a.lei !== undefined && b.lei !== undefined ? a.lei === b.lei : a.name !== undefined && a.name === b.name && a.country === b.country;
