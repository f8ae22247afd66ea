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
  namedForReceipts,
  parseVerifierKey,
  promisedContent,
  readProofDocument,
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
import { serverOfLog, trustFor, trustForDocument, type VerifyFlags, withSaid } from '../log-trust.ts';
import { readPin } from '../pins.ts';
import { contentOf } from './own-content.ts';
import { type Beside, contentIn, type HeldReceipt, receiptIn } from './receipt-forms.ts';
import { verifySealed } from './verify-sealed.ts';

type ReceiptKeyList = readonly VerifierKey<'receipt'>[];

/** Whose word counts about receipts of a log, whatever their place in it. */
interface KnownKeys {
  /** Named, or ever certified by the log. */
  readonly keys: ReceiptKeyList;
  /** Verifier keys in text that the log revoked below an index; none where it was not asked. */
  readonly revokedBelow: (index: bigint) => ReadonlySet<string>;
  /** Of the newest head. */
  readonly size: bigint;
}

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
  given: Client | null,
  flags: VerifyFlags,
): Promise<Report> {
  const log = /^log (.+)$/m.exec(text)?.[1] ?? '';
  const { client, said: strangers } = await serverOfLog(given, log);
  const known = await receiptKeys(log, client, flags);
  if ('verdict' in known) return known;
  const trusted = { log, keys: known.keys };
  const opened = form === 'captured' ? openReceipt(utf8(text), trusted) : openRejection(utf8(text), trusted);
  if (!opened.ok) {
    const isUnknown = opened.fault.code === 'note.unverified';
    return reportOf([failure(isUnknown ? 'signature' : 'receipt', opened.fault, isUnknown ? { verdict: 'untrusted-key' } : {})], null);
  }
  const strange = strangeBeside(beside, opened.value.value);
  if (strange !== null) return reportOf([strange], null);
  const content = contentOf(flags);
  const own = content === undefined ? [] : [promisedContent(content, opened.value.value.contentHash)];
  if (!isReceipt(opened.value)) return reportOf([...own, revokedAt(known.size, opened.value, known) ?? rejected(opened.value)], null);
  const receipt = opened.value.value;
  const signed = established(
    'receipt',
    `${receipt.agency}/${receipt.id} was captured ${receipt.captured} (${receipt.durability}), signed by ${signersOf(opened.value)}.`,
  );
  if (client !== null) return held(client, { receipt, known, signed, signatures: opened.value.signatures }, flags);
  const says = 'Whether it was sealed is for the log to show: nobody was asked.';
  const open = strangers.length > 0 ? strangers : [leftOpen('inclusion', 'receipt.not-asked', says, { verdict: 'incomplete' })];
  return reportOf([signed, ...own, ...open], null);
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

/** Those that were named, and those that the log certifies under a head that is trusted. */
async function receiptKeys(log: string, client: Client | null, flags: VerifyFlags): Promise<KnownKeys | Report> {
  const named = namedForReceipts((flags.key ?? []).flatMap(receiptKeyOf), log);
  const unasked = (keys: ReceiptKeyList): KnownKeys => ({ keys, revokedBelow: () => new Set(), size: 0n });
  if (client === null) return unasked(named.length > 0 ? named : (readPin(log)?.receiptKeys ?? []));
  const logFlags = { ...flags, key: (flags.key ?? []).filter((text) => !text.startsWith(`${log}/`)) };
  const note = await client.text('/log/checkpoint');
  const { trust, said, certified } = await trustFor(note, logFlags, client);
  const report = withSaid(verifyHead(note, trust, { isLatest: true }), said);
  if (certified === null || report.verdict !== 'verified') return named.length > 0 ? unasked(named) : report;
  return { keys: [...named, ...certified.everForReceipts], revokedBelow: certified.revokedBelow, size: report.head?.size ?? 0n };
}

function receiptKeyOf(text: string): ReceiptKeyList {
  const key = parseVerifierKey(text, 'receipt');
  return key.ok ? [key.value] : [];
}

/** `null`: one of the keys that signed it was not revoked below the index. */
function revokedAt(
  index: bigint,
  { signatures }: Pick<Signed<unknown>, 'signatures'>,
  { revokedBelow }: Pick<KnownKeys, 'revokedBelow'>,
): Statement | null {
  const revoked = revokedBelow(index);
  if (signatures.some(({ key }) => !revoked.has(formatVerifierKey(key)))) return null;
  const detail = `It is signed by nobody but a key that the log revoked below its index ${index}: ${signersOf({ signatures })}.`;
  return failure('signature', { code: 'key.revoked-receipt', detail }, { verdict: 'untrusted-key' });
}

interface Promised extends Pick<Signed<CaptureReceipt>, 'signatures'> {
  readonly receipt: CaptureReceipt;
  readonly known: KnownKeys;
  /** What was established of the receipt by itself. */
  readonly signed: Statement;
}

/** Why there is no event to be had yet, or at all. */
const NOT_THERE: readonly string[] = ['event.not-found', 'event.not-sealed', 'log.not-sealed'];

/**
 * The promise against the log. Its key is judged at the index of the entry that it was given for, and where there is none at the newest head:
 * a key that leaked and was revoked takes nothing from the receipts of what was sealed before.
 */
async function held(client: Client, promised: Promised, flags: VerifyFlags): Promise<Report> {
  const { receipt, signed, known } = promised;
  const { agency, id } = receipt;
  let text: string;
  try {
    text = await client.text(`/v1/events/${encodeURIComponent(id)}/proof?agency=${encodeURIComponent(agency)}`);
  } catch (error) {
    if (!(error instanceof CommandError) || !NOT_THERE.includes(error.code)) throw error;
    const detail =
      `It was promised to be sealed or rejected ${PROMISED}, and by the word of the server there is no such event in the log that you may see. ` +
      `For who is of the agency ${agency} that is a broken promise; to anybody else a server says so of each event that he may not see. ${error.message}`;
    const broken = failure('inclusion', { code: 'receipt.promise-broken', detail }, { verdict: 'not-in-log' });
    const untrusted = revokedAt(known.size, promised, known);
    if (untrusted !== null) return reportOf([untrusted], null);
    return reportOf([signed, await otherwise(client, promised, broken, error.code)], null);
  }
  const { trust, said, certified } = await trustForDocument(text, flags, client);
  const report = withSaid(verifyProof(utf8(text), trust, { event: { agency, id }, isLatest: true }).report, said);
  const statements = [signed, ...report.statements];
  // Without its entry nothing speaks for what a key says that was revoked.
  if (report.verdict !== 'verified')
    return reportOf(revokedAt(known.size, promised, known) === null ? statements : report.statements, report.head);
  const same = await sameBytes(client, promised, text);
  // By the list of keys under the head of this very proof: the one that was shown before could be from before a revocation.
  const { size, revokedBelow } = certified === null || report.head === null ? known : { ...certified, size: report.head.size };
  const at = same.state === 'established' ? (indexIn(text) ?? size) : size;
  const untrusted = revokedAt(at, promised, { revokedBelow });
  if (untrusted !== null) return reportOf([untrusted], report.head);
  const since = revokedAt(size, promised, { revokedBelow }) !== null;
  const says = `The log revoked its key since, behind the entry ${at} that it was given for.`;
  const captured = same.state === 'established' ? capturedIn(text) : undefined;
  const judged =
    captured === undefined || captured === receipt.captured ? statements : [otherTime(promised, captured, since), ...report.statements];
  return reportOf([...judged, ...(since ? [established('receipt', says)] : []), same], report.head);
}

/** Two captures that took the same bytes in at once each say their own time; whoever has a key that leaked says any. */
function otherTime({ receipt, signatures }: Promised, captured: string, isRevoked: boolean): Statement {
  const detail = `It says captured ${receipt.captured} (${receipt.durability}), signed by ${signersOf({ signatures })}; the log says ${captured} of the same bytes`;
  return isRevoked
    ? leftOpen('receipt', 'receipt.other-captured', `${detail}, and its key was revoked since: its time is not believed.`, {
        verdict: 'incomplete',
      })
    : leftOpen('receipt', 'receipt.other-captured', `${detail}, and that is what counts.`);
}

/** Of the one event that a verified proof shows. */
function indexIn(document: string): bigint | undefined {
  const read = readProofDocument(utf8(document));
  return read.ok ? read.value.events[0]?.index : undefined;
}

/** When the log says that it was captured; undefined: the event is shown in part. */
function capturedIn(document: string): string | undefined {
  const read = readProofDocument(utf8(document));
  const shown = read.ok ? read.value.events[0]?.shown : undefined;
  return shown !== undefined && 'content' in shown ? shown.envelope.captured : undefined;
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
async function otherwise(client: Client, { receipt, known }: Promised, broken: Statement, pendingCode: string): Promise<Statement> {
  const rejection = await rejectionOf(client, receipt, known);
  if (rejection !== null) return rejection;
  const isDue = Date.now() * 1_000 - capturedMicros(receipt.captured) > SEALED_WITHIN_SECONDS * MICROS_PER_SECOND;
  if (isDue) return broken;
  return leftOpen('inclusion', pendingCode, `Pending: it is to be sealed or rejected ${PROMISED}.`, { verdict: 'incomplete' });
}

/** `null`: the server shows no rejection of these very bytes that a key for receipts signed. */
async function rejectionOf(client: Client, { log, agency, id, contentHash }: CaptureReceipt, known: KnownKeys): Promise<Statement | null> {
  let text: string;
  try {
    text = await client.text(`/v1/receipts/${encodeURIComponent(agency)}/${encodeURIComponent(id)}?content=${contentHash}`);
  } catch (error) {
    if (error instanceof CommandError && error.exitCode !== EXIT.interrupted) return null;
    throw error;
  }
  const answer = receiptIn(text);
  if (answer?.form !== 'rejection') return null;
  const opened = openRejection(utf8(answer.text), { log, keys: known.keys });
  if (!opened.ok || revokedAt(known.size, opened.value, known) !== null) return null;
  return strangeBeside({ log, agency, id, contentHash }, opened.value.value) === null ? rejected(opened.value) : null;
}
