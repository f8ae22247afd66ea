/** Vectors of what a server shows under one head: lists, the map, entries of the operator, whole proofs. Written with the others by make.mjs. */
import { createHash } from 'node:crypto';
import { commitment, entry, itemLeaf, jcs, mapKey, mapRoot, merkleRoot, opening } from './reference.mjs';
import * as proofs from './reference-proofs.mjs';
import { path, verifierKey } from './reference-receipts.mjs';

const bytesOf = (name) => createHash('sha256').update(`custody/vectors/${name}`).digest();
const hex = (bytes) => bytes.toString('hex');
const base64 = (bytes) => bytes.toString('base64');

const LOG = 'ledger.example/log';
const [logSeed, salt] = [bytesOf('log-key'), bytesOf('map-salt')];
const WITNESS = 'witness.example/map';
const KEYS = { group: 'log', item: 'keys' };

/** Lists of one to eleven entries; of each some stretches, each leaf by itself among them, and the path from each shorter list. */
function itemTrees() {
  return [1, 2, 3, 7, 8, 11].map((n) => {
    const entries = Array.from({ length: n }, (_, at) => ({ index: at * at + at, leafHash: hex(bytesOf(`entry-${at}`)) }));
    const leaves = entries.map(({ index, leafHash }) => itemLeaf(index, Buffer.from(leafHash, 'hex')));
    const each = Array.from({ length: n }, (_, at) => at);
    const ranges = [...each.map((at) => [at, at + 1]), [0, n], ...(n > 3 ? [[1, n - 1], [0, 3], [n - 3, n]] : [])];
    return {
      entries, leaves: leaves.map(hex), root: hex(merkleRoot(leaves)),
      inclusion: each.map((at) => path(at, leaves).map(hex)),
      stretches: ranges.map(([from, to]) => ({ from, to, hashes: proofs.stretch(from, to, leaves).map(hex) })),
      consistency: each.map((at) => ({ size: at + 1, root: hex(merkleRoot(leaves.slice(0, at + 1))), hashes: proofs.consistency(at + 1, leaves).map(hex) })),
    };
  });
}

const itemOf = (at) => ({ group: ['clear', 'green', 'agency:local'][at % 3], item: `serial:acme:${String(at).padStart(4, '0')}` });

/** Maps, and of each what they show of keys that they have and of others. */
function itemMaps() {
  const keyOf = ({ group, item }) => Buffer.from(mapKey(salt, group, item), 'hex');
  const listed = (count) => Array.from({ length: count }, (_, at) => ({ key: keyOf(itemOf(at)), n: at + 1, root: bytesOf(`tree-${at}`) }));
  const near = Buffer.from(listed(1)[0].key);
  near[31] ^= 1;
  const maps = [
    ['nothing', []],
    ['one item', listed(1)],
    ['two items whose keys differ in their last bit alone', [...listed(1), { key: near, n: 2, root: bytesOf('tree-near') }]],
    ['twenty items', listed(20)],
    ['2^53 - 1 entries', [{ ...listed(1)[0], n: Number.MAX_SAFE_INTEGER }, ...listed(3).slice(1)]],
  ];
  return maps.map(([about, entries]) => ({
    about,
    entries: entries.map(({ key, n, root }) => ({ key: hex(key), n, root: hex(root), leaf: hex(mapRoot([{ key, n, root }])) })),
    root: hex(mapRoot(entries)),
    proofs: [0, 1, 2, 19, 20, 21, 22, 23].map((at) => {
      const key = keyOf(itemOf(at));
      const found = entries.find((known) => known.key.equals(key));
      return { ...itemOf(at), key: hex(key), n: found?.n ?? null, proof: base64(proofs.mapProof(entries, key)) };
    }),
  }));
}

const seal = (covers, map, at, previous, access = null) => ({ access, covers, log: LOG, ...map, previous, time: `2026-01-01T00:00:${String(at).padStart(2, '0')}.000000Z` });

