/** GET /v1/watches and /v1/alerts: what the reader's agency watches and was told, as far as he may see it now. */
import { alertOf, type AlertDocument, type AlertsView, type AlertView, type WatchesView, type WatchView } from '#lib/contracts';
import {
  CONDITION_MEMBERS,
  displayBecause,
  displayCondition,
  displayOccurred,
  displayPlace,
  foldWatches,
  KINDS,
  parseWatchAct,
  type Because,
  type ConditionMember,
  type PlacedWatchAct,
  type Watch,
  type WatchActText,
  type Watches,
  type WatchVersion,
} from '#lib/domain';
import { coordinatesOf, readAsOf, type AsOf } from './coordinates.ts';
import { decodeCursor, encodeCursor, isCount } from './cursor.ts';
import { readEvent, type ReadEvent } from './event-view.ts';
import type { LedgerReads, Reader, ReaderReads } from './ledger-reads.ts';
import { PAGE_CONTENT_BYTES_MAX, pageOf } from './page.ts';
import { recordedAt, type RecordedAt } from './recorded.ts';

const WATCH = KINDS.indexOf('watch');
const ALERT = KINDS.indexOf('alert');
/** No principal can be called so: alerts are the ledger's own. */
const WRITER = 'custody:alerts';

/** @param all also those that were removed */
export async function readWatches(reads: LedgerReads, reader: Reader, all: boolean): Promise<WatchesView> {
  const asOf = await readAsOf(undefined, reads);
  const { watches, flagged } = await watchesOf(reads.as(reader), reader, asOf.logSize);
  const views = [...watches.values()].map(watchView);
  return {
    coordinates: coordinatesOf(asOf),
    watches: all ? views : views.filter(({ removed }) => !removed),
    flagged: [...flagged].map(([logIndex, reason]) => ({ logIndex, reason })),
  };
}

/** Of the acts that this reader may see: of each agency few, beside what it submits, and all of them are read. */
async function watchesOf(own: ReaderReads, reader: Reader, size: number): Promise<Watches> {
  const acts: PlacedWatchAct[] = [];
  for (let from = 0; from < size;) {
    const { logIndexes, next } = await own.streamPage({ reader, from, before: size, kind: WATCH });
    for (let left = [...logIndexes]; left.length > 0;) {
      const rows = await own.visibleEvents(left, reader.groups, PAGE_CONTENT_BYTES_MAX);
      for (const event of rows.map(readEvent)) if (event.stored.agency === reader.agency) acts.push(actOf(event));
      const last = rows.at(-1)?.logIndex ?? Infinity;
      left = left.filter((index) => index > last);
    }
    from = next;
  }
  return foldWatches(reader.agency, acts);
}

function actOf({ stored, sighting, document, handling = sighting.handling }: ReadEvent): PlacedWatchAct {
  const act = parseWatchAct((document.extension as { readonly watch: WatchActText }).watch);
  if (!act.ok) throw new Error(`the act on a watch at ${stored.logIndex} cannot be read: ${act.code}`);
  return { logIndex: stored.logIndex, id: stored.id, principal: stored.principal, handling, act: act.value };
}

function watchView({ id, principal, versions }: Watch): WatchView {
  const [first, last] = [versions[0], versions.at(-1)] as [WatchVersion, WatchVersion];
  const said = versions.findLast(({ condition }) => condition !== null);
  const condition = said?.condition ?? null;
  return {
    id,
    title: said?.title ?? null,
    condition: condition as WatchView['condition'],
    display: condition === null ? '' : displayCondition(condition),
    handling: handlingView(last.handling),
    addedBy: principal,
    added: first.from,
    changedBy: last.principal,
    changed: last.from,
    removed: last.condition === null,
  };
}

const handlingView = ({ tlp, principals }: WatchVersion['handling']): WatchView['handling'] => ({
  tlp,
  ...(principals === undefined ? {} : { principals: [...principals] }),
});

export interface AlertsAsked {
  readonly watch?: string;
  readonly cursor?: string;
  readonly limit: number;
}

