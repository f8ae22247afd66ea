import { equalBytes, toHex } from './bytes.ts';
import { MAP_PROOF_RULES, mapRootOf, type MapProof, type MapProofRules } from './item-map.ts';
import { ITEM_TREE_RULES, itemLeafHashes, type ItemTreeRules } from './item-tree.ts';
import { decodeMapProof, encodeMapProof } from './map-proof.ts';
import { keepCounts, runMutants, type Judged, type MutantCount } from './mutants.contract.ts';
import { SEALER_MUTATIONS } from './proof-forgeries.contract.ts';
import { SERVER_MUTATIONS, type Mutation } from './proof-mutants.contract.ts';
import { near, ProofWorld, seeded, type Answer, type Random } from './proof-world.contract.ts';
import { rootOfStretch, STRETCH_RULES, type StretchRules } from './stretch.ts';

/** The checks of everything that an answer is put through. */
interface AnswerRules {
  readonly map: MapProofRules;
  readonly item: ItemTreeRules;
  readonly stretch: StretchRules;
  /** The two comparisons that are the caller's. */
  readonly compared: { readonly mapRootIsSealed: boolean; readonly treeRootIsMaps: boolean };
}

/** All of them hold. */
const ANSWER_RULES: AnswerRules = {
  map: MAP_PROOF_RULES,
  item: ITEM_TREE_RULES,
  stretch: STRETCH_RULES,
  compared: { mapRootIsSealed: true, treeRootIsMaps: true },
};

const SEED = Number(process.env['CUSTODY_TEST_SEED'] ?? 9162);
/** Of each class; the soak run asks for 10,000. */
const MUTANTS = Number(process.env['CUSTODY_TEST_MUTANTS'] ?? 1_000);
/** Draws for one mutant: some answers have nothing of the kind to change, and some changes give the answer again. */
const DRAWS_MAX = 60;
/** Honest answers of one ledger that mutants are made of. */
const ANSWERS = 600;
/** So many draws of a class, and the next are of another ledger: one alone has no more than some hundred mutants of some classes. */
const DRAWS_OF_A_LEDGER = 4 * ANSWERS;
/** Ledgers that are kept for the next class. */
const LEDGERS_KEPT = 12;
const TIMEOUT_MS = 300_000;

/** A ledger, one that has the same items with less about each, and honest answers of the first. */
interface Ledgers {
  readonly world: ProofWorld;
  readonly fork: ProofWorld;
  readonly honest: readonly Answer[];
}

/** Whose seal an answer is under. */
const sealedBy = new WeakMap<Answer['seal'], ProofWorld>();
const ledgersKept: Ledgers[] = [];

/** @param n which of the seed */
function ledgersOf(n: number): Ledgers {
  const known = ledgersKept[n];
  if (known !== undefined) return known;
  const [seed, random] = [SEED + n, seeded(SEED + n)];
  const world = ProofWorld.grown(seeded(seed));
  sealedBy.set(world.seal, world);
  const gone = seeded(seed);
  const fork = world.forked((entries) => (gone(8) === 0 ? [] : entries.slice(0, -1)));
  const made = { world, fork, honest: Array.from({ length: ANSWERS }, () => honestAnswer(world, random)) };
  if (n < LEDGERS_KEPT) ledgersKept[n] = made;
  return made;
}

/** Mutants of a class, of one ledger after the other. */
function drawsOf(mutation: Mutation, random: Random): () => Answer | null {
  let [drawn, of] = [0, ledgersOf(0)];
  return () => {
    if (drawn > 0 && drawn % DRAWS_OF_A_LEDGER === 0) of = ledgersOf(drawn / DRAWS_OF_A_LEDGER);
    drawn++;
    return mutation(random.pick(of.honest), random, of.world, of.fork);
  };
}

/** An honest answer about a present item, whole or in part, or about an absent key. */
function honestAnswer(world: ProofWorld, random: Random): Answer {
  const item = random.pick(world.items);
  if (random(3) === 0) return world.answer(near(item.key, random(24), random));
  const [a, b] = [random(item.entries.length), random(item.entries.length)];
  return random(2) === 0 ? world.answer(item.key) : world.answer(item.key, Math.min(a, b), Math.max(a, b) + 1);
}

/** Whether a verifier who made the key himself takes the answer for proved. */
function accepts(answer: Answer, rules: AnswerRules = ANSWER_RULES): boolean {
  const { key, proof, from, entries, stretch, seal } = answer;
  const decoded = proof instanceof Uint8Array ? decodeMapProof(proof, rules.map) : ({ ok: true, proof } as const);
  const said = decoded.ok ? mapRootOf(decoded.proof, key, rules.map) : decoded;
  if (!said.ok || (rules.compared.mapRootIsSealed && !equalBytes(said.root, seal.mapRoot))) return false;
  if (said.found === null) return true;
  const leaves = itemLeafHashes(entries, seal.covers, rules.item);
  const tree = leaves.ok ? rootOfStretch(leaves.hashes, from, said.found.n, stretch, rules.stretch) : leaves;
  return tree.ok && (!rules.compared.treeRootIsMaps || equalBytes(tree.root, said.found.root));
}

