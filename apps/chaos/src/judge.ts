/**
 * The oracle's judgement: what was acknowledged against what the ledger has, by straight SQL and by the public API, every commitment
 * recomputed, and every timeline against that of an undisturbed run of the same inputs.
 */
import type { EventsView, SightingDocument, TimelineView } from '#lib/contracts';
import { indexSighting, readSighting } from '#lib/contracts';
import { type FoldInput, foldTimeline, formatInstant } from '#lib/domain';
import { commit, sha256Hex } from '#lib/ledger';
import type { StorePool } from '#lib/store';
import {
  readConflicts,
  readCounts,
  readEntries,
  readNoticeIndexes,
  type ConflictRow,
  type Counts,
  type LedgerEntry,
  type WaitingRecord,
} from './ledger-state.ts';
import type { Operation } from './operations.ts';
import { differingTimelines, hashTimelines, inputsByItem, type TimelineHashes } from './timelines.ts';

export interface Verdict extends Counts {
  readonly acknowledged: number;
  /** Acknowledged and neither an entry nor a kept conflict, nor waiting in the event log where that is looked at; or with other bytes. */
  readonly lost: number;
  /** Entries beyond the first of one identity. */
  readonly duplicated: number;
  /** In the ledger although the client was told of a failure at first. */
  readonly ghosts: number;
  /** Attempts whose outcome the client never learned. */
  readonly unknown: number;
  readonly timelines: number;
  /** Sentences; empty: all is as it should be. */
  readonly problems: readonly string[];
}

export interface Evidence {
  readonly operations: readonly Operation[];
  /** Ids that have to be there whether or not acknowledgements are known. */
  readonly expected: readonly string[];
  /** Of the undisturbed run; absent: timelines are not compared. */
  readonly timelines?: TimelineHashes;
  /** Records of the event log, embedded in the same Postgres, that nobody has taken yet: as good as in the ledger. Absent: it is drained. */
  readonly waiting?: readonly WaitingRecord[];
  /** Base URL of a gateway over this ledger; absent: SQL alone. */
  readonly api?: string;
}

/** Timelines read through the API too: the largest and some others. */
const API_TIMELINES = 12;
const SHOWN = 3;

export async function judge(pool: StorePool, evidence: Evidence): Promise<Verdict> {
  const [entries, counts, conflicts] = [await readEntries(pool), await readCounts(pool), await readConflicts(pool)];
  const problems: string[] = [];
  const report = (what: string, found: readonly unknown[]): void => {
    if (found.length > 0) problems.push(`${found.length} ${what}, such as ${found.slice(0, SHOWN).join(', ')}`);
  };
  const lost = lostOf(evidence, entries, conflicts);
  report('acknowledged sightings are lost', lost);
  report('sightings of the inputs are not there', missingOf(evidence, entries, lost));
  const doubled = doubledOf(entries);
  report('sightings are doubled', doubled);
  const indexes = [...entries.map(({ logIndex }) => logIndex), ...(await readNoticeIndexes(pool))].sort((a, b) => a - b);
  if (indexes.some((logIndex, place) => logIndex !== place) || counts.size !== indexes.length)
    problems.push(`log indexes are not dense: ${indexes.length} entries, size ${counts.size}, last index ${indexes.at(-1) ?? 'none'}`);
  report(
    'commitments differ from their recomputation',
    entries.filter((entry) => !commitmentHolds(entry)).map(({ id }) => id),
  );
  report('timeline rows are missing or too many', await wrongRows(pool, entries));
  const inputs = inputsByItem(entries);
  const timelines = hashTimelines(inputs);
  if (evidence.timelines !== undefined)
    report('timelines differ from the undisturbed run', differingTimelines(evidence.timelines, timelines));
  if (evidence.api !== undefined) report('answers of the API differ from SQL', await apiDifferences(evidence.api, entries, inputs));
  return {
    ...counts,
    acknowledged: acknowledgedOf(evidence.operations).size,
    lost: lost.length,
    duplicated: doubled.length,
    ghosts: ghostsOf(evidence.operations, entries),
    unknown: evidence.operations.filter(({ outcome }) => outcome === 'unknown').length,
    timelines: Object.keys(timelines).length,
    problems,
  };
}

const acknowledgedOf = (operations: readonly Operation[]): Map<string, Set<string>> => {
  const acknowledged = new Map<string, Set<string>>();
  for (const { id, hash, outcome } of operations) {
    if (outcome !== 'ok' && outcome !== 'duplicate') continue;
    acknowledged.set(id, (acknowledged.get(id) ?? new Set()).add(hash));
  }
  return acknowledged;
};

function lostOf({ operations, waiting = [] }: Evidence, entries: readonly LedgerEntry[], conflicts: readonly ConflictRow[]): string[] {
  const kept = new Set([...entries, ...conflicts, ...waiting].map(({ id, contentHash }) => `${id} ${contentHash}`));
  const lost = new Set<string>();
  for (const [id, hashes] of acknowledgedOf(operations)) for (const hash of hashes) if (!kept.has(`${id} ${hash}`)) lost.add(id);
  return [...lost];
}

/** Never acknowledged, or by another run of the same topic; what is lost is not told twice. */
function missingOf({ expected, waiting = [] }: Evidence, entries: readonly LedgerEntry[], lost: readonly string[]): string[] {
  const told = new Set([...[...entries, ...waiting].map(({ id }) => id), ...lost]);
  return expected.filter((id) => !told.has(id));
}

