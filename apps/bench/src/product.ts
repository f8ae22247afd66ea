/** The product's processes as the bench starts them: one place that knows their command line, environment and ready line. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.ts';
import { startChild, type Child } from './child-process.ts';
import { PUBLISHER_KEY } from './records.ts';
import { withClient } from './servers.ts';

/** A role alone is ready in two seconds on a quiet machine. */
const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 20;

interface RoleOptions {
  readonly topic: string;
  readonly database: string;
  /** Folder in which evidence lies; absent: an empty one of the process's own. */
  readonly evidence?: string;
}

/** @param index which of several processes, for the names of logs and profiles */
export function startProjector(bench: Bench, options: RoleOptions & { readonly index: number }): Child {
  return startRole(bench, 'projector', `projector-${options.database}-${options.index}`, options);
}

/** The projector's work alone, without the product around it. */
export function startBareProjector(bench: Bench, options: RoleOptions): Child {
  const name = `bare-projector-${options.database}`;
  return startNode(bench, name, [fileURLToPath(new URL('./peers/bare-projector.js', import.meta.url))], environment(bench, name, options));
}

/** Resolves when it has taken over the log and waits for entries. */
export async function startSealer(bench: Bench, options: RoleOptions): Promise<Child> {
  const child = startRole(bench, 'sealer', `sealer-${options.database}`, options);
  await sealing(bench, options.database);
  return child;
}

/** Both in one process, as `custody serve` runs them. */
export const startProjectorAndSealer = (bench: Bench, options: RoleOptions): Child =>
  startRole(bench, 'projector,sealer', `projector-sealer-${options.database}`, options);

/** Polls: the sealer says nothing about itself before there is something to seal. */
async function sealing(bench: Bench, database: string): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  await withClient(bench.servers.databaseUrl(database), async (client) => {
    for (;;) {
      const { rows } = await client.query<{ n: string }>('select count(*) as n from ledger.notices');
      if (Number(rows[0]?.n) > 0) return;
      if (performance.now() > deadline) throw new Error('the sealer has not begun');
      await sleep(READY_POLL_MS);
    }
  });
}

/** A program of `peers/`, with the environment of a role and what is given beside it. */
export function startPeer(bench: Bench, name: string, options: RoleOptions, env: Readonly<Record<string, string>>): Child {
  const script = fileURLToPath(new URL(`./peers/${name}.js`, import.meta.url));
  const label = `${name}-${options.database}`;
  return startNode(bench, label, [script], { ...environment(bench, label, options), ...env });
}

export async function startCapture(bench: Bench, options: RoleOptions): Promise<{ readonly child: Child; readonly base: string }> {
  return startServing(bench, 'capture', options);
}

export async function startGateway(bench: Bench, options: RoleOptions): Promise<{ readonly child: Child; readonly base: string }> {
  return startServing(bench, 'gateway', options);
}

/** With the projector, which brings what is said of an upload into the ledger. */
export async function startEvidence(bench: Bench, options: RoleOptions): Promise<{ readonly child: Child; readonly base: string }> {
  return startServing(bench, 'evidence,projector', options);
}

async function startServing(bench: Bench, roles: string, options: RoleOptions): Promise<{ child: Child; base: string }> {
  const child = startRole(bench, roles, `${roles.replaceAll(',', '-')}-${options.database}`, options);
  const ready = await child.line(/(http:\/\/[^\s"/]+)/, READY_TIMEOUT_MS);
  return { child, base: ready[1] ?? '' };
}

const program = (bench: Bench): string => join(bench.root, 'dist', 'apps', 'custody', 'src', 'main.js');

const startRole = (bench: Bench, role: string, name: string, options: RoleOptions): Child =>
  startNode(bench, name, [program(bench), 'serve', '--roles', role], environment(bench, name, options));

let started = 0;

/**
 * Limits that would be measured instead of the work are out of the way: one generator is one client. Each process has a folder of its own: by
 * the last head that it signed in the round before, a sealer refuses a database that was made anew under the same name.
 */
function environment(bench: Bench, name: string, { topic, database, evidence }: RoleOptions): Record<string, string> {
  return {
    ...('missing' in bench.servers.kafka ? {} : { KAFKA_BROKERS: bench.servers.kafka.brokers }),
    DATABASE_URL: bench.servers.databaseUrl(database),
    CUSTODY_PORT: '0',
    CUSTODY_DATA_DIR: join(bench.workDir, `data-${name}-${++started}`),
    ...(evidence === undefined ? {} : { CUSTODY_EVIDENCE_DIR: evidence }),
    CUSTODY_DEMO: 'false',
    CUSTODY_ACCESS: 'open',
    CUSTODY_PUBLISHER_KEY: PUBLISHER_KEY.toString('hex'),
    CUSTODY_TOPICS_EVENTS: topic,
    CUSTODY_PROJECTOR_GROUP: `projector-${database}`,
    CUSTODY_LIMITS_RATE_PER_SECOND: '1000000',
    CUSTODY_LIMITS_RATE_BURST: '1000000',
    CUSTODY_LIMITS_REQUESTS_IN_FLIGHT: '1000',
    CUSTODY_LOG_LEVEL: 'warn',
  };
}

function startNode(bench: Bench, name: string, args: readonly string[], env: Readonly<Record<string, string>>): Child {
  const profile = bench.options.profile ? ['--cpu-prof', `--cpu-prof-dir=${join(bench.workDir, 'profiles', name)}`] : [];
  return startChild({ command: process.execPath, args: [...profile, ...args], env, logFile: bench.logFile(name) });
}
