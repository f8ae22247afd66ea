/**
 * The one place that decides what each field of an answer rests on. One rule for each member of each view, kept complete by the compiler: a
 * member without a rule does not compile, and one that leads to nobody is found by the suite over the whole demo. Pure.
 */
import { displayIdentifier, type EventRef, type Flag } from '#lib/domain';
import { restsOn, type ExplainedField, type ExplainedSighting, type Explanation } from './explanation.ts';
import type { IdentityView } from './identity-view.ts';
import type { StoredView } from './stored-view.ts';
import type { EventAnswer, EventsView, EventView, ItemView, TimelineView } from './views.ts';

/** A sighting that an answer may rest on, as its reader may see it. */
export type ExplainSource = Omit<ExplainedSighting, 'rests'>;

export interface ExplainSources {
  /** All that the answer was made of, in any order; what is in none of its fields is left out. */
  readonly sources: readonly ExplainSource[];
  /** Those that name the item or that the answer lists: what it says as a whole rests on them. At least one. */
  readonly naming: readonly EventRef[];
  /** More name the item than are given. */
  readonly more?: boolean;
}

type Basis = ExplainedField['basis'];
interface Part {
  /** Below the member: `` itself, `/0` ... */
  readonly below: string;
  readonly basis: Basis;
  readonly refs: readonly EventRef[];
  readonly evidence?: number;
}
type Rules<View, Of> = { readonly [Member in Exclude<keyof Required<View>, 'explanation'>]: (view: Of) => readonly Part[] };

export function explainTimeline(view: Omit<TimelineView, 'explanation'>, given: ExplainSources): Explanation {
  const rows = new Rows(given);
  rows.addAll('', view, TIMELINE, { view, naming: given.naming });
  view.entries.forEach((entry, at) => rows.addAll(`/entries/${at}`, entry, ENTRY, entry));
  return rows.explanation();
}

export function explainEvent(view: Omit<EventAnswer, 'explanation'>, given: ExplainSources): Explanation {
  const rows = new Rows(given);
  rows.addAll('', view, EVENT_ANSWER, { view, naming: given.naming });
  rows.addAll('/event', view.event, ENTRY, view.event);
  view.about.forEach((entry, at) => rows.addAll(`/about/${at}`, entry, ENTRY, entry));
  return rows.explanation();
}

export function explainItem(view: Omit<ItemView, 'explanation'>, given: ExplainSources): Explanation {
  const rows = new Rows(given);
  rows.addAll('', view, ITEM, { view, naming: given.naming });
  if (view.lastPlacedBy !== null) rows.addAll('/lastPlacedBy', view.lastPlacedBy, ENTRY, view.lastPlacedBy);
  return rows.explanation();
}

export function explainEvents(view: Omit<EventsView, 'explanation'>, given: ExplainSources): Explanation {
  const rows = new Rows(given);
  rows.addAll('', view, EVENTS, { view, naming: given.naming });
  view.events.forEach((event, at) => rows.addAll(`/events/${at}`, event, STORED, event));
  return rows.explanation();
}

/** Collects rows; a sighting gets its place when it is first named. */
class Rows {
  private readonly fields: ExplainedField[] = [];
  private readonly sightings: ExplainedSighting[] = [];
  private readonly places = new Map<string, number>();
  private readonly sources: ReadonlyMap<string, ExplainSource>;
  private readonly more: boolean;

  constructor({ sources, more = false }: ExplainSources) {
    this.sources = new Map(sources.map((source) => [keyOf(source), source]));
    this.more = more;
  }

  /** A row for each part of each member that the view has. A part whose sightings are all unknown gets none: it would lead to nobody. */
  addAll<View extends object, Of>(pointer: string, view: View, rules: Rules<View, Of>, of: Of): void {
    for (const [member, rule] of Object.entries(rules) as [keyof View & string, (of: Of) => readonly Part[]][]) {
      if (view[member] === undefined) continue;
      for (const { below, basis, refs, evidence } of rule(of)) {
        const sightings = [...new Set(refs.flatMap((ref) => this.placeOf(ref)))];
        if (sightings.length === 0) continue;
        this.fields.push({ pointer: `${pointer}/${member}${below}`, basis, sightings, ...(evidence === undefined ? {} : { evidence }) });
      }
    }
  }

  explanation(): Explanation {
    return { sightings: this.sightings, fields: this.fields, complete: !this.more };
  }

