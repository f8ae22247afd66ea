/**
 * Case file `custody-case/1` (design: Case file; the demo's `custody-demo-sighting/1` reads as the same): one line to one sighting document.
 * The whole line stands in the document under `extension.case`, so nothing is lost whatever the mapping makes of it.
 */
import { PLACING_KINDS, SPEAKING_KINDS, type Kind, type Modality, MODALITIES, RELATING_KINDS } from '#lib/domain';
import { isJsonObject, validateDocument, type Fault, type JsonObject, type SightingDocument } from '#lib/contracts';
import { mapItems, withTargetItems } from './case-items.ts';
import {
  mapEvidence,
  mapHandling,
  mapParties,
  mapPlace,
  mapReported,
  mapSource,
  present,
  upper,
  type CaseFileHash,
} from './case-members.ts';
import { pointerIntoLine } from './case-pointers.ts';
import { mapOccurred } from './case-times.ts';
import { readLine, type LineReader } from './line-reader.ts';

export const CASE_FORMAT = 'custody-case/1';
const FORMATS: ReadonlySet<string> = new Set([CASE_FORMAT, 'custody-demo-sighting/1']);

export interface CaseContext {
  /** The line of this id in the same file, whether before or after; `refused`: there is one, and it cannot be read. */
  targetOf(id: string): JsonObject | 'refused' | undefined;
  /** Hash and size of a file that the line refers to, where the importer has it. */
  fileOf?(ref: string): CaseFileHash | undefined;
}

export type CaseMapping =
  | { readonly ok: true; readonly document: SightingDocument }
  /** Pointers are into the line. */
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Kinds that case files name in their own way. */
const OTHER_KIND_NAMES: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['claim', 'statement'],
  ['disaggregation', 'aggregation'],
]);
/** A sighting corrected more often than this, each time by a correction of the last, is followed no further. */
const CHAIN_LENGTH_MAX = 16;

const relating: ReadonlySet<string> = new Set(RELATING_KINDS);
/** Kinds of lines: what is seen and said. Acts of policy and on evidence, and imports, are no part of a case. */
const CASE_KINDS = [...PLACING_KINDS, ...SPEAKING_KINDS, ...RELATING_KINDS] as const;
const ofCases: ReadonlySet<string> = new Set(CASE_KINDS);
/** A correction whose target is not known puts in place whatever that is. */
const mayPlace: ReadonlySet<string> = new Set([...PLACING_KINDS, 'correction']);
const targeting: ReadonlySet<string> = new Set(['correction', 'retraction', 'dispute', 'marking']);

/** Pure; about 30 µs a line. The document passes `validateDocument`; the domain's rules (`readSighting`) are capture's. */
export function mapCaseLine(line: JsonObject, context: CaseContext): CaseMapping {
  return mapWithin(line, context, []);
}

/** @param above ids of the lines for which this one is mapped, since each corrects or withdraws the next */
function mapWithin(value: JsonObject, context: CaseContext, above: readonly string[]): CaseMapping {
  const target = (reference: string): Target => {
    const chain = typeof value['id'] === 'string' ? [...above, value['id']] : above;
    // Lines that correct each other in a circle put nothing in place for one another.
    return chain.includes(reference) ? undefined : targetDocument(reference, context, chain);
  };
  return mapLine(value, { target, fileOf: (ref) => context.fileOf?.(ref) });
}

/** `refused`: it stands in the same file, and what it says is not known. `undefined`: it is elsewhere. */
type Target = SightingDocument | 'refused' | undefined;

/** What a document takes from elsewhere than its line. */
export interface BesideLine {
  /** What the line corrects or withdraws, as a document. */
  target(reference: string): Target;
  fileOf(ref: string): CaseFileHash | undefined;
}

export function mapLine(value: JsonObject, beside: BesideLine): CaseMapping {
  if (!isJsonObject(value))
    return { ok: false, faults: [{ code: 'import.not-an-object', pointer: '', detail: 'A line of a case file is one JSON object.' }] };
  const line = readLine(value);
  const kind = kindOf(line);
  const format = line.text('schema');
  if (format !== undefined && !FORMATS.has(format)) {
    line.faults.push({
      code: 'import.format-unknown',
      pointer: '/schema',
      detail: 'The line is of another format.',
      expected: CASE_FORMAT,
    });
  }
  const id = line.text('id');
  if (id === undefined) line.missing('id', 'A line needs an id: importing it twice must change nothing.');
  if (kind === undefined || id === undefined) return { ok: false, faults: line.faults };
  const document = documentOf(line, kind, value, beside, id);
  const ofDocument = (fault: Fault): Fault => ({ ...fault, pointer: pointerIntoLine(value, fault.pointer ?? '') });
  const faults = line.faults.length > 0 ? line.faults : validateDocument(document).map(ofDocument);
  return faults.length > 0 ? { ok: false, faults } : { ok: true, document };
}

