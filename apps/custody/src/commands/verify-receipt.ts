/**
 * Receipts: what capture signed when it took an event in, or when the ledger could not take it, and the sealed receipt that a submitter can
 * have afterwards (verify-sealed.ts). A receipt is a promise (sealed or rejected within 60 s); where the server answers, it is held against what
 * the log has.
 */
import {
  capturedMicros,
  type CaptureReceipt,
  established,
  failure,
  leftOpen,
  openReceipt,
  openRejection,
  parseVerifierKey,
  promisedContent,
  type Rejection,
  type Report,
  reportOf,
  SEALED_WITHIN_SECONDS,
  sha256Hex,
  type Signed,
  type Statement,
  utf8,
  type VerifierKey,
  verifyHead,
  verifyProof,
  formatVerifierKey,
} from '#lib/ledger';
import type { Client } from '../client.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import { trustFor, trustForDocument, type VerifyFlags, withSaid } from '../log-trust.ts';
import { readPin } from '../pins.ts';
import { contentOf } from './own-content.ts';
import { type Beside, contentIn, type HeldReceipt, receiptIn } from './receipt-forms.ts';
import { verifySealed } from './verify-sealed.ts';

type ReceiptKeyList = readonly VerifierKey<'receipt'>[];

const MICROS_PER_SECOND = 1_000_000;
const PROMISED = `within ${SEALED_WITHIN_SECONDS} s`;

/** @param client `null`: nobody is asked */
export async function verifyReceipt(held: HeldReceipt, client: Client | null, flags: VerifyFlags): Promise<Report> {
  switch (held.form) {
    case 'sealed':
      return verifySealed(held.text, held.beside, client, flags);
    case 'unsigned':
      return left('receipt', 'receipt.unsigned', 'Nobody signed it: capture signs the receipts of a list where they are asked for.');
    case 'pending':
      return left('inclusion', 'event.not-sealed', 'Pending, by the word of the server; nothing of this is signed.');
    case 'captured':
    case 'rejection':
      return verifyNote(held, client, flags);
  }
}

const left = (step: 'receipt' | 'inclusion', code: string, says: string): Report =>
  reportOf([leftOpen(step, code, says, { verdict: 'incomplete' })], null);

async function verifyNote(
  { form, text, beside }: Extract<HeldReceipt, { text: string }>,
  client: Client | null,
  flags: VerifyFlags,
): Promise<Report> {
  const log = /^log (.+)$/m.exec(text)?.[1] ?? '';
  const found = await receiptKeys(log, client, flags);
  if ('report' in found) return found.report;
  const { keys } = found;
  const trusted = { log, keys };
  const opened = form === 'captured' ? openReceipt(utf8(text), trusted) : openRejection(utf8(text), trusted);
  if (!opened.ok) {
    const isUnknown = opened.fault.code === 'note.unverified';
    return reportOf([failure(isUnknown ? 'signature' : 'receipt', opened.fault, isUnknown ? { verdict: 'untrusted-key' } : {})], null);
  }
  const strange = strangeBeside(beside, opened.value.value);
  if (strange !== null) return reportOf([strange], null);
  const content = contentOf(flags);
  const own = content === undefined ? [] : [promisedContent(content, opened.value.value.contentHash)];
  if (!isReceipt(opened.value)) return reportOf([...own, rejected(opened.value as Signed<Rejection>)], null);
  const receipt = opened.value.value;
  const signed = established(
    'receipt',
    `${receipt.agency}/${receipt.id} was captured ${receipt.captured} (${receipt.durability}), signed by ${signersOf(opened.value)}.`,
  );
  if (client !== null) return held(client, { receipt, keys, signed }, flags);
  const says = 'Whether it was sealed is for the log to show: nobody was asked.';
  return reportOf([signed, ...own, leftOpen('inclusion', 'receipt.not-asked', says, { verdict: 'incomplete' })], null);
}

const isReceipt = (signed: Signed<CaptureReceipt> | Signed<Rejection>): signed is Signed<CaptureReceipt> => 'captured' in signed.value;

const signersOf = ({ signatures }: Pick<Signed<unknown>, 'signatures'>): string =>
  signatures.map(({ key }) => `${key.name}+${key.id}`).join(', ');

/** The promise was kept in the other way: the event is not in the log, and the log says why. */
function rejected(signed: Signed<Rejection>): Statement {
  const { agency, id, code, detail } = signed.value;
  const says = `${agency}/${id} was rejected, signed by ${signersOf(signed)}: ${detail} [${code}]`;
  return leftOpen('receipt', 'receipt.rejected', says, { verdict: 'not-in-log' });
}

/** What stands beside a signed text and is not what it says. */
function strangeBeside(beside: Beside, signed: Beside): Statement | null {
  const name = (['log', 'agency', 'id', 'contentHash', 'captured'] as const).find(
    (one) => beside[one] !== undefined && signed[one] !== undefined && beside[one] !== signed[one],
  );
  if (name === undefined) return null;
  return failure('receipt', {
    code: 'receipt.beside',
    detail: `What stands beside the signature is not what was signed.`,
    pointer: `/${name}`,
  });
}

