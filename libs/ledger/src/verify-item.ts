/** For each reader group of an item: its place in the map, and the list of its entries. */
import { equalBytes } from './bytes.ts';
import { itemLeafHashes, type ItemEntry } from './item-tree.ts';
import { mapRootOf } from './item-map.ts';
import { mapKey } from './map-key.ts';
import { decodeMapProof } from './map-proof.ts';
import type { GroupPart, ProofDocument, TreePart } from './proof-document.ts';
import type { ProofRules } from './proof-rules.ts';
import { established, failure, leftOpen, type Statement } from './report.ts';
import { namesOf } from './report-subject.ts';
import { rootOfStretch } from './stretch.ts';
import type { KeptTree, ListedEntries, Question } from './proof-question.ts';
import type { CheckedSeal } from './verify-seal.ts';

interface Given {
  readonly seal: CheckedSeal;
  /** Of the head. */
  readonly size: bigint;
  readonly mapSalt: Uint8Array;
  readonly question: Question;
  readonly kept: readonly KeptTree[];
  readonly rules: ProofRules;
}

/** A statement for each group's place in the map and each list; what they list, or `null` after a failure. */
export function* verifyItem(
  { item, groups }: NonNullable<ProofDocument['item']>,
  given: Given,
): Generator<Statement, ListedEntries | null> {
  const { question, rules } = given;
  if (rules.itemAsked && question.item !== undefined && question.item !== item)
    return yield* stop(
      failure(
        'map',
        { code: 'proof.other-item', detail: `The proof is about ${item}, and ${question.item} was asked for.`, pointer: '/item/item' },
        { verdict: 'incomplete' },
      ),
    );
  const names = groups.map(({ group }) => group);
  yield* askedGroups(item, names, given);
  const listed: { group: string; entries: readonly ItemEntry[] }[] = [];
  const trees: KeptTree[] = [];
  for (const [n, part] of groups.entries()) {
    const tree = yield* verifyGroup(item, part, `/item/groups/${n}`, given);
    if (tree === null) return null;
    listed.push({ group: part.group, entries: part.tree?.entries ?? [] });
    if (tree !== 'absent') trees.push(tree);
  }
  return { item, groups: listed, trees };
}

/**
 * What of the reader groups that were asked for is not shown; where none was named, of which nothing is said. A group that an earlier check saw
 * does not go: where the log itself was asked, now, one that is missing is missing.
 */
function* askedGroups(item: string, names: readonly string[], { question, kept, size, rules }: Given): Generator<Statement> {
  const { groups, isLatest } = question;
  const missing = groups?.filter((group) => !names.includes(group)) ?? [];
  const seen = kept.filter((tree) => tree.item === item && tree.size <= size && !names.includes(tree.group)).map(({ group }) => group);
  if (rules.groupsAsked && missing.length > 0)
    yield leftOpen(
      'map',
      'proof.groups',
      `The proof does not show the reader groups ${namesOf(missing)}, which were asked for; it shows ${namesOf(names)}.`,
      { about: item, verdict: 'incomplete' },
    );
  else if (groups === undefined && seen.length > 0 && rules.groupsKept)
    yield leftOpen(
      'map',
      'proof.groups',
      `The proof does not show the reader groups ${namesOf(seen)}, in which an earlier check saw it; it shows ${namesOf(names)}. Ask for these alone by name where you may read no others.`,
      { about: item, ...(isLatest === true ? { verdict: 'incomplete' as const } : {}) },
    );
  else if (groups === undefined && names.length > 0)
    yield leftOpen(
      'map',
      'proof.groups-not-asked',
      `These reader groups alone: ${namesOf(names)}. Of any other nothing is said; that you are in no other is the word of whoever made the proof.`,
      {
        about: item,
      },
    );
}

const seenLater = (step: 'map' | 'tree', { n }: KeptTree, open: string, about: string): Statement =>
  leftOpen(
    step,
    'proof.tree-kept-open',
    `An earlier check saw ${n} ${n === 1n ? 'entry' : 'entries'}, under a later head than this one; ${open}.`,
    { about },
  );

function* stop(statement: Statement): Generator<Statement, null> {
  yield statement;
  return null;
}

