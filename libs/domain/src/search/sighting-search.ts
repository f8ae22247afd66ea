/**
 * What is asked of sightings: filters that all have to hold. It has two sides: the keys that a ledger is asked for, by which whatever answers is among the
 * candidates, and the decision about each candidate by its document, which also says why it answers: by which member, in which words, by which rule.
 */
import { coverOf, type Span } from '../interval.ts';
import type { Sighting, SourceFamily } from '../sighting.ts';
import type { Circle } from './cells.ts';
import { keyNumber } from './key-numbers.ts';
import { readHsCode, readLei, searchedCodes, searchedPlaces, searchedTexts, type SearchedText } from './searched.ts';
import { circleOf, countryOf, KEY, keysOfWord, nearKeys, timeKeysWithin } from './sighting-keys.ts';
import { BY_LETTERS, wordKeys, wordsOf } from './words.ts';

/** Filters of a search for sightings, in the order in which they are explained. */
export const SIGHTING_FILTERS = ['text', 'party', 'place', 'unlocode', 'country', 'near', 'time', 'hs', 'source', 'unidentified'] as const;
/** One of `SIGHTING_FILTERS`. */
export type SightingFilter = (typeof SIGHTING_FILTERS)[number];

/** All that are given have to hold. */
export interface SightingQuestion {
  /** Words, all in one sighting: in its statement, its names, what it says of the goods. */
  readonly text?: string;
  /** Words, all in the name of one party; or an LEI. */
  readonly party?: string;
  /** Words, all in the name or text of one place. */
  readonly place?: string;
  /** Five characters, upper case. */
  readonly unlocode?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  /** Within so many metres of a point. */
  readonly near?: Circle;
  /** Happened in this time, as far as its author says; half-open, null: no bound. */
  readonly time?: Span;
  /** A code of the Harmonized System or its beginning: digits in pairs. */
  readonly hs?: string;
  /** A kind or family of sources, or words of a title. */
  readonly source?: string;
  /** Names no item. */
  readonly unidentified?: true;
}

/** A word that was asked for, as it was found. */
export interface FoundWord {
  readonly asked: string;
  /** As its author wrote it. */
  readonly found: string;
  /** What both come to. */
  readonly key: string;
  /** `letters`: but for case and marks the same letters; else by which table of romanisation. */
  readonly rule: string;
}

/** Why a sighting answers one filter. */
export interface WhyFound {
  readonly filter: SightingFilter;
  /** Where in the document; absent: not in a member of it. */
  readonly pointer?: string;
  /** What stands there, as its author wrote it: all of it, or what stands around the word. */
  readonly text?: string;
  readonly words?: readonly FoundWord[];
  /** Of near and time: whatever the true place or time is, or for some. */
  readonly certainty?: 'certainly' | 'possibly';
  /** Of near: metres between the points, and where the sighting's comes from. */
  readonly metres?: number;
  readonly point?: 'stated' | 'unlocode';
}

/** A question, read once. */
export interface SightingSearch {
  /** Of each list a sighting that answers has one key at least. */
  readonly terms: readonly (readonly number[])[];
  /** Why it answers; null: it does not. Cost: some 10 µs for a sighting of 700 bytes. */
  match(sighting: Sighting): readonly WhyFound[] | null;
}

/** Meters on the ellipsoid between two points. */
export type Distance = (a: { readonly lat: number; readonly lon: number }, b: { readonly lat: number; readonly lon: number }) => number;

/** Longer questions are honest ones seldom. */
export const SEARCHED_WORDS_MAX = 16;

type Matcher = (sighting: Sighting) => readonly WhyFound[] | null;

interface Filter {
  readonly terms: readonly (readonly number[])[];
  readonly match: Matcher;
}

/** Cost below 1 ms. `question` has a filter, words in every text of words, codes in their form: whoever asks has checked it. */
export function readSightingSearch(question: SightingQuestion, distance: Distance): SightingSearch {
  const filters = filtersOf(question, distance);
  return {
    terms: narrow(filters.flatMap(({ terms }) => terms)),
    match(sighting) {
      const why: WhyFound[] = [];
      for (const { match } of filters) {
        const found = match(sighting);
        if (found === null) return null;
        why.push(...found);
      }
      return why;
    },
  };
}

/** A term of so many keys costs more than it leaves out, where there is another. */
const TERM_KEYS_MAX = 64;

