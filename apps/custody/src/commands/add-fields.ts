/**
 * What `custody add` asks for, one field after the other: the option that says it, the question at a terminal, and how it is read. Whatever way it
 * comes it is read alike, by the rules by which capture judges it. Pure.
 */
import type { HandlingDocument, ItemDocument, PartyDocument, PlaceDocument, SightingDocument } from '#lib/contracts';
import {
  displayIdentifier,
  parseGrade,
  parseHandling,
  parseIdentifier,
  parseOccurred,
  parsePlace,
  PRECISIONS,
  readTime,
  TLP_LABELS,
  type Handling,
  type Kind,
} from '#lib/domain';
import { familyOf } from '#lib/sources';

/** Kinds of what somebody sees or says by hand: what speaks about other records has commands of its own. */
export const ADDED_KINDS = [
  'observation',
  'aggregation',
  'transfer',
  'registration',
  'declaration',
  'statement',
  'assessment',
] as const satisfies readonly Kind[];
export type AddedKind = (typeof ADDED_KINDS)[number];

/** What is wrong with a field, and what to write instead. */
export interface FieldFault {
  readonly flag: string;
  readonly code: string;
  readonly detail: string;
  readonly remedy: string;
}

/** As options say it; at a terminal the same texts are asked for. */
export interface AddTexts {
  readonly kind?: string;
  readonly subtype?: string;
  readonly item?: readonly string[];
  readonly into?: string;
  readonly outOf?: string;
  readonly background?: readonly string[];
  readonly modality?: string;
  readonly at?: string;
  readonly throughout?: boolean;
  readonly place?: string;
  readonly country?: string;
  readonly party?: readonly string[];
  readonly source?: string;
  readonly sourceTitle?: string;
  readonly grade?: string;
  readonly statement?: string;
  readonly tlp?: string;
  readonly community?: string;
  readonly agency?: readonly string[];
  readonly person?: readonly string[];
  readonly id?: string;
  /** Identifiers stay as they are, also where their check fails. */
  readonly asWritten?: boolean;
}

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: FieldFault };

const taken = <T>(value: T): Read<T> => ({ ok: true, value });
const refused = (flag: string, code: string, detail: string, remedy: string): { readonly ok: false; readonly fault: FieldFault } => ({
  ok: false,
  fault: { flag, code, detail, remedy },
});

/** An identifier as somebody writes it. One whose check fails is refused with what it would have to be, unless it is to stand as written. */
export function readItem(text: string, role: ItemDocument['role'], flag: string, asWritten = false): Read<ItemDocument> {
  const read = parseIdentifier(text.trim());
  if (!read.ok) return refused(flag, read.code, read.detail, 'Write scheme:value, as vin:WDDSYNTH9JA000001 or container:SYNU0000014.');
  const { check, identifier } = read;
  if (check.verdict === 'invalid' && !asWritten) {
    const expected = check.expected === undefined ? '' : ` It would have to be ${check.expected}.`;
    return refused(
      flag,
      'add.check-fails',
      `${displayIdentifier(identifier.id)}: ${check.reason.replace(/\.$/, '')}.${expected}`,
      'Compare it with the source. Where it stands so in the source, add --as-written: it is kept, flagged, and never merged with another.',
    );
  }
  const value = { id: identifier.id, role };
  const written = text.trim();
  return taken(
    written === identifier.id || written === identifier.id.slice(identifier.id.indexOf(':') + 1) ? value : { ...value, written },
  );
}

/** What things go into: a container, or what carries them. */
export const carrierRole = (id: string): ItemDocument['role'] => (/^(?:imo|mmsi|aircraft):/.test(id) ? 'conveyance' : 'container');

export function readKind(text: string): Read<AddedKind> {
  const kind = ADDED_KINDS.find((each) => each === text.trim().toLowerCase());
  return kind === undefined
    ? refused('--kind', 'usage', `${text} is no kind that is added by hand.`, `Write one of ${ADDED_KINDS.join(', ')}.`)
    : taken(kind);
}