function* verifyGroup(
  item: string,
  { group, map, tree }: GroupPart,
  pointer: string,
  given: Given,
): Generator<Statement, KeptTree | 'absent' | null> {
  const { seal, size, mapSalt, kept, rules } = given;
  const about = `${item} for ${group}`;
  const fail = (step: 'map' | 'tree', fault: { code: string; detail: string }, at: string): Generator<Statement, null> =>
    stop(failure(step, { ...fault, pointer: `${pointer}/${at}` }, { about }));
  const decoded = decodeMapProof(map);
  if (!decoded.ok) return yield* fail('map', decoded.fault, 'map');
  const said = mapRootOf(decoded.proof, mapKey(mapSalt, group, item));
  if (!said.ok) return yield* fail('map', said.fault, 'map');
  if (rules.mapRootSealed && !equalBytes(said.root, seal.mapRoot))
    return yield* fail('map', { code: 'proof.map-root', detail: 'The path does not lead to the root of the map in the seal.' }, 'map');
  const before = kept.find((known) => known.group === group && known.item === item);
  const { found } = said;
  if (found === null) {
    if (rules.treeShown && tree !== null)
      return yield* fail('tree', { code: 'proof.tree-shown', detail: 'The map has no such tree, and one is shown.' }, 'tree');
    const isBehind = before !== undefined && before.size > size;
    if (rules.treeKept && before !== undefined && !isBehind)
      return yield* fail(
        'tree',
        { code: 'proof.tree-kept', detail: `${before.n} entries were there in an earlier check, and now there is none.` },
        'map',
      );
    yield established('map', `No entry below ${seal.covers} was sealed about it: its place in the map is empty.`, about);
    if (isBehind) yield seenLater('map', before, 'when they came in is not shown here', about);
    return 'absent';
  }
  yield established('map', `${found.n} ${found.n === 1n ? 'entry' : 'entries'} below ${seal.covers}.`, about);
  if (tree === null) {
    if (!rules.treeShown) return { group, item, ...found, size };
    return yield* fail('tree', { code: 'proof.tree-shown', detail: 'The map has such a tree, and it is not shown.' }, 'tree');
  }
  yield* verifyTree(tree, found, before, { about, pointer: `${pointer}/tree`, given });
  return { group, item, ...found, size };
}

function* verifyTree(
  { from, entries, stretch }: TreePart,
  found: { readonly n: bigint; readonly root: Uint8Array },
  before: KeptTree | undefined,
  { about, pointer, given: { seal, size, question, rules } }: { readonly about: string; readonly pointer: string; readonly given: Given },
): Generator<Statement> {
  const asked = question.stretch ?? { from: 0n, to: found.n };
  const to = from + BigInt(entries.length);
  const leaves = itemLeafHashes(entries, seal.covers);
  if (!leaves.ok) return yield failure('tree', { ...leaves.fault, pointer: `${pointer}/entries` }, { about });
  const made = rootOfStretch(leaves.hashes, from, found.n, stretch);
  if (!made.ok) return yield failure('tree', { ...made.fault, pointer: `${pointer}/stretch` }, { about });
  if (rules.treeInMap && !equalBytes(made.root, found.root))
    return yield failure(
      'tree',
      { code: 'proof.tree-root', detail: 'The entries do not give the root that stands in the map.', pointer: `${pointer}/entries` },
      { about },
    );
  // Held against the map first, and against what was kept below: a part of the list that was not asked for may be altered as well.
  if (rules.stretchAsked && (from !== asked.from || to !== (asked.to < found.n ? asked.to : found.n)))
    yield leftOpen('tree', 'proof.stretch', `The entries ${from} to ${to} are shown, and ${asked.from} to ${asked.to} were asked for.`, {
      about,
      verdict: 'incomplete',
    });
  const isWhole = from === 0n && to === found.n;
  yield established(
    'tree',
    isWhole ? `All ${found.n} are listed, in their order.` : `Entries ${from} to ${to - 1n} of ${found.n} are listed, in their order.`,
    about,
  );
  if (before !== undefined && rules.treeKept) yield keptTree(leaves.hashes, isWhole, found, before, { about, pointer, size });
}

/** The kept tree is the beginning of this one. */
function keptTree(
  leaves: readonly Uint8Array[],
  isWhole: boolean,
  { n, root }: { readonly n: bigint; readonly root: Uint8Array },
  before: KeptTree,
  { about, pointer, size }: { readonly about: string; readonly pointer: string; readonly size: bigint },
): Statement {
  if (before.n > n && before.size > size)
    return seenLater('tree', before, `whether these ${n} begin that list is seen only with all of it`, about);
  if (before.n > n)
    return failure(
      'tree',
      { code: 'proof.tree-kept', detail: `${before.n} entries were there in an earlier check, and now there are ${n}.`, pointer },
      { about },
    );
  if (before.n < n && !isWhole)
    return leftOpen(
      'tree',
      'proof.tree-kept-open',
      `Whether the ${before.n} entries of an earlier check begin this list is seen only where all of it is shown.`,
      { about },
    );
  const start = before.n === n ? { ok: true as const, root } : rootOfStretch(leaves.slice(0, Number(before.n)), 0n, before.n, []);
  if (!start.ok || !equalBytes(start.root, before.root))
    return failure(
      'tree',
      { code: 'proof.tree-kept', detail: `The list does not begin with the ${before.n} entries of an earlier check.`, pointer },
      { about },
    );
  return established('tree', `It begins with the ${before.n} entries of an earlier check.`, about);
}
