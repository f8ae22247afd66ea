/** A bundle of which something was taken away, or to which something was added: whatever is left, nobody takes it for the whole. */
import { ABSENT_EVIDENCE, encodeAbsentEvidence, type AbsentEvidence } from './absent-evidence.ts';
import { utf8, utf8Text } from './bytes.ts';
import { verifyBundle, type BundleFiles, type BundleQuestion } from './bundle.ts';
import { bundleFiles, CAR, GROUPS, LedgerWorld, logKey, OTHER_CAR } from './ledger-world.contract.ts';
import { sha256Hex } from './primitives.ts';
import { encodeProofDocument, PROOF_GROUPS_MAX, readProofDocument, type ProofDocument } from './proof-document.ts';
import { PROOF_RULES, proofRulesWithout, type ProofRuleName } from './proof-rules.ts';
import type { Report } from './report.ts';
import { encodeSaidSignatures, SAID_SIGNATURES, type SaidSignatures } from './said-signatures.ts';
import { verifyProof } from './verify-proof.ts';

const trust = { log: [logKey] };
const [SCAN, PHOTO, UNSEEN] = [utf8('a scan'), utf8('a photograph'), utf8('not exported')];
const named = (bytes: Uint8Array): string => `evidence/${sha256Hex(bytes)}`;
const citing = (...files: Uint8Array[]) => ({ evidence: files.map((bytes) => ({ sha256: sha256Hex(bytes) })) });

const world = new LedgerWorld().begin();
world.add([CAR], 'CLEAR', citing(SCAN, UNSEEN));
world.add([CAR], 'GREEN', citing(PHOTO));
world.add([CAR], 'AMBER');
world.add([OTHER_CAR]);
world.seal();

type Files = Map<string, Uint8Array>;
const absent = (because: AbsentEvidence['because'], ...files: Uint8Array[]): Uint8Array =>
  encodeAbsentEvidence({ absent: new Set(files.map(sha256Hex)), because });
const whole = (): Files =>
  bundleFiles(world, CAR).set(named(SCAN), SCAN).set(named(PHOTO), PHOTO).set(ABSENT_EVIDENCE, absent('not-held', UNSEEN));
/** The bundle with another document, and without the files of events that it does not show any more. */
function edited(edit: (document: ProofDocument) => ProofDocument): Files {
  const files = whole();
  const read = readProofDocument(files.get('proof.json') as Uint8Array);
  if (!read.ok) throw new Error(read.fault.detail);
  const document = edit(read.value);
  const shown = new Set(document.events.map(({ index }) => `events/${String(index).padStart(12, '0')}.json`));
  for (const name of files.keys()) if (name.startsWith('events/') && !shown.has(name)) files.delete(name);
  return files.set('proof.json', encodeProofDocument(document));
}
const check = (files: BundleFiles, asked: BundleQuestion = {}): Report => verifyBundle(files, trust, asked);
const codes = ({ statements }: Report, state: string) => statements.filter((one) => one.state === state).map(({ code }) => code);
const without = (rule: ProofRuleName, files: BundleFiles, asked: BundleQuestion = {}) =>
  verifyBundle(files, trust, asked, proofRulesWithout(rule)).verdict;

const noEvidence = (files: Files): Files => {
  for (const name of files.keys()) if (name.startsWith('evidence')) files.delete(name);
  return files;
};
const unlisted = (files: Files): Files => {
  files.delete(ABSENT_EVIDENCE);
  return files;
};
const empty = noEvidence(edited((document) => ({ ...document, item: null, events: [] })));
const eventsAlone = edited((document) => ({ ...document, item: null, events: document.events.slice(0, 2) }));
/** Reader group `green` is gone, and what stood in its list alone. */
const fewer = edited((document) => {
  const groups = document.item!.groups.filter(({ group }) => group !== 'green');
  const listed = new Set(groups.flatMap(({ tree }) => tree?.entries.map(({ index }) => index) ?? []));
  return { ...document, item: { ...document.item!, groups }, events: document.events.filter(({ index }) => listed.has(index)) };
});
fewer.delete(named(PHOTO));

