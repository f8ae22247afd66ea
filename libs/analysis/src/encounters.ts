/**
 * Two ships close to each other, slow, for hours. Both tracks carry it: at each instant at which either gave a position, the other's lies between two
 * that are no more than an hour apart. No path is drawn between them: a ship is taken to have gone no faster than the two knots that an encounter is
 * slow by, and to have been anywhere that she could get to at that. It is certain where they cannot have been farther apart at any moment, whatever
 * the errors of the positions; transponders that are heard every few minutes make it so. GFW asks the median of the speeds, and here each step is
 * asked: a burst ends an encounter.
 */
import type { Instant, TlpLabel } from '#lib/domain';
import type { TrackPosition } from './fixes.ts';
import { distanceMetres, isFartherThan } from './geodesic.ts';
import { strictest } from './grades.ts';
import { NearPorts } from './near-ports.ts';
import type { Neighbour } from './neighbours.ts';
import { runsOf, type Sample } from './runs.ts';
import { firstWhere, type Port } from './silences.ts';
import { onceAnInstant, paceBetween, type Pace, type Stretch } from './slow-stretches.ts';
import { GEODESIC_STEPS, type Steps } from './steps.ts';
import {
  ENCOUNTER_METRES,
  ENCOUNTER_MICROS,
  ENCOUNTER_PORT_METRES,
  KNOT_METRES_PER_MICRO,
  POSITION_ERROR_METRES,
  SLOW_KNOTS,
  TOGETHER_MICROS,
} from './vessel-thresholds.ts';

/**
 * Why it is not certain. distance: the errors of the positions, or the time between them, leave it open that they were farther apart. port: some
 * records of a port put it near, and not all. shore: no record says how far anchorages and quays are, where neighbours lie and meet nobody; so no
 * encounter is certain. speed: one of them may have gone faster meanwhile.
 */
export type EncounterDoubt = 'distance' | 'port' | 'shore' | 'speed';

export interface Encounter {
  /** `mmsi:` and its number. */
  readonly other: string;
  readonly hulls: readonly string[];
  /** Of the first and the last instant at which it holds. */
  readonly starts: Instant;
  readonly ends: Instant;
  /** Positions of each in it, by time; at least one. */
  readonly positions: readonly TrackPosition[];
  readonly otherPositions: readonly TrackPosition[];
  /** The least distance between positions, each taken with that of the other that is nearest in time. */
  readonly nearestMetres: number;
  /** Empty: every reading of the positions carries it. */
  readonly doubts: readonly EncounterDoubt[];
  /** The strictest of all these positions. */
  readonly handling: TlpLabel;
}

/** So far a slow ship gets between two positions that are taken together. */
const DRIFT_METRES = SLOW_KNOTS * KNOT_METRES_PER_MICRO * TOGETHER_MICROS;
const ERRORS_METRES = 2 * POSITION_ERROR_METRES;
/** Farther from the last position of the one no row of the other can belong to an encounter. */
const REACH_METRES = ENCOUNTER_METRES + ERRORS_METRES + 2 * DRIFT_METRES;

/**
 * By time, then the other. Cost: a step for each row of others while she was slow, and geodesics where they were near. Throws JourneyTooLarge.
 * @param stretches of her track @param others not the vessel itself: see `othersThan`
 */
export function encountersOf(
  stretches: readonly Stretch[],
  others: readonly Neighbour[],
  ports: readonly Port[],
  steps: Steps,
): readonly Encounter[] {
  const long = stretches.filter((stretch) => lengthOf(stretch) >= ENCOUNTER_MICROS);
  if (long.length === 0) return [];
  const near = new NearPorts(ports, steps);
  const byId = new Map<string, readonly Neighbour[]>();
  for (const each of others) byId.set(each.id, [...(byId.get(each.id) ?? []), each]);
  const found = long.flatMap((stretch) =>
    [...byId].flatMap(([other, files]) => {
      steps.take();
      const rows = merged(files.map((file) => rowsNear(stretch, file, steps)));
      if (rows.length === 0) return [];
      const hulls = [...new Set(files.flatMap((file) => file.hulls))].sort();
      return meetings(stretch, rows, near, steps).map((meeting): Encounter => ({ other, hulls, ...meeting }));
    }),
  );
  return found.sort((a, b) => a.starts - b.starts || (a.other < b.other ? -1 : 1));
}

