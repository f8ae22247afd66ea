/** What a ship did as a whole: in bounded steps, against others and never against herself. */
import { foldTimeline } from '#lib/domain';
import { behaviourOf, BEHAVIOUR_STEPS_MAX } from './behaviour.ts';
import { Steps, type Known, type Neighbour, type Port, type TrackPosition } from './index.ts';
import { othersThan } from './neighbours.ts';
import { at as fixAt, SEA, SHIP } from './said.contract.ts';

const MINUTE = 60_000_000;
const TRACK = { sighting: { agency: 'alpha', id: 'file' }, sha256: 'd'.repeat(64), handling: { tlp: 'GREEN' } } as const;

/** Lies at one point, and is heard every so many minutes. */
const lying = (count: number, every: number, place: readonly [number, number] = SEA): TrackPosition[] =>
  Array.from({ length: count }, (_, n) => ({ ...fixAt('2018-10-01T00:00Z', place), at: n * every * MINUTE, line: n + 2, knots: 0.1 }));
const knownOf = (track: readonly TrackPosition[]): Known => ({ timeline: foldTimeline(SHIP, []), track });
const neighbour = (id: string, hulls: readonly string[], rows: readonly TrackPosition[] = lying(61, 3)): Neighbour => ({
  id,
  hulls,
  track: TRACK,
  rows,
});

const OWN = neighbour('mmsi:671990004', [SHIP]);
const OTHER = neighbour('mmsi:412990002', ['imo:0000024']);

test('a ship meets another, and not herself under her transponder’s number', () => {
  const { encounters } = behaviourOf(SHIP, knownOf(lying(61, 3)), [], [OWN, OTHER]);
  expect(encounters.map(({ other }) => other)).toEqual([OTHER.id]);
});

test.each<[string, string, readonly Neighbour[], readonly string[]]>([
  ['rows of another file name her hull for the number', SHIP, [OWN, neighbour(OWN.id, []), OTHER], [OTHER.id]],
  ['she is asked about by the number', OWN.id, [OWN, OTHER], [OTHER.id]],
  ['her hull has another number in another file', OWN.id, [OWN, neighbour('mmsi:667000001', [SHIP]), OTHER], [OTHER.id]],
  ['her number was seen on another hull too', SHIP, [neighbour(OWN.id, [SHIP, 'imo:0000024']), OTHER], [OTHER.id]],
])('others than she are known where %s', (_, vessel, neighbours, others) => {
  expect(othersThan(vessel, neighbours).map(({ id }) => id)).toEqual(others);
});

test('what would take more steps than it may is left out and said to be', () => {
  const points: Port[] = Array.from({ length: 2_000 }, (_, n) => ({ unlocode: 'KRPUS', lat: SEA[0] + n * 1e-6, lon: SEA[1] }));
  const steps = new Steps(BEHAVIOUR_STEPS_MAX);
  const many = behaviourOf(SHIP, knownOf(lying(2_000, 3)), points, [OTHER], steps);
  expect(many).toMatchObject({ isPartial: true, portVisits: [] });
  expect(steps.taken).toBeLessThan(2 * BEHAVIOUR_STEPS_MAX);
  expect(behaviourOf(SHIP, knownOf(lying(200, 3)), points.slice(0, 20), [OTHER])).toMatchObject({ isPartial: false });
});

test('a ship that crosses the sea among a hundred thousand rows of others takes a small part of the steps', () => {
  const crossing = lying(20_000, 3).map((row, n) => ({ ...row, lon: 130 + n * 0.002, knots: 12 }));
  const others = Array.from({ length: 100 }, (_, n) =>
    neighbour(`mmsi:4129901${String(n).padStart(2, '0')}`, [], lying(1_000, 60, [35.5, 130 + n * 0.4])),
  );
  const steps = new Steps(BEHAVIOUR_STEPS_MAX);
  expect(behaviourOf(SHIP, knownOf(crossing), [], others, steps)).toMatchObject({ isPartial: false, encounters: [], loitering: [] });
  expect(steps.taken).toBeLessThan(BEHAVIOUR_STEPS_MAX / 10);
});
