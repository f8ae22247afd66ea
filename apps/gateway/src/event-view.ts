/** From a stored event and what the fold says of it to what the API shows: the document as submitted, and the same in words. */
import type { EventView, ItemView, SightingDocument, StoredView, ThroughView } from '#lib/contracts';
import { readSighting } from '#lib/contracts';
import {
  displayGrade,
  displayIdentifier,
  displayOccurred,
  displayOccurredUtc,
  displayPlace,
  formatInstant,
  parseIdentifier,
  type CheckVerdict,
  type FoldInput,
  type Handling,
  type Sighting,
  type Through,
  type TimelineEntry,
} from '#lib/domain';
import { authorWithoutTime, citedWithoutHash } from '#lib/sources';
import type { Beside } from './beside.ts';
import type { EventRow } from './ledger-reads.ts';

/** A stored event read for the fold, with what its view needs. */
export interface ReadEvent extends FoldInput {
  readonly stored: EventRow;
  readonly document: SightingDocument;
}

/** Throws for bytes that capture can never have accepted: the ledger is damaged, and an answer without them would hide it. */
export function readEvent(stored: EventRow): ReadEvent {
  const document = JSON.parse(stored.content.toString('utf8')) as SightingDocument;
  const read = readSighting(document, stored);
  if (!read.ok) throw new Error(`entry ${stored.logIndex} holds a document that is not acceptable: ${read.faults[0]?.code ?? 'unknown'}`);
  const { handling = null } = stored;
  const inEffect = handling === null ? {} : { handling: JSON.parse(handling) as Handling };
  return { sighting: read.sighting, logIndex: stored.logIndex, captured: stored.capturedMicros, ...inEffect, stored, document };
}

/** @param item whose timeline it is shown in: told from its side */
export function eventView(
  entry: TimelineEntry,
  event: ReadEvent,
  { recorded, held, signatures, approval }: Beside,
  item?: string,
): EventView {
  const { stored, document } = event;
  const { targets, correctedBy, withdrawnBy, supersededBy, disputedBy, resolvedBy, markedBy, contradicts, contradictedBy } = entry;
  return {
    agency: stored.agency,
    id: stored.id,
    logIndex: stored.logIndex,
    ...(entry.kind === undefined ? {} : { kind: entry.kind }),
    roles: [...entry.roles],
    standing: entry.standing,
    ...(entry.by === undefined ? {} : { by: entry.by }),
    ...(entry.inPlace === undefined ? {} : { inPlace: entry.inPlace }),
    places: entry.places,
    mark: entry.mark,
    ...(entry.why === undefined ? {} : { why: entry.why }),
    flags: [...entry.flags],
    relations: {
      targets: [...targets],
      correctedBy: [...correctedBy],
      withdrawnBy: [...withdrawnBy],
      supersededBy: [...supersededBy],
      disputedBy: [...disputedBy],
      resolvedBy: [...resolvedBy],
      markedBy: markedBy.map((link) => ({ ...link, ...approval(link) })),
      contradicts: [...contradicts],
      contradictedBy: [...contradictedBy],
    },
    handling: entry.handling as EventView['handling'],
    ...approval(stored),
    submittedBy: { agency: stored.agency, principal: stored.principal, proved: true },
    reportedBy: reportedByOf(document),
    captured: formatInstant(stored.capturedMicros),
    recorded: recorded(stored),
    contentHash: stored.contentHash.toString('hex'),
    commitment: stored.commitment.toString('hex'),
    evidence: evidenceOf(document, held),
    parties: partiesOf(document),
    document,
    display: displayOf(event.sighting, item),
    signatures: signatures(stored),
    ...throughView(entry.through),
  };
}

/** Absent where it is of the item by the item's own name. */
export function throughView(through: Through | undefined): { through?: ThroughView } {
  if (through === undefined) return {};
  const { id, claims } = through;
  return {
    through: { id, display: displayIdentifier(id), claims: claims.map(({ sighting }) => ({ agency: sighting.agency, id: sighting.id })) },
  };
}

/** Documents by their hash first, then what a case file cites without one. */
export function evidenceOf(document: SightingDocument, held: Beside['held']): EventView['evidence'] {
  return [
    ...(document.evidence ?? []).map((evidence) => ({ ...evidence, held: held.has(evidence.sha256) })),
    ...citedWithoutHash(document).map((cited) => ({ sha256: null, ...cited, held: false })),
  ];
}

function partiesOf(document: SightingDocument): EventView['parties'] {
  return (document.parties ?? []).map((party) => {
    const read = party.lei === undefined ? undefined : parseIdentifier(`lei:${party.lei}`);
    return read?.ok === true ? { ...party, check: checkView(read.check) } : { ...party };
  });
}

