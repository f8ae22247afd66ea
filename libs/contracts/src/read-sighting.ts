/** From a valid document to the domain's Sighting: identifiers, times, places, handling, references and grade by the domain's own rules. */
import {
  type CaseActText,
  type EventRef,
  formatRef,
  type Handling,
  isRelating,
  parseGrade,
  parseHandling,
  parseInstant,
  parseOccurred,
  parsePlace,
  parsePolicyAct,
  parseWatchAct,
  parseRef,
  type Place,
  type PolicyActText,
  type Relations,
  type Result,
  type Sighting,
  type WatchActText,
} from '#lib/domain';
import type { ErrorCode } from './errors.ts';
import { FAULTS_MAX, type Fault } from './fault.ts';
import { itemFault } from './item-fault.ts';
import { indexRowsFault } from './sighting-index.ts';
import type { HandlingDocument, PlaceDocument, SightingDocument } from './sighting-schema.ts';

/** What capture knows and the document does not say. */
export interface SightingEnvelope {
  readonly agency: string;
  readonly id: string;
  readonly principal: string;
}

export type ReadSighting = { readonly ok: true; readonly sighting: Sighting } | { readonly ok: false; readonly faults: readonly Fault[] };

/** Takes what passed `validateDocument`. All faults at once, at most FAULTS_MAX. Cost: about 10 µs for two items. */
export function readSighting(document: SightingDocument, envelope: SightingEnvelope): ReadSighting {
  const faults: Fault[] = [];
  const sighting = sightingOf(document, envelope, faults);
  if (faults.length > 0) return { ok: false, faults: faults.slice(0, FAULTS_MAX) };
  const detail = indexRowsFault(sighting);
  return detail === undefined
    ? { ok: true, sighting }
    : {
        ok: false,
        faults: [{ code: 'handling.too-many-readers', pointer: '/handling', detail, expected: 'fewer items or fewer reader groups' }],
      };
}

/** Complete only if `faults` stays empty: what could not be read is left out of it. */
function sightingOf(document: SightingDocument, envelope: SightingEnvelope, faults: Fault[]): Sighting {
  const { items, grade, statement, reported } = document;
  items?.forEach((item, at) => {
    const fault = itemFault(item, `/items/${at}`);
    if (fault !== undefined) faults.push(fault);
  });
  if (grade !== undefined) take(parseGrade(grade), '/grade', faults);
  // Assigned one by one: copying the rest of a document member by member costs more than reading it.
  const sighting: Mutable<Sighting> = {
    agency: envelope.agency,
    id: envelope.id,
    principal: envelope.principal,
    kind: document.kind,
    modality: document.modality ?? 'actual',
    handling: readHandling(document.handling, '/handling', faults),
    items: items ?? NONE,
    parties: document.parties ?? NONE,
    source: document.source,
    evidence: document.evidence ?? NONE,
    relations: readRelations(document, envelope, faults),
  };
  if (document.as !== undefined) sighting.as = document.as;
  if (document.action !== undefined) sighting.action = document.action;
  if (document.subtype !== undefined) sighting.subtype = document.subtype;
  if (document.conveyance !== undefined) sighting.conveyance = readConveyance(document.conveyance, faults);
  if (grade !== undefined) sighting.grade = grade;
  if (statement !== undefined) sighting.statement = typeof statement === 'string' ? statement : statement.text;
  if (document.extension !== undefined) sighting.extension = document.extension;
  if (document.kind === 'policy') take(parsePolicyAct(document.extension?.policy as PolicyActText), '/extension/policy', faults);
  if (document.kind === 'watch') take(parseWatchAct(document.extension?.watch as WatchActText), '/extension/watch', faults);
  if (document.kind === 'case-act') readCaseAct(document.extension?.act as CaseActText, envelope, faults);
  const occurred = document.occurred === undefined ? undefined : take(parseOccurred(document.occurred), '/occurred', faults);
  if (occurred !== undefined) sighting.occurred = occurred;
  const place = readPlace(document.place, '/place', faults);
  if (place !== undefined) sighting.place = place;
  const at = reported === undefined ? undefined : take(parseInstant(reported.at), '/reported/at', faults);
  if (reported !== undefined && at !== undefined) sighting.reported = { ...reported, at };
  return sighting;
}

type Mutable<T> = { -readonly [member in keyof T]: T[member] };
const NONE: readonly never[] = Object.freeze([]);

/** The value, or `undefined` and a fault at `pointer`. */
function take<T>(result: Result<T>, pointer: string, faults: Fault[]): T | undefined {
  if (result.ok) return result.value;
  faults.push({ code: result.code as ErrorCode, pointer: pointer + (result.pointer ?? ''), detail: result.detail });
  return undefined;
}

/** Of a case its own agency's acts alone speak; what is chosen may be anybody's. */
function readCaseAct({ of, sighting }: CaseActText, self: EventRef, faults: Fault[]): void {
  if (of === self.id) faults.push({ code: 'ref.self', pointer: '/extension/act/of', detail: 'An act of a case is not the case.' });
  if (sighting !== undefined) take(parseRef(sighting, self.agency), '/extension/act/sighting', faults);
}

const readHandling = (handling: HandlingDocument, pointer: string, faults: Fault[]): Handling =>
  take(parseHandling(handling), pointer, faults) ?? { tlp: 'RED' };

const readPlace = (place: PlaceDocument | undefined, pointer: string, faults: Fault[]): Place | undefined =>
  place === undefined ? undefined : take(parsePlace(place), pointer, faults);

function readConveyance(conveyance: NonNullable<SightingDocument['conveyance']>, faults: Fault[]): NonNullable<Sighting['conveyance']> {
  const loading = readPlace(conveyance.loading, '/conveyance/loading', faults);
  const discharge = readPlace(conveyance.discharge, '/conveyance/discharge', faults);
  return {
    ...(conveyance.voyage === undefined ? {} : { voyage: conveyance.voyage }),
    ...(loading === undefined ? {} : { loading }),
    ...(discharge === undefined ? {} : { discharge }),
  };
}

const NO_RELATIONS: Relations = Object.freeze({ contradicts: [], links: [], basis: [], resolves: [], upholds: [] });

function readRelations({ relations, kind }: SightingDocument, self: EventRef, faults: Fault[]): Relations {
  if (relations === undefined) return NO_RELATIONS;
  const read = (text: string, pointer: string): EventRef | undefined => {
    const ref = take(parseRef(text, self.agency), pointer, faults);
    if (ref === undefined || formatRef(ref) !== formatRef(self) || !isRelating(kind)) return ref;
    faults.push({ code: 'ref.self', pointer, detail: 'A sighting cannot be about itself.' });
    return undefined;
  };
  const list = (name: 'contradicts' | 'links' | 'basis' | 'resolves' | 'upholds'): readonly EventRef[] =>
    (relations[name] ?? []).flatMap((text, at) => read(text, `/relations/${name}/${at}`) ?? []);
  const target = relations.target === undefined ? undefined : read(relations.target, '/relations/target');
  return {
    ...(target === undefined ? {} : { target }),
    ...(relations.reason === undefined ? {} : { reason: relations.reason }),
    ...(relations.handling === undefined ? {} : { handling: readHandling(relations.handling, '/relations/handling', faults) }),
    contradicts: list('contradicts'),
    links: list('links'),
    basis: list('basis'),
    resolves: list('resolves'),
    upholds: list('upholds'),
  };
}
