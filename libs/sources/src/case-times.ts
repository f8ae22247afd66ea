/** Times of a case file: written to any depth beside a precision; a sighting document has them cut to it. */
import { daysInMonth, PRECISIONS, type Precision } from '#lib/domain';
import type { OccurredDocument } from '#lib/contracts';
import type { LineReader } from './line-reader.ts';

const rank = (precision: Precision): number => PRECISIONS.indexOf(precision);

/**
 * `occurred` as an object, or as one time. Where the text says less than the precision, the precision follows the text: nothing is made
 * up. A month or year in another zone than UTC is its days there. Absent, or without both ends: undated.
 */
export function mapOccurred(line: LineReader): OccurredDocument | undefined {
  const value = line.take('occurred');
  if (typeof value === 'string') return within(line, 'occurred', value, value, undefined)?.document;
  const occurred = line.object('occurred');
  if (occurred === undefined) return undefined;
  const stated = occurred.text('precision');
  const extent = occurred.text('extent');
  if (extent !== undefined && extent !== 'within' && extent !== 'throughout')
    occurred.malformed('extent', 'extent is neither within nor throughout.');
  if (stated !== undefined && !(PRECISIONS as readonly string[]).includes(stated)) {
    occurred.malformed('precision', `precision is none of ${PRECISIONS.join(', ')}.`);
    return undefined;
  }
  const read = within(occurred, 'from', occurred.text('from'), occurred.text('to'), stated as Precision | undefined);
  // Nobody said "throughout" of a time that was widened here.
  if (read === undefined || extent === undefined || (extent === 'throughout' && read.widened)) return read?.document;
  return { ...read.document, extent: extent as 'within' | 'throughout' };
}

interface ReadInterval {
  readonly document: OccurredDocument;
  /** One end is told less precisely than its author told it, because the other end is no more precise than that. */
  readonly widened: boolean;
}

function within(
  line: LineReader,
  name: string,
  from: string | undefined,
  to: string | undefined,
  stated: Precision | undefined,
): ReadInterval | undefined {
  const texts = [from, to].filter((text) => text !== undefined);
  // Where nothing says more, up to three decimals are milliseconds.
  const decimals = stated === 'microsecond' || texts.some((text) => FOUR_DECIMALS.test(text)) ? 'microsecond' : 'millisecond';
  const depths = texts.map((text) => depthOf(text, decimals));
  const odd = depths.indexOf(undefined);
  if (odd >= 0)
    line.malformed(
      name === 'from' && texts[odd] !== from ? 'to' : name,
      'Not an RFC 3339 date or date-time, whole or cut after any of its parts.',
    );
  if (texts.length === 0 || odd >= 0) return undefined;
  const told = depths.map((depth) =>
    Math.min(...[depth, stated].flatMap((precision) => (precision === undefined ? [] : [rank(precision)]))),
  );
  const precision = PRECISIONS[Math.min(...told)] ?? 'year';
  const inZone = rank(precision) < rank('day') && texts.some((text) => ZONE_BUT_UTC.test(text));
  const end = (text: string, last: boolean): string => (inZone ? dayOf(text, precision, last) : cutTime(text, precision));
  const document: OccurredDocument = {
    ...(from === undefined ? {} : { from: end(from, false) }),
    ...(to === undefined ? {} : { to: end(to, true) }),
    precision: inZone ? 'day' : precision,
  };
  return { document, widened: told.some((each) => each > rank(precision)) };
}

const ZONE_BUT_UTC = /[+-](?!00:00)\d{2}:\d{2}$/;

/** The first or the last day of the month or year, in the zone of the text: months and years have none and would be those of UTC. */
function dayOf(text: string, precision: Precision, last: boolean): string {
  const year = text.slice(0, 4);
  const month = precision === 'month' ? text.slice(5, 7) : last ? '12' : '01';
  const day = last ? daysInMonth(Number(year), Number(month)) : '01';
  return `${year}-${month}-${day}${ZONE_BUT_UTC.exec(text)?.[0] ?? ''}`;
}

const SHAPE = /^\d{4}(-\d{2}(-\d{2}([Tt]\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?)?([Zz]|[+-]\d{2}:\d{2})?)?)?$/;

const FOUR_DECIMALS = /\.\d{4}/;

/** How far a text goes; whether there is such a day is the domain's to say. @param decimals what decimals of a second say */
function depthOf(text: string, decimals: Precision): Precision | undefined {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const [, month, day, hour, minute, second, fraction] = match;
  if (fraction !== undefined) return decimals;
  return PRECISIONS[[month, day, hour, minute, second].filter((part) => part !== undefined).length];
}

const CUT: Readonly<Record<Precision, RegExp>> = {
  year: /^\d{4}/,
  month: /^\d{4}-\d{2}/,
  day: /^\d{4}-\d{2}-\d{2}/,
  hour: /^\d{4}-\d{2}-\d{2}[Tt]\d{2}/,
  minute: /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}/,
  second: /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}/,
  millisecond: /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?/,
  microsecond: /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?/,
};

/** Cuts, never rounds: `2018-06-11T13:20:45+09:00` to the minute is `2018-06-11T13:20+09:00`, to the day `2018-06-11+09:00`. */
export function cutTime(text: string, precision: Precision): string {
  const kept = CUT[precision].exec(text)?.[0] ?? text;
  // A zone is kept from the day on; a year or month has none. UTC is not repeated after a day, where it is the default.
  const zone = rank(precision) < rank('day') || text.length <= 10 ? undefined : /(?:[Zz]|[+-]\d{2}:\d{2})$/.exec(text)?.[0];
  if (zone === undefined) return kept;
  return precision === 'day' && /^[Zz]$/.test(zone) ? kept : kept + zone;
}