/** What the operator says in entries of his own. */
function notices() {
  const end = { checkpoint: hex(bytesOf('checkpoint')), log: 'ledger.example/before', root: hex(bytesOf('root')), size: 70_000 };
  const map = { mapRoot: hex(bytesOf('map')), mapSize: 12 };
  const sealed = [seal(5, { mapRoot: hex(Buffer.alloc(32)), mapSize: 0 }, 1, null), seal(70_000, map, 2, 69_000, { root: hex(bytesOf('access')), size: 3 })];
  const key = (action, use) => ({ action, log: LOG, use, vkey: verifierKey(use === 'log' ? LOG : `${LOG}/receipt`, bytesOf(`${use}-key`)) });
  const keys = [key('certify', 'log'), key('certify', 'receipt'), key('revoke', 'receipt')];
  const said = [
    ['a genesis', 'genesis', { log: LOG, mapSalt: proofs.mapSaltHash(salt) }, proofs.genesis({ log: LOG, salt })],
    ['the genesis of a log that takes the place of another', 'genesis', { log: LOG, mapSalt: proofs.mapSaltHash(salt), previous: end }, proofs.genesis({ log: LOG, salt, previous: end })],
    ['the first seal, over no item', 'seal', sealed[0], proofs.seal(sealed[0])],
    ['a seal with the head of the access log', 'seal', sealed[1], proofs.seal(sealed[1])],
    ...keys.map((value) => [`${value.action} a key of use ${value.use}`, 'key', value, proofs.keyNotice(value)]),
    ['the end of a log', 'freeze', { log: LOG, reason: 'Moved to ledger.example/next — «конец».' }, proofs.freeze(LOG, 'Moved to ledger.example/next — «конец».')],
  ];
  const [genesis, , first] = said.map(([, , , text]) => text);
  const none = [
    ['a space after a colon', genesis.replace(':{', ': {')],
    ['a member beside it', genesis.replace('}', ',"more":1}')],
    ['another version', first.replace('"v":1', '"v":2')],
    ['a time with three decimals', first.replace('.000000Z', '.000Z')],
    ['a number as a text', first.replace('"covers":5', '"covers":"5"')],
  ];
  return [
    ...said.map(([about, kind, value, text]) => ({ about, kind, value, entry: text, leaf: hex(proofs.leafOf(text)) })),
    ...none.map(([about, text]) => ({ about, kind: null, entry: text, leaf: hex(proofs.leafOf(text)) })),
  ];
}

const CAR = 'vin:WDDSYNTH9JA000001';
const item = (id, role = 'subject') => ({ id, role });
const sighting = (id, handling, items, more = {}) => ({ handling, id, items, kind: 'observation', source: { kind: 'gate-log' }, ...more });
/** What a small log holds, in its order, and in whose lists each stands; null: a seal. */
const STORY = [
  ['genesis'],
  ['key'],
  [sighting('gate-1', { tlp: 'GREEN' }, [item(CAR), item('container:SYNU0000014', 'container')]), ['green']],
  [sighting('gate-2', { tlp: 'CLEAR' }, [item('serial:müller:大1')], { statement: { lang: 'zh', text: '南浦 — «ящик»\n' } }), ['clear']],
  [sighting('gate-3', { agencies: ['partner'], tlp: 'AMBER' }, [item(CAR)], { evidence: [{ sha256: hex(bytesOf('evidence')) }] }), ['agency:local', 'agency:partner']],
  ['seal'],
  [sighting('gate-4', { tlp: 'GREEN' }, [item(CAR)], { kind: 'correction', relations: { target: 'gate-1' } }), ['green']],
  [sighting('gate-5', { tlp: 'CLEAR' }, [item('serial:acme:0001'), item('serial:acme:0002', 'background')]), ['clear']],
  [sighting('gate-6', { tlp: 'AMBER' }, [item(CAR)]), ['agency:local']],
  [sighting('gate-7', { tlp: 'GREEN' }, [item(CAR)]), ['green']],
  ['seal'],
];