describe('the first line of a verdict says what it is about', () => {
  test('item, reader groups and number of events, where all of it was asked for', () => {
    const report = check(whole(), { item: CAR, groups: GROUPS });
    expect([report.verdict, report.summary]).toEqual([
      'verified',
      `Unaltered since 2026-01-01 00:00 UTC by the word of its operator: all 3 events about ${CAR}, as sealed for the reader groups agency:local, clear, green; of what a marking opened later nothing is said.`,
    ]);
    expect(report.subject).toEqual({
      item: CAR,
      groups: GROUPS,
      shown: 3,
      partly: 0,
      covers: null,
      listed: 3,
      withheld: 0,
      since: null,
      groupsAsked: true,
      isPart: false,
    });
    expect(codes(report, 'not-established')).not.toContain('proof.groups-not-asked');
  });

  test('that of groups which nobody asked for nothing is said', () => {
    const report = check(fewer);
    expect([report.verdict, report.summary]).toEqual([
      'verified',
      `Unaltered since 2026-01-01 00:00 UTC by the word of its operator: all 2 events about ${CAR}, as sealed for the reader groups agency:local, clear alone; of any other group, and of what a marking opened later, nothing is said.`,
    ]);
    expect(report.statements.find(({ code }) => code === 'proof.groups-not-asked')).toMatchObject({
      state: 'not-established',
      says: 'These reader groups alone: agency:local, clear. Of any other nothing is said; that you are in no other is the word of whoever made the proof.',
    });
  });

  test('that events without their item stand each by itself', () => {
    const report = check(eventsAlone);
    expect([report.verdict, report.summary]).toEqual([
      'verified',
      'Unaltered since 2026-01-01 00:00 UTC by the word of its operator: 2 events, each by itself; whether there are others nothing is said.',
    ]);
  });
});

describe('a bundle that was emptied', () => {
  test('says nothing, and is not verified: not as a bundle, and not as a proof', () => {
    const proof = empty.get('proof.json') as Uint8Array;
    for (const report of [check(empty), verifyProof(proof, trust).report])
      expect([report.verdict, report.statements[0]?.code]).toEqual(['incomplete', 'proof.empty']);
    expect(without('saysSomething', empty)).toBe('verified');
    // The log itself may be asked for: then its head is all that there is to show.
    const head = verifyProof(proof, trust, { log: true }).report;
    expect([head.verdict, head.summary]).toEqual([
      'verified',
      'Unaltered since 2026-01-01 00:00 UTC by the word of its operator: the head of the log; of no item and no event anything is said.',
    ]);
  });

  test('of all reader groups says nothing of the item', () => {
    const none = noEvidence(edited((document) => ({ ...document, item: { item: CAR, groups: [] }, events: [] })));
    expect([check(none).verdict, check(none).statements[0]?.code]).toEqual(['incomplete', 'proof.empty']);
    expect(without('saysSomething', none)).toBe('verified');
  });
});

describe('a bundle against what its reader asked for', () => {
  test('with fewer reader groups is incomplete; the one check is what finds it', () => {
    const report = check(fewer, { item: CAR, groups: GROUPS });
    expect([report.verdict, report.summary]).toEqual([
      'incomplete',
      'Incomplete: The proof does not show the reader groups green, which were asked for; it shows agency:local, clear.',
    ]);
    expect(without('groupsAsked', fewer, { item: CAR, groups: GROUPS })).toBe('verified');
    expect(check(fewer, { groups: ['clear'] }).verdict).toBe('verified');
  });

  test('about another item, or none, is altered; the one check is what finds it', () => {
    for (const [files, asked] of [
      [whole(), { item: OTHER_CAR }],
      [eventsAlone, { item: CAR }],
      [eventsAlone, { groups: ['clear'] }],
    ] as const) {
      const report = check(files, asked);
      expect([report.verdict, codes(report, 'failed')]).toEqual(['incomplete', ['proof.other-item']]);
      expect(without('itemAsked', files, asked)).toBe('verified');
    }
  });
});

