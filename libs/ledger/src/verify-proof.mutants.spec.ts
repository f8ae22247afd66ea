/**
 * A lying server: honest proofs with one thing changed, for each field of a document. None that says something else than the honest one is
 * verified. And each check of the verifier is needed: with it left out, a lie that it refuses is verified.
 */
import { utf8, utf8Text } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import { encodeEntry } from './entry.ts';
import { CAR, GROUPS, LedgerWorld, logKey, MAP_SALT, ORIGIN, OTHER_CAR, seedOf, witnessKeys } from './ledger-world.contract.ts';
import { leafHash } from './merkle.ts';
import {
  keepCounts,
  MUTANTS,
  MUTANTS_TIMEOUT_MS,
  runMutants,
  SOAK_MUTANTS,
  copyOf,
  type Judged,
  type Mutable,
  type MutantCount,
} from './mutants.contract.ts';
import { KEYS_TREE, keyNoticeOf } from './log-keys.ts';
import { formatVerifierKey, signingKey, type VerifierKey } from './note-key.ts';
import { encodeGenesis, encodeKeyNotice, mapSaltHash } from './notices.ts';
import { sha256Hex } from './primitives.ts';
import { encodeProofDocument, readProofDocument, type ProofDocument } from './proof-document.ts';
import { PROOF_RULES, proofRulesWithout, type ProofRuleName } from './proof-rules.ts';
import type { FilesBeside, Question, Trust } from './proof-question.ts';
import { verifyProof } from './verify-proof.ts';
import {
  bytes,
  continued,
  fork,
  honest,
  mutantText,
  PROOF_MUTANTS,
  question,
  trust,
  world,
  type Json,
  type ProofMutant,
} from './verify-proof-mutants.contract.ts';
import { WITHHELD_LIES } from './withheld-world.contract.ts';

