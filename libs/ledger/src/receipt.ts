/**
 * What capture signs: a receipt for what it took in, and a rejection of what it took in and the ledger could not take. Both are signed
 * notes (C2SP signed-note) by a key that signs nothing else; their texts, version 1, each line ended by a newline:
 *
 *   custody-ledger/receipt/v1            custody-ledger/rejection/v1
 *   log <origin>                         log <origin>
 *   agency <agency>                      agency <agency>
 *   id <id>                              id <id>
 *   content <SHA-256, hex>               content <SHA-256, hex>
 *   captured <RFC 3339>                  code <code of the fault>
 *   sealed or rejected within 60 s       detail <one line for a person>
 *   durability <single-node|replicated>
 *
 * `content` is the hash of the canonical bytes as submitted. One receipt has one text. No text of one kind can be read as another, or as
 * a checkpoint: the first lines differ, and the second of a checkpoint is a number.
 */
import { AGENCY_PATTERN, EVENT_ID_PATTERN } from '#lib/domain';
import { capturedMicros } from './captured.ts';
import { isKeyName, isOfKind, type SigningKey, type VerifierKey } from './note-key.ts';
import { sha256Hex } from './primitives.ts';
import { accept, refuse, type ProofFaultCode, type ProofResult } from './proof-fault.ts';
import { RECEIPT_RULES, type ReceiptRuleName, type ReceiptRules } from './receipt-rules.ts';
import { formatNote, openNote, signText, type VerifiedSignature } from './signed-note.ts';

/** Within this time after `captured` what was taken in stands under a signed checkpoint, or is rejected with a signature. */
export const SEALED_WITHIN_SECONDS = 60;
/** Of a rejection's detail, in UTF-16 units: a sentence or two. */
export const DETAIL_LENGTH_MAX = 1_000;

/** Which event, in which log. */
interface Subject {
  /** Origin of the log. */
  readonly log: string;
  readonly agency: string;
  readonly id: string;
  /** SHA-256 of the canonical bytes as submitted, 64 lower-case hex digits. */
  readonly contentHash: string;
}

/** What capture promises. */
export interface CaptureReceipt extends Subject {
  /** RFC 3339 UTC with six decimals, by capture's clock. */
  readonly captured: string;
  /** Whether more than one machine has it. */
  readonly durability: 'single-node' | 'replicated';
}

/** Why the ledger could not take what capture had taken in. */
export interface Rejection extends Subject {
  /** Of the error catalogue. */
  readonly code: string;
  /** See detailLine. */
  readonly detail: string;
}

/** Whose word is asked for. */
export interface ReceiptKeys {
  /** Origin of the log. */
  readonly log: string;
  /** Those that this log's entries certify for receipts. */
  readonly keys: readonly VerifierKey<'receipt'>[];
}

/** A text that a key of the log signed. */
export interface Signed<T> {
  readonly value: T;
  /** What was signed. */
  readonly text: string;
  /** Never empty. */
  readonly signatures: readonly VerifiedSignature[];
}

/** A line `name value` of a text. */
interface Line {
  readonly name: string;
  readonly rule: ReceiptRuleName;
  readonly fits: (value: string) => boolean;
}

const HASH = /^[0-9a-f]{64}$/;
const CODE = /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/;
const CODE_LENGTH_MAX = 100;
const PROMISE = `or rejected within ${SEALED_WITHIN_SECONDS} s`;
/** Controls (one-line texts have none), what breaks lines elsewhere, and halves of surrogate pairs. */
const NOT_IN_DETAIL = /[\p{Cc}\u2028\u2029\p{Cs}]+/gu;

