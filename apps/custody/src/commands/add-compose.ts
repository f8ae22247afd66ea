/** One sighting from what `custody add` was told, or all that is wrong with it, each by its option. Pure. */
import { type Fault, readSighting, type SightingDocument, validateDocument } from '#lib/contracts';
import {
  carrierRole,
  readGrade,
  readHandling,
  readItem,
  readKind,
  readOccurred,
  readParty,
  readPlace,
  readSource,
  readStatement,
  type AddedKind,
  type AddTexts,
  type FieldFault,
  type Read,
} from './add-fields.ts';

export type Composed =
  | { readonly ok: true; readonly document: SightingDocument & { readonly id: string } }
  | { readonly ok: false; readonly faults: readonly FieldFault[] };

/** @param id of the sighting, where none was said: made before anything is sent, so that it can be sent again */
export function compose(texts: AddTexts, id: string, evidence: SightingDocument['evidence'] = []): Composed {
  const faults: FieldFault[] = [];
  const take = <T>(read: Read<T> | undefined): T | undefined => {
    if (read === undefined || read.ok) return read?.value;
    faults.push(read.fault);
    return undefined;
  };
  const kind = take(readKind(texts.kind ?? kindOf(texts)));
  const items = itemsOf(texts).map(take);
  const document = dropped({
    id: texts.id ?? id,
    kind,
    subtype: texts.subtype,
    action: kind === 'aggregation' ? (texts.outOf === undefined ? 'ADD' : 'DELETE') : undefined,
    modality: texts.modality,
    handling: take(readHandling(texts)),
    occurred: texts.at === undefined ? undefined : take(readOccurred(texts.at, texts.throughout)),
    place: texts.place === undefined && texts.country === undefined ? undefined : take(placeOf(texts)),
    items: items.length === 0 ? undefined : items,
    parties: texts.party?.map((party) => take(readParty(party))),
    source: take(texts.source === undefined ? NO_SOURCE : readSource(texts.source, texts.sourceTitle)),
    evidence: evidence.length === 0 ? undefined : evidence,
    grade: texts.grade === undefined ? undefined : take(readGrade(texts.grade)),
    statement: texts.statement === undefined ? undefined : take(readStatement(texts.statement)),
  });
  faults.push(...excluded(texts, kind));
  if (faults.length > 0) return { ok: false, faults };
  const judged = judge(document);
  return judged.length > 0 ? { ok: false, faults: judged.map(faultOf) } : { ok: true, document };
}

/** What goes into something, or comes out of it, is an aggregation; else it was seen. */
const kindOf = ({ into, outOf }: AddTexts): AddedKind => (into === undefined && outOf === undefined ? 'observation' : 'aggregation');

const NO_SOURCE: Read<never> = {
  ok: false,
  fault: {
    flag: '--source',
    code: 'schema.required',
    detail: 'It does not say what it is from.',
    remedy: 'Say --source photo, bill_of_lading, ais, tip ...',
  },
};

function itemsOf({ item = [], into, outOf, background = [], asWritten }: AddTexts): Read<NonNullable<SightingDocument['items']>[number]>[] {
  const carrier = (text: string | undefined, flag: string) => {
    if (text === undefined) return [];
    const read = readItem(text, 'container', flag, asWritten);
    return [read.ok ? { ok: true as const, value: { ...read.value, role: carrierRole(read.value.id) } } : read];
  };
  return [
    ...item.map((text) => readItem(text, 'subject', '--item', asWritten)),
    ...carrier(into, '--into'),
    ...carrier(outOf, '--out-of'),
    ...background.map((text) => readItem(text, 'background', '--background', asWritten)),
  ];
}

function placeOf({ place, country }: AddTexts): ReturnType<typeof readPlace> {
  return place === undefined
    ? {
        ok: false,
        fault: { flag: '--country', code: 'usage', detail: 'It says a country without a place.', remedy: 'Say --place with it.' },
      }
    : readPlace(place, country);
}

/** Options of which one makes nothing of the other. */
function excluded({ into, outOf, at, throughout }: AddTexts, kind: AddedKind | undefined): FieldFault[] {
  const both = into !== undefined && outOf !== undefined;
  const idle = kind !== undefined && kind !== 'aggregation' && (into ?? outOf) !== undefined;
  return [
    ...(both ? [usage('--out-of', '--into and --out-of exclude each other.', 'Two things happened: add two sightings.')] : []),
    ...(idle
      ? [usage(into === undefined ? '--out-of' : '--into', `Into and out of is kind aggregation, and not ${kind}.`, 'Leave --kind out.')]
      : []),
    ...(throughout === true && at === undefined
      ? [usage('--throughout', 'It says of no time that it went on throughout.', 'Say --at with it.')]
      : []),
  ];
}

const usage = (flag: string, detail: string, remedy: string): FieldFault => ({ flag, code: 'usage', detail, remedy });

/** Members that say something. */
function dropped(members: object): SightingDocument & { readonly id: string } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as SightingDocument & {
    readonly id: string;
  };
}

/** As capture judges it. */
function judge(document: SightingDocument & { readonly id: string }): readonly Fault[] {
  const faults = validateDocument(document);
  if (faults.length > 0) return faults;
  const read = readSighting(document, { agency: 'own', id: document.id, principal: 'self' });
  return read.ok ? [] : read.faults;
}

const FLAGS: Readonly<Record<string, string>> = {
  id: '--id',
  kind: '--kind',
  subtype: '--subtype',
  action: '--into',
  modality: '--modality',
  handling: '--tlp',
  occurred: '--at',
  place: '--place',
  items: '--item',
  parties: '--party',
  source: '--source',
  evidence: '--evidence',
  grade: '--grade',
  statement: '--statement',
};

/** Of a fault of the document, the option by which it came. */
export function faultOf({ code, pointer = '', detail, expected }: Fault): FieldFault {
  const member = pointer.split('/')[1] ?? '';
  const flag = FLAGS[member] ?? 'the sighting';
  const roles = code === 'schema.roles' ? 'Name what goes in with --item, and into what with --into.' : undefined;
  const remedy =
    roles ?? (code === 'schema.required' ? `Say ${flag}.` : expected === undefined ? `Mend ${flag}.` : `Expected: ${expected}.`);
  return { flag, code, detail, remedy };
}