/** What a document says, apart from how it is shown. */
function claims(given: Uint8Array): string {
  const read = readProofDocument(given);
  if (!read.ok) return 'nothing';
  const { item, events, notices, checkpoint } = read.value;
  const [origin, size, root] = checkpoint.split('\n');
  // That there is nothing in a group that nobody asked for is true where the map shows it, and harms nobody.
  const groups = item?.groups.filter(({ group, tree }) => tree !== null || GROUPS.includes(group));
  return JSON.stringify({ origin, size, root, item: item?.item, groups, events, notices }, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}
const truth = claims(bytes);
const group = GROUPS.indexOf('clear');

/** A whole proof is checked for each: a fifth of what other suites take, and all in a soak. */
const COUNT = MUTANTS < SOAK_MUTANTS ? Math.ceil(MUTANTS / 5) : MUTANTS;

function judge({ text, trust: given }: ProofMutant): Judged {
  const mutant = utf8(text);
  const { verdict, statements } = verifyProof(mutant, given, question).report;
  const [first] = statements;
  if (first?.step === 'document' && first.state === 'failed') return 'unreadable';
  if (verdict !== 'verified') return 'refused';
  // Of what was kept, of clocks and of cosignatures nothing but the honest ones may be taken.
  return given === trust && claims(mutant) === truth ? 'same' : 'accepted';
}

describe('a lying server', () => {
  const counts: MutantCount[] = [];
  afterAll(() => keepCounts('verify-proof', counts));

  it('has an honest proof to begin with, also for who kept an earlier head', () => {
    expect(verifyProof(bytes, trust, question).report.verdict).toBe('verified');
    for (const { text, trust: given } of continued) expect(verifyProof(utf8(text), given, question).report.verdict).toBe('verified');
  });

  it.each(Object.entries(PROOF_MUTANTS))(
    'gets nothing else believed: %s',
    (name, draw) => {
      counts.push(runMutants({ name, count: COUNT, draw, textOf: mutantText, judge }));
      expect(counts.at(-1)).toMatchObject({ name, accepted: 0 });
    },
    MUTANTS_TIMEOUT_MS,
  );
});

interface Lie {
  readonly bytes: Uint8Array;
  readonly trust?: Partial<Trust>;
  readonly question?: Question;
}

const edited = (edit: (document: ProofDocument) => ProofDocument, base = honest): Uint8Array => encodeProofDocument(edit(base));
const asJson = (edit: (document: Json) => void): Uint8Array => {
  const document = copyOf(JSON.parse(utf8Text(bytes) as string)) as Json;
  edit(document);
  return utf8(canonicalize(document));
};
const keptOf = (of: LedgerWorld, more: object = {}) => ({
  size: BigInt(of.size),
  root: of.root(),
  mapSalt: null,
  trees: [],
  consistency: null,
  ...more,
});
const grown = (lies: LedgerWorld['lies'] = {}, before: (made: LedgerWorld) => void = () => undefined): LedgerWorld => {
  const made = new LedgerWorld();
  Object.assign(made.lies, lies);
  made.begin();
  made.add([CAR]);
  before(made);
  return made.seal();
};
const groupsUnder = (of: LedgerWorld, salt: Uint8Array): ProofDocument['item'] => ({
  item: CAR,
  groups: GROUPS.map((name) => of.group(name, CAR, {}, salt)),
});
const OTHER_SALT = seedOf('other salt');
const KEYS_ASKED: Question = { item: KEYS_TREE.item, groups: [KEYS_TREE.group], allEvents: true };

/** Files of a bundle beside the proof. */
const beside = (given: Partial<FilesBeside>): Lie => ({
  bytes,
  question: { ...question, files: { contentOf: () => undefined, evidence: new Map(), strange: () => undefined, ...given } },
});

/** About what is withheld: the first for each check; all of them are in verify-withheld.spec.ts. */
const lieAbout = (rule: ProofRuleName) => (): Lie => {
  const found = WITHHELD_LIES.find(([, name]) => name === rule);
  if (found === undefined) throw new Error(`no lie for ${rule}`);
  return found[2]();
};

/** For each check a lie that it alone refuses. */
const LIES: Readonly<Record<ProofRuleName, () => Lie>> = {
  withheldOfWhole: lieAbout('withheldOfWhole'),
  withheldByMarking: lieAbout('withheldByMarking'),
  withheldNamed: lieAbout('withheldNamed'),
  withheldOpened: lieAbout('withheldOpened'),
  withheldOwn: lieAbout('withheldOwn'),
  withheldTarget: lieAbout('withheldTarget'),
  withheldOnce: lieAbout('withheldOnce'),
  withheldNarrower: lieAbout('withheldNarrower'),
  withheldStands: lieAbout('withheldStands'),
  withheldLast: lieAbout('withheldLast'),
  withheldNoWord: lieAbout('withheldNoWord'),
  headSigned: () => ({
    bytes: asJson((document) => (document['checkpoint'] = (document['checkpoint'] as string).replace(/.{8}\n$/, 'AAAAAAA=\n'))),
  }),
  logKeysOnly: () => ({ bytes, trust: { log: [signingKey('receipt', ORIGIN, seedOf('log')) as unknown as VerifierKey<'log'>] } }),
  ownLogKeys: () => {
    const other = signingKey('log', 'other.example/log', seedOf('other log'));
    return { bytes: world.encode(CAR, { signer: other }), trust: { log: [other] } };
  },
  witnessKeysOnly: () => ({
    bytes,
    trust: { witnesses: { witnesses: [{ key: logKey as unknown as VerifierKey<'witness'>, url: null }], threshold: 1 } },
  }),
  saysSomething: () => ({ bytes: edited((document) => ({ ...document, item: null, events: [] })), question: {} }),
  filesKnown: () => beside({ strange: () => 'events/000000000099.json' }),
  signaturesListed: () =>
    beside({ signatures: new Map([[999n, [{ agency: 'local', id: 'l', logIndex: 0, vkey: 'k', verdict: 'valid' }]]]) }),
  evidenceHashed: () => {
    const cited = grown({}, (made) => made.add([CAR], 'CLEAR', { evidence: [{ sha256: sha256Hex(utf8('a scan')) }] }));
    const evidence = new Map([[sha256Hex(utf8('a scan')), utf8('another scan')]]);
    return { ...beside({ evidence }), bytes: cited.encode(CAR) };
  },
  evidenceComplete: () => {
    const cited = grown({}, (made) => made.add([CAR], 'CLEAR', { evidence: [{ sha256: sha256Hex(utf8('a scan')) }] }));
    return { ...beside({}), bytes: cited.encode(CAR) };
  },
  evidenceListed: () => beside({ absent: { absent: new Set([sha256Hex(utf8('a scan'))]), because: 'not-held' } }),
  evidenceCited: () => beside({ evidence: new Map([[sha256Hex(utf8('a scan')), utf8('a scan')]]) }),
  canonicalText: () => ({ bytes: utf8(` ${utf8Text(bytes) as string}`) }),
  knownMembers: () => ({ bytes: asJson((document) => (document['more'] = 1)) }),
  formatKnown: () => ({ bytes: asJson((document) => (document['format'] = 'custody-proof/2')) }),
  partsAscend: () => ({
    bytes: asJson((document) => (document['events'] = [...(document['events'] as Mutable[]), (document['events'] as Mutable[])[0]!])),
  }),
  witnessed: () => ({
    bytes: world.encode(CAR, { witnesses: [witnessKeys[0]!] }),
    trust: { witnesses: { witnesses: witnessKeys.map((key) => ({ key, url: null })), threshold: 2 } },
  }),
  fresh: () => ({ bytes, trust: { nowMs: Date.parse('2027-01-01T00:00:00Z'), ageSecondsMax: 60 } }),
  notAhead: () => ({ bytes, trust: { nowMs: Date.parse('2019-01-01T00:00:00Z'), ageSecondsMax: 60 } }),
  timeKept: () => {
    const made = grown();
    const { size } = made;
    const kept = keptOf(made, { time: '2026-01-01T00:00:01.000000Z' });
    made.add([CAR]);
    made.seal('2019-01-01T00:00:00.000000Z');
    return { bytes: made.encode(CAR), trust: { kept: { ...kept, consistency: made.consistency(size) } } };
  },
  timeWitnessed: () => {
    const made = new LedgerWorld().begin();
    made.add([CAR]);
    made.seal('2027-01-01T00:00:00.000000Z');
    const asked = { witnesses: witnessKeys.map((key) => ({ key, url: null })), threshold: 2 };
    return { bytes: made.encode(CAR, { witnesses: witnessKeys }), trust: { witnesses: asked } };
  },
  keptContinues: () => ({ bytes, trust: { kept: keptOf(fork, { consistency: world.consistency(fork.size) }) } }),
  notBehindKept: () => {
    const behind = grown();
    const proof = behind.encode(CAR);
    const size = behind.size;
    behind.add([CAR]);
    behind.seal();
    return {
      bytes: proof,
      trust: { kept: keptOf(behind, { consistency: behind.consistency(size) }) },
      question: { ...question, isLatest: true },
    };
  },
  sealIsLast: () => {
    const made = grown();
    const [old, sealAt] = [made.prove(CAR), made.size - 1];
    made.add([CAR]);
    made.seal();
    const now = made.prove(CAR);
    return {
      bytes: edited((document) => ({ ...document, seal: made.placed(sealAt), item: old.item, events: document.events.slice(0, 1) }), now),
    };
  },
  sealIncluded: () => {
    const without = new LedgerWorld().begin();
    for (const [n, { items, groups }] of world.events.entries()) if (n !== 3) without.add(items, groups[0] === 'green' ? 'GREEN' : 'CLEAR');
    without.seal();
    const lie = without.prove(CAR);
    const seal = { ...lie.seal, index: honest.seal.index, inclusion: honest.seal.inclusion };
    const listed = new Set(lie.item!.groups.flatMap(({ tree }) => tree?.entries.map(({ index }) => index) ?? []));
    return {
      bytes: edited((document) => ({
        ...document,
        seal,
        item: lie.item,
        events: lie.events.filter(({ index }) => listed.has(index)).map((event) => ({ ...event, inclusion: null })),
      })),
      question: { item: CAR, groups: GROUPS, allEvents: true },
    };
  },
  sealOfLog: () => ({ bytes: grown({ sealOf: 'other.example/log' }).encode(CAR) }),
  sealCoversPast: () => ({ bytes: grown({ covers: 1_000n }).encode(CAR) }),
  genesisIncluded: () => {
    const entry = utf8Text(encodeGenesis({ log: world.origin, mapSalt: mapSaltHash(OTHER_SALT) })) as string;
    return {
      bytes: edited((document) => ({
        ...document,
        salt: { genesis: { ...document.salt!.genesis, entry }, mapSalt: OTHER_SALT },
        item: groupsUnder(world, OTHER_SALT),
        events: [],
      })),
    };
  },
  genesisOfLog: () => ({ bytes: grown({ genesisOf: 'other.example/log' }).encode(CAR) }),
  saltCommitted: () => ({
    bytes: edited((document) => ({
      ...document,
      salt: { ...document.salt!, mapSalt: OTHER_SALT },
      item: groupsUnder(world, OTHER_SALT),
      events: [],
    })),
  }),
  saltKept: () => {
    const twice = grown({}, (made) => made.begin(OTHER_SALT));
    const genesis = twice.placed(twice.genesisIndex);
    const lie = { ...twice.prove(CAR), salt: { genesis, mapSalt: OTHER_SALT }, item: groupsUnder(twice, OTHER_SALT), events: [] };
    return { bytes: encodeProofDocument(lie), trust: { kept: keptOf(twice, { mapSalt: MAP_SALT }) } };
  },
  itemAsked: () => ({ bytes: world.encode(OTHER_CAR) }),
  groupsKept: () => ({
    bytes: world.encode(CAR, { groups: ['clear'] }),
    trust: { kept: keptOf(world, { trees: [{ group: 'green', item: CAR, n: 1n, root: seedOf('kept'), size: 1n }] }) },
    question: { item: CAR, allEvents: true, isLatest: true },
  }),
  groupsAsked: () => ({ bytes: world.encode(CAR, { groups: ['clear'] }) }),
  mapRootSealed: () => {
    const lie = fork.prove(CAR);
    return { bytes: edited((document) => ({ ...document, item: lie.item, events: [] })), question: { item: CAR, groups: GROUPS } };
  },
  treeShown: () => ({
    bytes: edited((document) => ({
      ...document,
      item: { ...document.item!, groups: document.item!.groups.map((part) => ({ ...part, tree: null })) },
      events: [],
    })),
  }),
  treeInMap: () => ({
    bytes: edited((document) => ({
      ...document,
      item: {
        ...document.item!,
        groups: document.item!.groups.map((part) =>
          part.group !== 'clear'
            ? part
            : {
                ...part,
                tree: { ...part.tree!, entries: part.tree!.entries.map((entry, n) => (n === 0 ? { ...entry, index: 0n } : entry)) },
              },
        ),
      },
      events: [],
    })),
    question: { item: CAR, groups: GROUPS },
  }),
  stretchAsked: () => ({
    bytes: world.encode(CAR, { groups: ['clear'], from: 1 }),
    question: { item: CAR, groups: ['clear'], allEvents: true },
  }),
  treeKept: () => ({
    bytes,
    trust: { kept: keptOf(world, { trees: [{ group: 'clear', item: CAR, n: 9n, root: seedOf('kept'), size: 1n }] }) },
  }),
  eventWhole: () => ({
    bytes: edited((document) => ({
      ...document,
      events: document.events.map((event, n) =>
        n === 0 && !('opening' in event.shown)
          ? { ...event, shown: { ...event.shown, content: (event.shown.content ?? '').replace('customs', 'registry') } }
          : event,
      ),
    })),
  }),
  eventAsked: () => ({
    bytes: encodeProofDocument(world.proveEvent(world.events[0]!)),
    question: { event: { agency: 'local', id: 'e-99' } },
  }),
  eventListed: () => ({
    bytes: edited((document) => ({ ...document, events: [...document.events, world.part(world.events[1]!, true, false)] })),
  }),
  eventConcerns: () => {
    const made = new LedgerWorld().begin();
    made.link(made.add([OTHER_CAR]), 'clear', CAR);
    made.add([CAR]);
    return { bytes: made.seal().encode(CAR) };
  },
  noticeListed: () => {
    const made = grown({}, (log) => log.certify(formatVerifierKey(signingKey('receipt', 'a', seedOf('a')))));
    const unsaid = encodeKeyNotice(keyNoticeOf('revoke', made.origin, signingKey('receipt', 'a', seedOf('a'))));
    const keys = made.proveKeys();
    const notices = [{ entry: utf8Text(unsaid) as string, index: 0n }, ...keys.notices];
    return { bytes: encodeProofDocument({ ...keys, notices }), question: KEYS_ASKED };
  },
  noticeOfKey: () => ({
    bytes: edited((document) => ({
      ...document,
      events: document.events.slice(1),
      notices: document.events.slice(0, 1).map(({ commitment, index }) => ({ entry: utf8Text(encodeEntry(commitment)) as string, index })),
    })),
  }),
  eventsComplete: () => ({ bytes: edited((document) => ({ ...document, events: document.events.slice(1) })) }),
  eventIncluded: () => ({
    bytes: edited((document) => ({ ...document, events: document.events.map((event) => ({ ...event, inclusion: [seedOf('any')] })) })),
  }),
  inclusionShown: () => ({
    bytes: edited((document) => ({ ...document, events: document.events.map((event) => ({ ...event, inclusion: null })) })),
  }),
};

describe('without one check', () => {
  it.each(Object.keys(PROOF_RULES) as ProofRuleName[])('a lie is believed that is refused with it: %s', (rule) => {
    const { bytes: lie, trust: more, question: asked = question } = LIES[rule]();
    const given = { ...trust, ...more };
    const withIt = verifyProof(lie, given, asked).report;
    const without = verifyProof(lie, given, asked, proofRulesWithout(rule)).report;
    expect([withIt.verdict === 'verified', without.verdict, without.summary]).toEqual([false, 'verified', expect.any(String)]);
  });
});

it('an entry is the leaf that its commitment gives', () => {
  expect(honest.item?.groups[group]?.tree?.entries[0]?.leafHash).toEqual(
    Uint8Array.from(leafHash(encodeEntry(world.events[0]!.commitment))),
  );
});