function narrow(terms: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const few = terms.filter((keys) => keys.length <= TERM_KEYS_MAX);
  return few.length > 0 ? few : terms.slice(0, 1);
}

function filtersOf(
  { text, party, place, unlocode, country, near, time, hs, source, unidentified }: SightingQuestion,
  distance: Distance,
): Filter[] {
  return [
    ...(text === undefined ? [] : [wordsFilter('text', text, (sighting) => [searchedTexts(sighting)])]),
    ...(party === undefined ? [] : [partyFilter(party)]),
    ...(place === undefined ? [] : [wordsFilter('place', place, placeNames)]),
    ...(unlocode === undefined ? [] : [placeFilter('unlocode', KEY.unlocode(unlocode), (of) => of.unlocode, unlocode)]),
    ...(country === undefined ? [] : [placeFilter('country', KEY.country(country), countryOf, country)]),
    ...(near === undefined ? [] : [nearFilter(near, distance)]),
    ...(time === undefined ? [] : [timeFilter(time)]),
    ...(hs === undefined ? [] : [hsFilter(hs)]),
    ...(source === undefined ? [] : [sourceFilter(source)]),
    ...(unidentified === undefined ? [] : [UNIDENTIFIED]),
  ];
}

const numbers = (texts: readonly string[]): number[] => texts.map(keyNumber);

/** @param textsOf lists of texts: all words have to be in the texts of one list */
function wordsFilter(filter: SightingFilter, asked: string, textsOf: (sighting: Sighting) => readonly (readonly SearchedText[])[]): Filter {
  const words = [...new Set(wordsOf(asked))].slice(0, SEARCHED_WORDS_MAX);
  return {
    terms: words.map(keysOfWord),
    match(sighting) {
      for (const texts of textsOf(sighting)) {
        const why = wordsIn(filter, words, texts);
        if (why !== null) return why;
      }
      return null;
    },
  };
}

function wordsIn(filter: SightingFilter, words: readonly string[], texts: readonly SearchedText[]): WhyFound[] | null {
  const found = new Map<SearchedText, FoundWord[]>();
  for (const word of words) {
    const hit = findWord(word, texts);
    if (hit === undefined) return null;
    const others = found.get(hit.text);
    if (others === undefined) found.set(hit.text, [hit.word]);
    else others.push(hit.word);
  }
  return [...found].map(([{ pointer, text }, hits]) => ({ filter, pointer, text: around(text, hits[0]?.found ?? ''), words: hits }));
}

/** The first text that has it by its own letters, else the first that has it by a table. */
function findWord(asked: string, texts: readonly SearchedText[]): { readonly text: SearchedText; readonly word: FoundWord } | undefined {
  const keys = new Map(wordKeys(asked).map(({ key, rule }) => [key, rule]));
  const wanted = new Set(keysOfWord(asked));
  let romanised: { readonly text: SearchedText; readonly word: FoundWord } | undefined;
  for (const text of texts) {
    for (const found of wordsOf(text.text)) {
      if (!keysOfWord(found).some((key) => wanted.has(key))) continue;
      const same = wordKeys(found).find(({ key }) => keys.has(key));
      if (same === undefined) continue;
      const rules = [same.rule, keys.get(same.key) ?? BY_LETTERS].filter((rule) => rule !== BY_LETTERS);
      const hit = { text, word: { asked, found, key: same.key, rule: [...new Set(rules)].join(' = ') || BY_LETTERS } };
      if (rules.length === 0) return hit;
      romanised ??= hit;
    }
  }
  return romanised;
}

const SHOWN_MAX = 160;

/** The text, or of a long one what stands around a word of it, cut between characters. */
function around(text: string, word: string): string {
  const characters = Array.from(text);
  if (characters.length <= SHOWN_MAX) return text;
  const at = Math.max(0, Array.from(text.slice(0, Math.max(0, text.indexOf(word)))).length - SHOWN_MAX / 2);
  const piece = characters.slice(at, at + SHOWN_MAX).join('');
  return `${at > 0 ? '…' : ''}${piece}${at + SHOWN_MAX < characters.length ? '…' : ''}`;
}

