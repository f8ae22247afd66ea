/** Calls of a ship at ports that records give, by her track, with GFW's confidence in each. */
import type { TlpLabel } from '#lib/domain';
import type { TrackPosition } from './fixes.ts';
import { strictest } from './grades.ts';
import { NearPorts, type PortNear } from './near-ports.ts';
import { GAP_MICROS, type Port } from './silences.ts';
import { Steps } from './steps.ts';
import {
  ENTERS_METRES,
  LEAVES_METRES,
  PORT_SILENCE_MICROS,
  POSITION_ERROR_METRES,
  STOP_BEGINS_KNOTS,
  STOP_ENDS_KNOTS,
} from './vessel-thresholds.ts';

/**
 * Why it is not certain. port: records give several points for the port, and she was never in reach of all at once. position: by the error of her
 * positions she may have stayed outside. silence: she was not heard for hours, and may have left and come back. speed: a stop begins below a fifth of a
 * knot, and she was only seen below half of one.
 */
export type VisitDoubt = 'port' | 'position' | 'silence' | 'speed';

/** From the first position in port to the last, with a stop or a silence between. */
export interface PortVisit {
  /** The point that she came nearest to when she came in. */
  readonly port: Port;
  readonly since: TrackPosition;
  readonly until: TrackPosition;
  /** As GFW: 2, a stop or a silence, and neither how she came nor how she left; 3, one of both; 4, both. What has neither stop nor silence (1) is none. */
  readonly confidence: 2 | 3 | 4;
  readonly doubts: readonly VisitDoubt[];
  /** The strictest of her positions, and of the records that say where the port is. */
  readonly handling: TlpLabel;
}

/** By time, then code. Cost: a step for each position and each point of a port in its strip of latitude. Throws JourneyTooLarge. @param track by time */
export function portVisitsOf(track: readonly TrackPosition[], ports: readonly Port[], steps = new Steps()): readonly PortVisit[] {
  const near = new NearPorts(ports, steps);
  const stays = new Map<string, Stay>();
  const visits: PortVisit[] = [];
  const end = (stay: Stay): void => {
    stays.delete(stay.port.unlocode);
    const visit = visitOf(track, stay, steps);
    if (visit !== undefined) visits.push(visit);
  };
  for (const [at, position] of track.entries()) {
    steps.take();
    const within = near.within(position, LEAVES_METRES);
    const codes = new Set(within.map(({ port }) => port.unlocode));
    steps.take(stays.size);
    for (const stay of stays.values()) if (!codes.has(stay.port.unlocode)) end(stay);
    for (const each of within) {
      const { unlocode } = each.port;
      const stay = stays.get(unlocode) ?? startOf(each, at);
      if (stay === undefined) continue;
      stays.set(unlocode, stay);
      take(stay, each, at);
      stay.isOfAll ||= near.isWhole(unlocode, within);
    }
  }
  for (const stay of stays.values()) end(stay);
  return visits.sort((a, b) => a.since.at - b.since.at || (a.port.unlocode < b.port.unlocode ? -1 : 1));
}

interface Stay {
  port: Port;
  /** Indexes of the track. */
  readonly first: number;
  last: number;
  nearestMetres: number;
  /** At some moment every point of the port was in reach. */
  isOfAll: boolean;
  readonly labels: Set<TlpLabel>;
}

const startOf = ({ port, metres }: PortNear, at: number): Stay | undefined =>
  metres > ENTERS_METRES ? undefined : { port, first: at, last: at, nearestMetres: metres, isOfAll: false, labels: new Set() };

function take(stay: Stay, { port, metres }: PortNear, at: number): void {
  if (at === stay.first && metres < stay.nearestMetres) stay.port = port;
  stay.last = at;
  stay.nearestMetres = Math.min(stay.nearestMetres, metres);
  if (port.handling !== undefined) stay.labels.add(port.handling);
}

/** undefined: she passed by. */
function visitOf(track: readonly TrackPosition[], stay: Stay, steps: Steps): PortVisit | undefined {
  const { port, first, last, nearestMetres, isOfAll, labels } = stay;
  const within = track.slice(first, last + 1);
  steps.take(within.length);
  const pairs = within.slice(1).map((next, n) => [within[n] as TrackPosition, next] as const);
  const isSilent = pairs.some(([a, b]) => b.at - a.at >= PORT_SILENCE_MICROS);
  const stops = within.some(({ knots }) => knots !== undefined && knots < STOP_BEGINS_KNOTS);
  const mayStop = pairs.some((pair) => pair.every(({ knots }) => knots !== undefined && knots < STOP_ENDS_KNOTS));
  if (!isSilent && !stops && !mayStop) return undefined;
  return {
    port,
    since: track[first] as TrackPosition,
    until: track[last] as TrackPosition,
    confidence: confidenceOf(isSeenBetween(track, first - 1), isSeenBetween(track, last)),
    doubts: [
      ...(isOfAll ? [] : ['port' as const]),
      ...(nearestMetres + POSITION_ERROR_METRES > ENTERS_METRES ? ['position' as const] : []),
      ...(isSilent ? ['silence' as const] : []),
      ...(stops || isSilent ? [] : ['speed' as const]),
    ],
    handling: strictest([...within.map(({ track: { handling } }) => handling.tlp), ...labels]),
  };
}

/** She was heard before and behind it with no gap between: how she came in, or left, was seen. */
function isSeenBetween(track: readonly TrackPosition[], at: number): boolean {
  const [before, behind] = [track[at], track[at + 1]];
  return before !== undefined && behind !== undefined && behind.at - before.at < GAP_MICROS;
}

const confidenceOf = (isEntrySeen: boolean, isExitSeen: boolean): PortVisit['confidence'] =>
  isEntrySeen && isExitSeen ? 4 : isEntrySeen || isExitSeen ? 3 : 2;
