/** The same facts as tables and lists: whatever is drawn, and what cannot be, with the records that say so. */
import { markup, type EventView, type Html, type JourneyView, type TimelineView } from '#lib/contracts';
import {
  CONFLICTS,
  gradeText,
  holdingText,
  minute,
  missingTrack,
  provedText,
  saidText,
  silentText,
  uncoveredText,
} from './journey-text.ts';
import type { MapPlace } from './places.ts';
import { nameOf, PLACES, SORT_WORDS, type SeenRecord } from './records.ts';
import { oddText, sideText, stateText, trackText } from './travel-text.ts';
import { vesselLines } from './vessel-text.ts';

type Leg = JourneyView['legs'][number];

/** What the numbers on the maps stand for. */
export function placesTable(places: readonly MapPlace[]): Html {
  if (places.length === 0) return markup``;
  return markup`<table><thead><tr><th scope="col">No.</th><th scope="col">Place</th><th scope="col">Records</th></tr></thead>
<tbody>${places.map(({ number, place, records, isLast }) => {
    const told = records.map((record) => `${nameOf(record)} (${sortText(record)})`);
    return markup`<tr><th scope="row">${number}</th><td>${place}${isLast ? markup` <b>last proved</b>` : markup``}</td><td>${told.join(', ')}</td></tr>`;
  })}</tbody></table>`;
}

const sortText = ({ sort, isContradicted }: SeenRecord): string =>
  `${SORT_WORDS[sort].word.toLowerCase()}${isContradicted ? ', contradicted' : ''}`;

export function legsTable({ legs, placings }: JourneyView): Html {
  if (legs.length === 0) return markup``;
  const spans = positionSpans(placings);
  return markup`<table><thead><tr><th scope="col">Leg</th><th scope="col">Inside of</th><th scope="col">Proved</th></tr></thead>
<tbody>${legs.map((leg, at) => legRow(leg, at, spans.get(at)))}</tbody></table>`;
}

/** Of the positions that each leg inherits, the first and the last. */
function positionSpans(placings: JourneyView['placings']): ReadonlyMap<number, readonly [string, string]> {
  const spans = new Map<number, readonly [string, string]>();
  for (const { leg, line, from } of placings) {
    if (leg === null || line === undefined || from === null) continue;
    spans.set(leg, [spans.get(leg)?.[0] ?? from, from]);
  }
  return spans;
}

function legRow(
  { carriers, from, until, isOpen, records, positions, gaps, ...graded }: Leg,
  at: number,
  span?: readonly [string, string],
): Html {
  const inside = carriers.toReversed().map(({ display, loading }) => `${display} (${loading.id})`);
  const gives = `inherits records: ${records}; positions: ${positions}${span === undefined ? '' : `, ${minute(span[0])} to ${minute(span[1])}`}`;
  const silences = gaps.map((gap) => markup`<br><b>UNKNOWN</b>: ${silentText(gap)}`);
  return markup`<tr><th scope="row">${at + 1}</th><td>in ${inside.join(', by being in ')}<br><span class="small">${gives}</span></td><td>${provedText(from, until, isOpen)}; ${gradeText(graded)}${silences}</td></tr>`;
}

/** Records of what the item was in, while it was: its positions are in the legs. */
export function inheritedTable(records: readonly SeenRecord[]): Html {
  const inherited = records.filter(({ sort, line }) => sort === 'inferred' && line === undefined);
  if (inherited.length === 0) return markup``;
  return markup`<table><thead><tr><th scope="col">When</th><th scope="col">Where, by a record of what it was in</th></tr></thead>
<tbody>${inherited.map((record) => {
    const { occurred, place, leg, grade, tlp } = record;
    return markup`<tr><th scope="row">${occurred}</th><td>${place ?? ''}: <b>inferred</b> from ${nameOf(record)} by leg ${(leg ?? 0) + 1}; ${grade ?? 'not graded'}, ${tlp}</td></tr>`;
  })}</tbody></table>`;
}

/** The entries of the timeline, in its order, each with what it is. */
export function recordsTable(timeline: TimelineView, records: readonly SeenRecord[]): Html {
  const seen = new Map(records.flatMap((record) => (record.entry === undefined ? [] : [[record.entry, record] as const])));
  return markup`<table><thead><tr><th scope="col">When</th><th scope="col">What the record says</th></tr></thead>
<tbody>${timeline.entries.map((entry) => recordRow(entry, seen.get(entry)))}</tbody></table>`;
}

function recordRow(entry: EventView, record: SeenRecord | undefined): Html {
  const { display, document, handling } = entry;
  const sort = record?.sort ?? 'unplaced';
  const isPlaced = PLACES.has(sort);
  const utc = display.occurredUtc === undefined ? markup`` : markup`<br><span class="small">UTC: ${display.occurredUtc}</span>`;
  const flags = [
    ...(entry.standing === 'stands' ? [] : [entry.standing]),
    ...entry.flags,
    ...(record?.isContradicted === true ? ['contradicted'] : []),
  ];
  const place = document.place === undefined ? '' : isPlaced ? `${display.place}. ` : `(speaks of ${display.place}) `;
  return markup`<tr class="${sort}"><th scope="row">${display.occurred}${utc}</th><td><svg class="sample" width="16" height="16" aria-hidden="true" focusable="false"><use href="#s-${sort}" x="8" y="8"/></svg> <b>${SORT_WORDS[sort].word}</b>${flags.length === 0 ? '' : ` [${flags.join(', ')}]`}${isPlaced ? '' : ', places nothing'}. ${place}${display.summary}
<p class="small">${[entry.id, display.grade, `TLP:${handling.tlp}`, display.source, evidenceText(entry), reportedText(entry), relationText(entry)].filter((part) => part !== '').join(' · ')}</p></td></tr>`;
}

