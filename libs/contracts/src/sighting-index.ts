/** What the ledger indexes of a sighting. */
import {
  type Alias,
  aliasText,
  evidenceHashes,
  type EventRef,
  formatRef,
  type Handling,
  INDEX_ROWS_MAX,
  type CaseActText,
  KINDS,
  type Kind,
  OPEN_POINTS,
  openPointsOf,
  type PolicyActText,
  orderBounds,
  readerGroups,
  type Sighting,
  sightingKeys,
} from '#lib/domain';

export interface SightingIndex {
  /** Position in KINDS: the number that the ledger stores. */
  readonly kind: number;
  /** Microseconds since 1970, half-open; null: not known, sorts last (undated: both); a start that is unknown beside a known end sorts before every time there is. */
  readonly starts: number | null;
  readonly ends: number | null;
  /** Unique identifiers of all roles, in the document's order. */
  readonly items: readonly string[];
  /** Reader groups, sorted; of a marking also those that it opens its target to. */
  readonly groups: readonly string[];
  /** Unique: what it speaks about (target, resolves; of an approval the marking, of an act the case) and what its author says it contradicts. */
  readonly targets: readonly EventRef[];
  /** The one of them that its agency marks, corrects, withdraws or approves here, where that is an event of its own; null: none. */
  readonly word: EventRef | null;
  /** What it says of handlings; absent: it speaks of none, and its own is CLEAR, or GREEN for all. */
  readonly said?: {
    readonly handling: Handling;
    /** Of a marking; null: it is none. */
    readonly gives: Handling | null;
    /** Of an approval: the hash that it names; null: it is none. */
    readonly approves: string | null;
  };
  /** Names and numbers stated beside identifiers, as search keeps them; absent: none. */
  readonly aliases?: readonly { readonly item: string; readonly alias: string }[];
  /** Numbers of keys by which a search for sightings finds it (libs/domain); absent: none. */
  readonly keys?: readonly number[];
  /** Of kind `policy`: its act, as JSON text. */
  readonly policy?: string;
  /** Unique: SHA-256 of the evidence that it cites, or says an act on; absent: none. */
  readonly evidence?: readonly string[];
  /** Of a batch: the events of the same agency that it says it brought in, each once. */
  readonly batch?: { readonly name: string; readonly members: readonly string[] };
  /** What it may leave open, by its position in OPEN_POINTS; absent: nothing. */
  readonly points?: readonly { readonly code: number; readonly item: string }[];
}

const kindNumbers: ReadonlyMap<string, number> = new Map(KINDS.map((kind, number) => [kind, number]));
const NONE: readonly never[] = [];

/** Of any sighting that could be read. Cost: 0.5 µs for two items and one interval. */
export function indexSighting(sighting: Sighting): SightingIndex {
  const [starts, ends] = orderBounds(sighting.occurred);
  const aliases = aliasesOf(sighting);
  const evidence = evidenceHashes(sighting);
  const batch = batchMembersOf(sighting);
  const word = wordOf(sighting);
  const said = saidOf(sighting, word);
  const groups = groupsOf(sighting);
  const keys = sightingKeys(sighting, groups.length);
  const points = openPointsOf(sighting);
  return {
    kind: kindNumbers.get(sighting.kind) as number,
    starts: storedBound(starts),
    ends: storedBound(ends),
    items: itemsOf(sighting),
    groups,
    targets: targetsOf(sighting),
    word,
    ...(said === undefined ? {} : { said }),
    ...(aliases === undefined ? {} : { aliases }),
    ...(keys.length === 0 ? {} : { keys }),
    ...(sighting.kind === ('policy' satisfies Kind) ? { policy: JSON.stringify(sighting.extension?.['policy']) } : {}),
    ...(evidence.length === 0 ? {} : { evidence }),
    ...(batch === undefined ? {} : { batch }),
    ...(points.length === 0 ? {} : { points: points.map(({ point, item }) => ({ code: OPEN_POINTS.indexOf(point), item })) }),
  };
}

/** A correction lists its target's items beside its own: twice as many rows, so that any other sighting can be corrected in one. */
const CORRECTION_ROWS_MAX = 2 * INDEX_ROWS_MAX;

