/**
 * Places where a chaos test lets this process die: `CUSTODY_TEST_FAILPOINT=before_commit:3` kills it (SIGKILL, nothing is cleaned up) when
 * that point of the projector is reached for the third time; `CUSTODY_TEST_SEAL_FAILPOINT` is the same for the sealer, `CUSTODY_TEST_ALERT_FAILPOINT` for alerts, and with a signal behind
 * it (`after_commit:3:SIGSTOP`) the process is stopped there instead. Off unless a variable is set; never set one where data matters.
 */
import { ALERT_FAILPOINTS, type AlertFailpoint } from '#app/alerts';
import { SEAL_FAILPOINTS, type SealFailpoint } from '#app/sealer';
import type { Log } from '#lib/runtime';
import { FAILPOINTS, type ProjectionHooks } from '#lib/store';

type Hit<Name> = (reached: Name) => void;

export const failpoints = (log: Log): ProjectionHooks => ({ failpoint: hitAt(log, 'CUSTODY_TEST_FAILPOINT', FAILPOINTS) });

export const sealFailpoints = (log: Log): { readonly failpoint: Hit<SealFailpoint> } => ({
  failpoint: hitAt(log, 'CUSTODY_TEST_SEAL_FAILPOINT', SEAL_FAILPOINTS),
});

export const alertFailpoints = (log: Log): { readonly failpoint: Hit<AlertFailpoint> } => ({
  failpoint: hitAt(log, 'CUSTODY_TEST_ALERT_FAILPOINT', ALERT_FAILPOINTS),
});

function hitAt<Name extends string>(log: Log, variable: string, names: readonly Name[]): Hit<Name> {
  const wish = process.env[variable];
  if (wish === undefined) return () => undefined;
  const [name, count = '1', signal = 'SIGKILL'] = wish.split(':');
  if (!names.includes(name as Name)) throw new Error(`${variable} names no failpoint: ${names.join(', ')}`);
  log.warn('a failpoint is set: this process will kill itself');
  let left = Number(count);
  return (reached) => {
    // Once: a process that was stopped there goes on.
    if (reached === name && --left === 0) process.kill(process.pid, signal);
  };
}
