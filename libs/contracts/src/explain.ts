/**
 * The one place that decides what each field of an answer rests on. One rule for each member of each view, kept complete by the compiler: a
 * member without a rule does not compile, and one that leads to nobody is found by the suite over the whole demo. Pure.
 */
import { displayIdentifier, isRelating, type EventRef, type Flag } from '#lib/domain';
import { restsOn, type ExplainedField, type ExplainedSighting, type Explanation } from './explanation.ts';
import type { EventAnswer, EventsView, EventView, ItemView, StoredView, TimelineView } from './views.ts';

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
  display: stated,
};

/** Who made an entry's standing what it is. */
function deciding(entry: EventView): readonly EventRef[] {
  const { by, inPlace, relations } = entry;
  const decided = [by, inPlace].flatMap((ref) => ref ?? []);
  // A correction, retraction or dispute stands or falls with what it speaks about.
  const targets = entry.document.kind !== undefined && isRelating(entry.document.kind) ? relations.targets : [];
  return [entry, ...decided, ...targets];
}

const FLAG_MAKERS: { readonly [F in Flag]: (relations: EventView['relations']) => readonly EventRef[] } = {
  'check-digit': () => [],
  'future-dated': () => [],
  disputed: ({ disputedBy }) => disputedBy,
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
    ...entry.evidence.map((_, at): Part => ({ ...part('stated', [entry], `/${at}`), evidence: at })),
  ],
  parties: stated,
  kind: (entry) => [part('derived', deciding(entry))],
  roles: stated,
  standing: (entry) => [part('derived', deciding(entry))],
  by: (entry) => [part('derived', deciding(entry))],
  inPlace: (entry) => [part('derived', deciding(entry))],
  places: (entry) => [part('derived', [...deciding(entry), ...flagMakers(entry)])],
  mark: (entry) => [part('derived', deciding(entry))],
  why: (entry) => [part('derived', [...deciding(entry), ...flagMakers(entry)])],
  flags: (entry) => each(part('derived', [entry]), entry.flags, (flag) => part('derived', [entry, ...FLAG_MAKERS[flag](entry.relations)])),
  relations: (entry) => [
    part('derived', [entry]),
    ...Object.entries(entry.relations).flatMap(([name, links]) =>
      links.map((link, at) => part('derived', SPOKEN.has(name) ? [entry, link] : [link, entry], `/${name}/${at}`)),
    ),
  ],
  moreContradictions: (entry) => [part('derived', [entry, ...entry.relations.contradictedBy])],
  handling: (entry) => [part('derived', [entry, ...entry.relations.markedBy.filter(({ inForce }) => inForce === true)])],
};

/** Relations that the entry states itself; of the others the other end speaks, and is named first. */
const SPOKEN: ReadonlySet<string> = new Set(['targets', 'contradicts']);
const flagMakers = (entry: EventView): readonly EventRef[] => entry.flags.flatMap((flag) => FLAG_MAKERS[flag](entry.relations));

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
  next: ofAll('ledger'),
};

/** A note about a carrier rests on the records that put the item into it. */
function loadingsOf(note: string, entries: readonly EventView[]): readonly EventRef[] {
  return entries.filter(
    ({ places, document: { action, items = [] } }) =>
      places &&
      action === 'ADD' &&
      items.some(({ id, role }) => (role === 'container' || role === 'conveyance') && note.includes(displayIdentifier(id))),
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
};

const EVENTS: Rules<EventsView, Whole<Omit<EventsView, 'explanation'>>> = {
  coordinates: ofAll('ledger'),
  events: ({ view, naming }) => listed(view.events, naming),
  withoutReported: ofAll('derived'),
  next: ofAll('ledger'),
};
