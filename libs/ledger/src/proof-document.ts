/**
 * The proof document, version 1: whatever is to be shown under one head of the log, in one canonical JSON (RFC 8785). Hashes of paths are
 * base64, commitments, secrets and the salt lower-case hex, log indexes JSON integers.
 *
 *   {"checkpoint": note, "events": [event, ...], "format": "custody-proof/1", "item": item | null, "notices": [notice, ...],
 *    "salt": salt | null, "seal": placed}
 *   notice  {"entry": text, "index"}                                       an entry of the operator that the item's tree lists
 *   placed  {"entry": text, "inclusion": [hash, ...], "index"}             an entry of the operator, and its place in the log
 *   salt    {"genesis": placed, "mapSalt"}                                 the log's first word, which commits to the salt of the map
 *   item    {"groups": [{"group", "map", "tree"}, ...], "item"}            `map`: a map proof; `tree`: null where it shows absence
 *   tree    {"entries", "from", "stretch": [hash, ...]}                    `entries`: for each u64 log index || 32-byte leaf hash, in base64
 *   event   {"commitment", "inclusion": [hash, ...] | null, "index", "shown"}
 *   shown   {"content": text | null, "envelope": {...}, "secret"}          the whole event; null: the content is in a file beside
 *        or {"opening": {...}}                                             some of it (opening.ts)
 *
 * Groups, notices and events stand in ascending order, each once.
 */
import { equalBytes, fromBase64, fromHex, toBase64, toHex, uint64Bytes, utf8 } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import type { ItemEntry } from './item-tree.ts';
import { parseStrict } from './json.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import type { Opening } from './opening.ts';
import { HASH_BYTES } from './primitives.ts';
import { accept, refuse, type ProofResult } from './proof-fault.ts';
import { PROOF_RULES, type ProofRules } from './proof-rules.ts';
import type { Envelope } from './slots.ts';

/** The format that is written and read here. */
export const PROOF_FORMAT = 'custody-proof/1';
/** Of a document: 20,000 events with their inclusion, and more of their entries than anyone asks for at once. */
export const PROOF_BYTES_MAX = 64 * 1024 * 1024;
/** An opening with a value as deep as capture takes it, inside of it. */
const PROOF_DEPTH_MAX = 64;
const ENTRY_BYTES = 8 + HASH_BYTES;
/** In UTF-16 units: together they fit into a map key. */
const ITEM_LENGTH_MAX = 1_000;
const GROUP_LENGTH_MAX = 300;
/** Of a document. A reader has his agency, `clear`, `green` and some communities; each group costs a path of the map. */
export const PROOF_GROUPS_MAX = 64;

/** An entry of the operator. */
export interface PlacedEntry {
  /** Its bytes, as text: canonical JSON. */
  readonly entry: string;
  readonly index: bigint;
  /** RFC 9162 2.1.3, 32 bytes each. */
  readonly inclusion: readonly Uint8Array[];
}

/** Entries of an item tree, and what leads from them to its root. */
export interface TreePart {
  /** Which leaf of the tree the first is. */
  readonly from: bigint;
  readonly entries: readonly ItemEntry[];
  /** See stretch.ts; none where all leaves are here. */
  readonly stretch: readonly Uint8Array[];
}

/** One reader group of an item. */
export interface GroupPart {
  readonly group: string;
  /** Bytes of a map proof (map-proof.ts). */
  readonly map: Uint8Array;
  /** `null`: the map shows that there is no such tree. */
  readonly tree: TreePart | null;
}

/** What is shown of an event. */
export type ShownEvent =
  | { readonly envelope: Envelope; readonly secret: Uint8Array; /** As submitted; null: in a file. */ readonly content: string | null }
  | { readonly opening: JsonValue };

/** One event. */
export interface EventPart {
  readonly index: bigint;
  /** 64 lower-case hex digits. */
  readonly commitment: string;
  /** `null`: not asked for; the item tree names the entry. */
  readonly inclusion: readonly Uint8Array[] | null;
  readonly shown: ShownEvent;
}

/** See the top of this file. */
export interface ProofDocument {
  /** A signed note, byte for byte. */
  readonly checkpoint: string;
  readonly seal: PlacedEntry;
  readonly salt: { readonly genesis: PlacedEntry; readonly mapSalt: Uint8Array } | null;
  readonly item: { readonly item: string; readonly groups: readonly GroupPart[] } | null;
  readonly events: readonly EventPart[];
  /** Of the log's own keys (log-keys.ts). */
  readonly notices: readonly Omit<PlacedEntry, 'inclusion'>[];
}

/** Its bytes. Throws RangeError for an index from 2^53 on: JSON has no exact number for it. */
export function encodeProofDocument({ checkpoint, seal, salt, item, events, notices }: ProofDocument): Uint8Array {
  return utf8(
    canonicalize({
      checkpoint,
      events: [...events].sort((a, b) => Number(a.index - b.index)).map(eventJson),
      format: PROOF_FORMAT,
      item: item === null ? null : { groups: [...item.groups].sort(byGroup).map(groupJson), item: item.item },
      notices: [...notices].sort((a, b) => Number(a.index - b.index)).map(({ entry, index }) => ({ entry, index: exact(index) })),
      salt: salt === null ? null : { genesis: placedJson(salt.genesis), mapSalt: toHex(salt.mapSalt) },
      seal: placedJson(seal),
    }),
  );
}