function doubledOf(entries: readonly LedgerEntry[]): string[] {
  const seen = new Set<string>();
  return entries.flatMap(({ agency, id }) => (seen.size === seen.add(`${agency}/${id}`).size ? [id] : []));
}

/** Committed, and the client did not learn it from that attempt. */
function ghostsOf(operations: readonly Operation[], entries: readonly LedgerEntry[]): number {
  const ids = new Set(entries.map(({ id }) => id));
  const uncertain = new Set<string>();
  const ghosts = new Set<string>();
  const acknowledged = new Set<string>();
  for (const { id, outcome } of operations) {
    if (outcome === 'unknown') uncertain.add(id);
    if (outcome === 'duplicate' && uncertain.has(id)) ghosts.add(id);
    if (outcome === 'ok' || outcome === 'duplicate') acknowledged.add(id);
  }
  for (const id of uncertain) if (!acknowledged.has(id) && ids.has(id)) ghosts.add(id);
  return ghosts.size;
}

function commitmentHolds({ agency, id, principal, capturedMicros, secret, content, commitment, contentHash }: LedgerEntry): boolean {
  if (sha256Hex(content) !== contentHash) return false;
  const document = JSON.parse(content.toString('utf8')) as never;
  return commit({ agency, id, principal, captured: formatInstant(capturedMicros) }, document, secret) === commitment;
}

/** Every (item, reader group) of every entry has its row, once, and there is no other. */
async function wrongRows(pool: StorePool, entries: readonly LedgerEntry[]): Promise<string[]> {
  const { rows } = await pool.query<{ logIndex: number; pairs: string }>(`
    select t.log_index as "logIndex", string_agg(t.item || ' ' || g.name, '|' order by t.item collate "C", g.name collate "C") as pairs
    from ledger.timeline t join ledger.reader_groups g on g.id = t.grp group by t.log_index`);
  const found = new Map(rows.map(({ logIndex, pairs }) => [logIndex, pairs]));
  const wrong = entries.filter((entry) => found.get(entry.logIndex) !== pairsOf(entry)).map(({ id }) => id);
  return found.size === entries.length ? wrong : [...wrong, `${found.size} entries have rows, not ${entries.length}`];
}

function pairsOf({ content, agency, id }: LedgerEntry): string {
  const read = readSighting(JSON.parse(content.toString('utf8')) as SightingDocument, { agency, id, principal: '' });
  if (!read.ok) return '';
  const index = indexSighting(read.sighting);
  const items = index.items.length === 0 ? [''] : [...index.items];
  return items
    .sort()
    .flatMap((item) => [...index.groups].sort().map((group) => `${item} ${group}`))
    .join('|');
}

async function apiDifferences(
  base: string,
  entries: readonly LedgerEntry[],
  inputs: ReadonlyMap<string, readonly FoldInput[]>,
): Promise<string[]> {
  const differing: string[] = [];
  const bySql = new Map(entries.map((entry) => [entry.logIndex, entry]));
  let seen = 0;
  for (let next: string | null = ''; next !== null;) {
    const page: EventsView = await get<EventsView>(
      `${base}/v1/events?limit=500${next === '' ? '' : `&cursor=${encodeURIComponent(next)}`}`,
    );
    for (const { logIndex, id, contentHash, commitment } of page.events) {
      const entry = bySql.get(logIndex);
      if (entry?.id !== id || entry.contentHash !== contentHash || entry.commitment !== commitment) differing.push(id);
    }
    seen += page.events.length;
    next = page.next;
  }
  if (seen !== entries.length) differing.push(`${seen} events, not ${entries.length}`);
  for (const item of itemsToRead(inputs)) {
    const fold = foldTimeline(item, inputs.get(item) ?? []);
    const expected = fold.entries.map(({ sighting, standing }) => `${sighting.id} ${standing}`);
    const read = await apiTimeline(base, item);
    if (expected.join() !== read.join()) differing.push(item);
  }
  return differing;
}

function itemsToRead(inputs: ReadonlyMap<string, readonly FoldInput[]>): string[] {
  const items = [...inputs].sort(([, a], [, b]) => b.length - a.length).map(([item]) => item);
  const step = Math.max(1, Math.floor(items.length / API_TIMELINES));
  return items.filter((_, place) => place % step === 0).slice(0, API_TIMELINES);
}

async function apiTimeline(base: string, item: string): Promise<string[]> {
  const lines: string[] = [];
  for (let next: string | null = ''; next !== null;) {
    const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
    const page = await get<TimelineView>(`${base}/v1/items/${encodeURIComponent(item)}/timeline?limit=500${cursor}`, 'may be missing');
    if (page === null) return lines;
    lines.push(...page.entries.map(({ id, standing }) => `${id} ${standing}`));
    next = page.next;
  }
  return lines;
}

function get<Body>(url: string): Promise<Body>;
/** Null where the API knows of nothing: whether it should is for the comparison. */
function get<Body>(url: string, missing: 'may be missing'): Promise<Body | null>;
async function get<Body>(url: string, missing?: 'may be missing'): Promise<Body | null> {
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  if (response.status === 404 && missing !== undefined) return null;
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
  return (await response.json()) as Body;
}