function evidenceText({ evidence }: EventView): string {
  if (evidence.length === 0) return 'no document cited';
  return evidence
    .map(({ ref, sha256, type, locator, synthetic }) => {
      const name = ref ?? sha256?.slice(0, 12) ?? type ?? 'a document';
      return `${name}${locator === undefined ? '' : ` ${locator}`}${synthetic === true ? ' (synthetic)' : ''}`;
    })
    .join(', ');
}

function reportedText({ reportedBy }: EventView): string {
  if (reportedBy === null) return '';
  const who = [reportedBy.by, reportedBy.agency].filter((word) => word !== undefined).join(', ');
  return `reported by ${who === '' ? 'somebody' : who}${reportedBy.at === undefined ? '' : ` at ${reportedBy.at}`} (stated)`;
}

function relationText({ relations }: EventView): string {
  const named: readonly (readonly [keyof EventView['relations'], string])[] = [
    ['targets', 'about'],
    ['correctedBy', 'corrected by'],
    ['withdrawnBy', 'withdrawn by'],
    ['supersededBy', 'superseded by'],
    ['disputedBy', 'disputed by'],
    ['resolvedBy', 'resolved by'],
    ['contradicts', 'contradicts'],
    ['contradictedBy', 'contradicted by'],
  ];
  return named
    .flatMap(([name, words]) => (relations[name].length === 0 ? [] : [`${words} ${relations[name].map(({ id }) => id).join(', ')}`]))
    .join('; ');
}

const list = (title: string, lines: readonly string[]): Html =>
  lines.length === 0 ? markup`` : markup`<h3>${title}</h3><ul>${lines.map((line) => markup`<li>${line}</li>`)}</ul>`;

const more = (count: number): string[] => (count === 0 ? [] : [`${count} more`]);

/** What stands beside a journey and proves nothing of where the item was. */
export function besideLists(timeline: TimelineView, journey: JourneyView | null): Html {
  return markup`${journey === null ? markup`` : besideJourney(journey)}
${list(
  'Open questions',
  timeline.openQuestions.map(({ display }) => display),
)}
${list(
  'Waiting for a record that is not here',
  timeline.waiting.map(({ id, kind, target }) => `${kind} ${id} speaks about ${target.agency}/${target.id}`),
)}
${list('Notes', timeline.notes)}`;
}

function besideJourney({
  item,
  vessels,
  moreVessels,
  conflicts,
  moreConflicts,
  travel,
  custody,
  lastConveyance,
  rings,
  tooDeep,
  tracks,
}: JourneyView): Html {
  const missing = tracks.filter(({ state }) => state !== 'read').map((track) => missingTrack(track).trim());
  const since = lastConveyance?.conflicts ?? [];
  const partly = travel.isPartial ? ['There was more to compare than is followed: more places may be impossible together'] : [];
  return markup`${list('Records that speak against each other', [...conflicts.map(conflictText), ...more(moreConflicts)])}
${list('Records whose places cannot both be true', [
  ...travel.alarms.map(
    ({ first, second, arithmetic, isOpen, tlp, ...alarm }) =>
      `${sideText(first)} and ${sideText(second)}: ${stateText(isOpen, [first.standing, second.standing])}; ${arithmetic}; ${oddText({ first, second, arithmetic, isOpen, tlp, ...alarm })}; ${tlp}`,
  ),
  ...more(travel.moreAlarms),
])}
${list('Two things may bear this identity', [
  ...travel.clones.map(
    ({ tracks: apart, pairs, isOpen, tlp }) =>
      `${apart.map(trackText).join(', and ')}: ${pairs} impossible pairs; ${stateText(isOpen)}; ${tlp}`,
  ),
  ...more(travel.moreClones),
])}
${list(
  'What ships did by their tracks',
  vesselLines({ item, vessels, moreVessels }).map((line) => line.trim()),
)}
${list('Held by', [
  ...custody.holdings.map((holding) => holdingText(holding).trim()),
  ...more(custody.moreHoldings),
  ...custody.uncovered.map(uncoveredText),
  ...more(custody.moreUncovered),
])}
${list(`Said against each other of ${lastConveyance?.display ?? ''}, which places the item nowhere`, [...since.map(conflictText), ...more(lastConveyance?.moreConflicts ?? 0)])}
${list('Not followed', [...rings.map((ring) => `${ring.join(' in ')}, a ring`), ...tooDeep.map((chain) => `${chain.join(' in ')}, deeper than five`), ...missing, ...partly])}`;
}

/** Both with what they say, as it is said: none of it is a place of the item. */
function conflictText({ by, against, kind, isOpen, tlp }: JourneyView['conflicts'][number]): string {
  const told = (side: typeof by): string => `${saidText(side)}${side.statement === undefined ? '' : `: “${side.statement}”`}`;
  return `${told(by)} ${CONFLICTS[kind]} ${told(against)}; ${stateText(isOpen, [by.standing, against.standing])}; ${tlp}`;
}
