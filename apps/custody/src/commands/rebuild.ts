/**
 * `custody rebuild [--verify [--expect FILE]]`: drops what is derived and folds entries and content again. The result must be what was
 * there. Timelines are folded when they are read: the rules by which that is done are held against those of the release, by known answers,
 * and the digest of this ledger's timelines against that of another version, which `--expect` names.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestTimelines } from '#app/gateway';
import { contentIndex } from '#app/projector';
import { createLog, secretsOf } from '#lib/runtime';
import { digestDerived, entryCount, ledgerConstants, logSize, rebuild as rebuildLedger, searchedFrom, type StorePool } from '#lib/store';
import { openDatabase } from '../database.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { compareAnswers, foldAnswers } from '../fold-answers/answers.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';
import { group, progressBar } from '../progress.ts';
import { SEARCH_KEYS } from '../search-keys.ts';
import {
  checkSameLedger,
  checkSameSize,
  type Expected,
  readExpected,
  rebuildReport,
  type RebuildReport,
  reportText,
} from './rebuild-report.ts';

export interface RebuildFlags extends CommandFlags {
  readonly verify?: boolean;
  readonly expect?: string;
  readonly json?: boolean;
}

export async function rebuild(options: RebuildFlags): Promise<ExitCode> {
  const { config } = localConfig(options);
  if (options.expect !== undefined && options.verify !== true)
    throw new CommandError(EXIT.usage, 'usage', '--expect compares digests, which --verify makes.', 'Give both.');
  const expected = options.expect === undefined ? null : readExpected(readFileSync(options.expect, 'utf8'), options.expect);
  // Opening would make a database where there is none.
  if (config.databaseUrl === null && !existsSync(join(config.dataDir, 'FORMAT')))
    throw new CommandError(EXIT.notFound, 'data.none', `There is no data in ${config.dataDir}.`);
  const database = await openDatabase(config, createLog({ level: config.log.level, secrets: secretsOf(config) }));
  try {
    await database.migrate();
    const pool = database.ownerPool();
    return options.verify === true ? await verify(pool, expected, options) : await fold(pool, options);
  } finally {
    await database.closePools();
    await database.stop();
  }
}

async function fold(pool: StorePool, { json, quiet }: RebuildFlags): Promise<ExitCode> {
  const entries = await folded(pool, quiet);
  process.stdout.write(json === true ? `${JSON.stringify({ entries })}\n` : `${group(entries)} entries folded again.\n`);
  return EXIT.ok;
}

async function verify(pool: StorePool, expected: Expected | null, { json, quiet }: RebuildFlags): Promise<ExitCode> {
  const report = await verified(pool, expected, quiet);
  process.stdout.write(`${json === true ? JSON.stringify(report) : reportText(report, expected)}\n`);
  return report.equal ? EXIT.ok : EXIT.unexpected;
}

/**
 * Digests, rebuild and digests are transactions of their own: they are of one ledger where it has as many entries behind them as before.
 * Throws CommandError `rebuild.ledger-grew` where it has more: no difference between them then means anything.
 */
export async function verified(pool: StorePool, expected: Expected | null, quiet = false): Promise<RebuildReport> {
  const { origin: log } = await ledgerConstants(pool);
  const size = await logSize(pool);
  if (expected !== null) checkSameLedger(expected, log, await entryCount(pool));
  const before = await digestDerived(pool);
  // Of entries that came in before there were any: what is made now is no other than what was there.
  const isFirst = (await searchedFrom(pool)) > 0;
  const entries = await folded(pool, quiet);
  const after = await digestDerived(pool);
  const bar = progressBar('timelines', undefined, !quiet);
  const timelines = await digestTimelines(pool, { onProgress: (items) => bar.update(items) });
  bar.finish();
  checkSameSize(size, await logSize(pool));
  const rules = compareAnswers(await foldAnswers());
  const known = before.map((each) => (isFirst && each.table === 'sighting_keys' ? { ...each, sha256: null } : each));
  return rebuildReport({ log, entries, before: known, after, timelines, rules, expected });
}

async function folded(pool: StorePool, quiet = false): Promise<number> {
  const bar = progressBar('rebuild', undefined, !quiet);
  const entries = await rebuildLedger(pool, { indexOf: contentIndex, keys: SEARCH_KEYS, onProgress: (done) => bar.update(done) });
  bar.finish();
  return entries;
}