/** Of any sighting that could be read: a `detail` where it would fill more rows than one may. The same rule in capture and in the projector. */
export function indexRowsFault(sighting: Sighting): string | undefined {
  const groups = groupsOf(sighting).length;
  const widest = Math.max(
    itemsOf(sighting).length,
    targetsOf(sighting).length,
    aliasesOf(sighting)?.length ?? 0,
    evidenceHashes(sighting).length,
    batchMembersOf(sighting)?.members.length ?? 0,
  );
  const most = sighting.kind === ('correction' satisfies Kind) ? CORRECTION_ROWS_MAX : INDEX_ROWS_MAX;
  if (widest * groups <= most) return undefined;
  return `${widest} identifiers, aliases, references or files of evidence for ${groups} reader groups are ${widest * groups} rows of the index; at most ${most}.`;
}

/** `orderBounds` as a database holds it. */
function storedBound(bound: number): number | null {
  if (bound === Infinity) return null;
  return bound === -Infinity ? Number.MIN_SAFE_INTEGER : bound;
}

/** Lists are short as a rule; a set pays only beyond a handful. */
function itemsOf({ items }: Sighting): readonly string[] {
  const [first, second] = items;
  if (first === undefined) return NONE;
  if (second === undefined) return [first.id];
  if (items.length === 2 && first.id !== second.id) return [first.id, second.id];
  return [...new Set(items.map(({ id }) => id))];
}

function groupsOf({ handling, agency, kind, relations }: Sighting): readonly string[] {
  const own = readerGroups(handling, agency);
  const given = kind === ('marking' satisfies Kind) ? relations.handling : undefined;
  return given === undefined ? own : [...new Set([...own, ...readerGroups(given, agency)])].sort();
}

function targetsOf(sighting: Sighting): readonly EventRef[] {
  const { target, resolves, contradicts } = sighting.relations;
  const approved = approvedBy(sighting);
  if (approved !== undefined) return [approved];
  if (sighting.kind === ('case-act' satisfies Kind))
    return [{ agency: sighting.agency, id: (sighting.extension?.['act'] as CaseActText).of }];
  if (target === undefined && resolves.length === 0 && contradicts.length === 0) return NONE;
  const refs = target === undefined ? [...resolves, ...contradicts] : [target, ...resolves, ...contradicts];
  return [...new Map(refs.map((ref) => [formatRef(ref), ref])).values()];
}

const SPEAKS_OF_ITS_TARGET: ReadonlySet<Kind> = new Set(['marking', 'correction', 'retraction']);

/** What only contradicts an event, or is another agency's, bears on no handling. */
function wordOf(sighting: Sighting): EventRef | null {
  const { kind, agency, relations } = sighting;
  const about = approvedBy(sighting) ?? (SPEAKS_OF_ITS_TARGET.has(kind) ? relations.target : undefined);
  return about?.agency === agency ? about : null;
}

/** Of most sightings nothing: what their reader groups tell is kept once. */
function saidOf({ kind, handling, relations, extension }: Sighting, word: EventRef | null): SightingIndex['said'] {
  const isMarking = kind === ('marking' satisfies Kind);
  if (word === null && !isMarking && isToldByGroups(handling)) return undefined;
  const isApproval = word !== null && kind === ('policy' satisfies Kind);
  const approves = isApproval ? (extension?.['policy'] as PolicyActText).sha256 : undefined;
  return { handling, gives: isMarking ? (relations.handling ?? null) : null, approves: approves ?? null };
}

const isToldByGroups = ({ tlp, community }: Handling): boolean => tlp === 'CLEAR' || (tlp === 'GREEN' && community === undefined);

/** Of an act that approves a marking: which one. The extension of an act was checked with its schema. */
function approvedBy({ kind, agency, extension }: Sighting): EventRef | undefined {
  if (kind !== ('policy' satisfies Kind)) return undefined;
  const { act, marking } = extension?.['policy'] as PolicyActText;
  return act === 'marking.approve' && marking !== undefined ? { agency, id: marking } : undefined;
}

/** The extension of a batch was checked with its schema. */
function batchMembersOf({ kind, extension }: Sighting): SightingIndex['batch'] {
  if (kind !== ('batch' satisfies Kind)) return undefined;
  const { batch: name, members } = extension?.['batch'] as { readonly batch: string; readonly members: readonly string[] };
  return { name, members: [...new Set(members)] };
}

function aliasesOf({ items }: Sighting): SightingIndex['aliases'] {
  if (items.every(({ aliases }) => aliases === undefined)) return undefined;
  return items.flatMap(({ id, aliases = {} }) =>
    Object.entries(aliases).map(([kind, value]) => ({ item: id, alias: aliasText({ kind: kind as Alias['kind'], value }) })),
  );
}
