/**
 * The log's own list of keys (`/v1/log/keys`), proved under the very head that is judged by it, or under the pinned one where that is newer:
 * a list from before a revocation would hide it. A key that the list revokes below a head does not sign that head any more.
 */
import {
  established,
  failure,
  formatVerifierKey,
  type HeldKeys,
  KEYS_TREE,
  keysAt,
  leftOpen,
  openCheckpoint,
  type PlacedKeyNotice,
  type ProofDocument,
  readNotice,
  readProofDocument,
  type Report,
  type Statement,
  utf8,
  type VerifierKey,
  verifyProof,
  type WitnessPolicy,
} from '#lib/ledger';
import type { Client } from './client.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { headOf, type Pin } from './pins.ts';

/** What a checkpoint says. */
export interface Head {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Uint8Array;
}

/** What the log said of keys, as proved complete. */
export interface CertifiedKeys {
  /** Those that hold at the end of the list. */
  readonly held: HeldKeys;
  /** Those that it ever certified for receipts, revoked or not. */
  readonly everForReceipts: readonly VerifierKey<'receipt'>[];
  /** Those that hold for a head of this size, no larger than the list's. */
  heldAt(size: bigint): HeldKeys;
  /** What its seal covers: of notices from there on it says nothing. */
  readonly below: bigint;
  /** Nobody but the log says that its map has one salt, and so that there is no other list. */
  readonly isOperatorsWord: boolean;
  /** Keys that were revoked below an index, as verifier keys in text. */
  revokedBelow(size: bigint): ReadonlySet<string>;
}

/** A head, and who is believed about it so far. */
export interface JudgedHead {
  readonly note: string;
  readonly head: Head;
  readonly keys: readonly VerifierKey<'log'>[];
  readonly pin: Pin | null;
  /** The keys are those of the pin, and nobody named others. */
  readonly ofPin?: boolean;
  readonly witnesses?: WitnessPolicy | undefined;
}

interface Judgement {
  /** The given keys without those that were revoked below the head. */
  readonly log: readonly VerifierKey<'log'>[];
  readonly certified: CertifiedKeys | null;
  readonly said: readonly Statement[];
}

/**
 * Of a head that no given key signed nothing is asked, and its check fails by itself; but for one that is no newer than the pinned head: there a
 * key may have signed that the log certified then, and has revoked since.
 * @param client `null`: nobody is asked
 */
export async function judgedKeys(client: Client | null, judged: JudgedHead): Promise<Judgement> {
  const { head, keys, pin, ofPin = false } = judged;
  const asGiven = (...said: Statement[]): Judgement => ({ log: keys, certified: null, said });
  const signed = isSigned(judged, keys);
  if (!signed && (client === null || !ofPin || pin === null || headOf(pin).size < head.size)) return asGiven();
  if (client === null) return asGiven(NOT_ASKED);
  const found = await listedKeys(client, judged);
  if ('step' in found) return signed ? asGiven(found) : asGiven();
  const revoked = found.revokedBelow(head.size);
  const log = [...keys, ...(ofPin ? found.heldAt(head.size).log : [])].filter((key) => !revoked.has(formatVerifierKey(key)));
  if (isSigned(judged, log)) {
    const below = found.below < head.size ? found.below : head.size;
    const alone = found.isOperatorsWord ? '; that it has no other such list is the word of its operator' : '';
    const says = `The log's own list of keys says nothing against the key below ${below}${alone}.`;
    return { log, certified: found, said: [established('signature', says)] };
  }
  const detail = `The head of ${head.size} entries is signed by nobody but a key that the log revoked before: ${[...revoked].join(', ')}.`;
  const refused = failure('signature', { code: 'key.revoked-head', detail }, { verdict: 'untrusted-key' });
  return { log, certified: found, said: signed ? [refused] : [] };
}

const NOT_ASKED = leftOpen('signature', 'key.not-asked', 'Nobody could say whether the log has revoked the key since.');

function isSigned({ note, witnesses }: JudgedHead, keys: readonly VerifierKey<'log'>[]): boolean {
  return openCheckpoint(utf8(note), { log: keys, witness: witnesses?.witnesses.map(({ key }) => key) ?? [] }).ok;
}

