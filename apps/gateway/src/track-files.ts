/** Files of positions that sightings cite, as the positions of the vessel that they name. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { trustIn, type Neighbour, type Track, type TrackPosition } from '#lib/analysis';
import type { JourneyView } from '#lib/contracts';
import { contains, type Name, type Position, type Timeline, type TimelineEntry } from '#lib/domain';
import { DomainError, type ReadNotes } from '#lib/runtime';
import { readTrackCsvInTurns, type ReadTrack } from '#lib/sources';
import type { EvidenceBytes } from './gateway-deps.ts';
import type { LedgerReads, Reader, ReaderReads } from './ledger-reads.ts';

/** A file is read up to here, and up to TRACK_RECORDS_MAX records: 25,000 of the usual length, and a quarter of a second of this process, once. */
export const TRACK_BYTES_MAX = 4 * 1024 * 1024;
/** Of one answer. */
export const TRACK_FILES_MAX = 32;
export const TRACK_POSITIONS_MAX = 100_000;
/** What an answer reads of its files, of whatever vessels: rows, and vessels. */
export const TRACK_ROWS_MAX = 400_000;
/** What is kept, by the same measure, some 200 B each: what two answers read at most. */
const KEPT_ROWS_MAX = 2 * TRACK_ROWS_MAX;
/** Of files that bring nothing too, which are nothing but their outcome. */
const KEPT_FILES_MAX = 10_000;

export type TrackFile = JourneyView['tracks'][number];

export interface TrackLine extends Position {
  readonly line: number;
}

/** Positions of one file by the vessels that the rows name, `imo:` and `mmsi:`. */
interface ParsedTrack {
  readonly refused: number;
  readonly of: ReadonlyMap<string, readonly TrackLine[]>;
  /** Of each `mmsi:` the hulls that its rows name, `imo:`. */
  readonly hulls: ReadonlyMap<string, readonly string[]>;
  /** Rows and vessels: what it costs to keep it. */
  readonly weight: number;
}
type Parsed = ParsedTrack | Exclude<TrackFile['state'], 'read'>;

const weightOf = (parsed: Parsed): number => (typeof parsed === 'string' ? 0 : parsed.weight);

/** Parsed files, by hash: what is under a hash never changes. The one that was not asked for longest goes first. One for each process. */
export class ParsedTracks {
  private readonly bytes: EvidenceBytes;
  private readonly kept = new Map<string, Parsed>();
  private readonly underWay = new Map<string, Promise<Parsed>>();
  /** One at a time, in the order in which they were asked for: memory follows from it. An answer asks for one at once, so no answer waits for all of another. */
  private last: Promise<unknown> = Promise.resolve();
  private weight = 0;

  constructor(bytes: EvidenceBytes) {
    this.bytes = bytes;
  }

  /** Whoever asks may read it: that is not asked here. */
  async read(sha256: string): Promise<Parsed> {
    const kept = this.kept.get(sha256);
    if (kept !== undefined) {
      this.kept.delete(sha256);
      this.kept.set(sha256, kept);
      return kept;
    }
    const underWay = this.underWay.get(sha256);
    if (underWay !== undefined) return underWay;
    const parsing = this.last.then(() => this.parse(sha256)).finally(() => this.underWay.delete(sha256));
    this.underWay.set(sha256, parsing);
    this.last = parsing.catch(() => undefined);
    return parsing;
  }

  private async parse(sha256: string): Promise<Parsed> {
    const bytes = await this.bytes(sha256, TRACK_BYTES_MAX);
    // It may come.
    if (bytes === null) return 'not-held';
    const parsed = bytes === 'too-large' ? bytes : await parsedOf(bytes);
    this.keep(sha256, parsed);
    return parsed;
  }

  private keep(sha256: string, parsed: Parsed): void {
    this.kept.set(sha256, parsed);
    this.weight += weightOf(parsed);
    for (const [oldest, its] of this.kept) {
      if (this.weight <= KEPT_ROWS_MAX && this.kept.size <= KEPT_FILES_MAX) break;
      this.kept.delete(oldest);
      this.weight -= weightOf(its);
    }
  }
}

