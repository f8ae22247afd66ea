/** What comes into a projection: records of the event log, decoded. */
import type { Handling } from '#lib/domain';
import type { Ref } from './sql/storable.ts';

/** What timelines and relations are made of: a function of the content and its agency, so that a rebuild makes the same. */
export interface EventIndex {
  /** Position in KINDS of libs/domain. */
  readonly kind: number;
  /** Microseconds since 1970, start and end of occurred; `null` = not known, sorts last. */
  readonly starts: number | null;
  readonly ends: number | null;
  readonly items: readonly string[];
  /** Names of reader groups; at least one. */
  readonly groups: readonly string[];
  /** Events that this one speaks about. */
  readonly targets: readonly Ref[];
  /** The one of them that its agency marks, corrects, withdraws or approves here, where that is an event of its own; null: none. */
  readonly word: Ref | null;
  /** What it says of handlings; absent: it speaks of none, and its own is the one that its one reader group is for (CLEAR, or GREEN for all). */
  readonly said?: Said;
  /** Names and numbers that the event states beside identifiers, as search keeps them; absent: none. */
  readonly aliases?: readonly { readonly item: string; readonly alias: string }[];
  /** Numbers of keys by which a search for sightings finds it; absent: none. */
  readonly keys?: readonly number[];
  /** Of an act of policy: the act, as JSON text; absent: it is none. */
  readonly policy?: string;
  /** SHA-256 in hex of the evidence that it names; absent: none. */
  readonly evidence?: readonly string[];
  /** Of an import's record: ids of the same agency's events that it brought in. */
  readonly batch?: { readonly name: string; readonly members: readonly string[] };
  /** What it may leave open for a person to decide: position in OPEN_POINTS of libs/domain, and the item or none; absent: nothing. */
  readonly points?: readonly { readonly code: number; readonly item: string }[];
}

/** What an event says of handlings, kept apart from its document, which may be long. */
export interface Said {
  /** Its own, as submitted. */
  readonly handling: Handling;
  /** Of a marking: the handling that it gives its target; null: it is none. */
  readonly gives: Handling | null;
  /** Of an approval: the hash of the bytes that it approves, hex; null: it is none. */
  readonly approves: string | null;
}

/** What the ledger stores of a sighting; everything here follows from its hashed bytes. */
export interface ProjectedEvent extends Ref, EventIndex {
  readonly principal: string;
  /** 32 bytes in hex; so contentHash and secret. */
  readonly commitment: string;
  readonly contentHash: string;
  readonly secret: string;
  readonly capturedMicros: number;
  readonly content: Buffer;
  readonly offset: number;
  /** The whole event-log value: kept with a conflict or a dead letter. */
  readonly raw: Buffer;
  /** Where the event comes from the log: what is kept of its record with a dead letter, and asked for only then. */
  readonly record?: { readonly key: Buffer | null; readonly headers: Readonly<Record<string, string>> };
}

export interface DeadLetter {
  readonly offset: number;
  /** As in the error catalogue. */
  readonly code: string;
  readonly detail: string;
  readonly key: Buffer | null;
  /** Raw bytes, one character (U+0000 to U+00FF) for each. */
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
  /** The event that it was, where a publisher of its agency vouches for that. */
  readonly event?: Ref & { /** Hex. */ readonly contentHash: string };
}

/** As in libs/event-log. */
export interface PartitionId {
  readonly clusterId: string;
  readonly topicId: string;
  readonly topic: string;
  readonly partition: number;
}
