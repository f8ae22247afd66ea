/** The evidence of a backup: the folder `evidence`, a store of its own, and `evidence.tsv`, which says of each file that was received what became of it. */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, existsSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openEvidenceFiles, type EvidenceStore } from '#lib/evidence';
import { citedAfter, type BackedUpEvidence, type Statements } from '#lib/store';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { group } from '../progress.ts';

const FILES = 'evidence';
const LIST = `${FILES}.tsv`;
/** Names no agency: what is under way belongs to this command. */
const OWNER = 'backup';
/** Of what is wrong so many are named; all of them are counted. */
const NAMED_MAX = 20;

/** Files by name, as far as a person reads them. */
interface Named {
  count: number;
  readonly first: string[];
}

const none = (): Named => ({ count: 0, first: [] });

function name(named: Named, sha256: string): void {
  named.count += 1;
  if (named.first.length < NAMED_MAX) named.first.push(sha256);
}

/** What is not where it should be, or not what it is called. */
export interface EvidenceFaults {
  readonly missing: Named;
  readonly altered: Named;
}

type Copied = { readonly state: 'held'; readonly bytes: number } | { readonly state: 'missing' | 'altered' };

/** One read, one hash and one write of the bytes, in constant memory; what is under the name afterwards has this hash. */
async function copy(from: EvidenceStore, to: EvidenceStore, sha256: string): Promise<Copied> {
  const bytes = (await from.open(sha256)) as AsyncIterable<Uint8Array> | null;
  if (bytes === null) return { state: 'missing' };
  const put = await to.put(sha256, bytes, { owner: OWNER, bytesMax: Number.MAX_SAFE_INTEGER });
  return put.outcome === 'stored' || put.outcome === 'known' ? { state: 'held', bytes: put.bytes } : { state: 'altered' };
}

/**
 * @param folder of the backup, not under its name yet
 * @param received hashes in their order
 */
export async function backUpEvidence(
  store: EvidenceStore,
  folder: string,
  received: AsyncIterable<string>,
): Promise<{ readonly evidence: BackedUpEvidence; readonly faults: EvidenceFaults }> {
  const copies = await openEvidenceFiles(join(folder, FILES));
  const faults = { missing: none(), altered: none() };
  const hash = createHash('sha256');
  let [files, bytes, notHeld] = [0, 0, 0];
  const list = openSync(join(folder, LIST), 'wx', 0o600);
  try {
    for await (const sha256 of received) {
      const copied = await copy(store, copies, sha256);
      if (copied.state === 'held') [files, bytes] = [files + 1, bytes + copied.bytes];
      else {
        notHeld += 1;
        name(faults[copied.state], sha256);
      }
      const line = Buffer.from(`${sha256}\t${copied.state}\n`);
      hash.update(line);
      writeSync(list, line);
    }
    fsyncSync(list);
  } finally {
    closeSync(list);
  }
  return { evidence: { files, bytes, notHeld, sha256: hash.digest('hex') }, faults };
}

/** Before anything is changed. Throws CommandError `restore.damaged`. */
export async function checkEvidenceList(folder: string, { sha256 }: BackedUpEvidence): Promise<void> {
  const path = join(folder, LIST);
  const hash = createHash('sha256');
  if (existsSync(path)) for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  if (hash.digest('hex') !== sha256)
    throw new CommandError(
      EXIT.conflict,
      'restore.damaged',
      `${path} is missing, or is not what was written when the backup was made: nothing was restored.`,
    );
}

/** What became of the evidence of a backup. */
export interface RestoredEvidence extends EvidenceFaults {
  /** Of the backup, hashed again, in the store now. */
  readonly files: number;
  readonly bytes: number;
  /** Received, and gone when the backup was made: by the word of its list. */
  readonly notHeld: Named;
  /** Received, and not what they were called when the backup was made: by the same word. */
  readonly alteredBefore: Named;
}

