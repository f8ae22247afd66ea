/** A whole small ledger for suites about proof documents: events with their secrets, the log, item trees, map, seals, and honest proofs. */
import { utf8 } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import { formatCheckpoint } from './checkpoint.ts';
import { cosign } from './cosignature.ts';
import { encodeEntry } from './entry.ts';
import { commit } from './field-tree.ts';
import { itemLeafHash, type ItemEntry } from './item-tree.ts';
import { ItemTrees } from './item-trees.ts';
import type { JsonObject } from './json-value.ts';
import { consistencyNodes, foldNodes, inclusionNodes, type ProofHash } from './log-tree.ts';
import { mapKey } from './map-key.ts';
import { encodeMapProof } from './map-proof.ts';
import { MapBuilder } from './map-builder.ts';
import { leafHash, merkleRoot } from './merkle.ts';
import { encodeGenesis, encodeKeyNotice, encodeSeal, mapSaltHash } from './notices.ts';
import { KEYS_TREE } from './log-keys.ts';
import { signingKey, type SigningKey } from './note-key.ts';
import { sha256 } from './primitives.ts';
import { encodeProofDocument, type EventPart, type GroupPart, type PlacedEntry, type ProofDocument } from './proof-document.ts';
import { formatNote, signText } from './signed-note.ts';
import type { Envelope } from './slots.ts';
import { stretchNodes, stretchProof } from './stretch.ts';
import { storedAt } from './tree-nodes.ts';
import { treesOf } from './trees-of.ts';
import { utf8Text } from './bytes.ts';

export const ORIGIN = 'ledger.example/log';
export const seedOf = (name: string): Uint8Array => sha256(utf8(`ledger world ${name}`));
export const logKey = signingKey('log', ORIGIN, seedOf('log'));
export const witnessKeys = ['w1', 'w2', 'w3/map'].map((name) => signingKey('witness', `witness.example/${name}`, seedOf(name)));
/** Since the Epoch: when witnesses cosign, unless something else is wanted. 2026-01-01T00:00:01Z. */
export const COSIGNED = 1_767_225_601n;
export const MAP_SALT = seedOf('salt');

export interface WorldEvent {
  readonly index: bigint;
  readonly envelope: Envelope;
  readonly document: JsonObject;
  readonly content: string;
  readonly secret: Uint8Array;
  readonly commitment: string;
  readonly groups: readonly string[];
  readonly items: readonly string[];
}

interface Tree {
  readonly number: number;
  readonly entries: ItemEntry[];
  readonly rows: Buffer[];
}

/** What of a proof is wanted beside the defaults: all of it. */
export interface Wanted {
  readonly groups?: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly events?: boolean;
  readonly inclusion?: boolean;
  /** Contents stand in files: see contentFiles. */
  readonly inFiles?: boolean;
  readonly salt?: boolean;
  readonly witnesses?: readonly SigningKey<'witness'>[];
  /** Since the Epoch, of all witnesses or of each in turn: see COSIGNED. */
  readonly cosignedAt?: bigint | readonly bigint[];
  readonly signer?: SigningKey<'log'>;
}

export const OWN = 'agency:local';
export const GROUPS = [OWN, 'clear', 'green'];

/** Grows by events; `seal` ends a head, as a sealer would. What is asked for is proved under the last head. */
export class LedgerWorld {
  readonly events: WorldEvent[] = [];
  readonly notices: { readonly entry: string; readonly index: bigint }[] = [];
  readonly origin: string;
  readonly mapSalt: Uint8Array;
  /** What a lying operator writes instead into genesis and seals. */
  readonly lies: { genesisOf?: string; sealOf?: string; covers?: bigint } = {};
  private readonly entries: Uint8Array[] = [];
  private readonly leaves: Uint8Array[] = [];
  private readonly itemTrees = new ItemTrees();
  private readonly map = new MapBuilder();
  private readonly trees = new Map<string, Tree>();
  private covers = 0;
  private lastSeal: { index: number; entry: Uint8Array } | null = null;
  private genesisAt = 0;

  constructor(origin = ORIGIN, mapSalt = MAP_SALT) {
    this.origin = origin;
    this.mapSalt = mapSalt;
  }

  begin(salt = this.mapSalt): this {
    this.genesisAt = this.append(encodeGenesis({ log: this.lies.genesisOf ?? this.origin, mapSalt: mapSaltHash(salt) }));
    return this;
  }

  /** An observation of these items. @param tlp CLEAR, GREEN or AMBER (the owner alone) */
  add(items: readonly string[], tlp: 'CLEAR' | 'GREEN' | 'AMBER' = 'CLEAR', more: JsonObject = {}): WorldEvent {
    const id = `e-${this.entries.length}`;
    return this.say({
      handling: { tlp },
      items: items.map((item) => ({ id: item, role: 'subject' })),
      kind: 'observation',
      source: { kind: 'customs', title: `filing ${id}` },
      ...more,
    });
  }

