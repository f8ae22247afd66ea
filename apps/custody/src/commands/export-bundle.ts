/**
 * `custody export item:ID -o bundle.zip`: everything that may be seen of one item with its proof, in one file that anyone can check without
 * this program: it carries a page that does. The same state of the log gives the same bytes.
 */
import { readFile, rename, rm, open } from 'node:fs/promises';
import {
  ABSENT_EVIDENCE,
  type AbsentEvidence,
  BUNDLE_LIMITS,
  bundleOf,
  citedBy,
  encodeAbsentEvidence,
  encodeSaidSignatures,
  type ProofDocument,
  PROOF_BYTES_MAX,
  readProofDocument,
  SAID_SIGNATURES,
  type SaidSignature,
  type SaidSignatures,
  sha256Hex,
  writeBundleZip,
} from '#lib/ledger';
import { parseIdentifier } from '#lib/domain';
import type { Client } from '../client.ts';
import { readEvidence } from '../evidence-client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { note, type NoteFlags } from '../notes.ts';
import { packageRoot } from '../package-root.ts';
import { group } from '../progress.ts';
import { printable } from './printable.ts';
import { timelinePages } from './timeline-pages.ts';

export interface ExportBundleOptions extends NoteFlags {
  readonly output?: unknown;
  /** Of an earlier head of the log; absent: the newest. */
  readonly size?: unknown;
  /** False: without the files that the events cite. */
  readonly evidence?: boolean;
  readonly json?: boolean;
}

const PAGE = 'dist/apps/verify-page/verify.html';
const PREFIX = 'item:';

/** @param subject an identifier, with `item:` before it or without */
export async function exportBundle(client: Client, subject: string, options: ExportBundleOptions): Promise<ExitCode> {
  const { output, size, evidence } = options;
  const item = itemOf(subject);
  if (typeof output !== 'string') throw new CommandError(EXIT.usage, 'usage', 'A bundle is a file: name it with -o, as in -o bundle.zip.');
  const document = await proofOf(client, item, typeof size === 'string' ? size : undefined);
  const page = await readFile(new URL(PAGE, packageRoot()));
  const cited = citedBy(document);
  const { held, absent, noRoom } = evidence === false ? leftOut(cited) : await heldEvidence(client, cited);
  const signatures = await saidSignatures(client, item, document, options);
  const beside = { evidence: held.size, absent: absent.absent.size, signed: signatures.size };
  const files = bundleOf(document, { page, readme: readmeOf(item, document, beside) });
  for (const [hash, bytes] of held) files.set(`evidence/${hash}`, bytes);
  if (absent.absent.size > 0) files.set(ABSENT_EVIDENCE, encodeAbsentEvidence(absent));
  if (signatures.size > 0) files.set(SAID_SIGNATURES, encodeSaidSignatures(signatures));
  const zip = writeBundleZip(files);
  if (!zip.ok) throw new CommandError(EXIT.unexpected, zip.fault.code, zip.fault.detail);
  await writeWhole(output, zip.value);
  tell(output, zip.value, document, { held: held.size, absent: absent.absent.size, noRoom }, options);
  if (noRoom > 0)
    note(options, `${group(noRoom)} ${noRoom === 1 ? 'file' : 'files'} of evidence had no room in the bundle, which says so.`);
  return EXIT.ok;
}

function itemOf(subject: string): string {
  const parsed = parseIdentifier(subject.startsWith(PREFIX) ? subject.slice(PREFIX.length) : subject);
  if (parsed.ok) return parsed.identifier.id;
  throw new CommandError(EXIT.usage, parsed.code, parsed.detail);
}

/** As the server gives it, and of the form that it should have; what it says is for the bundle's reader to check. */
async function proofOf(client: Client, item: string, size: string | undefined): Promise<ProofDocument> {
  const at = size === undefined ? '' : `&size=${encodeURIComponent(size)}`;
  const bytes = await client.bytes(`/v1/items/${encodeURIComponent(item)}/proof?events=true&inclusion=true${at}`);
  const read = bytes.length > PROOF_BYTES_MAX ? undefined : readProofDocument(bytes);
  if (read?.ok !== true)
    throw new CommandError(
      EXIT.unexpected,
      'server.answer',
      printable(`What ${client.base} answers is no proof of this version${read === undefined ? '' : `: ${read.fault.detail}`}`),
    );
  return read.value;
}

/** Room for the proof, the page and the records themselves. */
const BESIDE_EVIDENCE_BYTES = 64 * 1024 * 1024;

interface Evidence {
  readonly held: ReadonlyMap<string, Uint8Array>;
  readonly absent: AbsentEvidence;
  /** So many of those that are absent the store has, and a bundle cannot carry. */
  readonly noRoom: number;
}

const leftOut = (cited: ReadonlySet<string>): Evidence => ({ held: new Map(), absent: { absent: cited, because: 'not-asked' }, noRoom: 0 });

