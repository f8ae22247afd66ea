/** What the ledger indexes of a document, without building a Sighting: the projector's hot path. */
import { type EventRef, KINDS, type Kind, orderBounds, parseOccurred, parseRef, readerGroups } from '#lib/domain';
import type { Fault } from './fault.ts';
import type { SightingDocument } from './sighting-schema.ts';

export interface DocumentIndex {
  readonly ok: true;
  /** Position in KINDS: the number that the ledger stores. */
  readonly kind: number;
  /** Microseconds since 1970, half-open; undated: both Infinity; a start that is unknown: -Infinity, an end: Infinity (`orderBounds`). */
  readonly starts: number;
  readonly ends: number;
  /** Unique identifiers of all roles, in the document's order. */
  readonly items: readonly string[];
  /** Reader groups, sorted; of a marking also those that it opens its target to. */
  readonly groups: readonly string[];
  /** Unique: what it speaks about (target, resolves) and what its author says it contradicts. */
  readonly targets: readonly EventRef[];
}

const kindNumbers: ReadonlyMap<string, number> = new Map(KINDS.map((kind, number) => [kind, number]));
const UNDATED = orderBounds(undefined);
const NONE: readonly never[] = [];

/**
 * Of a document that passed `validateDocument`, submitted by `agency`. Refused where a time or a reference cannot be read, which
 * `readSighting` would have refused too. Cost: under 3 µs for two items and one interval.
 */
export function indexDocument(document: SightingDocument, agency: string): DocumentIndex | ({ readonly ok: false } & Fault) {
  let [starts, ends] = UNDATED;
  if (document.occurred !== undefined) {
    const occurred = parseOccurred(document.occurred);
    if (!occurred.ok)
      return { ok: false, code: occurred.code as Fault['code'], pointer: `/occurred${occurred.pointer ?? ''}`, detail: occurred.detail };
    [starts, ends] = orderBounds(occurred.value);
  }
  const targets = targetsIn(document, agency);
  if ('ok' in targets) return targets;
  return {
    ok: true,
    kind: kindNumbers.get(document.kind) as number,
    starts,
    ends,
    items: document.items === undefined ? NONE : unique(document.items.map((item) => item.id)),
    groups: groupsOf(document, agency),
    targets,
  };
}

/** Lists are short as a rule; a set pays only beyond a handful. */
function unique(ids: string[]): readonly string[] {
  if (ids.length === 1 || (ids.length === 2 && ids[0] !== ids[1])) return ids;
  return [...new Set(ids)];
}

function groupsOf(document: SightingDocument, agency: string): readonly string[] {
  const own = readerGroups(document.handling, agency);
  const given = document.kind === ('marking' satisfies Kind) ? document.relations?.handling : undefined;
  return given === undefined ? own : [...new Set([...own, ...readerGroups(given, agency)])].sort();
}

function targetsIn({ relations }: SightingDocument, agency: string): readonly EventRef[] | ({ readonly ok: false } & Fault) {
  if (relations === undefined) return NONE;
  const { target, resolves = NONE, contradicts = NONE } = relations;
  if (target === undefined && resolves.length === 0 && contradicts.length === 0) return NONE;
  const refs = new Map<string, EventRef>();
  for (const text of target === undefined ? [...resolves, ...contradicts] : [target, ...resolves, ...contradicts]) {
    const ref = parseRef(text, agency);
    if (!ref.ok) return { ok: false, code: ref.code as Fault['code'], pointer: '/relations', detail: ref.detail };
    refs.set(`${ref.value.agency}/${ref.value.id}`, ref.value);
  }
  return [...refs.values()];
}