const SUBJECT_LINES: readonly Line[] = [
  { name: 'log', rule: 'logForm', fits: isKeyName },
  { name: 'agency', rule: 'agencyForm', fits: (value) => AGENCY_PATTERN.test(value) },
  { name: 'id', rule: 'idForm', fits: (value) => EVENT_ID_PATTERN.test(value) },
  { name: 'content', rule: 'contentForm', fits: (value) => HASH.test(value) },
];
const RECEIPT = {
  kind: 'receipt',
  header: 'custody-ledger/receipt/v1',
  lines: [
    ...SUBJECT_LINES,
    { name: 'captured', rule: 'capturedForm', fits: (value) => !Number.isNaN(capturedMicros(value)) },
    // "sealed or rejected within 60 s": a sentence whose first word serves as the name.
    { name: 'sealed', rule: 'promiseMade', fits: (value) => value === PROMISE },
    { name: 'durability', rule: 'durabilityKnown', fits: (value) => value === 'single-node' || value === 'replicated' },
  ],
} as const satisfies TextKind;
const REJECTION = {
  kind: 'rejection',
  header: 'custody-ledger/rejection/v1',
  lines: [
    ...SUBJECT_LINES,
    { name: 'code', rule: 'codeForm', fits: (value) => CODE.test(value) && value.length <= CODE_LENGTH_MAX },
    { name: 'detail', rule: 'detailForm', fits: (value) => value !== '' && detailLine(value) === value },
  ],
} as const satisfies TextKind;

interface TextKind {
  readonly kind: 'receipt' | 'rejection';
  readonly header: string;
  readonly lines: readonly Line[];
}

/** The text to sign. Throws RangeError for what parseReceipt would not give back: capture has checked its parts. */
export function formatReceipt({ log, agency, id, contentHash, captured, durability }: CaptureReceipt): string {
  return format(RECEIPT, [log, agency, id, contentHash, captured, PROMISE, durability]);
}

/** The text to sign. Throws RangeError for what parseRejection would not give back. */
export function formatRejection({ log, agency, id, contentHash, code, detail }: Rejection): string {
  return format(REJECTION, [log, agency, id, contentHash, code, detail]);
}

/** A sentence as a rejection can carry it: on one line, nothing but a space for what cannot stand there, cut at DETAIL_LENGTH_MAX. */
export function detailLine(detail: string): string {
  const line = detail.replaceAll(NOT_IN_DETAIL, ' ');
  return line.length <= DETAIL_LENGTH_MAX ? line : line.slice(0, DETAIL_LENGTH_MAX).replaceAll(NOT_IN_DETAIL, '');
}

/** The signed note over the receipt. */
export const signReceipt = (receipt: CaptureReceipt, key: SigningKey<'receipt'>): Uint8Array => sign(formatReceipt(receipt), key);

/** The signed note over the rejection. */
export const signRejection = (rejection: Rejection, key: SigningKey<'receipt'>): Uint8Array => sign(formatRejection(rejection), key);

/**
 * A text as a receipt, by its form alone: nobody need have said it. Faults: `receipt.header`, `receipt.form`, `receipt.log`,
 * `receipt.agency`, `receipt.id`, `receipt.content`, `receipt.captured`, `receipt.promise`, `receipt.durability`. Never throws.
 */
export function parseReceipt(text: string, rules: ReceiptRules = RECEIPT_RULES): ProofResult<CaptureReceipt> {
  const read = readLines(RECEIPT, text, rules);
  if (!read.ok) return read;
  const [log, agency, id, contentHash, captured, , durability] = read.value;
  return accept({ log, agency, id, contentHash, captured, durability } as CaptureReceipt);
}

/**
 * A text as a rejection, by its form alone. Faults: `rejection.header`, `rejection.form`, `rejection.log`, `rejection.agency`,
 * `rejection.id`, `rejection.content`, `rejection.code`, `rejection.detail`. Never throws.
 */
export function parseRejection(text: string, rules: ReceiptRules = RECEIPT_RULES): ProofResult<Rejection> {
  const read = readLines(REJECTION, text, rules);
  if (!read.ok) return read;
  const [log, agency, id, contentHash, code, detail] = read.value;
  return accept({ log, agency, id, contentHash, code, detail } as Rejection);
}

/**
 * The receipt of a note that a key of this log signed for receipts. Faults: those of openNote and parseReceipt, and `receipt.other-log`.
 * Never throws. Cost: 0.11 ms for the signature.
 */