describe('what a bundle says of signatures', () => {
  const list = { agency: 'local', id: 'list', logIndex: 0, vkey: 'k+1+A' };
  const [FIRST] = world.events.map(({ index }) => index) as [bigint];
  const valid = new Map([[FIRST, [{ ...list, verdict: 'valid' as const }]]]);
  const saying = (bytes: Uint8Array): Files => whole().set(SAID_SIGNATURES, bytes);
  const text = (of: SaidSignatures): string => utf8Text(encodeSaidSignatures(of)) as string;

  test('is told of each verdict as the word of whoever made it: the bundle is verified, and none of that is', () => {
    const notJudged = { agency: 'local', logIndex: 1, more: 4, verdict: 'not-judged' as const };
    const bad = new Map([[FIRST, [{ ...list, verdict: 'valid' as const }, { ...list, id: 'other', verdict: 'bad' as const }, notJudged]]]);
    const report = check(saying(encodeSaidSignatures(bad)));
    expect([report.verdict, codes(report, 'failed')]).toEqual(['verified', []]);
    const told = report.statements.filter(({ step }) => step === 'signatures');
    expect(told.map(({ state, code, says }) => [state, code, says.split(' ')[0]])).toEqual(
      ['"bad"', '"valid"', '"not-judged"'].map((verdict) => ['not-established', 'bundle.signatures-word', verdict]),
    );
    expect(told[0]?.says).toContain('It is the word of whoever made the bundle, and was not checked here.');
    expect(report.summary).toBe(check(whole()).summary);
    expect(check(whole()).statements.some(({ step }) => step === 'signatures')).toBe(false);
  });

  test.each([
    ['no JSON', utf8('[]')],
    ['nothing', utf8('{"events":[],"v":1}')],
    ['a space', utf8(text(valid).replace(':', ': '))],
    ['another verdict', utf8(text(valid).replace('"valid"', '"good"'))],
    ['a member more', utf8(text(valid).replace('"v":1', '"v":1,"w":1'))],
    ['a list without its key', utf8(text(valid).replace(',"vkey":"k+1+A"', ''))],
    ['an event twice', utf8(text(valid).replace(/\[(\{"index".*\})\]/, '[$1,$1]'))],
    ['an event that is not shown', encodeSaidSignatures(new Map([[999n, [{ ...list, verdict: 'valid' }]]]))],
    ['a list that the log did not have', encodeSaidSignatures(new Map([[FIRST, [{ ...list, logIndex: 999, verdict: 'valid' }]]]))],
  ])('with %s is altered', (_, bytes) => {
    const report = check(saying(bytes));
    expect([report.verdict, codes(report, 'failed')]).toEqual(['altered', ['bundle.signatures']]);
    expect(without('signaturesListed', saying(bytes))).toBe('verified');
  });
});

