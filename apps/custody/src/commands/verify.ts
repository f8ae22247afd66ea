/**
 * `custody verify BUNDLE|PROOF|RECEIPT|ID`: is it as it was when it was sealed? What is in a file is checked by itself; an identifier or the id
 * of an event is asked for at the server, whose word counts for nothing: its proof does. Exit codes: 0 verified, 10 altered, 11 not in the log,
 * 12 a key that is not pinned, 13 incomplete, 20 could not check.
 */
import { readFileSync, statSync } from 'node:fs';
import {
  BUNDLE_LIMITS,
  BUNDLE_PROOF,
  isReadProof,
  notChecked,
  PROOF_BYTES_MAX,
  type Question,
  readBundleZip,
  type Report,
  reportOf,
  utf8,
  utf8Text,
  type Verified,
  verifyBundleZip,
  verifyProof,
  verifyReadProof,
} from '#lib/ledger';
import { parseIdentifier, parseRef } from '#lib/domain';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { movedKeys } from '../log-key-list.ts';
import { checkpointIn, headOfNote, type HeadTrust, trustForDocument, type VerifyFlags, withSaid } from '../log-trust.ts';
import { headOf, keepPin, readPin, withTrees } from '../pins.ts';
import { askedAbout, refuseAgency, refuseAsking } from './asked-about.ts';
import { refuseContent } from './own-content.ts';
import { receiptIn } from './receipt-forms.ts';
import { verifyReceipt } from './verify-receipt.ts';
import { printVerdict } from './verify-report.ts';

const ZIP_MAGIC = 0x504b0304;

/** @param client `null`: `--offline` */
export async function verify(client: Client | null, what: string, flags: VerifyFlags): Promise<ExitCode> {
  const file = readIfFile(what);
  const offline = client === null;
  refuseAgency(flags, file === null ? what : undefined);
  try {
    if (file === null) {
      const isItem = parseIdentifier(what).ok;
      refuseAsking(flags, isItem, isItem);
      refuseContent(flags, false, offline);
      if (client === null)
        throw new CommandError(EXIT.usage, 'usage', `${what} is no file, and with --offline nobody is asked for an item or an event.`);
      const { report, kept } = await verifyId(client, what, flags);
      return printVerdict(what, report, { ...flags, ...kept });
    }
    const { report, subject } = await verifyFile(file, client, flags);
    return printVerdict(subject === '' ? what : `${what} (${subject})`, report, { ...flags, offline });
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode !== EXIT.temporary) throw error;
    return printVerdict(what, notChecked(error.code, error.message), { ...flags, offline });
  }
}

/** What a bundle may hold, and the names and headers of its files beside it. */
const FILE_BYTES_MAX = BUNDLE_LIMITS.totalBytesMax + 64 * 1024 ** 2;