/** What the store has of what the events cite, in the order of the hashes, as far as a bundle has room. Each was checked by its hash. */
async function heldEvidence(client: Client, cited: ReadonlySet<string>): Promise<Evidence> {
  const held = new Map<string, Uint8Array>();
  const absent = new Set<string>();
  let noRoom = 0;
  let room = BUNDLE_LIMITS.totalBytesMax - BESIDE_EVIDENCE_BYTES;
  for (const hash of [...cited].sort()) {
    const bytes = await readEvidence(client, hash, Math.min(room, BUNDLE_LIMITS.fileBytesMax));
    if (bytes === null || bytes === 'too-large') {
      absent.add(hash);
      if (bytes !== null) noRoom += 1;
      continue;
    }
    held.set(hash, bytes);
    room -= bytes.length;
  }
  return { held, absent: { absent, because: noRoom > 0 ? 'too-large' : 'not-held' }, noRoom };
}

/** Where they cannot be had, the bundle goes without them. */
const NOT_TOLD = ['item.not-found', 'answer.too-large'];

/**
 * What the server says, as of the head of the proof, of the signatures over events that it shows: of those that a signed list names, which the reader sees.
 * Of an item of which a marking has closed everything since it says nothing.
 */
async function saidSignatures(
  client: Client,
  item: string,
  { seal, events }: ProofDocument,
  options: ExportBundleOptions,
): Promise<SaidSignatures> {
  const shown = new Set(events.map(({ index }) => index));
  const said = new Map<bigint, readonly SaidSignature[]>();
  if (shown.size === 0) return said;
  try {
    for await (const { entries } of timelinePages(client, item, { asOf: `log:${seal.index + 1n}` }))
      for (const { logIndex, signatures } of entries)
        if (signatures.length > 0 && shown.has(BigInt(logIndex))) said.set(BigInt(logIndex), signatures);
  } catch (error) {
    if (!(error instanceof CommandError) || !NOT_TOLD.includes(error.code)) throw error;
    note(options, `The bundle says nothing of signatures: ${error.message}`);
    return new Map();
  }
  return said;
}

/** What stands beside the proof: numbers of files of evidence, of those that are cited and not there, and of signed events. */
interface Beside {
  readonly evidence: number;
  readonly absent: number;
  readonly signed: number;
}

/** A function of the proof and of what stands beside it, like everything in a bundle. */
function readmeOf(item: string, { checkpoint, seal, events }: ProofDocument, { evidence, absent, signed }: Beside): string {
  const [origin = ''] = checkpoint.split('\n', 1);
  return `Proof bundle of Custody Ledger, version 1

Item:    ${item}
Log:     ${origin}
Size:    ${seal.index + 1n} entries
Events:  ${events.length}

proof.json    what the log shows about the item: its signed head, the list of all entries, where each stands
events/       the records, byte for byte as they were submitted, named by their places in the log
${evidence === 0 ? '' : 'evidence/     files that these records cite, named by their SHA-256\n'}${absent === 0 ? '' : 'evidence.json which files that these records cite are not here, and why\n'}${signed === 0 ? '' : SIGNATURES_LINE}verify.html   a page that checks all this on your own machine, without any network

To check it: keep this zip as it is. Take verify.html out of it, open that in a browser, paste the key of the log, and open the whole zip there.
Take the key from another place than this bundle: whoever could forge the bundle could forge a key in it. Without a browser:
custody verify bundle.zip --offline --key KEY

The events are those about the item as they were sealed for the reader groups that the proof names. What a marking opened to one of these groups later is not in this bundle: each such event has
a proof of its own, which the log shows to whoever may see the event now. An event whose own agency took it from you is not in it either: where that agency says so to you, its marking is, and a check names both.

That the page in this zip is an honest one, the zip cannot show: where that matters, use a page or a program of your own.
`;
}

const SIGNATURES_LINE =
  "signatures.json what the log's server said of the signatures of agencies over these records: its word, which nothing here shows\n";

/** All of it or nothing: whoever looks at the path sees what was there before, or the whole bundle. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  const file = await open(part, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
    await file.close();
    await rename(part, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(part, { force: true });
    throw error;
  }
}

interface EvidenceCounts {
  readonly held: number;
  readonly absent: number;
  readonly noRoom: number;
}

function tell(
  path: string,
  zip: Uint8Array,
  { seal, events, checkpoint }: ProofDocument,
  evidence: EvidenceCounts,
  options: ExportBundleOptions,
): void {
  const [origin = ''] = checkpoint.split('\n', 1);
  const size = Number(seal.index) + 1;
  const told = { file: path, bytes: zip.length, sha256: sha256Hex(zip), events: events.length, evidence, log: origin, size };
  if (options.json === true) process.stdout.write(`${JSON.stringify(told)}\n`);
  else {
    const what = `${group(told.events)} ${told.events === 1 ? 'event' : 'events'}`;
    note(options, `${what}, as ${origin} shows them at size ${group(size)}, written to ${path}`);
    note(options, `sha256 ${told.sha256}`);
  }
}