  /** Any document, by whom it is said: a leaf of the lists that it belongs to by its own bytes. */
  say(document: JsonObject, by: Partial<Envelope> = {}): WorldEvent {
    const id = `e-${this.entries.length}`;
    const envelope = { agency: 'local', captured: '2026-01-01T00:00:00.000000Z', id, principal: 'operator', ...by };
    const secret = seedOf(`secret ${id}`);
    const commitment = commit(envelope, document, secret);
    const trees = treesOf(envelope.agency, document) ?? [];
    const [groups, items] = [new Set(trees.map(({ group }) => group)), new Set(trees.map(({ item }) => item))];
    const index = BigInt(this.append(encodeEntry(commitment)));
    const event = {
      index,
      envelope,
      document,
      content: canonicalize(document),
      secret,
      commitment,
      groups: [...groups],
      items: [...items],
    };
    this.events.push(event);
    return event;
  }

  /** @param drop leaves an entry out of a tree, as a lying sealer would */
  seal(time = '2026-01-01T00:00:01.000000Z', drop: (event: WorldEvent, group: string, item: string) => boolean = () => false): this {
    const covers = this.entries.length;
    for (const event of this.events) {
      if (event.index < this.covers || event.index >= covers) continue;
      for (const group of event.groups) for (const item of event.items) if (!drop(event, group, item)) this.link(event, group, item);
    }
    const { root, size } = this.map.commit();
    const previous = this.lastSeal === null ? null : BigInt(this.lastSeal.index);
    const said = { log: this.lies.sealOf ?? this.origin, covers: this.lies.covers ?? BigInt(covers) };
    const seal = { ...said, mapRoot: root, mapSize: BigInt(size), time, previous, access: null };
    const entry = encodeSeal(seal);
    this.lastSeal = { index: this.append(entry), entry };
    this.covers = covers;
    return this;
  }

  get size(): number {
    return (this.lastSeal?.index ?? -1) + 1;
  }

  root(size = this.size): Uint8Array {
    return Uint8Array.from(merkleRoot(this.leaves.slice(0, size)));
  }

  checkpoint({ witnesses = [], cosignedAt = COSIGNED, signer = logKey }: Wanted = {}): string {
    const text = formatCheckpoint({ origin: this.origin, size: BigInt(this.size), root: this.root(), extension: [] });
    const timeOf = (n: number): bigint => (typeof cosignedAt === 'bigint' ? cosignedAt : (cosignedAt[n] ?? COSIGNED));
    const note = formatNote(text, [signText(signer, text), ...witnesses.map((key, n) => cosign(key, text, timeOf(n)))]);
    return utf8Text(note) as string;
  }

  inclusion(index: number): Uint8Array[] {
    return this.hashes(inclusionNodes(BigInt(index), BigInt(this.size)));
  }

  consistency(first: number, second = this.size): Uint8Array[] {
    return first === 0 ? [] : this.hashes(consistencyNodes(BigInt(first), BigInt(second)));
  }

  /** Everything about one item. */
  prove(item: string, wanted: Wanted = {}): ProofDocument {
    const { groups = GROUPS, events = true, inclusion = true } = wanted;
    const parts = groups.map((group) => this.group(group, item, wanted));
    const indexes = new Set(parts.flatMap(({ tree }) => tree?.entries.map(({ index }) => index) ?? []));
    const shown = events ? this.events.filter(({ index }) => indexes.has(index)) : [];
    return {
      ...this.head(wanted),
      item: { item, groups: parts },
      events: shown.map((event) => this.part(event, inclusion, wanted.inFiles === true)),
      notices: [],
    };
  }

  /** One event alone. */
  proveEvent(event: WorldEvent, wanted: Wanted = {}): ProofDocument {
    return { ...this.head({ salt: false, ...wanted }), item: null, events: [this.part(event, true, false)], notices: [] };
  }

  encode(item: string, wanted?: Wanted): Uint8Array {
    return encodeProofDocument(this.prove(item, wanted));
  }

  part({ index, commitment, envelope, secret, content }: WorldEvent, inclusion: boolean, inFiles: boolean): EventPart {
    const shown = { envelope, secret, content: inFiles ? null : content };
    return { index, commitment, inclusion: inclusion ? this.inclusion(Number(index)) : null, shown };
  }

  placed(index: number): PlacedEntry {
    return { entry: utf8Text(this.entries[index] as Uint8Array) as string, index: BigInt(index), inclusion: this.inclusion(index) };
  }

