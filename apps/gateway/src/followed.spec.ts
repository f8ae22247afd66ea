/** All that one request makes of journeys has one budget of steps. */
import { JourneyTooLarge, Steps, travelOf } from '#lib/analysis';
import { type JsonObject, readSighting } from '#lib/contracts';
import { readAt, atView } from './at-view.ts';
import type { AsOf } from './coordinates.ts';
import { follow, type Followed } from './followed.ts';
import { Identities } from './identity.ts';
import type { FoldedEvent } from './item-events.ts';
import type { Asker } from './ledger-reads.ts';
import type { TrackFiles } from './track-files.ts';

const [CAR, BOX] = ['vin:WDDSYNTH9JA000001', 'container:SYNU0000014'];
const events = Array.from({ length: 100 }, (_, n): JsonObject => {
  const day = `2018-08-${String(1 + (n % 28)).padStart(2, '0')}`;
  const isLoading = n === 0;
  return {
    id: `e${n}`,
    ...(isLoading ? { kind: 'aggregation', action: 'ADD' } : { kind: 'observation' }),
    modality: 'actual',
    items: isLoading
      ? [
          { id: CAR, role: 'subject' },
          { id: BOX, role: 'container' },
        ]
      : [{ id: BOX, role: 'subject' }],
    occurred: { from: day, to: day, precision: 'day' },
    place: { country: 'KR' },
    source: { kind: 'registry' },
    handling: { tlp: 'GREEN' },
  };
}).map((document, logIndex): FoldedEvent => {
  const read = readSighting(document as never, { agency: 'local', principal: 'operator', id: `e${logIndex}` });
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return { sighting: read.sighting, logIndex, captured: Date.UTC(2026, 0, 1) * 1_000 };
});
const asOf = { basis: 'log', logSize: 100, policy: 0 } as unknown as AsOf;
const eventsOf = (item: string) => Promise.resolve(events.filter(({ sighting }) => sighting.items.some(({ id }) => id === item)));
const files = { files: [], positionsOf: () => Promise.resolve([]) } as unknown as TrackFiles;
const none = (): Promise<[]> => Promise.resolve([]);
const identities = new Identities({ claimsAbout: none, speakersAbout: none, byRefs: none }, { groups: [] } as unknown as Asker, 100);
const followed = (steps: Steps): Promise<Followed> => follow(CAR ?? '', eventsOf, identities, files, asOf, steps);

test('two journeys take from the same, and are refused where each alone would not be', async () => {
  const steps = new Steps();
  const { journey } = await followed(steps);
  expect(journey.legs).toMatchObject([{ fixes: { length: 96 } }]);
  const one = steps.taken;
  await followed(steps);
  expect([one > 90, steps.taken]).toEqual([true, 2 * one]);
  const few = new Steps(one + 10);
  await followed(few);
  await expect(followed(few)).rejects.toThrow(JourneyTooLarge);
});

test('an answer of one time takes from what its journey left', async () => {
  const steps = new Steps();
  await followed(steps);
  const at = readAt('2018-08-20');
  if (at === undefined) throw new Error('no time');
  const answer = async (most: number): Promise<string> => {
    const made = await followed(new Steps(most));
    return atView(made, travelOf(made.journey, made.items), at).inWhat.basis;
  };
  expect(await answer(steps.taken + 100)).toBe('inferred');
  await expect(answer(steps.taken)).rejects.toThrow(JourneyTooLarge);
});