/** What an identifier's own check says of it. */
export function checkView(check: CheckVerdict): ItemView['item']['check'] {
  const reason = check.verdict === 'valid' ? {} : { reason: check.reason };
  const expected = check.verdict === 'invalid' && check.expected !== undefined ? { expected: check.expected } : {};
  return { verdict: check.verdict, ...reason, ...expected };
}

function reportedByOf(document: SightingDocument): EventView['reportedBy'] {
  const author = document.reported ?? authorWithoutTime(document);
  return author === undefined ? null : { ...author, proved: false };
}

function displayOf(sighting: Sighting, item?: string): EventView['display'] {
  const { source } = sighting;
  const utc = displayOccurredUtc(sighting.occurred);
  return {
    summary: summaryOf(sighting, item),
    occurred: displayOccurred(sighting.occurred),
    ...(utc === undefined ? {} : { occurredUtc: utc }),
    place: sighting.place === undefined ? 'place not stated' : displayPlace(sighting.place),
    grade: displayGrade(sighting.grade),
    items: sighting.items.map((item) => displayIdentifier(item.id)),
    source: source.title === undefined ? source.kind : `${source.kind}: ${source.title}`,
  };
}

/** What happened, as a reader would say it; the author's own words follow where there are any. */
export function summaryOf(sighting: Sighting, item?: string): string {
  const verb = verbOf(sighting, item);
  return sighting.statement === undefined ? verb : `${verb}: ${sighting.statement}`;
}

function verbOf(sighting: Sighting, item?: string): string {
  const { kind, action, modality, subtype } = sighting;
  const contained = kind === 'aggregation' || (kind === 'correction' && action !== undefined);
  const base = contained ? containmentVerb(sighting, item) : baseVerb(kind, subtype);
  const prefix = kind === 'correction' ? 'correction, ' : '';
  if (modality === 'negative') return `${prefix}looked for and not found (${base})`;
  return modality === 'planned' ? `${prefix}planned: ${base}` : `${prefix}${base}`;
}

/** Of the thing: "into container X"; of what it goes into: "takes in VIN Y"; of neither: both are named. */
function containmentVerb({ items, action }: Sighting, item?: string): string {
  const out = action === 'DELETE';
  const carrier = items.find(({ role }) => role === 'container' || role === 'conveyance');
  const subjects = items
    .filter(({ role }) => role === 'subject')
    .map(({ id }) => displayIdentifier(id))
    .join(', ');
  if (item !== undefined && carrier?.id === item) return `${out ? 'gives out' : 'takes in'} ${subjects}`;
  const name = carrier === undefined ? 'what it was in' : carrierName(carrier.id, carrier.aliases?.name);
  const way = `${out ? 'out of' : 'into'} ${name}`;
  return items.some(({ id, role }) => id === item && role === 'subject') ? way : `${subjects} ${way}`;
}

function carrierName(id: string, name: string | undefined): string {
  const display = displayIdentifier(id);
  return name === undefined ? display : `${display} "${name}"`;
}

function baseVerb(kind: Sighting['kind'], subtype: string | undefined): string {
  const words: Readonly<Record<Sighting['kind'], string>> = {
    observation: 'observed',
    aggregation: 'packed',
    transfer: 'custody transferred',
    transformation: 'transformed',
    registration: 'registered',
    declaration: 'declared',
    statement: 'said',
    assessment: `assessed${subtype === undefined ? '' : ` (${subtype})`}`,
    identification: `identified${subtype === undefined ? '' : ` (${subtype})`}`,
    correction: 'in place of an earlier record',
    retraction: 'withdrawn',
    dispute: 'disputed',
    resolution: 'resolved',
    marking: 'handling changed',
    policy: 'act of policy',
    evidence: 'act on evidence',
    batch: 'import of a file',
    watch: 'act on a watch',
    alert: 'a watch was met',
    case: 'case opened',
    'case-act': 'act of a case',
  };
  return words[kind];
}

/** An event by itself, without how it stands: for lists in the order of the log. */
export function storedView(
  { stored, document, sighting }: ReadEvent,
  { recorded, signatures }: Pick<Beside, 'recorded' | 'signatures'>,
): StoredView {
  return {
    agency: stored.agency,
    id: stored.id,
    logIndex: stored.logIndex,
    submittedBy: { agency: stored.agency, principal: stored.principal, proved: true },
    reportedBy: reportedByOf(document),
    captured: formatInstant(stored.capturedMicros),
    recorded: recorded(stored),
    contentHash: stored.contentHash.toString('hex'),
    commitment: stored.commitment.toString('hex'),
    document,
    display: displayOf(sighting),
    signatures: signatures(stored),
  };
}