async function parsedOf(bytes: Uint8Array): Promise<Parsed> {
  await nextTurn();
  const read = await readTrackCsvInTurns(bytes, nextTurn);
  if (!read.ok) return read.isTooLong === true ? 'too-large' : 'unreadable';
  const of = positionsOf(read.track);
  return { refused: read.track.refused, of, hulls: hullsOf(read.track), weight: read.track.rows.length + of.size };
}

function hullsOf({ rows }: ReadTrack): ReadonlyMap<string, readonly string[]> {
  const hulls = new Map<string, Set<string>>();
  for (const { mmsi, imo } of rows) {
    if (imo === undefined) continue;
    const before = hulls.get(`mmsi:${mmsi}`);
    if (before === undefined) hulls.set(`mmsi:${mmsi}`, new Set([`imo:${imo}`]));
    else before.add(`imo:${imo}`);
  }
  return new Map([...hulls].map(([id, names]) => [id, [...names].sort()]));
}

function positionsOf({ rows }: ReadTrack): ReadonlyMap<string, readonly TrackLine[]> {
  const of = new Map<string, TrackLine[]>();
  for (const { mmsi, imo, name: _, ...position } of rows) {
    for (const vessel of [`mmsi:${mmsi}`, ...(imo === undefined ? [] : [`imo:${imo}`])]) {
      const positions = of.get(vessel);
      if (positions === undefined) of.set(vessel, [position]);
      else positions.push(position);
    }
  }
  return of;
}

export interface TrackDeps {
  readonly parsed: ParsedTracks;
  readonly notes: Pick<ReadNotes, 'evidence'>;
}

interface Cited {
  readonly sha256: string;
  readonly entry: TimelineEntry;
}

type Reads = Pick<ReaderReads, 'evidenceSenders'> & Pick<LedgerReads, 'openEvidence'>;

/** Of one answer. */
export class TrackFiles {
  /** What became of each file, once for each item that it is cited for. */
  readonly files: TrackFile[] = [];
  private readonly reads: Reads;
  private readonly reader: Reader;
  private readonly deps: TrackDeps;
  private readonly asked = new Set<string>();
  /** Files whose rows are counted. */
  private readonly counted = new Set<string>();
  /** Files that were read, each by the first sighting that cites it. */
  private readonly read = new Map<string, { readonly track: Track; readonly parsed: ParsedTrack }>();
  private rows = 0;
  private positions = 0;

  constructor(reads: Reads, reader: Reader, deps: TrackDeps) {
    this.reads = reads;
    this.reader = reader;
    this.deps = deps;
  }

  /**
   * Positions of the item, by time; those that two files say alike are there once, and a file that several sightings cite counts for the first of
   * them. What is withdrawn, corrected or no observation brings none. Throws answer.too-large.
   * @param names other names of the item: rows that name it by one of these, while it is one, are of it
   */
  async positionsOf(item: string, entries: Timeline['entries'], names: readonly Name[] = []): Promise<readonly TrackPosition[]> {
    const cited = firstCited(entries);
    if (cited.size === 0) return [];
    const hashes = [...cited.keys()];
    for (const hash of hashes) this.asked.add(hash);
    if (this.asked.size > TRACK_FILES_MAX) throw tooMuch(`More than ${TRACK_FILES_MAX} files of positions`, item);
    const senders = await this.reads.evidenceSenders(this.reader, hashes);
    const open = await this.reads.openEvidence(hashes);
    const positions = new Map<string, TrackPosition>();
    for (const [sha256, { entry }] of cited) {
      const sender = senders.get(sha256);
      // By whom the bytes may be read is no matter of the sighting that cites them here.
      if (sender !== undefined && this.reader.agency !== '' && !open.has(sha256)) this.deps.notes.evidence.set(sha256, sender);
      const parsed = sender === undefined ? 'not-held' : await this.deps.parsed.read(sha256);
      if (!this.counted.has(sha256)) this.rows += weightOf(parsed);
      this.counted.add(sha256);
      if (this.rows > TRACK_ROWS_MAX) throw tooMuch(`Files with more than ${TRACK_ROWS_MAX} rows`, item);
      const named = typeof parsed === 'string' ? [] : rowsNaming(parsed, item, names);
      const rows = named.reduce((sum, { lines }) => sum + lines.length, 0);
      const { agency, id, grade } = entry.sighting;
      const event = { agency, id };
      this.files.push({
        ...{ sha256, event, positions: rows, tlp: entry.handling.tlp },
        ...(typeof parsed === 'string' ? { state: parsed, refused: 0 } : { state: 'read', refused: parsed.refused }),
      });
      this.positions += rows;
      if (this.positions > TRACK_POSITIONS_MAX) throw tooMuch(`More than ${TRACK_POSITIONS_MAX} positions`, item);
      const handling = open.has(sha256) || entry.handling.tlp !== 'CLEAR' ? entry.handling : ({ tlp: 'AMBER' } as const);
      const track: Track = { sighting: event, sha256, handling, ...(grade === undefined ? {} : { grade }) };
      if (typeof parsed !== 'string' && !this.read.has(sha256)) this.read.set(sha256, { track, parsed });
      for (const { name, lines } of named) {
        const by = trackThrough(track, entry, name);
        for (const row of lines) {
          const same = `${row.at} ${row.lat} ${row.lon}`;
          if (!positions.has(same)) positions.set(same, { ...row, track: by });
        }
      }
    }
    return [...positions.values()].sort((a, b) => a.at - b.at);
  }

