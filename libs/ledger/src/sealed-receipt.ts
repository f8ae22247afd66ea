/**
 * A sealed receipt, version 1: what its submitter needs, beside the event, to show without asking anyone that the log holds it. Canonical JSON
 * (RFC 8785), hashes and the secret as lower-case hex:
 *
 *   {"commitment", "envelope": {"agency", "captured", "id", "principal"}, "inclusion", "index", "places": [place, ...], "secret", "v": 1}
 *   place   {"group", "item", "n"}
 *
 * `inclusion` is a proof in text (C2SP tlog-proof, without extra data) that the entry with this commitment stands at `index`; its
 * checkpoint carries the signatures. `places` say for each item tree of the event which of its leaves the entry is, in the order of
 * (group, item) by UTF-16 code units. They are the server's word until a proof of that item's events is held against them
 * (checkPlaceKept). The secret opens the whole event, so a sealed receipt is for its submitter alone.
 */
import { equalBytes, fromHex, toHex, utf8, utf8Text } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import { openCheckpoint, type CheckpointKeys, type OpenedCheckpoint } from './checkpoint.ts';
import { checkWhole } from './check-whole.ts';
import { encodeEntry } from './entry.ts';
import { parseStrict } from './json.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { verifyInclusion } from './log-tree.ts';
import { leafHash } from './merkle.ts';
import { HASH_BYTES, sha256Hex } from './primitives.ts';
import { accept, refuse, type ProofResult } from './proof-fault.ts';
import type { CaptureReceipt } from './receipt.ts';
import { SEALED_RULES, type SealedRules } from './receipt-rules.ts';
import type { Envelope } from './slots.ts';
import { formatTlogProof, parseTlogProof, TLOG_PROOF_BYTES_MAX, type TlogProof } from './tlog-proof.ts';

/** An item tree: of one item, in one reader group. */
export interface ItemTreeName {
  readonly group: string;
  readonly item: string;
}
/** Which leaf of an item tree the entry is, from 0. */
export interface ItemPlace extends ItemTreeName {
  readonly n: bigint;
}

/** See the top of this file; the index is that of the inclusion. */
export interface SealedReceipt {
  readonly envelope: Envelope;
  /** 64 lower-case hex digits. */
  readonly commitment: string;
  /** 32 bytes, the event's own. */
  readonly secret: Uint8Array;
  readonly inclusion: TlogProof;
  readonly places: readonly ItemPlace[];
}

/** A sealed receipt whose entry stands under a checkpoint of its log. */
export interface OpenedSealedReceipt {
  readonly sealed: SealedReceipt;
  readonly checkpoint: OpenedCheckpoint;
}

/** The proof once more inside JSON (newlines and quotes escaped), and more places than one event can have. */
export const SEALED_RECEIPT_BYTES_MAX = 2 * TLOG_PROOF_BYTES_MAX + 8_388_608;
const VERSION = 1;
const HASH = /^[0-9a-f]{64}$/;
const MEMBERS = ['commitment', 'envelope', 'inclusion', 'index', 'places', 'secret', 'v'];
const ENVELOPE_MEMBERS = ['agency', 'captured', 'id', 'principal'];
const PLACE_MEMBERS = ['group', 'item', 'n'];

/** Its bytes. Throws RangeError for what cannot be one, and for an index from 2^53 on: JSON has no exact number for it. */
export function encodeSealedReceipt({ envelope, commitment, secret, inclusion, places }: SealedReceipt): Uint8Array {
  const { agency, captured, id, principal } = envelope;
  if (!HASH.test(commitment) || secret.length !== HASH_BYTES) throw new RangeError('commitment and secret have 32 bytes');
  if (inclusion.extra !== null) throw new RangeError('the proof of a sealed receipt has no extra data');
  const sorted = [...places].sort(compareTrees).map(({ group, item, n }) => ({ group, item, n: exact(n) }));
  return utf8(
    canonicalize({
      commitment,
      envelope: { agency, captured, id, principal },
      inclusion: utf8Text(formatTlogProof(inclusion)) as string,
      index: exact(inclusion.index),
      places: sorted,
      secret: toHex(secret),
      v: VERSION,
    }),
  );
}

/**
 * A sealed receipt whose entry stands at its index under a checkpoint that its log signed. How old the checkpoint is, and how many
 * witnesses it needs, is the caller's to judge, and that the content is the one behind the commitment is checkSealedContent's.
 * Faults: `sealed.json`, `sealed.not-canonical`, `sealed.form`, `sealed.unknown-member`, `sealed.version`, `sealed.envelope`,
 * `sealed.secret`, `sealed.commitment`, `sealed.place`, `sealed.place-order`, `sealed.index`, `sealed.extra`, `sealed.inclusion`, and
 * those of parseTlogProof and openCheckpoint. Never throws. Cost: 0.11 ms for each signature by a known key, and the path's hashes.
 */