/** By UTF-16 code units, as RFC 8785 orders names. */
const byGroup = (a: GroupPart, b: GroupPart): number => (a.group === b.group ? 0 : a.group < b.group ? -1 : 1);

const placedJson = ({ entry, index, inclusion }: PlacedEntry): JsonObject => ({
  entry,
  inclusion: inclusion.map(toBase64),
  index: exact(index),
});

const groupJson = ({ group, map, tree }: GroupPart): JsonObject => ({
  group,
  map: toBase64(map),
  tree:
    tree === null
      ? null
      : {
          entries: toBase64(entriesBytes(tree.entries)),
          from: exact(tree.from),
          stretch: tree.stretch.map(toBase64),
        },
});

function entriesBytes(entries: readonly ItemEntry[]): Uint8Array {
  const bytes = new Uint8Array(entries.length * ENTRY_BYTES);
  for (const [n, { index, leafHash }] of entries.entries()) {
    bytes.set(uint64Bytes(index), n * ENTRY_BYTES);
    bytes.set(leafHash, n * ENTRY_BYTES + 8);
  }
  return bytes;
}

function eventJson({ index, commitment, inclusion, shown }: EventPart): JsonObject {
  const json: JsonObject =
    'opening' in shown
      ? { opening: shown.opening }
      : { content: shown.content, envelope: envelopeJson(shown.envelope), secret: toHex(shown.secret) };
  return { commitment, inclusion: inclusion?.map(toBase64) ?? null, index: exact(index), shown: json };
}

/** An opening as a part of a document. */
export const openingJson = (opening: Opening): JsonValue => opening as unknown as JsonValue;

const envelopeJson = ({ agency, captured, id, principal }: Envelope): JsonObject => ({ agency, captured, id, principal });

function exact(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError('a proof says numbers from 0 to 2^53 - 1');
  return number;
}

/**
 * A document by its form alone: nothing in it is to be believed. Faults: `proof.json` (strict JSON, see parseStrict), `proof.not-canonical`,
 * `proof.form`, `proof.unknown-member`, `proof.format`, `proof.order`; the pointer says where. Never throws.
 */
export function readProofDocument(bytes: Uint8Array, rules: ProofRules = PROOF_RULES): ProofResult<ProofDocument> {
  const parsed = parseStrict(bytes, { bytesMax: PROOF_BYTES_MAX, depthMax: PROOF_DEPTH_MAX });
  if (!parsed.ok) return refuse('proof.json', parsed.fault.detail, parsed.fault.pointer);
  if (rules.canonicalText && !equalBytes(parsed.canonical, bytes))
    return refuse('proof.not-canonical', 'The proof is not the canonical JSON (RFC 8785) of what it says.');
  try {
    return accept(documentOf(new Reader(parsed.value, '', rules)));
  } catch (error) {
    if (error instanceof Misread) return refuse(error.code, error.message, error.pointer);
    throw error;
  }
}

/** Inside of this file: what does not have the form ends the reading. */
class Misread extends Error {
  readonly code: 'proof.form' | 'proof.unknown-member' | 'proof.format' | 'proof.order';
  readonly pointer: string;

  constructor(code: Misread['code'], detail: string, pointer: string) {
    super(detail);
    this.code = code;
    this.pointer = pointer;
  }
}

/** A value and where it stands. */
class Reader {
  readonly value: JsonValue;
  readonly pointer: string;
  private readonly rules: ProofRules;

  constructor(value: JsonValue, pointer: string, rules: ProofRules) {
    this.value = value;
    this.pointer = pointer;
    this.rules = rules;
  }

  /** The members of an object that has these and no others. */
  members<const Name extends string>(names: readonly Name[]): Readonly<Record<Name, Reader>> {
    const { value, pointer, rules } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.misread('An object stands here.');
    const object = value as JsonObject;
    const missing = names.find((name) => !Object.hasOwn(object, name));
    if (missing !== undefined) throw this.misread(`The member ${missing} is missing.`);
    if (rules.knownMembers && Object.keys(object).length !== names.length)
      throw new Misread('proof.unknown-member', 'There is a member that proofs do not have.', pointer);
    const readers = names.map((name) => [name, new Reader(object[name] as JsonValue, `${pointer}/${name}`, rules)]);
    return Object.fromEntries(readers) as Readonly<Record<Name, Reader>>;
  }

