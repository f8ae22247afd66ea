/**
 * Who held an item, by what record, since and until when. Who held it by two records, with none between them that names another, is told as one
 * holder: custody ends where it is given away. Between two holders neither of whom is said to have given it to the other lies a stretch that no
 * document covers, and what is told of it is that.
 */
import type { Instant, Party, TimelineEntry, TlpLabel } from '#lib/domain';
import type { Known } from './fixes.ts';
import { strictest } from './grades.ts';
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

/** A stretch between two holders that no document covers. */
export interface Uncovered {
  readonly since: Instant;
  readonly until: Instant;
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

/** Of the item itself: who held what it was in is on that one's timeline. */
export const custodyOf = once(({ timeline }: Known): CustodyChain => {
  const holdings: Holding[] = [];
  for (const each of timeline.entries.filter(isActual).flatMap(shownBy)) {
    const at = holdings.findLastIndex(({ holder, isOver }) => !isOver && isSame(holder, each.party));
    const last = at === holdings.length - 1 ? holdings[at] : undefined;
    if (last === undefined) holdings.push(holdingBy(each));
    else holdings[at] = holdingBy(each, last);
  }
  return { holdings, uncovered: holdings.flatMap((holding, at) => uncovered(holdings[at - 1], holding)) };
});

function holdingBy({ party, entry, says }: Shown, before?: Holding): Holding {
  const { starts, ends } = entry.sighting.occurred ?? { starts: null, ends: null };
  const handling = strictest([...(before === undefined ? [] : [before.handling]), entry.handling.tlp]);
  return {
    holder: before?.holder ?? party,
    by: before === undefined ? [entry] : [...before.by, entry],
    since: before === undefined ? starts : before.since,
    until: before?.until === null ? ends : ends === null ? (before?.until ?? null) : Math.max(before?.until ?? ends, ends),
    isOver: says === 'gave',
    handling,
  };
}

/** One record that names giver and taker covers both. */
function uncovered(before: Holding | undefined, { by, since }: Holding): readonly Uncovered[] {
  if (before === undefined || since === null || before.until === null || before.until >= since || before.by.at(-1) === by[0]) return [];
  return [{ since: before.until, until: since }];
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
