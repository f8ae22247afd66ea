/** What is to be told of some entries to one agency: from what it may see now, what its watches were, and what it was told before. */
import {
  alertHandling,
  CONDITION_KINDS,
  communitiesOf,
  hasAgency,
  matchCondition,
  nextAlerts,
  readerGroups,
  watchAt,
  type Because,
  type PolicyState,
  type SaidAlert,
  type Sighting,
  type Watch,
  type Watches,
} from '#lib/domain';
import type { SightingDocument } from '#lib/contracts';
import type { EventRow } from '#lib/store';
import { alertDocument, alertId, handlingOf, saidIn, sightingOf } from './alert-document.ts';
import type { AgencyReads } from './ports.ts';

/** Entries to look at, by log index: since which log size they are handled as they are, 0 where as they came in. */
export type Candidates = ReadonlyMap<number, number>;

export interface Scene {
  readonly agency: string;
  readonly reads: AgencyReads;
  readonly watches: Watches;
  readonly policy: PolicyState;
  /** Log size up to which watches, and what was handled otherwise, are looked at. */
  readonly size: number;
  /** Only what was told of is looked at again: a community that was joined makes nothing new to tell, whatever another watch was told of the same entry. */
  readonly isAgain?: boolean;
}

/** Look-ups of one statement. */
const ASKED = 1_000;
const MATCHED: ReadonlySet<string> = new Set(CONDITION_KINDS);

/** One watch and one entry that may have something to do with each other. */
interface Pair {
  readonly watch: Watch;
  readonly index: number;
  /** As the agency may see it now; undefined: it may not. */
  readonly seen: Seen | undefined;
  /** Undefined: it is not met, or by nothing that it may see. */
  readonly met: Met | undefined;
}

interface Seen {
  readonly row: EventRow;
  readonly sighting: Sighting;
}

interface Met {
  readonly because: readonly Because[];
  readonly version: Watch['versions'][number];
}

/**
 * Documents of the alerts to append, in the order of the entries, by what holds at this moment. What it costs: of an entry that is as it came in, each
 * watch once, and a look-up for each that is met; of one that was marked, a look-up for every watch that the agency ever had.
 */
export async function evaluate(scene: Scene, candidates: Candidates): Promise<readonly SightingDocument[]> {
  const { agency, reads, watches, isAgain = false } = scene;
  const rows = await reads.events([...candidates.keys()].sort((a, b) => a - b));
  const seen = new Map(rows.map((row) => [row.logIndex, { row, sighting: sightingOf(row) }]));
  const pairs: Pair[] = [];
  for (const [index, changed] of [...candidates].sort(([a], [b]) => a - b)) {
    const of = seen.get(index);
    if (of !== undefined && !MATCHED.has(of.sighting.kind)) continue;
    const since = of === undefined ? undefined : visibleSince(scene, of.sighting, index, changed);
    for (const watch of watches.watches.values()) {
      const met = of === undefined || since === undefined ? undefined : metBy(watch, of.sighting, since);
      if (met !== undefined || changed > 0) pairs.push({ watch, index, seen: of, met });
    }
  }
  const told = await lastTold(reads, pairs);
  return pairs.flatMap((pair) => {
    const before = told.get(alertId({ watch: pair.watch.id, index: pair.index, n: 0 }));
    return before === undefined && isAgain ? [] : alertsOf(agency, pair, before);
  });
}

/**
 * The place in the log from which on the agency could see it: its own, where it was for the agency as it came in, by the communities that it was in
 * there; else that of the marking. Undefined: it came to see it by joining, of which nobody is told one by one.
 */
function visibleSince(
  { policy, agency, size }: Scene,
  { handling, agency: of }: Sighting,
  index: number,
  changed: number,
): number | undefined {
  const open = new Set(readerGroups(handling, of));
  const own = ['clear', 'green', `agency:${agency}`, ...communitiesOf(policy, agency, index).map((name) => `community:${name}`)];
  if (own.some((group) => open.has(group)) && hasAgency(policy, agency, index)) return index;
  return changed > 0 && changed <= size ? changed : undefined;
}

function metBy(watch: Watch, sighting: Sighting, since: number): Met | undefined {
  const version = watchAt(watch, since);
  if (version?.condition === undefined || version.condition === null) return undefined;
  const because = matchCondition(version.condition, sighting);
  return because === undefined ? undefined : { because, version };
}

function alertsOf(agency: string, { watch, index, seen, met }: Pair, told: SaidAlert | undefined): SightingDocument[] {
  const last = watch.versions.at(-1);
  // Of a watch that was removed, what was told is recalled where it has to be, and nothing is told any more.
  const isOver = last?.condition === null;
  if (told === undefined && (met === undefined || isOver)) return [];
  const version = met?.version ?? last;
  const now =
    seen === undefined || version === undefined
      ? undefined
      : alertHandling(agency, version, { ...seen.row, handling: handlingOf(seen.row, seen.sighting.handling) });
  const next = nextAlerts(told, now).filter(({ state }) => state === 'recalled' || !isOver);
  return next.map((alert) =>
    alertDocument(
      { watch: watch.id, index, n: alert.n },
      alert,
      met === undefined ? undefined : { act: met.version.from, because: met.because },
    ),
  );
}

/** The last alert of each pair that has one, by the id of its first. Ids follow from each other, so each is looked up where the one before is there. */
async function lastTold(reads: AgencyReads, pairs: readonly Pair[]): Promise<ReadonlyMap<string, SaidAlert>> {
  const told = new Map<string, SaidAlert>();
  for (let [n, left] = [0, pairs]; left.length > 0; n++) {
    const asked = new Map(left.map((pair) => [alertId({ watch: pair.watch.id, index: pair.index, n }), pair]));
    const ids = [...asked.keys()];
    const found: EventRow[] = [];
    for (let at = 0; at < ids.length; at += ASKED) found.push(...(await reads.own(ids.slice(at, at + ASKED))));
    left = found.flatMap((row) => {
      const pair = asked.get(row.id);
      if (pair === undefined) return [];
      told.set(alertId({ watch: pair.watch.id, index: pair.index, n: 0 }), saidIn(row));
      return [pair];
    });
  }
  return told;
}
