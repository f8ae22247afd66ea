/** Positions of other vessels that are known to whoever asks: what a ship's own track can be held against. */
import type { Position } from '#lib/domain';
import type { Track } from './fixes.ts';

/** Rows of one file about one transponder. */
export interface Neighbour {
  /** `mmsi:` and its number. */
  readonly id: string;
  /** Hulls that the rows name for it, `imo:` and their numbers; more than one: one number on two hulls. */
  readonly hulls: readonly string[];
  readonly track: Track;
  /** By time. */
  readonly rows: readonly (Position & { readonly line: number })[];
}

/** Those that are not the vessel itself under another of its names, as rows of any of these files have them. Cost: linear. */
export function othersThan(vessel: string, neighbours: readonly Neighbour[]): readonly Neighbour[] {
  const own = neighbours.filter(({ id, hulls }) => id === vessel || hulls.includes(vessel));
  const names = new Set([vessel, ...own.map(({ id }) => id)]);
  // A transponder that changed its number: what is asked about is the number, and its hull is what both are.
  if (vessel.startsWith('mmsi:')) for (const { hulls } of own) for (const hull of hulls) names.add(hull);
  return neighbours.filter(({ id, hulls }) => !names.has(id) && !hulls.some((hull) => names.has(hull)));
}
