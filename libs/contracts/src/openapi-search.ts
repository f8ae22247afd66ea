/** Search for sightings in the OpenAPI document. */
import { asOf, cursor, get, type Json, limit, policy, query } from './openapi-parts.ts';

export function sightingsPath(): Json {
  const text = (name: string, description: string, example: string): Json =>
    query(name, { type: 'string', maxLength: 200 }, description, example);
  return {
    '/v1/search/sightings': get(
      'searchSightings',
      'events',
      'Find sightings by what they say, in any script that has a rule',
      'SightingsView',
      [
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
        asOf,
        policy,
        cursor,
        limit,
      ],
      'search.filter',
      'asof.malformed',
      'asof.not-sealed',
      'answer.too-large',
    ),
  };
}
