/** How an alarm was worked out, in one line that can be checked with a map and a pencil. */
import type { TravelAlarm } from './travel.ts';
import type { SpeedBound } from './speeds.ts';
import type { Presence } from './presences.ts';

/**
 * `520.3 km apart, of which 26.0 km (25.0 km assumed + 1.0 km assumed) are uncertain: at least 494.3 km in at most 2.0 min is 14,829 km/h or more; no ship goes
 * faster than 111.12 km/h`. A distance is cut and a time rounded up, and the speed is what these two give, cut: whoever works it out again finds it, and
 * it is never more than is true.
 */
export function arithmeticOf(
  alarm: Pick<TravelAlarm, 'first' | 'second' | 'metres' | 'leastMetres' | 'longestMicros' | 'bound' | 'boundBy'>,
): string {
  const { first, second, metres, leastMetres, longestMicros, bound, boundBy } = alarm;
  const up = durationOf(longestMicros);
  const radii = `${radiusText(first)} + ${radiusText(second)}`;
  const within = boundBy === undefined ? '' : ', in which it was meanwhile,';
  return (
    `${kilometres(metres)} apart, of which ${radii} are uncertain: at least ${kilometres(leastMetres)} in at most ${up.value.toFixed(1)} ${up.unit} ` +
    `is ${grouped(toldKmh(alarm))} km/h or more; ${KINDS[bound.means]}${within} goes faster than ${grouped(bound.kmh, Number.isInteger(bound.kmh) ? 0 : 2)} km/h`
  );
}

/** Kilometres an hour, of the distance and the time as they are told. */
export function toldKmh({ leastMetres, longestMicros }: Pick<TravelAlarm, 'leastMetres' | 'longestMicros'>): number {
  const { value, perHour } = durationOf(longestMicros);
  return Math.floor((kilometresOf(leastMetres) / value) * perHour);
}

const KINDS: Readonly<Record<SpeedBound['means'], string>> = {
  ship: 'no ship',
  aircraft: 'no aircraft',
  carried: 'nothing that is carried, by air too,',
};

/** A row of a track is given to far better, and a place without a radius is a port or a town. */
const radiusText = ({ radiusMetres, fix }: Presence): string =>
  `${kilometres(radiusMetres)}${'entry' in fix && fix.entry.sighting.place?.radiusMetres !== undefined ? '' : ' assumed'}`;

const kilometresOf = (metres: number): number => Math.floor(metres / 100) / 10;
const kilometres = (metres: number): string => `${grouped(kilometresOf(metres), 1)} km`;

const MINUTE = 60_000_000;
function durationOf(micros: number): { readonly value: number; readonly unit: string; readonly perHour: number } {
  const minutes = Math.ceil((micros / MINUTE) * 10) / 10;
  if (minutes < 120) return { value: minutes, unit: 'min', perHour: 60 };
  return { value: Math.ceil((micros / MINUTE / 60) * 10) / 10, unit: 'h', perHour: 1 };
}

/** Whatever the language of the machine: 14,829. */
function grouped(value: number, decimals = 0): string {
  return value.toFixed(decimals).replace(/\B(?=(?:\d{3})+(?!\d))/g, ',');
}