/** Newest first. A page looks at so many alerts at most, found or not, and at nothing that its reader may not see. Throws cursor.malformed. */
export async function readAlerts(reads: LedgerReads, reader: Reader, { watch, cursor, limit }: AlertsAsked): Promise<AlertsView> {
  const asOf = await readAsOf(undefined, reads);
  const question = `${reads.origin} alerts ${watch ?? ''} ${reader.groupNames.join()}`;
  const before = cursor === undefined ? asOf.logSize : decodeCursor(question, cursor, isCount);
  const own = reads.as(reader);
  const page = await own.auditPage({ reader, from: 0, before, kind: ALERT, agency: reader.agency, principal: WRITER }, limit);
  const { shown, more } = pageOf(await own.auditEvents(page.logIndexes, reader.groups), limit);
  const below = more ? (shown.at(-1)?.logIndex ?? null) : page.below;
  const alerts = shown.map(readEvent).flatMap((event) => {
    const alert = alertOf(event.document);
    return alert === undefined || (watch !== undefined && alert.watch !== watch) ? [] : [{ event, alert }];
  });
  return {
    coordinates: coordinatesOf(asOf),
    alerts: await alertViews(own, reader, asOf, alerts),
    next: below === null ? null : encodeCursor(question, below),
  };
}

interface ReadAlert {
  readonly event: ReadEvent;
  readonly alert: AlertDocument;
}

async function alertViews(own: ReaderReads, reader: Reader, asOf: AsOf, alerts: readonly ReadAlert[]): Promise<AlertView[]> {
  if (alerts.length === 0) return [];
  const met = new Map<number, ReadEvent>();
  for (let left = [...new Set(alerts.map(({ alert }) => alert.index))].sort((a, b) => a - b); left.length > 0;) {
    const rows = await own.visibleEvents(left, reader.groups, PAGE_CONTENT_BYTES_MAX);
    for (const row of rows) met.set(row.logIndex, readEvent(row));
    const last = rows.at(-1)?.logIndex ?? Infinity;
    left = left.filter((index) => index > last);
  }
  const { watches } = await watchesOf(own, reader, asOf.logSize);
  const recorded = await recordedAt(own, asOf, [
    ...alerts.map(({ event }) => event.stored),
    ...[...met.values()].map(({ stored }) => stored),
  ]);
  return alerts.map((alert) => alertView(alert, met.get(alert.alert.index), watches.get(alert.alert.watch), recorded));
}

function alertView({ event, alert }: ReadAlert, met: ReadEvent | undefined, watch: Watch | undefined, recorded: RecordedAt): AlertView {
  const { stored, sighting, handling = sighting.handling } = event;
  const version = watch?.versions.find(({ from }) => from === alert.act);
  return {
    id: stored.id,
    logIndex: stored.logIndex,
    recorded: recorded(stored),
    watch: alert.watch,
    title: (version ?? watch?.versions.findLast(({ condition }) => condition !== null))?.title ?? null,
    state: alert.state,
    n: alert.n,
    tlp: handling.tlp,
    because: met === undefined || version === undefined ? [] : reasonsOf(alert, version),
    event: met === undefined ? null : metView(met, recorded),
  };
}

function reasonsOf({ because = [] }: AlertDocument, { condition }: WatchVersion): AlertView['because'] {
  if (condition === null) return [];
  return because.flatMap(({ member, at, certain = true }) => {
    if (!(CONDITION_MEMBERS as readonly string[]).includes(member)) return [];
    const reason: Because = { member: member as ConditionMember, at, certain };
    const display = displayBecause(condition, reason);
    return display === '' ? [] : [{ member: reason.member, certain, display }];
  });
}

function metView({ stored, sighting, handling = sighting.handling }: ReadEvent, recorded: RecordedAt): NonNullable<AlertView['event']> {
  return {
    agency: stored.agency,
    id: stored.id,
    logIndex: stored.logIndex,
    recorded: recorded(stored),
    kind: sighting.kind,
    modality: sighting.modality,
    items: [...new Set(sighting.items.map(({ id }) => id))],
    occurred: displayOccurred(sighting.occurred),
    place: displayPlace(sighting.place),
    grade: sighting.grade ?? null,
    tlp: handling.tlp,
  };
}
