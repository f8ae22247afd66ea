/**
 * On the embedded default: everything (server, Postgres with its backends, the import itself) is killed at once, again and again, during the
 * import of a case file; then the import again: every line is there, once.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventsView } from '#lib/contracts';
import { roleName } from '#lib/store';
import { caseLineAt, writeCaseFile } from '../case-lines.ts';
import { childrenOf, outputOf, startNode, type Child } from '../child-process.ts';
import type { Inputs } from '../documents.ts';
import type { Row } from '../harness.ts';
import { askOracle } from '../oracle-process.ts';
import { outcomeOf, type Outcome } from '../outcome.ts';
import type { Random } from '../random.ts';
import type { Scene } from '../scene.ts';
import { NO_LIMITS } from '../scene.ts';
import type { Stack } from '../stack.ts';
import { until } from '../wait.ts';
import { metric } from '../metric.ts';

/** A first start makes a database cluster; after a kill Postgres recovers. */
const READY_WITHIN_MS = 90_000;
const IMPORTED_WITHIN_MS = 600_000;
const CONTROL_LINES = 300;

export const importKilled: Row = {
  name: 'import-killed',
  fault: 'import',
  title: 'everything killed during an import',
  needsKafka: false,
  async run(harness) {
    const { importKills, importLines } = harness.sizes;
    const inputs = harness.inputs(importLines);
    const file = join(harness.stack.workDir, 'import.jsonl');
    await writeCaseFile(file, inputs);
    const random = harness.random('import-killed');
    const undisturbed = await Installation.open(harness.stack, 'import-undisturbed', file);
    await undisturbed.importAll();
    const timelinesFile = join(harness.stack.workDir, 'import-timelines.json');
    await askOracle({ what: 'timelines', databaseUrl: undisturbed.databaseUrl(), answerFile: timelinesFile });
    await undisturbed.close();
    const product = await killAll(
      await Installation.open(harness.stack, 'import-killed', file),
      inputs,
      importKills,
      random,
      timelinesFile,
    );
    const control = await harness.scene({ name: 'without-ids', log: 'embedded' }, (scene) => withoutIds(scene, inputs));
    return { product, control: { title: 'lines without an id of their own', shows: 'entries of', ...control } };
  },
};

/** Ends the installation. */
async function killAll(installation: Installation, inputs: Inputs, kills: number, random: Random, timelinesFile: string): Promise<Outcome> {
  const recoveryMs: number[] = [];
  let underWay = 0;
  for (let kill = 0; kill < kills; kill++) {
    const importer = installation.startImport();
    // Each import begins at the first line: what is there already is passed quickly, then comes what is new.
    const enough = Math.floor((inputs.count * (kill + random.between(5, 75) / 100)) / kills);
    await until('the import to get on', IMPORTED_WITHIN_MS, async () => !importer.running || (await installation.judged()) > enough, 1);
    if (importer.running) underWay++;
    const killedAt = performance.now();
    await installation.killAll(importer);
    await installation.start();
    recoveryMs.push(performance.now() - killedAt);
  }
  const said = await installation.importAll();
  const verdict = await askOracle({
    what: 'verdict', databaseUrl: installation.databaseUrl(), answerFile: join(installation.folder, 'verdict.json'), inputs, timelinesFile, api: installation.base,
  }); // prettier-ignore
  await installation.close();
  const problems = [
    ...(verdict.entries === inputs.count ? [] : [`${verdict.entries} entries of ${inputs.count} lines`]),
    ...(said.rejected > 0 || said.accepted + said.duplicates !== inputs.count ? [`the last import said ${JSON.stringify(said)}`] : []),
    ...(verdict.deadLetters > 0 ? [`${verdict.deadLetters} good records became dead letters`] : []),
    ...(underWay < kills ? [`only ${underWay} of ${kills} kills came during the import`] : []),
  ];
  return outcomeOf(verdict, {
    problems,
    acknowledged: said.accepted + said.duplicates,
    recoveryMs,
    measured: { kills, lines: inputs.count, 'accepted by the last import': said.accepted },
  });
}

interface Said {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}

/** The program with embedded database and event log, in a data directory of its own. Nobody seals: the log's size is the number of its lines. */
class Installation {
  readonly folder: string;
  base = '';
  readonly #stack: Stack;
  readonly #file: string;
  readonly #port: number;
  #server: Child | null = null;
  #runs = 0;

  private constructor(stack: Stack, name: string, file: string, port: number) {
    this.folder = join(stack.workDir, name);
    mkdirSync(this.folder, { recursive: true });
    this.#stack = stack;
    this.#file = file;
    this.#port = port;
  }

