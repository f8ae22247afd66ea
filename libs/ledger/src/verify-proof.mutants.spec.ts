/**
 * A lying server: honest proofs with one thing changed, for each field of a document. None that says something else than the honest one is
 * verified. And each check of the verifier is needed: with it left out, a lie that it refuses is verified.
 */
import { utf8, utf8Text } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import { encodeEntry } from './entry.ts';
import { CAR, GROUPS, LedgerWorld, logKey, MAP_SALT, OTHER_CAR, seedOf, witnessKeys } from './ledger-world.contract.ts';
import { leafHash } from './merkle.ts';
import {
  copyOf,
  MUTANTS,
  MUTANTS_TIMEOUT_MS,
  otherHex,
  otherValue,
  pick,
  SEED,
  seeded,
  type Mutable,
  type Random,
} from './mutants.contract.ts';
import { encodeGenesis, mapSaltHash } from './notices.ts';
import { encodeProofDocument, readProofDocument, type ProofDocument } from './proof-document.ts';
import { PROOF_RULES, proofRulesWithout, type ProofRuleName } from './proof-rules.ts';
import { verifyProof, type Question, type Trust } from './verify-proof.ts';

const world = new LedgerWorld().begin();
world.add([CAR]);
world.add([OTHER_CAR]);
world.seal();
world.add([CAR, OTHER_CAR], 'GREEN');
world.add([CAR]);
world.add([OTHER_CAR]);
world.seal('2026-01-01T00:00:02.000000Z');
const fork = new LedgerWorld().begin();
fork.add([CAR]);
fork.add([CAR]);
fork.seal();

const trust: Trust = { log: [logKey] };
const question: Question = { item: CAR, groups: GROUPS, allEvents: true, inclusion: true };
const honest = world.prove(CAR);
const bytes = encodeProofDocument(honest);