/** What takes an event from all agencies but one, and says to them what it takes. */
const taking = ({ commitment: root, document, envelope, index, secret }) => ({
  extension: { withholds: { commitment: root, index, opening: JSON.parse(opening(envelope, document, secret, {})) } },
  handling: { tlp: 'GREEN' },
  id: 'taken-1',
  items: [item(CAR, 'background')],
  kind: 'marking',
  relations: { handling: { agencies: ['partner'], tlp: 'AMBER' }, reason: 'the source is at risk', target: document.id },
  source: { kind: 'handling' },
});
const takingBack = ({ document }) => ({
  handling: { tlp: 'GREEN' },
  id: 'back-1',
  items: [item(CAR, 'background')],
  kind: 'retraction',
  relations: { target: document.id },
  source: { kind: 'handling' },
});
/** A log in which that was done; what comes behind is made of the events before it. */
const TAKEN = [
  ['genesis'],
  ['key'],
  [sighting('gate-1', { tlp: 'GREEN' }, [item(CAR), item('container:SYNU0000014', 'container')]), ['green']],
  [sighting('gate-2', { tlp: 'GREEN' }, [item(CAR)]), ['green']],
  [([taken]) => taking(taken), ['agency:local', 'agency:partner', 'green']],
];
const LOSERS = ['agency:acme', 'clear', 'green'];

/** @param told of another log of the same name: what its operator tells instead */
function logOf(told = STORY) {
  const entries = [];
  const events = [];
  told.forEach(([given, groups], index) => {
    const what = typeof given === 'function' ? given(events) : given;
    if (what === 'genesis') entries.push({ entry: proofs.genesis({ log: LOG, salt }), places: [] });
    else if (what === 'key') entries.push({ entry: proofs.keyNotice({ action: 'certify', log: LOG, use: 'receipt', vkey: verifierKey(`${LOG}/receipt`, bytesOf('receipt-key')) }), places: [KEYS] });
    else if (what === 'seal') {
      const before = entries.findLastIndex(({ entry: text }) => text.includes('"covers"'));
      entries.push({ entry: proofs.seal(seal(index, proofs.mapOf(entries, salt), index, before < 0 ? null : before)), places: [] });
    } else {
      const envelope = { agency: 'local', captured: `2026-01-01T00:00:00.${String(index).padStart(6, '0')}Z`, id: what.id, principal: 'operator' };
      const secret = bytesOf(`secret-of-${what.id}`);
      const root = commitment(envelope, what, secret);
      events.push({ index, commitment: root, envelope, document: what, secret, shown: { content: jcs(what), envelope, secret: hex(secret) } });
      entries.push({ entry: entry(root).data, places: groups.flatMap((group) => what.items.map(({ id }) => ({ group, item: id }))) });
    }
  });
  return { name: LOG, seed: logSeed, salt, entries, events };
}

const FIRST_HEAD = 6;
const GROUPS = ['agency:local', 'clear', 'green'];
const SECONDS = Date.parse('2026-01-01T00:01:00Z') / 1000;

/** Of a proof about the car everything; what was asked, and by which words it is judged. */
function honest(log) {
  const leaves = log.entries.map(({ entry: text }) => proofs.leafOf(text));
  const about = log.events.filter(({ document }) => document.items.some(({ id }) => id === CAR));
  const whole = { item: CAR, groups: GROUPS, events: about };
  const ask = { item: CAR, groups: GROUPS, allEvents: true, inclusion: true };
  const kept = { size: FIRST_HEAD, root: hex(merkleRoot(leaves.slice(0, FIRST_HEAD))), consistency: proofs.consistency(FIRST_HEAD, leaves).map(base64) };
  return { leaves, about, whole, ask, kept };
}

