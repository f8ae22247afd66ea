/**
 * (s) Checks for impossible travel and cloned identities over generated journeys, one in a hundred of a clone, next to a projector: fold, journey and check
 * of an item on one thread, its records in memory. Each item once when all of its records are there; and anew after each of its records.
 */
import { type TravelInputs, travelInputs, checkTravel } from '../../../../libs/analysis/src/travel-check.contract.ts';
import { travelCase } from '../../../../libs/analysis/src/generated/travel-cases.contract.ts';
import type { Bench } from '../bench.ts';
import { ID } from '../goals.ts';
import type { Measure } from '../rounds.ts';

/** Journeys before the clock starts: compiled code. */
const WARM_UP = 200;

export function travelMeasure(bench: Bench): Measure {
  const { seed, sizes } = bench.options;
  return {
    id: ID.travel,
    title: `s: travel and clone checks of ${sizes.travelCases} generated journeys, one thread`,
    run(round) {
      const cases = Array.from({ length: WARM_UP + sizes.travelCases }, (_, n) => travelInputs(travelCase(seed + round, n + 1)));
      for (const each of cases.slice(0, WARM_UP)) checkGrowing(each);
      const measured = cases.slice(WARM_UP);
      const records = measured.reduce((sum, { sightings, track }) => sum + sightings.length + track.length, 0);
      const once = seconds(() => measured.filter((each) => checkTravel(each).clones.length > 0).length);
      const growing = seconds(() => measured.reduce((sum, each) => sum + checkGrowing(each), 0));
      if (once.result === 0) throw new Error('no clone was found among the generated journeys');
      return Promise.resolve({
        recordsCheckedPerSecond: records / once.seconds,
        checksPerSecond: growing.result / growing.seconds,
        recordsPerJourney: records / measured.length,
      });
    },
  };
}

/** After each of its sightings, a file of positions being there from the beginning. Returns how many checks. */
function checkGrowing({ item, sightings, track }: TravelInputs): number {
  // Of a ship that is known by its file alone there is the sighting that cites it.
  const times = Math.max(1, sightings.length);
  for (let known = 1; known <= times; known++) checkTravel({ item, sightings: sightings.slice(0, known), track });
  return times;
}

function seconds<T>(work: () => T): { seconds: number; result: T } {
  const started = performance.now();
  const result = work();
  return { seconds: (performance.now() - started) / 1000, result };
}
