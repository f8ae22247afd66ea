/** Acts of a case: what a document of kind `case-act` says, under `extension.act`. A case is opened by one document, and is what its acts come to. */
import type { EventRef } from '../event-ref.ts';
import type { Instant } from '../time.ts';

/** What can be done to a case that was opened. */
export const CASE_ACTS = ['added', 'moved', 'removed', 'noted', 'closed'] as const;
/** One of `CASE_ACTS`. */
export type CaseActName = (typeof CASE_ACTS)[number];

/** As it stands in the document. What is said with it (a note, a reason) is the document's `statement`. */
export interface CaseActText {
  readonly act: CaseActName;
  /** Id of the document that opened the case, of the same agency: nobody acts on a case of another one. */
  readonly of: string;
  /** Of what is added: the sighting, as `id` of the same agency or `agency/id`. */
  readonly sighting?: string | undefined;
  /** Which entry is moved, removed (then also a note) or noted on: the id of the act that added it. A note without one is on the case. */
  readonly entry?: string | undefined;
  /** Of what is added or moved: the entry that it stands right behind. Neither this nor `first`: it stands at the end. */
  readonly after?: string | undefined;
  readonly first?: true | undefined;
}

/** The same with its reference read, and who said it. */
export interface CaseAct extends Omit<CaseActText, 'sighting'> {
  readonly id: string;
  readonly principal: string;
  /** When capture took it: the claim of its clock. */
  readonly captured: Instant;
  readonly sighting?: EventRef;
  /** What was said with it. */
  readonly statement?: string;
}
