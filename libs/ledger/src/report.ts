/**
 * What a check of a proof says: never yes or no alone, but one statement for each step, of which each is established, not established, or
 * failed, and a verdict in the six outcomes that every surface of the product shows alike. Pure; words for people, codes for programs.
 */
import type { Checkpoint } from './checkpoint.ts';
import { sinceText, type SeenBy } from './head-times.ts';
import { subjectText, type ReportSubject } from './report-subject.ts';

/** The outcomes, and the exit code of the command line for each. */
export const VERDICTS = {
  verified: 0,
  altered: 10,
  'not-in-log': 11,
  'untrusted-key': 12,
  incomplete: 13,
  'not-checked': 20,
} as const satisfies Record<string, number>;
/** One of VERDICTS. */
export type Verdict = keyof typeof VERDICTS;

/** The steps of a check, in their order; what each is about, in plain words, for whoever asks to have it explained. */
export const STEPS = {
  document: 'The proof can be read: it has the form of one, and nothing stands in it that no check looks at.',
  signature:
    'The head of the log, its number of entries and the one hash over all of them, is signed by a key that you trust for this log.',
  witnesses: 'Others than the operator saw the same head, and that it continues what they saw before.',
  time: 'Whose word it is when the head was sealed, and whether anything speaks against it. Of an entry that stands under it this says only that it was there by then.',
  age: 'How old the head is: what was added later is not covered.',
  kept: 'The head continues the one that you kept from an earlier check: nothing that was there is gone or changed.',
  seal: 'The last entry under the head says up to where the item map reaches, and when that was recorded.',
  salt: 'The secret number that hides the names of items is one that the log committed to. A log has one alone, so that a name has one place: an auditing witness or a full audit shows that; a salt that was kept shows only that it is still the one of an earlier check.',
  map: 'The item map has one place for this item and reader group, and this is what stands there: of the entries as they were sealed.',
  tree: 'The list of entries about the item, as they were sealed for this reader group, is the one whose hash stands in the map: none is missing, added, or in another order.',
  events:
    'Each event that is shown, with its secret, gives the entry that stands in the log, and is about this item. One that is withheld is shown by its place in the list alone; that it was taken from you a marking says that is shown in its place, in the name of its own agency.',
  inclusion: 'Each entry stands at its place under the head of the log.',
  signatures:
    'What the server said of the signatures by which agencies stand behind their events, when the bundle was made: its word, which nothing in the bundle shows.',
  evidence: 'Each file of evidence that is held here is one that an event cites by its hash; those that are not held here are counted.',
  completeness:
    'Whose word it is that nothing about the item was left out of its list when it was sealed, or taken out of it later; and what may be seen by now and is in no list.',
  read: 'The record of a read stands in the access log whose head the seal names: who read what, as the server that answered says.',
  receipt: 'What capture signed when it took the event in.',
} as const satisfies Record<string, string>;
/** One of STEPS. */
export type Step = keyof typeof STEPS;

/** One step's outcome. */
export interface Statement {
  readonly step: Step;
  readonly state: 'established' | 'not-established' | 'failed';
  /** A sentence. Quotes names, numbers and hashes, nothing of a content. */
  readonly says: string;
  /** What it is about, where the step is made for several things: a reader group, an event. */
  readonly about?: string;
  /** Of a failure, or of what is not established: stable. */
  readonly code?: string;
  /** RFC 6901, in the document that was checked. */
  readonly pointer?: string;
  /** Of what is not established: without it the whole is incomplete. Of a failure: which verdict it gives, where that is not `altered`. */
  readonly verdict?: Verdict;
}

/** The head that was checked, and what its seal says. */
export interface CheckedHead extends Pick<Checkpoint, 'origin' | 'size' | 'root'> {
  /** RFC 3339, of the seal; null: the check ended before it was read. */
  readonly time: string | null;
  /** Absent: no witness was asked for, or too few of them cosigned. */
  readonly seen?: SeenBy;
}

/** What a whole check found. */
export interface Report {
  readonly verdict: Verdict;
  /** One sentence for a person; of what was verified it says what that is. */
  readonly summary: string;
  /** What it is about; absent: the check ended before that was read, or it is of no proof document. */
  readonly subject?: ReportSubject;
  /** In order; ends with the first failure. Where the signature fails that alone is shown: beside a broken one nothing else counts. */
  readonly statements: readonly Statement[];
  readonly head: CheckedHead | null;
}

/** A statement that holds. */
export const established = (step: Step, says: string, about?: string): Statement => ({
  step,
  state: 'established',
  says,
  ...(about === undefined ? {} : { about }),
});

/** A statement that is left open. @param verdict `incomplete` where the whole is without it */
export const leftOpen = (
  step: Step,
  code: string,
  says: string,
  more: { readonly about?: string; readonly verdict?: Verdict } = {},
): Statement => ({
  step,
  state: 'not-established',
  says,
  code,
  ...more,
});

/** A statement that does not hold. */
export const failure = (
  step: Step,
  fault: { readonly code: string; readonly detail: string; readonly pointer?: string },
  more: { readonly about?: string; readonly verdict?: Verdict } = {},
): Statement => ({
  step,
  state: 'failed',
  says: fault.detail,
  code: fault.code,
  ...(fault.pointer === undefined ? {} : { pointer: fault.pointer }),
  ...more,
});

/** The report of statements that were made in order. */
export function reportOf(statements: readonly Statement[], head: CheckedHead | null, subject: ReportSubject | null = null): Report {
  const failed = statements.find(({ state }) => state === 'failed');
  const open = statements.find(({ state, verdict }) => state === 'not-established' && verdict !== undefined);
  const verdict = failed === undefined ? (open?.verdict ?? 'verified') : (failed.verdict ?? 'altered');
  const shown = failed?.step === 'signature' ? [failed] : statements;
  return {
    verdict,
    summary: summaryOf(verdict, failed ?? open, head, subject),
    statements: shown,
    head,
    ...(subject === null ? {} : { subject }),
  };
}

/** A check that could not be made: where from, and why. Nothing is known to be wrong. */
export const notChecked = (code: string, says: string): Report => ({
  verdict: 'not-checked',
  summary: `Could not check, and nothing is known to be wrong: ${says}`,
  statements: [leftOpen('document', code, says, { verdict: 'not-checked' })],
  head: null,
});

function summaryOf(verdict: Verdict, first: Statement | undefined, head: CheckedHead | null, subject: ReportSubject | null): string {
  const says = first?.says ?? '';
  switch (verdict) {
    case 'verified':
      return `Unaltered since ${head === null ? 'it was signed' : sinceText(head)}${subject === null ? '' : `: ${subjectText(subject)}`}.`;
    case 'altered':
      return `This does not match the log: ${says}`;
    case 'not-in-log':
      return `Not in the log: ${says}`;
    case 'untrusted-key':
      return `Signed by a key that you have not pinned: ${says}`;
    case 'incomplete':
      return `Incomplete: ${says}`;
    case 'not-checked':
      return `Could not check, and nothing is known to be wrong: ${says}`;
  }
}
