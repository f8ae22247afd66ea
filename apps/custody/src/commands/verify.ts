/**
 * `custody verify BUNDLE|PROOF|RECEIPT|ID`: is it as it was when it was sealed? What is in a file is checked by itself; an identifier or the id
 * of an event is asked for at the server, whose word counts for nothing: its proof does. Exit codes: 0 verified, 10 altered, 11 not in the log,
 * 12 a key that is not pinned, 13 incomplete, 20 could not check.
 */
import { readFileSync, statSync } from 'node:fs';
import {
  BUNDLE_PROOF,
  type BundleFiles,
  notChecked,
  PROOF_BYTES_MAX,
  type Question,
  readBundleZip,
  type Report,
  reportOf,
  type Trust,
  utf8,
  utf8Text,
  verifyBundleZip,
  verifyProof,
} from '#lib/ledger';
import { parseIdentifier } from '#lib/domain';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { headOfNote, trustFor, type VerifyFlags } from '../log-trust.ts';
import { OPERATOR } from '../operator.ts';
import { keepPin, type Pin, withTrees } from '../pins.ts';
import { askedAbout, refuseAsking } from './asked-about.ts';
import { verifyReceipt } from './verify-receipt.ts';
import { printVerdict } from './verify-report.ts';

const ZIP_MAGIC = 0x504b0304;
const NOTE_RECEIPT = 'custody-ledger/';

/** @param client `null`: `--offline` */
export async function verify(client: Client | null, what: string, flags: VerifyFlags): Promise<ExitCode> {
  const file = readIfFile(what);
  const offline = client === null;
  try {
    if (file === null) {
      refuseAsking(flags);
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

function readIfFile(path: string): Uint8Array | null {
  try {
    const { size } = statSync(path);
    if (size > 2 * PROOF_BYTES_MAX)
      throw new CommandError(EXIT.usage, 'verify.too-large', `${path} has ${size} bytes, more than any proof.`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof CommandError || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return null;
  }
}

async function verifyFile(bytes: Uint8Array, client: Client | null, flags: VerifyFlags): Promise<{ report: Report; subject: string }> {
  if (isZip(bytes)) return { report: await verifyZip(bytes, client, flags), subject: 'bundle' };
  const text = utf8Text(bytes) ?? '';
  if (text.startsWith(NOTE_RECEIPT) || isSealedReceipt(text)) {
    refuseAsking(flags);
    return { report: await verifyReceipt(bytes, client, flags), subject: 'receipt' };
  }
  if (!text.startsWith('{')) throw new CommandError(EXIT.usage, 'verify.unknown', 'This file is no bundle, no proof and no receipt.');
  const trust = await trustOfDocument(text, client, flags);
  return { report: verifyProof(bytes, trust, askedAbout(flags)).report, subject: 'proof' };
}

const isZip = (bytes: Uint8Array): boolean => bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === ZIP_MAGIC;

function isSealedReceipt(text: string): boolean {
  return text.startsWith('{"commitment"') && text.includes('"places"');
}

async function verifyZip(bytes: Uint8Array, client: Client | null, flags: VerifyFlags): Promise<Report> {
  const read = readBundleZip(bytes);
  const proof = read.ok ? (read.value as BundleFiles).get(BUNDLE_PROOF) : undefined;
  return verifyBundleZip(bytes, await trustOfDocument((proof && utf8Text(proof)) ?? '', client, flags), askedAbout(flags));
}

/** Of a document that cannot be read nothing is trusted: reading it says why. */
async function trustOfDocument(text: string, client: Client | null, flags: VerifyFlags): Promise<Trust> {
  const note = checkpointIn(text);
  return note === null || !isHead(note) ? { log: [] } : (await trustFor(note, flags, await reachable(client))).trust;
}

function isHead(note: string): boolean {
  try {
    headOfNote(note);
    return true;
  } catch {
    return false;
  }
}

/** A file is checked without its server where that is away. */
async function reachable(client: Client | null): Promise<Client | null> {
  if (client === null) return null;
  try {
    await client.text('/log/checkpoint');
    return client;
  } catch {
    return null;
  }
}

function checkpointIn(text: string): string | null {
  try {
    const { checkpoint } = JSON.parse(text) as { checkpoint?: unknown };
    return typeof checkpoint === 'string' ? checkpoint : null;
  } catch {
    return null;
  }
}

/** An item (`scheme:value`) or an event. */
async function verifyId(client: Client, id: string, flags: VerifyFlags): Promise<{ report: Report; kept: { kept?: string } }> {
  const item = parseIdentifier(id);
  const { path, question } = item.ok ? itemQuestion(item.identifier.id) : eventQuestion(id, flags);
  let text: string;
  try {
    text = await client.text(path);
  } catch (error) {
    if (error instanceof CommandError && error.code === 'event.not-found') return { report: NOT_IN_LOG, kept: {} };
    if (error instanceof CommandError && (error.code === 'event.not-sealed' || error.code === 'log.not-sealed'))
      return { report: pending(error), kept: {} };
    throw error;
  }
  const { trust, pin } = await trustFor(checkpointIn(text) ?? '', flags, client);
  const { report, keep } = verifyProof(utf8(text), trust, question);
  return { report, kept: keep === null || pin === null ? {} : keptNow(pin, text, keep) };
}

/** Normalised here: a server could say another item's name. The groups are those of whoever uses this machine's server. */
function itemQuestion(id: string): { path: string; question: Question } {
  const groups = [`agency:${OPERATOR.agency}`, 'clear', 'green'];
  const question = { item: id, groups, allEvents: true, inclusion: true, isLatest: true };
  return { path: `/v1/items/${encodeURIComponent(id)}/proof?events=true&inclusion=true`, question };
}

function eventQuestion(id: string, { agency }: VerifyFlags): { path: string; question: Question } {
  const query = agency === undefined ? '' : `?agency=${encodeURIComponent(agency)}`;
  const event = agency === undefined ? { id } : { agency, id };
  return { path: `/v1/events/${encodeURIComponent(id)}/proof${query}`, question: { event, isLatest: true } };
}

/** The pinned head moves on with each check that verified all of it. */
function keptNow(pin: Pin, text: string, keep: { readonly mapSalt: Uint8Array | null; readonly trees: Pin['trees'] }): { kept: string } {
  const checkpoint = checkpointIn(text) ?? pin.checkpoint;
  keepPin({ ...pin, checkpoint, mapSalt: keep.mapSalt ?? pin.mapSalt, trees: withTrees(pin.trees, keep.trees) });
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
