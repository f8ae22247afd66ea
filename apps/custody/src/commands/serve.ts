/**
 * `custody serve`: the composition root. Starts what the configured roles need, in order, and ends it in the opposite order:
 * database, migrations, event log, topics, projector, HTTP, the demo case, sealer, and last the ready line.
 */
import 'reflect-metadata';
import { Command } from 'commander';
import {
  type Certificate,
  configFlags,
  createHealth,
  createLog,
  createMetrics,
  createShutdown,
  loadPublisherKeys,
  secretsOf,
} from '#lib/runtime';
import { isFrozen, loadMigrations } from '#lib/store';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { FormFlags } from '../listing.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';
import { certificateOf } from '../own-certificate.ts';
import { newApiKey } from '../access/api-key.ts';
import { type Database, openDatabase } from '../database.ts';
import { OPERATOR } from '../operator.ts';
import { dropOperatorKey, keepOperatorKey } from '../operator-key.ts';
import { bringsDemo, type DemoState, loadDemo, untilSealed } from '../demo.ts';
import { openEventLog, prepareTopics } from '../event-logs.ts';
import { type Served, startAccepting, startHttp } from '../http.ts';
import { checkLogins } from '../logins.ts';
import { getsNoUpdates } from '../node-support.ts';
import { endWith, type Parts } from '../parts.ts';
import { startProjector } from '../projector-role.ts';
import { readyLine } from '../ready-line.ts';
import { cosignLastHead, startSealer } from '../sealer-role.ts';

export async function serve(flags: CommandFlags & FormFlags, args: readonly string[]): Promise<ExitCode> {
  const settings = parseSettings(args);
  if (settings === null) return EXIT.ok;
  const { config } = localConfig(flags, settings);
  const certificate = certificateOf(config);
  const log = createLog({ level: config.log.level, secrets: secretsOf(config) });
  const version = process.versions.node;
  if (getsNoUpdates(version))
    log.warn('this Node version gets no more security updates; it works, but run a supported one where it matters', { version });
  const metrics = createMetrics();
  const health = createHealth(undefined, (component, atMs) => metrics.lastProgress.set({ component }, atMs / 1000));
  const shutdown = createShutdown(log, config.shutdownSeconds * 1000);
  shutdown.onSignals();
  try {
    const { publicUrl: url, link, demo } = await start({ config, log, metrics, health, shutdown }, certificate);
    const said = { url, roles: config.roles, ...(link === null ? {} : { link }) };
    process.stdout.write(`${flags.json === true ? JSON.stringify(said) : readyLine(url, config, demo, link)}\n`);
  } catch (error) {
    await shutdown.run();
    throw error;
  }
  // The signal handlers end the process; until then there is nothing to return.
  return new Promise(() => undefined);
}

interface Started extends Served {
  readonly demo: DemoState;
}

async function start(
  base: Pick<Parts, 'config' | 'log' | 'metrics' | 'health' | 'shutdown'>,
  certificate: Certificate | null,
): Promise<Started> {
  const { log, health, shutdown } = base;
  let { config } = base;
  // Both load while the database starts.
  const accepting = startAccepting(config);
  shutdown.at('producers', 'accept threads', () => accepting.close());
  loadMigrations();
  const database = await openDatabase(config, log);
  shutdown.at('servers', 'database', () => database.stop());
  shutdown.at('pools', 'database', () => database.closePools());
  void database.embedded?.failed.then(() => endWith(log, shutdown, 'store.unavailable'));
  const { applied } = await database.migrate();
  if (applied.length > 0) log.info('the database was migrated', { count: applied.length });

  if (config.roles.some((role) => role === 'gateway' || role === 'evidence' || role === 'alerts')) await database.installContexts();
  const isOver = await hasEnded(database);
  let cosigns = false;
  if (isOver) {
    log.error('the log has ended: it is read and proved, and nothing is taken in', { code: 'log.frozen' });
    cosigns = config.roles.includes('sealer');
    config = { ...config, roles: config.roles.filter((role) => role === 'gateway' || role === 'evidence') };
  }
  // The embedded database has a login for each role from its first moment.
  if (database.embedded === null) await checkLogins(config, log, database);
  const eventLog = openEventLog(config, log, database);
  shutdown.at('producers', 'event log', () => eventLog.close());
  await prepareTopics(config, log, eventLog);
  const keys = await loadPublisherKeys(config, OPERATOR.agency);
  const parts: Parts = { ...base, config, database, eventLog, keys, accepting, hasEnded: isOver };
  if (config.roles.includes('projector')) await startProjector(parts);
  const own = newApiKey();
  const served = await startHttp(parts, own, certificate, (url) => keepOperatorKey(config.dataDir, url, own.text));
  shutdown.at('http', 'operator key', () => dropOperatorKey(config.dataDir, served.url, own.text));
  health.start();
  shutdown.at('http', 'health', () => health.stop());
  const demo = bringsDemo(config) ? await loadDemo(parts, served.url, own.text) : 'before';
  // After the demo, which one seal takes as a whole: it stands first in the log, and was recorded at one moment.
  if (config.roles.includes('sealer')) {
    await startSealer(parts);
    if (demo === 'imported') await untilSealed(parts);
  }
  if (cosigns) await cosignLastHead(parts);
  return { ...served, demo };
}

async function hasEnded(database: Database): Promise<boolean> {
  const pool = database.ownerPool();
  try {
    return await isFrozen(pool);
  } finally {
    await pool.close();
  }
}

/** `null`: help was asked for and printed. */
function parseSettings(args: readonly string[]): Record<string, unknown> | null {
  const command = new Command('custody serve').exitOverride().allowExcessArguments(false);
  for (const { flags, meaning } of configFlags()) command.option(flags, meaning);
  try {
    command.parse([...args], { from: 'user' });
  } catch (error) {
    if ((error as { exitCode?: number }).exitCode === 0) return null;
    throw error;
  }
  return command.opts();
}
