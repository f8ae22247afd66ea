/**
 * The projector's transaction: a batch of events becomes ledger rows and a moved offset, or nothing.
 *
 * 1. The offset is moved by compare-and-set, first: whoever works on an outdated view of the partition (a projector that was stopped for a
 *    while) ends there as `fenced`, before it can fail with something that looks like bad data.
 * 2. Within a savepoint the log head is moved by n. This row's lock is held until commit and orders all projectors.
 * 3. Rows go in by binary COPY (copy-rows.ts), those by which search finds new items first. It knows no ON CONFLICT, so events that are there already show as a violation of (agency, id): back to the
 *    savepoint, known events are sifted out (same bytes: a duplicate; other bytes: kept as a conflict), and the rest goes in.
 * 4. Data that the database refuses is found by halving, each half in a savepoint of its own, and becomes a dead letter.
 * 5. Where something came in that bears on a handling, what is in effect is settled (markings/settle.ts): readers see both at once.
 */
import { BatchEncoder, CONTENT, copyDerived, ENTRIES } from './batch-encoder.ts';
import { copyRows } from './copy-rows.ts';
import { sqlState } from './errors.ts';
import { groupsOf, ledgerMapKeys, readerGroups } from './ledger-constants.ts';
import type { MapKeys } from './map-keys.ts';
import { MARKING } from './markings/handled-events.ts';
import { openRows } from './markings/open-rows.ts';
import { settle, SETTLED_MAX } from './markings/settle.ts';
import type { StoreClient, StorePool } from './pool.ts';
import { searchMemory, SearchRows, type SearchKeys, type SearchName } from './search-rows.ts';
import { insertConflict } from './sql/insert-conflict.ts';
import { insertDeadLetter } from './sql/insert-dead-letter.ts';
import { knownEvents } from './sql/known-events.ts';
import { createOffset, moveOffset, readOffset } from './sql/offsets.ts';
import type { DeadLetter, EventIndex, PartitionId, ProjectedEvent } from './projected-event.ts';
import type { Ref } from './sql/storable.ts';

export type ProjectionOutcome =
  | {
      readonly outcome: 'committed';
      readonly appended: number;
      readonly duplicates: number;
      readonly conflicts: number;
      readonly deadLetters: number;
      readonly next: number;
    }
  /** Nothing was written. `next`: where the ledger says that this partition goes on. */
  | { readonly outcome: 'fenced'; readonly next: number };

/** Where a chaos test may end the process or the connection. */
export const FAILPOINTS = ['before_begin', 'after_cas', 'after_insert', 'before_commit', 'after_commit'] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

export interface ProjectionHooks {
  failpoint(name: Failpoint): void | Promise<void>;
}

export interface ProjectionOptions {
  /** How items are found by search. Absent: what is new in this batch is not found before a rebuild (a measure, a test). */
  readonly keys?: SearchKeys;
  /** Makes rows of content that is stored. Absent, or without keys: what a marking opens to others is not found by them before a rebuild. */
  readonly indexOf?: (content: Buffer, agency: string) => EventIndex;
  readonly hooks?: ProjectionHooks;
  /** Rows of handlings that one transaction settles. Absent: a second's work. */
  readonly settledMax?: number;
}

const NO_HOOKS: ProjectionHooks = { failpoint: () => {} };

/** What one transaction takes: all records up to `next`. */
interface Part {
  readonly next: number;
  readonly events: readonly ProjectedEvent[];
  readonly dead: readonly DeadLetter[];
}

/**
 * `from`: offset of the first record of the batch, `next`: the one after its last; `events` and `dead` are what the records became. What would settle too
 * many handlings in one transaction is not taken whole: `next` of the outcome is then less, and the rest comes again from there.
 * Rejects on a lost connection, a full disk, a timeout and the like: nothing is known to be written then (a lost answer to the commit is
 * an unknown outcome), and the caller reads the offset again. About 5 µs of Node time an event.
 */