function partyFilter(asked: string): Filter {
  const lei = readLei(asked);
  if (lei === undefined)
    return wordsFilter('party', asked, ({ parties }) =>
      parties.map(({ name }, n) => (name === undefined ? [] : [{ pointer: `/parties/${n}/name`, text: name }])),
    );
  return {
    terms: [numbers([KEY.lei(lei)])],
    match({ parties }) {
      const n = parties.findIndex((party) => party.lei !== undefined && (readLei(party.lei) ?? party.lei) === lei);
      return n < 0 ? null : [{ filter: 'party', pointer: `/parties/${n}/lei`, text: parties[n]?.lei ?? '' }];
    },
  };
}

const placeNames = (sighting: Sighting): SearchedText[][] =>
  searchedPlaces(sighting).map(({ pointer, place }) =>
    (['name', 'text'] as const).flatMap((name) => {
      const text = place[name];
      return text === undefined ? [] : [{ pointer: `${pointer}/${name}`, text }];
    }),
  );

type SearchedPlaceOf = ReturnType<typeof searchedPlaces>[number]['place'];

function placeFilter(
  filter: 'unlocode' | 'country',
  key: string,
  codeOf: (place: SearchedPlaceOf) => string | undefined,
  asked: string,
): Filter {
  return {
    terms: [numbers([key])],
    match(sighting) {
      const why = searchedPlaces(sighting).flatMap(({ pointer, place }): WhyFound[] => {
        if (codeOf(place) !== asked) return [];
        // A country may be said by the code of a place alone.
        const member = filter === 'country' && place.country === undefined ? 'unlocode' : filter;
        return [{ filter, pointer: `${pointer}/${member}`, text: place[member] ?? '' }];
      });
      return why.length === 0 ? null : why;
    },
  };
}

function nearFilter(near: Circle, distance: Distance): Filter {
  return {
    terms: [numbers(nearKeys(near))],
    match(sighting) {
      const why = searchedPlaces(sighting).flatMap(({ pointer, place }): WhyFound[] => {
        const circle = circleOf(place);
        if (circle === undefined) return [];
        const metres = Math.round(distance(near, circle));
        if (metres - circle.metres > near.metres) return [];
        // Where a table has a port is somewhere in it or its town.
        const isCertain = circle.of === 'stated' && metres + circle.metres <= near.metres;
        return [{ filter: 'near', pointer, certainty: isCertain ? 'certainly' : 'possibly', metres, point: circle.of }];
      });
      return why.length === 0 ? null : why;
    },
  };
}

/** What is undated is of any time, and so found by no time. */
function timeFilter(time: Span): Filter {
  return {
    terms: [numbers(timeKeysWithin(time))],
    match({ occurred }) {
      const certainty = occurred === undefined ? undefined : coverOf(occurred, time);
      return certainty === undefined ? null : [{ filter: 'time', pointer: '/occurred', certainty }];
    },
  };
}

function hsFilter(asked: string): Filter {
  const wanted = readHsCode(asked) ?? asked;
  return {
    terms: [numbers([KEY.hs(wanted)])],
    match(sighting) {
      const why = searchedCodes(sighting).flatMap(({ pointer, code }): WhyFound[] =>
        code.startsWith(wanted) ? [{ filter: 'hs', pointer, text: code }] : [],
      );
      return why.length === 0 ? null : why;
    },
  };
}

/** By its kind or family where it is one word; a title has all the words. */
function sourceFilter(asked: string): Filter {
  const title = wordsFilter('source', asked, ({ source }) => [
    source.title === undefined ? [] : [{ pointer: '/source/title', text: source.title }],
  ]);
  const word = asked.trim();
  const kinds = numbers([KEY.sourceKind(word), KEY.family(word)]);
  const isCode = /^\S+$/.test(word);
  const [first, ...more] = title.terms;
  const alternatives = isCode && more.length === 0 ? [[...kinds, ...(first ?? [])]] : isCode ? [kinds] : title.terms;
  return {
    terms: alternatives,
    match(sighting) {
      const { kind, family } = sighting.source;
      if (kind === word) return [{ filter: 'source', pointer: '/source/kind', text: kind }];
      if (family === (word as SourceFamily)) return [{ filter: 'source', pointer: '/source/family', text: word }];
      return isCode && more.length > 0 ? null : title.match(sighting);
    },
  };
}

const UNIDENTIFIED: Filter = {
  terms: [numbers([KEY.unidentified])],
  match: ({ items }) => (items.length === 0 ? [{ filter: 'unidentified' }] : null),
};
