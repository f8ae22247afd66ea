import { checkInherited } from './journey.ts';

const body = (...legs: { records: number; positions: number }[]): string => JSON.stringify({ legs });

test('a journey that does not hold what its item inherits is an error and no figure', () => {
  const [track, sightings] = [
    { told: 'track', positions: 500 },
    { told: 'sightings', positions: 500 },
  ] as const;
  checkInherited(track, body({ records: 1, positions: 0 }, { records: 3, positions: 500 }), true);
  checkInherited(sightings, body({ records: 502, positions: 0 }), true);
  checkInherited(track, body({ records: 3, positions: 450 }), false);
  expect(() => checkInherited(track, body({ records: 503, positions: 499 }), true)).toThrow('499 of 500 positions');
  expect(() => checkInherited(sightings, body({ records: 400, positions: 500 }), false)).toThrow('400 of 500 records');
  expect(() => checkInherited(track, body(), false)).toThrow('0 of 500');
});
