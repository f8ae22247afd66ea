/** The filters of a search for sightings, as they stand in a query: each checked, since one that was passed over would answer another question. */
import {
  parseAskedTime,
  parseOccurred,
  parsePlace,
  readHsCode,
  SEARCHED_WORDS_MAX,
  wordsOf,
  type SightingQuestion,
  type Span,
} from '#lib/domain';
import { DomainError } from '#lib/runtime';

export const FILTER_PARAMETERS = [
  'text',
  'party',
  'place',
  'unlocode',
  'country',
  'near',
  'within',
  'since',
  'until',
  'hs',
  'source',
  'unidentified',
] as const;
export type FilterParameter = (typeof FILTER_PARAMETERS)[number];
export type FilterTexts = { readonly [Name in FilterParameter]?: string };

const TEXT_LENGTH_MAX = 200;
const METRES_PER_KILOMETRE = 1_000;
/** The whole earth is nearer than that. */
const KILOMETRES_MAX = 20_038;
const PAIR = /^(-?\d{1,3}(?:\.\d{1,10})?),\s*(-?\d{1,3}(?:\.\d{1,10})?)$/;

function refuse(parameter: FilterParameter, detail: string): never {
  throw new DomainError('search.filter', `${parameter}: ${detail}`, [{ code: 'search.filter', parameter, detail }]);
}

/** Throws search.filter. */
export function readSightingQuestion(given: FilterTexts): SightingQuestion {
  const asked = Object.values(given).filter((value) => value !== undefined);
  if (asked.length === 0) refuse('text', 'There is no filter: give one at least.');
  const { text, party, place, source, unidentified } = given;
  if (unidentified !== undefined && unidentified !== '1') refuse('unidentified', 'It is 1, or left out.');
  return {
    ...(text === undefined ? {} : { text: words('text', text) }),
    ...(party === undefined ? {} : { party: words('party', party) }),
    ...(place === undefined ? {} : { place: words('place', place) }),
    ...codes(given),
    ...near(given),
    ...time(given),
    ...(source === undefined ? {} : { source: words('source', source) }),
    ...(unidentified === undefined ? {} : { unidentified: true }),
  };
}

function words(parameter: FilterParameter, text: string): string {
  if (text.length > TEXT_LENGTH_MAX) refuse(parameter, `It has at most ${TEXT_LENGTH_MAX} characters.`);
  const count = new Set(wordsOf(text)).size;
  if (count === 0) refuse(parameter, 'There is no letter and no digit in it.');
  if (count > SEARCHED_WORDS_MAX) refuse(parameter, `It has at most ${SEARCHED_WORDS_MAX} words, a pair of Han characters each as one.`);
  return text;
}

function codes({ unlocode, country, hs }: FilterTexts): Pick<SightingQuestion, 'unlocode' | 'country' | 'hs'> {
  const place = parsePlace({ unlocode, country });
  if ((unlocode ?? country) !== undefined && !place.ok)
    refuse(place.pointer === '/country' && country !== undefined ? 'country' : 'unlocode', place.detail);
  const code = hs === undefined ? undefined : readHsCode(hs);
  if (hs !== undefined && code === undefined) refuse('hs', 'A code or its beginning has digits in pairs, from 2 to 12: 87, 8703, 8703.24.');
  return {
    ...(unlocode === undefined ? {} : { unlocode }),
    ...(country === undefined ? {} : { country }),
    ...(code === undefined ? {} : { hs: code }),
  };
}

function near({ near: point, within }: FilterTexts): Pick<SightingQuestion, 'near'> {
  if (point === undefined && within === undefined) return {};
  if (point === undefined) refuse('within', 'It needs near, the point that it is around.');
  if (within === undefined) refuse('near', 'It needs within, so many kilometres around the point.');
  const pair = PAIR.exec(point);
  if (pair === null) refuse('near', 'It is latitude and longitude in degrees: 51.95,4.14.');
  const [lat, lon] = [Number(pair[1]), Number(pair[2])];
  const read = parsePlace({ lat, lon });
  if (!read.ok) refuse('near', read.detail);
  const kilometres = /^\d{1,5}(?:\.\d{1,3})?$/.test(within) ? Number(within) : NaN;
  if (!(kilometres <= KILOMETRES_MAX)) refuse('within', `It is 0 to ${KILOMETRES_MAX} kilometres.`);
  return { near: { lat, lon, metres: kilometres * METRES_PER_KILOMETRE } };
}

function time({ since, until }: FilterTexts): Pick<SightingQuestion, 'time'> {
  if (since === undefined && until === undefined) return {};
  const starts = since === undefined ? null : spanOf('since', since).starts;
  const ends = until === undefined ? null : spanOf('until', until).ends;
  if (starts !== null && ends !== null && starts >= ends) refuse('until', 'It lies before since.');
  return { time: { starts, ends } };
}

/** A year, a month, a day or a time with its offset: all of it. */
function spanOf(parameter: 'since' | 'until', text: string): Span {
  const precision = /^\d{4}$/.test(text) ? 'year' : /^\d{4}-\d{2}$/.test(text) ? 'month' : undefined;
  const read = precision === undefined ? parseAskedTime(text) : parseOccurred({ from: text, to: text, precision });
  return read.ok ? read.value : refuse(parameter, read.detail);
}
