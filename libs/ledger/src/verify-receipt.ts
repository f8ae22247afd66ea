/**
 * What a receipt shows by itself, with nobody asked: a signed receipt of capture, a signed rejection, or a sealed receipt. The first is a
 * promise, which the log alone can show to be kept; the last stands for an entry of the log, and the whole event for what that entry is. Pure,
 * and the same in command line and browser.
 */
import { utf8, utf8Text } from './bytes.ts';
import { sha256Hex } from './primitives.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { parseStrict } from './json.ts';
import { namedForReceipts } from './log-keys.ts';
import type { VerifierKey } from './note-key.ts';
import type { ProofFault } from './proof-fault.ts';
import type { Trust } from './proof-question.ts';
import { openReceipt, openRejection, type CaptureReceipt, type Rejection, type Signed } from './receipt.ts';
import { established, failure, leftOpen, reportOf, type Report, type Statement } from './report.ts';
import { checkPlaces, checkSealedContent, openSealedReceipt, type SealedReceipt } from './sealed-receipt.ts';
import { parseNote } from './signed-note.ts';
import { treesOf } from './trees-of.ts';
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

/**
 * The report about it. Never throws. Cost: 0.13 ms for each signature, and the path's hashes.
 * @param content what its holder says that he submitted, as JSON; absent: he does not show it
 */
export function verifyReceiptAlone(bytes: Uint8Array, trust: ReceiptTrust, content?: Uint8Array): Report {
  const text = utf8Text(bytes) ?? '';
  const shown = content === undefined ? undefined : canonicalContent(content);
  // A file may end with a newline that nobody signed.
  return isSealed(text) ? sealedAlone(text.trimEnd(), trust, shown) : signedAlone(text, trust, shown);
}

/** As capture takes it: what somebody kept of his event may be laid out in another way. Bytes that are no JSON stay what they are. */
export function canonicalContent(content: Uint8Array): Uint8Array {
  const parsed = parseStrict(content);
  return parsed.ok ? parsed.canonical : content;
}

function signedAlone(text: string, { receipts }: ReceiptTrust, content: Uint8Array | undefined): Report {
  const log = /^log (.+)$/m.exec(text)?.[1] ?? '';
  const trusted = { log, keys: namedForReceipts(receipts, log) };
  const opened = text.startsWith(REJECTION) ? openRejection(utf8(text), trusted) : openReceipt(utf8(text), trusted);
  if (!opened.ok) return refused(opened.fault);
  const signed = opened.value;
  const promised = content === undefined ? [] : [promisedContent(content, signed.value.contentHash)];
  if (!isCapture(signed)) return reportOf([...promised, rejected(signed as Signed<Rejection>)], null);
  const { agency, id, captured, durability } = signed.value;
  const says = 'Whether it was sealed is for the log to show: nobody was asked.';
  return reportOf(
    [
      established('receipt', `${agency}/${id} was captured ${captured} (${durability}), signed by ${signersOf(signed)}.`),
      ...promised,
      leftOpen('inclusion', 'receipt.not-asked', says, INCOMPLETE),
    ],
    null,
  );
}

/** Whether these are the bytes that the receipt was given for. */
export const promisedContent = (content: Uint8Array, contentHash: string): Statement =>
  sha256Hex(content) === contentHash
    ? established('receipt', 'The content is the bytes that the receipt was given for.')
    : failure('receipt', { code: 'receipt.other-content', detail: 'The content is not the bytes that the receipt was given for.' });

const isCapture = (signed: Signed<CaptureReceipt> | Signed<Rejection>): signed is Signed<CaptureReceipt> => 'captured' in signed.value;

const signersOf = ({ signatures }: Pick<Signed<unknown>, 'signatures'>): string =>
  signatures.map(({ key }) => `${key.name}+${key.id}`).join(', ');

/** The promise was kept in the other way: the event is not in the log, and the log says why. */
function rejected(signed: Signed<Rejection>): Statement {
  const { agency, id, code, detail } = signed.value;
  const says = `${agency}/${id} was rejected, signed by ${signersOf(signed)}: ${detail} [${code}]`;
  return leftOpen('receipt', 'receipt.rejected', says, { verdict: 'not-in-log' });
}

function sealedAlone(text: string, trust: ReceiptTrust, content: Uint8Array | undefined): Report {
  const witness = trust.witnesses?.witnesses.map(({ key }) => key) ?? [];
  const opened = openSealedReceipt(utf8(text), { log: trust.log, witness });
  if (!opened.ok) return refused(opened.fault);
  const { sealed, checkpoint } = opened.value;
  const head = verifyHead(noteOfSealed(text) ?? '', trust);
  const { size } = checkpoint.checkpoint;
  const statements = [
    ...head.statements,
    established('inclusion', `The entry ${sealed.inclusion.index} of the ${size} has the receipt's commitment, ${sealed.commitment}.`),
    ...sealedNotAsked(sealed, trust, content),
  ];
  return reportOf(statements, head.head);
}

/**
 * What is to be said of a sealed receipt whose entry was found, with nobody asked: which event it is, where its holder shows the content; its
 * places in the lists stay open. Ends with the first failure.
 */
export function* sealedNotAsked(
  sealed: SealedReceipt,
  { ageSecondsMax }: Pick<Trust, 'ageSecondsMax'>,
  content: Uint8Array | undefined,
): Generator<Statement> {
  if (ageSecondsMax !== undefined)
    yield leftOpen('age', 'proof.age', 'How old the head is its seal says, and nobody was asked for it.', INCOMPLETE);
  if (content === undefined)
    yield leftOpen(
      'receipt',
      'receipt.content-missing',
      'That the entry is the event that the receipt names, with its agency, id and times, is shown by the whole event alone: nobody was asked for it.',
      INCOMPLETE,
    );
  else {
    const found = ofContent(sealed, content);
    yield found;
    if (found.state === 'failed') return;
  }
  const { length } = sealed.places;
  if (length === 0) return;
  const says = `Its places in ${length} item trees are the server's word until a proof of those items is held against them.`;
  // With the content it is shown that the log holds the event, which is what the receipt is for; who left it out of a list is another question.
  yield leftOpen('tree', 'sealed.not-asked', says, content === undefined ? INCOMPLETE : {});
}

/** Content, envelope and secret give the entry, and the places are those of this event. */
function ofContent(sealed: SealedReceipt, content: Uint8Array): Statement {
  const { agency, captured, id, principal } = sealed.envelope;
  const whole = checkSealedContent(sealed, content);
  if (!whole.ok) return failure('receipt', whole.fault);
  const places = checkPlaces(sealed, treesOf(agency, whole.value) ?? []);
  if (!places.ok) return failure('receipt', places.fault);
  return established('receipt', `The content is the event ${agency}/${id} of ${principal}, captured ${captured}, and gives this entry.`);
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
