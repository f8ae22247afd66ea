/** What of a sighting is looked at by a search, each with where it stands in the document. */
import { parseIdentifier } from '../identifier.ts';
import type { Place } from '../place.ts';
import type { Sighting } from '../sighting.ts';

/** A text as its author wrote it. */
export interface SearchedText {
  /** JSON pointer into the document. */
  readonly pointer: string;
  readonly text: string;
}

/** A place that a sighting names. */
export interface SearchedPlace {
  readonly pointer: string;
  readonly place: Place;
}

/** A code of the Harmonized System, digits alone. */
export interface SearchedCode {
  readonly pointer: string;
  readonly code: string;
}

/** Members of an extension that say what the goods are, whatever stands around them; of a case file also what its lines say of an item. */
const GOODS = new Set(['itemDescription', 'goods', 'goodsText', 'goodsDescription', 'description', 'note', 'notes', 'remarks', 'cargo']);
const CODES = new Set(['hs', 'hsCode', 'hsCodes', 'hs_code', 'tariffCode']);
/** Chapter, heading, subheading, and what countries add: 2 to 12 digits, with or without points and blanks. */
const HS_CODE = /^\d{2}(?:[. ]?\d{2}){0,5}$/;

const placeTexts = (pointer: string, place: Place | undefined): SearchedText[] =>
  place === undefined ? [] : textsAt(pointer, { name: place.name, text: place.text });

function textsAt(pointer: string, members: Readonly<Record<string, string | undefined>>): SearchedText[] {
  return Object.entries(members).flatMap(([name, text]) =>
    text === undefined || text === '' ? [] : [{ pointer: `${pointer}/${name}`, text }],
  );
}

/** The places that a sighting names: where it was, and the ports of the voyage. */
export function searchedPlaces({ place, conveyance }: Sighting): SearchedPlace[] {
  const all = { '/place': place, '/conveyance/loading': conveyance?.loading, '/conveyance/discharge': conveyance?.discharge };
  return Object.entries(all).flatMap(([pointer, each]) => (each === undefined ? [] : [{ pointer, place: each }]));
}

/** All texts of a sighting that free text is looked for in, names before sentences; what an extension repeats is there once. */
export function searchedTexts(sighting: Sighting): SearchedText[] {
  const { parties, items, conveyance, source, relations, statement, extension } = sighting;
  return [
    ...searchedPlaces(sighting).flatMap(({ pointer, place }) => placeTexts(pointer, place)),
    ...parties.flatMap(({ name, address }, n) => textsAt(`/parties/${n}`, { name, address })),
    ...items.flatMap(({ aliases }, n) => textsAt(`/items/${n}/aliases`, { name: aliases?.name })),
    ...textsAt('/conveyance', { voyage: conveyance?.voyage }),
    ...goodsOf(extension).texts,
    ...textsAt('/source', { title: source.title }),
    ...textsAt('', { statement }),
    ...textsAt('/relations', { reason: relations.reason }),
  ];
}

/** Codes of goods, as an extension has them. */
export const searchedCodes = ({ extension }: Sighting): readonly SearchedCode[] => goodsOf(extension).codes;

interface Goods {
  readonly texts: readonly SearchedText[];
  readonly codes: readonly SearchedCode[];
}

const NO_GOODS: Goods = { texts: [], codes: [] };

function goodsOf(extension: Sighting['extension']): Goods {
  if (extension === undefined) return NO_GOODS;
  const texts = new Map<string, SearchedText>();
  const codes = new Map<string, SearchedCode>();
  const take = (name: string, text: string, pointer: string): void => {
    if (GOODS.has(name) && text !== '' && !texts.has(text)) texts.set(text, { pointer, text });
    const code = CODES.has(name) ? readHsCode(text) : undefined;
    if (code !== undefined && !codes.has(code)) codes.set(code, { pointer, code });
  };
  const look = (value: unknown, name: string, pointer: string): void => {
    if (typeof value === 'string') take(name, value, pointer);
    else if (Array.isArray(value)) value.forEach((each, n) => look(each, name, `${pointer}/${n}`));
    else if (typeof value === 'object' && value !== null)
      for (const [member, each] of Object.entries(value))
        look(each, member, `${pointer}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  };
  look(extension, '', '/extension');
  return { texts: [...texts.values()], codes: [...codes.values()] };
}

/** Digits alone of a code as it is written (`8703.24`); undefined: it is none. */
export function readHsCode(text: string): string | undefined {
  const trimmed = text.trim();
  return HS_CODE.test(trimmed) ? trimmed.replace(/[. ]/g, '') : undefined;
}

/** An LEI (ISO 17442) as it is compared; undefined: the text has not the form of one. */
export function readLei(text: string): string | undefined {
  const read = /^[A-Za-z0-9]{18}\d{2}$/.test(text.trim()) ? parseIdentifier(`lei:${text.trim()}`) : undefined;
  return read?.ok === true ? read.identifier.value : undefined;
}
