/** One entry of a timeline: what a resolved sighting says about an item, and what others say about the sighting. */
import type { EventRef } from './event-ref.ts';
import type { Kind, Modality, RelatingKind, Role, Sighting } from './sighting.ts';
import type { Flag, Mark, RelationLink, Through, TimelineEntry, WhyNot } from './timeline-entry.ts';
import { formatRef } from './event-ref.ts';
import { isFutureDated } from './future-dated.ts';
import type { Handling } from './handling.ts';
import { targetsOf } from './references.ts';
import type { Resolved } from './resolved.ts';
import type { Rules } from './rules.ts';
import { PLACING_KINDS, ROLES, SPEAKING_KINDS } from './sighting.ts';

/** Most sightings of a ship's track have no relation at all: they share one empty list. */
const NO_LINKS: readonly RelationLink[] = Object.freeze([]);
const NO_FLAGS: readonly Flag[] = Object.freeze([]);

const placing: ReadonlySet<Kind> = new Set(PLACING_KINDS);
const speaking: ReadonlySet<Kind> = new Set(SPEAKING_KINDS);

/** What all entries of one fold share. */
export interface FoldContext {
  readonly nodes: ReadonlyMap<string, Resolved>;
  readonly rules: Rules;
  /** Whose timeline it is; absent: the page of one event, about all of its items. */
  readonly item?: string;
  /** Of a sighting that names the thing by another of its names: that one. */
  readonly through?: ReadonlyMap<Resolved, Through>;
  /** Whether an item's identifier fails its own check. */
  readonly fails: (item: string) => boolean;
}

/** The entry of one sighting on a timeline or a page. */
export function entryOf(node: Resolved, context: FoldContext): TimelineEntry {
  const { nodes, rules } = context;
  const { sighting, logIndex, standing, kind } = node;
  const roles = rolesOf(sighting, itemIn(node, context));
  const flags = flagsOf(node, context);
  const why = whyNot(node, roles, flags, rules);
  // One literal in one order, so that all entries have one shape; `undefined` members are left out when it is written as JSON.
  return {
    sighting,
    logIndex,
    roles,
    standing,
    by: node.by === undefined ? undefined : refOf(node.by),
    inPlace: standing === 'corrected' ? refOf(node.head) : undefined,
    kind,
    places: why === undefined,
    mark: markOf(kind, sighting.modality),
    why,
    handling: handlingOf(node, rules),
    targets: links(targetsOf(sighting), nodes),
    correctedBy: speakers(node, 'correction'),
    withdrawnBy: speakers(node, 'retraction'),
    supersededBy: standing === 'superseded' && node.by !== undefined ? [linkTo(node.by)] : NO_LINKS,
    disputedBy: speakers(node, 'dispute'),
    resolvedBy: resolutions(node),
    markedBy: speakers(node, 'marking'),
    contradicts: links(sighting.relations.contradicts, nodes),
    contradictedBy: node.contradictedBy.length === 0 ? NO_LINKS : node.contradictedBy.map(linkTo),
    flags,
    through: context.through?.get(node),
  };
}

/** By which name the sighting is of the item; undefined: the page of one event, about all of its items. */
export const itemIn = (node: Resolved, { item, through }: FoldContext): string | undefined => through?.get(node)?.id ?? item;

const refOf = ({ sighting }: Resolved): EventRef => ({ agency: sighting.agency, id: sighting.id });

/** The lists of a placing sighting of one role are shared: a fold makes one entry for each of 100,000 positions. */
const ONE_ROLE: Readonly<Record<Role, readonly Role[]>> = {
  subject: Object.freeze(['subject'] as const),
  container: Object.freeze(['container'] as const),
  conveyance: Object.freeze(['conveyance'] as const),
  background: Object.freeze(['background'] as const),
};
const NO_ROLE: readonly Role[] = Object.freeze([]);

function rolesOf(sighting: Sighting, item: string | undefined): readonly Role[] {
  let first: Role | undefined;
  let several = false;
  for (const { id, role } of sighting.items) {
    if (item !== undefined && id !== item) continue;
    if (first !== undefined && role !== first) several = true;
    first ??= role;
  }
  if (first === undefined) return NO_ROLE;
  if (!several) return ONE_ROLE[first];
  return ROLES.filter((role) => sighting.items.some((each) => each.role === role && (item === undefined || each.id === item)));
}

function whyNot(node: Resolved, roles: readonly Role[], flags: readonly Flag[], rules: Rules): WhyNot | undefined {
  const { standing, kind, sighting } = node;
  if (standing === 'waiting') {
    if (rules.waitingPlacesNothing) return 'waiting';
  } else if (standing !== 'stands' && rules.onlyStandingPlaces) return standing;
  if (kind === undefined) return 'kind-unknown';
  if (!placing.has(kind) && !(speaking.has(kind) && !rules.onlyPlacingKindsPlace)) return 'kind';
  if (sighting.modality !== 'actual' && rules.onlyActualPlaces) return 'modality';
  if (roles.length === 0) return 'not-named';
  if (rules.backgroundIsNotPlaced && roles.every((role) => role === 'background')) return 'background';
  if (rules.placelessIsNotPlaced && !saysWhere(node, roles)) return 'no-place';
  if (flags.includes('future-dated')) return 'future-dated';
  return !rules.disputedStillPlaces && flags.includes('disputed') ? 'disputed' : undefined;
}