  private placeOf(ref: EventRef): readonly number[] {
    const key = keyOf(ref);
    const known = this.places.get(key);
    if (known !== undefined) return [known];
    const source = this.sources.get(key);
    if (source === undefined) return [];
    const place = this.sightings.push({ ...source, rests: restsOn(source.evidence) }) - 1;
    this.places.set(key, place);
    return [place];
  }
}

const keyOf = ({ agency, id }: EventRef): string => `${agency}/${id}`;
const part = (basis: Basis, refs: readonly EventRef[], below = ''): Part => ({ below, basis, refs });
const stated = (of: EventRef): readonly Part[] => [part('stated', [of])];
const byLedger = (of: EventRef): readonly Part[] => [part('ledger', [of])];
/** A rule for the members of a list, below one for the list itself (which may be empty). */
const each = <T>(whole: Part, list: readonly T[], rule: (member: T) => Part): readonly Part[] => [
  whole,
  ...list.map((member, at) => ({ ...rule(member), below: `/${at}` })),
];

const STORED: Rules<StoredView, StoredView> = {
  agency: byLedger,
  id: byLedger,
  logIndex: byLedger,
  submittedBy: byLedger,
  reportedBy: stated,
  captured: byLedger,
  recorded: byLedger,
  contentHash: byLedger,
  commitment: byLedger,
  document: stated,
  display: (of) => [part('derived', [of])],
  signatures: (of) =>
    each(part('ledger', [of]), of.signatures, ({ agency, id }) => part('derived', id === undefined ? [of] : [of, { agency, id }])),
};

/** Who made an entry's standing what it is: nobody but its author where it stands. */
function deciding({ agency, id, by, inPlace, standing, relations }: EventView): readonly EventRef[] {
  // What waits, or goes round in a circle, nobody spoke against: what it speaks about is the reason.
  const reason = standing !== 'stands' && by === undefined ? relations.targets : [];
  return [{ agency, id }, ...[by, inPlace].flatMap((ref) => ref ?? []), ...reason];
}

/** A correction that names no kind counts as what it corrects; one of a foreign correction disputes as that does. */
function countsAs({ document, kind, flags, relations }: EventView): readonly EventRef[] {
  const own = document.kind === 'correction' && !flags.includes('foreign-correction');
  return own && (document.as === undefined || kind === 'dispute') ? relations.targets : [];
}
const ofItsKind = (entry: EventView): readonly Part[] => [part('derived', [entry, ...countsAs(entry)])];
const ofStanding = (entry: EventView): readonly Part[] => [part('derived', deciding(entry))];
/** By its standing and its kind. A dispute decides no placing. */
const placed = (entry: EventView): readonly Part[] => [part('derived', [...deciding(entry), ...countsAs(entry)])];

const isInForce = ({ inForce }: { readonly inForce?: boolean | undefined }): boolean => inForce === true;

const FLAG_MAKERS: { readonly [F in Flag]: (relations: EventView['relations']) => readonly EventRef[] } = {
  'check-digit': () => [],
  'future-dated': () => [],
  disputed: ({ disputedBy }) => disputedBy.filter(isInForce),
  'foreign-correction': ({ targets }) => targets,
  'foreign-marking': ({ targets }) => targets,
  'foreign-retraction': ({ targets }) => targets,
  'incomplete-correction': ({ targets, correctedBy, withdrawnBy }) => [...targets, ...correctedBy, ...withdrawnBy],
  'relation-cycle': ({ targets, withdrawnBy, correctedBy }) => [...targets, ...withdrawnBy, ...correctedBy],
};

const ENTRY: Rules<EventView, EventView> = {
  ...STORED,
  evidence: (entry) => [
    part('stated', [entry]),
    ...entry.evidence.flatMap((_, at): Part[] => [
      { ...part('stated', [entry], `/${at}`), evidence: at },
      { ...part('ledger', [entry], `/${at}/held`), evidence: at },
    ]),
  ],
  parties: (entry) => [
    part('stated', [entry]),
    ...entry.parties.flatMap(({ check }, at) => (check === undefined ? [] : [part('derived', [entry], `/${at}/check`)])),
  ],
  kind: ofItsKind,
  roles: stated,
  standing: ofStanding,
  by: ofStanding,
  inPlace: ofStanding,
  places: placed,
  mark: ofItsKind,
  why: placed,
  flags: (entry) => each(part('derived', [entry]), entry.flags, (flag) => part('derived', [entry, ...FLAG_MAKERS[flag](entry.relations)])),
  relations: (entry) => [
    part('derived', [entry]),
    ...Object.entries(entry.relations).flatMap(([name, links]) =>
      links.map((link, at) => part('derived', SPOKEN.has(name) ? [entry, link] : [link, entry], `/${name}/${at}`)),
    ),
  ],
  moreContradictions: (entry) => [part('derived', [entry, ...entry.relations.contradictedBy])],
  // Each takes something away, also one that was withdrawn without an approver.
  handling: (entry) => [part('derived', [entry, ...entry.relations.markedBy])],
  approval: (entry) => [part('derived', [entry, ...entry.relations.withdrawnBy, ...entry.relations.correctedBy])],
  cover: (entry) => [part('derived', [entry])],
  through: (entry) => [part('derived', [entry, ...(entry.through?.claims ?? [])])],
};

