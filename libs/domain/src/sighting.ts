/**
 * The sighting as the domain sees it: parsed once at the edge (libs/contracts `readSighting`), never validated again inside.
 * Vocabulary of design: Words. The wire document is libs/contracts' schema, built from the lists here.
 */
import type { EventRef } from './event-ref.ts';
import type { Handling } from './handling.ts';
import type { Interval } from './interval.ts';
import type { Place } from './place.ts';
import type { Instant } from './time.ts';

/** Kinds that can place an item when their modality is actual. */
export const PLACING_KINDS = ['observation', 'aggregation', 'transfer', 'transformation', 'registration', 'declaration'] as const;
/** Kinds that never place an item, whatever their modality. */
export const SPEAKING_KINDS = ['statement', 'assessment', 'identification'] as const;
/** Kinds about other sightings. A correction places what it puts in its target's stead. */
export const RELATING_KINDS = ['correction', 'retraction', 'dispute', 'resolution', 'marking'] as const;
/**
 * Kinds that say what the ledger's people do: who may do what, what becomes of evidence, what one import brought in, what an agency watches, which
 * sightings somebody chose for a case; and of the ledger itself that a watch was met. They concern no item and place none.
 */
export const ACT_KINDS = ['policy', 'evidence', 'batch', 'watch', 'alert', 'case', 'case-act'] as const;
/** All kinds; the position in this list is the number stored in the ledger: append only. */
export const KINDS = [...PLACING_KINDS, ...SPEAKING_KINDS, ...RELATING_KINDS, ...ACT_KINDS] as const;
/** One of `KINDS`. */
export type Kind = (typeof KINDS)[number];
/** A kind about other sightings. */
export type RelatingKind = (typeof RELATING_KINDS)[number];

/** Only actual places an item; negative: looked for and not found. */
export const MODALITIES = ['actual', 'planned', 'negative'] as const;
/** One of `MODALITIES`. */
export type Modality = (typeof MODALITIES)[number];

/**
 * What an item is in a sighting: what it is about; what something goes into or out of; context, which it does not move. A correction also
 * lists the items of its target: those that its own content is not about stand in the background, or it would place them.
 */
export const ROLES = ['subject', 'container', 'conveyance', 'background'] as const;
/** One of `ROLES`. */
export type Role = (typeof ROLES)[number];

/** What sort of source it is; its kind is an open list. */
export const SOURCE_FAMILIES = ['registry', 'trade', 'tracking', 'customs', 'imagery', 'media', 'official', 'tip', 'analysis'] as const;
/** One of `SOURCE_FAMILIES`. */
export type SourceFamily = (typeof SOURCE_FAMILIES)[number];

/** One item of a sighting. */
export interface SightingItem {
  /** `scheme:value`, normalised; see identifier.ts. */
  readonly id: string;
  readonly role: Role;
  /** For a transformation only. */
  readonly part?: 'input' | 'output';
  /** As it stood in the source, where that differs. */
  readonly written?: string;
  /** Names the author gave beside the identifier: searchable, never a merge. */
  readonly aliases?: { readonly name?: string; readonly mmsi?: string; readonly callSign?: string };
}

/** A firm or person with its part in what was seen. */
export interface Party {
  readonly role: string;
  readonly name?: string;
  readonly lei?: string;
  readonly country?: string;
  readonly address?: string;
}

/** Bytes that support a sighting, named by their SHA-256 (lower-case hex). */
export interface EvidenceRef {
  readonly sha256: string;
  readonly bytes?: number;
  readonly mediaType?: string;
  readonly type?: string;
  readonly ref?: string;
  /** `line:5`, `line:5-7`, `page:2`, `row:14`, `region:page=2,x=10,y=10,w=50,h=20`. */
  readonly locator?: string;
  readonly synthetic?: boolean;
}

/** What a sighting says about other sightings. */
export interface Relations {
  /** Of a correction, retraction, dispute, marking. */
  readonly target?: EventRef;
  readonly reason?: string;
  /** Of a marking: the target's handling from now on. */
  readonly handling?: Handling;
  /** The author's own relations. */
  readonly contradicts: readonly EventRef[];
  readonly links: readonly EventRef[];
  /** What an assessment rests on. */
  readonly basis: readonly EventRef[];
  /** Of a resolution: what it settles, and which of them it lets stand. */
  readonly resolves: readonly EventRef[];
  readonly upholds: readonly EventRef[];
}

/** One statement by one principal about items at a time and place, with source and evidence. */
export interface Sighting extends EventRef {
  /** Submitted by: stands in what is hashed. */
  readonly principal: string;
  readonly kind: Kind;
  /** Of a correction: the kind it puts in place; absent: its target's. */
  readonly as?: Kind;
  readonly action?: 'ADD' | 'DELETE';
  readonly modality: Modality;
  readonly subtype?: string;
  readonly handling: Handling;
  /** Absent: undated. */
  readonly occurred?: Interval;
  readonly place?: Place;
  readonly items: readonly SightingItem[];
  readonly conveyance?: { readonly voyage?: string; readonly loading?: Place; readonly discharge?: Place };
  readonly parties: readonly Party[];
  readonly source: { readonly kind: string; readonly family?: SourceFamily; readonly title?: string; readonly url?: string };
  readonly evidence: readonly EvidenceRef[];
  /** Admiralty code, e.g. `B2`; absent: not graded. */
  readonly grade?: string;
  readonly statement?: string;
  readonly relations: Relations;
  /** Reported by (stated): a field, never proved. */
  readonly reported?: { readonly at: Instant; readonly by?: string; readonly agency?: string };
  readonly extension?: Readonly<Record<string, unknown>>;
}