/** What an agency withholds: the first event is not shown, of its marking so much as its losers are shown. */
function withheld(vector) {
  const inPart = ({ document, envelope, secret, ...event }) => ({
    ...event,
    shown: { opening: JSON.parse(opening(envelope, document, secret, { elements: { items: [0] }, slots: ['extension', 'relations'] })) },
  });
  const of = (log, groups) => {
    const [, ...shown] = log.events.map((event) => (event.document.kind === 'marking' ? inPart(event) : event));
    return [proofs.proof(log, { events: shown, groups, item: CAR }), { allEvents: true, groups, inclusion: true, item: CAR }];
  };
  const log = logOf([...TAKEN, ['seal']]);
  const back = logOf([...TAKEN, [([, , marking]) => takingBack(marking), ['green']], ['seal']]);
  const missing = { code: 'proof.events-missing', verdict: 'incomplete' };
  return [
    vector('an event that its agency withholds from who asks', ...of(log, LOSERS)),
    { ...vector('the same, asked by whom it is handed to', ...of(log, ['agency:partner', 'clear', 'green'])), ...missing },
    { ...vector('the same, where the marking was taken back', ...of(back, LOSERS)), ...missing },
  ];
}

/** Whole documents, each with what is asked of it and the verdict; where that is not `verified`, the code that it is refused or left open with. */
function documents() {
  const log = logOf();
  const { leaves, about, whole, ask, kept } = honest(log);
  const key = verifierKey(LOG, logSeed);
  const cosigned = proofs.cosignature(proofs.headText(LOG, leaves), WITNESS, bytesOf('witness-key'), SECONDS);
  const witnesses = { threshold: 1, witnesses: [{ vkey: proofs.witnessKey(WITNESS, bytesOf('witness-key')) }] };
  const [corrected] = log.events.filter(({ document }) => document.id === 'gate-4');
  const opened = { ...corrected, shown: { opening: JSON.parse(opening(corrected.envelope, corrected.document, corrected.secret, { slots: ['relations'], elements: { items: [0] } })) } };
  const vector = (says, document, question, more = {}) => ({ about: says, key, ...more, question, document, verdict: 'verified', code: null });
  const good = proofs.proof(log, whole);
  return [
    vector('an item in two lists, absent from a third', good, ask),
    vector('the same, held against a head that was kept', good, ask, { kept }),
    vector('the same under the eyes of a witness', proofs.proof(log, { ...whole, cosigned }), ask, { witnesses }),
    vector('an item that nobody reported', proofs.proof(log, { item: 'vin:NOBODY', groups: GROUPS }), { ...ask, item: 'vin:NOBODY' }),
    vector('one leaf of a list', proofs.proof(log, { item: CAR, groups: ['green'], from: 1, to: 2 }), { item: CAR, groups: ['green'], stretch: { from: 1, to: 2 } }),
    vector('one event, some of it opened', proofs.proof(log, { events: [opened] }), { event: { agency: 'local', id: 'gate-4' } }),
    vector("the log's keys", proofs.proof(log, { item: KEYS.item, groups: [KEYS.group], notices: [1] }), { item: KEYS.item, groups: [KEYS.group], allEvents: true }),
    vector('the log alone', proofs.proof(log, {}), { log: true }),
    ...altered(good, { log, about, whole, leaves, kept }).map(([says, document, verdict, code, more = {}]) => ({ ...vector(says, document, ask, more), verdict, code })),
    ...withheld(vector),
  ];
}

