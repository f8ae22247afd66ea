/**
 * `custody log freeze` ends a log for good, with its server stopped; `custody log succeed` prepares the data directory of the log that takes its
 * place. What the old one held is imported there again, from a case export or the event log: a log is never carried over as it is, or the new one
 * would vouch for what was damaged.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSealer, type SealerOptions } from '#app/sealer';
import { detailLine, openCheckpoint, parseVerifierKey } from '#lib/ledger';
import { createLog, secretsOf } from '#lib/runtime';
import { freezeHead, lastCheckpoint, lastHeadWaited, ledgerConstants, lockHead, newestWaitingHead, type StorePool } from '#lib/store';
import { openDatabase } from '../database.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import type { FormFlags } from '../listing.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';
import { declaredKeys } from '../log-key.ts';
import { note as say } from '../notes.ts';
import { keepPreviousLog } from '../previous-log.ts';
import { sealerStateFile } from '../sealer-role.ts';
import { checkCosigned, readPolicy } from '../sealer-witnesses.ts';

/** What a log that cannot say its end suffers from: what is stored is not what was signed, or its keys are not here. A clock can be set right: then it says it. */
const CANNOT_SAY: ReadonlySet<string> = new Set([
  'seal.rollback',
  'seal.mismatch',
  'seal.gap',
  'seal.foreign-key',
  'key.revoked',
  'key.other',
]);
const CONNECTIONS = 3;

/** Prints the last checkpoint, in which the log says that it ends. */
export async function freeze(flags: CommandFlags & FormFlags & { readonly reason: string }): Promise<ExitCode> {
  const { config } = localConfig(flags);
  const reason = detailLine(flags.reason).trim();
  if (reason === '') throw new CommandError(EXIT.usage, 'usage', '--reason is a sentence: it is what the log says for ever.');
  if (config.databaseUrl === null && !existsSync(join(config.dataDir, 'FORMAT')))
    throw new CommandError(EXIT.notFound, 'data.none', `There is no data in ${config.dataDir}.`);
  const log = createLog({ level: config.log.level, secrets: secretsOf(config) });
  const database = await openDatabase(config, log);
  try {
    await database.migrate();
    const pool = database.pool('sealer', { max: CONNECTIONS });
    const { origin } = await ledgerConstants(pool);
    const keys = await declaredKeys(config, origin);
    const signedHeadFile = sealerStateFile(config, origin);
    const { clockConfirmed, witnesses } = config.sealer;
    if (witnesses === null && (await lastHeadWaited(pool)))
      throw new CommandError(
        EXIT.usage,
        'config.invalid',
        'sealer.witnesses is not set, and this log shows what its witnesses cosigned: its end would be shown without their word.',
        'Set CUSTODY_SEALER_WITNESSES to the policy that its server has, or start the server once without one.',
      );
    const policy = witnesses === null ? null : await readPolicy(witnesses);
    // Its witnesses may read the log itself before they cosign, which its server shows: that one asks them for it.
    const publisher = policy === null ? {} : { publisher: { offer: () => undefined } };
    const options = { ...keys, ...publisher, pool, signedHeadFile, clockConfirmed, endReason: reason };
    const guard = (): Promise<void> =>
      policy === null ? Promise.resolve() : checkCosigned({ policy, pool, log, ending: new AbortController().signal }, keys);
    const checkpoint = await ended(pool, options, guard);
    process.stdout.write(flags.json === true ? `${JSON.stringify({ checkpoint })}\n` : checkpoint);
    if ((await newestWaitingHead(pool)) !== null)
      say(
        flags,
        'This head waits for the cosignatures of the policy: start the server with the role sealer, which asks for them and then shows it.',
      );
    return EXIT.ok;
  } finally {
    await database.closePools();
    await database.stop();
  }
}

/** @param guard before anything is signed: what its witnesses cosigned has to be in it */
async function ended(pool: StorePool, options: SealerOptions, guard: () => Promise<void>): Promise<string> {
  try {
    await guard();
    await (await openSealer(options)).end();
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: string };
    if (typeof code !== 'string' || !CANNOT_SAY.has(code)) throw error;
    // Nothing can be signed over what is damaged; that nothing comes in any more can still be had.
    await pool.transaction(async (client) => {
      await lockHead(client);
      await freezeHead(client);
    });
    throw new CommandError(EXIT.conflict, code, `Nothing is appended to this log any more, but it cannot say so: ${message ?? code}`);
  }
  return (await newestWaitingHead(pool))?.note ?? (await lastCheckpoint(pool))?.note ?? '';
}

/** Only where the checkpoint is signed by the key that is given: the new log commits to it in its first entry. */
export async function succeed(path: string, flags: CommandFlags & FormFlags & { readonly key: string }): Promise<ExitCode> {
  const { config } = localConfig(flags);
  const key = parseVerifierKey(flags.key, 'log');
  if (!key.ok) throw new CommandError(EXIT.usage, 'usage', `--key: ${key.fault.detail}.`);
  const note = await readFile(path);
  const opened = openCheckpoint(note, { log: [key.value] });
  if (!opened.ok) throw new CommandError(EXIT.usage, 'usage', `${path} is no checkpoint of that log: ${opened.fault.detail}.`);
  if (existsSync(join(config.dataDir, 'FORMAT')))
    throw new CommandError(EXIT.conflict, 'log.other-beginning', `${config.dataDir} has a log already, which begins otherwise.`);
  await mkdir(config.dataDir, { recursive: true });
  await keepPreviousLog(config.dataDir, note);
  const { origin, size } = opened.value.checkpoint;
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ dataDir: config.dataDir, origin, size: Number(size) })}\n`);
  else
    process.stdout.write(
      `The log that begins in ${config.dataDir} will name the end of ${origin} at ${size} entries. Start it, and import what the old one held.\n`,
    );
  return EXIT.ok;
}