/** Relations that the entry states itself; of the others the other end speaks, and is named first. */
const SPOKEN: ReadonlySet<string> = new Set(['targets', 'contradicts']);

interface Whole<View> {
  readonly view: View;
  readonly naming: readonly EventRef[];
}
const ofAll =
  (basis: Basis) =>
  ({ naming }: Whole<unknown>): readonly Part[] => [part(basis, naming)];
/** What is listed has rules of its own, and nothing stands in for one that is missing; an empty list rests on what was looked through. */
const listed = (list: readonly unknown[], naming: readonly EventRef[]): readonly Part[] =>
  list.length === 0 ? [part('derived', naming)] : [];

const waiting = ({ view, naming }: Whole<Pick<TimelineView, 'waiting'>>): readonly Part[] =>
  each(part('derived', naming), view.waiting, (one) => part('stated', [one]));
const questions = ({ view, naming }: Whole<Pick<TimelineView, 'openQuestions'>>): readonly Part[] =>
  each(part('derived', naming), view.openQuestions, ({ refs }) => part('derived', refs));

const TIMELINE: Rules<TimelineView, Whole<Omit<TimelineView, 'explanation'>>> = {
  item: ofAll('derived'),
  coordinates: ofAll('ledger'),
  entries: ({ view, naming }) => listed(view.entries, naming),
  waiting,
  openQuestions: questions,
  notes: ({ view, naming }) => each(part('derived', naming), view.notes, (note) => part('derived', loadingsOf(note, view.entries))),
  withoutReported: ofAll('derived'),
  at: () => [],
  identity: ({ view: { identity }, naming }) => [part('derived', naming), ...(identity === undefined ? [] : claimsOf(identity))],
  next: ofAll('ledger'),
};

/** Of each name, and of each claim that joins nothing, what it rests on. */
const claimsOf = ({ names, unjoined }: IdentityView): readonly Part[] => [
  ...names.map(({ claims }, at) => part('derived', claims, `/names/${at}`)),
  ...unjoined.map(({ claim, against }, at) => part('derived', [claim, ...against], `/unjoined/${at}`)),
];

/** A note about a carrier rests on the records that put the item into it. */
function loadingsOf(note: string, entries: readonly EventView[]): readonly EventRef[] {
  // Up to the comma: one identifier may be the beginning of another.
  return entries.filter(
    ({ places, roles, document: { action, items = [] } }) =>
      places &&
      action === 'ADD' &&
      roles.includes('subject') &&
      items.some(({ id, role }) => (role === 'container' || role === 'conveyance') && note.includes(` into ${displayIdentifier(id)},`)),
  );
}

const EVENT_ANSWER: Rules<EventAnswer, Whole<Omit<EventAnswer, 'explanation'>>> = {
  coordinates: ofAll('ledger'),
  event: () => [],
  about: ({ view, naming }) => listed(view.about, naming),
  waiting,
  openQuestions: questions,
  conflicts: ofAll('ledger'),
  moreConflicts: ofAll('ledger'),
};

const ITEM: Rules<ItemView, Whole<Omit<ItemView, 'explanation'>>> = {
  item: ofAll('derived'),
  coordinates: ofAll('ledger'),
  events: ofAll('derived'),
  withoutReported: ofAll('derived'),
  lastPlacedBy: ({ view, naming }) => listed(view.lastPlacedBy === null ? [] : [view.lastPlacedBy], naming),
  lastPlacedByNotFound: ofAll('derived'),
  links: ofAll('derived'),
  // It names its records itself, and is not explained.
  at: () => [],
};

const EVENTS: Rules<EventsView, Whole<Omit<EventsView, 'explanation'>>> = {
  coordinates: ofAll('ledger'),
  events: ({ view, naming }) => listed(view.events, naming),
  withoutReported: ofAll('derived'),
  next: ofAll('ledger'),
};
