/** What an honest ledger's proofs establish, and what is said of each that is not whole. */
import { utf8, utf8Text } from './bytes.ts';
import { encodeEntry } from './entry.ts';
import { eventFile, verifyBundle, verifyBundleSteps } from './bundle.ts';
import { openSlots } from './opening.ts';
import { encodeProofDocument, openingJson, readProofDocument, type ProofDocument } from './proof-document.ts';
import { VERDICTS, type Report } from './report.ts';
import { KEYS_TREE } from './log-keys.ts';
import { formatVerifierKey, signingKey } from './note-key.ts';
import {
  BOX,
  bundleFiles,
  CAR,
  GROUPS,
  grownWorld,
  LedgerWorld,
  logKey,
  MAP_SALT,
  OTHER_CAR,
  OWN,
  seedOf,
  witnessKeys,
} from './ledger-world.contract.ts';
import type { Kept, Question, Trust } from './proof-question.ts';
import { verifyHead, verifyProof } from './verify-proof.ts';

const world = grownWorld();
const trust: Trust = { log: [logKey] };
const asked = { item: CAR, groups: GROUPS, allEvents: true, inclusion: true };
const policy = (threshold: number) => ({ witnesses: witnessKeys.map((key) => ({ key, url: null })), threshold });
const states = ({ statements }: Report) => statements.map(({ step, state }) => `${step} ${state}`);
const firstCode = ({ statements }: Report, state: string) => statements.find((one) => one.state === state)?.code;
const encoded = (change: (document: ProofDocument) => ProofDocument, item = CAR) => encodeProofDocument(change(world.prove(item)));