/** Puts what the backup holds into the store. What is there already stays; a file that is not what it is called is named, and not put in. */
export async function restoreEvidence(folder: string, store: EvidenceStore): Promise<RestoredEvidence> {
  const copies = await openEvidenceFiles(join(folder, FILES));
  const [missing, altered, notHeld, alteredBefore] = [none(), none(), none(), none()];
  let [files, bytes] = [0, 0];
  for await (const line of createInterface({ input: createReadStream(join(folder, LIST)), crlfDelay: Infinity })) {
    const [sha256 = '', state] = line.split('\t');
    if (state !== 'held') {
      name(state === 'altered' ? alteredBefore : notHeld, sha256);
      continue;
    }
    const copied = await copy(copies, store, sha256);
    if (copied.state === 'held') [files, bytes] = [files + 1, bytes + copied.bytes];
    else name(copied.state === 'missing' ? missing : altered, sha256);
  }
  return { files, bytes, missing, altered, notHeld, alteredBefore };
}

/** What the ledger cites, against what the store has: each file is read and hashed. */
export interface CitedEvidence {
  readonly cited: number;
  readonly held: number;
  /** Whoever cites a file need not send it. */
  readonly notHeld: Named;
  readonly altered: Named;
}

const PIECE_ROWS = 1_000;

export async function checkCited(from: Statements, store: EvidenceStore): Promise<CitedEvidence> {
  const [notHeld, altered] = [none(), none()];
  let [cited, held] = [0, 0];
  for (let after: string | undefined = ''; after !== undefined;) {
    const hashes = await citedAfter(from, after, PIECE_ROWS);
    for (const sha256 of hashes) {
      cited += 1;
      const { verdict } = await store.verify(sha256);
      if (verdict === 'whole') held += 1;
      else name(verdict === 'missing' ? notHeld : altered, sha256);
    }
    after = hashes.length < PIECE_ROWS ? undefined : hashes.at(-1);
  }
  return { cited, held, notHeld, altered };
}

/** What was changed weighs more than what is gone. */
export function evidenceExit({ missing, altered }: EvidenceFaults): ExitCode {
  if (altered.count > 0) return EXIT.altered;
  return missing.count > 0 ? EXIT.incomplete : EXIT.ok;
}

const filesOf = (count: number): string => `${group(count)} ${count === 1 ? 'file' : 'files'}`;

function namedLines(what: string, { count, first }: Named): string[] {
  if (count === 0) return [];
  const rest = count > first.length ? [`  and ${group(count - first.length)} more`] : [];
  return [`${what}: ${filesOf(count)}`, ...first.map((sha256) => `  ${sha256}`), ...rest];
}

export const backedUpLines = ({ files, bytes }: BackedUpEvidence, { missing, altered }: EvidenceFaults): string[] => [
  `Evidence: ${filesOf(files)}, ${group(bytes)} bytes.`,
  ...namedLines('Received, not held here any more, and not in the backup', missing),
  ...namedLines('ALTERED here, and not in the backup', altered),
];

export const restoredLines = ({ files, bytes, missing, altered, notHeld, alteredBefore }: RestoredEvidence): string[] => [
  `Evidence: ${filesOf(files)}, ${group(bytes)} bytes, hashed again.`,
  ...namedLines('MISSING in the backup, which had it', missing),
  ...namedLines('ALTERED in the backup, and not restored', altered),
  ...namedLines('Received, and not held when the backup was made', notHeld),
  ...namedLines('Received, and ALTERED already when the backup was made', alteredBefore),
];

export const citedLines = ({ cited, held, notHeld, altered }: CitedEvidence): string[] => [
  `Of ${filesOf(cited)} that the ledger cites ${group(held)} ${held === 1 ? 'is' : 'are'} held here, hashed again.`,
  ...namedLines('Cited, and not held here', notHeld),
  ...namedLines('Cited, and ALTERED here', altered),
];
