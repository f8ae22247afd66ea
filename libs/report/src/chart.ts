/**
 * What was when, as rows over one axis of time. Where nothing is drawn nothing is proved; where a record that nothing ended stops being confirmed, or a
 * conveyance was silent, that is drawn as unknown, and never as more of the same.
 */
import { markup, type Html, type JourneyView } from '#lib/contracts';
import { minute, provedText, silentText, stretch } from './journey-text.ts';
import { linesOf, silencesOf } from './lines.ts';
import { nameOf, PLACES, SORT_WORDS, SORTS, type SeenRecord, type Sort } from './records.ts';
import { dayText, shareOf, ticksOf, timeFrameOf, type TimeFrame } from './times.ts';

/** More are in the table of legs. */
const LEG_ROWS_MAX = 40;
/** Marks nearer than this share of the axis are one. */
const MARK_SHARE = 0.002;

interface Segment {
  readonly kind: 'observed' | 'inferred' | 'unknown';
  readonly from: number;
  /** Infinity: to the end of what is drawn. */
  readonly to: number;
  readonly says: string;
}

interface Row {
  readonly label: string;
  /** In words, as far as the label does not say it. */
  readonly says: string;
  readonly segments: readonly Segment[];
  readonly marks: readonly SeenRecord[];
}

/** A sentence where nothing has a time. */
export function chart(records: readonly SeenRecord[], journey: JourneyView | null): Html {
  const frame = timeFrameOf(records, journey);
  if (frame === null) return markup`<p>No record has a time: there is no timeline.</p>`;
  const rows = [
    ...recordRows(records, frame, ['observed']),
    ...(journey === null ? [] : [...trackRows(journey), ...legRows(journey), ...unknownRows(journey), ...conveyanceRows(journey)]),
    ...recordRows(
      records,
      frame,
      SORTS.filter((sort) => !PLACES.has(sort)),
    ),
  ];
  return markup`<table class="chart"><thead><tr><th scope="col">What</th><th scope="col">${axis(frame)}</th></tr></thead>
<tbody>${rows.map((row) => rowOf(row, frame))}</tbody></table>`;
}

function recordRows(records: readonly SeenRecord[], frame: TimeFrame, sorts: readonly Sort[]): Row[] {
  return sorts.flatMap((sort): Row[] => {
    // Positions of a track are a line on the map.
    const own = records.filter((record) => record.sort === sort && record.line === undefined);
    if (own.length === 0) return [];
    const shown = own.filter((record) => isShown(record, frame));
    const undated = own.filter(({ from, to }) => from === null && to === null).length;
    const left = [
      ...(undated === 0 ? [] : [`${undated} without a date`]),
      ...(own.length - shown.length - undated === 0 ? [] : [`${own.length - shown.length - undated} of other times`]),
    ];
    const label = `${SORT_WORDS[sort].word}: ${SORT_WORDS[sort].meaning}${left.length === 0 ? '' : ` (not drawn: ${left.join(', ')})`}`;
    return [{ label, says: shown.map((record) => `${nameOf(record)} ${record.occurred}`).join('; '), segments: [], marks: shown }];
  });
}

function isShown({ from, to }: SeenRecord, frame: TimeFrame): boolean {
  if (from === null && to === null) return false;
  return (from === null || Date.parse(from) <= frame.to) && (to === null || Date.parse(to) >= frame.from);
}

/** Of an item that has a track itself. */
function trackRows(journey: JourneyView): Row[] {
  const own = linesOf(journey).filter(({ leg }) => leg === null);
  if (own.length === 0) return [];
  const segments = [
    ...own.map(({ from, to }): Segment => ({
      kind: 'observed',
      from: Date.parse(from),
      to: Date.parse(to),
      says: `${minute(from)} to ${minute(to)}`,
    })),
    ...silencesOf(journey).map(({ from, to }): Segment => ({
      kind: 'unknown',
      from: Date.parse(from),
      to: Date.parse(to),
      says: `not heard from ${minute(from)} to ${minute(to)}: unknown`,
    })),
  ];
  return [{ label: 'Its own track, and its silences', says: segments.map(({ says }) => says).join('; '), segments, marks: [] }];
}

function legRows(journey: JourneyView): Row[] {
  const rows = journey.legs.slice(0, LEG_ROWS_MAX).map(({ carriers, until, isOpen, gaps, from }, at): Row => {
    const inside = carriers.toReversed().map(({ display }) => display);
    const confirmed = until === null ? confirmedUntil(journey, at) : Date.parse(until);
    const says =
      until === null
        ? `from ${stretch(from, null)[0]}, confirmed until ${minute(new Date(confirmed).toISOString())}, no end is recorded`
        : provedText(from, until, isOpen);
    const segments: Segment[] = [{ kind: 'inferred', from: Date.parse(from), to: confirmed, says }];
    for (const { since, until: heard } of gaps)
      segments.push({
        kind: 'unknown',
        from: Date.parse(since.at),
        to: heard === null ? Infinity : Date.parse(heard.at),
        says: `${silentText({ since, until: heard })}: unknown`,
      });
    if (until === null) segments.push({ kind: 'unknown', from: confirmed, to: Infinity, says: 'then nothing confirms it' });
    return {
      label: `Leg ${at + 1}: in ${inside.join(', by being in ')}`,
      says: segments.map(({ says }) => says).join('; '),
      segments,
      marks: [],
    };
  });
  const more = journey.legs.length - rows.length;
  return more === 0 ? rows : [...rows, { label: `${more} more legs are in the table`, says: '', segments: [], marks: [] }];
}