  /** A key notice, in the tree of keys. */
  certify(vkey: string, use: 'log' | 'receipt' = 'receipt', action: 'certify' | 'revoke' = 'certify'): void {
    const entry = encodeKeyNotice({ action, log: this.origin, use, vkey });
    this.notices.push({ entry: utf8Text(entry) as string, index: BigInt(this.append(entry)) });
    this.link(this.notices.at(-1) as { index: bigint }, KEYS_TREE.group, KEYS_TREE.item);
  }

  /** The log's keys. */
  proveKeys(wanted: Wanted = {}): ProofDocument {
    return { ...this.prove(KEYS_TREE.item, { ...wanted, groups: [KEYS_TREE.group] }), notices: [...this.notices] };
  }

  get genesisIndex(): number {
    return this.genesisAt;
  }

  private head({ salt = true, ...wanted }: Wanted): Pick<ProofDocument, 'checkpoint' | 'seal' | 'salt'> {
    if (this.lastSeal === null) throw new Error('seal first');
    const genesis = this.placed(this.genesisAt);
    return {
      checkpoint: this.checkpoint(wanted),
      seal: this.placed(this.lastSeal.index),
      salt: salt ? { genesis, mapSalt: this.mapSalt } : null,
    };
  }

  /** @param salt another one gives the place of another key */
  group(group: string, item: string, { from = 0, to = Infinity }: Wanted = {}, salt = this.mapSalt): GroupPart {
    const key = mapKey(salt, group, item);
    if (salt !== this.mapSalt) return { group, map: encodeMapProof(this.map.prove(key)), tree: null };
    const tree = this.trees.get(`${group} ${item}`);
    const map = encodeMapProof(this.map.prove(key));
    if (tree === undefined) return { group, map, tree: null };
    const entries = tree.entries.slice(from, to);
    const range = [BigInt(from), BigInt(from + entries.length), BigInt(tree.entries.length)] as const;
    const hashes = stretchNodes(...range).map((node) => {
      const { row, position } = storedAt(node);
      return (tree.rows[Number(row)] as Buffer).subarray(32 * position, 32 * position + 32);
    });
    return { group, map, tree: { from: range[0], entries, stretch: stretchProof(hashes, ...range) } };
  }

  /** Puts an event into a tree before the seal, as `seal` does with those that belong there. */
  link({ index }: { readonly index: bigint }, group: string, item: string): void {
    const number = this.map.keys.numberOf(mapKey(this.mapSalt, group, item));
    const name = `${group} ${item}`;
    const tree = this.trees.get(name) ?? { number, entries: [], rows: [] };
    this.trees.set(name, tree);
    const entry = { index, leafHash: Uint8Array.from(this.leaves[Number(index)] as Uint8Array) };
    tree.entries.push(entry);
    tree.rows.push(this.itemTrees.append(number, itemLeafHash(entry.index, entry.leafHash)).hashes);
    this.map.set(number, tree.entries.length, this.itemTrees.root(number));
  }

  private append(entry: Uint8Array): number {
    this.entries.push(entry);
    this.leaves.push(leafHash(entry));
    return this.entries.length - 1;
  }

  private hashes(wanted: readonly ProofHash[]): Uint8Array[] {
    const hashOf = ({ level, index }: { level: number; index: bigint }): Uint8Array =>
      merkleRoot(this.leaves.slice(Number(index) * 2 ** level, (Number(index) + 1) * 2 ** level));
    return wanted.map((nodes) => Uint8Array.from(foldNodes(nodes.map(hashOf))));
  }
}

export const CAR = 'vin:WDDSYNTH9JA000001';
export const OTHER_CAR = 'vin:WDDSYNTH9JA000002';
export const BOX = 'container:SYNU0000014';

/** Two cars, a box, three reader groups, four heads; some thirty entries. */
export function grownWorld(): LedgerWorld {
  const world = new LedgerWorld().begin();
  for (let n = 0; n < 24; n++) {
    const items = n % 5 === 0 ? [CAR, BOX] : n % 3 === 0 ? [OTHER_CAR] : n % 2 === 0 ? [CAR] : [`vin:OTHER${n}`, BOX];
    world.add(items, n % 7 === 3 ? 'AMBER' : n % 4 === 1 ? 'GREEN' : 'CLEAR', { statement: `number ${n}` });
    if (n % 6 === 5) world.seal(`2026-01-01T00:00:${String(n).padStart(2, '0')}.000000Z`);
  }
  return world;
}

/** Files of a bundle: the document with contents beside it. */
export function bundleFiles(world: LedgerWorld, item: string, wanted: Wanted = {}): Map<string, Uint8Array> {
  const document = world.prove(item, { ...wanted, inFiles: true });
  const files = new Map([['proof.json', encodeProofDocument(document)]]);
  for (const { index } of document.events) {
    const event = world.events.find((known) => known.index === index) as WorldEvent;
    files.set(`events/${index.toString().padStart(12, '0')}.json`, utf8(event.content));
  }
  return files;
}