  /** Running. */
  static async open(stack: Stack, name: string, file: string): Promise<Installation> {
    const installation = new Installation(stack, name, file, await stack.freePort());
    await installation.start();
    return installation;
  }

  async start(): Promise<void> {
    this.#server = this.#run('serve', '--roles', 'capture,projector,gateway');
    this.base = (await this.#server.line(/^Ready\s+(http:\/\/[^\s/]+)/m, READY_WITHIN_MS))[1] as string;
  }

  startImport(): Child {
    // The size of the log is the number of its lines.
    return this.#run('import', this.#file, '--no-batch', '--server', `http://127.0.0.1:${this.#port}`, '--json', '--quiet');
  }

  /** Runs the import to its end, and waits for the ledger to have what it appended. */
  async importAll(): Promise<Said> {
    const importer = this.startImport();
    const code = await importer.exited;
    const output = outputOf(importer.logFile);
    if (code !== 0) throw new Error(`the import ended with ${code}:\n${output.slice(-2_000)}`);
    const { accepted, duplicates, rejected, lines } = JSON.parse(
      output.split('\n').find((line) => line.startsWith('{"file"')) ?? '',
    ) as Said & { rejected: unknown[]; lines: number };
    await until('the import to be in the ledger', READY_WITHIN_MS, async () => (await this.size()) >= lines).catch(() => undefined); // the verdict says what is missing
    return { accepted, duplicates, rejected: (rejected as unknown[]).length };
  }

  /** Entries in the ledger, by the API. */
  async size(): Promise<number> {
    const response = await fetch(`${this.base}/v1/events?limit=1`);
    return ((await response.json()) as EventsView).coordinates.asOf.logSize;
  }

  /** Lines that capture has answered since the server started. */
  judged(): Promise<number> {
    return metric(this.base, 'custody_capture_events_total', '');
  }

  async killAll(importer: Child): Promise<void> {
    const postmaster = Number(readFileSync(join(this.#dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
    const backends = childrenOf(postmaster);
    // The server first: it would start a new Postgres.
    this.#server?.signal('SIGKILL');
    for (const pid of [postmaster, ...backends]) kill(pid);
    await Promise.all([importer.kill(), this.#server?.kill()]);
    // A killed server that nobody has waited for yet still has its pid.
    await sleep(50);
  }

  databaseUrl(): string {
    const passwords = JSON.parse(readFileSync(join(this.#dataDir, 'passwords.json'), 'utf8')) as { owner: string };
    const port = readFileSync(join(this.#dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[3];
    return `postgresql://${roleName('owner')}:${passwords.owner}@127.0.0.1:${port}/custody`;
  }

  async close(): Promise<void> {
    await this.#server?.stop();
  }

  get #dataDir(): string {
    return join(this.folder, 'data');
  }

  #run(...args: string[]): Child {
    const env = {
      ...NO_LIMITS,
      CUSTODY_DATA_DIR: this.#dataDir,
      CUSTODY_PORT: String(this.#port),
      CUSTODY_DEMO: 'false',
      CUSTODY_LOG_LEVEL: 'warn',
    };
    const program = join(this.#stack.root, 'dist', 'apps', 'custody', 'src', 'main.js');
    return startNode({
      args: [program, ...args],
      env,
      logFile: join(this.folder, `${args[0] ?? ''}-${++this.#runs}.log`),
      cwd: this.folder,
    });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // a backend that ended by itself meanwhile
  }
}

/** An import whose lines get their ids where they arrive, cut off half-way and begun anew. */
async function withoutIds(scene: Scene, inputs: Inputs): Promise<Outcome> {
  const { base } = await scene.start('capture,projector,gateway');
  const send = async (from: number, to: number): Promise<void> => {
    const lines = Array.from({ length: to - from }, (_, n) => {
      const { id: _id, item: _item, ...line } = caseLineAt(inputs, from + n);
      return JSON.stringify({
        kind: 'statement',
        handling: { tlp: 'GREEN' },
        statement: line['statement'],
        source: { kind: 'trade-record', family: 'trade' },
      });
    });
    await fetch(`${base}/v1/events?onError=rollback`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    });
  };
  await send(0, CONTROL_LINES / 2);
  await send(0, CONTROL_LINES);
  await scene.drained();
  const entries = await scene.size();
  return {
    duplicated: entries - CONTROL_LINES,
    problems: entries === CONTROL_LINES ? [] : [`${entries} entries of ${CONTROL_LINES} lines`],
  };
}