describe('a proof of everything about an item', () => {
  it('is verified, step by step, and says what stands behind its completeness', () => {
    const { report } = verifyProof(world.encode(CAR), { ...trust, nowMs: Date.parse('2026-01-01T00:10:00Z') }, asked);
    expect(report.verdict).toBe('verified');
    expect(report.summary).toBe(
      `Unaltered since 2026-01-01 00:00 UTC by the word of its operator: all 11 events about ${CAR}, as sealed for the reader groups agency:local, clear, green; of what a marking opened later nothing is said.`,
    );
    expect([...new Set(states(report))]).toEqual([
      'document established',
      'signature established',
      'witnesses not-established',
      'kept not-established',
      'seal established',
      'time not-established',
      'age established',
      'salt not-established',
      'map established',
      'tree established',
      'events established',
      'inclusion established',
      'completeness not-established',
    ]);
    expect(report.head).toMatchObject({ origin: 'ledger.example/log', size: BigInt(world.size), time: '2026-01-01T00:00:23.000000Z' });
    const says = report.statements.find(({ step }) => step === 'completeness')?.says;
    expect(says).toMatch(/word of the operator/);
  });

  it('of an item that nobody reported shows its absence in each group', () => {
    const { report } = verifyProof(world.encode('vin:NOBODY'), trust, { ...asked, item: 'vin:NOBODY' });
    expect(report.verdict).toBe('verified');
    expect(report.statements.filter(({ step }) => step === 'map').map(({ says }) => says)).toEqual(
      GROUPS.map(() => expect.stringMatching(/was sealed about it: its place in the map is empty/) as string),
    );
    // What a marking opened to one of them is none of the entries of its list, and may well be there.
    expect(report.summary).toMatch(/no event about vin:NOBODY, as sealed for .*; of what a marking opened later nothing is said\.$/);
    expect(report.statements.at(-1)).toMatchObject({ step: 'completeness', state: 'not-established', code: 'proof.opened-later' });
  });

  it('under the eyes of enough witnesses says so, and names the one that made the map again', () => {
    const bytes = world.encode(CAR, { witnesses: witnessKeys });
    const { report } = verifyProof(bytes, { ...trust, witnesses: policy(2) }, asked);
    expect(states(report)).toContain('witnesses established');
    expect(report.statements.slice(-3)).toMatchObject([
      { step: 'completeness', state: 'established', says: expect.stringMatching(/w3\/map: .* after it was sealed/) as string },
      { step: 'completeness', state: 'not-established', code: 'proof.operator-word' },
      { step: 'completeness', state: 'not-established', code: 'proof.opened-later' },
    ]);
  });

  it('without them is incomplete, and names who is missing', () => {
    const { report } = verifyProof(world.encode(CAR, { witnesses: [witnessKeys[0]!] }), { ...trust, witnesses: policy(2) }, asked);
    expect([report.verdict, firstCode(report, 'not-established')]).toEqual(['incomplete', 'proof.witnesses']);
    expect(report.summary).toMatch(/w2, witness\.example\/w3\/map/);
  });

  it('by a key that is not pinned shows nothing else', () => {
    const stranger = signingKey('log', logKey.name, seedOf('stranger'));
    const { report, keep } = verifyProof(world.encode(CAR), { log: [stranger] }, asked);
    expect([report.verdict, states(report), keep]).toEqual(['untrusted-key', ['signature failed'], null]);
    expect(verifyProof(world.encode(CAR, { signer: stranger }), trust, asked).report.verdict).toBe('untrusted-key');
    expect(verifyProof(world.encode(CAR), { log: [] }, asked).report.verdict).toBe('untrusted-key');
  });

  it('shows a stretch where one was asked for', () => {
    const all = world.prove(CAR, { groups: ['clear'] }).item?.groups[0]?.tree?.entries.length ?? 0;
    expect(all).toBeGreaterThan(4);
    const bytes = world.encode(CAR, { groups: ['clear'], from: 1, to: 3 });
    const stretch = { from: 1n, to: 3n };
    expect(verifyProof(bytes, trust, { item: CAR, groups: ['clear'], stretch }).report.verdict).toBe('verified');
    const { report } = verifyProof(bytes, trust, { item: CAR, groups: ['clear'] });
    expect([report.verdict, report.statements.find(({ verdict }) => verdict !== undefined)?.code]).toEqual(['incomplete', 'proof.stretch']);
  });

  it('of which a part is shown that was not asked for is altered all the same where an event of it is', () => {
    const shown = world.prove(CAR, { groups: ['clear'], from: 1, to: 3 });
    const [first, ...others] = shown.events;
    if (first === undefined || !('content' in first.shown) || first.shown.content === null) throw new Error('no event is shown whole');
    const forged = { ...first, shown: { ...first.shown, content: first.shown.content.replace('"items"', '"itemz"') } };
    expect(forged.shown.content).not.toBe(first.shown.content);
    const { report } = verifyProof(encodeProofDocument({ ...shown, events: [forged, ...others] }), trust, { item: CAR, groups: ['clear'] });
    expect(report.verdict).toBe('altered');
  });

  it('with listed entries that are not shown says how many, and is incomplete only where all were to be shown', () => {
    const bytes = world.encode(CAR, { events: false });
    const open = verifyProof(bytes, trust, { item: CAR }).report;
    expect([open.verdict, states(open).includes('events not-established')]).toEqual(['verified', true]);
    const { report } = verifyProof(bytes, trust, asked);
    expect([report.verdict, report.statements.find(({ verdict }) => verdict !== undefined)?.code]).toEqual([
      'incomplete',
      'proof.events-missing',
    ]);
  });

  it('that is too old for the reader is incomplete', () => {
    const { report } = verifyProof(world.encode(CAR), { ...trust, nowMs: Date.parse('2026-01-03T00:00:00Z'), ageSecondsMax: 60 }, asked);
    expect([report.verdict, report.summary]).toEqual(['incomplete', 'Incomplete: The head is 47 hours old, and may be 60 s.']);
  });

  it('opens some of an event, and is refused where the item itself stays closed', () => {
    const [event] = world.events.filter(({ items }) => items.includes(CAR));
    const show = (elements: readonly number[]) => {
      const opening = openSlots(event!.envelope, event!.document, event!.secret, { elements: { items: elements } });
      return encoded((document) => ({
        ...document,
        events: document.events.map((part) => (part.index === event!.index ? { ...part, shown: { opening: openingJson(opening) } } : part)),
      }));
    };
    const { report } = verifyProof(show([event!.items.indexOf(CAR)]), trust, asked);
    const withheld = report.statements.find(({ code }) => code === 'proof.withheld');
    expect([report.verdict, withheld?.state]).toEqual(['verified', 'not-established']);
    expect(withheld?.says).toMatch(/^Of 1 of the events parts are withheld, whatever they say: .*source, evidence, .*statement/);
    expect(report.summary).toContain(' events, of 1 parts are withheld, about ');
    const closed = verifyProof(show([]), trust, asked).report;
    expect([closed.verdict, firstCode(closed, 'failed')]).toEqual(['altered', 'proof.event-item']);
  });
});

