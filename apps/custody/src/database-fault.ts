/** What the driver says of a database that cannot be used, for whoever runs a command: which database, what is wrong, what to do. */
import { sqlState, storeFault } from '#lib/store';
import { CommandError, EXIT } from './exit-codes.ts';

/** Login refused (class 28), no such database (3D000), rights (42501). */
const REFUSED = /^(28...|3D000|42501)$/;

/** As a CommandError where somebody can act on it; anything else comes back as it was. @param setting names the setting of this URL */
export function databaseFault(error: unknown, url: string, setting: string): unknown {
  const { hostname, port, pathname } = new URL(url);
  // The user's name and password stay out.
  const database = `The database ${pathname.slice(1)} at ${decodeURIComponent(hostname)}:${port === '' ? '5432' : port} (${setting})`;
  const reason = error instanceof Error ? error.message : String(error);
  if (REFUSED.test(sqlState(error) ?? '')) {
    const remedy = `Check user, password and name of the database in ${setting}, and that the user may create roles and schemas for a first start.`;
    return new CommandError(EXIT.auth, 'store.refused', `${database} refuses: ${reason}.`, remedy);
  }
  if (storeFault(error)?.code === 'store.unavailable') {
    const remedy = `Start it, or mend host and port in ${setting}; then run this again.`;
    return new CommandError(EXIT.temporary, 'store.unavailable', `${database} does not answer: ${reason}.`, remedy);
  }
  return error;
}
