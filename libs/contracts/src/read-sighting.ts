/** From a valid document to the domain's Sighting: identifiers, times, places, handling, references and grade by the domain's own rules. */
import {
  type EventRef, formatRef, type Handling, isRelating, parseGrade, parseHandling, parseInstant, parseOccurred, parsePlace, parseRef,
  type Place, type Relations, type Result, type Sighting,
} from '#lib/domain';
import type { ErrorCode } from './errors.ts';
import { FAULTS_MAX, type Fault } from './fault.ts';
import { itemFault } from './item-fault.ts';
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
  return faults.length === 0 ? { ok: true, sighting } : { ok: false, faults: faults.slice(0, FAULTS_MAX) };
}

/** Complete only if `faults` stays empty: what could not be read is left out of it. */
function sightingOf(document: SightingDocument, envelope: SightingEnvelope, faults: Fault[]): Sighting {
  const { agency, id, principal } = envelope;
  const { handling, occurred, place, items, conveyance, parties, evidence, grade, statement, reported, modality, relations, ...kept } = document;
  items?.forEach((item, at) => {
    const fault = itemFault(item, `/items/${at}`);
    if (fault !== undefined) faults.push(fault);
  });
  if (grade !== undefined) take(parseGrade(grade), '/grade', faults);
  const interval = occurred === undefined ? undefined : take(parseOccurred(occurred), '/occurred', faults);
  const at = reported === undefined ? undefined : take(parseInstant(reported.at), '/reported/at', faults);
  const where = readPlace(place, '/place', faults);
  return {
    ...kept,
    agency,
    id,
    principal,
    modality: modality ?? 'actual',
    handling: readHandling(handling, '/handling', faults),
    ...(interval === undefined ? {} : { occurred: interval }),
    ...(where === undefined ? {} : { place: where }),
    items: items ?? [],
    ...(conveyance === undefined ? {} : { conveyance: readConveyance(conveyance, faults) }),
    parties: parties ?? [],
    evidence: evidence ?? [],
    ...(grade === undefined ? {} : { grade }),
    ...(statement === undefined ? {} : { statement: typeof statement === 'string' ? statement : statement.text }),
    relations: readRelations(relations, document, { agency, id }, faults),
    ...(reported === undefined || at === undefined ? {} : { reported: { ...reported, at } }),
  };
}

/** The value, or `undefined` and a fault at `pointer`. */
function take<T>(result: Result<T>, pointer: string, faults: Fault[]): T | undefined {
  if (result.ok) return result.value;
  faults.push({ code: result.code as ErrorCode, pointer: pointer + (result.pointer ?? ''), detail: result.detail });
  return undefined;
}

const readHandling = (handling: HandlingDocument, pointer: string, faults: Fault[]): Handling => take(parseHandling(handling), pointer, faults) ?? { tlp: 'RED' };

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

function readRelations(relations: SightingDocument['relations'], { kind }: SightingDocument, self: EventRef, faults: Fault[]): Relations {
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