it('the entry of a sighting is none of the operator: whoever shows the bare entry shows no event', () => {
  const document = world.prove(CAR);
  const notices = document.events.map(({ commitment, index }) => ({ entry: utf8Text(encodeEntry(commitment)) as string, index }));
  for (const kept of [0, 1, document.events.length - 1]) {
    const lie = { ...document, events: document.events.slice(0, kept), notices: notices.slice(kept) };
    const { report } = verifyProof(encodeProofDocument(lie), trust, asked);
    expect([report.verdict, firstCode(report, 'failed')]).toEqual(['altered', 'proof.notice']);
  }
});

it('entries between what the seal covers and the seal are in no list, and that is said first', () => {
  const behind = new LedgerWorld().begin();
  behind.add([CAR]);
  behind.lies.covers = 2n;
  for (let n = 0; n < 3; n++) behind.add([CAR], 'AMBER');
  const { report } = verifyProof(behind.seal().encode(CAR, { groups: ['clear'] }), trust, {
    item: CAR,
    groups: ['clear'],
    allEvents: true,
  });
  expect(report.statements.find(({ code }) => code === 'proof.not-covered')?.says).toMatch(/^3 entries stand between/);
  expect(report.summary).toContain('all 1 event about vin:WDDSYNTH9JA000001, below index 2 of the log, ');
  expect(verifyProof(world.encode(CAR), trust, asked).report.summary).not.toContain('below index');
});

it('a salt that was shown alone is the word of the operator, unless an auditing witness follows the log', () => {
  const salt = (bytes: Uint8Array, more: Partial<Trust> = {}) =>
    verifyProof(bytes, { ...trust, ...more }, asked).report.statements.find(({ step }) => step === 'salt');
  expect(salt(world.encode(CAR))).toMatchObject({ state: 'not-established', code: 'proof.salt-word' });
  const witnesses = { witnesses: witnessKeys.map((key) => ({ key, url: null })), threshold: 3 };
  expect(salt(world.encode(CAR, { witnesses: witnessKeys }), { witnesses })).toMatchObject({ state: 'established' });
  // That it is the one of an earlier check does not make it the only one.
  const kept = { ...verifyProof(world.encode(CAR), trust, asked).keep!, consistency: null };
  expect(salt(world.encode(CAR), { kept })).toMatchObject({ state: 'not-established', code: 'proof.salt-word' });
  expect(salt(world.encode(CAR, { witnesses: witnessKeys }), { kept, witnesses })).toMatchObject({ state: 'established' });
});

describe('a proof of one event', () => {
  const event = world.events[4]!;
  it('shows its place in the log, and needs no map', () => {
    const { report } = verifyProof(encodeProofDocument(world.proveEvent(event)), trust, {
      event: { agency: 'local', id: event.envelope.id },
    });
    expect(report.verdict).toBe('verified');
    expect(states(report)).not.toContain('completeness not-established');
  });

  it('is not one of another event, nor of none: neither shows that anything was altered, or that it is not in the log', () => {
    const other = { agency: 'local', id: 'e-999' };
    const wrong = verifyProof(encodeProofDocument(world.proveEvent(event)), trust, { event: other }).report;
    expect([wrong.verdict, firstCode(wrong, 'failed')]).toEqual(['incomplete', 'proof.other-event']);
    const none = verifyProof(encodeProofDocument({ ...world.proveEvent(event), events: [] }), trust, { event: other }).report;
    expect([none.verdict, firstCode(none, 'failed')]).toEqual(['incomplete', 'proof.other-event']);
  });
});