describe('evidence in a bundle', () => {
  test('is what events cite by its hash; what is cited and was not to be had is said, and left open', () => {
    const report = check(whole());
    expect(report.statements.filter(({ step }) => step === 'evidence').map(({ state, code, says }) => [state, code, says])).toEqual([
      ['established', undefined, '2 files of evidence held here, cited by hash: unaltered.'],
      [
        'not-established',
        'evidence.not-held',
        expect.stringContaining(
          `1 file of evidence cited and not to be had where the bundle was made, as it says itself, first ${sha256Hex(UNSEEN)}`,
        ),
      ],
    ]);
    expect(report.verdict).toBe('verified');
    const proof = verifyProof(world.encode(CAR), trust).report;
    expect([proof.verdict, proof.statements.find(({ step }) => step === 'evidence')?.says]).toEqual([
      'verified',
      expect.stringContaining('3 files of evidence cited and not held here'),
    ]);
    expect(check(bundleFiles(world, OTHER_CAR)).statements.some(({ step }) => step === 'evidence')).toBe(false);
  });

  test('that is cited and missing makes it incomplete, unless the bundle says that it was left out', () => {
    const taken = whole();
    taken.delete(named(SCAN));
    const report = check(taken);
    expect([report.verdict, report.summary]).toEqual([
      'incomplete',
      `Incomplete: 1 file of evidence cited and missing from the bundle, which does not say that it was left out, first ${sha256Hex(SCAN)}.`,
    ]);
    expect(codes(report, 'not-established')).toContain('bundle.evidence-missing');
    expect(without('evidenceComplete', taken)).toBe('verified');
    expect(check(noEvidence(whole())).verdict).toBe('incomplete');
    const asked = check(noEvidence(whole()).set(ABSENT_EVIDENCE, absent('not-asked', SCAN, PHOTO, UNSEEN)));
    expect([asked.verdict, codes(asked, 'not-established')]).toEqual(['verified', expect.arrayContaining(['evidence.left-out'])]);
  });

  test.each([
    ['no JSON', utf8('[]')],
    ['a space', utf8('{"absent": []}')],
    ['no hash', utf8('{"absent":[],"because":"not-held","v":1}')],
    ['another reason', utf8(utf8Text(absent('not-held', UNSEEN))!.replace('not-held', 'not-here'))],
    ['a member more', utf8(utf8Text(absent('not-held', UNSEEN))!.replace('}', ',"w":1}'))],
    ['what nobody cites', absent('not-held', UNSEEN, utf8('mine'))],
    ['what is there', absent('not-held', UNSEEN, SCAN)],
  ])('by a list of what is left out with %s is altered', (_, list) => {
    const report = check(whole().set(ABSENT_EVIDENCE, list));
    expect([report.verdict, codes(report, 'failed')]).toEqual(['altered', ['bundle.evidence-list']]);
  });

  test.each<[ProofRuleName, string, (files: Files) => Files]>([
    ['evidenceListed', 'bundle.evidence-list', (files) => files.set(ABSENT_EVIDENCE, absent('not-held', UNSEEN, utf8('mine')))],
    ['evidenceHashed', 'bundle.evidence-bytes', (files) => files.set(named(SCAN), utf8('another scan'))],
    ['evidenceHashed', 'bundle.evidence-bytes', (files) => unlisted(files).set(`evidence/${sha256Hex(UNSEEN)}`, SCAN)],
    ['evidenceCited', 'bundle.evidence-not-cited', (files) => files.set(named(utf8('mine')), utf8('mine'))],
    ['filesKnown', 'bundle.file', (files) => files.set('events/000000000099.json', utf8('{}'))],
    ['filesKnown', 'bundle.file', (files) => files.set('events/0000000000001.json', files.get('events/000000000001.json')!)],
    ['filesKnown', 'bundle.file', (files) => files.set('notes.txt', utf8('read me'))],
  ])('or another file is altered, and refused by one check alone: %s %s', (rule, code, change) => {
    const report = check(change(whole()));
    expect([report.verdict, codes(report, 'failed')]).toEqual(['altered', [code]]);
    expect(without(rule, change(whole()))).toBe('verified');
  });

  test('other bytes under a name of noughts are found: neither cited nor of that hash', () => {
    const report = check(whole().set(`evidence/${'0'.repeat(64)}`, utf8('anything')));
    expect([report.verdict, codes(report, 'failed')]).toEqual(['altered', ['bundle.evidence-bytes']]);
  });

  test('is found where an event is missing, too: a file that was given another name', () => {
    const files = whole();
    const [name] = [...files.keys()].filter((one) => one.startsWith('events/')) as [string];
    const moved = new Map([...files].filter(([one]) => one !== name)).set('events/000000000099.json', files.get(name)!);
    expect([check(moved).verdict, codes(check(moved), 'failed')]).toEqual(['altered', ['bundle.file']]);
  });

  test('that is no list of hashes in the event is no evidence, and harms nothing', () => {
    const odd = new LedgerWorld().begin();
    for (const evidence of [[null, 1, 'x', {}, { sha256: 7 }, { sha256: 'F'.repeat(64) }], []]) odd.add([CAR], 'CLEAR', { evidence });
    odd.seal();
    const report = check(bundleFiles(odd, CAR));
    expect([report.verdict, report.statements.some(({ step }) => step === 'evidence')]).toEqual(['verified', false]);
  });
});

test(`a document for more than ${PROOF_GROUPS_MAX} reader groups is refused before any of them is looked at`, () => {
  const document = world.prove(CAR);
  const [group] = document.item!.groups;
  const many = (count: number) =>
    encodeProofDocument({
      ...document,
      item: { item: CAR, groups: Array.from({ length: count }, (_, n) => ({ ...group!, group: `agency:${String(n).padStart(6, '0')}` })) },
    });
  expect(readProofDocument(many(PROOF_GROUPS_MAX)).ok).toBe(true);
  const large = many(20_000);
  const { report } = verifyProof(large, trust);
  expect([report.verdict, report.statements[0]]).toEqual([
    'altered',
    expect.objectContaining({ code: 'proof.form', pointer: '/item/groups' }),
  ]);
  expect(utf8Text(large)!.length).toBeGreaterThan(1_000_000);
});

test('with all checks the whole bundle is verified', () => {
  expect(verifyBundle(whole(), trust, {}, PROOF_RULES).verdict).toBe('verified');
});
