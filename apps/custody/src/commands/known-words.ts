/** How what is known of an entry is called, wherever one is told: no more than what the log, this server, or its author says. */
import type { EventView } from '#lib/contracts';
import type { Approval } from '#lib/domain';
import { group } from '../progress.ts';
import { minuteText } from './trace-as-of.ts';

interface Told {
  readonly submittedBy: { readonly agency: string; readonly principal: string };
  /** `null`: no seal covers it. */
  readonly recorded: string | null;
}

/** Agency and principal stand in what is hashed: once a seal covers that, nobody changes them; who wrote them before is not shown. */
export const submitterText = ({ submittedBy: { agency, principal }, recorded }: Told): string =>
  `${agency}/${principal} (${recorded === null ? 'as captured' : 'sealed'})`;

/** A proof has the seal of its own head, and shows by when an entry was there: which seal covered it first is what the server says. */
export const recordedText = (recorded: string): string => `recorded ${minuteText(recorded)} (by the server)`;

/** What its agency's own signatures are worth, as the server judged them at their places in the log, each; empty where no list names it. */
export const signedText = ({ signatures }: Pick<EventView, 'signatures'>): string =>
  signatures
    .map(({ verdict, vkey = '', id = '', logIndex, more = 0 }) =>
      verdict === 'not-judged'
        ? `${group(more + 1)} more ${more === 0 ? 'list' : 'lists'} not told, from log index ${logIndex} on`
        : `${verdict}, by ${vkey.slice(0, vkey.indexOf('+'))} (list ${id}, log index ${logIndex})`,
    )
    .join('; ');

/** Of those what nobody may overlook, each once. */
export const signatureFlags = ({ signatures }: Pick<EventView, 'signatures'>): string[] => {
  const verdicts = new Set(signatures.map(({ verdict }) => verdict));
  return [...verdicts].filter((verdict) => verdict !== 'valid' && verdict !== 'not-judged').map((verdict) => `signature ${verdict}`);
};

const APPROVAL_WORDS: Readonly<Record<Approval, string>> = {
  awaited: 'awaits approval: what it opens is not open',
  approved: 'approved',
  'undoing-awaited': 'undone, which awaits approval: it takes away as before',
  void: 'void: it opens nothing',
};

/** Of a marking that needs an approver, in brackets, so that nobody takes it for done; empty for any other. */
export const approvalText = (approval: Approval | undefined): string => (approval === undefined ? '' : `(${APPROVAL_WORDS[approval]})`);

interface Listed extends Pick<Told, 'recorded'> {
  /** `null`: nobody is stated. */
  readonly reportedBy: object | null;
  /** Absent: not told there. */
  readonly signatures?: readonly object[];
}

/** For the end of a listing: of these words those that it has, each in a sentence; empty where it has none. */
export function knownWords(entries: readonly Listed[]): string {
  const isSealed = entries.some(({ recorded }) => recorded !== null);
  const isCaptured = entries.some(({ recorded }) => recorded === null);
  const isStated = entries.some(({ reportedBy }) => reportedBy !== null);
  const isSigned = entries.some(({ signatures = [] }) => signatures.length > 0);
  const sentences = [
    isSealed && '(sealed): as the ledger had it when it was sealed; who could write to the ledger before could name anybody.',
    isCaptured && '(as captured): as the ledger has it; no seal covers it yet, and who can write to the ledger can still name anybody.',
    isSealed && '(by the server): its word; a proof shows by when it was there.',
    isStated && "(stated): its author's word.",
    isSigned && "signed: by a key of its agency's own, with the verdict of the server, which a proof of the record does not show.",
  ];
  return sentences.filter((sentence) => sentence !== false).join(' ');
}