const lengthOf = ({ positions }: Stretch): number => (positions.at(-1)?.at ?? 0) - (positions[0]?.at ?? 0);

/** From the row before the first that lies within reach to the row behind the last, so that no two are neighbours that were none in the file. */
function rowsNear({ positions }: Stretch, { rows, track }: Neighbour, steps: Steps): readonly TrackPosition[] {
  const [starts, ends] = [positions[0]?.at ?? 0, positions.at(-1)?.at ?? 0];
  let [first, last, own] = [-1, -1, 0];
  for (let n = firstWhere(rows, ({ at }) => at >= starts); n < rows.length; n++) {
    const row = rows[n] as Neighbour['rows'][number];
    steps.take();
    if (row.at > ends) break;
    while ((positions[own + 1]?.at ?? Infinity) <= row.at) own++;
    if (isFartherThan(row, positions[own] as TrackPosition, REACH_METRES)) continue;
    if (first < 0) first = n;
    last = n;
  }
  if (first < 0) return [];
  steps.take(last - first + 3);
  return rows.slice(Math.max(0, first - 1), last + 2).map((row) => ({ ...row, track }));
}

/** What two files say alike is there once. */
function merged(files: readonly (readonly TrackPosition[])[]): readonly TrackPosition[] {
  const [only, ...more] = files.filter(({ length }) => length > 0);
  if (more.length === 0) return only ?? [];
  const rows = new Map<string, TrackPosition>();
  for (const row of [...(only ?? []), ...more.flat()]) {
    const key = `${row.at} ${row.lat} ${row.lon}`;
    if (!rows.has(key)) rows.set(key, row);
  }
  return [...rows.values()].sort((a, b) => a.at - b.at);
}

type Meeting = Omit<Encounter, 'other' | 'hulls'>;

function meetings(stretch: Stretch, all: readonly TrackPosition[], near: NearPorts, steps: Steps): readonly Meeting[] {
  const rows = onceAnInstant(all, steps);
  const walk = new Together(stretch, rows, near, steps);
  const samples = walk.samples();
  return runsOf(samples, ENCOUNTER_MICROS).map(({ first, last, doubts }): Meeting => {
    const [starts, ends] = [samples[first]?.at ?? 0, samples[last]?.at ?? 0];
    const within = (track: readonly TrackPosition[]) =>
      track.slice(
        firstWhere(track, ({ at }) => at >= starts),
        firstWhere(track, ({ at }) => at > ends),
      );
    const [positions, otherPositions] = [within(stretch.positions), within(rows)];
    const nearestMetres = samples.slice(first, last + 1).reduce((least, { metres }) => Math.min(least, metres), Infinity);
    const handling = strictest([...positions, ...otherPositions].map(({ track }) => track.handling.tlp));
    return { starts, ends, positions, otherPositions, nearestMetres, doubts, handling };
  });
}

interface Meets extends Sample<EncounterDoubt> {
  readonly metres: number;
}

interface Step {
  readonly before: TrackPosition;
  readonly behind: TrackPosition;
  readonly pace: Pace;
}

/** One track, as far as it has been walked. */
class Walked {
  readonly track: readonly TrackPosition[];
  /** Index of the last position so far; -1: none. */
  at = -1;
  private readonly pace: (from: number) => Pace;

  constructor(track: readonly TrackPosition[], pace: (from: number) => Pace) {
    this.track = track;
    this.pace = pace;
  }

  get next(): Instant {
    return this.track[this.at + 1]?.at ?? Infinity;
  }

  /** Up to that time. false: what lies between what was passed is not slow, or not known. */
  walk(to: Instant): boolean {
    let isCarried = true;
    while (this.next <= to) if (++this.at > 0 && this.pace(this.at - 1) === 'no') isCarried = false;
    return isCarried;
  }

  /** The positions before and behind that time, or the one at it; undefined: nothing carries it. */
  around(time: Instant): readonly [TrackPosition, TrackPosition?] | undefined {
    const before = this.track[this.at];
    if (before === undefined) return undefined;
    if (before.at === time) return [before];
    const behind = this.track[this.at + 1];
    return behind === undefined || this.pace(this.at) === 'no' ? undefined : [before, behind];
  }

  /** What leads to that time: from a position before it to one at it, or behind. Asked where something carries that time and the one before. */
  stepTo(time: Instant): Step {
    const from = this.track[this.at]?.at === time ? this.at - 1 : this.at;
    return { before: this.track[from] as TrackPosition, behind: this.track[from + 1] as TrackPosition, pace: this.pace(from) };
  }
}