it("the list of the log's keys is proved as the list of an item is", () => {
  const keyed = new LedgerWorld().begin();
  for (const key of ['a', 'b']) keyed.certify(formatVerifierKey(signingKey('receipt', `ledger.example/log/${key}`, seedOf(key))));
  keyed.seal();
  const whole = { item: KEYS_TREE.item, groups: [KEYS_TREE.group], allEvents: true };
  const document = keyed.proveKeys();
  expect(verifyProof(encodeProofDocument(document), trust, whole).report.verdict).toBe('verified');
  const less = verifyProof(encodeProofDocument({ ...document, notices: document.notices.slice(1) }), trust, whole).report;
  expect(less.verdict).toBe('incomplete');
  const [first] = document.notices;
  const other = { ...first!, entry: first!.entry.replace('certify', 'revoke') };
  const changed = verifyProof(encodeProofDocument({ ...document, notices: [other, ...document.notices.slice(1)] }), trust, whole).report;
  expect([changed.verdict, firstCode(changed, 'failed')]).toEqual(['altered', 'proof.notice-not-listed']);
});

describe('what was kept from an earlier check', () => {
  const early = new LedgerWorld().begin();
  for (let n = 0; n < 3; n++) early.add([CAR]);
  early.seal();
  const first = verifyProof(early.encode(CAR), trust, asked);
  const kept = { ...first.keep!, consistency: null };
  const { size } = early;
  early.add([CAR]);
  early.add([OTHER_CAR]);
  early.seal();

  it('is continued by a log that only grew, and by the item', () => {
    const continued = { ...trust, kept: { ...kept, consistency: early.consistency(size) } };
    const { report } = verifyProof(early.encode(CAR), continued, { ...asked, isLatest: true });
    expect(report.verdict).toBe('verified');
    expect(states(report)).toContain('kept established');
    expect(report.statements.filter(({ says }) => /begins with the 3 entries/.test(says))).toHaveLength(1);
    expect(verifyProof(early.encode(CAR, { salt: false }), continued, asked).report.verdict).toBe('verified');
  });

  it('says what it lacks where nobody gave the path between the heads', () => {
    const { report } = verifyProof(early.encode(CAR), { ...trust, kept }, asked);
    expect(firstCode({ ...report, statements: report.statements.filter(({ step }) => step === 'kept') }, 'not-established')).toBe(
      'proof.consistency-unknown',
    );
  });

  it('stays what it was where nobody was asked; where the log was asked and gave no path, nothing is verified', () => {
    const latest = { ...asked, isLatest: true };
    const checked = (consistency: Kept['consistency']) =>
      verifyProof(early.encode(CAR), { ...trust, kept: { ...kept, consistency } }, latest);
    const [path, nobody, missing] = [checked(early.consistency(size)), checked(null), checked('missing')];
    expect([path, nobody, missing].map(({ report, keep }) => [report.verdict, keep?.size])).toEqual([
      ['verified', BigInt(early.size)],
      ['verified', undefined],
      ['incomplete', undefined],
    ]);
    expect(missing.report.statements.find(({ verdict }) => verdict !== undefined)?.code).toBe('proof.consistency-missing');
    // Heads of one size need no path: their roots say it.
    const same = { ...kept, size: BigInt(early.size), root: early.root(), consistency: 'missing' as const };
    expect(verifyProof(early.encode(CAR), { ...trust, kept: same }, latest).report.verdict).toBe('verified');
  });

  it('is asked of a head by itself as of a whole proof', () => {
    const head = (consistency: Kept['consistency'], more: Partial<Trust> = {}) =>
      verifyHead(early.checkpoint(), { ...trust, kept: { ...kept, consistency }, ...more }, { isLatest: true });
    expect(states(head(early.consistency(size)))).toEqual(['signature established', 'witnesses not-established', 'kept established']);
    expect(head('missing').verdict).toBe('incomplete');
    // A path that leads nowhere accuses nobody: it can be said of any log.
    expect(head([]).verdict).toBe('incomplete');
    expect(head(early.consistency(size), { witnesses: policy(1) }).verdict).toBe('incomplete');
    expect(verifyHead(early.checkpoint(), { log: [] }).verdict).toBe('untrusted-key');
    expect(verifyHead('', trust).verdict).toBe('altered');
  });

  it('unmasks a fork, an older state that was put back, another salt, and an item that lost an entry', () => {
    const fork = new LedgerWorld().begin();
    for (let n = 0; n < 3; n++) fork.add([OTHER_CAR]);
    fork.seal();
    fork.add([CAR]);
    fork.seal();
    const forked = verifyProof(fork.encode(CAR), { ...trust, kept: { ...kept, consistency: fork.consistency(size) } }, asked).report;
    expect([forked.verdict, firstCode(forked, 'failed')]).toEqual(['altered', 'proof.forked']);
    expect(forked.summary).toMatch(new RegExp(`below ${size}`));

    const now = { size: BigInt(early.size), root: early.root(), mapSalt: MAP_SALT, trees: [], consistency: null };
    const old = new LedgerWorld().begin();
    for (let n = 0; n < 3; n++) old.add([CAR]);
    old.seal();
    const stale = verifyProof(old.encode(CAR), { ...trust, kept: now }, { ...asked, isLatest: true }).report;
    expect([stale.verdict, firstCode(stale, 'failed')]).toEqual(['altered', 'proof.stale']);
    const beginning = { ...trust, kept: { ...now, consistency: early.consistency(size) } };
    expect(verifyProof(old.encode(CAR), beginning, asked).report.verdict).toBe('verified');

    // A head that is older than the kept one, of a time when a list was shorter, or was not there yet.
    const seen = verifyProof(early.encode(CAR), trust, asked).keep!;
    const later = { ...trust, kept: { ...seen, consistency: early.consistency(size) } };
    const shorter = verifyProof(old.encode(CAR), later, asked).report;
    expect([shorter.verdict, shorter.statements.find(({ step, code }) => step === 'tree' && code !== undefined)?.code]).toEqual([
      'verified',
      'proof.tree-kept-open',
    ]);
    const named = {
      ...later,
      kept: { ...later.kept, trees: [{ group: 'clear', item: OTHER_CAR, n: 1n, root: seedOf('any'), size: seen.size }] },
    };
    const absent = verifyProof(old.encode(OTHER_CAR), named, { ...asked, item: OTHER_CAR }).report;
    expect([absent.verdict, absent.statements.find(({ says }) => says.startsWith('An earlier check saw 1 entry'))?.code]).toEqual([
      'verified',
      'proof.tree-kept-open',
    ]);
    // Nor does a caller forget by it what he has seen since.
    expect([verifyProof(old.encode(CAR), later, asked).keep, seen.size]).toEqual([null, BigInt(early.size)]);

    const resalted = { ...trust, kept: { ...now, mapSalt: seedOf('other salt') } };
    expect(firstCode(verifyProof(early.encode(CAR), resalted, asked).report, 'failed')).toBe('proof.salt');

    const lying = new LedgerWorld().begin();
    for (let n = 0; n < 3; n++) lying.add([CAR]);
    lying.seal(undefined, ({ index }) => index === 2n);
    const lost = { ...kept, size: BigInt(lying.size), root: lying.root() };
    const codeOf = (bytes: Uint8Array) => firstCode(verifyProof(bytes, { ...trust, kept: lost }, asked).report, 'failed');
    expect(codeOf(lying.encode(CAR))).toBe('proof.tree-kept');
    // Nor does it help to show a part of it only.
    expect(codeOf(lying.encode(CAR, { from: 0, to: 1 }))).toBe('proof.tree-kept');
  });
});

