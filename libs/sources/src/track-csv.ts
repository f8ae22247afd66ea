/**
 * Tracks as MarineCadastre publishes them: CSV with a header, a row for each position, times in UTC without an offset
 * (https://hub.marinecadastre.gov, "AIS data dictionary"). What ITU-R M.1371 sends for "not available" is no data: latitude 91, longitude 181,
 * speed 102.3, course 360.
 */
import { parse } from 'csv-parse/sync';
import { parseInstant, type Position } from '#lib/domain';

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
}

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
} as const;
type Column = keyof typeof COLUMNS;
const NEEDED: readonly Column[] = ['mmsi', 'time', 'lat', 'lon'];
const WRITTEN: Readonly<Record<Column, string>> = {
  ...{ mmsi: 'MMSI', time: 'BaseDateTime', lat: 'LAT', lon: 'LON', knots: 'SOG', course: 'COG', imo: 'IMO', name: 'VesselName' },
};

interface Line {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** @param text the whole file; its cost is linear, some 5 µs a row */
export function readTrackCsv(text: string): { readonly ok: true; readonly track: ReadTrack } | NoTrack {
  let lines: readonly Line[];
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true };
    lines = parse(text, options) as unknown as readonly Line[];
  } catch (error) {
    return { ok: false, detail: `It is no CSV: ${error instanceof Error ? error.message : String(error)}` };
  }
  const [header, ...rest] = lines;
  if (header === undefined) return { ok: false, detail: 'It is empty.' };
  const at = columnsOf(header.record);
  const missing = NEEDED.filter((column) => at[column] === undefined);
  if (missing.length > 0)
    return { ok: false, detail: `Its first line names no column ${missing.map((column) => WRITTEN[column]).join(', ')}.` };

  const rows: TrackRow[] = [];
  const faults: TrackFault[] = [];
  const seen = new Set<string>();
  let [withoutPosition, repeats] = [0, 0];
  for (const { record, info } of rest) {
    const read = rowOf((column) => record[at[column] ?? -1] ?? '', info.lines);
    if (read === 'no position') withoutPosition++;
    else if ('detail' in read) faults.push(read);
    else {
      const same = [read.mmsi, read.at, read.lat, read.lon, read.knots, read.course].join();
      if (seen.has(same)) repeats++;
      else rows.push(read);
      seen.add(same);
    }
  }
  rows.sort((a, b) => a.at - b.at || a.line - b.line);
  return { ok: true, track: { rows, faults, withoutPosition, repeats } };
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
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

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
  return {
    ...{ line, mmsi, at: time.value, lat, lon },
    ...(knots === null || knots >= NOT_AVAILABLE.knots || knots < 0 ? {} : { knots }),
    // Some files write a course as -180 to 180.
    ...(course === null || course >= NOT_AVAILABLE.course || course < -180 ? {} : { course: course < 0 ? course + 360 : course }),
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