/** With one thing changed in it: a lie each, and what it is refused with. */
function altered(good, { log, about, whole, leaves, kept }) {
  const changed = (change) => {
    const document = JSON.parse(good);
    change(document);
    return jcs(document);
  };
  const other = (hash) => `${hash[0] === 'A' ? 'B' : 'A'}${hash.slice(1)}`;
  const shorter = logOf(STORY.filter(([what]) => what.id !== 'gate-6'));
  const forked = logOf(STORY.map(([what, groups]) => (what.id === 'gate-2' ? [{ ...what, source: { kind: 'tip' } }, groups] : [what, groups])));
  const forkedLeaves = forked.entries.map(({ entry: text }) => proofs.leafOf(text));
  const tree = (document, group) => document.item.groups.find((part) => part.group === group).tree;
  return [
    ['a letter of a content', changed(({ events }) => { events[0].shown.content = events[0].shown.content.replace('gate-log', 'gate-lof'); }), 'altered', 'whole.root'],
    ['the principal of an envelope', changed(({ events }) => { events[0].shown.envelope.principal = 'another'; }), 'altered', 'whole.root'],
    ['the last entry of a list left out', changed((document) => { const part = tree(document, 'green'); part.entries = base64(Buffer.from(part.entries, 'base64').subarray(0, -40)); }), 'altered', 'stretch.proof-length'],
    ['another hash in a list', changed((document) => { const part = tree(document, 'green'); part.entries = part.entries.slice(0, 30) + other(part.entries.slice(30)); }), 'altered', 'proof.tree-root'],
    ['a list that is hidden', changed((document) => { document.item.groups.find(({ group }) => group === 'green').tree = null; }), 'altered', 'proof.tree-shown'],
    ['a list shown absent by the path of another group', changed((document) => { const [, clear, green] = document.item.groups; Object.assign(green, { map: clear.map, tree: null }); }), 'altered', 'map-proof.other-path'],
    ['another hash in the path of the map', changed((document) => { const [part] = document.item.groups; part.map = part.map.slice(0, 30) + other(part.map.slice(30)); }), 'altered', 'proof.map-root'],
    ['another hash in the path of an event', changed(({ events }) => { events[1].inclusion[0] = other(events[1].inclusion[0]); }), 'altered', 'proof.inclusion'],
    ['the seal of an earlier head', changed(({ seal: placed }) => { Object.assign(placed, { entry: log.entries[FIRST_HEAD - 1].entry, inclusion: path(FIRST_HEAD - 1, leaves).map(base64), index: FIRST_HEAD - 1 }); }), 'altered', 'proof.seal'],
    ['another salt', changed(({ salt: shown }) => { shown.mapSalt = hex(bytesOf('another salt')); }), 'altered', 'proof.salt'],
    ['an event that is listed and not shown', proofs.proof(log, { ...whole, events: about.slice(1) }), 'incomplete', 'proof.events-missing'],
    ['a reader group that is not shown', proofs.proof(log, { ...whole, groups: ['clear', 'green'], events: about.filter(({ document }) => document.handling.tlp === 'GREEN') }), 'incomplete', 'proof.groups'],
    ['an event exchanged below a head that was kept, and the log signed anew', proofs.proof(forked, { ...whole, events: honest(forked).about }), 'altered', 'proof.forked', { kept: { ...kept, consistency: proofs.consistency(FIRST_HEAD, forkedLeaves).map(base64) } }],
    ['signed by another key of the same name', proofs.proof({ ...log, seed: bytesOf('another key') }, whole), 'untrusted-key', 'note.unverified'],
    ['a head of another tree under the old signature', changed((document) => { document.checkpoint = document.checkpoint.replace(base64(merkleRoot(leaves)), base64(merkleRoot(shorter.entries.map(({ entry: text }) => proofs.leafOf(text))))); }), 'altered', 'note.signature-invalid'],
    ['a space between two members', good.replace('"events":', '"events": '), 'altered', 'proof.not-canonical'],
    ['a member beside the others', changed((document) => { document.more = 1; }), 'altered', 'proof.unknown-member'],
    ['of a later format', good.replace('custody-proof/1', 'custody-proof/2'), 'altered', 'proof.format'],
  ];
}

/** By the name of the file. */
export const proofVectors = () => ({ 'item-map.json': itemMaps(), 'item-tree.json': itemTrees(), 'notice.json': notices(), 'proof.json': documents() });
