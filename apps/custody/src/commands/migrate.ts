/** `custody migrate`: brings the database to this version's format; several at once wait for each other. */
import { createLog, secretsOf } from '#lib/runtime';
import { openDatabase } from '../database.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';

export async function migrate(flags: CommandFlags & { readonly json?: boolean }): Promise<ExitCode> {
  const { config } = localConfig(flags);
  const database = await openDatabase(config, createLog({ level: config.log.level, secrets: secretsOf(config) }));
  try {
    const { applied } = await database.migrate();
    if (flags.json === true) process.stdout.write(`${JSON.stringify({ applied })}\n`);
    else
      process.stdout.write(
        applied.length === 0 ? "The database has this version's format already.\n" : `Migrated: ${applied.join(', ')}.\n`,
      );
  } finally {
    await database.closePools();
    await database.stop();
  }
  return EXIT.ok;
}
