/** What somebody wants to know of a proof document, and whose word counts for him. */
import type { AbsentEvidence } from './absent-evidence.ts';
import type { ItemEntry } from './item-tree.ts';
import type { VerifierKey } from './note-key.ts';
import type { SaidSignatures } from './said-signatures.ts';
import type { WitnessPolicy } from './witness-policy.ts';

/** An item tree as an earlier check left it. */
export interface KeptTree {
  readonly group: string;
  readonly item: string;
  readonly n: bigint;
  readonly root: Uint8Array;
  /** Of the head under which it was seen: under an earlier one the list may have been shorter. */
  readonly size: bigint;
}

/** What the client kept from earlier checks. */
export interface Kept {
  readonly size: bigint;
  readonly root: Uint8Array;
  /** In its seal, RFC 3339 with six decimals; absent: it was not kept. */
  readonly time?: string;
  /** `null`: not known yet. */
  readonly mapSalt: Uint8Array | null;
  readonly trees: readonly KeptTree[];
  /**
   * Between the kept head and the one of the document, whichever is smaller first (RFC 9162 2.1.4). `null`: the reader chose to ask nobody.
   * `missing`: the log was asked and gave none, which whoever forked it would do: nothing is verified then, nor kept.
   */
  readonly consistency: readonly Uint8Array[] | 'missing' | null;
  /** The root that the log says to have had at the smaller of both sizes, with the path; absent: it says none. */
  readonly claimed?: Uint8Array;
}

/** Whose word counts. */
export interface Trust {
  /** Pinned. Each is believed for the log of its own name only. */
  readonly log: readonly VerifierKey<'log'>[];
  /** Absent: no witness is asked for. */
  readonly witnesses?: WitnessPolicy;
  /** How old a head may be; absent: any age, which is said. */
  readonly ageSecondsMax?: number;
  /** The reader's clock; absent: nothing is said about age. */
  readonly nowMs?: number;
  readonly kept?: Kept;
}

/** What was asked, as far as the asker knows; what he does not say is taken from the document, and said. */
export interface Question {
  readonly item?: string;
  /** Each of them has to be shown; absent: those that are shown, and that is said. */
  readonly groups?: readonly string[];
  /** Who asks, by his own word: where a marking keeps an event for persons, whether he is one of them. Absent: he may be any. */
  readonly reader?: { readonly agency: string; readonly principal: string };
  /** The log itself was asked for: its head is shown, no item and no event. */
  readonly log?: boolean;
  /** Leaves [from, to) of the one tree; absent: all. */
  readonly stretch?: { readonly from: bigint; readonly to: bigint };
  /** Absent agency: of any. */
  readonly event?: { readonly agency?: string; readonly id: string };
  /** The log itself was asked, now: a head behind a kept one is then an older state put back. */
  readonly isLatest?: boolean;
  /** Each listed entry has to be shown. */
  readonly allEvents?: boolean;
  /** Each shown event has to have its place in the log shown. */
  readonly inclusion?: boolean;
  /** Absent: there are none. */
  readonly files?: FilesBeside;
}

/** Files that lie beside a document. */
export interface FilesBeside {
  /** The content of an event; undefined: it is not there. */
  readonly contentOf: (index: bigint) => Uint8Array | undefined;
  /** Evidence, by the SHA-256 that each file is named by. */
  readonly evidence: ReadonlyMap<string, Uint8Array>;
  /** What it says of evidence that is not there; absent: nothing, `null`: what cannot be read. */
  readonly absent?: AbsentEvidence | null;
  /** What it says of signatures; absent: nothing, `null`: what cannot be read. */
  readonly signatures?: SaidSignatures | null;
  /** A file that is neither, nor what people need beside a proof: once each event's content was asked for. */
  readonly strange: () => string | undefined;
}

/** What was established of an item. */
export interface ListedEntries {
  readonly item: string;
  /** By reader group, in the order of the document. */
  readonly groups: readonly { readonly group: string; readonly entries: readonly ItemEntry[] }[];
  /** To be kept: size and root of each tree. */
  readonly trees: readonly KeptTree[];
}