describe('a list that an earlier check saw', () => {
  // A check under the first head saw one entry more than the log lists now; a later check, of another item, moved the kept head on.
  const log = new LedgerWorld().begin();
  for (let n = 0; n < 4; n++) log.add([CAR]);
  log.seal();
  const seen = verifyProof(log.encode(CAR), trust, asked).keep!;
  log.add([OTHER_CAR]);
  const between = { bytes: log.seal().encode(CAR), size: log.size };
  log.add([OTHER_CAR]);
  const movedOn = verifyProof(log.seal().encode(OTHER_CAR), trust, { ...asked, item: OTHER_CAR }).keep!;
  const longer = seen.trees.map((tree) => ({ ...tree, n: tree.n + 1n }));
  const kept: Kept = { ...movedOn, trees: [...longer, ...movedOn.trees], consistency: log.consistency(between.size) };

  it('is not shorter under a head between the one that it was seen under and the newest that was kept', () => {
    const { report } = verifyProof(between.bytes, { ...trust, kept }, asked);
    expect([report.verdict, firstCode(report, 'failed')]).toEqual(['altered', 'proof.tree-kept']);
    // Control: of a list whose head is not known only what the newest head says holds.
    const unknown = kept.trees.map((tree) => ({ ...tree, size: kept.size }));
    expect(verifyProof(between.bytes, { ...trust, kept: { ...kept, trees: unknown } }, asked).report.verdict).toBe('verified');
  });

  it('of a reader group is missing where the log shows it no more; of a file that is said alone, and nothing where others were asked for', () => {
    const trees = [{ group: 'green', item: CAR, n: 1n, root: seedOf('green'), size: 1n }];
    const head = { ...trust, kept: { size: BigInt(log.size), root: log.root(), mapSalt: null, consistency: null, trees } };
    const shown = (question: Question) =>
      verifyProof(log.encode(CAR, { groups: ['clear'] }), head, { item: CAR, allEvents: true, ...question }).report;
    const live = shown({ isLatest: true });
    expect([
      live.verdict,
      firstCode({ ...live, statements: live.statements.filter(({ step }) => step === 'map') }, 'not-established'),
    ]).toEqual(['incomplete', 'proof.groups']);
    expect(live.statements.find(({ code }) => code === 'proof.groups')?.says).toContain('groups green, in which an earlier check saw it');
    expect(shown({}).verdict).toBe('verified');
    expect(shown({}).statements.map(({ code }) => code)).toContain('proof.groups');
    expect(shown({ isLatest: true, groups: ['clear'] }).verdict).toBe('verified');
  });
});

