/**
 * The published vectors of version 1. `node libs/ledger/vectors/make.mjs` writes the files; a change of any of them breaks the format:
 * what has been committed to must verify for ever.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commitment, entry, jcs, leaves, mapKey, opening, record, recordMac } from './reference.mjs';
import { proofVectors } from './make-proofs.mjs';
import * as receipts from './reference-receipts.mjs';

/** 32 bytes that anyone can make again. */
const bytesOf = (name) => createHash('sha256').update(`custody/vectors/${name}`).digest();
const hex = (bytes) => bytes.toString('hex');

const items = (count) => Array.from({ length: count }, (_, n) => ({ id: `serial:acme:${String(n).padStart(4, '0')}`, role: n === 0 ? 'subject' : 'background' }));

const loading = {
  action: 'ADD',
  conveyance: { discharge: { unlocode: 'KRPUS' }, loading: { unlocode: 'CNDLC' }, voyage: 'DN5505-18' },
  evidence: [{ bytes: 22931, locator: 'line:5', mediaType: 'application/pdf', ref: 'evidence/bl-0005.pdf', sha256: hex(bytesOf('evidence')), synthetic: true, type: 'bill_of_lading' }],
  extension: { case: { id: 'lux-0017', kind: 'aggregation' }, x: { note: null } },
  grade: 'B2',
  handling: { agencies: ['partner'], tlp: 'AMBER+STRICT' },
  id: 'lux-0017',
  items: [
    { id: 'vin:WDDSYNTH9JA000001', role: 'subject' },
    { id: 'container:SYNU0000014', role: 'container', written: 'SYNU 000001 4' },
  ],
  kind: 'aggregation',
  modality: 'actual',
  occurred: { extent: 'within', from: '2018-08-26', precision: 'day', to: '2018-08-26' },
  parties: [{ country: 'CN', name: '大连示例货运有限公司', role: 'carrier' }, { name: 'Müller & Söhne 🚢', role: 'consignor' }],
  place: { country: 'CN', lat: 38.93, lon: 121.65, name: 'Dalian', radiusMetres: 500.5, unlocode: 'CNDLC' },
  relations: { links: ['lux-0016', 'partner/7'], reason: 'same line' },
  reported: { agency: 'Meridian Research', at: '2019-02-04T10:12:00Z', by: 'trade-analyst' },
  source: { family: 'trade', kind: 'bill-of-lading', title: 'Bill of lading SYN-0005, line 5' },
  statement: { lang: 'en', text: 'Loaded at Dalian; "said to contain"\n' },
};
const minimal = { handling: { tlp: 'CLEAR' }, kind: 'observation', source: { kind: 'unspecified' } };
const correction = {
  as: 'assessment', handling: { community: 'north', tlp: 'GREEN' }, kind: 'correction', modality: 'planned',
  relations: { target: 'lux-0017' }, source: { kind: 'analysis' }, subtype: 'route',
};

const DOCUMENTS = [
  ['all slots but the reserved one', loading],
  ['the fewest members', minimal],
  ['every member of slot kind but action', correction],
  ['empty lists are present', { ...minimal, evidence: [], items: [], parties: [] }],
  ['1 item', { ...minimal, items: items(1) }],
  ['4 items', { ...minimal, items: items(4) }],
  ['5 items', { ...minimal, items: items(5) }],
  ['256 items', { ...minimal, items: items(256) }],
  ['9 parties and 3 pieces of evidence', { ...minimal, evidence: items(3), parties: items(9) }],
  ['text outside of ASCII', { ...minimal, statement: 'Überführung nach 南浦 — «ящик» 🚗\u2028\u0001' }],
  ['a statement longer than any buffer that is kept', { ...minimal, statement: 'ä'.repeat(5_000) }],
];

const envelopeOf = (n, id = `vector-${n}`) => ({ agency: 'local', captured: `2026-01-01T00:00:00.${String(n).padStart(6, '0')}Z`, id, principal: n % 2 === 0 ? 'operator' : 'Zoë "Z" Ångström' });

function fieldTree() {
  return DOCUMENTS.map(([about, document], n) => {
    const envelope = envelopeOf(n, document.id);
    const secret = bytesOf(`secret-${n}`);
    const root = commitment(envelope, document, secret);
    return { about, envelope, document, secret: hex(secret), ...leaves(envelope, document, secret), commitment: root, entry: entry(root) };
  });
}

/** What is opened of which document of field-tree.json. */
const OPENINGS = [
  ['what is always opened, and nothing else', 0, {}],
  ['one item, of a list of two', 0, { slots: ['occurred', 'place'], elements: { items: [0] } }],
  ['an item and the place after the last one', 0, { elements: { items: [1, 2] } }],
  ['whole lists, so that their lengths are proved', 0, { elements: { evidence: 'all', items: 'all', parties: 'all' } }],
  ['every slot', 0, { slots: ['occurred', 'place', 'conveyance', 'source', 'grade', 'statement', 'relations', 'reported', 'extension', 'reserved'], elements: { evidence: 'all', items: 'all', parties: 'all' } }],
  ['slots that the event does not have', 1, { slots: ['place', 'items', 'reserved'], elements: { parties: [0] } }],
  ['that a list is there, and none of its elements', 5, { slots: ['items'] }],
  ['that lists are empty', 3, { elements: { evidence: 'all', items: 'all', parties: 'all' } }],
  ['the fifth of five items, and one of the padding', 6, { elements: { items: [4, 7] } }],
  ['four of 256 items', 7, { elements: { items: [0, 100, 101, 255] } }],
  ['text outside of ASCII', 9, { slots: ['statement'] }],
];

