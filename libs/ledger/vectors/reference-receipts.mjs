/** Receipts, rejections, sealed receipts and signed batches of version 1 once more, as plainly as they can be said and without a line of the product. */
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { entry, jcs, merkleRoot } from './reference.mjs';

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const text = (value) => Buffer.from(value, 'utf8');
const lines = (...values) => values.map((value) => `${value}\n`).join('');

/** RFC 8410: an Ed25519 private key is these sixteen bytes and its seed. */
export const privateKey = (seed) =>
  createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' });
export const publicKey = (seed) => createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' }).subarray(-32);

/** C2SP signed-note: signature type 0x01, Ed25519. */
const keyId = (name, seed) => sha256(text(`${name}\n`), Buffer.from([1]), publicKey(seed)).subarray(0, 4);
export const verifierKey = (name, seed) =>
  `${name}+${keyId(name, seed).toString('hex')}+${Buffer.concat([Buffer.from([1]), publicKey(seed)]).toString('base64')}`;
export const note = (signed, name, seed) =>
  `${signed}\n— ${name} ${Buffer.concat([keyId(name, seed), sign(null, text(signed), privateKey(seed))]).toString('base64')}\n`;

export const receiptText = ({ log, agency, id, contentHash, captured, durability }) =>
  lines('custody-ledger/receipt/v1', `log ${log}`, `agency ${agency}`, `id ${id}`, `content ${contentHash}`, `captured ${captured}`, 'sealed or rejected within 60 s', `durability ${durability}`);
export const rejectionText = ({ log, agency, id, contentHash, code, detail }) =>
  lines('custody-ledger/rejection/v1', `log ${log}`, `agency ${agency}`, `id ${id}`, `content ${contentHash}`, `code ${code}`, `detail ${detail}`);

export const batchText = ({ log, agency, members }) =>
  lines('custody-ledger/batch/v1', `log ${log}`, `agency ${agency}`, `members ${members.length}`, `list ${sha256(text(jcs(members))).toString('hex')}`);
export const signature = (signed, seed) => sign(null, text(signed), privateKey(seed)).toString('base64');

/** RFC 9162, section 2.1.3.1: the path of leaf m, from the leaf upward. */
export function path(m, leafHashes) {
  const n = leafHashes.length;
  if (n === 1) return [];
  let k = 1;
  while (k * 2 < n) k *= 2;
  return m < k
    ? [...path(m, leafHashes.slice(0, k)), merkleRoot(leafHashes.slice(k))]
    : [...path(m - k, leafHashes.slice(k)), merkleRoot(leafHashes.slice(0, k))];
}

/** C2SP tlog-checkpoint and tlog-proof, for the log of these commitments. */
export function inclusion(origin, seed, commitments, index) {
  const leaves = commitments.map((commitment) => Buffer.from(entry(commitment).leafHash, 'hex'));
  const checkpoint = note(lines(origin, leaves.length, merkleRoot(leaves).toString('base64')), origin, seed);
  return `${lines('c2sp.org/tlog-proof@v1', `index ${index}`, ...path(index, leaves).map((hash) => hash.toString('base64')))}\n${checkpoint}`;
}

export const sealedReceipt = (envelope, commitment, secret, index, proof, places) =>
  jcs({ v: 1, index, commitment, secret, envelope, inclusion: proof, places });