export async function projectBatch(
  pool: StorePool,
  partition: PartitionId,
  from: number,
  next: number,
  events: readonly ProjectedEvent[],
  dead: readonly DeadLetter[],
  options: ProjectionOptions = {},
): Promise<ProjectionOutcome> {
  for (let part: Part = { next, events, dead }; ;) {
    const ended = await projectPart(pool, partition, from, part, options);
    if (ended.outcome !== 'too-much') return ended;
    part = partBefore(part, ended.offset);
  }
}

/** Ends in front of the event at this offset, with one event at least: it goes on. */
function partBefore({ events, dead }: Part, offset: number): Part {
  const count = Math.max(
    1,
    events.findIndex((event) => event.offset >= offset),
  );
  const next = (events[count] as ProjectedEvent).offset;
  return { next, events: events.slice(0, count), dead: dead.filter((letter) => letter.offset < next) };
}

/** `too-much`: nothing was written; what the event at this offset and those behind it touch is more than one transaction settles. */
async function projectPart(
  pool: StorePool,
  partition: PartitionId,
  from: number,
  { next, events, dead }: Part,
  { keys, indexOf, hooks = NO_HOOKS, settledMax = SETTLED_MAX }: ProjectionOptions,
): Promise<ProjectionOutcome | { readonly outcome: 'too-much'; readonly offset: number }> {
  const mapKeys = await ledgerMapKeys(pool);
  const groups = await readerGroups(pool, events);
  const encoder = encoders.pop() ?? new BatchEncoder();
  const memory = searchMemory(pool);
  const search = keys === undefined ? null : new SearchRows(keys, memory);
  const batch = new Projection(partition, { groups, mapKeys, encoder, search }, dead);
  // Before any lock is taken.
  const first = batch.encode(events);
  await hooks.failpoint('before_begin');
  const client = await pool.connect();
  let whole = false;
  const dropped = async <Outcome>(outcome: Outcome): Promise<Outcome> => {
    await client.query('rollback');
    whole = true;
    return outcome;
  };
  try {
    await client.query('begin');
    const found = await moveTo(client, partition, from, next);
    if (found !== null) return await dropped({ outcome: 'fenced', next: found } as const);
    await hooks.failpoint('after_cas');
    await batch.settle(client, first, true);
    const touched = await batch.touched(client, events);
    if (touched.length > 0) {
      const opening = keys === undefined || indexOf === undefined ? null : openRows(client, { keys, indexOf });
      const left = touched[await settle(client, touched, opening, events.length > 1 ? settledMax : Infinity)];
      if (left !== undefined) return await dropped({ outcome: 'too-much', offset: left.offset } as const);
    }
    await batch.bury(client);
    await hooks.failpoint('after_insert');
    await hooks.failpoint('before_commit');
    await client.query('commit');
    whole = true;
    memory.learn(batch.indexed);
    await hooks.failpoint('after_commit');
    return { outcome: 'committed', ...batch.counts(), next };
  } catch (error) {
    whole ||= await client.query('rollback').then(
      () => true,
      () => false,
    );
    throw error;
  } finally {
    client.release(!whole);
    if (encoders.length < ENCODERS_MAX) encoders.push(encoder);
  }
}

/** Buffers for as many batches at a time as a process has partitions under way; each holds some megabytes. */
const ENCODERS_MAX = 4;
const encoders: BatchEncoder[] = [];

/** `null`: moved. Otherwise what the ledger says. A partition that is new to the ledger begins at 0: nothing is skipped unseen. */
async function moveTo(client: StoreClient, partition: PartitionId, from: number, next: number): Promise<number | null> {
  if (await moveOffset(client, partition, from, next)) return null;
  await createOffset(client, partition);
  if (await moveOffset(client, partition, from, next)) return null;
  return (await readOffset(client, partition)) ?? 0;
}

/** An event whose handling may be another now, by what came in at this offset. */
interface Touched extends Ref {
  readonly offset: number;
}

interface Parts {
  readonly groups: ReadonlyMap<string, number>;
  readonly mapKeys: MapKeys;
  readonly encoder: BatchEncoder;
  readonly search: SearchRows | null;
}

