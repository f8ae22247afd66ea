/** `custody reset --yes`: deletes the data directory with everything in it. It is the uninstall; only the clone is left. */
import { resetData } from '#lib/store';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';

export async function reset(options: CommandFlags & { readonly yes?: boolean; readonly json?: boolean }): Promise<ExitCode> {
  const { config } = localConfig(options);
  if (config.databaseUrl !== null) {
    throw new CommandError(EXIT.usage, 'reset.external', 'The data is in a database of your own, which this command does not touch.');
  }
  if (options.yes !== true) {
    throw new CommandError(EXIT.usage, 'reset.unconfirmed', `This would delete ${config.dataDir} with every sighting in it.`);
  }
  await resetData(config.dataDir);
  const { dataDir } = config;
  process.stdout.write(options.json === true ? `${JSON.stringify({ deleted: dataDir })}\n` : `Deleted ${dataDir}.\n`);
  return EXIT.ok;
}
