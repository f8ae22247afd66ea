import { indexSighting, readSighting, validateDocument } from '#lib/contracts';
import { carriersOf, journeyOf, knownAround, travelOf, type Known } from '#lib/analysis';
import { foldTimeline, type Sighting } from '#lib/domain';
import { readTrackCsv } from '#lib/sources';
import { carOf, sizeOf, TELLINGS, trackOf, type Voyage, voyageDocument } from './voyages.ts';

const voyageTold = (told: Voyage['told']): Voyage => ({ number: 3, positions: 40, told });

function sightingsOf(voyage: Voyage): Sighting[] {
  return Array.from({ length: sizeOf(voyage) }, (_, n) => {
    const document = voyageDocument(voyage, n);
    expect(validateDocument(document)).toEqual([]);
    const read = readSighting(document, { agency: 'local', id: document.id, principal: 'operator' });
    if (!read.ok) throw new Error(JSON.stringify(read));
    expect(indexSighting(read.sighting).groups).toEqual(['green']);
    return read.sighting;
  });
}

test('a file of positions is one that is read whole, and names the ship of its voyage', () => {
  const read = readTrackCsv(trackOf(voyageTold('track')));
  if (!read.ok) throw new Error(read.detail);
  expect(read.track).toMatchObject({ refused: 0, withoutPosition: 0, repeats: 0 });
  expect(read.track.rows).toHaveLength(40);
  expect(voyageDocument(voyageTold('track'), 2).items?.[0]?.id).toBe(`imo:${read.track.rows[0]?.imo}`);
});

test.each(TELLINGS)('a car inherits all positions of its ship, told by %s, and nothing of it is impossible', async (told) => {
  const voyage = voyageTold(told);
  const sightings = sightingsOf(voyage);
  const read = readTrackCsv(trackOf(voyage));
  const rows = read.ok && told === 'track' ? read.track.rows : [];
  const cited = {
    sighting: { agency: 'local', id: 'voyage-3-2' },
    sha256: 'f'.repeat(64),
    grade: 'B2',
    handling: { tlp: 'GREEN' },
  } as const;
  const look = (wanted: readonly string[]): Promise<ReadonlyMap<string, Known>> =>
    Promise.resolve(
      new Map(
        wanted.map((item): [string, Known] => [
          item,
          {
            timeline: foldTimeline(
              item,
              sightings.filter(({ items }) => items.some(({ id }) => id === item)).map((sighting) => ({ sighting })),
            ),
            track: item.startsWith('imo:') ? rows.map((row) => ({ ...row, track: cited })) : [],
          },
        ]),
      ),
    );
  const items = await knownAround(carOf(voyage), look, carriersOf);
  const journey = journeyOf(carOf(voyage), items);
  const inherited = journey.legs.flatMap(({ fixes }) => fixes);
  const positions =
    told === 'track'
      ? inherited.filter((fix) => 'position' in fix)
      : inherited.filter((fix) => 'entry' in fix && fix.entry.kind === 'observation');
  expect(positions.length).toBe(40);
  expect(travelOf(journey, items)).toMatchObject({ alarms: [], clones: [] });
});
