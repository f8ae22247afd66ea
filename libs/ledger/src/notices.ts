/**
 * Entries of the log that its operator makes: the genesis, seals, what he says of keys, and that the log ends. Like the entry of a sighting each is the leaf
 * data of the log's tree, canonical JSON (RFC 8785) with a version; `covers`, `time` and the rest of a seal stand under the checkpoint's
 * signature by its place as the last leaf. Genesis and seals are in no item tree; key notices are in one of their own (KEYS_TREE).
 */
import { concatBytes, equalBytes, fromHex, toHex, utf8 } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import { capturedMicros } from './captured.ts';
import type { Checkpoint } from './checkpoint.ts';
import { parseStrict } from './json.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { parseVerifierKey } from './note-key.ts';
import { HASH_BYTES, sha256 } from './primitives.ts';
import { detailLine } from './receipt.ts';

/** The first entry that the operator makes: it fixes the name of the log and commits to the map salt, which authenticated agencies know. */
export interface Genesis {
  readonly log: string;
  /** `mapSaltHash` of the salt. */
  readonly mapSalt: Uint8Array;
  /** The end of the log that this one takes the place of. */
  readonly previous?: LogEnd;
}

/** Where a log ended: its last checkpoint that was published. */
export interface LogEnd {
  /** Its origin. */
  readonly log: string;
  readonly size: bigint;
  readonly root: Uint8Array;
  /** SHA-256 of the checkpoint's text as signed: the same whatever signatures stand below it. */
  readonly checkpoint: Uint8Array;
}

/** The last thing that a log says: behind it come seals alone, until one covers it. */
export interface Freeze {
  /** The log's origin. */
  readonly log: string;
  /** One line for a person, as `detailLine` gives it; not empty. */
  readonly reason: string;
}

/** What a checkpoint's last leaf says. */
export interface Seal {
  /** The log's origin. */
  readonly log: string;
  /** The map is that of all entries below this index. At most the seal's own index. */
  readonly covers: bigint;
  readonly mapRoot: Uint8Array;
  /** Items in the map: (reader group, identifier) pairs. */
  readonly mapSize: bigint;
  /** RFC 3339 UTC with six decimals: when what it covers was recorded. Never before that of the seal before. */
  readonly time: string;
  /** Index of the seal before; `null`: the first. */
  readonly previous: bigint | null;
  /** Head of the access log; `null` while there is none. */
  readonly access: { readonly size: bigint; readonly root: Uint8Array } | null;
}

/** What the log says of one key. It holds for what comes behind it: see keysAt. */
export interface KeyNotice {
  readonly action: 'certify' | 'revoke';
  /** The log's origin. */
  readonly log: string;
  /** What the key signs: the log's checkpoints, or receipts and rejections. */
  readonly use: KeyUse;
  /** Verifier key in text (C2SP signed-note); of a key for checkpoints the name is the log's origin. */
  readonly vkey: string;
}
/** One of `log`, `receipt`: keys of witnesses are for those who trust them to choose. */
export type KeyUse = 'log' | 'receipt';

/** What the operator says in one entry. */
export type Notice =
  | { readonly kind: 'genesis'; readonly genesis: Genesis }
  | { readonly kind: 'seal'; readonly seal: Seal }
  | { readonly kind: 'key'; readonly key: KeyNotice }
  | { readonly kind: 'freeze'; readonly freeze: Freeze };

const VERSION = 1;

/** Under its own tag: the hash stands in the open, and must be no hash of anything else. */
export const mapSaltHash = (salt: Uint8Array): Uint8Array => sha256(concatBytes(utf8('custody/map-salt/v1'), salt));

/** The entry's bytes. Throws RangeError for a size from 2^53 on. */
export function encodeGenesis({ log, mapSalt, previous }: Genesis): Uint8Array {
  const genesis = { log, mapSalt: toHex(mapSalt), ...(previous === undefined ? {} : { previous: encodeEnd(previous) }) };
  return utf8(canonicalize({ genesis, v: VERSION }));
}

const encodeEnd = ({ log, size, root, checkpoint }: LogEnd): JsonObject => ({
  log,
  size: exact(size),
  root: toHex(root),
  checkpoint: toHex(checkpoint),
});

/** What a checkpoint says of its log's end. @param text what was signed, with its last newline */
export const logEnd = ({ origin, size, root }: Pick<Checkpoint, 'origin' | 'size' | 'root'>, text: string): LogEnd => ({
  log: origin,
  size,
  root,
  checkpoint: sha256(utf8(text)),
});

/** The entry's bytes. Throws RangeError for a reason that is no line. */
export function encodeFreeze({ log, reason }: Freeze): Uint8Array {
  if (!isReason(reason)) throw new RangeError('a log is frozen for a reason, on one line');
  return utf8(canonicalize({ freeze: { log, reason }, v: VERSION }));
}

const isReason = (reason: string): boolean => reason !== '' && detailLine(reason) === reason;

