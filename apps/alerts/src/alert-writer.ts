/**
 * Raises alerts: one at a time over all processes. For each agency that watches something what was sealed since, and what is handled otherwise since,
 * is held against its watches, as the agency may see it; what there is to tell is appended to the event log; and when the ledger has it, how far this
 * came is kept. Killed anywhere, the next one begins from there: what was told is found by its id, and said again it is the same event.
 */
import { communitiesOf, groupsOfActor, hasAgency, KINDS, ROOT_ACTOR, type PolicyState } from '#lib/domain';
import type { SightingDocument } from '#lib/contracts';
import type { AlertCursor, ChangedMark } from '#lib/store';
import { saidIn } from './alert-document.ts';
import { AgencyWatches } from './agency-watches.ts';
import { evaluate, type Candidates, type Scene } from './evaluate.ts';
import type { AgencyReads, AlertPorts } from './ports.ts';

/** Entries of the log that one step goes over, of whomever: between two steps it is kept how far it came. */
const STEP_ENTRIES = 10_000;
/** Entries, and marks, that are held against watches at a time. */
const LOOKED = 100;
const ALERT = KINDS.indexOf('alert');

/** Somebody else moved what is kept: what this one knows is old, and it has to begin again. */
export class AlertsFenced extends Error {
  constructor(agency: string) {
    super(`Another writer raises alerts for ${agency}.`);
  }
}

export class AlertWriter {
  readonly #ports: AlertPorts;
  readonly #watches = new Map<string, AgencyWatches>();
  #cursors: Map<string, AlertCursor> | null = null;
  /** Of agencies that watch nothing: how far that is known. */
  readonly #idle = new Map<string, number>();

  constructor(ports: AlertPorts) {
    this.#ports = ports;
  }

  /** Everything that is sealed by now; resolves with the log index below which all is told. Rejects with AlertsFenced, and as its ports do. */
  async step(): Promise<number> {
    const covers = await this.#ports.covers();
    const policy = await this.#ports.policy();
    this.#cursors ??= new Map(await this.#ports.cursors());
    for (const { agency } of policy.agencies.values()) {
      if (this.#ports.ending.aborted) break;
      // Of one that is suspended nobody reads: it is told behind that, if it comes back.
      if (hasAgency(policy, agency)) await this.#agency(agency, policy, covers);
    }
    return covers;
  }

  async #agency(agency: string, policy: PolicyState, covers: number): Promise<void> {
    const groupNames = groupsOfActor({ ...ROOT_ACTOR, agency, communities: communitiesOf(policy, agency) });
    const groups = groupNames.join(' ');
    const kept = this.#cursors?.get(agency);
    if (kept === undefined ? this.#idle.get(agency) === covers : kept.done >= covers && kept.groups === groups) return;
    const reads = await this.#ports.readsOf(agency, groupNames);
    const watches = this.#watches.get(agency) ?? new AgencyWatches(agency);
    this.#watches.set(agency, watches);
    await watches.until(covers, reads);
    if (watches.first === undefined) return void this.#idle.set(agency, covers);
    let cursor = kept ?? null;
    let at = cursor?.done ?? watches.first;
    // Also where nothing is new: what it may not see any more since it left a community is recalled.
    const hasMoved = cursor !== null && cursor.groups !== groups;
    do {
      const to = Math.min(covers, at + STEP_ENTRIES);
      if (this.#ports.ending.aborted) return;
      await this.#stretch({ agency, reads, policy }, watches, at, to);
      if (hasMoved && to >= covers) await this.#again({ agency, reads, policy }, watches, covers);
      await this.#ports.failpoint?.('before_cursor');
      const moved = { done: Math.max(at, to), groups: to >= covers || cursor === null ? groups : cursor.groups };
      if (!(await this.#ports.moveCursor(agency, cursor, moved))) throw new AlertsFenced(agency);
      this.#cursors?.set(agency, moved);
      await this.#ports.failpoint?.('after_cursor');
      cursor = moved;
      at = to;
    } while (at < covers);
  }

  /** What was sealed from one index on and below another, and what came to be handled otherwise with the log sizes behind the one up to the other. */
  async #stretch(of: Omit<Scene, 'watches' | 'size'>, watches: AgencyWatches, from: number, to: number): Promise<void> {
    for (let at = from; at < to;) {
      const { logIndexes, next } = await of.reads.page(at, to);
      for (const some of chunks(logIndexes)) await this.#tell(of, watches, to, await this.#marksOf(some));
      at = next;
    }
    for (let after: ChangedMark = { changed: from, logIndex: Number.MAX_SAFE_INTEGER }; ;) {
      const marks = await this.#ports.changedMarks(after, to, LOOKED);
      const last = marks.at(-1);
      if (last === undefined) return;
      after = last;
      watches.marked(new Set(marks.map(({ logIndex }) => logIndex)));
      await this.#tell(
        of,
        watches,
        to,
        new Map(marks.filter(({ logIndex }) => logIndex < to).map((mark) => [mark.logIndex, mark.changed])),
      );
    }
  }

  /** All that the agency was ever told, once more. */
  async #again(of: Omit<Scene, 'watches' | 'size'>, watches: AgencyWatches, covers: number): Promise<void> {
    for (let at = 0; at < covers;) {
      const { logIndexes, next } = await of.reads.page(at, covers, ALERT);
      const rows = (await of.reads.events(logIndexes)).filter(({ agency }) => agency === of.agency);
      // As if they had been marked: everything that was told of them is looked up.
      for (const some of chunks([...new Set(rows.map((row) => saidIn(row).index))])) {
        const marks = await this.#ports.marksOf(some);
        await this.#tell({ ...of, isAgain: true }, watches, covers, new Map(some.map((index) => [index, marks.get(index) || index + 1])));
      }
      at = next;
    }
  }

  async #marksOf(logIndexes: readonly number[]): Promise<Candidates> {
    const marks = await this.#ports.marksOf(logIndexes);
    return new Map(logIndexes.map((index) => [index, marks.get(index) ?? 0]));
  }

  /** Returns when the ledger has all of it: until then nobody knows what is to be said next. */
  async #tell(of: Omit<Scene, 'watches' | 'size'>, watches: AgencyWatches, size: number, candidates: Candidates): Promise<void> {
    if (candidates.size === 0) return;
    const documents = await evaluate({ ...of, size, watches: await watches.until(size, of.reads) }, candidates);
    if (documents.length === 0) return;
    for (const some of chunks(documents)) {
      await this.#ports.failpoint?.('before_say');
      await this.#ports.say(of.agency, some);
      await this.#ports.failpoint?.('after_say');
      await this.#untilThere(of.reads, some);
    }
  }

  async #untilThere(reads: AgencyReads, documents: readonly SightingDocument[]): Promise<void> {
    const ids = documents.flatMap(({ id }) => id ?? []);
    while (!this.#ports.ending.aborted) {
      const there = new Set((await reads.own(ids)).map(({ id }) => id));
      if (ids.every((id) => there.has(id))) return;
      await this.#ports.pause();
    }
    throw this.#ports.ending.reason;
  }
}

function chunks<T>(all: readonly T[]): (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / LOOKED) }, (_, n) => all.slice(n * LOOKED, (n + 1) * LOOKED));
}