export function openSealedReceipt(
  bytes: Uint8Array,
  keys: CheckpointKeys,
  rules: SealedRules = SEALED_RULES,
): ProofResult<OpenedSealedReceipt> {
  const parsed = parseStrict(bytes, { bytesMax: SEALED_RECEIPT_BYTES_MAX });
  if (!parsed.ok) return refuse('sealed.json', parsed.fault.detail, parsed.fault.pointer);
  if (rules.canonicalText && !equalBytes(parsed.canonical, bytes))
    return refuse('sealed.not-canonical', 'The sealed receipt is not the canonical JSON (RFC 8785) of what it says.');
  const read = readSealed(parsed.value, rules);
  if (!read.ok) return read;
  const { inclusion, commitment } = read.value;
  const opened = openCheckpoint(inclusion.checkpoint, keys);
  if (!opened.ok) return opened;
  const { size, root } = opened.value.checkpoint;
  if (rules.included && !isIncluded(commitment, inclusion, size, root))
    return refuse('sealed.inclusion', 'The checkpoint does not hold this entry at this index.', '/inclusion');
  return accept({ sealed: read.value, checkpoint: opened.value });
}

/**
 * The document, if this content is what was sealed: checkWhole with the receipt's envelope and secret, and its faults.
 * @param content canonical bytes as submitted
 */
export function checkSealedContent(
  { envelope, secret, commitment }: SealedReceipt,
  content: Uint8Array,
  rules: SealedRules = SEALED_RULES,
): ProofResult<JsonObject> {
  const whole = checkWhole(envelope, content, secret, commitment);
  if (whole.ok || rules.wholeEvent) return whole;
  const parsed = parseStrict(content);
  return accept((parsed.ok ? parsed.value : {}) as JsonObject);
}

/**
 * Whether the receipt has a place in each item tree that the event belongs to, and in no other: `sealed.places`.
 * @param trees each unique identifier of the document with each of its reader groups
 */
export function checkPlaces(
  { places }: SealedReceipt,
  trees: readonly ItemTreeName[],
  rules: SealedRules = SEALED_RULES,
): ProofResult<readonly ItemPlace[]> {
  const expected = [...trees].sort(compareTrees);
  const agree = expected.length === places.length && expected.every((tree, n) => compareTrees(tree, places[n] as ItemPlace) === 0);
  if (rules.placesCover && !agree) return refuse('sealed.places', 'The places are not those of the items and reader groups of the event.');
  return accept(places);
}

/** Entries of an item tree that follow each other, as a proof has shown them. */
export interface ItemStretch {
  /** Which leaf the first of them is. */
  readonly from: bigint;
  readonly entries: readonly { readonly index: bigint; /** Of the entry in the log, 32 bytes. */ readonly leafHash: Uint8Array }[];
}

/**
 * Whether an item tree has the sealed entry where the receipt says: `sealed.left-out`. `sealed.places` where the receipt names no such
 * tree, `sealed.outside` where the stretch does not reach its place: nothing is established then.
 * @param stretch that a completeness proof, or one of a stretch, has established
 */
export function checkPlaceKept(
  { places, commitment, inclusion }: SealedReceipt,
  tree: ItemTreeName,
  { from, entries }: ItemStretch,
  rules: SealedRules = SEALED_RULES,
): ProofResult<ItemPlace> {
  const place = places.find((known) => compareTrees(known, tree) === 0);
  if (place === undefined) return refuse('sealed.places', 'The receipt has no place in this item tree.');
  const entry = entries[Number(place.n - from)];
  if (entry === undefined) return refuse('sealed.outside', "The entries that are shown do not reach the receipt's place.");
  const isKept = entry.index === inclusion.index && equalBytes(entry.leafHash, leafHash(encodeEntry(commitment)));
  if (rules.placeKept && !isKept) return refuse('sealed.left-out', "Another entry stands in the receipt's place of this item tree.");
  return accept(place);
}

/**
 * Whether what was sealed is what the receipt was given for: `sealed.other-log`, `sealed.other-event`, `sealed.other-content`. The same
 * bytes may have been taken in before: then the first of them was sealed, with its own time, and `sameCapture` is false.
 * @param content canonical bytes as submitted, which checkSealedContent took
 */
export function checkPromiseKept(
  { sealed, checkpoint }: OpenedSealedReceipt,
  content: Uint8Array,
  receipt: CaptureReceipt,
  rules: SealedRules = SEALED_RULES,
): ProofResult<{ readonly sameCapture: boolean }> {
  const { agency, id, captured } = sealed.envelope;
  if (rules.sameLog && checkpoint.checkpoint.origin !== receipt.log)
    return refuse('sealed.other-log', 'The receipt was given for another log.');
  if (rules.sameEvent && (agency !== receipt.agency || id !== receipt.id))
    return refuse('sealed.other-event', 'The receipt was given for another event.');
  if (rules.sameContent && sha256Hex(content) !== receipt.contentHash)
    return refuse('sealed.other-content', 'The receipt was given for other bytes.');
  return accept({ sameCapture: captured === receipt.captured });
}