  /** Of all transponders that rows of the files read so far name: nothing is copied. What no row of these files names is not there. */
  neighbours(): readonly Neighbour[] {
    return [...this.read.values()].flatMap(({ track, parsed }) =>
      [...parsed.of]
        .filter(([id]) => id.startsWith('mmsi:'))
        .map(([id, rows]): Neighbour => ({ id, hulls: parsed.hulls.get(id) ?? NO_HULLS, track, rows })),
    );
  }
}

const NO_HULLS: readonly string[] = [];

/** Rows that name the item, and those that name it by another of its names, while it is one; none that names a hull which it is not. */
function rowsNaming(
  { of, hulls }: ParsedTrack,
  item: string,
  names: readonly Name[],
): readonly { readonly name?: Name; readonly lines: readonly TrackLine[] }[] {
  const own = of.get(item) ?? [];
  const known = new Set([item, ...names.map(({ id }) => id)]);
  const named = names.map((name) => {
    const others = (hulls.get(name.id) ?? NO_HULLS).filter((hull) => !known.has(hull));
    const theirs = new Set(others.flatMap((hull) => of.get(hull) ?? []));
    const lines = (of.get(name.id) ?? []).filter((line) => contains(name.span, line.at) && !theirs.has(line));
    return { name, lines };
  });
  return [{ lines: own }, ...named];
}

/** What rests on its rows rests on the claims by which the sighting that cites it, and the rows, are of the item as well. */
function trackThrough(track: Track, { through }: TimelineEntry, name: Name | undefined): Track {
  const claims = [...(through?.claims ?? []), ...(name?.chain ?? [])];
  if (claims.length === 0) return track;
  const { grade, ...bare } = track;
  const trust = trustIn([{ handling: track.handling.tlp, ...(grade === undefined ? {} : { grade }) }, ...claims]);
  const id = name?.id ?? through?.id ?? '';
  const weakest = trust.grade === undefined ? {} : { grade: trust.grade };
  return { ...bare, handling: { tlp: trust.handling }, ...weakest, through: { id, claims: [...new Set(claims)] } };
}

const tooMuch = (what: string, item: string): DomainError =>
  new DomainError('answer.too-large', `${what} belong to this journey: it is not followed.`, [], { tells: { about: item } });

function firstCited(entries: Timeline['entries']): ReadonlyMap<string, Cited> {
  const cited = new Map<string, Cited>();
  for (const entry of entries) {
    if (!bringsPositions(entry)) continue;
    for (const { type, sha256 } of entry.sighting.evidence)
      if (type === 'track' && !cited.has(sha256)) cited.set(sha256, { sha256, entry });
  }
  return cited;
}

/** It places, or would if it said where: its rows do. */
const bringsPositions = ({ places, why, roles }: TimelineEntry): boolean =>
  (places || why === 'no-place') && (roles.includes('subject') || roles.includes('conveyance'));
