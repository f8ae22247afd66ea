/** The members of a case line that map one by one: place, parties, source, evidence, handling, reported. */
import { asciiLower, asciiUpper, SOURCE_FAMILIES, TLP_LABELS } from '#lib/domain';
import type { EvidenceDocument, HandlingDocument, JsonValue, PartyDocument, PlaceDocument, SightingDocument } from '#lib/contracts';
import { familyOf } from './source-families.ts';
import type { LineReader } from './line-reader.ts';

/** Where a line does not say: the author's own agency alone. An import never widens. */
const TLP_UNSTATED = 'AMBER+STRICT';
/** Where a line does not say: a word that claims nothing. */
const UNSTATED = 'unspecified';

/** The object without its absent members, as a document has them; `undefined` where none is left. */
export function present<T extends object>(members: { [member in keyof T]: T[member] | undefined }): T | undefined {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as T);
}

/** Codes are written in any case. What looks like a plain letter stays what it is, and is refused as none. */
export const upper = (text: string | undefined): string | undefined => (text === undefined ? undefined : asciiUpper(text));

export function mapPlace(line: LineReader): PlaceDocument | undefined {
  const value = line.take('place');
  if (typeof value === 'string') return value === '' ? undefined : { text: value };
  const place = line.object('place');
  if (place === undefined) return undefined;
  return present<PlaceDocument>({
    name: place.text('name'),
    unlocode: upper(place.text('unlocode'))?.replace(/[ \t\r\n]/g, ''),
    country: upper(place.text('country')),
    lat: place.number('lat'),
    lon: place.number('lon'),
    radiusMetres: place.number('radiusMetres'),
    text: place.text('text'),
  });
}

export function mapParties(line: LineReader): PartyDocument[] {
  return ['party', 'parties'].flatMap((name) =>
    line.list(name).flatMap((value, index) => {
      const party = line.entry(value, name, index);
      if (party === undefined) return [];
      const mapped = present<PartyDocument>({
        role: party.text('role') ?? UNSTATED,
        name: party.text('name'),
        lei: upper(party.text('lei')),
        country: upper(party.text('country')),
        address: party.text('address'),
      });
      return mapped === undefined ? [] : [mapped];
    }),
  );
}

export function mapSource(line: LineReader): SightingDocument['source'] {
  const value = line.take('source');
  const source = typeof value === 'string' ? undefined : line.object('source');
  const kind = (typeof value === 'string' ? value : source?.text('kind')) ?? UNSTATED;
  const stated = source?.text('family');
  const family = SOURCE_FAMILIES.find((known) => known === stated) ?? familyOf(kind);
  return { kind, ...present({ family, title: source?.text('title'), url: source?.text('url') }) };
}

/** What a file beside the case file is, where the importer has it: its hash takes the place of one that the line leaves out. */
export interface CaseFileHash {
  readonly sha256: string;
  readonly bytes?: number | undefined;
}
type FileOf = (ref: string) => CaseFileHash | undefined;

/**
 * A document names evidence by its hash. What is cited without one stays under `x` by the line's own names (`evidence`: a list of such
 * entries, `track`), from where `citedWithoutHash` reads it for the reader.
 */
export function mapEvidence(line: LineReader, fileOf: FileOf): EvidenceDocument[] {
  const withoutHash: JsonValue[] = [];
  const entries = line.list('evidence').flatMap((value, index) => {
    const entry = line.entry(value, 'evidence', index);
    const mapped = entry === undefined ? undefined : evidenceOf(entry, fileOf);
    if (mapped !== undefined) return [mapped];
    line.release(`evidence[${index}]`);
    withoutHash.push(value);
    return [];
  });
  if (withoutHash.length > 0) line.leave('evidence', withoutHash);
  const track = line.text('track');
  if (track === undefined) return entries;
  const hash = hashOf(line.text('trackSha256'), line.number('trackBytes'), track, fileOf);
  if (hash !== undefined) return [...entries, { ...hash, type: 'track', ref: track, mediaType: 'text/csv' }];
  line.release('track', 'trackSha256', 'trackBytes');
  return entries;
}

function evidenceOf(entry: LineReader, fileOf: FileOf): EvidenceDocument | undefined {
  const ref = entry.text('ref');
  const hash = hashOf(entry.text('sha256'), entry.number('bytes'), ref, fileOf);
  if (hash === undefined) return undefined;
  return {
    ...hash,
    ...present<Omit<EvidenceDocument, 'sha256' | 'bytes'>>({
      mediaType: entry.text('mediaType'),
      type: entry.text('type'),
      ref,
      locator: entry.text('locator'),
      synthetic: entry.take('synthetic') === undefined ? undefined : entry.flag('synthetic'),
    }),
  };
}

/** A hash that the line states is the author's, and a file beside it adds nothing to it: it may be another file. */
function hashOf(
  stated: string | undefined,
  bytes: number | undefined,
  ref: string | undefined,
  fileOf: FileOf,
): Pick<EvidenceDocument, 'sha256' | 'bytes'> | undefined {
  const known = stated === undefined && ref !== undefined ? fileOf(ref) : undefined;
  const sha256 = (stated === undefined ? undefined : asciiLower(stated)) ?? known?.sha256;
  return sha256 === undefined ? undefined : { sha256, ...present({ bytes: bytes ?? known?.bytes }) };
}

/**
 * The line's own handling (`tlp`, with `agencies`, `community`, `principals` beside it) and, where it has both, the one that it gives to
 * another (`handling`, of a marking). TLP 1's WHITE is CLEAR.
 */
export function mapHandling(line: LineReader): { readonly own: HandlingDocument; readonly given: HandlingDocument | undefined } {
  const given = line.object('handling');
  const inner = given === undefined ? undefined : handlingOf(given);
  const outer = line.take('tlp') === undefined ? undefined : handlingOf(line);
  return { own: outer ?? inner ?? { tlp: TLP_UNSTATED }, given: inner };
}

function handlingOf(line: LineReader): HandlingDocument | undefined {
  const label = upper(line.text('tlp'))
    ?.replace(/^TLP:[ \t]*/, '')
    .replace(/[ \t]*\+[ \t]*/, '+');
  const tlp = TLP_LABELS.find((known) => known === (label === 'WHITE' ? 'CLEAR' : label));
  if (tlp === undefined) {
    line.malformed('tlp', `tlp is none of ${TLP_LABELS.join(', ')}.`);
    return undefined;
  }
  const agencies = line.take('agencies') === undefined ? undefined : [...line.texts('agencies')];
  const principals = line.take('principals') === undefined ? undefined : [...line.texts('principals')];
  return { tlp, ...present<Omit<HandlingDocument, 'tlp'>>({ community: line.text('community'), agencies, principals }) };
}

/** Cut, never rounded, as times of the sighting are. */
const BEYOND_MICROSECONDS = /(\.[0-9]{6})[0-9]+/;

/** Without a time there is no `reported`; who it was then stays under `x`, from where `authorWithoutTime` reads it. */
export function mapReported(line: LineReader): SightingDocument['reported'] {
  const at = line.text('recordedAt');
  if (at === undefined) return undefined;
  // One that says less than the second is refused where it is read: of two corrections the one reported later stands, and a day alone does not say which.
  return { at: at.replace(BEYOND_MICROSECONDS, '$1'), ...present({ by: line.text('recordedBy'), agency: line.text('agency') }) };
}
