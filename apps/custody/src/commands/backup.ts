/** `custody backup -o FOLDER`: the ledger as it is at one moment, while others write; `custody restore FOLDER`: into an empty database, checked. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { audit, type AuditReport } from '#app/audit';
import { createLog, linesOf, secretsOf, type Config } from '#lib/runtime';
import {
  ledgerConstants,
  readManifest,
  restoreBackup,
  startEmbedded,
  writeBackup,
  type BackupManifest,
  type StoreClient,
} from '#lib/store';
import { keyOfNewestHead, logKeys, openStore, pinnedHeads, signedHead, storedKeyNotices } from '../audited.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { KEPT_FILE } from '../key-files.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';
import { group } from '../progress.ts';
import { auditText } from './audit-report.ts';

export interface BackupFlags extends CommandFlags {
  readonly output: string;
  readonly withKeys?: boolean;
  readonly json?: boolean;
}

export async function backup(flags: BackupFlags): Promise<ExitCode> {
  const { config } = localConfig(flags);
  const store = await openStore(config, 'owner');
  try {
    const { origin } = await ledgerConstants(store.pool);
    const withKeys = flags.withKeys === true;
    const { size, tables, checkpoint } = await writeBackup(store.pool, {
      folder: flags.output,
      logKey: await keyOfNewestHead(logKeys(config, origin), store.pool),
      ...(withKeys ? { addFiles: (folder) => copyKeys(config.dataDir, join(folder, KEYS)) } : {}),
    });
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    const report = { folder: flags.output, log: origin, size, rows, tables: tables.length, signed: checkpoint !== null, keys: withKeys };
    process.stdout.write(flags.json === true ? `${JSON.stringify(report)}\n` : backupText(report));
    return EXIT.ok;
  } finally {
    await store.close();
  }
}

interface BackupReport {
  readonly folder: string;
  readonly log: string;
  readonly size: number;
  readonly rows: number;
  readonly tables: number;
  readonly signed: boolean;
  readonly keys: boolean;
}

function backupText({ folder, log, size, rows, tables, signed, keys }: BackupReport): string {
  return [
    `${group(size)} entries of ${log} (${group(rows)} rows of ${tables} tables) are in ${folder}.`,
    keys
      ? 'The private keys are in it as well: whoever has this folder can sign as this log.'
      : 'The private keys are not in it: keep them elsewhere, or no restored log can go on (--with-keys puts them in).',
    ...(signed ? [] : ['Nothing is sealed yet, so nothing signed stands for it.']),
    '',
  ].join('\n');
}

const KEYS = 'keys';
/** What became of former keys is with them: without it a restored log would stand by keys that it cannot sign by. */
const isKey = (name: string): boolean => name.endsWith('.key') || name === KEPT_FILE;

function copyKeys(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(from).filter(isKey)) {
    // Never over a key that is there: it may be the only one.
    if (existsSync(join(to, name))) continue;
    copyFileSync(join(from, name), join(to, name));
    chmodSync(join(to, name), 0o600);
  }
}

export interface RestoreFlags extends CommandFlags {
  readonly verify?: boolean;
  readonly pin?: readonly string[];
  readonly key?: readonly string[];
  readonly json?: boolean;
}

/**
 * Into an empty database alone. What the log commits to is checked before anything is kept, with `--verify` every event too; an older state
 * than was signed, or another history, is refused whatever is asked for.
 */
export async function restore(folder: string, flags: RestoreFlags): Promise<ExitCode> {
  const { config } = localConfig(flags);
  const manifest = readManifest(folder);
  const own = logKeys(config, manifest.origin, flags.key);
  const keys = own.length > 0 || manifest.logKey === null ? own : logKeys(config, manifest.origin, [manifest.logKey]);
  const head = signedHead(config, manifest.origin);
  const found: { report?: AuditReport } = {};
  await withOwnerUrl(config, (url) =>
    restoreBackup(url, {
      folder,
      async verify(client: StoreClient) {
        const anchors = [...head, ...pinnedHeads(flags.pin ?? [], keys, await storedKeyNotices(client))];
        const report = await audit(client, { keys, anchors, content: flags.verify === true });
        refuse(report);
        found.report = report;
      },
    }),
  );
  const keysIn = join(folder, KEYS);
  if (existsSync(keysIn)) copyKeys(keysIn, config.dataDir);
  const report = found.report as AuditReport;
  const believed = own.length > 0 ? null : manifest.logKey;
  process.stdout.write(
    flags.json === true ? `${JSON.stringify({ restored: true, ...report })}\n` : restoreText(manifest, report, believed),
  );
  return flags.verify === true && report.verdict === 'unchecked' ? EXIT.couldNotCheck : EXIT.ok;
}

/** Throws CommandError; the transaction is rolled back then. */
function refuse(report: AuditReport): void {
  const { counts, first, verdict } = report;
  if (verdict !== 'altered') return;
  const why = report.findings.find(({ code }) => code === 'audit.behind' || code === 'audit.fork');
  if (why !== undefined) {
    const code = counts['audit.behind'] === undefined ? 'restore.fork' : 'restore.behind';
    throw new CommandError(EXIT.conflict, code, `${why.detail} Nothing was restored.`);
  }
  throw new CommandError(EXIT.altered, 'restore.altered', `${first?.detail ?? ''} Nothing was restored.`);
}

function restoreText({ origin, size }: BackupManifest, report: AuditReport, believed: string | null): string {
  return [
    `${group(size)} entries of ${origin} are restored.`,
    ...(believed === null ? [] : [`Checked by the key that the backup itself names; compare it with one that you trust: ${believed}`]),
    '',
    auditText(report),
    '',
  ].join('\n');
}

/** The database is this command's alone: a server that runs keeps it from being opened. */
async function withOwnerUrl<T>(config: Config, work: (url: string) => Promise<T>): Promise<T> {
  if (config.databaseUrl !== null) return work(config.databaseUrl);
  const log = createLog({ level: config.log.level, secrets: secretsOf(config) });
  const embedded = await startEmbedded({ dataDir: config.dataDir, log: linesOf(log, 'store') });
  try {
    return await work(embedded.url('owner'));
  } finally {
    await embedded.stop();
  }
}
