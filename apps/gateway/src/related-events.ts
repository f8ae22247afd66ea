/** What decides how the events of an answer stand, and what they name, read around them within a bound. */
import { formatRef, isRelating, referencesOf, targetsOf, type EventRef, type FoldInput } from '#lib/domain';
import { DomainError, type NamedInAnswer } from '#lib/runtime';
import { readEvent, type ReadEvent } from './event-view.ts';
import type { EventRow, Reader, ReaderReads } from './ledger-reads.ts';
import { tellsOf } from './told-in-refusal.ts';

/** How much is read around the events of one answer. */
export interface RelatedMax {
  readonly records: number;
  /** Of their documents. */
  readonly contentBytes: number;
  /** Targets of targets: a correction of a correction of ... */
  readonly steps: number;
}

/**
 * 10,000 records of the usual kilobyte and 32 of the largest; in memory it is some times as much, beside a page, in a process that may
 * hold all roles. Longer chains than 64 are nobody's honest work.
 */
export const RELATED_MAX: RelatedMax = { records: 10_000, contentBytes: 32 * 1024 * 1024, steps: 64 };

/** Of those around which is read no more is asked. */
type Said = Pick<FoldInput, 'sighting'>;

export type RelatedReads = Pick<ReaderReads, 'speakersAbout' | 'byRefs'>;

/**
 * Those that speak about these (and about those, transitively), what all of them refer to, and for what speaks about others its own
 * targets, step by step. Contradictions of these and of what speaks about them are followed one step only: they decide nothing.
 * Throws `answer.too-large`, since an answer that left some out would be wrong.
 * @param tells what that error tells: absent: that there are these events
 */
export async function relatedEvents(
  reads: RelatedReads,
  reader: Pick<Reader, 'groups'>,
  logSize: number,
  events: readonly Said[],
  max: RelatedMax = RELATED_MAX,
  tells?: Partial<NamedInAnswer>,
): Promise<ReadEvent[]> {
  const related = await relatedWithin(reads, reader, logSize, events, max);
  if (related !== null) return related;
  throw new DomainError(
    'answer.too-large',
    `More speaks about one record than an answer reads: ${max.records} records, ${max.contentBytes} bytes of them, or ${max.steps} steps from one to the next.`,
    [],
    { tells: tells ?? tellsOf(refsOf(events)) },
  );
}

/** So many of the first of `rows` that what is related to them is within the bound; of one alone it throws `answer.too-large`. */
export async function firstWithRelated<Row extends EventRow>(
  reads: RelatedReads,
  reader: Pick<Reader, 'groups'>,
  logSize: number,
  rows: readonly Row[],
  max: RelatedMax = RELATED_MAX,
): Promise<{ readonly rows: readonly Row[]; readonly events: readonly ReadEvent[]; readonly related: readonly ReadEvent[] }> {
  for (let shown = rows; ; shown = shown.slice(0, Math.ceil(shown.length / 2))) {
    const events = shown.map(readEvent);
    if (events.length <= 1) return { rows: shown, events, related: await relatedEvents(reads, reader, logSize, events, max) };
    const related = await relatedWithin(reads, reader, logSize, events, max);
    if (related !== null) return { rows: shown, events, related };
  }
}

/** As `relatedEvents`; null: it is more than `max`. */
export async function relatedWithin(
  reads: RelatedReads,
  { groups }: Pick<Reader, 'groups'>,
  logSize: number,
  events: readonly Said[],
  max: RelatedMax,
): Promise<ReadEvent[] | null> {
  const have = new Set(events.map((event) => formatRef(event.sighting)));
  const related: ReadEvent[] = [];
  let tooMuch = false;
  let bytes = 0;
  /** What is new among them. Statements read one record beyond the bytes or the number at most, so that too much shows. */
  const take = (rows: readonly EventRow[]): ReadEvent[] => {
    const found = rows.filter((row) => !have.has(formatRef(row)) && have.add(formatRef(row))).map(readEvent);
    for (const event of found) related.push(event);
    bytes += contentBytes(found.map(({ stored }) => stored));
    tooMuch ||=
      rows.length > max.records || contentBytes(rows) > max.contentBytes || related.length > max.records || bytes > max.contentBytes;
    return found;
  };
  const bound = { limit: max.records + 1, contentBytesMax: max.contentBytes };
  const speakersAbout = async (of: readonly Said[]): Promise<ReadEvent[]> =>
    of.length === 0 ? [] : take(await reads.speakersAbout(refsOf(of), groups, logSize, bound));

  const speakers = await speakersAbout(events);
  if (tooMuch) return null;
  const relating = speakers.filter(({ sighting }) => isRelating(sighting.kind));
  const contradicting = await speakersAbout(relating);
  let wanted = missing(
    [...[...events, ...relating].flatMap(({ sighting }) => referencesOf(sighting)), ...targetsOfAll([...speakers, ...contradicting])],
    have,
  );
  for (let step = 0; wanted.length > 0; step++) {
    if (step === max.steps || tooMuch) return null;
    const found = take(await reads.byRefs(wanted, groups, logSize, max.contentBytes));
    if (tooMuch) return null;
    if (found.length === 0) break;
    // A target brings those that speak about it: they decide how it stands.
    const more = await speakersAbout(found);
    wanted = missing(targetsOfAll([...found, ...more]), have);
  }
  return tooMuch ? null : related;
}

const contentBytes = (rows: readonly EventRow[]): number => rows.reduce((sum, { content }) => sum + content.length, 0);
const targetsOfAll = (events: readonly Said[]): EventRef[] => events.flatMap(({ sighting }) => targetsOf(sighting));
const refsOf = (events: readonly Said[]): EventRef[] => events.map(({ sighting: { agency, id } }) => ({ agency, id }));

function missing(refs: readonly EventRef[], have: ReadonlySet<string>): EventRef[] {
  return [...new Map(refs.filter((ref) => !have.has(formatRef(ref))).map((ref) => [formatRef(ref), ref])).values()];
}