describe('a bundle', () => {
  it('is verified as its document is, with each content in its file', () => {
    for (const item of [CAR, BOX, OTHER_CAR]) expect(verifyBundle(bundleFiles(world, item), trust).verdict).toBe('verified');
    const steps = verifyBundleSteps(bundleFiles(world, CAR), trust);
    let count = 0;
    for (let next = steps.next(); ; next = steps.next()) {
      if (next.done === true) {
        expect(next.value).toEqual(verifyBundle(bundleFiles(world, CAR), trust));
        expect(count).toBe(next.value.statements.length);
        break;
      }
      count++;
    }
  });

  it('without a file is incomplete, with a changed or a strange one altered', () => {
    const files = bundleFiles(world, CAR);
    const [name] = [...files.keys()].filter((one) => one !== 'proof.json');
    const without = new Map(files);
    without.delete(name!);
    const missing = verifyBundle(without, trust);
    expect([missing.verdict, missing.statements.find(({ verdict }) => verdict !== undefined)?.code]).toEqual([
      'incomplete',
      'proof.content-missing',
    ]);
    const changed = verifyBundle(new Map(files).set(name!, utf8('{"kind":"observation"}')), trust);
    expect([changed.verdict, firstCode(changed, 'failed')]).toEqual(['altered', 'whole.root']);
    const strange = verifyBundle(new Map(files).set(eventFile(999n), utf8('{}')), trust);
    expect([strange.verdict, firstCode(strange, 'failed')]).toEqual(['altered', 'bundle.file']);
    expect(verifyBundle(new Map(), trust).verdict).toBe('incomplete');
  });
});

it('a document is read as it was written', () => {
  for (const item of [CAR, BOX, 'vin:NOBODY']) {
    const bytes = world.encode(item);
    const read = readProofDocument(bytes);
    expect(read.ok && encodeProofDocument(read.value)).toEqual(bytes);
  }
});

it('each verdict has its exit code', () => {
  expect(VERDICTS).toEqual({ verified: 0, altered: 10, 'not-in-log': 11, 'untrusted-key': 12, incomplete: 13, 'not-checked': 20 });
  expect(OWN).toBe('agency:local');
});
