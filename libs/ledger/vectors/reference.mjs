/**
 * The formats of version 1 once more, as plainly as they can be said and without a line of the product: anyone can recompute a commitment
 * with this page and Node. Slow. The vectors beside it are written by it (make.mjs), and the product is held to both.
 */
import { createCipheriv, createHash, createHmac } from 'node:crypto';

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const text = (value) => Buffer.from(value, 'utf8');
const integer = (value, bytes) => Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex');

/** RFC 8785. */
export function jcs(value) {
  if (Array.isArray(value)) return `[${value.map(jcs).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${jcs(value[name])}`).join()}}`;
}

/** RFC 9162, section 2.1.1, as it stands there: split at the largest power of two below n. */
export function merkleRoot(leafHashes) {
  const n = leafHashes.length;
  if (n === 0) return sha256();
  if (n === 1) return leafHashes[0];
  let k = 1;
  while (k * 2 < n) k *= 2;
  return sha256(integer(1, 1), merkleRoot(leafHashes.slice(0, k)), merkleRoot(leafHashes.slice(k)));
}

const SLOT_OF = {
  handling: 2, occurred: 3, place: 4, items: 5, conveyance: 6, parties: 7, source: 8,
  evidence: 9, grade: 10, statement: 11, relations: 12, reported: 13, extension: 14,
};
const ELEMENT_SLOTS = [5, 7, 9];

/** The values of the sixteen slots; undefined: absent. */
export function slotValues(envelope, document) {
  const values = new Array(16).fill(undefined);
  const { agency, id, principal, captured } = envelope;
  values[0] = { v: 1, agency, id, principal, captured };
  values[1] = Object.fromEntries(['kind', 'as', 'action', 'modality', 'subtype'].filter((name) => name in document).map((name) => [name, document[name]]));
  for (const [name, slot] of Object.entries(SLOT_OF)) values[slot] = document[name];
  return values;
}

/** One AES-256 block of a number. */
function salt(secret, block) {
  const cipher = createCipheriv('aes-256-ecb', secret, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(integer(block, 16)), cipher.final()]);
}

export function slotLeaf(secret, slot, value) {
  const blinded = salt(secret, slot * 65536);
  if (value === undefined) return sha256(integer(0, 1), text('custody/absent/v1'), integer(slot, 1), blinded);
  return sha256(integer(0, 1), text('custody/field/v1'), integer(slot, 1), blinded, text(jcs(value)));
}

export function elementLeaf(secret, slot, n, value) {
  const blinded = salt(secret, slot * 65536 + n + 1);
  if (value === undefined) return sha256(integer(0, 1), text('custody/absent/v1'), integer(slot, 1), integer(n, 2), blinded);
  return sha256(integer(0, 1), text('custody/element/v1'), integer(slot, 1), integer(n, 2), blinded, text(jcs(value)));
}

/** All leaves of an event, as hex: of the sixteen slots, and of the elements by slot. */
export function leaves(envelope, document, secret) {
  const values = slotValues(envelope, document);
  const elements = {};
  for (const slot of ELEMENT_SLOTS) {
    const list = values[slot];
    if (list === undefined) continue;
    let padded = 4;
    while (padded < list.length) padded *= 2;
    const hashes = Array.from({ length: padded }, (_, n) => elementLeaf(secret, slot, n, list[n]));
    elements[slot] = hashes.map((hash) => hash.toString('hex'));
    values[slot] = merkleRoot(hashes).toString('hex');
  }
  return { slots: values.map((value, slot) => slotLeaf(secret, slot, value).toString('hex')), elements };
}

export const commitment = (envelope, document, secret) =>
  merkleRoot(leaves(envelope, document, secret).slots.map((leaf) => Buffer.from(leaf, 'hex'))).toString('hex');

const SLOT_NAMES = ['envelope', 'kind', ...Object.keys(SLOT_OF).sort((a, b) => SLOT_OF[a] - SLOT_OF[b]), 'reserved'];

/** The fewest hashes from which, with the shown leaves, the root can be had: left to right, one for each whole subtree without a shown leaf. */
function beside(leafHashes, shown, first = 0) {
  const n = leafHashes.length;
  if (!shown.some((leaf) => leaf >= first && leaf < first + n)) return [merkleRoot(leafHashes).toString('hex')];
  if (n === 1) return [];
  let k = 1;
  while (k * 2 < n) k *= 2;
  return [...beside(leafHashes.slice(0, k), shown, first), ...beside(leafHashes.slice(k), shown, first + k)];
}

const openLeaf = (secret, block, value) => ({ salt: salt(secret, block).toString('hex'), ...(value === undefined ? { absent: true } : { value }) });
const bytesOf = (hexes) => hexes.map((hash) => Buffer.from(hash, 'hex'));

/**
 * The text of an opening. `choice.slots` are names; `choice.elements` has the numbers of elements by the name of their slot, or 'all'
 * for every leaf of its tree. Envelope, kind and handling are opened in any case.
 */
export function opening(envelope, document, secret, choice) {
  const values = slotValues(envelope, document);
  const hashes = leaves(envelope, document, secret);
  const names = new Set(['envelope', 'kind', 'handling', ...(choice.slots ?? []), ...Object.keys(choice.elements ?? {})]);
  const numbers = SLOT_NAMES.map((_, slot) => slot).filter((slot) => names.has(SLOT_NAMES[slot]));
  const slots = numbers.map((slot) => {
    const tree = hashes.elements[slot];
    if (tree === undefined) return { slot, ...openLeaf(secret, slot * 65536, values[slot]) };
    const opened = { slot, ...openLeaf(secret, slot * 65536, merkleRoot(bytesOf(tree)).toString('hex')) };
    const wanted = (choice.elements ?? {})[SLOT_NAMES[slot]] ?? [];
    const shown = tree.map((_, n) => n).filter((n) => wanted === 'all' || wanted.includes(n));
    if (shown.length === 0) return opened;
    const elements = shown.map((n) => ({ n, ...openLeaf(secret, slot * 65536 + n + 1, values[slot][n]) }));
    return { ...opened, elements: { count: tree.length, opened: elements, siblings: beside(bytesOf(tree), shown) } };
  });
  return jcs({ v: 1, slots, siblings: beside(bytesOf(hashes.slots), numbers) });
}

/** The entry's bytes as text, and the hash of its leaf in the log. */
export function entry(commitmentHex) {
  const data = jcs({ v: 1, commitment: commitmentHex });
  return { data, leafHash: sha256(integer(0, 1), text(data)).toString('hex') };
}

export const mapKey = (saltBytes, group, identifier) =>
  sha256(text('custody/map/v1'), saltBytes, integer(text(group).length, 2), text(group), text(identifier)).toString('hex');

const bit = (key, depth) => (key[depth >> 3] >> (7 - (depth % 8))) & 1;

const mapLeaf = ({ key, n, root }) => sha256(text('custody/node/v1'), integer(0, 1), key, integer(n, 8), root);

/** The root of the item map over entries `{key, n, root}`, each key once: what stands at this depth if all of them share the bits above. */
export function mapRoot(entries, depth = 0) {
  if (entries.length === 0) return Buffer.alloc(32);
  if (entries.length === 1) return mapLeaf(entries[0]);
  const side = (right) => mapRoot(entries.filter(({ key }) => bit(key, depth) === right), depth + 1);
  return sha256(text('custody/node/v1'), integer(1, 1), side(0), side(1));
}

/** The path of a key: what is beside it from the root down (null: nothing), and the entry that it ends at (null: none). */
export function mapPath(entries, key, depth = 0) {
  if (entries.length < 2) return { siblings: [], end: entries[0] ?? null };
  const side = (right) => entries.filter((entry) => bit(entry.key, depth) === right);
  const beside = side(1 - bit(key, depth));
  const { siblings, end } = mapPath(side(bit(key, depth)), key, depth + 1);
  return { siblings: [beside.length === 0 ? null : mapRoot(beside, depth + 1), ...siblings], end };
}

/** The hash of an item tree's leaf; its root is merkleRoot. */
export const itemLeaf = (index, leafHash) => sha256(integer(0, 1), text('custody/item/v1'), integer(index, 8), leafHash);

export const record = (header, content) => Buffer.concat([text(jcs({ ...header, v: 1, alg: 'none' })), text('\n'), content]);

export const recordMac = (key, header, value) =>
  createHmac('sha256', key)
    .update(jcs(['custody/record/v1', header.agency, header.principal, header.id, sha256(value).toString('hex')]))
    .digest('hex');
