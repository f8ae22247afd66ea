/** The timelines that a ledger's documents make, each as one hash: what two runs of the same inputs have to agree on. */
import { readSighting, type SightingDocument } from '#lib/contracts';
import { foldTimeline, formatRef, RULES, targetsOf, timelineKey, type FoldInput, type Rules } from '#lib/domain';
import { sha256Hex } from '#lib/ledger';
import type { LedgerEntry } from './ledger-state.ts';

export interface TimelineHashes {
  readonly [item: string]: string;
}

/** About 50 µs an entry and item. */
export function hashTimelines(inputs: ReadonlyMap<string, readonly FoldInput[]>, rules: Rules = RULES): TimelineHashes {
  const hashes: Record<string, string> = {};
  for (const [item, given] of inputs) {
    hashes[item] = sha256Hex(Buffer.from(timelineKey(foldTimeline(item, given, rules)), 'utf8'));
  }
  return hashes;
}

/**
 * For each item what its fold needs, in the order of the log: the sightings that name it, those that speak about these, and what they speak
 * about. Throws for a document that capture can never have accepted.
 */
export function inputsByItem(entries: readonly LedgerEntry[]): Map<string, FoldInput[]> {
  const inputs = entries.map(foldInput);
  const byRef = new Map(inputs.map((input) => [formatRef(input.sighting), input]));
  const speakers = new Map<string, FoldInput[]>();
  for (const input of inputs) for (const target of targetsOf(input.sighting)) push(speakers, formatRef(target), input);
  const naming = new Map<string, FoldInput[]>();
  for (const input of inputs) for (const item of new Set(input.sighting.items.map(({ id }) => id))) push(naming, item, input);
  const closed = new Map<string, FoldInput[]>();
  for (const [item, named] of naming) {
    const all = new Set(named);
    // A set hands out what is added while it is walked.
    for (const input of all) {
      for (const speaker of speakers.get(formatRef(input.sighting)) ?? []) all.add(speaker);
      for (const target of targetsOf(input.sighting)) {
        const found = byRef.get(formatRef(target));
        if (found !== undefined) all.add(found);
      }
    }
    closed.set(
      item,
      [...all].sort((a, b) => (a.logIndex ?? 0) - (b.logIndex ?? 0)),
    );
  }
  return closed;
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** Items whose timelines are missing, added or other. */
export function differingTimelines(a: TimelineHashes, b: TimelineHashes): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((item) => a[item] !== b[item]);
}

function foldInput({ logIndex, agency, id, principal, capturedMicros, content }: LedgerEntry): FoldInput {
  const read = readSighting(JSON.parse(content.toString('utf8')) as SightingDocument, { agency, id, principal });
  if (!read.ok) throw new Error(`the entry ${logIndex} holds a document that is not acceptable`);
  return { sighting: read.sighting, logIndex, captured: capturedMicros };
}
