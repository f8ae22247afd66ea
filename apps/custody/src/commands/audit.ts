/** `custody audit --full`: replays the ledger against everything that was signed of it, also beside a server that runs. Changes nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { audit as auditLedger, type AuditReport } from '#app/audit';
import { isNewestSealSigned, lastCheckpoint, ledgerConstants, type StorePool } from '#lib/store';
import { logKeys, openStore, signedHead, storedKeyNotices } from '../audited.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';
import { progressBar } from '../progress.ts';
import { auditText } from './audit-report.ts';
import { type KeptElsewhere, keptElsewhere, publishedUnder } from './kept-elsewhere.ts';

export interface AuditFlags extends CommandFlags, KeptElsewhere {
  readonly full?: boolean;
  readonly key?: readonly string[];
  readonly json?: boolean;
}

export async function audit(flags: AuditFlags): Promise<ExitCode> {
  if (flags.full !== true)
    throw new CommandError(
      EXIT.usage,
      'usage',
      'An audit replays all of the ledger, which takes its time.',
      'Say so: custody audit --full.',
    );
  const { config } = localConfig(flags);
  const store = await openStore(config, 'operator');
  try {
    const { origin } = await ledgerConstants(store.pool);
    const keys = logKeys(config, origin, flags.key);
    // Before the database is looked at: a log that grows meanwhile is not behind what it signed then.
    const said = await store.pool.transaction(storedKeyNotices);
    const anchors = [...signedHead(config, origin), ...keptElsewhere(flags, keys, said)];
    const { witnesses } = flags;
    const published = witnesses === undefined ? null : publishedUnder(witnesses, await lastCheckpoint(store.pool), keys, said);
    const report = await audited(store.pool, flags.quiet !== true, (client, onProgress) =>
      auditLedger(client, { keys, anchors, onProgress }),
    );
    process.stdout.write(`${flags.json === true ? JSON.stringify({ ...report, published }) : auditText(report, published)}\n`);
    return auditExit(report);
  } finally {
    await store.close();
  }
}

/** Between a seal and its signed head lie milliseconds. One that has none for so long was left without, and the audit says so. */
const SIGNING_MS = 5_000;
const LOOK_EVERY_MS = 100;

/** One moment of the database, while others write: one at which the newest seal has its signed head, if such a moment comes. */
async function audited(
  pool: StorePool,
  isShown: boolean,
  work: (client: Parameters<typeof auditLedger>[0], onProgress: (part: string, done: number, of: number) => void) => Promise<AuditReport>,
): Promise<AuditReport> {
  for (const end = performance.now() + SIGNING_MS; ; await sleep(LOOK_EVERY_MS)) {
    const report = await pool.transaction(async (client) => {
      await client.query('set transaction isolation level repeatable read, read only');
      await client.query('set local statement_timeout = 0');
      await client.query('set local idle_in_transaction_session_timeout = 0');
      if (!(await isNewestSealSigned(client)) && performance.now() < end) return null;
      const bars = new Map<string, ReturnType<typeof progressBar>>();
      const made = await work(client, (part, done, of) => {
        if (!bars.has(part)) bars.set(part, progressBar(part, of, isShown));
        bars.get(part)?.update(done);
      });
      for (const bar of bars.values()) bar.finish();
      return made;
    });
    if (report !== null) return report;
  }
}

/** What a script may rely on: verified, altered, could not be checked. */
export const auditExit = ({ verdict }: AuditReport): ExitCode =>
  verdict === 'verified' ? EXIT.ok : verdict === 'altered' ? EXIT.altered : EXIT.couldNotCheck;
