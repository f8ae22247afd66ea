/** `custody evidence verify`: hashes everything in the store again, and holds it against what was received. Beside a server that runs, too. */
import { openEvidenceFiles, type EvidenceStore } from '#lib/evidence';
import { uploadedAfter, type StorePool } from '#lib/store';
import { openStore } from '../audited.ts';
import { evidenceFolder } from '../evidence-role.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';
import { group } from '../progress.ts';
import { printable } from './printable.ts';

/** A finding about one file. */
export interface EvidenceFinding {
  readonly code: 'evidence.missing' | 'evidence.altered' | 'evidence.unknown';
  /** Hash, or the path within the folder of what has none. */
  readonly name: string;
  readonly detail: string;
}

export interface EvidenceReport {
  /** Files that are what they are called. */
  readonly whole: number;
  readonly bytes: number;
  readonly findings: readonly EvidenceFinding[];
}

export async function verify(flags: CommandFlags & { readonly json?: boolean }): Promise<ExitCode> {
  const { config } = localConfig(flags);
  const opened = await openStore(config, 'operator');
  try {
    const report = await scrub(await openEvidenceFiles(evidenceFolder(config)), opened.pool);
    if (flags.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
    else for (const line of reportLines(report)) process.stdout.write(`${printable(line)}\n`);
    return exitOf(report);
  } finally {
    await opened.close();
  }
}

/** What was changed weighs more than what is gone, and that more than what nobody sent. */
export function exitOf({ findings }: EvidenceReport): ExitCode {
  if (findings.some(({ code }) => code === 'evidence.altered')) return EXIT.altered;
  if (findings.some(({ code }) => code === 'evidence.missing')) return EXIT.incomplete;
  return findings.length > 0 ? EXIT.conflict : EXIT.ok;
}

const PIECE_ROWS = 1_000;

/**
 * Both sides in the order of the hashes. The rows are read before the files, so that what comes in meanwhile is at worst a file whose row was
 * not there yet: such a one is asked for once more.
 */
export async function scrub(store: EvidenceStore, pool: StorePool): Promise<EvidenceReport> {
  const expected = new Set<string>();
  for await (const hash of uploaded(pool)) expected.add(hash);
  const findings: EvidenceFinding[] = [];
  let whole = 0;
  let bytes = 0;
  const strange: string[] = [];
  for await (const { sha256 } of store.list()) {
    const verified = await store.verify(sha256);
    if (verified.verdict === 'missing') continue;
    if (verified.verdict === 'altered')
      findings.push({ code: 'evidence.altered', name: sha256, detail: `its ${verified.bytes} bytes hash to ${verified.sha256}` });
    else if (expected.has(sha256)) {
      whole += 1;
      bytes += verified.bytes;
    } else strange.push(sha256);
    expected.delete(sha256);
  }
  for (const name of expected) findings.push({ code: 'evidence.missing', name, detail: 'it was received, and is not there' });
  if (strange.length > 0) {
    const now = new Set<string>();
    for await (const hash of uploaded(pool)) now.add(hash);
    for (const name of strange) {
      if (now.has(name)) whole += 1;
      else findings.push({ code: 'evidence.unknown', name, detail: 'nobody is recorded to have sent it' });
    }
  }
  for await (const name of store.strays()) findings.push({ code: 'evidence.unknown', name, detail: 'this is no evidence' });
  return { whole, bytes, findings };
}

async function* uploaded(pool: StorePool): AsyncGenerator<string> {
  for (let after = ''; ;) {
    const rows = await uploadedAfter(pool, after, PIECE_ROWS);
    for (const { sha256 } of rows) yield sha256.toString('hex');
    const last = rows.at(-1);
    if (last === undefined || rows.length < PIECE_ROWS) return;
    after = last.sha256.toString('hex');
  }
}

function reportLines({ whole, bytes, findings }: EvidenceReport): string[] {
  const told = findings.map(({ code, name, detail }) => `${code.replace('evidence.', '').toUpperCase().padEnd(8)} ${name}  ${detail}`);
  const count = `${group(whole)} ${whole === 1 ? 'file is' : 'files are'} what they are called (${group(bytes)} bytes hashed)`;
  return [...told, `${count}, ${group(findings.length)} ${findings.length === 1 ? 'finding' : 'findings'}.`];
}