/** What nothing ended is confirmed by the last that is inherited by it, or by what it is a part of. */
function confirmedUntil({ legs, placings }: JourneyView, leg: number): number {
  const of = legs[leg];
  if (of === undefined) return -Infinity;
  const nested = new Set(
    legs.flatMap(({ carriers }, at) =>
      of.carriers.every(({ id, loading }, n) => {
        const same = carriers[n];
        return same?.id === id && same.loading.id === loading.id && same.loading.agency === loading.agency;
      })
        ? [at]
        : [],
    ),
  );
  const ends = placings.flatMap(({ leg: by, from }) => (by !== null && nested.has(by) && from !== null ? [Date.parse(from)] : []));
  return ends.reduce((latest, each) => Math.max(latest, each), Date.parse(of.from));
}

function unknownRows({ lastProved }: JourneyView): Row[] {
  const says = lastProved === null ? 'at any time' : `after ${lastProved.occurred}`;
  const from = lastProved === null ? null : (lastProved.to ?? lastProved.from);
  const segments: Segment[] = [{ kind: 'unknown', from: from === null ? -Infinity : Date.parse(from), to: Infinity, says }];
  return [{ label: `UNKNOWN where it was ${says}`, says: 'no record here proves it', segments, marks: [] }];
}

function conveyanceRows({ lastConveyance }: JourneyView): Row[] {
  if (lastConveyance === null || lastConveyance.gaps.length === 0) return [];
  const segments = lastConveyance.gaps.map(({ since, until }): Segment => ({
    kind: 'unknown',
    from: Date.parse(since.at),
    to: until === null ? Infinity : Date.parse(until.at),
    says: silentText({ since, until }),
  }));
  const label = `Silences of ${lastConveyance.display}, in which it is last recorded: they place the item nowhere`;
  return [{ label, says: segments.map(({ says }) => says).join('; '), segments, marks: [] }];
}

function axis(frame: TimeFrame): Html {
  const middle = ticksOf(frame).filter((at) => Math.abs(shareOf(frame, at) - 0.5) < 0.08)[0];
  return markup`<svg class="axis" role="img" aria-label="${`${dayText(frame.from)} to ${dayText(frame.to)}`}" width="100%" height="18">
${ticks(frame, 18, 13)}
<text x="0" y="11">${dayText(frame.from)}</text>
${middle === undefined ? markup`` : markup`<text class="middle" x="${percent(shareOf(frame, middle))}" y="11">${dayText(middle)}</text>`}
<text class="end" x="100%" y="11">${dayText(frame.to)}</text></svg>`;
}

const ticks = (frame: TimeFrame, height: number, from = 0): Html =>
  markup`${ticksOf(frame).map((at) => {
    const x = percent(shareOf(frame, at));
    return markup`<line class="tick" x1="${x}" y1="${from}" x2="${x}" y2="${height}"/>`;
  })}`;

const ROW_PX = 20;

function rowOf({ label, says, segments, marks }: Row, frame: TimeFrame): Html {
  const drawing = markup`<svg class="row" role="img" aria-label="${says === '' ? label : says}" width="100%" height="${ROW_PX}">
${ticks(frame, ROW_PX)}${segments.map((segment) => segmentOf(segment, frame))}${marksOf(marks, frame)}</svg>`;
  return markup`<tr><th scope="row">${label}</th><td>${drawing}</td></tr>`;
}

function segmentOf({ kind, from, to }: Segment, frame: TimeFrame): Html {
  const [start, end] = [clamped(shareOf(frame, from)), clamped(shareOf(frame, to))];
  return markup`<rect class="segment ${kind}" x="${percent(start)}" y="4" width="${percent(Math.max(0, end - start))}" height="${ROW_PX - 8}"/>`;
}

/** What happened some time in an interval is a mark in the middle of a thin line over all of it; what went on throughout, of a thick one. */
function marksOf(marks: readonly SeenRecord[], frame: TimeFrame): Html {
  const drawn = new Set<string>();
  return markup`${marks.flatMap(({ sort, from, to, isThroughout, isContradicted }): Html[] => {
    const start = from === null ? 0 : clamped(shareOf(frame, Date.parse(from)));
    const end = to === null ? 1 : clamped(shareOf(frame, Date.parse(to)));
    const key = `${Math.round(start / MARK_SHARE)} ${Math.round(end / MARK_SHARE)} ${String(isThroughout)} ${String(isContradicted)}`;
    if (drawn.has(key)) return [];
    drawn.add(key);
    const x = percent((start + end) / 2);
    return [
      markup`<line class="${isThroughout ? 'span throughout' : 'span'}" x1="${percent(start)}" y1="50%" x2="${percent(end)}" y2="50%"/>`,
      markup`<use href="#s-${sort}" x="${x}" y="50%"/>`,
      ...(isContradicted ? [markup`<use href="#s-against" x="${x}" y="50%" transform="translate(9 -4)"/>`] : []),
    ];
  })}`;
}

const clamped = (share: number): number => Math.min(1, Math.max(0, share));
const percent = (share: number): string => `${Number((share * 100).toFixed(3))}%`;