/** Walks along both tracks, from instant to instant at which either gives a position. */
class Together {
  private readonly own: Walked;
  private readonly other: Walked;
  private readonly near: NearPorts;
  private readonly steps: Steps;

  constructor({ positions, paces }: Stretch, rows: readonly TrackPosition[], near: NearPorts, steps: Steps) {
    const otherPaces = rows.slice(1).map((row, n) => paceBetween(rows[n] as TrackPosition, row, steps));
    this.own = new Walked(positions, (from) => paces[from] ?? 'no');
    this.other = new Walked(rows, (from) => otherPaces[from] ?? 'no');
    this.near = near;
    this.steps = steps;
  }

  /** Of the instants at which they may be close. */
  samples(): readonly Meets[] {
    const samples: Meets[] = [];
    let isLinked = false;
    for (;;) {
      const time = Math.min(this.own.next, this.other.next);
      if (time === Infinity) return samples;
      this.steps.take();
      const isCarried = [this.own.walk(time), this.other.walk(time)].every(Boolean);
      const meets = this.at(time);
      if (meets !== undefined) samples.push({ ...meets, link: isLinked && isCarried ? this.linkTo(time) : null });
      isLinked = meets !== undefined;
    }
  }

  private linkTo(time: Instant): readonly EncounterDoubt[] {
    const [own, other] = [this.own.stepTo(time), this.other.stepTo(time)];
    return [
      ...(this.mostApart(own, other) > ENCOUNTER_METRES ? ['distance' as const] : []),
      ...(own.pace === 'slow' && other.pace === 'slow' ? [] : ['speed' as const]),
    ];
  }

  /**
   * How far apart they can have been at any moment that both steps cover: each where two knots take her from the position before, and to the one
   * behind. From both before it grows with time, to both behind it shrinks, so that it is the most where these are equal; from one before to the
   * other behind it is the same all the time.
   */
  private mostApart(own: Step, other: Step): number {
    const far = (a: TrackPosition, b: TrackPosition): number => {
      this.steps.take(GEODESIC_STEPS);
      return distanceMetres(a, b);
    };
    const reach = (micros: number): number => SLOW_KNOTS * KNOT_METRES_PER_MICRO * micros;
    const [a, b] = [own.behind.at - own.before.at, other.behind.at - other.before.at];
    const turning = (far(own.before, other.before) + far(own.behind, other.behind) + reach(a + b)) / 2;
    const across = far(own.before, other.behind) + reach(other.behind.at - own.before.at);
    const back = far(own.behind, other.before) + reach(own.behind.at - other.before.at);
    return Math.min(turning, across, back) + ERRORS_METRES;
  }

  private at(time: Instant): Omit<Meets, 'link'> | undefined {
    const [own, other] = [this.own.around(time), this.other.around(time)];
    if (own === undefined || other === undefined) return undefined;
    // Of one of them the instant is a position's.
    const [given, around] = own.length === 1 ? [own[0], other] : [other[0], own];
    const metres = this.nearest(given, around);
    if (metres === undefined) return undefined;
    const nearness = this.near.nearness(given, ENCOUNTER_PORT_METRES + POSITION_ERROR_METRES);
    if (nearness === 'all' && this.near.nearness(given, ENCOUNTER_PORT_METRES - POSITION_ERROR_METRES) === 'all') return undefined;
    // Neighbours in an anchorage or at a quay meet nobody, and where those are records say of few ports: none is certain.
    return { at: time, doubts: nearness === 'none' ? ['shore'] : ['port', 'shore'], metres };
  }

  /** Metres to the one that is nearest in time; undefined: farther apart than an encounter is, in every reading. */
  private nearest(given: TrackPosition, around: readonly [TrackPosition, TrackPosition?]): number | undefined {
    let [metres, nearest] = [Infinity, Infinity];
    for (const position of around) {
      if (position === undefined) continue;
      const micros = Math.abs(position.at - given.at);
      const reach = ENCOUNTER_METRES + ERRORS_METRES + SLOW_KNOTS * KNOT_METRES_PER_MICRO * micros;
      if (isFartherThan(given, position, reach)) return undefined;
      this.steps.take(GEODESIC_STEPS);
      const far = distanceMetres(given, position);
      if (far > reach) return undefined;
      if (micros < nearest) [nearest, metres] = [micros, far];
    }
    return metres;
  }
}