/** It names a place, or moves the item into or out of something. For what takes the item in or gives it out that says nothing of where. */
const saysWhere = ({ sighting, kind }: Resolved, roles: readonly Role[]): boolean =>
  sighting.place !== undefined || (kind === 'aggregation' && sighting.action !== undefined && roles.includes('subject'));

function markOf(kind: Kind | undefined, modality: Modality): Mark {
  if (kind === undefined || !(placing.has(kind) || speaking.has(kind))) return 'relation';
  if (modality !== 'actual') return modality;
  return kind === 'statement' || kind === 'assessment' || kind === 'identification' ? kind : 'observed';
}

function handlingOf(node: Resolved, rules: Rules): Handling {
  if (node.handling !== undefined) return node.handling;
  if (node.speakers.length === 0) return node.sighting.handling;
  const markings = node.speakers.filter(({ speaksAs, inForce }) => speaksAs === 'marking' && inForce);
  const marking = rules.lastMarkingApplies ? markings.at(-1) : markings[0];
  return marking?.sighting.relations.handling ?? node.sighting.handling;
}

const linkTo = (node: Resolved): RelationLink => ({ agency: node.sighting.agency, id: node.sighting.id, standing: node.standing });

function links(refs: readonly EventRef[], nodes: ReadonlyMap<string, Resolved>): readonly RelationLink[] {
  if (refs.length === 0) return NO_LINKS;
  return refs.map(({ agency, id }) => ({ agency, id, standing: nodes.get(formatRef({ agency, id }))?.standing ?? 'absent' }));
}

function speakers(node: Resolved, word: RelatingKind): readonly RelationLink[] {
  return node.speakers.length === 0 ? NO_LINKS : node.speakers.filter(({ speaksAs }) => speaksAs === word).map(spokenBy);
}

function resolutions(node: Resolved): readonly RelationLink[] {
  if (node.speakers.length === 0) return NO_LINKS;
  const speaking = node.speakers.filter(({ speaksAs }) => speaksAs === 'resolution');
  return speaking.map((each) => ({ ...spokenBy(each), upheld: names(each.sighting.relations.upholds, node.sighting) }));
}

const spokenBy = (speaker: Resolved): RelationLink => ({ ...linkTo(speaker), inForce: speaker.inForce });

const names = (refs: readonly EventRef[], { agency, id }: EventRef): boolean => refs.some((ref) => ref.agency === agency && ref.id === id);

function flagsOf(node: Resolved, context: FoldContext): readonly Flag[] {
  const { rules, fails } = context;
  const item = itemIn(node, context);
  const failing = rules.failingCheckIsFlagged && (item === undefined ? node.sighting.items.some(({ id }) => fails(id)) : fails(item));
  const ahead = rules.futureDatedIsNotPlaced && isFutureDated(node);
  if (!failing && !ahead && node.speakers.length === 0 && node.speaksAs === undefined) return NO_FLAGS;
  const flags = new Set<Flag>();
  if (failing) flags.add('check-digit');
  if (ahead) flags.add('future-dated');
  if (node.foreign) flags.add(`foreign-${node.sighting.kind}` as Flag);
  if (node.inCircle) flags.add('relation-cycle');
  if (openDisputes(node, rules).length > 0) flags.add('disputed');
  if (rules.incompleteIsFlagged && (isIncomplete(node) || node.speakers.some((speaker) => isIncomplete(speaker))))
    flags.add('incomplete-correction');
  return flags.size === 0 ? NO_FLAGS : [...flags].sort();
}

/** The disputes of a sighting that are in force and that no resolution in force settles. */
export function openDisputes(node: Resolved, rules: Rules): readonly Resolved[] {
  if (node.speakers.length === 0 || isSettled(node, rules)) return [];
  return node.speakers.filter((speaker) => speaker.speaksAs === 'dispute' && speaker.inForce && !isSettled(speaker, rules));
}

/** A resolution in force names it. */
export const isSettled = (node: Resolved, rules: Rules): boolean =>
  rules.resolutionsSettle && node.speakers.some(({ speaksAs, inForce }) => speaksAs === 'resolution' && inForce);

/** A correction or retraction of its own agency's sighting that leaves out one of that sighting's items. */
export function isIncomplete(node: Resolved): boolean {
  const target = node.speaksAs === 'correction' || node.speaksAs === 'retraction' ? node.targets[0] : undefined;
  if (target === undefined) return false;
  const listed = new Set(node.sighting.items.map(({ id }) => id));
  return target.sighting.items.some(({ id }) => !listed.has(id));
}
