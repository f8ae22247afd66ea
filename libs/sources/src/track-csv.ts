/**
 * Tracks as MarineCadastre publishes them: CSV with a header, a row for each position, times in UTC without an offset
 * (https://hub.marinecadastre.gov, "AIS data dictionary"). What ITU-R M.1371 sends for "not available" is no data: latitude 91, longitude 181,
 * speed 102.3, course 360.
 */
import { parse as parseInPieces, type Options } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { parseInstant, type Position } from '#lib/domain';

/** A file is read up to here, its header among them: what is longer is no track of one voyage, and memory follows from it. */
export const TRACK_RECORDS_MAX = 50_000;
/** The first of them are told, all are counted. */
export const TRACK_FAULTS_MAX = 100;
/** Of UTF-8; a row of these files has some 150. Where a quote is torn, so much is read before it is known. */
const RECORD_BYTES_MAX = 65_536;
const COLUMNS_MAX = 1_000;
/** Of all records: a cell costs some 2 µs, and may have no byte but its comma. */
const COMMAS_MAX = 1_000_000;
/** What the parser is given at once: 1,024 of the shortest rows, some 40 ms where all of them are uneven. */
const PIECE_BYTES = 2_048;
/** So long it is parsed before others have their turn, and a piece besides. */
const TURN_MS = 10;

/** One row that says where a vessel was. */
export interface TrackRow extends Position {
  /** Line of the file, the header being 1: what a locator `row` or `line` of it names. */
  readonly line: number;
  readonly mmsi: string;
  /** Seven digits; absent: the row names none. */
  readonly imo?: string;
  readonly name?: string;
}

/** A row that is not taken, and why. */
export interface TrackFault {
  readonly line: number;
  readonly detail: string;
}

/** Every line of the file behind its header is counted once: a row, a fault, a row without a position, or a repeat. */
export interface ReadTrack {
  /** By time, then line. */
  readonly rows: readonly TrackRow[];
  /** Rows that are not taken. */
  readonly refused: number;
  /** The first TRACK_FAULTS_MAX of them. */
  readonly faults: readonly TrackFault[];
  /** Rows whose position is "not available". */
  readonly withoutPosition: number;
  /** Rows that say the same of the same vessel at the same time as a row before. */
  readonly repeats: number;
}

/** The file cannot be read as a track at all. */
export interface NoTrack {
  readonly ok: false;
  readonly detail: string;
  /** It may be one, and has more records or cells than are read. */
  readonly isTooLong?: true;
}

export type TrackReading = { readonly ok: true; readonly track: ReadTrack } | NoTrack;

/** Names of columns, today's and those since 2025, in lower case and without what divides words. */
const COLUMNS = {
  mmsi: ['mmsi'],
  time: ['basedatetime'],
  lat: ['lat', 'latitude'],
  lon: ['lon', 'longitude'],
  knots: ['sog'],
  course: ['cog'],
  imo: ['imo'],
  name: ['vesselname'],
  aisClass: ['transceiverclass', 'transceiver'],
} as const;
type Column = keyof typeof COLUMNS;
const NEEDED: readonly Column[] = ['mmsi', 'time', 'lat', 'lon'];
const WRITTEN: Readonly<Record<Column, string>> = {
  ...{ mmsi: 'MMSI', time: 'BaseDateTime', lat: 'LAT', lon: 'LON', knots: 'SOG', course: 'COG', imo: 'IMO', name: 'VesselName' },
  aisClass: 'TransceiverClass',
};

/** @param text the whole file; its cost is linear, some 10 µs a row, and 40 for one that has not as many cells as the header */
export function readTrackCsv(text: string): TrackReading {
  const records = new Records();
  const bytes = Buffer.from(text);
  try {
    countCommas(bytes);
    parse(bytes, optionsFor(records));
    return records.read();
  } catch (error) {
    return noTrack(error);
  }
}

/** As readTrackCsv of its text, and others have their turn again and again. @param nextTurn resolves when they had it */
export async function readTrackCsvInTurns(bytes: Uint8Array, nextTurn: () => Promise<unknown>): Promise<TrackReading> {
  const records = new Records();
  try {
    countCommas(bytes);
    await parseAll(piecesOf(bytes, nextTurn), optionsFor(records));
    await nextTurn();
    return records.read();
  } catch (error) {
    return noTrack(error);
  }
}

async function parseAll(pieces: AsyncIterable<Uint8Array>, options: Options): Promise<void> {
  const parser = parseInPieces(options);
  const ended = new Promise<void>((resolve, reject) => parser.on('error', reject).once('end', resolve));
  // It may fail before it is waited for.
  ended.catch(() => undefined);
  parser.resume();
  for await (const piece of pieces) {
    if (parser.destroyed) break;
    parser.write(piece);
  }
  parser.end();
  await ended;
}

const COMMA = ','.charCodeAt(0);

/** Throws NoTrackError. Some milliseconds for a file of 4 MiB. */
function countCommas(bytes: Uint8Array): void {
  let commas = 0;
  for (const byte of bytes) if (byte === COMMA) commas++;
  if (commas > COMMAS_MAX) throw new NoTrackError(`It has more than ${COMMAS_MAX} commas.`, true);
}

async function* piecesOf(bytes: Uint8Array, nextTurn: () => Promise<unknown>): AsyncGenerator<Uint8Array> {
  let began = performance.now();
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    if (performance.now() - began > TURN_MS) {
      await nextTurn();
      began = performance.now();
    }
    yield bytes.subarray(at, at + PIECE_BYTES);
  }
}

