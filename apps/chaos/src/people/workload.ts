/**
 * A random workload of people: reads and writes on all channels by several agencies at once, on the real program, which is killed and started
 * again meanwhile. At the end the audit trail is held against what its callers saw.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom, type Random } from '../random.ts';
import { Caller } from './caller.ts';
import { Changes } from './changes.ts';
import { command } from './commands.ts';
import { anyItem } from './drawn-documents.ts';
import { Model } from './model.ts';
import { judgeReads, judgeWrites, type Observed, type ReadRecord, type WriteRow } from './oracle.ts';
import { Reads } from './reads.ts';
import { Served, type Killed } from './served.ts';
import { problemsOfReads, problemsOfWrites } from './told.ts';
import { storedTrail, toldTrail } from './trail.ts';
import { Turns } from './turns.ts';
import { AGENCIES, nameOf, OPERATOR, submits } from './world.ts';
import { Writes } from './writes.ts';

export interface WorkloadSize {
  /** Drawn; one may be several requests: pages, lines, a key that is asked for until it holds. */
  readonly operations: number;
  /** Of the server alone and of the server with its database in turn. */
  readonly kills: number;
  /** At once. */
  readonly callers: number;
  /** Exports by the command line. */
  readonly commands: number;
}

export const WORKLOAD_SIZES: Readonly<Record<'ci' | 'soak', WorkloadSize>> = {
  ci: { operations: 400, kills: 2, callers: 6, commands: 3 },
  soak: { operations: 10_000, kills: 12, callers: 8, commands: 30 },
};

export interface WorkloadOptions {
  /** Reachable for the account of the database; everything is in it. */
  readonly folder: string;
  /** Main file of the program. */
  readonly program: string;
  readonly size: WorkloadSize;
  readonly seed: number;
  readonly note: (line: string) => void;
}

export interface WorkloadResult {
  /** Sentences; none: the trail equals the oracle's list. */
  readonly problems: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly model: Model;
  /** The oracle's list of reads, and what the access log holds. */
  readonly observed: readonly Observed[];
  readonly records: readonly ReadRecord[];
  readonly writes: readonly WriteRow[];
  /** When it was killed: milliseconds since 1970. */
  readonly killed: readonly number[];
}

/** What is acknowledged without waiting for the disk is on it within three rounds of the writer of the log (10 ms each), on a busy machine later. */
const LOST_WITHIN_MS = 1_000;
const KILL_DELAY_MS_MAX = 40;
const NOTE_EVERY = 500;

export async function runWorkload(options: WorkloadOptions): Promise<WorkloadResult> {
  const served = await Served.open(options);
  try {
    const workload = new Workload(served, options);
    await workload.run();
    return await workload.judged();
  } finally {
    await served.close();
  }
}

class Workload {
  readonly #served: Served;
  readonly #options: WorkloadOptions;
  readonly #random: Random;
  readonly #turns = new Turns();
  readonly #model = new Model();
  readonly #caller: Caller;
  readonly #writes: Writes;
  readonly #reads: Reads;
  readonly #changes: Changes;
  readonly #counts = { operations: 0, writes: 0, reads: 0, commands: 0, kills: 0 };
  readonly #killed: number[] = [];
  /** Numbers of operations. */
  readonly #killsAt: readonly number[];
  readonly #commandsAt: ReadonlySet<number>;

