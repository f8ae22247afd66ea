/** Case lines as what is known of their items, for specs: mapped as import maps them, read as the ledger reads them, tracks out of files. */
import { type JsonObject, readSighting } from '#lib/contracts';
import { foldTimeline, knownAtReported, parseInstant, RULES, type FoldInput, type Rules, type TimelineEntry } from '#lib/domain';
import { mapCaseLine, readTrackCsv, type TrackRow } from '#lib/sources';
import type { Known, Neighbour, Port, TrackPosition } from './index.ts';

export interface CaseWorld {
  readonly inputs: readonly FoldInput[];
  /** Files of positions by the name that lines give them. */
  readonly files: ReadonlyMap<string, string>;
}

export function caseWorld(lines: readonly JsonObject[], files: ReadonlyMap<string, string> = new Map()): CaseWorld {
  const byId = new Map(lines.map((line) => [line['id'], line]));
  const inputs = lines.map((line, logIndex): FoldInput => {
    const mapped = mapCaseLine(line, { targetOf: (id) => byId.get(id) });
    if (!mapped.ok) throw new Error(JSON.stringify(mapped.faults));
    const read = readSighting(mapped.document, { agency: 'local', principal: 'operator', id: mapped.document.id ?? '' });
    if (!read.ok) throw new Error(JSON.stringify(read.faults));
    return { sighting: read.sighting, logIndex };
  });
  return { inputs, files };
}

/** As its authors had written it down by then, that time included. */
export function asReported({ inputs, files }: CaseWorld, at: string): CaseWorld {
  const until = parseInstant(at);
  if (!until.ok) throw new Error(until.detail);
  return { inputs: knownAtReported(inputs, until.value).inputs, files };
}

/** @param rules of the fold, one of them switched off by controls */
export function knownOf({ inputs, files }: CaseWorld, item: string, rules: Rules = RULES): Known {
  const timeline = foldTimeline(item, inputs, rules);
  const track = timeline.entries.flatMap((entry) => positionsOf(item, entry, files)).sort((a, b) => a.at - b.at);
  return { timeline, track, isTrackMissing: timeline.entries.some((entry) => isTold(entry) && isMissing(entry, files)) };
}

const isTold = ({ places, why }: TimelineEntry): boolean => places || why === 'no-place';
const trackOf = ({ sighting }: TimelineEntry) => sighting.evidence.find(({ type }) => type === 'track');

function isMissing(entry: TimelineEntry, files: CaseWorld['files']): boolean {
  const file = trackOf(entry);
  return file !== undefined && !files.has(file.ref ?? '');
}

function positionsOf(item: string, entry: TimelineEntry, files: ReadonlyMap<string, string>): readonly TrackPosition[] {
  const { sighting } = entry;
  const file = trackOf(entry);
  const text = files.get(file?.ref ?? '');
  if (!isTold(entry) || text === undefined || file === undefined) return [];
  const track = {
    sighting,
    sha256: file.sha256,
    handling: entry.handling,
    ...(sighting.grade === undefined ? {} : { grade: sighting.grade }),
  };
  return rowsOf(text)
    .filter(({ imo, mmsi }) => item === `imo:${imo ?? ''}` || item === `mmsi:${mmsi}`)
    .map((row) => ({ ...row, track }));
}

/** Of a file, read once: the last few. */
const read = new Map<string, readonly TrackRow[]>();
const READ_MAX = 20;

function rowsOf(text: string): readonly TrackRow[] {
  const before = read.get(text);
  if (before !== undefined) return before;
  const made = readTrackCsv(text);
  if (!made.ok) throw new Error(made.detail);
  if (read.size >= READ_MAX) read.clear();
  read.set(text, made.track.rows);
  return made.track.rows;
}

/** Of each file that a record cites all that it names. */
export function neighboursIn({ inputs, files }: CaseWorld): readonly Neighbour[] {
  return [...files].flatMap(([name, text]) => {
    const citing = inputs.map(({ sighting }) => sighting).find(({ evidence }) => evidence.some(({ ref }) => ref === name));
    if (citing === undefined) return [];
    const track = { sighting: citing, sha256: name, handling: citing.handling };
    const rows = rowsOf(text);
    return [...new Set(rows.map(({ mmsi }) => mmsi))].map((mmsi): Neighbour => {
      const own = rows.filter((row) => row.mmsi === mmsi);
      return {
        id: `mmsi:${mmsi}`,
        hulls: [...new Set(own.flatMap(({ imo }) => (imo === undefined ? [] : [`imo:${imo}`])))],
        track,
        rows: own,
      };
    });
  });
}

/** Everything that anything in the world is about. */
export const lookIn =
  (world: CaseWorld, rules: Rules = RULES) =>
  (items: readonly string[]): Promise<ReadonlyMap<string, Known>> =>
    Promise.resolve(new Map(items.map((item) => [item, knownOf(world, item, rules)])));

/** Places with a code and coordinates that the records name. */
export function portsOf({ inputs }: CaseWorld): readonly Port[] {
  const ports = new Map<string, Port>();
  for (const { sighting } of inputs) {
    const { unlocode, lat, lon, name } = sighting.place ?? {};
    if (unlocode !== undefined && lat !== undefined && lon !== undefined && !ports.has(unlocode))
      ports.set(unlocode, { unlocode, lat, lon, ...(name === undefined ? {} : { name }) });
  }
  return [...ports.values()];
}