/** One time, or two with `..` between them, to any depth: the coarser of the two says how precise it is. */
export function readOccurred(text: string, throughout = false): Read<NonNullable<SightingDocument['occurred']>> {
  const remedy = 'Write it as 2018-06-11, 2018-06-11T13:20+02:00, 2018-06, or two of one precision: 2018-06-11..2018-06-14.';
  const [from = '', to = from, ...more] = text.trim().split('..');
  if (more.length > 0) return refused('--at', 'time.invalid', `${text} has more than two times.`, remedy);
  const ranks: number[] = [];
  for (const each of [from, to].filter((end) => end !== '')) {
    const read = readTime(each);
    if (!read.ok) return refused('--at', read.code, read.detail, remedy);
    ranks.push(PRECISIONS.indexOf(read.value.states));
  }
  const precision = PRECISIONS[Math.min(...ranks)];
  if (precision === undefined) return refused('--at', 'time.invalid', 'There is no time in it.', remedy);
  const ends = { ...(from === '' ? {} : { from }), ...(to === '' ? {} : { to }) };
  const occurred = { ...ends, precision, ...(throughout ? { extent: 'throughout' as const } : {}) };
  const read = parseOccurred(occurred);
  return read.ok ? taken(occurred) : refused('--at', read.code, read.detail, remedy);
}

const COORDINATES = /^(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)$/;

/** A UN/LOCODE, coordinates, or a name. */
export function readPlace(text: string, country?: string): Read<PlaceDocument> {
  const said = text.trim();
  const [, lat, lon] = COORDINATES.exec(said) ?? [];
  const named = /^[A-Z]{2} ?[A-Z2-9]{3}$/.test(said) ? { unlocode: said.replace(' ', '') } : { name: said };
  const own = lat === undefined || lon === undefined ? named : { lat: Number(lat), lon: Number(lon) };
  const place = { ...own, ...(country === undefined ? {} : { country: country.trim().toUpperCase() }) };
  const read = parsePlace(place);
  if (read.ok) return taken(place);
  const flag = read.code.startsWith('place.country') ? '--country' : '--place';
  return refused(
    flag,
    read.code,
    read.detail,
    'Write a UN/LOCODE (NLRTM), a name, or degrees north,east (51.95,4.05); a country by its two letters.',
  );
}

export function readParty(text: string): Read<PartyDocument> {
  const at = text.indexOf('=');
  const [role, name] = [text.slice(0, Math.max(at, 0)).trim(), text.slice(at + 1).trim()];
  if (role === '' || name === '')
    return refused('--party', 'usage', `${text} says no role, or no name.`, 'Write role=name, as consignee=Acme Trading.');
  return taken({ role, name });
}

export function readGrade(text: string): Read<string> {
  const grade = text.trim().toUpperCase();
  const read = parseGrade(grade);
  return read.ok
    ? taken(grade)
    : refused('--grade', read.code, read.detail, 'Write the reliability of the source, A to F, and the credibility, 1 to 6, as B2.');
}

export function readHandling({ tlp = 'AMBER', community, agency, person }: AddTexts): Read<HandlingDocument> {
  const label = tlp.trim().toUpperCase() as Handling['tlp'];
  const read = parseHandling({ tlp: label, community, agencies: agency, principals: person });
  if (read.ok) return taken(read.value as HandlingDocument);
  const flag =
    { 'handling.community': '--community', 'handling.agencies': '--agency', 'handling.principals': '--person' }[read.code] ?? '--tlp';
  return refused(
    flag,
    read.code,
    read.detail,
    `A handling is one of ${TLP_LABELS.join(', ')}; AMBER and RED may name agencies, RED persons.`,
  );
}

/** Kinds of sources are an open list. */
export function readSource(kind: string, title?: string): Read<SightingDocument['source']> {
  const said = kind.trim().toLowerCase().replaceAll(/[ -]/g, '_');
  if (said === '')
    return refused('--source', 'schema.size', 'It says no kind of source.', 'Write what it is from: photo, bill_of_lading, ais, tip ...');
  const family = familyOf(said);
  return taken({ kind: said, ...(family === undefined ? {} : { family }), ...(title === undefined ? {} : { title }) });
}

export const readStatement = (text: string): Read<string> =>
  text.trim() === '' ? refused('--statement', 'schema.size', 'It says nothing.', 'Write what was seen or said.') : taken(text.trim());