/** Those that were named, or those that the log certifies under a head that is trusted; of neither kind one that the log revoked. */
async function receiptKeys(
  log: string,
  client: Client | null,
  flags: VerifyFlags,
): Promise<{ readonly keys: ReceiptKeyList } | { readonly report: Report }> {
  const named = (flags.key ?? []).flatMap((text) => {
    const key = parseVerifierKey(text, 'receipt');
    return key.ok ? [key.value] : [];
  });
  if (client === null) return { keys: named.length > 0 ? named : (readPin(log)?.receiptKeys ?? []) };
  const logFlags = { ...flags, key: (flags.key ?? []).filter((text) => !text.startsWith(`${log}/`)) };
  const note = await client.text('/log/checkpoint');
  const { trust, said, certified } = await trustFor(note, logFlags, client);
  const report = withSaid(verifyHead(note, trust, { isLatest: true }), said);
  if (certified === null || report.verdict !== 'verified') return named.length > 0 ? { keys: named } : { report };
  const revoked = certified.revokedBelow(report.head?.size ?? 0n);
  return { keys: [...named.filter((key) => !revoked.has(formatVerifierKey(key))), ...certified.held.receipt] };
}

interface Promised {
  readonly receipt: CaptureReceipt;
  readonly keys: ReceiptKeyList;
  /** What was established of the receipt by itself. */
  readonly signed: Statement;
}

/** Why there is no event to be had yet, or at all. */
const NOT_THERE: readonly string[] = ['event.not-found', 'event.not-sealed', 'log.not-sealed'];

/** The promise against the log. */
async function held(client: Client, promised: Promised, flags: VerifyFlags): Promise<Report> {
  const { receipt, signed } = promised;
  const { agency, id } = receipt;
  let text: string;
  try {
    text = await client.text(`/v1/events/${encodeURIComponent(id)}/proof?agency=${encodeURIComponent(agency)}`);
  } catch (error) {
    if (!(error instanceof CommandError) || !NOT_THERE.includes(error.code)) throw error;
    const detail = `It was promised to be sealed or rejected ${PROMISED}, and it is not in the log: ${error.message}`;
    const broken = failure('inclusion', { code: 'receipt.promise-broken', detail }, { verdict: 'not-in-log' });
    return reportOf([signed, await otherwise(client, promised, broken, error.code)], null);
  }
  const { trust, said } = await trustForDocument(text, flags, client);
  const report = withSaid(verifyProof(utf8(text), trust, { event: { agency, id }, isLatest: true }).report, said);
  const statements = [signed, ...report.statements];
  if (report.verdict !== 'verified') return reportOf(statements, report.head);
  return reportOf([...statements, await sameBytes(client, promised, text)], report.head);
}

/** Whether the event of a verified proof is the bytes that were promised; an opening of some of its fields does not show that. */
async function sameBytes(client: Client, promised: Promised, text: string): Promise<Statement> {
  const content = contentIn(text);
  if (content === null)
    return leftOpen(
      'receipt',
      'receipt.content-missing',
      'The whole event is not shown, so that its bytes cannot be held against the receipt.',
      {
        verdict: 'incomplete',
      },
    );
  if (sha256Hex(utf8(content)) === promised.receipt.contentHash)
    return established('receipt', 'The event has the bytes that the receipt was given for.');
  const detail = 'Other bytes stand in the log under this id, and the log does not say that it rejected these.';
  return otherwise(client, promised, failure('receipt', { code: 'receipt.other-content', detail }), 'event.not-sealed');
}

/** What became of bytes that are not in the log: rejected with a signature, on their way, or what it is where the promise was broken. */
async function otherwise(client: Client, { receipt, keys }: Promised, broken: Statement, pendingCode: string): Promise<Statement> {
  const rejection = await rejectionOf(client, receipt, keys);
  if (rejection !== null) return rejection;
  const isDue = Date.now() * 1_000 - capturedMicros(receipt.captured) > SEALED_WITHIN_SECONDS * MICROS_PER_SECOND;
  if (isDue) return broken;
  return leftOpen('inclusion', pendingCode, `Pending: it is to be sealed or rejected ${PROMISED}.`, { verdict: 'incomplete' });
}

/** `null`: the server shows no rejection of these very bytes that a key for receipts signed. */
async function rejectionOf(
  client: Client,
  { log, agency, id, contentHash }: CaptureReceipt,
  keys: ReceiptKeyList,
): Promise<Statement | null> {
  let text: string;
  try {
    text = await client.text(`/v1/receipts/${encodeURIComponent(agency)}/${encodeURIComponent(id)}?content=${contentHash}`);
  } catch (error) {
    if (error instanceof CommandError && error.exitCode !== EXIT.interrupted) return null;
    throw error;
  }
  const answer = receiptIn(text);
  if (answer?.form !== 'rejection') return null;
  const opened = openRejection(utf8(answer.text), { log, keys });
  return opened.ok && strangeBeside({ log, agency, id, contentHash }, opened.value.value) === null ? rejected(opened.value) : null;
}