  has(name: string): boolean {
    const { value } = this;
    return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name);
  }

  list(lengthMax = Infinity): readonly Reader[] {
    const { value, pointer, rules } = this;
    if (!Array.isArray(value)) throw this.misread('A list stands here.');
    if (value.length > lengthMax) throw this.misread(`A list of at most ${lengthMax} stands here.`);
    return (value as readonly JsonValue[]).map((element, n) => new Reader(element, `${pointer}/${n}`, rules));
  }

  text(lengthMax = Infinity): string {
    const { value } = this;
    if (typeof value !== 'string' || value.length > lengthMax) throw this.misread('A text stands here, and no longer than it may be.');
    return value;
  }

  number(): bigint {
    const { value } = this;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw this.misread('A number from 0 to 2^53 - 1 stands here.');
    return BigInt(value);
  }

  base64(): Uint8Array {
    const bytes = fromBase64(this.text());
    if (bytes === null) throw this.misread('This is no base64.');
    return bytes;
  }

  hex32(): Uint8Array {
    const bytes = fromHex(this.text());
    if (bytes?.length !== HASH_BYTES) throw this.misread('64 lower-case hex digits stand here.');
    return bytes;
  }

  hashes(): readonly Uint8Array[] {
    return this.list().map((hash) => {
      const bytes = hash.base64();
      if (bytes.length !== HASH_BYTES) throw hash.misread('The base64 of 32 bytes stands here.');
      return bytes;
    });
  }

  orNull<T>(read: (reader: this) => T): T | null {
    return this.value === null ? null : read(this);
  }

  misread(detail: string): Misread {
    return new Misread('proof.form', detail, this.pointer);
  }

  /** @param values in the order in which they stand */
  ascend(values: readonly (string | bigint)[]): void {
    const n = values.findIndex((value, at) => at > 0 && (values[at - 1] as string | bigint) >= value);
    if (this.rules.partsAscend && n >= 0) throw new Misread('proof.order', 'Each stands once, in ascending order.', `${this.pointer}/${n}`);
  }

  get checks(): ProofRules {
    return this.rules;
  }
}

function documentOf(reader: Reader): ProofDocument {
  const { checkpoint, events, format, item, notices, salt, seal } = reader.members([
    'checkpoint',
    'events',
    'format',
    'item',
    'notices',
    'salt',
    'seal',
  ]);
  if (reader.checks.formatKnown && format.value !== PROOF_FORMAT)
    throw new Misread('proof.format', `Only proofs of the format ${PROOF_FORMAT} can be read.`, format.pointer);
  const parts = events.list().map(eventOf);
  events.ascend(parts.map(({ index }) => index));
  const said = notices.list().map((given) => {
    const { entry, index } = given.members(['entry', 'index']);
    return { entry: entry.text(), index: index.number() };
  });
  notices.ascend(said.map(({ index }) => index));
  return {
    checkpoint: checkpoint.text(),
    seal: placedOf(seal),
    salt: salt.orNull((given) => {
      const { genesis, mapSalt } = given.members(['genesis', 'mapSalt']);
      return { genesis: placedOf(genesis), mapSalt: mapSalt.hex32() };
    }),
    item: item.orNull((given) => {
      const members = given.members(['groups', 'item']);
      const groups = members.groups.list(PROOF_GROUPS_MAX).map(groupOf);
      members.groups.ascend(groups.map(({ group }) => group));
      return { item: members.item.text(ITEM_LENGTH_MAX), groups };
    }),
    events: parts,
    notices: said,
  };
}

function placedOf(reader: Reader): PlacedEntry {
  const { entry, inclusion, index } = reader.members(['entry', 'inclusion', 'index']);
  return { entry: entry.text(), index: index.number(), inclusion: inclusion.hashes() };
}

function groupOf(reader: Reader): GroupPart {
  const { group, map, tree } = reader.members(['group', 'map', 'tree']);
  return { group: group.text(GROUP_LENGTH_MAX), map: map.base64(), tree: tree.orNull(treeOf) };
}

function treeOf(reader: Reader): TreePart {
  const { entries, from, stretch } = reader.members(['entries', 'from', 'stretch']);
  const bytes = entries.base64();
  if (bytes.length % ENTRY_BYTES !== 0) throw entries.misread(`Each entry has ${ENTRY_BYTES} bytes.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const list = Array.from({ length: bytes.length / ENTRY_BYTES }, (_, n) => ({
    index: view.getBigUint64(n * ENTRY_BYTES),
    leafHash: bytes.subarray(n * ENTRY_BYTES + 8, (n + 1) * ENTRY_BYTES),
  }));
  return { from: from.number(), entries: list, stretch: stretch.hashes() };
}

function eventOf(reader: Reader): EventPart {
  const { commitment, inclusion, index, shown } = reader.members(['commitment', 'inclusion', 'index', 'shown']);
  commitment.hex32();
  return {
    index: index.number(),
    commitment: commitment.text(),
    inclusion: inclusion.orNull((path) => path.hashes()),
    shown: shown.has('opening') ? { opening: shown.members(['opening']).opening.value } : wholeOf(shown),
  };
}

function wholeOf(reader: Reader): ShownEvent {
  const { content, envelope, secret } = reader.members(['content', 'envelope', 'secret']);
  const { agency, captured, id, principal } = envelope.members(['agency', 'captured', 'id', 'principal']);
  return {
    content: content.orNull((given) => given.text()),
    envelope: { agency: agency.text(), captured: captured.text(), id: id.text(), principal: principal.text() },
    secret: secret.hex32(),
  };
}
