/** Files of positions that sightings cite, as the positions of the vessel that they name. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TrackPosition } from '#lib/analysis';
import type { JourneyView } from '#lib/contracts';
import type { Timeline, TimelineEntry } from '#lib/domain';
import { DomainError, type ReadNotes } from '#lib/runtime';
import { readTrackCsv, type TrackRow } from '#lib/sources';
import type { EvidenceBytes } from './gateway-deps.ts';
import type { LedgerReads, Reader, ReaderReads } from './ledger-reads.ts';

/** A file is read up to here: 25,000 rows, and a quarter of a second in which this process does nothing else, once. */
export const TRACK_BYTES_MAX = 4 * 1024 * 1024;
/** Of one answer. */
export const TRACK_FILES_MAX = 32;
export const TRACK_POSITIONS_MAX = 100_000;
/** Rows that are kept: what is under a hash never changes. */
const KEPT_ROWS = 200_000;

export type TrackFile = JourneyView['tracks'][number];

/** Rows of one file by the vessels that they name, `imo:` and `mmsi:`. */
interface ParsedTrack {
  readonly rows: number;
  readonly refused: number;
  readonly of: ReadonlyMap<string, readonly TrackRow[]>;
}
type Parsed = ParsedTrack | Exclude<TrackFile['state'], 'read'>;

/** Parsed files, by hash; the one that was not asked for longest goes first. One for each process. */
export class ParsedTracks {
  private readonly bytes: EvidenceBytes;
  private readonly kept = new Map<string, ParsedTrack>();
  private rows = 0;

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
    const bytes = await this.bytes(sha256, TRACK_BYTES_MAX);
    if (bytes === null) return 'not-held';
    if (bytes === 'too-large') return bytes;
    await nextTurn();
    const read = readTrackCsv(bytes.toString('utf8'));
    if (!read.ok) return 'unreadable';
    const of = new Map<string, TrackRow[]>();
    for (const row of read.track.rows) {
      for (const vessel of [`mmsi:${row.mmsi}`, ...(row.imo === undefined ? [] : [`imo:${row.imo}`])]) {
        const rows = of.get(vessel);
        if (rows === undefined) of.set(vessel, [row]);
        else rows.push(row);
      }
    }
    const parsed = { rows: read.track.rows.length, refused: read.track.faults.length, of };
    this.keep(sha256, parsed);
    return parsed;
  }

  private keep(sha256: string, parsed: ParsedTrack): void {
    if (!this.kept.has(sha256)) this.rows += parsed.rows;
    this.kept.set(sha256, parsed);
    for (const [oldest, { rows }] of this.kept) {
      if (this.rows <= KEPT_ROWS) break;
      this.kept.delete(oldest);
      this.rows -= rows;
    }
  }
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
  private positions = 0;

  constructor(reads: Reads, reader: Reader, deps: TrackDeps) {
    this.reads = reads;
    this.reader = reader;
    this.deps = deps;
  }

  /**
   * Positions of the item, by time; those that two files say alike are there once, and a file that several sightings cite counts for the first of
   * them. What is withdrawn, corrected or no observation brings none. Throws answer.too-large.
   */
  async positionsOf(item: string, entries: Timeline['entries']): Promise<readonly TrackPosition[]> {
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
      const rows = typeof parsed === 'string' ? [] : (parsed.of.get(item) ?? []);
      const { agency, id, grade } = entry.sighting;
      const event = { agency, id };
      this.files.push({
        ...{ sha256, event, positions: rows.length },
        ...(typeof parsed === 'string' ? { state: parsed, refused: 0 } : { state: 'read', refused: parsed.refused }),
      });
      this.positions += rows.length;
      if (this.positions > TRACK_POSITIONS_MAX) throw tooMuch(`More than ${TRACK_POSITIONS_MAX} positions`, item);
      const handling = open.has(sha256) || entry.handling.tlp !== 'CLEAR' ? entry.handling : ({ tlp: 'AMBER' } as const);
      const track = { sighting: event, sha256, handling, ...(grade === undefined ? {} : { grade }) };
      for (const row of rows) {
        const same = `${row.at} ${row.lat} ${row.lon}`;
        if (!positions.has(same)) positions.set(same, { ...row, track });
      }
    }
    return [...positions.values()].sort((a, b) => a.at - b.at);
  }
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