function kindOf(line: LineReader): Kind | undefined {
  const name = line.text('kind');
  if (name === undefined) {
    line.missing('kind', 'A line needs a kind.');
    return undefined;
  }
  const kind = OTHER_KIND_NAMES.get(name) ?? CASE_KINDS.find((known) => known === name);
  if (kind === undefined) {
    const expected = [...CASE_KINDS, ...OTHER_KIND_NAMES.keys()].join(', ');
    line.faults.push({ code: 'import.kind-unknown', pointer: '/kind', detail: 'No such kind of line.', expected });
  }
  return kind;
}

function documentOf(line: LineReader, kind: Kind, whole: JsonObject, beside: BesideLine, id: string): SightingDocument {
  const { own, given } = mapHandling(line);
  const relations = mapRelations(line, kind, kind === 'marking' ? (given ?? own) : undefined);
  const target = targetOf(line, kind, relations?.target, beside);
  const ownItems = mapItems(line);
  const items = target === undefined ? ownItems : withTargetItems(kind, ownItems, target.items ?? []);
  const what = mapWhat(line, kind, target);
  const statement = mapStatement(line);
  const evidence = mapEvidence(line, (ref) => beside.fileOf(ref));
  const parties = mapParties(line);
  const members = {
    id,
    kind,
    ...what,
    handling: own,
    ...present({
      occurred: mapOccurred(line),
      place: mapPlace(line),
      items: items.length > 0 ? items : undefined,
      conveyance: mapConveyance(line),
      parties: parties.length > 0 ? parties : undefined,
    }),
    source: mapSource(line),
    ...present({
      evidence: evidence.length > 0 ? evidence : undefined,
      grade: upper(line.text('grade')),
      statement,
      relations,
      reported: mapReported(line),
    }),
  };
  const rest = line.rest();
  return { ...members, extension: { case: whole, ...(Object.keys(rest).length > 0 ? { x: rest } : {}) } } as SightingDocument;
}

/**
 * What a correction or retraction takes over from: items, kind and modality. In another file it gives nothing. In the same file, and refused,
 * it takes this line with it: a line that said nothing of a plan would put in place what happened.
 */
function targetOf(line: LineReader, kind: Kind, reference: string | undefined, beside: BesideLine): SightingDocument | undefined {
  if (reference === undefined || (kind !== 'correction' && kind !== 'retraction')) return undefined;
  const target = beside.target(reference);
  if (target !== 'refused') return target;
  const name = TARGET_NAMES.find((each) => line.take(each) !== undefined) ?? 'corrects';
  line.refuse(
    'import.target-refused',
    name,
    `${reference} stands in the same file and was rejected, or is the last of ${CHAIN_LENGTH_MAX} corrections or more, each of the one before: ` +
      'whether it is a plan, a search that found nothing or something seen, and of what, is not known.',
  );
  return undefined;
}

function targetDocument(reference: string, context: CaseContext, chain: readonly string[]): Target {
  const line = context.targetOf(reference);
  if (line === undefined || line === 'refused') return line;
  if (chain.length > CHAIN_LENGTH_MAX) return 'refused';
  const mapped = mapWithin(line, context, chain);
  return mapped.ok ? mapped.document : 'refused';
}

type What = Pick<SightingDocument, 'as' | 'action' | 'modality' | 'subtype'>;

/** Slot kind: what the line says happened, and for a correction what it puts in place. */
function mapWhat(line: LineReader, kind: Kind, target: SightingDocument | undefined): What {
  const stated = line.text('assessment') ?? line.text('subtype');
  const action = mapAction(line);
  const aggregates = action !== undefined && line.take('parent') !== undefined;
  const as = kind === 'correction' ? (mapAs(line) ?? replacedKind(aggregates, target)) : undefined;
  const placed = as ?? kind;
  const modality = mapModality(line, placed, kind === 'correction' && mayPlace.has(placed) ? target?.modality : undefined);
  const subtype = stated ?? (placed === 'assessment' ? (target?.subtype ?? SUBTYPE_UNSTATED) : undefined);
  if (placed === 'aggregation')
    return present<What>({ as, action: action ?? (kind === 'correction' ? target?.action : 'ADD'), modality, subtype }) ?? {};
  line.release('action');
  return present<What>({ as, modality, subtype }) ?? {};
}

/** An assessment always has a subtype in a document; case files may leave it out. */
const SUBTYPE_UNSTATED = 'unspecified';

function mapAs(line: LineReader): What['as'] {
  const name = line.text('as');
  const as = name === undefined ? undefined : (OTHER_KIND_NAMES.get(name) ?? CASE_KINDS.find((known) => known === name));
  if (name !== undefined && (as === undefined || relating.has(as)))
    line.malformed('as', 'A correction puts in place a kind that speaks about no other sighting.');
  return as as What['as'];
}