function isIncluded(commitment: string, { index, hashes }: TlogProof, size: bigint, root: Uint8Array): boolean {
  return verifyInclusion(leafHash(encodeEntry(commitment)), index, size, root, hashes);
}

function readSealed(value: JsonValue, rules: SealedRules): ProofResult<SealedReceipt> {
  const form = readMembers(value, MEMBERS, '', rules);
  if (!form.ok) return form;
  const { commitment, envelope, inclusion: proofText, index, places, secret, v } = form.value;
  if (rules.versionKnown && v !== VERSION) return refuse('sealed.version', 'Only sealed receipts of version 1 can be read.', '/v');
  if (rules.envelopeForm && !isEnvelope(envelope))
    return refuse('sealed.envelope', 'An envelope has the texts agency, captured, id and principal, and no more.', '/envelope');
  const secretBytes = typeof secret === 'string' ? fromHex(secret) : null;
  if (secretBytes === null || (rules.secretForm && secretBytes.length !== HASH_BYTES))
    return refuse('sealed.secret', 'The secret has 64 lower-case hex digits.', '/secret');
  if (typeof commitment !== 'string' || !HASH.test(commitment))
    return refuse('sealed.commitment', 'The commitment has 64 lower-case hex digits.', '/commitment');
  if (typeof proofText !== 'string') return refuse('sealed.form', 'inclusion is a text.', '/inclusion');
  const inclusion = parseTlogProof(utf8(proofText));
  if (!inclusion.ok) return { ok: false, fault: { ...inclusion.fault, pointer: '/inclusion' } };
  if (rules.noExtra && inclusion.value.extra !== null)
    return refuse('sealed.extra', 'The proof has no extra data, which nothing would authenticate.', '/inclusion');
  if (rules.indexAgrees && !(Number.isSafeInteger(index) && BigInt(index as number) === inclusion.value.index))
    return refuse('sealed.index', 'The index is the one of the proof.', '/index');
  const read = readPlaces(places, inclusion.value.index, rules);
  if (!read.ok) return read;
  const sealed = { envelope: envelope as unknown as Envelope, commitment, secret: secretBytes, inclusion: inclusion.value };
  return accept({ ...sealed, places: read.value });
}

function readPlaces(given: JsonValue | undefined, index: bigint, rules: SealedRules): ProofResult<readonly ItemPlace[]> {
  if (!Array.isArray(given)) return refuse('sealed.form', 'places is a list.', '/places');
  const places: ItemPlace[] = [];
  for (const [at, place] of (given as readonly JsonValue[]).entries()) {
    const pointer = `/places/${at}`;
    const form = readMembers(place, PLACE_MEMBERS, pointer, rules);
    if (!form.ok) return form;
    const { group, item, n } = form.value;
    if (typeof group !== 'string' || typeof item !== 'string' || !Number.isSafeInteger(n))
      return refuse('sealed.place', 'A place has the texts group and item, and a number.', pointer);
    const read = { group, item, n: BigInt(n as number) };
    if (rules.placeInTree && (read.n < 0n || read.n > index))
      return refuse('sealed.place', 'No item tree has more leaves than the log.', `${pointer}/n`);
    if (rules.placesAscend && at > 0 && compareTrees(places[at - 1] as ItemPlace, read) >= 0)
      return refuse('sealed.place-order', 'Each item tree stands once, in the order of group and item.', pointer);
    places.push(read);
  }
  return accept(places);
}

function readMembers(value: JsonValue, names: readonly string[], pointer: string, rules: SealedRules): ProofResult<JsonObject> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('sealed.form', 'An object stands here.', pointer);
  const missing = names.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) return refuse('sealed.form', `The member ${missing} is missing.`, pointer);
  if (rules.knownMembers && Object.keys(value).length !== names.length)
    return refuse('sealed.unknown-member', 'There is a member that sealed receipts do not have.', pointer);
  return accept(value as JsonObject);
}

function isEnvelope(value: JsonValue | undefined): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const members = value as JsonObject;
  return Object.keys(members).length === ENVELOPE_MEMBERS.length && ENVELOPE_MEMBERS.every((name) => typeof members[name] === 'string');
}

/** By UTF-16 code units, as RFC 8785 orders names. */
function compareTrees(a: ItemTreeName, b: ItemTreeName): number {
  if (a.group !== b.group) return a.group < b.group ? -1 : 1;
  if (a.item !== b.item) return a.item < b.item ? -1 : 1;
  return 0;
}

function exact(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError('a sealed receipt says numbers from 0 to 2^53 - 1');
  return number;
}
