/**
 * What the log says of its own keys: which of them this sealer has still to certify or to revoke, and that it seals no such entry of anyone
 * else. Whoever can write to the database could otherwise have a key of his own certified, by having this sealer sign an entry that says so.
 */
import {
  encodeKeyNotice,
  keyNoticeOf,
  parseVerifierKey,
  readNotice,
  utf8Text,
  type KeyNotice,
  type SigningKey,
  type VerifierKey,
} from '#lib/ledger';
import { appendNotice, lockHead, readKeyNotices, type LogPiece, type StoreClient } from '#lib/store';

/** The keys of a log as its operator has configured them. */
export interface DeclaredKeys {
  readonly origin: string;
  /** Signs checkpoints. */
  readonly key: SigningKey<'log'>;
  /** Sign them as well: those that clients still know the log by. */
  readonly formerKeys?: readonly SigningKey<'log'>[];
  /** Of captures and gateways: certified, never held. */
  readonly receiptKeys?: readonly VerifierKey<'receipt'>[];
  /** Verifier keys in text. */
  readonly revokedKeys?: readonly string[];
}

/** A key that the log revoked is to sign: a revoked key stays so. Nothing was signed. */
export class KeyRevoked extends Error {
  override readonly name = 'KeyRevoked';
  readonly code = 'key.revoked';
}

/** The log stands by keys of which this sealer has none: what it signs would open for nobody who knows the log. Nothing was signed. */
export class OtherLogKey extends Error {
  override readonly name = 'OtherLogKey';
  readonly code = 'key.other';
}

/** The log has an entry about a key that this sealer's operator did not declare. It is not sealed. */
export class ForeignKeyNotice extends Error {
  override readonly name = 'ForeignKeyNotice';
  readonly code = 'seal.foreign-key';
}

/**
 * What is to be said, in this order, after what the log has said. Throws KeyRevoked, OtherLogKey. Pure.
 * @param said key notices of this log, in their order
 */
export function missingKeyNotices(declared: DeclaredKeys, said: readonly KeyNotice[]): KeyNotice[] {
  const { origin, revokedKeys = [] } = declared;
  const revoked = new Set([...revokedKeys, ...said.flatMap(({ action, vkey }) => (action === 'revoke' ? [vkey] : []))]);
  const certified = certificates(declared);
  const used = certified.find(({ vkey }) => revoked.has(vkey));
  if (used !== undefined) throw new KeyRevoked(`The key ${used.vkey} is revoked, and configured to be used for a ${used.use}.`);
  const stoodBy = said.filter(({ use, action, vkey }) => use === 'log' && action === 'certify' && !revoked.has(vkey));
  const own = new Set(certified.map(({ vkey }) => vkey));
  const [other] = stoodBy;
  if (other !== undefined && !stoodBy.some(({ vkey }) => own.has(vkey)))
    throw new OtherLogKey(`The log stands by the key ${other.vkey}, which is neither the configured one nor a former one.`);
  const known = new Set(said.map(textOf));
  const revocations = revokedKeys.flatMap((vkey) =>
    usesOf(origin, vkey, said).map((use): KeyNotice => ({ action: 'revoke', log: origin, use, vkey })),
  );
  return [...certified, ...revocations].filter((notice) => !known.has(textOf(notice)));
}

/** Everything that this operator may have had said of keys, in text: of a revoked one also that it was certified. */
export function declaredNotices(declared: DeclaredKeys): ReadonlySet<string> {
  const { origin, revokedKeys = [] } = declared;
  const ofRevoked = revokedKeys.flatMap((vkey) =>
    usesAsKey(origin, vkey).flatMap((use): KeyNotice[] => [
      { action: 'certify', log: origin, use, vkey },
      { action: 'revoke', log: origin, use, vkey },
    ]),
  );
  return new Set([...certificates(declared), ...ofRevoked].map(textOf));
}

/** Log indexes of the key notices of a piece of the log, rising. Throws ForeignKeyNotice for one that is not among the declared. */
export function keyIndexes({ notices }: Pick<LogPiece, 'notices'>, declared: ReadonlySet<string>): number[] {
  return notices.flatMap(({ logIndex, bytes }) => {
    if (readNotice(bytes)?.kind !== 'key') return [];
    const text = utf8Text(bytes) as string;
    if (!declared.has(text)) throw new ForeignKeyNotice(`The entry ${logIndex} says of a key what is not configured here: ${text}`);
    return [logIndex];
  });
}

/**
 * Appends what the log has still to say of its keys, in the transaction of who holds the token. What `missingKeyNotices` throws.
 * @param keysItem map key of the item tree of key notices
 * @param covers what the last seal covers
 */
export async function declareKeys(client: StoreClient, declared: DeclaredKeys, keysItem: Uint8Array, covers: number): Promise<void> {
  const said = (await readKeyNotices(client, keysItem, covers)).flatMap(({ bytes }) => {
    const notice = readNotice(bytes);
    return notice?.kind === 'key' ? [notice.key] : [];
  });
  for (const notice of missingKeyNotices(declared, said)) await appendNotice(client, await lockHead(client), encodeKeyNotice(notice));
}

function certificates({ origin, key, formerKeys = [], receiptKeys = [] }: DeclaredKeys): KeyNotice[] {
  return [key, ...formerKeys, ...receiptKeys].map((each) => keyNoticeOf('certify', origin, each));
}

/** What it was certified for; of a key of which the log has said nothing, what its name says: to revoke it must never be in vain. */
function usesOf(origin: string, vkey: string, said: readonly KeyNotice[]): KeyNotice['use'][] {
  const certifiedFor = [...new Set(said.flatMap((notice) => (notice.action === 'certify' && notice.vkey === vkey ? [notice.use] : [])))];
  return certifiedFor.length > 0 ? certifiedFor : usesAsKey(origin, vkey).slice(0, 1);
}

function usesAsKey(origin: string, vkey: string): KeyNotice['use'][] {
  const ofLog = parseVerifierKey(vkey, 'log');
  return ofLog.ok && ofLog.value.name === origin ? ['log', 'receipt'] : ['receipt'];
}

const textOf = (notice: KeyNotice): string => utf8Text(encodeKeyNotice(notice)) as string;