/** The entry's bytes. Throws RangeError for what readNotice would not give back: a key that its text does not say. */
export function encodeKeyNotice({ action, log, use, vkey }: KeyNotice): Uint8Array {
  const notice = { action, log, use, vkey };
  if (keyNotice(notice) === null) throw new RangeError('a key notice names the log, what the key signs, and a verifier key for that');
  return utf8(canonicalize({ key: notice, v: VERSION }));
}

/** Throws RangeError for an index from 2^53 on: JSON has no exact number for it, and the format no other form. */
export const encodeSeal = ({ log, covers, mapRoot, mapSize, time, previous, access }: Seal): Uint8Array =>
  utf8(
    canonicalize({
      v: VERSION,
      log,
      covers: exact(covers),
      mapRoot: toHex(mapRoot),
      mapSize: exact(mapSize),
      time,
      previous: previous === null ? null : exact(previous),
      access: access === null ? null : { size: exact(access.size), root: toHex(access.root) },
    }),
  );

function exact(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError('a seal says numbers from 0 to 2^53 - 1');
  return number;
}

/**
 * What an entry of the operator says; `null` for any other entry: one of a sighting, one of a later version, and bytes that are not exactly
 * what `encodeGenesis`, `encodeSeal`, `encodeKeyNotice` or `encodeFreeze` makes of what they say. Never throws. Cost: 10 µs, of a key's 0.3 ms.
 */
export function readNotice(entry: Uint8Array): Notice | null {
  const parsed = parseStrict(entry);
  const notice = parsed.ok ? noticeOf(parsed.value) : null;
  // One text for each notice: no other order of members, other spelling of a number, or member beside them.
  return notice !== null && equalBytes(encodeNotice(notice), entry) ? notice : null;
}

function encodeNotice(notice: Notice): Uint8Array {
  if (notice.kind === 'seal') return encodeSeal(notice.seal);
  if (notice.kind === 'freeze') return encodeFreeze(notice.freeze);
  return notice.kind === 'key' ? encodeKeyNotice(notice.key) : encodeGenesis(notice.genesis);
}

function noticeOf(value: JsonValue): Notice | null {
  if (!isObject(value) || value['v'] !== VERSION) return null;
  if (isObject(value['genesis'])) {
    const { log, mapSalt, previous: before } = value['genesis'];
    const [salt, previous] = [hash(mapSalt), before === undefined ? undefined : end(before)];
    if (typeof log !== 'string' || salt === null || previous === null) return null;
    return { kind: 'genesis', genesis: { log, mapSalt: salt, ...(previous === undefined ? {} : { previous }) } };
  }
  if (isObject(value['freeze'])) {
    const { log, reason } = value['freeze'];
    const isFreeze = typeof log === 'string' && typeof reason === 'string' && isReason(reason);
    return isFreeze ? { kind: 'freeze', freeze: { log, reason } } : null;
  }
  if (isObject(value['key'])) {
    const key = keyNotice(value['key']);
    return key === null ? null : { kind: 'key', key };
  }
  const { log, time } = value;
  const [covers, mapSize, mapRoot] = [index(value['covers']), index(value['mapSize']), hash(value['mapRoot'])];
  const previous = value['previous'] === null ? null : index(value['previous']);
  const access = value['access'] === null ? null : head(value['access']);
  if (typeof log !== 'string' || typeof time !== 'string' || Number.isNaN(capturedMicros(time))) return null;
  if (covers === undefined || mapSize === undefined || mapRoot === null || previous === undefined || access === undefined) return null;
  return { kind: 'seal', seal: { log, covers, mapRoot, mapSize, time, previous, access } };
}

/** A key that could not have signed what it is said to sign would be certified for nothing. */
function keyNotice({ action, log, use, vkey }: JsonObject): KeyNotice | null {
  if (action !== 'certify' && action !== 'revoke') return null;
  if ((use !== 'log' && use !== 'receipt') || typeof log !== 'string' || typeof vkey !== 'string') return null;
  const key = parseVerifierKey(vkey, use);
  return key.ok && (use !== 'log' || key.value.name === log) ? { action, log, use, vkey } : null;
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const index = (value: JsonValue | undefined): bigint | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;

function hash(value: JsonValue | undefined): Uint8Array | null {
  const bytes = typeof value === 'string' ? fromHex(value) : null;
  return bytes?.length === HASH_BYTES ? bytes : null;
}

function end(value: JsonValue): LogEnd | null {
  if (!isObject(value)) return null;
  const { log } = value;
  const [size, root, checkpoint] = [index(value['size']), hash(value['root']), hash(value['checkpoint'])];
  return typeof log === 'string' && size !== undefined && root !== null && checkpoint !== null ? { log, size, root, checkpoint } : null;
}

function head(value: JsonValue | undefined): Seal['access'] | undefined {
  const [size, root] = isObject(value) ? [index(value['size']), hash(value['root'])] : [undefined, null];
  return size === undefined || root === null ? undefined : { size, root };
}
