/** What is listed and not shown: whether its own agency withholds it, or somebody only hides it. */
import fc from 'fast-check';
import { readerGroups, TLP_LABELS, type Handling, type HandlingText, type Marking, weighMarkings } from '#lib/domain';
import { encodeEntry } from './entry.ts';
import { CAR, LedgerWorld, logKey, type WorldEvent } from './ledger-world.contract.ts';
import { leafHash } from './merkle.ts';
import { SEED } from './mutants.contract.ts';
import { encodeProofDocument } from './proof-document.ts';
import type { Question } from './proof-question.ts';
import { PROOF_RULES, proofRulesWithout, type ProofRuleName, type ProofRules } from './proof-rules.ts';
import { VERDICTS, type Report } from './report.ts';
import { verifyProof } from './verify-proof.ts';
import { withheldAmong, type ShownDocument } from './verify-withheld.ts';
import {
  LOSER_GROUPS,
  LOSES,
  markingOf,
  proofWithout,
  retractionOf,
  told,
  WITHHELD_LIES,
  withheldWorld,
  withholds,
} from './withheld-world.contract.ts';
import { isClosedTo, withholdingOf } from './withholding.ts';

const checked = (bytes: Uint8Array, question: Question = LOSES, rules: ProofRules = PROOF_RULES): Report =>
  verifyProof(bytes, { log: [logKey] }, question, rules).report;
const openCodes = ({ statements }: Report): (string | undefined)[] =>
  statements.flatMap(({ step, state, code }) => (step === 'events' && state === 'not-established' ? [code] : []));
const saidOf = ({ statements }: Report, code: string): string | undefined => statements.find((one) => one.code === code)?.says;

describe('an event that its own agency took away', () => {
  const { log, target, said } = withheldWorld();
  const [marking] = said;
  const honest = encodeProofDocument(proofWithout(log, [target]));

  test('is withheld since the marking, which is said first, and the rest is verified', () => {
    const report = checked(honest);
    expect([report.verdict, VERDICTS[report.verdict], openCodes(report)]).toEqual([
      'verified',
      0,
      ['proof.withheld', 'proof.withheld-since'],
    ]);
    expect(report.summary).toContain(
      `: 3 of the 4 events, of 1 parts are withheld, the other withheld since index ${marking.index} by a marking in the name of its own agency, about ${CAR}, as sealed for`,
    );
    expect(saidOf(report, 'proof.withheld-since')).toBe(
      `Withheld at the latest since index ${marking.index}: the marking at ${marking.index}, in the name of its own agency, leaves the event local/${target.envelope.id} (observation) to no more than agency:bolt, agency:local. Its place in the list is shown, and not what it says. That this agency wrote the marking is the word of the ledger that has it: ask it. That nothing opened it again since is the word of whoever made the proof: what opens need stand in no list that is shown.`,
    );
    expect(report.subject).toMatchObject({ shown: 3, listed: 4, withheld: 1, since: marking.index });
  });

  test('shows nothing of what it says, nor of the other items that its marking lists', () => {
    const text = Buffer.from(honest).toString();
    expect(['withheld later', String(target.document['statement']), 'SYNU0000014'].filter((word) => text.includes(word))).toEqual([]);
    // Control: it does to whom it is shown.
    expect(Buffer.from(log.encode(CAR)).toString()).toContain('withheld later');
  });

  test('is missing where the marking is not shown as well, or nothing says that it withholds', () => {
    const alone = checked(encodeProofDocument(proofWithout(log, [target, marking])));
    expect([alone.verdict, VERDICTS[alone.verdict], openCodes(alone)]).toEqual(['incomplete', 13, ['proof.events-missing']]);
    const silent = told((made, of) => [made.say(markingOf(of, undefined, { extension: {} }))]);
    const hidden = checked(encodeProofDocument(proofWithout(silent.log, [silent.target])));
    expect([hidden.verdict, openCodes(hidden)]).toEqual(['incomplete', ['proof.withheld', 'proof.events-missing']]);
  });

  test('is not said to be withheld where anything else is missing: that may be what undoes the marking', () => {
    const { log: more, target: one, other } = withheldWorld();
    const bytes = encodeProofDocument(proofWithout(more, [one, other]));
    expect([checked(bytes).verdict, openCodes(checked(bytes))]).toEqual(['incomplete', ['proof.withheld', 'proof.events-missing']]);
    const { allEvents: _, ...some } = LOSES;
    expect(openCodes(checked(bytes, some))).toEqual(['proof.withheld', 'proof.events-not-asked']);
  });

  test('is withheld from those alone to whom it is not handed', () => {
    const groups = ['agency:bolt', 'clear', 'green'];
    const bytes = encodeProofDocument(proofWithout(log, [target], { groups }));
    expect(checked(bytes, { ...LOSES, groups }).verdict).toBe('incomplete');
    // He may leave the group unsaid in what he asks; it is shown all the same.
    const { groups: _, ...unsaid } = LOSES;
    expect(checked(bytes, unsaid).verdict).toBe('incomplete');
  });

  test('that is kept for persons is withheld from whoever says that he is none of them', () => {
    const kept = told((made, of) => [made.say(markingOf(of, { tlp: 'RED', agencies: ['acme'], principals: ['acme/ann', 'max'] }))]);
    const bytes = encodeProofDocument(proofWithout(kept.log, [kept.target]));
    const as = (agency: string, principal: string): string => checked(bytes, { ...LOSES, reader: { agency, principal } }).verdict;
    expect([as('acme', 'eva'), as('acme', 'ann'), as('acme', 'max'), as('local', 'operator')]).toEqual([
      'verified',
      'incomplete',
      'incomplete',
      // Its author, to whom his own is shown.
      'incomplete',
    ]);
    expect(saidOf(checked(bytes, { ...LOSES, reader: { agency: 'acme', principal: 'eva' } }), 'proof.withheld-since')).toContain(
      'to no more than the persons acme/ann, max.',
    );
    const open = checked(bytes);
    expect([open.verdict, saidOf(open, 'proof.events-missing')]).toEqual([
      'incomplete',
      expect.stringMatching(/keeps the event at 2 for the persons acme\/ann, max: .* where you say who you are\.$/),
    ]);
  });
});

