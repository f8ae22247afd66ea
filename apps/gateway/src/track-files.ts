/** Files of positions that sightings cite, as the positions of the vessel that they name. */
import { type foldTimeline, type Handling, type TimelineEntry } from '#lib/domain';
import type { TrackPosition } from '#lib/analysis';
import type { JourneyView } from '#lib/contracts';
import type { ReadNotes } from '#lib/runtime';
import { readTrackCsv, type ReadTrack } from '#lib/sources';
import type { EvidenceBytes } from './gateway-deps.ts';
import type { Reader, ReaderReads } from './ledger-reads.ts';

/** A file of evidence type `track` is read up to here: 200,000 rows, held while one answer is made. */
export const TRACK_BYTES_MAX = 32 * 1024 * 1024;

export type TrackFile = JourneyView['tracks'][number];

export interface TrackDeps {
  readonly evidenceBytes: EvidenceBytes;
  readonly notes: Pick<ReadNotes, 'evidence'>;
}

type Entries = ReturnType<typeof foldTimeline>['entries'];

interface Cited {
  readonly sha256: string;
  readonly entry: TimelineEntry;
}

/** Reads each file once for an answer, whichever items it is cited for. */
export class TrackFiles {
  /** What became of each file, for each sighting that cites it. */
  readonly files: TrackFile[] = [];
  private readonly reads: Pick<ReaderReads, 'evidenceSenders'>;
  private readonly reader: Reader;
  private readonly deps: TrackDeps;
  private readonly read = new Map<string, Promise<ReadTrack | TrackFile['state']>>();

  constructor(reads: Pick<ReaderReads, 'evidenceSenders'>, reader: Reader, deps: TrackDeps) {
    this.reads = reads;
    this.reader = reader;
    this.deps = deps;
  }

  /** Positions of the item, by time; those that two files say alike are there once. What is withdrawn, corrected or no observation brings none. */
  async positionsOf(item: string, entries: Entries): Promise<readonly TrackPosition[]> {
    const cited = entries.flatMap((entry): Cited[] =>
      bringsPositions(entry) ? entry.sighting.evidence.filter(({ type }) => type === 'track').map(({ sha256 }) => ({ sha256, entry })) : [],
    );
    if (cited.length === 0) return [];
    const senders = await this.reads.evidenceSenders(
      this.reader,
      cited.map(({ sha256 }) => sha256),
    );
    const positions = new Map<string, TrackPosition>();
    for (const { sha256, entry } of cited) {
      const { agency, id, grade } = entry.sighting;
      const sender = senders.get(sha256);
      const file = sender === undefined ? 'not-held' : await this.fileOf(sha256, sender, entry.handling);
      const rows =
        typeof file === 'string' ? [] : file.rows.filter(({ imo, mmsi }) => item === `imo:${imo ?? ''}` || item === `mmsi:${mmsi}`);
      const event = { agency, id };
      const [state, refused] = typeof file === 'string' ? [file, 0] : (['read', file.faults.length] as const);
      this.files.push({ sha256, event, state, positions: rows.length, refused });
      const track = { sighting: event, sha256, handling: entry.handling, ...(grade === undefined ? {} : { grade }) };
      for (const row of rows) {
        const same = `${row.at} ${row.lat} ${row.lon}`;
        if (!positions.has(same)) positions.set(same, { ...row, track });
      }
    }
    return [...positions.values()].sort((a, b) => a.at - b.at);
  }

  private async fileOf(sha256: string, sender: string, { tlp }: Handling): Promise<ReadTrack | TrackFile['state']> {
    const { notes, evidenceBytes } = this.deps;
    if (this.reader.agency !== '' && tlp !== 'CLEAR') notes.evidence.set(sha256, sender);
    const before = this.read.get(sha256);
    if (before !== undefined) return before;
    const reading = evidenceBytes(sha256, TRACK_BYTES_MAX).then((bytes) => {
      if (bytes === null) return 'not-held';
      if (bytes === 'too-large') return bytes;
      const read = readTrackCsv(bytes.toString('utf8'));
      return read.ok ? read.track : 'unreadable';
    });
    this.read.set(sha256, reading);
    return reading;
  }
}

/** It places, or would if it said where: its rows do. */
const bringsPositions = ({ places, why, roles }: TimelineEntry): boolean =>
  (places || why === 'no-place') && (roles.includes('subject') || roles.includes('conveyance'));
