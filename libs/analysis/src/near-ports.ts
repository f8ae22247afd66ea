/** Which ports, as records give them, lie how near to a point. */
import { distanceMetres, isFartherThan, MERIDIAN_METRES, type Point } from './geodesic.ts';
import { once } from './once.ts';
import { firstWhere, type Port } from './silences.ts';
import { GEODESIC_STEPS, type Steps } from './steps.ts';

/** A point of a port, and how far it is. */
export interface PortNear {
  readonly port: Port;
  readonly metres: number;
}

/** Cost: a step for each point of a port in the same strip of latitude, and a geodesic for each that is not plainly farther. Throws JourneyTooLarge. */
export class NearPorts {
  private readonly byLatitude: readonly Port[];
  private readonly pointsOf: ReadonlyMap<string, number>;
  private readonly steps: Steps;

  constructor(ports: readonly Port[], steps: Steps) {
    this.byLatitude = byLatitudeOf(ports);
    this.pointsOf = pointsOf(ports);
    this.steps = steps;
  }

  /** Points no farther than that, from the south on. */
  within(at: Point, metres: number): readonly PortNear[] {
    const near: PortNear[] = [];
    const strip = metres / MERIDIAN_METRES;
    for (let n = firstWhere(this.byLatitude, ({ lat }) => lat >= at.lat - strip); n < this.byLatitude.length; n++) {
      const port = this.byLatitude[n] as Port;
      this.steps.take();
      if (port.lat > at.lat + strip) break;
      if (isFartherThan(at, port, metres)) continue;
      this.steps.take(GEODESIC_STEPS);
      const far = distanceMetres(at, port);
      if (far <= metres) near.push({ port, metres: far });
    }
    return near;
  }

  /** all: every point that records give of some port lies so near, and none of them makes it the open sea. some: not all of any. */
  nearness(at: Point, metres: number): 'all' | 'some' | 'none' {
    const near = this.within(at, metres);
    if (near.length === 0) return 'none';
    return near.some(({ port }) => this.isWhole(port.unlocode, near)) ? 'all' : 'some';
  }

  /** Of that port every point is among these. */
  isWhole(unlocode: string, near: readonly PortNear[]): boolean {
    const points = this.pointsOf.get(unlocode) ?? 0;
    if (near.length < points) return false;
    this.steps.take(near.length);
    return near.filter(({ port }) => port.unlocode === unlocode).length === points;
  }
}

const byLatitudeOf = once((ports: readonly Port[]): readonly Port[] => ports.toSorted((a, b) => a.lat - b.lat));

const pointsOf = once((ports: readonly Port[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { unlocode } of ports) counts.set(unlocode, (counts.get(unlocode) ?? 0) + 1);
  return counts;
});
