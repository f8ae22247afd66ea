/**
 * Heads, seals, lists and whole proofs of version 1 once more, as plainly as they can be said and without a line of the product: what a server
 * shows under one head, from the entries of a log alone. Slow: every tree is made anew for every question.
 */
import { createHash, sign } from 'node:crypto';
import { itemLeaf, jcs, mapKey, mapPath, mapRoot, merkleRoot } from './reference.mjs';
import { note, path, privateKey, publicKey } from './reference-receipts.mjs';

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const text = (value) => Buffer.from(value, 'utf8');
const integer = (value, bytes) => Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex');
const base64 = (bytes) => bytes.toString('base64');
const hex = (bytes) => bytes.toString('hex');

/** The hash of an entry in the log. */
export const leafOf = (entry) => sha256(integer(0, 1), text(entry));

/** The largest power of two below n. */
function splitOf(n) {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** RFC 9162, section 2.1.4.1, as it stands there: PROOF(m, D_n). */
export const consistency = (m, leafHashes) => (m === leafHashes.length || m === 0 ? [] : subproof(m, leafHashes, true));
function subproof(m, leafHashes, isWhole) {
  const n = leafHashes.length;
  if (m === n) return isWhole ? [] : [merkleRoot(leafHashes)];
  const k = splitOf(n);
  const [left, right] = [leafHashes.slice(0, k), leafHashes.slice(k)];
  return m <= k ? [...subproof(m, left, isWhole), merkleRoot(right)] : [...subproof(m - k, right, false), merkleRoot(left)];
}

/** Of the leaves [from, to): the roots of the largest subtrees left and right of them, from left to right. */
export function stretch(from, to, leafHashes, first = 0) {
  const n = leafHashes.length;
  if (first >= to || first + n <= from) return [merkleRoot(leafHashes)];
  if (first >= from && first + n <= to) return [];
  const k = splitOf(n);
  return [...stretch(from, to, leafHashes.slice(0, k), first), ...stretch(from, to, leafHashes.slice(k), first + k)];
}

/** The bytes of a map proof for this key, present or not. */
export function mapProof(entries, key) {
  const { siblings, end } = mapPath(entries, key);
  const bits = Buffer.alloc(Math.ceil(siblings.length / 8));
  siblings.forEach((sibling, depth) => {
    if (sibling !== null) bits[depth >> 3] |= 0x80 >> (depth % 8);
  });
  const isOwn = end !== null && end.key.equals(key);
  const terminal = end === null ? [] : [...(isOwn ? [] : [end.key]), integer(end.n, 8), end.root];
  const kind = end === null ? 0 : isOwn ? 1 : 2;
  return Buffer.concat([integer(1, 1), integer(kind, 1), integer(siblings.length, 2), bits, ...siblings.filter((sibling) => sibling !== null), ...terminal]);
}

export const mapSaltHash = (salt) => hex(sha256(text('custody/map-salt/v1'), salt));
export const genesis = ({ log, salt, previous }) =>
  jcs({ genesis: { log, mapSalt: mapSaltHash(salt), ...(previous === undefined ? {} : { previous }) }, v: 1 });
export const seal = (said) => jcs({ ...said, v: 1 });
export const keyNotice = (key) => jcs({ key, v: 1 });
export const freeze = (log, reason) => jcs({ freeze: { log, reason }, v: 1 });

/** C2SP tlog-checkpoint: what is signed. */
export const headText = (log, leafHashes) => `${log}\n${leafHashes.length}\n${base64(merkleRoot(leafHashes))}\n`;

/** C2SP tlog-cosignature, version 1: a line below the log's own, and the key of who made it. */
const witnessKeyId = (name, seed) => sha256(text(`${name}\n`), integer(4, 1), publicKey(seed)).subarray(0, 4);
export const witnessKey = (name, seed) => `${name}+${hex(witnessKeyId(name, seed))}+${base64(Buffer.concat([integer(4, 1), publicKey(seed)]))}`;
export const cosignature = (head, name, seed, seconds) =>
  `— ${name} ${base64(Buffer.concat([witnessKeyId(name, seed), integer(seconds, 8), sign(null, text(`cosignature/v1\ntime ${seconds}\n${head}`), privateKey(seed))]))}\n`;

/**
 * The lists of a log: of each (reader group, item) which entries are about it.
 * @param entries `{entry, places}` in their order, `places` of each the pairs that it is listed under
 */
function listsOf(entries) {
  const lists = new Map();
  entries.forEach(({ entry, places }, index) => {
    for (const { group, item } of places) {
      const name = jcs([group, item]);
      if (!lists.has(name)) lists.set(name, { group, item, entries: [] });
      lists.get(name).entries.push({ index, leafHash: leafOf(entry) });
    }
  });
  return [...lists.values()];
}

const itemLeaves = ({ entries }) => entries.map(({ index, leafHash }) => itemLeaf(index, leafHash));
const mapEntries = (lists, salt) =>
  lists.map((list) => ({ key: Buffer.from(mapKey(salt, list.group, list.item), 'hex'), n: list.entries.length, root: merkleRoot(itemLeaves(list)) }));

/** What a seal says of the map of these entries. */
export function mapOf(entries, salt) {
  const made = mapEntries(listsOf(entries), salt);
  return { mapRoot: hex(mapRoot(made)), mapSize: made.length };
}

/**
 * A proof document, as canonical JSON. The last of the entries is the seal, and its map that of the entries below what it covers.
 * @param log `{name, seed, salt, entries}` with the entries under the head, the genesis first
 * @param shown `{item, groups, from, to, events, notices, inclusion, cosigned, withSalt}`; of an event `{index, commitment, shown}`
 */
export function proof({ name, seed, salt, entries }, { item, groups = [], from = 0, to, events = [], notices = [], inclusion = true, cosigned = '', withSalt = true }) {
  const leaves = entries.map(({ entry }) => leafOf(entry));
  const place = (index) => path(index, leaves).map(base64);
  const placed = (index) => ({ entry: entries[index].entry, inclusion: place(index), index });
  const last = entries.length - 1;
  const lists = listsOf(entries.slice(0, JSON.parse(entries[last].entry).covers));
  const map = mapEntries(lists, salt);
  const group = (asked) => {
    const list = lists.find((known) => known.group === asked && known.item === item);
    const end = to ?? list?.entries.length;
    return {
      group: asked,
      map: base64(mapProof(map, Buffer.from(mapKey(salt, asked, item), 'hex'))),
      tree: list === undefined ? null : {
        entries: base64(Buffer.concat(list.entries.slice(from, end).flatMap(({ index, leafHash }) => [integer(index, 8), leafHash]))),
        from,
        stretch: stretch(from, end, itemLeaves(list)).map(base64),
      },
    };
  };
  return jcs({
    checkpoint: note(headText(name, leaves), name, seed) + cosigned,
    events: events.map(({ index, commitment, shown }) => ({ commitment, inclusion: inclusion ? place(index) : null, index, shown })),
    format: 'custody-proof/1',
    item: item === undefined ? null : { groups: groups.map(group), item },
    notices: notices.map((index) => ({ entry: entries[index].entry, index })),
    salt: withSalt ? { genesis: placed(0), mapSalt: hex(salt) } : null,
    seal: placed(last),
  });
}