function openings() {
  const trees = fieldTree();
  return OPENINGS.map(([about, n, choice]) => {
    const { about: document, envelope, document: opened, secret, commitment: root } = trees[n];
    return { about, document, choice, commitment: root, opening: opening(envelope, opened, Buffer.from(secret, 'hex'), choice) };
  });
}

function mapKeys() {
  const salt = bytesOf('map-salt');
  const pairs = [['clear', 'vin:WDDSYNTH9JA000001'], ['green', 'vin:WDDSYNTH9JA000001'], ['community:north', 'imo:0000048'], ['agency:local', 'serial:müller:大1'], ['a', 'bc'], ['ab', 'c']];
  return pairs.map(([group, identifier]) => ({ salt: hex(salt), group, identifier, key: mapKey(salt, group, identifier) }));
}

function records() {
  return [loading, minimal].map((document, n) => {
    const secret = bytesOf(`secret-${n}`);
    const envelope = envelopeOf(n, document.id);
    const content = Buffer.from(jcs(document), 'utf8');
    const header = {
      ...envelope,
      commitment: commitment(envelope, document, secret),
      content: createHash('sha256').update(content).digest('hex'),
      secret: hex(secret),
    };
    const value = record(header, content);
    const key = bytesOf('publisher-key');
    return { header, content: content.toString('utf8'), value: value.toString('utf8'), publisherKey: hex(key), mac: recordMac(key, header, value) };
  });
}

const LOG = 'ledger.example/log';
const [logSeed, receiptSeed] = [bytesOf('log-key'), bytesOf('receipt-key')];
const RECEIPT_KEY = `${LOG}/receipt`;

/** Notes by capture's key: of what was taken in, and of what the ledger could not take. */
function receiptNotes() {
  const key = receipts.verifierKey(RECEIPT_KEY, receiptSeed);
  const trees = fieldTree();
  return [trees[0], trees[6]].flatMap(({ about, envelope, document }, n) => {
    const { agency, id, captured } = envelope;
    const event = { log: LOG, agency, id, contentHash: createHash('sha256').update(jcs(document)).digest('hex') };
    const receipt = { ...event, captured, durability: n === 0 ? 'replicated' : 'single-node' };
    const rejection = { ...event, code: 'record.malformed', detail: 'The value has no line feed after its header — «ящик».' };
    return [
      { about: `receipt for ${about}`, kind: 'receipt', key, value: receipt, note: receipts.note(receipts.receiptText(receipt), RECEIPT_KEY, receiptSeed) },
      { about: `rejection of ${about}`, kind: 'rejection', key, value: rejection, note: receipts.note(receipts.rejectionText(rejection), RECEIPT_KEY, receiptSeed) },
    ];
  });
}

/** What an agency signs of what it submitted. */
function batches() {
  const name = 'local/import';
  const seed = bytesOf('submitter-key');
  const trees = fieldTree();
  return [[0, 2], [0, 1, 9]].map((of) => {
    const members = of.map((n) => [trees[n].envelope.id, createHash('sha256').update(jcs(trees[n].document)).digest('hex')]);
    const list = { log: LOG, agency: 'local', members };
    const signed = receipts.batchText(list);
    return { about: `a list of ${members.length}`, ...list, vkey: receipts.verifierKey(name, seed), text: signed, value: receipts.signature(signed, seed) };
  });
}

/** Of a document of agency `local`: its identifiers in its reader groups. */
function itemTrees({ handling, items: list = [] }) {
  const groups = { CLEAR: ['clear'], GREEN: ['agency:local', `community:${handling.community}`], 'AMBER+STRICT': ['agency:local', 'agency:partner'] }[handling.tlp];
  return groups.flatMap((group) => list.map(({ id }) => ({ group, item: id })));
}

/** The log of all documents of field-tree.json, in their order. */
function sealedReceipts() {
  const trees = fieldTree();
  const key = receipts.verifierKey(LOG, logSeed);
  return [0, 1, 6, 10].map((index) => {
    const { about, envelope, document, secret, commitment: root } = trees[index];
    const proof = receipts.inclusion(LOG, logSeed, trees.map((tree) => tree.commitment), index);
    const places = itemTrees(document).sort((a, b) => (a.group + a.item < b.group + b.item ? -1 : 1)).map((tree) => {
      const before = trees.slice(0, index).flatMap((earlier) => itemTrees(earlier.document));
      return { ...tree, n: before.filter(({ group, item }) => group === tree.group && item === tree.item).length };
    });
    return { about, key, content: jcs(document), sealed: receipts.sealedReceipt(envelope, root, secret, index, proof, places) };
  });
}

/** The text of each file by its name. */
export function vectorFiles() {
  const files = { 'batch.json': batches(), 'field-tree.json': fieldTree(), 'map-key.json': mapKeys(), 'opening.json': openings(), 'receipt.json': receiptNotes(), 'record.json': records(), 'sealed-receipt.json': sealedReceipts(), ...proofVectors() };
  return Object.fromEntries(Object.entries(files).map(([name, vectors]) => [name, `${JSON.stringify({ version: 1, vectors }, null, 1)}\n`]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, contents] of Object.entries(vectorFiles())) writeFileSync(new URL(name, import.meta.url), contents);
}
