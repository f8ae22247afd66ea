/**
 * Follows a log for an auditing witness: reads what is new, holds every seal against the map, and says of a head whether it may be cosigned as
 * audited. After a restart it reads the log and its links from the beginning. What it found to be false once it refuses for good.
 */
import { equalBytes, TILE_WIDTH, type WitnessHead } from '#lib/ledger';
import { type LogReader, LogUnread } from './log-reader.ts';
import { MapAudit } from './map-audit.ts';
import { linksBetween, type MapLinks } from './map-links.ts';

export type Verdict =
  /** Every seal up to this head says the map that follows from the links. */
  | { readonly kind: 'holds' }
  /** Not now: the log does not serve what is needed, or there is still much to read. */
  | { readonly kind: 'unknown'; readonly sentence: string }
  /** A seal is false. Nothing of this log is cosigned any more. */
  | { readonly kind: 'refused'; readonly sentence: string };

export interface Refusals {
  read(): Promise<string | null>;
  /** Durable on return. */
  keep(sentence: string): Promise<void>;
}

export interface Auditor {
  /** Rejects where a refusal cannot be read or kept, and on a fault of ours: the next check then begins to read from nothing. Answers within `patienceMs`, and goes on reading behind an answer that it is not known. */
  check(head: WitnessHead): Promise<Verdict>;
}

export interface AuditorOptions {
  readonly origin: string;
  readonly reader: LogReader;
  readonly refusals: Refusals;
  readonly patienceMs: number;
}

const STILL_READING: Verdict = { kind: 'unknown', sentence: 'the log is still being read' };

export function createAuditor({ origin, reader, refusals, patienceMs }: AuditorOptions): Auditor {
  let audit = new MapAudit(origin);
  /** Settles with the judgement that is under way, and never rejects. */
  let running: Promise<true> | null = null;

  const judge = async (head: WitnessHead): Promise<Verdict> => {
    const refused = await refusals.read();
    if (refused !== null) return { kind: 'refused', sentence: refused };
    // Gone on with only where it is known to be whole: not after a failure, and not where another history was read.
    const following = audit;
    audit = new MapAudit(origin);
    const verdict = await follow(following, head, reader);
    if (verdict === 'other') return { kind: 'unknown', sentence: 'what the log serves does not hash to its head' };
    if (verdict.kind === 'refused') await refusals.keep(verdict.sentence);
    else audit = following;
    return verdict;
  };

  return {
    async check(head) {
      const end = performance.now() + patienceMs;
      while (running !== null) if ((await within(running, end)) === null) return STILL_READING;
      const mine = judge(head);
      const settled = (): true => {
        running = null;
        return true;
      };
      running = mine.then(settled, settled);
      return (await within(mine, end)) ?? STILL_READING;
    },
  };
}

/** One at a time. `other`: the entries are not those of the head. */
async function follow(audit: MapAudit, { size, root }: WitnessHead, reader: LogReader): Promise<Verdict | 'other'> {
  if (size < BigInt(audit.size)) return { kind: 'unknown', sentence: `more than ${size} entries were read already` };
  try {
    if (size > BigInt(audit.size)) {
      const extension = audit.extend();
      while (extension.size < Number(size)) {
        const index = Math.floor(extension.size / TILE_WIDTH);
        const width = Math.min(TILE_WIDTH, Number(size) - index * TILE_WIDTH);
        if (!extension.add(await reader.bundle(index, width), width, extension.size % TILE_WIDTH))
          return { kind: 'unknown', sentence: `the entry bundle ${index} of the log is none of ${width} entries` };
      }
      if (!audit.accept(extension, root)) return 'other';
      if (!extension.isSealed) return { kind: 'refused', sentence: `The last entry of the head of ${size} is no seal.` };
    }
    if (!equalBytes(audit.root(), root)) return 'other';
    return await holdSeals(audit, reader);
  } catch (error) {
    if (!(error instanceof LogUnread)) throw error;
    return { kind: 'unknown', sentence: error.message };
  }
}

async function holdSeals(audit: MapAudit, reader: LogReader): Promise<Verdict> {
  // One answer may have the links of many seals.
  let read: MapLinks | null = null;
  for (let next = audit.next(); next !== null; next = audit.next()) {
    const broken = audit.broken();
    if (broken !== null) return { kind: 'refused', sentence: broken.sentence };
    const pieces: MapLinks[] = [];
    for (let at = next.from; at < next.to;) {
      if (read === null || at >= read.to) read = await reader.links(at, audit.linksTo);
      const end = Math.min(next.to, read.to);
      pieces.push(linksBetween(read, at, end));
      at = end;
    }
    const fault = audit.apply(pieces);
    if (fault !== null) return { kind: fault.kind === 'map' ? 'refused' : 'unknown', sentence: fault.sentence };
  }
  return { kind: 'holds' };
}

/** `null`: it takes longer. */
async function within<T>(work: Promise<T>, endMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), Math.max(0, endMs - performance.now()));
  });
  return Promise.race([work, silence]).finally(() => clearTimeout(timer));
}