describe('a server that hides an event behind a marking that does not count', () => {
  test.each(WITHHELD_LIES)('is refused: %s; without %s it is believed', (_, rule, lie) => {
    const { bytes, question } = lie();
    const report = checked(bytes, question);
    expect([report.verdict === 'verified', openCodes(report).includes('proof.withheld-since')]).toEqual([false, false]);
    const without = checked(bytes, question, proofRulesWithout(rule));
    expect([without.verdict, openCodes(without)]).toEqual(['verified', expect.arrayContaining(['proof.withheld-since'])]);
  });
});

describe('of any history of markings and retractions, all of them shown', () => {
  const owner = 'local';
  const names = fc.uniqueArray(fc.constantFrom('acme', 'bolt'), { maxLength: 2 });
  const anyHandling = fc
    .tuple(
      fc.constantFrom(...TLP_LABELS),
      names,
      fc.constantFrom(undefined, 'cars', 'ports'),
      fc.uniqueArray(fc.constantFrom('p', 'acme/q'), { maxLength: 2 }),
    )
    .map(([tlp, agencies, community, principals]): Handling => {
      if (tlp === 'CLEAR') return { tlp };
      if (tlp === 'GREEN') return community === undefined ? { tlp } : { tlp, community };
      return { tlp, agencies, ...(tlp === 'RED' ? { principals } : {}) };
    });
  const anyReader = fc.record({
    agency: fc.constantFrom('acme', 'bolt', 'local', 'nobody'),
    communities: fc.uniqueArray(fc.constantFrom('cars', 'ports'), { maxLength: 2 }),
    principal: fc.constantFrom('p', 'q', 'operator'),
  });
  const anyMarking = fc.record({
    handling: anyHandling,
    captured: fc.nat(3),
    approvedAt: fc.option(fc.nat(30)),
    retracted: fc.constantFrom('no', 'no', 'yes', 'approved'),
    says: fc.boolean(),
  });
  type Reader = typeof anyReader extends fc.Arbitrary<infer R> ? R : never;
  const groupsOf = ({ agency, communities }: Reader): string[] =>
    agency === 'nobody' ? ['clear'] : ['clear', 'green', `agency:${agency}`, ...communities.map((name) => `community:${name}`)];
  /** By the rule of the database and the gateway, written once more. */
  const sees = (reader: Reader, handling: Handling): boolean => {
    if (!readerGroups(handling, owner).some((group) => groupsOf(reader).includes(group))) return false;
    const { principals = [] } = handling;
    if (handling.tlp !== 'RED' || principals.length === 0) return true;
    if (reader.agency === owner && reader.principal === 'operator') return true;
    return principals.includes(reader.principal) || principals.includes(`${reader.agency}/${reader.principal}`);
  };

  test('nothing is said to be withheld from whoever sees it by the handling in effect', () => {
    let [withheld, seen] = [0, 0];
    /** What each check alone kept from being said of what its reader sees. */
    const kept = new Map<ProofRuleName, number>([['withheldNarrower', 0], ['withheldStands', 0], ['withheldLast', 0]]); // prettier-ignore
    fc.assert(
      fc.property(anyHandling, anyReader, fc.array(anyMarking, { minLength: 1, maxLength: 4 }), (own, reader, drawn) => {
        const log = new LedgerWorld().begin();
        const target = log.add([CAR], 'GREEN', { handling: own as never });
        const shown: ShownDocument[] = [];
        const show = (event: WorldEvent): WorldEvent => {
          shown.push(event);
          return event;
        };
        const markings = drawn.map(({ handling, captured, approvedAt, retracted, says }): Marking => {
          const more = says ? {} : { extension: {} };
          const said = show(
            log.say(markingOf(target, handling as HandlingText, more), { captured: `2026-01-0${1 + captured}T00:00:00.000000Z` }),
          );
          if (retracted !== 'no') show(log.say(retractionOf(said)));
          const [isUndone, isLifted] = [retracted !== 'no', retracted === 'approved'];
          const { index, envelope } = said;
          return {
            id: envelope.id,
            captured: captured as Marking['captured'],
            logIndex: Number(index),
            handling,
            approvedAt,
            isUndone,
            isLifted,
          };
        });
        const missing = [{ index: target.index, leafHash: leafHash(encodeEntry(target.commitment)) }];
        const { agency, principal } = reader;
        const asked = { groups: groupsOf(reader), reader: { agency, principal } };
        const found = withheldAmong(missing, shown, asked, PROOF_RULES).withheld.length;
        const { handling: inEffect } = weighMarkings({ agency: owner, principal: 'operator', handling: own }, markings);
        withheld += found;
        if (!sees(reader, inEffect)) return;
        seen += 1;
        for (const [rule, count] of kept)
          kept.set(rule, count + withheldAmong(missing, shown, asked, proofRulesWithout(rule)).withheld.length);
        expect(found).toBe(0);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
    // Both come, and without any one of these checks it would be said: it is no empty claim.
    expect([withheld > 50, seen > 50, [...kept.values()].every((count) => count > 0)]).toEqual([true, true, true]);
  }, 60_000);
});

test.each<[HandlingText, readonly string[], boolean]>([
  [{ tlp: 'CLEAR' }, ['clear'], false],
  [{ tlp: 'GREEN' }, ['clear'], true],
  [{ tlp: 'GREEN' }, ['agency:acme', 'clear'], false],
  [{ tlp: 'GREEN', community: 'cars' }, LOSER_GROUPS, true],
  [{ tlp: 'GREEN', community: 'cars' }, ['community:cars'], false],
  [{ tlp: 'AMBER', agencies: ['acme'] }, LOSER_GROUPS, false],
  [{ tlp: 'AMBER' }, LOSER_GROUPS, true],
  [{ tlp: 'RED', agencies: ['acme'], principals: ['acme/ann'] }, LOSER_GROUPS, false],
])('%j is closed to %j: %s', (handling, groups, closed) => {
  expect(isClosedTo(handling as Handling, { agency: 'local', principal: 'operator' }, { groups })).toBe(closed);
});

test('what is not of the form withholds nothing', () => {
  const { target } = withheldWorld();
  const good = withholds(target)['withholds'] as unknown as Record<string, never>;
  expect(withholdingOf({ extension: { withholds: good } })).toMatchObject({ index: target.index, commitment: target.commitment });
  const { opening: _, ...less } = good;
  for (const bad of [
    null,
    [],
    less,
    { ...good, more: 1 },
    { ...good, index: -1 },
    { ...good, index: 1.5 },
    { ...good, commitment: 'AB' },
    { ...good, opening: null },
  ])
    expect(withholdingOf({ extension: { withholds: bad as never } })).toBeNull();
  expect([withholdingOf({}), withholdingOf({ extension: null })]).toEqual([null, null]);
});
