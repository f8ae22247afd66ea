/** The demo case, imported through capture like any other file when the ledger is empty. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Config } from '#lib/runtime';
import { logSize } from '#lib/store';
import { importCase } from './commands/import.ts';
import { createClient } from './client.ts';
import { EXIT } from './exit-codes.ts';
import type { Parts } from './parts.ts';
import { packageRoot } from './package-root.ts';

/** Whether this process brings the demo: capture takes it in, the projector puts it into the ledger, and a database of somebody's own gets none. */
export const bringsDemo = ({ demo, databaseUrl, roles }: Pick<Config, 'demo' | 'databaseUrl' | 'roles'>): boolean =>
  demo && databaseUrl === null && roles.includes('capture') && roles.includes('projector');

/** The demo has 62 lines; a machine that needs longer than this to project them has another problem. */
const PROJECTED_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 50;

export async function loadDemo({ log, database, config, eventLog }: Parts, url: string): Promise<void> {
  const ends = await eventLog.ends(config.topics.events);
  if (ends.some(({ high }) => high > 0)) return;
  const file = fileURLToPath(new URL('demo/lux-and-loaded.jsonl', packageRoot()));
  const report = { accepted: 0 };
  const exit = await importCase(createClient(url), file, {
    onError: 'proceed',
    quiet: true,
    onReport: ({ accepted }) => (report.accepted = accepted),
  });
  if (exit !== EXIT.ok) log.warn('the demo case was not imported whole');
  await untilProjected({ database }, report.accepted);
  log.info('the demo case (synthetic details on a publicly reported route) was imported', { count: report.accepted });
}

/** A trace right after the ready line must show all of it. */
async function untilProjected({ database }: Pick<Parts, 'database'>, size: number): Promise<void> {
  const pool = database.pool('gateway', { max: 1 });
  const deadline = performance.now() + PROJECTED_WITHIN_MS;
  // A machine that is too busy to answer now is asked again: the start does not end for it.
  const seen = (): Promise<number> => logSize(pool).catch(() => 0);
  while ((await seen()) < size && performance.now() < deadline) await sleep(LOOK_EVERY_MS);
  await pool.close();
}
