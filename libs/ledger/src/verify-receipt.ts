/**
 * What a receipt shows by itself, with nobody asked: a signed receipt of capture, a signed rejection, or a sealed receipt. The first is a
 * promise, which the log alone can show to be kept; the last stands for an entry of the log, and the whole event for what that entry is. Pure,
 * and the same in command line and browser.
 */
import { utf8, utf8Text } from './bytes.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { namedForReceipts } from './log-keys.ts';
import type { VerifierKey } from './note-key.ts';
import type { ProofFault } from './proof-fault.ts';
import type { Trust } from './proof-question.ts';
import { openReceipt, openRejection, type CaptureReceipt, type Rejection, type Signed } from './receipt.ts';
import { established, failure, leftOpen, reportOf, type Report, type Statement } from './report.ts';
import { openSealedReceipt, type SealedReceipt } from './sealed-receipt.ts';
import { parseNote } from './signed-note.ts';
import { verifyHead } from './verify-proof.ts';

/** Whose word counts about receipts. */
export interface ReceiptTrust extends Trust {
  /** Pinned: they sign receipts and rejections, and nothing else. Each is believed for the log that its name says, and by no other name. */
  readonly receipts: readonly VerifierKey<'receipt'>[];
}

const NOTE = 'custody-ledger/';
const REJECTION = 'custody-ledger/rejection/';
const INCOMPLETE = { verdict: 'incomplete' } as const;

/** Whether the text is one, by its beginning alone. */
export const isReceipt = (text: string): boolean => text.startsWith(NOTE) || isSealed(text);
const isSealed = (text: string): boolean => text.startsWith('{"commitment"') && text.includes('"places"');

/** The report about it. Never throws. Cost: 0.13 ms for each signature, and the path's hashes. */
export function verifyReceiptAlone(bytes: Uint8Array, trust: ReceiptTrust): Report {
  const text = utf8Text(bytes) ?? '';
  // A file may end with a newline that nobody signed.
  return isSealed(text) ? sealedAlone(text.trimEnd(), trust) : signedAlone(text, trust);
}

function signedAlone(text: string, { receipts }: ReceiptTrust): Report {
  const log = /^log (.+)$/m.exec(text)?.[1] ?? '';
  const trusted = { log, keys: namedForReceipts(receipts, log) };
  const opened = text.startsWith(REJECTION) ? openRejection(utf8(text), trusted) : openReceipt(utf8(text), trusted);
  if (!opened.ok) return refused(opened.fault);
  const signed = opened.value;
  if (!isCapture(signed)) return reportOf([rejected(signed as Signed<Rejection>)], null);
  const { agency, id, captured, durability } = signed.value;
  const says = 'Whether it was sealed is for the log to show: nobody was asked.';
  return reportOf(
    [
      established('receipt', `${agency}/${id} was captured ${captured} (${durability}), signed by ${signersOf(signed)}.`),
      leftOpen('inclusion', 'receipt.not-asked', says, INCOMPLETE),
    ],
    null,
  );
}

const isCapture = (signed: Signed<CaptureReceipt> | Signed<Rejection>): signed is Signed<CaptureReceipt> => 'captured' in signed.value;

const signersOf = ({ signatures }: Pick<Signed<unknown>, 'signatures'>): string =>
  signatures.map(({ key }) => `${key.name}+${key.id}`).join(', ');

/** The promise was kept in the other way: the event is not in the log, and the log says why. */
function rejected(signed: Signed<Rejection>): Statement {
  const { agency, id, code, detail } = signed.value;
  const says = `${agency}/${id} was rejected, signed by ${signersOf(signed)}: ${detail} [${code}]`;
  return leftOpen('receipt', 'receipt.rejected', says, { verdict: 'not-in-log' });
}

function sealedAlone(text: string, trust: ReceiptTrust): Report {
  const witness = trust.witnesses?.witnesses.map(({ key }) => key) ?? [];
  const opened = openSealedReceipt(utf8(text), { log: trust.log, witness });
  if (!opened.ok) return refused(opened.fault);
  const { sealed, checkpoint } = opened.value;
  const head = verifyHead(noteOfSealed(text) ?? '', trust);
  const { size } = checkpoint.checkpoint;
  const statements = [
    ...head.statements,
    established('inclusion', `The entry ${sealed.inclusion.index} of the ${size} has the receipt's commitment, ${sealed.commitment}.`),
    ...notAsked(sealed, trust),
  ];
  return reportOf(statements, head.head);
}

function* notAsked({ places }: SealedReceipt, { ageSecondsMax }: Trust): Generator<Statement> {
  if (ageSecondsMax !== undefined)
    yield leftOpen('age', 'proof.age', 'How old the head is its seal says, and nobody was asked for it.', INCOMPLETE);
  yield leftOpen(
    'receipt',
    'receipt.content-missing',
    'That the entry is the event that the receipt names, with its agency, id and times, is shown by the whole event alone: nobody was asked for it.',
    INCOMPLETE,
  );
  if (places.length === 0) return;
  const says = `Its places in ${places.length} item trees are the server's word until a proof of those items is held against them.`;
  yield leftOpen('tree', 'sealed.not-asked', says, INCOMPLETE);
}

function refused(fault: ProofFault): Report {
  const isUnknown = fault.code === 'note.unverified' || fault.code === 'checkpoint.log-key';
  return reportOf([failure(isUnknown ? 'signature' : 'receipt', fault, isUnknown ? { verdict: 'untrusted-key' } : {})], null);
}

/** The signed head in a sealed receipt, by its form alone: nothing of it is to be believed. `null`: there is none. */
export function noteOfSealed(text: string): string | null {
  try {
    const { inclusion } = JSON.parse(text) as { inclusion?: unknown };
    if (typeof inclusion !== 'string') return null;
    const note = inclusion.slice(inclusion.indexOf('\n\n') + 2);
    const parsed = parseNote(utf8(note));
    return parsed.ok && parseCheckpoint(parsed.value.text).ok ? note : null;
  } catch {
    // No JSON: openSealedReceipt says so.
    return null;
  }
}