function readIfFile(path: string): Uint8Array | null {
  try {
    const { size } = statSync(path);
    if (size > FILE_BYTES_MAX) throw new CommandError(EXIT.usage, 'verify.too-large', `${path} has ${size} bytes, more than any bundle.`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof CommandError || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return null;
  }
}

async function verifyFile(bytes: Uint8Array, client: Client | null, flags: VerifyFlags): Promise<{ report: Report; subject: string }> {
  const isArchive = isZip(bytes);
  // Anything longer is no receipt or proof, and is read by none of what looks for one.
  const text = isArchive || bytes.length > PROOF_BYTES_MAX ? '' : (utf8Text(bytes) ?? '');
  const receipt = receiptIn(text);
  refuseContent(flags, receipt !== null, client === null);
  if (isArchive) return { report: await verifyZip(bytes, client, flags), subject: 'bundle' };
  if (receipt !== null) {
    refuseAsking(flags, receipt.form === 'sealed');
    return { report: await verifyReceipt(receipt, client, flags), subject: 'receipt' };
  }
  if (!text.startsWith('{')) throw new CommandError(EXIT.usage, 'verify.unknown', 'This file is no bundle, no proof and no receipt.');
  const { trust, said } = await trustForDocument(text, flags, client, AT_HAND);
  if (isReadProof(text)) {
    refuseAsking(flags, false);
    return { report: withSaid(verifyReadProof(bytes, trust), said), subject: 'proof of a read' };
  }
  return { report: withSaid(verifyProof(bytes, trust, askedAbout(flags)).report, said), subject: 'proof' };
}

/** What is checked is in a file, and can be without the server. */
const AT_HAND = { isAtHand: true };

const isZip = (bytes: Uint8Array): boolean => bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === ZIP_MAGIC;

async function verifyZip(bytes: Uint8Array, client: Client | null, flags: VerifyFlags): Promise<Report> {
  const read = readBundleZip(bytes);
  const proof = read.ok ? read.value.files.get(BUNDLE_PROOF) : undefined;
  const text = proof === undefined || proof.length > PROOF_BYTES_MAX ? '' : utf8Text(proof);
  const { trust, said } = await trustForDocument(text ?? '', flags, client, AT_HAND);
  return withSaid(verifyBundleZip(bytes, trust, askedAbout(flags)), said);
}

/** An item (`scheme:value`) or an event. */
async function verifyId(
  client: Client,
  id: string,
  flags: VerifyFlags,
  askedAgain = false,
): Promise<{ report: Report; kept: { kept?: string } }> {
  const item = parseIdentifier(id);
  const { path, question } = item.ok ? itemQuestion(item.identifier.id, flags) : eventQuestion(id, flags);
  let text: string;
  try {
    // With more events than one answer shows their list is checked, and that what stands in them was not shown is left open.
    text = await client.text(path).catch((error: unknown) => {
      if (!item.ok || !(error instanceof CommandError) || error.code !== 'proof.too-long') throw error;
      return client.text(listPath(item.identifier.id));
    });
  } catch (error) {
    if (error instanceof CommandError && error.code === 'event.not-found') return { report: NOT_IN_LOG, kept: {} };
    if (error instanceof CommandError && (error.code === 'event.not-sealed' || error.code === 'log.not-sealed'))
      return { report: pending(error), kept: {} };
    throw error;
  }
  const trusted = await trustForDocument(text, flags, client);
  const { report: checked, keep } = verifyProof(utf8(text), trusted.trust, question);
  // Another command may have pinned a newer head while this answer was on its way: an honest log has one by now.
  const isStale = checked.statements.some(({ code }) => code === 'proof.stale');
  if (isStale && !askedAgain) return verifyId(client, id, flags, true);
  const report = withSaid(checked, trusted.said);
  return { report, kept: keep === null || report.verdict !== 'verified' ? {} : keptNow(trusted, text, keep) };
}

/**
 * Normalised here: a server could say another item's name. Which reader groups somebody is in the server alone knows, and could leave one out:
 * so the report names those that it shows, and says that of any other nothing is said, unless they were named.
 */
function itemQuestion(id: string, { group, reader }: VerifyFlags): { path: string; question: Question } {
  const asked = askedAbout({ ...(group === undefined ? {} : { group }), ...(reader === undefined ? {} : { reader }) });
  const question = { ...asked, item: id, allEvents: true, inclusion: true, isLatest: true };
  return { path: `${listPath(id)}?events=true&inclusion=true`, question };
}

const listPath = (id: string): string => `/v1/items/${encodeURIComponent(id)}/proof`;

/** @param named its id, or `agency/id` as `custody trace` prints it */
function eventQuestion(named: string, flags: VerifyFlags): { path: string; question: Question } {
  const ref = named.includes('/') ? parseRef(named, '') : null;
  const { agency, id } = ref?.ok === true ? ref.value : { agency: flags.agency, id: named };
  const query = agency === undefined ? '' : `?agency=${encodeURIComponent(agency)}`;
  const event = agency === undefined ? { id } : { agency, id };
  return { path: `/v1/events/${encodeURIComponent(id)}/proof${query}`, question: { event, isLatest: true } };
}

/** The pinned head moves on with each check that verified all of it, and that it continues the one before. */
function keptNow({ pin, certified }: HeadTrust, text: string, keep: NonNullable<Verified['keep']>) {
  const checkpoint = checkpointIn(text);
  if (pin === null || checkpoint === null) return {};
  const keys = movedKeys(pin, certified, headOfNote(checkpoint).size);
  const { time, mapSalt, trees } = keep;
  const head = { checkpoint, ...(time === undefined ? {} : { time }) };
  // Another command may have moved it further meanwhile.
  const now = readPin(pin.origin) ?? pin;
  if (headOf(now).size > headOfNote(checkpoint).size) return {};
  keepPin({ ...pin, ...keys, ...head, mapSalt: mapSalt ?? pin.mapSalt, trees: withTrees(now.trees, trees) });
  return { kept: 'The pinned head was moved on to this one.' };
}

/** The lists of items are proved complete; that an id was never used is what the server says. */
const NOT_IN_LOG: Report = reportOf(
  [
    {
      step: 'events',
      state: 'failed',
      says: 'there is no event of this id that you may see; this is the word of the server, and not proved. An item is named by scheme and value, such as vin:...',
      code: 'event.not-found',
      verdict: 'not-in-log',
    },
  ],
  null,
);

const pending = ({ code, message }: CommandError): Report =>
  reportOf([{ step: 'inclusion', state: 'not-established', says: `Pending: ${message}`, code, verdict: 'incomplete' }], null);