/** A correction is an aggregation where it says what goes into what, else what its target is. */
function replacedKind(aggregates: boolean, target: SightingDocument | undefined): What['as'] {
  if (aggregates) return 'aggregation';
  const kind = target?.kind === 'correction' ? target.as : target?.kind;
  return kind === undefined || relating.has(kind) || !ofCases.has(kind) ? undefined : (kind as What['as']);
}

function mapAction(line: LineReader): 'ADD' | 'DELETE' | undefined {
  const action = upper(line.text('action'));
  const unloads = line.take('kind') === 'disaggregation';
  if (action !== undefined && action !== 'ADD' && action !== 'DELETE') line.malformed('action', 'action is neither ADD nor DELETE.');
  if (unloads && action === 'ADD') line.malformed('action', 'A disaggregation takes out; its action is DELETE.');
  return unloads ? 'DELETE' : (action as 'ADD' | 'DELETE' | undefined);
}

/**
 * A search that found nothing stays one, whatever was planned. What a correction does not say anew is as `corrected` says: a new day for a
 * plan, or for a search that found nothing, places nothing either. What is said places nothing anyway, and is as it says itself.
 */
function mapModality(line: LineReader, placed: Kind, corrected: Modality | undefined): Modality | undefined {
  const stated = line.text('modality');
  if (stated !== undefined && !(MODALITIES as readonly string[]).includes(stated))
    line.malformed('modality', `modality is none of ${MODALITIES.join(', ')}.`);
  const negative = line.flag('negative');
  const claimType = line.text('claimType');
  const scheduled = claimType === 'scheduled';
  // A plan misspelt would be a position.
  if (claimType !== undefined && !scheduled && mayPlace.has(placed))
    line.malformed(
      'claimType',
      `Of what happened claimType says nothing but scheduled: a plan. For ${anotherClaim(line)}, or leave claimType out.`,
    );
  if (!scheduled) line.release('claimType');
  if (negative) return 'negative';
  if (scheduled) return 'planned';
  if (stated !== undefined) return stated as Modality;
  const denied = corrected === 'negative' && line.take('negative') !== undefined;
  return corrected === 'actual' || denied ? undefined : corrected;
}

const anotherClaim = (line: LineReader): string =>
  line.take('kind') === 'correction' ? 'the correction of a claim say as: claim' : 'another claim write a line of kind claim';

function mapStatement(line: LineReader): SightingDocument['statement'] {
  const value = line.take('statement');
  if (!isJsonObject(value)) return line.text('statement');
  const inner = line.object('statement');
  const text = inner?.text('text');
  const lang = inner?.text('lang');
  return text === undefined || lang === undefined ? text : { text, lang };
}

/** Members that name another line. */
const TARGET_NAMES = ['corrects', 'target', 'targets'] as const;

/** Of an event that may be several: a case file has the one or the list, under the name of its kind. */
function mapRelations(line: LineReader, kind: Kind, marking: SightingDocument['handling'] | undefined): SightingDocument['relations'] {
  const named = TARGET_NAMES.flatMap((name) => line.texts(name));
  const targets = [...new Set(named)];
  const links = line.texts('links');
  if (targeting.has(kind) && targets.length > 1) line.malformed('targets', `A ${kind} is about one sighting; write a line for each.`);
  if (targeting.has(kind) && targets.length === 0) line.missing('corrects', `A ${kind} names the sighting that it is about.`);
  const resolves = kind === 'resolution' ? [...new Set([...line.texts('resolves'), ...targets])] : [];
  if (kind === 'resolution' && resolves.length === 0) line.missing('resolves', 'A resolution names what it settles.');
  const spoken = targeting.has(kind) || kind === 'resolution';
  const upholds = kind === 'resolution' ? line.texts('upholds') : [];
  const some = (list: readonly string[]): string[] | undefined => (list.length > 0 ? [...list] : undefined);
  return present<NonNullable<SightingDocument['relations']>>({
    target: targeting.has(kind) ? targets[0] : undefined,
    reason: line.text('correctionReason') ?? line.text('reason'),
    handling: marking,
    contradicts: some(line.texts('contradicts')),
    // A line that is about no other sighting and names one all the same links to it.
    links: some(spoken ? links : [...new Set([...links, ...targets])]),
    basis: some(line.texts('basis')),
    resolves: some(resolves),
    upholds: some(upholds),
  });
}

function mapConveyance(line: LineReader): SightingDocument['conveyance'] {
  const conveyance = line.object('conveyance');
  if (conveyance === undefined) return undefined;
  const place = (name: string) => (conveyance.take(name) === undefined ? undefined : mapPlace(renamed(conveyance, name)));
  return present({ voyage: conveyance.text('voyage'), loading: place('loading'), discharge: place('discharge') });
}

/** `mapPlace` reads the member `place`; a voyage has two, of other names. */
const renamed = (line: LineReader, name: string): LineReader => ({ ...line, take: () => line.take(name), object: () => line.object(name) });
