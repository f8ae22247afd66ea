/** A sighting among others, with what they say about it. */
import type { Handling } from './handling.ts';
import { isRelating } from './references.ts';
import type { Rules } from './rules.ts';
import type { Kind, RelatingKind, Sighting } from './sighting.ts';
import type { Instant } from './time.ts';

/**
 * `stands`; `corrected`: another content is in its place; `withdrawn`: by a retraction in force; `superseded`: another correction of the
 * same target won; `void`: its target was withdrawn, or its relations go round in a circle; `waiting`: its target is not there yet.
 */
export type Standing = 'stands' | 'corrected' | 'withdrawn' | 'superseded' | 'void' | 'waiting';

/** What the caller has: a sighting and, where they are known, its place in the log, which decides nothing, and when it was taken in. */
export interface FoldInput {
  readonly sighting: Sighting;
  readonly logIndex?: number;
  /** Clock of capture: a claim, like `reported`. It decides only whether the sighting speaks of its own future. */
  readonly captured?: Instant;
  /** The handling in effect, where the caller knows that its agency marked it (marking.ts). Absent: as the sightings that are given say. */
  readonly handling?: Handling;
}

/** Most sightings of a ship's track have no relation at all: they share one empty list. */
const NONE: Resolved[] = [];

/**
 * A sighting with its relations resolved. Written by `resolve` alone. A class, so that 100,000 of them have one shape: made by spreading
 * objects they cost 20 times as much.
 */
export class Resolved {
  readonly sighting: Sighting;
  readonly logIndex: number | undefined;
  readonly captured: Instant | undefined;
  readonly handling: Handling | undefined;
  /** `agency/id`. */
  readonly key: string;
  /** A correction, retraction or marking of another agency's sighting. */
  readonly foreign: boolean;
  /** What its word amounts to: a correction of another agency's sighting is a dispute. Undefined: it speaks about no sighting. */
  readonly speaksAs: RelatingKind | undefined;
  /** A foreign correction, or a correction of one: it disputes, whatever kind it names for what it would put in place. */
  disputesThroughout: boolean;
  /** What it speaks about and is there. */
  targets: Resolved[] = NONE;
  /** Who speaks about it, by (reported, agency, id). */
  speakers: Resolved[] = NONE;
  /** Who says that it contradicts them, by (reported, agency, id). */
  contradictedBy: Resolved[] = NONE;
  inCircle = false;
  /** The retraction in force that withdrew it: the first, where there are several. */
  withdrawnBy: Resolved | undefined = undefined;
  /** The correction of it that won. */
  winner: Resolved | undefined = undefined;
  /** The outermost correction: whose content takes its place; itself where there is none. */
  head: Resolved = this;
  /** The kind that the outermost of its corrections, or itself as a correction, names. */
  kindNamed: Kind | undefined;
  standing: Standing = 'stands';
  /** Who made its standing what it is. */
  by: Resolved | undefined = undefined;
  /** What it counts as; undefined while a correction's target is unknown. */
  kind: Kind | undefined = undefined;
  /** Its word about its targets holds. */
  inForce = false;

  constructor({ sighting, logIndex, captured, handling }: FoldInput, key: string, rules: Rules) {
    const { kind, agency, relations } = sighting;
    const ownersWord = kind === 'correction' || kind === 'retraction' || kind === 'marking';
    this.sighting = sighting;
    this.logIndex = logIndex;
    this.captured = captured;
    this.handling = handling;
    this.key = key;
    this.foreign = rules.ownAgencyOnly && ownersWord && relations.target !== undefined && relations.target.agency !== agency;
    this.speaksAs = this.foreign ? 'dispute' : isRelating(kind) ? kind : undefined;
    this.disputesThroughout = this.foreign && kind === 'correction';
    this.kindNamed = kind === 'correction' ? sighting.as : undefined;
  }

  speakAbout(target: Resolved): void {
    if (this.targets === NONE) this.targets = [];
    if (target.speakers === NONE) target.speakers = [];
    this.targets.push(target);
    target.speakers.push(this);
  }

  contradictedByAlso(author: Resolved): void {
    if (this.contradictedBy === NONE) this.contradictedBy = [];
    this.contradictedBy.push(author);
  }
}

/** It still says about its targets what it said: not withdrawn, void or superseded, and not corrected into another kind. */
export function keepsItsWord({ standing, disputesThroughout, kindNamed, speaksAs }: Resolved): boolean {
  if (standing === 'corrected') return disputesThroughout || speaksAs === 'correction' || kindNamed === undefined;
  return standing === 'stands' || standing === 'waiting';
}
