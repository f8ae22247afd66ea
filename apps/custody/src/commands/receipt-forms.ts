/**
 * The forms in which somebody holds a receipt: the signed note of capture, the answer that it stood in (as `import --receipts` keeps it, one a
 * line), a rejection, a sealed receipt, and the answer of `GET /v1/receipts/{agency}/{id}`. What stands beside a signature is not signed: it is
 * held against what is.
 */
import { readProofDocument, utf8 } from '#lib/ledger';
import { CommandError, EXIT } from '../exit-codes.ts';

/** What the members beside a signed text or a sealed receipt say. */
export interface Beside {
  readonly log?: string;
  readonly agency?: string;
  readonly id?: string;
  /** SHA-256 of the bytes as submitted, lower-case hex. */
  readonly contentHash?: string;
  readonly captured?: string;
}

/** What is checked, as text. */
export type HeldReceipt =
  | { readonly form: 'captured' | 'rejection' | 'sealed'; readonly text: string; readonly beside: Beside }
  /** Nothing of it is signed: of a list that was imported without `receipts`, or not sealed yet. */
  | { readonly form: 'unsigned' | 'pending'; readonly beside: Beside };

const CAPTURED = 'custody-ledger/receipt/';
const NOTE = 'custody-ledger/';

/** `null`: this is no receipt. Throws `verify.several` for a file with several: one verdict is about one. */
export function receiptIn(text: string): HeldReceipt | null {
  if (text.startsWith(NOTE)) return noteForm(text, {});
  if (text.startsWith('{"commitment"') && text.includes('"places"')) return { form: 'sealed', text: text.trimEnd(), beside: {} };
  if (!text.startsWith('{')) return null;
  const value = objectIn(text);
  if (value !== null) return answerForm(value);
  const lines = text.trimEnd().split('\n');
  if (lines.length < 2 || !lines.every((line) => 'contentHash' in (objectIn(line) ?? {}))) return null;
  throw new CommandError(EXIT.usage, 'verify.several', `This file holds ${lines.length} receipts, one a line: give one of its lines.`);
}

function answerForm(value: Readonly<Record<string, unknown>>): HeldReceipt | null {
  const { signature, status, sealed, rejection, receipt } = value;
  // The answer to one sighting has the members of its receipt beside its status; a row of an answer to several has them inside.
  if (isObject(receipt)) return answerForm(receipt);
  if (typeof value['contentHash'] !== 'string') return null;
  const beside = besideOf(value);
  if (typeof signature === 'string') return noteForm(signature, beside);
  if (signature === null) return { form: 'unsigned', beside };
  if (typeof sealed === 'string') return { form: 'sealed', text: sealed, beside };
  if (typeof rejection === 'string') return noteForm(rejection, beside);
  return status === 'pending' ? { form: 'pending', beside } : null;
}

const noteForm = (text: string, beside: Beside): HeldReceipt => ({
  form: text.startsWith(CAPTURED) ? 'captured' : 'rejection',
  text,
  beside,
});

function besideOf(value: Readonly<Record<string, unknown>>): Beside {
  const names = ['log', 'agency', 'id', 'contentHash', 'captured'] as const;
  return Object.fromEntries(names.flatMap((name) => (typeof value[name] === 'string' ? [[name, value[name]]] : [])));
}

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of the one event of a proof document that shows it whole. */
export function contentIn(document: string): string | null {
  const read = readProofDocument(utf8(document));
  const shown = read.ok ? read.value.events[0]?.shown : undefined;
  return shown !== undefined && 'content' in shown ? shown.content : null;
}