/** The list at the head, or at the pinned one where that is newer; a statement where it is not proved. */
async function listedKeys(client: Client, { head, keys, pin, witnesses }: JudgedHead): Promise<CertifiedKeys | Statement> {
  const pinned = pin === null ? null : headOf(pin);
  const { size, root } = pinned !== null && pinned.size > head.size ? pinned : head;
  let text: string;
  try {
    text = await client.text(`/v1/log/keys?size=${size}`);
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode === EXIT.interrupted) throw error;
    const says = `The server does not show the log's list of keys at ${size} entries, so that a revoked key would not be noticed: ${error.message}`;
    return leftOpen('signature', 'key.list-missing', says, { verdict: 'incomplete' });
  }
  const question = { item: KEYS_TREE.item, groups: [KEYS_TREE.group], allEvents: true, isLatest: true };
  const kept = { size, root, mapSalt: pin?.mapSalt ?? null, trees: [], consistency: [] };
  // Whether enough cosigned is said of the head that is judged; here whether one did that audits.
  const audited = witnesses === undefined ? {} : { witnesses: { ...witnesses, threshold: 0 } };
  const { report } = verifyProof(utf8(text), { log: keys, kept, nowMs: Date.now(), ...audited }, question);
  const read = readProofDocument(utf8(text));
  const isAlone = read.ok && showsOneList(read.value);
  if (report.verdict === 'verified' && isAlone) return certifiedIn(read.value, report, head.origin, size);
  const why =
    isAlone || report.verdict !== 'verified' ? report.summary : 'It comes with other lists, whose notices would be told as its own.';
  const says = `The log's list of keys at ${size} entries is not proved. ${why}`;
  if (report.verdict !== 'altered') return leftOpen('signature', 'key.list-missing', says, { verdict: 'incomplete' });
  const code = report.statements.find(({ state }) => state === 'failed')?.code ?? 'key.list-missing';
  return failure('signature', { code, detail: says });
}

function certifiedIn(document: ProofDocument, { statements }: Report, origin: string, listed: bigint): CertifiedKeys {
  const notices = keyNoticesOf(document);
  const revocations = notices.filter(({ index, key }) => key.action === 'revoke' && key.log === origin && index < listed);
  const certificates = notices.filter(({ key }) => key.action === 'certify');
  return {
    held: keysAt(notices, origin, listed),
    everForReceipts: keysAt(certificates, origin, listed).receipt,
    heldAt: (size) => keysAt(notices, origin, size),
    below: coveredIn(document),
    isOperatorsWord: statements.some(({ step, state }) => step === 'salt' && state === 'not-established'),
    revokedBelow: (size) => new Set(revocations.filter(({ index }) => index < size).map(({ key }) => key.vkey)),
  };
}

/** What the seal of a verified document covers. */
function coveredIn({ seal }: ProofDocument): bigint {
  const notice = readNotice(utf8(seal.entry));
  return notice?.kind === 'seal' ? notice.seal.covers : 0n;
}

/** A notice that another tree lists is no word of the list of keys. */
const showsOneList = ({ item }: ProofDocument): boolean => item?.groups.length === 1;

/** Key notices that a proof document shows, by its form alone. */
export function keyNoticesIn(document: string): PlacedKeyNotice[] {
  const read = readProofDocument(utf8(document));
  return read.ok ? keyNoticesOf(read.value) : [];
}

const keyNoticesOf = ({ notices }: ProofDocument): PlacedKeyNotice[] =>
  notices.flatMap(({ entry, index }) => {
    const notice = readNotice(utf8(entry));
    return notice?.kind === 'key' ? [{ index, key: notice.key }] : [];
  });

/**
 * The keys of a pin that moves to a head: its own, those that the log certified since, and none that it revoked. Thus whoever looks in while
 * two keys sign goes on when one of them is gone.
 */
export function movedKeys(
  pin: Pick<Pin, 'keys' | 'receiptKeys'>,
  certified: CertifiedKeys | null,
  size: bigint,
): Pick<Pin, 'keys' | 'receiptKeys'> {
  if (certified === null) return pin;
  const revoked = certified.revokedBelow(size);
  const known = new Map([...pin.keys, ...certified.held.log].map((key) => [formatVerifierKey(key), key]));
  return { keys: [...known].flatMap(([text, key]) => (revoked.has(text) ? [] : [key])), receiptKeys: certified.held.receipt };
}
