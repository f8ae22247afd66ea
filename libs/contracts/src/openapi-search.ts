/** Paths of searches: items by what identifies them, sightings by what they say, what the items of those have in common. */
import { SEARCH_LENGTH_MIN } from '#lib/domain';
import { asOf, cursor, get, type Json, limit, policy, query } from './openapi-parts.ts';
import { PATTERN_NAMES } from './patterns-view.ts';

export const searchPaths = (): Json => ({ ...itemsPath(), ...sightingsPath(), ...patternsPath() });

function itemsPath(): Json {
  return {
    '/v1/search': get(
      'search',
      'items',
      'Find items by an identifier, a part of one, or a misread one',
      'SearchView',
      [
        {
          ...query('q', { type: 'string' }, `At least ${SEARCH_LENGTH_MIN} letters or digits in a row, or a whole value.`, 'SYNU OOOOO1 4'),
          required: true,
        },
        cursor,
        limit,
      ],
      'query.too-short',
    ),
  };
}

const text = (name: string, description: string, example: string): Json =>
  query(name, { type: 'string', maxLength: 200 }, description, example);

const filters = (): Json[] => [
  text(
    'text',
    'Words, all in one sighting: in its statement, in names, in what it says of the goods. Each may be written in another script; docs/search.md.',
    's600 maybach',
  ),
  text('party', 'Words, all in the name of one party; or an LEI.', 'Yuzhny Port'),
  text('place', 'Words, all in the name of one place: where it was, or a port of the voyage.', 'Pusan'),
  query('unlocode', { type: 'string', pattern: '^[A-Z]{2}[A-Z2-9]{3}$' }, 'UN/LOCODE of such a place.', 'KRPUS'),
  query('country', { type: 'string', pattern: '^[A-Z]{2}$' }, 'ISO 3166-1 alpha-2: of such a place, or of its UN/LOCODE.', 'KR'),
  query('near', { type: 'string' }, 'Latitude and longitude in degrees (WGS 84), with `within`.', '35.1,129.04'),
  query('within', { type: 'number', minimum: 0 }, 'Kilometres around `near`.', 20),
  query(
    'since',
    { type: 'string' },
    'Happened, or may have, in or after this year, month, day or time with its offset. What is undated is found by no time.',
    '2018-08',
  ),
  query('until', { type: 'string' }, 'The same, in or before it, all of it included.', '2018-10-01'),
  query('hs', { type: 'string' }, 'A code of the Harmonized System or its beginning, digits in pairs.', '8703'),
  text('source', 'A kind or a family of sources, or words, all in its title.', 'trade'),
  query('unidentified', { type: 'string', enum: ['1'] }, 'Sightings that name no item.', '1'),
];

function sightingsPath(): Json {
  return {
    '/v1/search/sightings': get(
      'searchSightings',
      'events',
      'Find sightings by what they say, in any script that has a rule',
      'SightingsView',
      [...filters(), asOf, policy, cursor, limit],
      'search.filter',
      'asof.malformed',
      'asof.not-sealed',
      'answer.too-large',
    ),
  };
}

function patternsPath(): Json {
  return {
    '/v1/search/patterns': get(
      'findPatterns',
      'events',
      'What the items of such sightings have in common',
      'PatternsView',
      [
        {
          ...query(
            'of',
            { type: 'string', enum: PATTERN_NAMES },
            'paths: the ports or countries that items went through; carriers: what they were put into together; parties: whom the records of several of them name.',
            'paths',
          ),
          required: true,
        },
        query('by', { type: 'string', enum: ['port', 'country'] }, 'Of paths; by port where it is not said.', 'country'),
        ...filters(),
        asOf,
        policy,
      ],
      'search.filter',
      'asof.malformed',
      'asof.not-sealed',
      'answer.too-large',
    ),
  };
}
