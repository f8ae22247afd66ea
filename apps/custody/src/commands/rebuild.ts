/** `custody rebuild [--verify]`: drops what is derived and folds entries and content again. The result must be what was there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { contentIndex } from '#app/projector';
import { createLog, secretsOf } from '#lib/runtime';
import { digestDerived, rebuild as rebuildLedger, type TableDigest } from '#lib/store';
import { openDatabase } from '../database.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';
import { group, progressBar } from '../progress.ts';
import { SEARCH_KEYS } from '../search-keys.ts';

export async function rebuild(options: CommandFlags & { readonly verify?: boolean; readonly json?: boolean }): Promise<ExitCode> {
  const { config } = localConfig(options);
  // Opening would make a database where there is none.
  if (config.databaseUrl === null && !existsSync(join(config.dataDir, 'FORMAT')))
    throw new CommandError(
      EXIT.notFound,
      'data.none',
      `There is no data in ${config.dataDir}.`,
      'Name the data directory with CUSTODY_DATA_DIR.',
    );
  const database = await openDatabase(config, createLog({ level: config.log.level, secrets: secretsOf(config) }));
  try {
    await database.migrate();
    const pool = database.ownerPool();
    const before = options.verify === true ? await digestDerived(pool) : null;
    const bar = progressBar('rebuild', undefined);
    const entries = await rebuildLedger(pool, { indexOf: contentIndex, keys: SEARCH_KEYS, onProgress: (done) => bar.update(done) });
    bar.finish();
    const after = options.verify === true ? await digestDerived(pool) : null;
    return report(entries, before, after, options.json === true);
  } finally {
    await database.closePools();
    await database.stop();
  }
}

function report(entries: number, before: readonly TableDigest[] | null, after: readonly TableDigest[] | null, json: boolean): ExitCode {
  if (before === null || after === null) {
    process.stdout.write(json ? `${JSON.stringify({ entries })}\n` : `${group(entries)} entries folded again.\n`);
    return EXIT.ok;
  }
  const tables = before.map((was, index) => ({
    table: was.table,
    rows: was.rows,
    before: was.sha256,
    after: after[index]?.sha256 ?? '',
    equal: after[index]?.sha256 === was.sha256,
  }));
  const equal = tables.every((table) => table.equal);
  if (json) process.stdout.write(`${JSON.stringify({ entries, equal, tables })}\n`);
  else {
    for (const { table, rows, before: was, after: is, equal: same } of tables)
      process.stdout.write(`${same ? 'equal ' : 'DIFFER'}  ${table.padEnd(14)}  ${group(rows)} rows  ${was}${same ? '' : ` -> ${is}`}\n`);
    process.stdout.write(
      equal
        ? `${group(entries)} entries folded again: every derived table is what it was.\n`
        : `${group(entries)} entries folded again, and derived tables DIFFER: what was there did not follow from the ledger.\n`,
    );
  }
  return equal ? EXIT.ok : EXIT.unexpected;
}