/** What a document says, apart from how it is shown. */
function claims(given: Uint8Array): string {
  const read = readProofDocument(given);
  if (!read.ok) return 'nothing';
  const { item, events, checkpoint } = read.value;
  const [origin, size, root] = checkpoint.split('\n');
  return JSON.stringify({ origin, size, root, item, events }, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
const truth = claims(bytes);

/** A whole proof is checked for each: a fifth of what other suites take, and all in a soak. */
const COUNT = MUTANTS < 10_000 ? Math.ceil(MUTANTS / 5) : MUTANTS;

type Json = { [member: string]: Mutable };
const at = (document: Mutable, path: readonly (string | number)[]): Mutable =>
  path.reduce<Mutable>((value, name) => (value as Json)[name as string] as Mutable, document);
/** Changes the value at a path. */
function changed(path: readonly (string | number)[], change: (value: Mutable, random: Random) => Mutable) {
  return (document: Mutable, random: Random): Mutable => {
    const parent = at(document, path.slice(0, -1)) as Json;
    const name = path.at(-1) as string;
    parent[name] = change(parent[name] as Mutable, random);
    return document;
  };
}
const text = (value: Mutable, random: Random): Mutable => {
  const given = value as string;
  const n = random(given.length);
  return pick(
    [
      given.slice(0, n) + pick([...'abcXYZ019+/='], random) + given.slice(n + 1),
      given.slice(0, n) + given.slice(n + 1),
      `${given}${given.slice(0, 4)}`,
    ],
    random,
  );
};
const hex = (value: Mutable, random: Random): Mutable => otherHex(value as string, random);
const number = (value: Mutable, random: Random): Mutable =>
  pick([(value as number) + 1, Math.max(0, (value as number) - 1), random(20), 2 ** 32 + (value as number)], random);
/** Base64 of bytes, of which some are others. */
const base64 = (value: Mutable, random: Random): Mutable => {
  const raw = Buffer.from(value as string, 'base64');
  const how = random(4);
  if (how === 0 && raw.length > 0) raw[random(raw.length)]! ^= 1 << random(8);
  else if (how === 1) return raw.subarray(0, Math.max(0, raw.length - pick([1, 32, 40], random))).toString('base64');
  else if (how === 2) return Buffer.concat([raw, raw.subarray(0, pick([1, 32, 40], random))]).toString('base64');
  else if (raw.length >= 80) {
    const [a, b] = [random(raw.length / 40), random(raw.length / 40)].map((n) => Math.floor(n) * 40) as [number, number];
    const kept = Buffer.from(raw.subarray(a, a + 40));
    raw.copy(raw, a, b, b + 40);
    kept.copy(raw, b);
  } else raw[0]! ^= 0x80;
  return raw.toString('base64');
};
const list =
  (of: (value: Mutable, random: Random) => Mutable) =>
  (value: Mutable, random: Random): Mutable => {
    const given = [...(value as Mutable[])];
    const n = random(given.length);
    return pick<() => Mutable>(
      [
        () => given.toSpliced(n, 1),
        () => given.toSpliced(n, 0, given[n] ?? ''),
        () => (given.length < 2 ? [] : given.with(n, given[(n + 1) % given.length]!).with((n + 1) % given.length, given[n]!)),
        () => (given.length === 0 ? [] : given.with(n, of(given[n]!, random))),
        () => [...given].reverse(),
      ],
      random,
    )();
  };
const inside = (value: Mutable, random: Random): Mutable => otherValue(value, random) as Mutable;
const json = (value: Mutable, random: Random): Mutable => canonicalize(otherValue(JSON.parse(value as string) as Mutable, random));
const others = { checkpoint: copyOf(JSON.parse(utf8Text(fork.encode(CAR)) as string)), old: copyOf(JSON.parse(utf8Text(bytes) as string)) };
const group = GROUPS.indexOf('clear');

const CLASSES: Readonly<Record<string, (document: Mutable, random: Random) => Mutable>> = {
  'checkpoint, its text': changed(['checkpoint'], text),
  'checkpoint, size and root of another log': changed(['checkpoint'], (value, random) => {
    const lines = (value as string).split('\n');
    const from = (at(others.checkpoint, ['checkpoint']) as string).split('\n');
    const n = pick([1, 2, 4], random);
    return lines.with(n, pick([from[n] ?? '', String(random(40)), lines[n]!.slice(0, -2)], random)).join('\n');
  }),
  'seal, its entry': changed(['seal', 'entry'], json),
  'seal, its index': changed(['seal', 'index'], number),
  'seal, its path': changed(['seal', 'inclusion'], list(base64)),
  'salt, the genesis': changed(['salt', 'genesis', 'entry'], json),
  'salt, place and path of the genesis': (document, random) =>
    changed(['salt', 'genesis', ...(random(2) === 0 ? ['index'] : ['inclusion'])], (value, r) =>
      Array.isArray(value) ? list(base64)(value, r) : number(value, r),
    )(document, random),
  'salt, the number itself': changed(['salt', 'mapSalt'], hex),
  'item, its name': changed(['item', 'item'], (_, random) => pick([OTHER_CAR, `${CAR} `, CAR.toLowerCase(), 'vin:'], random)),
  'groups, left out, twice, in another order': changed(['item', 'groups'], list(inside)),
  'group, its name': changed(['item', 'groups', group, 'group'], (_, random) => pick(['green', 'agency:local', 'clea', 'clear '], random)),
  'map, its proof': changed(['item', 'groups', group, 'map'], base64),
  'map, that of another group, item or log': (document, random) => {
    const from = pick([world.prove(OTHER_CAR), fork.prove(CAR), world.prove('vin:NOBODY'), honest], random);
    const part = (JSON.parse(utf8Text(encodeProofDocument(from)) as string) as { item: { groups: { map: string; tree: Mutable }[] } }).item
      .groups[random(3)]!;
    const target = at(document, ['item', 'groups', random(3)]) as Json;
    target['map'] = part.map;
    if (random(2) === 0) target['tree'] = part.tree;
    return document;
  },
  'tree, hidden or made up': changed(['item', 'groups', group, 'tree'], (value, random) =>
    pick([null, { ...(value as Json), from: 1 }, { entries: '', from: 0, stretch: [] }], random),
  ),
  'tree, entries dropped, changed, moved': changed(['item', 'groups', group, 'tree', 'entries'], base64),
  'tree, where it begins': changed(['item', 'groups', group, 'tree', 'from'], number),
  'tree, hashes beside': changed(['item', 'groups', group, 'tree', 'stretch'], (value, random) => [
    ...(value as Mutable[]),
    ...Array.from({ length: 1 + random(2) }, () => Buffer.from(seedOf(String(random(1e6)))).toString('base64')),
  ]),
  'events, left out, twice, in another order': changed(['events'], list(inside)),
  'event, its commitment': changed(['events', 0, 'commitment'], hex),
  'event, its index': changed(['events', 0, 'index'], number),
  'event, its path': changed(['events', 0, 'inclusion'], list(base64)),
  'event, its content': changed(['events', 0, 'shown', 'content'], json),
  'event, its envelope': changed(['events', 0, 'shown', 'envelope'], inside),
  'event, its secret': changed(['events', 0, 'shown', 'secret'], hex),
  'notices, made up': changed(['notices'], (_, random) => [
    { entry: pick([honest.seal.entry, honest.salt!.genesis.entry, '{"key":{}}'], random), index: random(10) },
  ]),
  'event, two swapped': (document, random) => {
    const events = at(document, ['events']) as Json[];
    const name = pick(['commitment', 'inclusion', 'shown', 'index'], random);
    const [a, b] = [events[0]!, events[1]!];
    [a[name], b[name]] = [b[name] as Mutable, a[name] as Mutable];
    return document;
  },
};

describe('a lying server', () => {
  it('has an honest proof to begin with', () => {
    expect(verifyProof(bytes, trust, question).report.verdict).toBe('verified');
  });

  it.each(Object.entries(CLASSES))(
    'gets nothing else believed: %s',
    (name, mutate) => {
      const random = seeded(SEED);
      let readable = 0;
      for (let n = 0; readable < COUNT && n < 20 * COUNT; n++) {
        const mutant = utf8(canonicalize(mutate(copyOf(others.old), random)));
        if (!readProofDocument(mutant).ok) continue;
        readable++;
        const { verdict } = verifyProof(mutant, trust, question).report;
        if (verdict === 'verified' && claims(mutant) !== truth)
          throw new Error(`seed ${SEED}, ${name}, mutant ${n} is verified: ${utf8Text(mutant) ?? ''}`);
      }
      expect(readable).toBeGreaterThanOrEqual(Math.min(COUNT, 20));
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
  const document = copyOf(others.old) as Json;
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

/** For each check a lie that it alone refuses. */
const LIES: Readonly<Record<ProofRuleName, () => Lie>> = {
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
    trust: { kept: keptOf(world, { trees: [{ group: 'clear', item: CAR, n: 9n, root: seedOf('kept') }] }) },
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
  noticeListed: () => ({ bytes: asJson((document) => (document['notices'] = [{ entry: '{"key":{}}', index: 0 }])) }),
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
