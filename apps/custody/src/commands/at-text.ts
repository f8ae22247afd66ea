/** What is known of one time, in words: certainly or possibly, by which record, and what lies before and behind; nothing between two records. */
import type { AtView, JourneyView, PlacedBy } from '#lib/contracts';
import { counted, ENDINGS, gradeText, holdingText, minute, missingTrack } from '#lib/report';

type Contained = AtView['inWhat']['containments'][number];
type LegAt = AtView['inWhat']['legs'][number];

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
    '',
  ];
}

function whereLines({ basis, placings, morePlacings, before, after, undated }: AtView['where']): string[] {
  const head = basis === 'unknown' ? '  Where: UNKNOWN; no record certainly is of that time.' : `  Where: ${basis}.`;
  const lines = [head, ...placings.map((each) => `    ${each.cover === 'certainly' ? 'certainly' : 'POSSIBLY'} ${placedText(each)}`)];
  if (morePlacings > 0) lines.push(`    ${counted(morePlacings, 'more placing')}.`);
  lines.push(`    before: ${before === null ? 'nothing proves where it was' : placedText(before)}`);
  lines.push(`    after: ${after === null ? 'nothing proves where it was' : placedText(after)}`);
  if (undated > 0) lines.push(`    ${counted(undated, 'undated record')} may be of any time.`);
  return lines;
}

function placedText({ occurred, from, place, basis, event, line, carriers, ...graded }: PlacedBy): string {
  const record = line === undefined ? event.id : `${event.id} line ${line}`;
  const by =
    basis === 'observed'
      ? `observed by ${record}`
      : `INFERRED from ${record} of ${carriers.at(-1)?.display ?? ''}, in which it was by ${carriers.map(({ loading }) => loading.id).join(', ')}`;
  const utc = from !== null && /[+-]\d{2}:\d{2}$/.test(occurred) ? ` (UTC: ${minute(from)})` : '';
  return `${occurred}${utc}, ${place}: ${by}; ${gradeText(graded)}`;
}

function inWhatLines({ legs, containments }: AtView['inWhat']): string[] {
  const open = containments.filter(({ holds }) => holds === 'possibly' || holds === 'last-recorded');
  if (legs.length + open.length === 0) return ['  In what: nothing that is recorded.'];
  return [legs.length === 0 ? '  In what: UNKNOWN' : '  In what: inferred', ...legs.flatMap(legLines), ...open.map(openText)];
}

function legLines(leg: LegAt): string[] {
  const { carriers, from, until, holds, gaps } = leg;
  const inside = carriers.toReversed().map(({ display, loading }) => `${display} (${loading.id})`);
  const all = holds === 'throughout' ? 'all of that time' : 'a part of that time';
  return [
    `    certainly, for ${all}: in ${inside.join(', by being in ')}; proved from ${minute(from)} until ${minute(until)}; ${gradeText(leg)}`,
    ...gaps.map(
      ({ since, until: heard }) =>
        `      . . . apparently silent from ${minute(since.at)} ${heard === null ? 'on' : `to ${minute(heard.at)}`}: where it was is UNKNOWN`,
    ),
  ];
}

function openText({ display, loading, holds, until, ending, outer }: Contained): string {
  if (holds === 'possibly') return `    POSSIBLY in ${display} (${loading.id}): it was being put in or taken out about then`;
  const since = until === null ? 'at any time' : `since ${minute(until)}`;
  const why = ending === null ? 'no record of it follows' : ENDINGS[ending.kind];
  const around = outer.map((each) => `, that in ${each.display} (${each.loading.id})`).join('');
  return `    last recorded in ${display} (${loading.id})${around}; NOT confirmed ${since} (${why})`;
}

function heldLines({ basis, holders, moreHolders, uncovered, moreUncovered }: AtView['heldBy']): string[] {
  if (holders.length === 0 && uncovered.length === 0) return ['  Held by: no record says.'];
  return [
    `  Held by: ${basis === 'unknown' ? 'UNKNOWN' : basis}`,
    ...holders.map((each) => `    ${each.cover === 'certainly' ? 'certainly' : 'POSSIBLY'}, ${each.basis}: ${holdingText(each).trim()}`),
    ...(moreHolders === 0 ? [] : [`    ${moreHolders} more.`]),
    ...uncovered.map(({ since, until }) => `    No document covers ${minute(since)} to ${minute(until)}.`),
    ...(moreUncovered === 0 ? [] : [`    ${moreUncovered} more such stretches.`]),
  ];
}
