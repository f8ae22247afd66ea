/** `custody backup -o FOLDER`: the ledger as it is at one moment, while others write; `custody restore FOLDER`: into an empty database, checked. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { audit, type AuditReport } from '#app/audit';
import { openEvidenceFiles } from '#lib/evidence';
import type { WitnessPolicy } from '#lib/ledger';
import { createLog, linesOf, secretsOf, type Config } from '#lib/runtime';
import {
  ledgerConstants,
  readManifest,
  receivedEvidence,
  restoreBackup,
  startEmbedded,
  writeBackup,
  type BackedUpEvidence,
  type BackupManifest,
  type StoreClient,
} from '#lib/store';
import { keyOfNewestHead, logKeys, openStore, pinnedHeads, signedHead, storedKeyNotices } from '../audited.ts';
import { evidenceFolder } from '../evidence-role.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { KEPT_FILE } from '../key-files.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';
import { group } from '../progress.ts';
import { readPolicy } from '../sealer-witnesses.ts';
import { auditText } from './audit-report.ts';
import {
  backedUpLines,
  backUpEvidence,
  checkCited,
  checkEvidenceList,
  citedLines,
  evidenceExit,
  restoredLines,
  restoreEvidence,
  type CitedEvidence,
  type EvidenceFaults,
  type RestoredEvidence,
} from './backup-evidence.ts';
import { everKeys, policyOf } from './kept-elsewhere.ts';
import { witnessedAnchors, witnessLines, type AskedWitnesses } from './witnessed-size.ts';

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
    const found: { faults?: EvidenceFaults } = {};
    const { size, tables, checkpoint, evidence } = await writeBackup(store.pool, {
      folder: flags.output,
      logKey: await keyOfNewestHead(logKeys(config, origin), store.pool),
      async addEvidence(folder, of) {
        const copied = await backUpEvidence(await openEvidenceFiles(evidenceFolder(config)), folder, receivedEvidence(folder, of));
        found.faults = copied.faults;
        return copied.evidence;
      },
      ...(withKeys ? { addFiles: (folder) => copyKeys(config.dataDir, join(folder, KEYS)) } : {}),
    });
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    const faults = found.faults as EvidenceFaults;
    const report = {
      folder: flags.output,
      log: origin,
      size,
      rows,
      tables: tables.length,
      signed: checkpoint !== null,
      keys: withKeys,
      evidence: { ...(evidence as BackedUpEvidence), ...faults },
    };
    process.stdout.write(flags.json === true ? `${JSON.stringify(report)}\n` : backupText(report));
    return evidenceExit(faults);
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
  readonly evidence: BackedUpEvidence & EvidenceFaults;
}

function backupText({ folder, log, size, rows, tables, signed, keys, evidence }: BackupReport): string {
  return [
    `${group(size)} entries of ${log} (${group(rows)} rows of ${tables} tables) are in ${folder}.`,
    keys
      ? 'The private keys are in it as well: whoever has this folder can sign as this log.'
      : 'The private keys are not in it: keep them elsewhere, or no restored log can go on (--with-keys puts them in).',
    ...backedUpLines(evidence, evidence),
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
  /** File of a witness policy; the configured one where none is given. */
  readonly witnesses?: string;
  readonly json?: boolean;
}

/** What is found while the transaction is open. */
interface Found {
  readonly report: AuditReport;
  readonly witnesses: AskedWitnesses | null;
  readonly evidence: RestoredEvidence | null;
  readonly cited: CitedEvidence | null;
}

/**
 * Into an empty database alone. What the log commits to is checked before anything is kept, with `--verify` every event and every cited file
 * too; an older state than was signed, as far as this machine, pins and witnesses know, or another history, is refused whatever is asked for.
 */
export async function restore(folder: string, flags: RestoreFlags): Promise<ExitCode> {
  const { config } = localConfig(flags);
  const manifest = readManifest(folder);
  if (manifest.evidence !== undefined) await checkEvidenceList(folder, manifest.evidence);
  const policy = await policyFor(flags, config);
  const own = logKeys(config, manifest.origin, flags.key);
  const keys = own.length > 0 || manifest.logKey === null ? own : logKeys(config, manifest.origin, [manifest.logKey]);
  const head = signedHead(config, manifest.origin);
  const kept: { found?: Found } = {};
  await withOwnerUrl(config, (url) =>
    restoreBackup(url, {
      folder,
      async verify(client: StoreClient) {
        const said = await storedKeyNotices(client);
        const shown = policy === null ? null : await witnessedAnchors(policy, manifest.origin, everKeys(keys, said));
        const anchors = [...head, ...pinnedHeads(flags.pin ?? [], keys, said), ...(shown?.anchors ?? [])];
        const report = await audit(client, { keys, anchors, content: flags.verify === true });
        refuse(report);
        // Before the ledger is kept: where the process ends here the database is empty, and begun again what was copied is there.
        const store = await openEvidenceFiles(evidenceFolder(config));
        const evidence = manifest.evidence === undefined ? null : await restoreEvidence(folder, store);
        const cited = flags.verify === true ? await checkCited(client, store) : null;
        kept.found = { report, witnesses: shown?.witnesses ?? null, evidence, cited };
      },
    }),
  );
  const keysIn = join(folder, KEYS);
  if (existsSync(keysIn)) copyKeys(keysIn, config.dataDir);
  const found = kept.found as Found;
  const { report, ...rest } = found;
  const believed = own.length > 0 ? null : manifest.logKey;
  process.stdout.write(
    flags.json === true ? `${JSON.stringify({ restored: true, ...report, ...rest })}\n` : restoreText(manifest, found, believed),
  );
  return exitOf(found, flags);
}

/** Witnesses that are named have to be asked in vain to be no reason: where none is named, that is said and no more. */
function exitOf({ report, witnesses, evidence, cited }: Found, { verify }: RestoreFlags): ExitCode {
  const faults = evidence === null ? EXIT.ok : evidenceExit(evidence);
  if (faults !== EXIT.ok) return faults;
  if (cited !== null && cited.altered.count > 0) return EXIT.altered;
  const isOpen = report.verdict === 'unchecked' || witnesses?.isEnough === false;
  return verify === true && isOpen ? EXIT.couldNotCheck : EXIT.ok;
}

/** The one that is given, else the configured one; `null`: neither. Throws CommandError `pin.policy`, `config.invalid`. */
async function policyFor({ witnesses }: RestoreFlags, { sealer }: Config): Promise<WitnessPolicy | null> {
  if (witnesses !== undefined) return policyOf(witnesses);
  return sealer.witnesses === null ? null : readPolicy(sealer.witnesses);
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

function restoreText({ origin, size }: BackupManifest, found: Found, believed: string | null): string {
  const { report, witnesses, evidence, cited } = found;
  return [
    `${group(size)} entries of ${origin} are restored.`,
    ...(believed === null ? [] : [`Checked by the key that the backup itself names; compare it with one that you trust: ${believed}`]),
    ...(evidence === null ? ['The backup has no evidence in it: copy its folder from where it is kept.'] : restoredLines(evidence)),
    ...(cited === null ? [] : citedLines(cited)),
    ...witnessLines(witnesses),
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