export function openReceipt(
  note: Uint8Array,
  trusted: ReceiptKeys,
  rules: ReceiptRules = RECEIPT_RULES,
): ProofResult<Signed<CaptureReceipt>> {
  return open(note, trusted, rules, parseReceipt, 'receipt.other-log');
}

/** The same for a rejection; `rejection.other-log`. */
export function openRejection(note: Uint8Array, trusted: ReceiptKeys, rules: ReceiptRules = RECEIPT_RULES): ProofResult<Signed<Rejection>> {
  return open(note, trusted, rules, parseRejection, 'rejection.other-log');
}

/**
 * Whether a receipt or a rejection is about this event with these bytes: `receipt.other-event`, `receipt.other-content`.
 * @param content canonical bytes as submitted
 */
export function checkSubject<T extends Subject>(
  given: T,
  event: { readonly agency: string; readonly id: string; readonly content: Uint8Array },
  rules: ReceiptRules = RECEIPT_RULES,
): ProofResult<T> {
  if (rules.sameEvent && (given.agency !== event.agency || given.id !== event.id))
    return refuse('receipt.other-event', 'This is about another event.');
  if (rules.sameContent && given.contentHash !== sha256Hex(event.content))
    return refuse('receipt.other-content', 'This is about other bytes under the same id.');
  return accept(given);
}

function format({ kind, header, lines }: TextKind, values: readonly string[]): string {
  const text = [header, ...lines.map(({ name }, n) => `${name} ${values[n]}`), ''].join('\n');
  const read = readLines(kind === 'receipt' ? RECEIPT : REJECTION, text, RECEIPT_RULES);
  if (!read.ok) throw new RangeError(read.fault.detail);
  return text;
}

function sign(text: string, key: SigningKey<'receipt'>): Uint8Array {
  if (!isOfKind(key, 'receipt')) throw new RangeError('a receipt is signed by a key for receipts');
  return formatNote(text, [signText(key, text)]);
}

/** The values of the lines, in their order. */
function readLines({ kind, header, lines }: TextKind, text: string, rules: ReceiptRules): ProofResult<readonly string[]> {
  const [first, ...rest] = text.split('\n');
  if (rules.headerKnown && first !== header) return refuse(`${kind}.header`, `The first line is ${header}.`);
  if (rules.linesKnown && (rest.length !== lines.length + 1 || rest.at(-1) !== ''))
    return refuse(`${kind}.form`, `There are ${lines.length} lines after the first, each ended by a newline.`);
  const values: string[] = [];
  for (const [n, { name, rule, fits }] of lines.entries()) {
    const line = rest[n] ?? '';
    const space = line.indexOf(' ');
    if (rules.linesNamed && line.slice(0, space + 1) !== `${name} `)
      return refuse(`${kind}.form`, `Line ${n + 2} is "${name}", a space and its value.`);
    const value = line.slice(space + 1);
    if (rules[rule] && !fits(value)) return refuse(codeOf(kind, name), `Line ${n + 2}, "${name}", has no value that can stand there.`);
    values.push(value);
  }
  return accept(values);
}

const codeOf = (kind: TextKind['kind'], name: string): ProofFaultCode =>
  `${kind}.${name === 'sealed' ? 'promise' : name}` as ProofFaultCode;

function open<T extends Subject>(
  note: Uint8Array,
  { log, keys }: ReceiptKeys,
  rules: ReceiptRules,
  parse: (text: string, rules: ReceiptRules) => ProofResult<T>,
  otherLog: ProofFaultCode,
): ProofResult<Signed<T>> {
  // What a key was registered for is asked again here: types are gone where keys come from a file.
  const opened = openNote(note, rules.receiptKeysOnly ? keys.filter((key) => isOfKind(key, 'receipt')) : keys);
  if (!opened.ok) return opened;
  const { text, verified } = opened.value;
  const parsed = parse(text, rules);
  if (!parsed.ok) return parsed;
  if (rules.ownLog && parsed.value.log !== log) return refuse(otherLog, 'This is of another log than the one whose keys are known.');
  return accept({ value: parsed.value, text, signatures: verified });
}
