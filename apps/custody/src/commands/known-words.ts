/** How what is known of an entry is called, wherever one is told: no more than what the log, this server, or its author says. */
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

interface Listed extends Pick<Told, 'recorded'> {
  /** `null`: nobody is stated. */
  readonly reportedBy: object | null;
}

/** For the end of a listing: of these words those that it has, each in a sentence; empty where it has none. */
export function knownWords(entries: readonly Listed[]): string {
  const isSealed = entries.some(({ recorded }) => recorded !== null);
  const isCaptured = entries.some(({ recorded }) => recorded === null);
  const isStated = entries.some(({ reportedBy }) => reportedBy !== null);
  const sentences = [
    isSealed && '(sealed): as the ledger had it when it was sealed; who could write to the ledger before could name anybody.',
    isCaptured && '(as captured): as the ledger has it; no seal covers it yet, and who can write to the ledger can still name anybody.',
    isSealed && '(by the server): its word; a proof shows by when it was there.',
    isStated && "(stated): its author's word.",
  ];
  return sentences.filter((sentence) => sentence !== false).join(' ');
}
