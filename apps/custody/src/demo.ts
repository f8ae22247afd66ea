/** The demo case, imported through capture like any other file when the event log is empty. */
import { existsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Config, type DemoModeConfig, isDemoMode } from '#lib/runtime/config';
import { countEntriesFrom, lastCheckpoint, lastSeal, type StorePool } from '#lib/store';
import { importCase } from './commands/import.ts';
import { type Client, createClient } from './client.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import type { Parts } from './parts.ts';
import { packageRoot } from './package-root.ts';

/** Whether this process brings the demo: it is one in demo mode, capture takes the case in, and the projector puts it into the ledger. */
export const bringsDemo = (config: DemoModeConfig & Pick<Config, 'roles'>): boolean =>
  isDemoMode(config) && config.roles.includes('capture') && config.roles.includes('projector');

/** The demo has 62 lines; a machine that needs longer than this to project or to seal them has another problem. */
const DONE_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 25;

/** In the data directory from before the first line is sent until all is in: a start that was killed meanwhile is known by it. */
const UNFINISHED = 'demo.unfinished';

/** `imported`: now, where the event log was empty or an earlier start was ended before it had all. `before`: there was nothing to do. */
export type DemoState = 'imported' | 'before' | 'unfinished';

type Needed = Pick<Parts, 'log' | 'database' | 'config' | 'eventLog' | 'shutdown'>;

/** The start goes on without what cannot be had now; the next one gets it. @param apiKey of this process itself */
export async function loadDemo(parts: Needed, url: string, apiKey: string): Promise<DemoState> {
  const { log, database, config, eventLog } = parts;
  const unfinished = join(config.dataDir, UNFINISHED);
  if (!existsSync(unfinished)) {
    const ends = await eventLog.ends(config.topics.events);
    if (ends.some(({ high }) => high > 0)) return 'before';
    await markUnfinished(unfinished);
  }
  const there = await importDemo(parts, createClient(url, { apiKey }), () => rm(unfinished, { force: true }));
  if (there === null) return 'unfinished';
  // A trace right after the ready line must show all of it. Sightings and what was received as evidence are counted: the log may have entries of its operator.
  await until({ database }, async (pool) => (await countEntriesFrom(pool, 0)) >= there);
  log.info('the demo case (synthetic details on a publicly reported route) was imported', { count: there });
  return 'imported';
}

/** How many entries are known to be there of it; `null`: the next start is to go on. @param finished hears that all is done that can be done */
async function importDemo(
  { log, shutdown }: Pick<Parts, 'log' | 'shutdown'>,
  client: Client,
  finished: () => Promise<void>,
): Promise<number | null> {
  const file = fileURLToPath(new URL('demo/lux-and-loaded.jsonl', packageRoot()));
  let there = 0;
  try {
    const exit = await importCase(client, file, {
      onError: 'proceed',
      quiet: true,
      // One that is ending is not busy.
      onWait: () => {
        if (!shutdown.hasBegun()) log.info('the demo case waits for this server, which is busy');
      },
      onReport: ({ accepted, duplicates, evidence: { received, known } }) => (there = accepted + duplicates + received + known),
    });
    if (exit !== EXIT.ok) log.warn('the demo case was not imported whole: lines of it were rejected');
    await finished();
    return there;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    log.warn('the demo case was not imported whole; the next start gets the rest', { code: error.code });
    return null;
  }
}

/** On the disk when it returns: before the first record of the log is. */
async function markUnfinished(path: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  await file.sync();
  await file.close();
  const folder = await open(dirname(path), 'r');
  await folder.sync();
  await folder.close();
}

/** Who asks for the head of the log right after the ready line must get one that covers all of the demo. */
export async function untilSealed({ log, database }: Pick<Parts, 'log' | 'database'>): Promise<void> {
  const isSealed = await until({ database }, async (pool) => {
    const seal = await lastSeal(pool);
    const head = await lastCheckpoint(pool);
    return seal !== null && head !== null && head.size > seal.logIndex && (await countEntriesFrom(pool, seal.covers)) === 0;
  });
  if (!isSealed) log.warn('the demo case is not sealed yet; its entries have no recorded time until then');
}

async function until({ database }: Pick<Parts, 'database'>, done: (pool: StorePool) => Promise<boolean>): Promise<boolean> {
  // Of all that is there, whoever may see it.
  const pool = database.pool('operator', { max: 1 });
  const deadline = performance.now() + DONE_WITHIN_MS;
  // A machine that is too busy to answer now is asked again: the start does not end for it.
  const seen = (): Promise<boolean> => done(pool).catch(() => false);
  try {
    for (;;) {
      if (await seen()) return true;
      if (performance.now() > deadline) return false;
      await sleep(LOOK_EVERY_MS);
    }
  } finally {
    await pool.close();
  }
}