class Projection {
  private appended = 0;
  private duplicates = 0;
  private conflicts = 0;
  private readonly dead: DeadLetter[];
  private readonly partition: PartitionId;
  private readonly parts: Parts;
  /** Names that have their search rows with this transaction. */
  readonly indexed: SearchName[] = [];
  /** What came in, or is spoken about by what came in, and may bear on a handling. */
  private readonly handled: Touched[] = [];
  /** The stretch of the log that came in; empty: both are Infinity. */
  private readonly stretch = { first: Infinity, behind: Infinity };

  constructor(partition: PartitionId, parts: Parts, dead: readonly DeadLetter[]) {
    this.partition = partition;
    this.parts = parts;
    this.dead = [...dead];
  }

  counts(): { appended: number; duplicates: number; conflicts: number; deadLetters: number } {
    return { appended: this.appended, duplicates: this.duplicates, conflicts: this.conflicts, deadLetters: this.dead.length };
  }

  /** Returns the events that are rows in the encoder now; an event that has no binary form is dead. */
  encode(events: readonly ProjectedEvent[]): readonly ProjectedEvent[] {
    const { encoder, groups, mapKeys, search } = this.parts;
    encoder.clear();
    search?.clear();
    const encoded: ProjectedEvent[] = [];
    for (const event of events) {
      try {
        const readers = groupsOf(event, groups);
        encoder.add(event, readers, mapKeys);
        search?.add(event, readers);
        encoded.push(event);
      } catch (error) {
        if (ranOutOfMemory(error)) throw error;
        this.kill(event, error);
      }
    }
    return encoded;
  }

  /** Brings the events into the ledger, in their order, but for those that are there already and those that the database refuses. */
  async settle(client: StoreClient, events: readonly ProjectedEvent[], isEncoded: boolean, isSifted = false): Promise<void> {
    if (events.length === 0) return;
    const rows = isEncoded ? events : this.encode(events);
    const error = await this.attempt(client, () => this.append(client));
    if (error === null) {
      this.appended += rows.length;
      for (const event of rows) for (const { agency, id } of handledBy(event)) this.handled.push({ agency, id, offset: event.offset });
    } else if (isKnownEvent(error)) {
      if (isSifted) throw error; // entries came in beside the lock of the log head
      const { rest, later } = await this.sift(client, rows);
      await this.settle(client, rest, false, true);
      // Only now is it known whether the first of one identity stands or is dead.
      for (let waiting = later; waiting.length > 0;) {
        const next = await this.sift(client, waiting);
        await this.settle(client, next.rest, false, true);
        waiting = next.later;
      }
    } else if (rows.length === 1) {
      this.kill(rows[0] as ProjectedEvent, error);
    } else {
      const half = rows.length >>> 1;
      await this.settle(client, rows.slice(0, half), false, isSifted);
      await this.settle(client, rows.slice(half), false, isSifted);
    }
  }

  /** Writes the dead letters, with the offset and the rows of the others. */
  async bury(client: StoreClient): Promise<void> {
    for (const letter of this.dead) await insertDeadLetter(client, this.partition, letter);
  }

  /** Events whose handling may be another now, in the order of what touches them. */
  async touched(client: StoreClient, events: readonly ProjectedEvent[]): Promise<readonly Touched[]> {
    if (this.appended === 0) return [];
    const { first, behind } = this.stretch;
    const { rows } = await client.run<Ref>(AWAITED, [first, behind]);
    const offsets = new Map(rows.length === 0 ? [] : events.map(({ agency, id, offset }) => [`${agency}/${id}`, offset]));
    const awaited = rows.map(({ agency, id }) => ({ agency, id, offset: offsets.get(`${agency}/${id}`) as number }));
    return [...this.handled, ...awaited].sort((a, b) => a.offset - b.offset);
  }

