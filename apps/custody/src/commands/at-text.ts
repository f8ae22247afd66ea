/** What is known of one time, in words: certainly or possibly, by which record, and what lies before and behind; nothing between two records. */
import type { AtView, JourneyView, PlacedBy } from '#lib/contracts';
import {
  conflictLines,
  counted,
  ENDINGS,
  gapText,
  gradeText,
  holdingText,
  minute,
  missingTrack,
  stateText,
  stretch,
  uncoveredText,
} from '#lib/report';

type Contained = AtView['inWhat']['containments'][number];
type LegAt = AtView['inWhat']['legs'][number];
type Placed = PlacedBy & { readonly isDisputed?: boolean };

/** Empty where none was asked about. */
export function atLines({ at }: JourneyView): string[] {
  if (at === undefined) return [];
  const { time, where, inWhat, heldBy } = at;
  return [
    `At ${time.display}`,
    ...whereLines(where),
    ...inWhatLines(inWhat),
    ...heldLines(heldBy),
    ...at.missingTracks.map(missingTrack),
    ...againstLines(at.against),
    '',
  ];
}

function whereLines(where: AtView['where']): string[] {
  const { basis, placings, morePlacings, before, after, mayBeLater, mayBeEarlier, undated } = where;
  const head = basis === 'unknown' ? '  Where: UNKNOWN; no record that says where certainly is of that time.' : `  Where: ${basis}.`;
  const lines = [head, ...placings.map((each) => `    ${each.cover === 'certainly' ? 'certainly' : 'POSSIBLY'} ${placedText(each)}`)];
  if (morePlacings > 0) lines.push(`    ${counted(morePlacings, 'more placing')}.`);
  lines.push(`    before: ${before === null ? 'nothing proves where it was' : placedText(before)}`);
  if (mayBeLater > 0) lines.push(`      ${counted(mayBeLater, 'record')} of an uncertain time may be later, and before that time too.`);
  lines.push(`    after: ${after === null ? 'nothing proves where it was' : placedText(after)}`);
  if (mayBeEarlier > 0)
    lines.push(`      ${counted(mayBeEarlier, 'record')} of an uncertain time may be earlier, and after that time too.`);
  if (undated > 0) lines.push(`    ${counted(undated, 'undated record')} may be of any time.`);
  return lines;
}

/** When, where, by what record, how well graded and for whom. */
export function placedText({ occurred, from, place, basis, event, line, carriers, isDisputed, ...graded }: Placed): string {
  const record = recordText({ event, line });
  const by =
    basis === 'observed'
      ? `observed by ${record}`
      : `INFERRED from ${record} of ${carriers.at(-1)?.display ?? ''}, in which it was by ${carriers.map(({ loading }) => loading.id).join(', ')}`;
  const utc = from !== null && /[+-]\d{2}:\d{2}$/.test(occurred) ? ` (UTC: ${minute(from)})` : '';
  return `${occurred}${utc}, ${place}: ${by}; ${gradeText(graded)}${disputedText(isDisputed)}`;
}

const recordText = ({ event, line }: { readonly event: { readonly id: string }; readonly line?: number | undefined }): string =>
  line === undefined ? event.id : `${event.id} line ${line}`;

const disputedText = (isDisputed = false): string => (isDisputed ? ' [DISPUTED]' : '');

function inWhatLines({ legs, containments }: AtView['inWhat']): string[] {
  const open = containments.filter(({ holds }) => holds === 'possibly' || holds === 'last-recorded');
  if (legs.length + open.length === 0) return ['  In what: nothing that is recorded.'];
  return [legs.length === 0 ? '  In what: UNKNOWN' : '  In what: inferred', ...legs.flatMap(legLines), ...open.map(openText)];
}

function legLines(leg: LegAt): string[] {
  const { carriers, until, holds, gaps, isDisputed } = leg;
  const [from, to] = stretch(leg.from, until);
  const inside = carriers.toReversed().map(({ display, loading }) => `${display} (${loading.id})`);
  const all = holds === 'throughout' ? 'all of that time' : 'a part of that time';
  return [
    `    certainly, for ${all}: in ${inside.join(', by being in ')}; proved from ${from} until ${to ?? ''}; ${gradeText(leg)}${disputedText(isDisputed)}`,
    ...gaps.map(gapText),
  ];
}

const REASONS: Readonly<Record<Contained['reasons'][number], string>> = {
  loading: 'it may have been put in just then',
  unloading: 'it may have been taken out just then',
  undated: 'when it was put in no record says, or not from when to when',
  'left-undated': 'when it was taken out no record says, or not from when to when',
};

function openText({ display, loading, holds, reasons, until, ending, outer, isDisputed, tlp }: Contained): string {
  const label = `   ${tlp}${disputedText(isDisputed)}`;
  if (holds === 'possibly') return `    POSSIBLY in ${display} (${loading.id}): ${reasons.map((each) => REASONS[each]).join('; ')}${label}`;
  const since = until === null ? 'at any time' : `since ${minute(until)}`;
  const why = ending === null ? 'no record of it follows' : ENDINGS[ending.kind];
  const around = outer.map((each) => `, that in ${each.display} (${each.loading.id})`).join('');
  return `    last recorded in ${display} (${loading.id})${around}; NOT confirmed ${since} (${why})${label}`;
}

function heldLines({ basis, holders, moreHolders, uncovered, moreUncovered }: AtView['heldBy']): string[] {
  if (holders.length === 0 && uncovered.length === 0) return ['  Held by: no record says.'];
  return [
    `  Held by: ${basis === 'unknown' ? 'UNKNOWN' : basis}`,
    ...holders.map((each) => `    ${each.cover === 'certainly' ? 'certainly' : 'POSSIBLY'}, ${each.basis}: ${holdingText(each).trim()}`),
    ...(moreHolders === 0 ? [] : [`    ${moreHolders} more.`]),
    ...uncovered.map((each) => `    ${uncoveredText(each)}`),
    ...(moreUncovered === 0 ? [] : [`    ${moreUncovered} more such stretches.`]),
  ];
}

/** Behind all that is said to be so: it stays in view, settled or not. */
function againstLines({ alarms, moreAlarms, clones, moreClones, isPartial, ...conflicts }: AtView['against']): string[] {
  const lines = clones.map(
    ({ pairs, isOpen, tlp }) => `Two things may bear this identity (${pairs} impossible pairs): ${stateText(isOpen)}   ${tlp}`,
  );
  if (moreClones > 0) lines.push(`  ${moreClones} more such pairs of tracks.`);
  lines.push(...conflictLines(conflicts));
  if (alarms.length > 0) lines.push('Records whose places cannot both be true:', ...alarms.flatMap(alarmLines));
  if (moreAlarms > 0) lines.push(`  ${moreAlarms} more.`);
  if (isPartial) lines.push('  There was more to compare than is followed: there may be more of these.');
  return lines.map((line) => `  ${line}`);
}

const alarmLines = ({ kind, first, second, arithmetic, isOpen, tlp }: AtView['against']['alarms'][number]): string[] => [
  `  ${recordText(first)} and ${recordText(second)}, ${kind === 'two-at-once' ? 'at once' : 'impossible travel'}: ${isOpen ? 'open' : 'not open'}   ${tlp}`,
  `      ${arithmetic}`,
];
