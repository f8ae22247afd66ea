/** The demo case, imported through capture like any other file when the ledger is empty. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Config } from '#lib/runtime';
import { countEntriesFrom, lastCheckpoint, lastSeal, type StorePool } from '#lib/store';
import { importCase } from './commands/import.ts';
import { createClient } from './client.ts';
import { EXIT } from './exit-codes.ts';
import type { Parts } from './parts.ts';
import { packageRoot } from './package-root.ts';

/** Whether this process brings the demo: capture takes it in, the projector puts it into the ledger, and a database of somebody's own gets none. */
export const bringsDemo = ({ demo, databaseUrl, roles }: Pick<Config, 'demo' | 'databaseUrl' | 'roles'>): boolean =>
  demo && databaseUrl === null && roles.includes('capture') && roles.includes('projector');

/** The demo has 62 lines; a machine that needs longer than this to project or to seal them has another problem. */
const DONE_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 25;

/** Whether it was imported now. @param apiKey of this process itself */
export async function loadDemo({ log, database, config, eventLog }: Parts, url: string, apiKey: string): Promise<boolean> {
  const ends = await eventLog.ends(config.topics.events);
  if (ends.some(({ high }) => high > 0)) return false;
  const file = fileURLToPath(new URL('demo/lux-and-loaded.jsonl', packageRoot()));
  const report = { entries: 0 };
  const exit = await importCase(createClient(url, { apiKey }), file, {
    onError: 'proceed',
    quiet: true,
    onReport: ({ accepted, evidence }) => (report.entries = accepted + evidence.received),
  });
  if (exit !== EXIT.ok) log.warn('the demo case was not imported whole');
  // A trace right after the ready line must show all of it. Sightings and what was received as evidence are counted: the log may have entries of its operator.
  await until({ database }, async (pool) => (await countEntriesFrom(pool, 0)) >= report.entries);
  log.info('the demo case (synthetic details on a publicly reported route) was imported', { count: report.entries });
  return true;
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
