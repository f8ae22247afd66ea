/** What one entry of a timeline says. Made by entry.ts; plain data that serialises as it is. */
import type { Handling } from './handling.ts';
import type { Standing } from './resolved.ts';
import type { EventRef } from './event-ref.ts';
import type { Kind, Role, Sighting } from './sighting.ts';

/** Another sighting at the other end of a relation, and how that one stands; `absent`: it is not among the sightings given. */
export interface RelationLink extends EventRef {
  readonly standing: Standing | 'absent';
  /** Its word holds (by an entry's `...By` lists); a withdrawn dispute is still listed, with false. */
  readonly inForce?: boolean;
  /** Of `resolvedBy`: the resolution lets this sighting stand. */
  readonly upheld?: boolean;
}

/** What to call an entry where it is shown. Only `observed` can be a position. */
export type Mark = 'observed' | 'statement' | 'assessment' | 'identification' | 'planned' | 'negative' | 'relation';

/**
 * Why an entry places nothing: how it stands; `kind-unknown`, a correction whose kind is not known yet; `kind`, a kind that never places;
 * `modality`, planned or negative; `background`, the item is only context; `not-named`, it speaks about a sighting of the item and does
 * not name the item itself; `no-place`, it says that the item was seen, not where; `future-dated`, it begins after it was written down.
 */
export type WhyNot =
  | Exclude<Standing, 'stands'>
  | 'kind-unknown'
  | 'kind'
  | 'modality'
  | 'background'
  | 'not-named'
  | 'no-place'
  | 'future-dated'
  | 'disputed';

/**
 * `incomplete-correction`: leaves out an item of its target (on both); `foreign-...`: of another agency's sighting, so it counts as a
 * dispute; `relation-cycle`: void; `disputed`: by a dispute in force that nothing settles; `check-digit`: the item's identifier fails its
 * check; `future-dated`: said to have happened, and begins after it was written down or taken in.
 */
export type Flag =
  | 'check-digit'
  | 'disputed'
  | 'foreign-correction'
  | 'foreign-marking'
  | 'foreign-retraction'
  | 'future-dated'
  | 'incomplete-correction'
  | 'relation-cycle';

/** Another name of the thing by which a sighting is of it, and the claims that it is one, in order of the chain. */
export interface Through {
  readonly id: string;
  readonly claims: readonly TimelineEntry[];
}

/** One sighting on a timeline: how it stands, whether it places the item, and who says what about it. */
export interface TimelineEntry {
  readonly sighting: Sighting;
  readonly logIndex: number | undefined;
  /** Of the item in this sighting, in the order of `ROLES`; empty: it speaks about one that names the item. */
  readonly roles: readonly Role[];
  readonly standing: Standing;
  /** The sighting that corrected, withdrew, superseded or voided it. */
  readonly by: EventRef | undefined;
  /** Of a corrected one: the outermost correction, whose content is in its place. */
  readonly inPlace: EventRef | undefined;
  /** What it counts as: of a correction, what it puts in place; `dispute` for a foreign one; absent while that is unknown. */
  readonly kind: Kind | undefined;
  /** It stands, its kind places, it is actual and not of the future, the item is no mere background, and it says where that was. */
  readonly places: boolean;
  readonly mark: Mark;
  /** Absent if it places. */
  readonly why: WhyNot | undefined;
  /** As last marked; as submitted, where nothing in force marked it. */
  readonly handling: Handling;
  /** Lists of the other ends, by (reported, agency, id), whether in force or not. */
  readonly targets: readonly RelationLink[];
  readonly correctedBy: readonly RelationLink[];
  readonly withdrawnBy: readonly RelationLink[];
  readonly supersededBy: readonly RelationLink[];
  readonly disputedBy: readonly RelationLink[];
  readonly resolvedBy: readonly RelationLink[];
  readonly markedBy: readonly RelationLink[];
  readonly contradicts: readonly RelationLink[];
  readonly contradictedBy: readonly RelationLink[];
  /** Sorted. */
  readonly flags: readonly Flag[];
  /** It names the item by another name of the thing, whose roles these are; absent: by its own, or not at all. */
  readonly through: Through | undefined;
}