  private async append(client: StoreClient): Promise<void> {
    const { encoder, search } = this.parts;
    if (encoder.count === 0) return;
    const { rows } = await client.run<{ size: number }>(MOVE_HEAD, [encoder.count]);
    if (rows[0] === undefined) throw new Error('The ledger has no head: its migration did not run.');
    const base = rows[0].size - encoder.count;
    encoder.place(base);
    this.stretch.first = Math.min(this.stretch.first, base);
    this.stretch.behind = rows[0].size;
    const named = (await search?.append(client, base)) ?? [];
    await copyRows(client, ENTRIES, encoder.entries.writer);
    await copyRows(client, CONTENT, encoder.content.writer);
    await copyDerived(client, encoder);
    this.indexed.push(...named);
  }

  /** `null`: done. An error of the data is returned and has left nothing; any other is thrown. */
  private async attempt(client: StoreClient, work: () => Promise<void>): Promise<Error | null> {
    await client.query('savepoint attempt');
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Error) || !isDataError(error)) throw error;
      await client.query('rollback to savepoint attempt');
      await client.query('release savepoint attempt');
      return error;
    }
    await client.query('release savepoint attempt');
    return null;
  }

  /**
   * `rest`: events that the ledger does not have, one of each identity; `later`: others of the same identities. Under the lock of the log
   * head, which lasts until commit: nobody else can add what was just looked up.
   */
  private async sift(client: StoreClient, events: readonly ProjectedEvent[]): Promise<{ rest: ProjectedEvent[]; later: ProjectedEvent[] }> {
    await client.run(LOCK_HEAD);
    const known = await knownEvents(client, events);
    const coming = new Set<string>();
    const rest: ProjectedEvent[] = [];
    const later: ProjectedEvent[] = [];
    for (const event of events) {
      const key = `${event.agency}/${event.id}`;
      const hash = known.get(key);
      if (hash === undefined) {
        (coming.has(key) ? later : rest).push(event);
        coming.add(key);
      } else if (hash === event.contentHash) {
        this.duplicates += 1;
      } else {
        const error = await this.attempt(client, () => insertConflict(client, this.partition, event));
        if (error === null) this.conflicts += 1;
        else this.kill(event, error);
      }
    }
    return { rest, later };
  }

  private kill(event: ProjectedEvent, error: unknown): void {
    const state = sqlState(error);
    const reason = error instanceof Error ? error.message : String(error);
    this.dead.push({
      offset: event.offset,
      code: 'record.data',
      detail: state === undefined ? reason : `${reason} (SQLSTATE ${state})`,
      key: event.record?.key ?? null,
      headers: event.record?.headers ?? {},
      value: event.raw,
      event: { agency: event.agency, id: event.id, contentHash: event.contentHash },
    });
  }
}

export const MOVE_HEAD = { name: 'move_head', text: 'update ledger.head set size = size + $1::bigint returning size' };
/** Entries that a marking speaks about which came before them. Plan: a probe of a partial index for each, where there are markings at all. */
export const AWAITED = { name: 'awaited', text: 'select agency, id from ledger.awaited($1::bigint, $2::bigint)' };
export const LOCK_HEAD = { name: 'lock_head', text: 'select size from ledger.head for update' };

/** It bears on what it is a word about; a marking is itself told to whom it is for. */
function handledBy({ kind, agency, id, word }: ProjectedEvent): readonly Ref[] {
  if (kind === MARKING) return word === null ? [{ agency, id }] : [{ agency, id }, word];
  return word === null ? NONE : [word];
}
const NONE: readonly Ref[] = [];

/** Data exceptions (class 22) and integrity constraints (class 23), PostgreSQL appendix A. */
const isDataError = (error: unknown): boolean => /^2[23]/.test(sqlState(error) ?? '');

/** Not the event's fault, whatever it is: the same event goes in when there is memory. */
const ranOutOfMemory = (error: unknown): boolean => error instanceof Error && /allocation failed/i.test(error.message);

const isKnownEvent = (error: unknown): boolean =>
  sqlState(error) === '23505' && (error as { constraint?: string }).constraint === 'entries_event';
