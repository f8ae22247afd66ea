/**
 * How fast things go: one table, with where each number is from. Two uses, and they differ on purpose. What ends an inheritance asks how fast the
 * conveyance *may be taken* to go, and a merchant ship does not go at 40 knots. An alarm says that two records *cannot* both be true, and asks for
 * more than anything of the kind was ever seen to do: a wrong alarm is worse than a missed one.
 */

const KNOT = 1_852 / 3_600;
const KMH = 1_000 / 3_600;

/** Metres a second: no merchant ship goes at 40 knots; what is no ship may have been flown. */
export const SHIP_SPEED = 40 * KNOT;
export const ANY_SPEED = 1_000 * KMH;

/** Faster than this nothing of the kind goes, whatever it is in. */
export interface SpeedBound {
  /** ship: by water and by itself. aircraft: it flies by itself. carried: anything that may have been put into an aircraft. */
  readonly means: 'ship' | 'aircraft' | 'carried';
  readonly kmh: number;
}

/**
 * ship: 60 knots, 111.12 km/h. The fastest ship in service, the ferry Francisco (Incat), made 58.1 knots at her trials in 2013.
 * aircraft: 3,540 km/h. The absolute speed record of an aircraft with a crew, 3,529.56 km/h (SR-71A, 28 July 1976, FAI), stands since.
 * carried: 1,350 km/h. Freight and passengers go by subsonic jets: the fastest ground speed of one in a jet stream that became known is 1,327 km/h
 * (825 mph, BA112 on 9 February 2020). Cars, containers and telephones on Concorde (to 2003) or in a fighter would be faster, and would raise an
 * alarm that is wrong: nobody ever shipped so.
 */
const BOUNDS: Readonly<Record<SpeedBound['means'], SpeedBound>> = {
  ship: { means: 'ship', kmh: 111.12 },
  aircraft: { means: 'aircraft', kmh: 3_540 },
  carried: { means: 'carried', kmh: 1_350 },
};

/** Whether it moves on water by itself, as its identifier says. */
export const isVessel = (item: string): boolean => /^(?:imo|mmsi|hin):/.test(item);
export const isAircraft = (item: string): boolean => /^(?:aircraft|icao24):/.test(item);

/**
 * Of an item by its identifier. Boats with a HIN go on trailers and in aircraft, and so do the beacons of MMSIs that begin with 97 and the handhelds of those
 * that begin with 8 (ITU-R M.585); 111 is an aircraft for search and rescue.
 */
export function boundOf(item: string): SpeedBound {
  if (isAircraft(item) || item.startsWith('mmsi:111')) return BOUNDS.aircraft;
  return /^(?:imo:|mmsi:(?!97|8))/.test(item) ? BOUNDS.ship : BOUNDS.carried;
}

export const metresPerMicro = ({ kmh }: SpeedBound): number => (kmh * KMH) / 1_000_000;