/** Whether the answer is, to the byte, what an honest server answers about this key and stretch under the seal. */
function isHonest(answer: Answer): boolean {
  const world = sealedBy.get(answer.seal);
  if (world === undefined) return false;
  const item = world.item(answer.key);
  if (item === undefined) return textOf(answer.proof) === textOf(world.answer(answer.key).proof);
  const from = Number(answer.from);
  const to = from + answer.entries.length;
  if (from < 0 || from >= to || to > item.entries.length) return false;
  const honest = world.answer(answer.key, from, to);
  return stretchText(answer) === stretchText(honest) && textOf(answer.proof) === textOf(honest.proof);
}

const stretchText = ({ entries, stretch }: Answer): string =>
  [...entries.map(({ index, leafHash }) => `${index} ${toHex(leafHash)}`), ...stretch.map(toHex)].join();

/** One text for each proof, whether it can be encoded or not. */
function textOf(proof: MapProof | Uint8Array): string {
  if (proof instanceof Uint8Array) return toHex(proof);
  try {
    return toHex(encodeMapProof(proof));
  } catch {
    return 'not to be encoded';
  }
}

/** All that a verifier is given. */
function answerText({ key, proof, from, entries, stretch, seal }: Answer): string {
  const terminal =
    proof instanceof Uint8Array
      ? null
      : Object.values(proof.terminal as object).map((part) => (part instanceof Uint8Array ? hexOf(part) : String(part)));
  const shown =
    proof instanceof Uint8Array ? hexOf(proof) : [proof.siblings.map((sibling) => (sibling === null ? null : hexOf(sibling))), terminal];
  const list = entries.map(({ index, leafHash }) => `${index} ${hexOf(leafHash)}`);
  return JSON.stringify([hexOf(key), shown, String(from), list, stretch.map(hexOf), hexOf(seal.mapRoot), String(seal.covers)]);
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** With another header, another kind of end or another length a proof has not the form of one, whatever stands in it. */
const FORM_ALONE: ReadonlySet<string> = new Set([
  'map proof, its header and bits',
  'map proof, the kind of its terminal',
  'map proof, cut or extended',
]);

function judge(answer: Answer): Judged {
  if (answer.proof instanceof Uint8Array && !decodeMapProof(answer.proof).ok) return 'unreadable';
  if (!accepts(answer)) return 'refused';
  // An honest answer again, maybe to another question, is no mutant.
  return isHonest(answer) ? 'unreadable' : 'accepted';
}

type Tried = 'refused' | 'taken' | null;

/**
 * One mutant, put before a verifier with these rules; null: none could be made. A change that gives an honest answer again, maybe to
 * another question, is no mutant; it would be taken, so only what is taken has to be looked at.
 */
function tryOne(mutation: Mutation, random: Random, rules: AnswerRules): Tried {
  const { world, fork, honest } = ledgersOf(0);
  for (let draw = 0; draw < DRAWS_MAX; draw++) {
    const mutant = mutation(random.pick(honest), random, world, fork);
    if (mutant === null) continue;
    if (!taken(mutant, rules)) return 'refused';
    if (!isHonest(mutant)) return 'taken';
  }
  return null;
}

function taken(mutant: Answer, rules: AnswerRules): boolean {
  if (rules === ANSWER_RULES) return accepts(mutant, rules);
  try {
    return accepts(mutant, rules);
  } catch (error) {
    // Behind a check that is switched off, a number that has no 64 bits comes as far as the hash.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const classes = Object.entries({ ...SERVER_MUTATIONS, ...SEALER_MUTATIONS });

describe(`a lying server and a lying sealer (seed ${SEED}, ${MUTANTS} mutants of each class)`, () => {
  test('honest answers are taken, in both forms of their proof', () => {
    for (const answer of [...ledgersOf(0).honest, ...ledgersOf(1).honest]) {
      expect([isHonest(answer), accepts(answer)]).toEqual([true, true]);
      expect(accepts({ ...answer, proof: encodeMapProof(answer.proof as MapProof) })).toBe(true);
    }
  });

  const counts: MutantCount[] = [];
  afterAll(() => keepCounts('item-proof', counts));

  test.each(classes)(
    'none gets past by %s',
    (name, mutation) => {
      const next = drawsOf(mutation, seeded(SEED));
      counts.push(
        runMutants({ name, count: MUTANTS, draw: () => next() ?? undefined, textOf: answerText, judge, isFormAlone: FORM_ALONE.has(name) }),
      );
      expect(counts.at(-1)).toMatchObject({ name, accepted: 0 });
    },
    TIMEOUT_MS,
  );

  const rules = Object.entries(ANSWER_RULES).flatMap(([part, names]) => Object.keys(names as object).map((name) => [part, name] as const));
  test.each(rules)(
    'without the check %s.%s one does',
    (part, name) => {
      const without = { ...ANSWER_RULES, [part]: { ...ANSWER_RULES[part as keyof AnswerRules], [name]: false } };
      expect(firstTaken(without)).not.toBeNull();
    },
    TIMEOUT_MS,
  );
});

/** The class of the first mutant that is taken under these rules. */
function firstTaken(rules: AnswerRules): string | null {
  const random = seeded(SEED);
  for (let n = 0; n < MUTANTS; n++) for (const [name, mutation] of classes) if (tryOne(mutation, random, rules) === 'taken') return name;
  return null;
}