  constructor(served: Served, options: WorkloadOptions) {
    const { seed, size } = options;
    this.#served = served;
    this.#options = options;
    this.#random = seededRandom(seed);
    this.#caller = new Caller(served.base, this.#model, `w${seed}`);
    const random = this.#random;
    this.#writes = new Writes(this.#caller, this.#model, random);
    this.#reads = new Reads(this.#caller, this.#model, this.#writes, random);
    const parts = { served, caller: this.#caller, model: this.#model, writes: this.#writes, random };
    this.#changes = new Changes(parts, () => this.#turns.ready());
    const spread = (count: number): number[] =>
      Array.from({ length: count }, (_, n) => Math.floor(((n + 1) * size.operations) / (count + 1)) + random.below(5));
    this.#killsAt = spread(size.kills);
    this.#commandsAt = new Set(spread(size.commands));
  }

  async run(): Promise<void> {
    const { size, note } = this.#options;
    await this.#changes.setUp();
    note(`${this.#changes.keys.length} keys of ${AGENCIES.length} agencies`);
    const kills: Promise<void>[] = [];
    const caller = async (): Promise<void> => {
      while (this.#counts.operations < size.operations) {
        const n = ++this.#counts.operations;
        if (n % NOTE_EVERY === 0) note(`${n} operations`);
        const kill = this.#killsAt.indexOf(n);
        if (kill >= 0) kills.push(this.#kill(kill % 2 === 0 ? 'server' : 'server-and-database'));
        await this.#operation(n);
      }
    };
    await Promise.all(Array.from({ length: size.callers }, caller));
    await Promise.all(kills);
    await this.#writes.settle();
    await this.#served.settled();
  }

  async #operation(n: number): Promise<void> {
    const random = this.#random;
    if (this.#commandsAt.has(n)) return this.#turns.beside(() => this.#command());
    const drawn = random.below(100);
    const [keys, counts] = [this.#changes, this.#counts];
    const isWrite = drawn < 50;
    counts[isWrite ? 'writes' : 'reads'] += 1;
    const submitters = keys.keys.filter(({ who }) => submits(who));
    if (drawn < 30) return this.#turns.beside(() => this.#writes.submit(random.pick(submitters)));
    if (drawn < 36) return this.#turns.beside(() => this.#writes.again());
    if (drawn < 39) return this.#turns.beside(() => this.#writes.unwelcome(keys.keys));
    if (drawn < 45) return this.#turns.beside(() => this.#writes.evidence(random.pick(submitters)));
    if (drawn < 46) return this.#turns.beside(() => keys.grant());
    if (drawn < 47) return this.#turns.beside(() => keys.revoke());
    if (drawn < 49) return this.#turns.alone(() => keys.mark());
    if (drawn < 50) return this.#turns.alone(() => keys.emergency());
    // Now and then by a key that is not good any more.
    const asking = keys.revoked.length > 0 && random.below(20) === 0 ? keys.revoked : keys.keys;
    return this.#turns.beside(() => this.#reads.some(asking));
  }

  async #command(): Promise<void> {
    const key = this.#random.pick(this.#changes.keys);
    const args = this.#random.pick([
      ['export', '--as', 'case', '-o', `${this.#options.folder}/case.jsonl`],
      ['audit', 'ls', '--as', 'csv', 'action:read'],
      ['export', `item:${anyItem(this.#random)}`, '-o', `${this.#options.folder}/bundle.zip`],
    ]);
    await command(this.#served, this.#caller, this.#model, key, args);
    this.#counts.commands += 1;
  }

  /** In the middle of what is under way. */
  async #kill(what: Killed): Promise<void> {
    await sleep(this.#random.below(KILL_DELAY_MS_MAX));
    let killedAt = 0;
    await this.#turns.down(async () => {
      killedAt = Date.now();
      await this.#served.kill(what);
      await this.#served.start();
    });
    this.#counts.kills += 1;
    this.#killed.push(killedAt);
    if (what === 'server-and-database')
      for (const read of this.#caller.observed) if (read.ended >= killedAt - LOST_WITHIN_MS) read.isBeforeCrash = true;
    this.#options.note(`killed: ${what}, after ${this.#counts.operations} operations`);
  }

  /** What stands is held against what callers saw; then what each auditor is told against what stands. */
  async judged(): Promise<WorkloadResult> {
    const written = judgeWrites(this.#model, (await storedTrail(this.#served)).writes);
    const problems = [...written.problems, ...this.#writes.problems];
    const counts = { ...this.#counts, ...this.#caller.counts, ...this.#writes.counts, ...this.#changes.counts, ...written.counts, told: 0 };
    const auditors = [...AGENCIES.flatMap((agency) => [`${agency}/aud`, `${agency}/chief`]), nameOf(OPERATOR)];
    for (const name of auditors) {
      const key = this.#changes.keyOf(name);
      const { reads } = await storedTrail(this.#served);
      const told = await toldTrail(this.#caller, key);
      problems.push(...problemsOfWrites(this.#model, key.who, told.writes), ...problemsOfReads(this.#model, key.who, reads, told.reads));
      counts.told += told.writes.length + told.reads.length;
    }
    const { reads: records, writes } = await storedTrail(this.#served);
    const { observed } = this.#caller;
    const read = judgeReads(this.#model, observed, records);
    const audit = await this.#audited();
    return {
      problems: [...problems, ...read.problems, ...audit],
      counts: { ...counts, ...read.counts },
      model: this.#model,
      observed,
      records,
      writes,
      killed: this.#killed,
    };
  }

  async #audited(): Promise<string[]> {
    await this.#served.settled();
    const { code, output } = await this.#served.audit();
    return code === 0 ? [] : [`custody audit --full ends with ${String(code)}: ${output.slice(-500)}`];
  }
}
