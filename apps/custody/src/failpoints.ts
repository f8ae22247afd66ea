/**
 * Places where a chaos test lets this process die: `CUSTODY_TEST_FAILPOINT=before_commit:3` kills it (SIGKILL, nothing is cleaned up) when
 * that point is reached for the third time. Off unless the variable is set; never set it where data matters.
 */
import type { Log } from '#lib/runtime';
import { type Failpoint, FAILPOINTS, type ProjectionHooks } from '#lib/store';

const VARIABLE = 'CUSTODY_TEST_FAILPOINT';

export function failpoints(log: Log): ProjectionHooks {
  const wish = process.env[VARIABLE];
  if (wish === undefined) return { failpoint: () => undefined };
  const [name, count = '1'] = wish.split(':');
  if (!FAILPOINTS.includes(name as Failpoint)) throw new Error(`${VARIABLE} names no failpoint: ${FAILPOINTS.join(', ')}`);
  log.warn('a failpoint is set: this process will kill itself');
  let left = Number(count);
  return {
    failpoint(reached) {
      if (reached !== name || --left > 0) return;
      process.kill(process.pid, 'SIGKILL');
    },
  };
}