/** What the parser reads is handed on and not kept by it. */
const optionsFor = (records: Records): Options => ({
  ...{ bom: true, relax_column_count: true, skip_empty_lines: true, trim: true, max_record_size: RECORD_BYTES_MAX },
  on_record(record: readonly string[], { lines }: { readonly lines: number }) {
    records.take(record, lines);
    return null;
  },
});

class NoTrackError extends Error {
  readonly isTooLong: boolean;

  constructor(message: string, isTooLong = false) {
    super(message);
    this.isTooLong = isTooLong;
  }
}

function noTrack(error: unknown): NoTrack {
  if (error instanceof NoTrackError) return { ok: false, detail: error.message, ...(error.isTooLong ? { isTooLong: true } : {}) };
  return { ok: false, detail: `It is no CSV: ${error instanceof Error ? error.message : String(error)}` };
}

/** Of one file, as they come: of each row the position is kept, of the faults the first. Throws NoTrackError as soon as it is no track. */
class Records {
  private at: Partial<Record<Column, number>> | null = null;
  private readonly rows: TrackRow[] = [];
  private readonly faults: TrackFault[] = [];
  private readonly seen = new Set<string>();
  private count = 0;
  private refused = 0;
  private withoutPosition = 0;
  private repeats = 0;

  take(record: readonly string[], line: number): void {
    if (++this.count > TRACK_RECORDS_MAX) throw new NoTrackError(`It has more than ${TRACK_RECORDS_MAX} records.`, true);
    if (this.at === null) this.at = headerOf(record);
    else this.takeRow(this.at, record, line);
  }

  read(): TrackReading {
    if (this.at === null) throw new NoTrackError('It is empty.');
    const { rows, refused, faults, withoutPosition, repeats } = this;
    rows.sort((a, b) => a.at - b.at || a.line - b.line);
    return { ok: true, track: { rows, refused, faults, withoutPosition, repeats } };
  }

  private takeRow(at: Partial<Record<Column, number>>, record: readonly string[], line: number): void {
    const read = rowOf((column) => record[at[column] ?? -1] ?? '', line);
    if (read === 'no position') this.withoutPosition++;
    else if ('detail' in read) {
      if (this.refused++ < TRACK_FAULTS_MAX) this.faults.push(read);
    } else {
      const same = [read.mmsi, read.at, read.lat, read.lon, read.knots, read.course].join();
      if (this.seen.has(same)) this.repeats++;
      else this.rows.push(read);
      this.seen.add(same);
    }
  }
}

function headerOf(record: readonly string[]): Partial<Record<Column, number>> {
  if (record.length > COLUMNS_MAX) throw new NoTrackError(`Its first line names more than ${COLUMNS_MAX} columns.`);
  const at = columnsOf(record);
  const missing = NEEDED.filter((column) => at[column] === undefined);
  if (missing.length > 0) throw new NoTrackError(`Its first line names no column ${missing.map((column) => WRITTEN[column]).join(', ')}.`);
  return at;
}

function columnsOf(header: readonly string[]): Partial<Record<Column, number>> {
  const names = header.map((name) => name.toLowerCase().replaceAll(/[^a-z]/g, ''));
  const at: Partial<Record<Column, number>> = {};
  for (const [column, known] of Object.entries(COLUMNS)) {
    const index = names.findIndex((name) => (known as readonly string[]).includes(name));
    if (index >= 0) at[column as Column] = index;
  }
  return at;
}

const NOT_AVAILABLE = { lat: 91, lon: 181, knots: 102.3, course: 360 } as const;
/** Linear, whatever stands in the cell: no digit can be taken by two parts of it. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;

function rowOf(cell: (column: Column) => string, line: number): TrackRow | TrackFault | 'no position' {
  const mmsi = cell('mmsi');
  if (!/^\d{9}$/.test(mmsi)) return { line, detail: `MMSI "${mmsi.slice(0, 40)}" has not nine digits.` };
  const time = parseInstant(zoned(cell('time')));
  if (!time.ok) return { line, detail: `BaseDateTime: ${time.detail}` };
  const [lat, lon] = [numberOf(cell('lat')), numberOf(cell('lon'))];
  if (lat === NOT_AVAILABLE.lat || lon === NOT_AVAILABLE.lon || (cell('lat') === '' && cell('lon') === '')) return 'no position';
  if (lat === null || Math.abs(lat) > 90) return { line, detail: `LAT "${cell('lat').slice(0, 40)}" is no latitude.` };
  if (lon === null || Math.abs(lon) > 180) return { line, detail: `LON "${cell('lon').slice(0, 40)}" is no longitude.` };
  const [knots, course] = [numberOf(cell('knots')), numberOf(cell('course'))];
  const imo = /^(?:IMO)?\s*(\d{7})$/i.exec(cell('imo'))?.[1];
  const aisClass = cell('aisClass').toUpperCase();
  return {
    ...{ line, mmsi, at: time.value, lat, lon },
    ...(knots === null || knots >= NOT_AVAILABLE.knots || knots < 0 ? {} : { knots }),
    // Some files write a course as -180 to 180.
    ...(course === null || course >= NOT_AVAILABLE.course || course < -180 ? {} : { course: course < 0 ? course + 360 : course }),
    ...(aisClass === 'A' || aisClass === 'B' ? { aisClass } : {}),
    ...(imo === undefined ? {} : { imo }),
    ...(cell('name') === '' ? {} : { name: cell('name') }),
  };
}

/** Times are UTC and say no offset; one that says its offset is read as it stands. */
function zoned(text: string): string {
  const whole = text.replace(' ', 'T');
  return /(?:[Zz]|[+-]\d{2}:\d{2})$/.test(whole) ? whole : `${whole}Z`;
}

const numberOf = (text: string): number | null => (NUMBER.test(text) ? Number(text) : null);
