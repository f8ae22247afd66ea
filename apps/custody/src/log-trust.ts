/**
 * Whom to believe about a log that is asked: keys that were named, or pinned, but for those that the log itself revoked; and the path from the
 * pinned head to the one that is shown. What a server withholds is never taken for granted: only who asks nobody may leave it open.
 */
import { readFileSync } from 'node:fs';
import {
  fromBase64,
  type Kept,
  leftOpen,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  type Report,
  reportOf,
  type Statement,
  type Trust,
  utf8,
  type VerifierKey,
} from '#lib/ledger';
import type { ConsistencyView } from '#lib/contracts';
import type { Client } from './client.ts';
import type { AskingFlags } from './commands/asked-about.ts';
import type { ContentFlags } from './commands/own-content.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { type CertifiedKeys, type Head, judgedKeys } from './log-key-list.ts';
import { headOf, keptOf, type Pin, policyOf, readPin } from './pins.ts';

/** Flags that say whom to believe. */
export interface TrustFlags {
  /** Verifier keys (C2SP signed-note). */
  readonly key?: readonly string[];
  /** Path of a witness policy. */
  readonly witnesses?: string;
  /** Seconds. */
  readonly maxAge?: string;
}

/** What `custody verify` is told. */
export interface VerifyFlags extends TrustFlags, AskingFlags, ContentFlags {
  readonly offline?: boolean;
  readonly explain?: boolean;
  readonly json?: boolean;
  /** Of an event, where several agencies have one of this id. */
  readonly agency?: string;
}

/** What is trusted about the log of one head. */
export interface HeadTrust {
  /** The keys that were named or pinned, without those that the log revoked below this head. */
  readonly trust: Trust;
  readonly pin: Pin | null;
  /** What the log's own list says of keys; `null`: it was not proved. */
  readonly certified: CertifiedKeys | null;
  /** What there is to say of the keys beside the check of the head: see `withSaid`. */
  readonly said: readonly Statement[];
}

/** Keys of the flags. Throws `usage`. */
export function namedKeys({ key: texts = [] }: TrustFlags): VerifierKey<'log'>[] {
  return texts.map((text) => {
    const key = parseVerifierKey(text, 'log');
    if (!key.ok) throw new CommandError(EXIT.usage, 'usage', `--key ${text}: ${key.fault.detail}.`);
    return key.value;
  });
}

/** Origin and size of a note, by its form alone. Throws `checkpoint.form`. */
export function headOfNote(note: string): Head {
  const parsed = parseNote(utf8(note));
  const head = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed;
  if (!head.ok) throw new CommandError(EXIT.usage, 'checkpoint.malformed', `This is no checkpoint: ${head.fault.detail}.`);
  return head.value;
}

/** The note in a proof document that nobody has read yet; `null`: there is none. */
export function checkpointIn(text: string): string | null {
  try {
    const { checkpoint } = JSON.parse(text) as { checkpoint?: unknown };
    if (typeof checkpoint !== 'string') return null;
    headOfNote(checkpoint);
    return checkpoint;
  } catch {
    return null;
  }
}

/**
 * What is trusted about the log of a head that is shown, and its pin where there is one. Asks for the path from the pinned head and for the
 * log's list of keys.
 * @param given `null`: nobody is asked
 * @param options.isAtHand what is checked is in a file: a server that is away, or has another log, is asked nothing, as if nobody were
 */
export async function trustFor(
  note: string,
  flags: TrustFlags,
  given: Client | null,
  { isAtHand = false }: { readonly isAtHand?: boolean } = {},
): Promise<HeadTrust> {
  const head = headOfNote(note);
  const client = given !== null && isAtHand && !(await isAskedAbout(given, head.origin)) ? null : given;
  const pin = readPin(head.origin);
  const named = namedKeys(flags);
  const policyText = flags.witnesses === undefined ? (pin?.witnesses ?? null) : readFileSync(flags.witnesses, 'utf8');
  const witnesses = policyText === null ? undefined : policyOf(policyText);
  const keys = named.length > 0 ? named : (pin?.keys ?? []);
  const kept = pin === null ? null : await keptWithPath(pin, head.size, client);
  const { log, certified, said } = await judgedKeys(client, { note, head, keys, pin, ofPin: named.length === 0, witnesses });
  return {
    pin,
    certified,
    said,
    trust: {
      log,
      nowMs: Date.now(),
      ...(witnesses === undefined ? {} : { witnesses }),
      ...(flags.maxAge === undefined ? {} : { ageSecondsMax: secondsOf(flags.maxAge) }),
      ...(kept === null ? {} : { kept }),
    },
  };
}

/** Of what has no head that can be read nothing is trusted: reading it says why. */
export async function trustForDocument(
  text: string,
  flags: TrustFlags,
  client: Client | null,
  options: { readonly isAtHand?: boolean } = {},
): Promise<HeadTrust> {
  const note = checkpointIn(text);
  return note === null ? { trust: { log: [] }, pin: null, certified: null, said: [] } : trustFor(note, flags, client, options);
}

/** Origin of the log that a server shows; `null`: it shows none. Throws as `text` does where no such answer comes. */
export async function originShown(client: Client): Promise<string | null> {
  try {
    return headOfNote(await client.text('/log/checkpoint')).origin;
  } catch (error) {
    if (error instanceof CommandError && (error.exitCode === EXIT.notFound || error.code === 'checkpoint.malformed')) return null;
    throw error;
  }
}

/** Whom to ask about a log, and what is said where a server that answers has another: it is asked nothing more. */
export async function serverOfLog(
  client: Client | null,
  log: string,
): Promise<{ readonly client: Client | null; readonly said: readonly Statement[] }> {
  const shown = client === null ? null : await originShown(client);
  if (shown === null || shown === log) return { client, said: [] };
  const says = `The server that was asked has the log ${shown}, not ${log}: it was asked nothing more.`;
  return { client: null, said: [leftOpen('inclusion', 'receipt.other-log', says, { verdict: 'incomplete' })] };
}

/** Not where it does not answer at all, or has another log: such a server could say nothing. One that fails otherwise is asked, and says so. */
async function isAskedAbout(client: Client, origin: string): Promise<boolean> {
  try {
    return (await originShown(client)) === origin;
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode === EXIT.interrupted) throw error;
    return error.code !== 'server.unreachable' && error.code !== 'server.untrusted';
  }
}

/** The report with what is said of the keys, behind the signature that they made; where that is a failure, it is the first: it says why. */
export function withSaid({ statements, head, subject }: Report, said: readonly Statement[]): Report {
  if (said.some(({ state }) => state === 'failed')) return reportOf([...said, ...statements], head, subject);
  const at = statements.findIndex(({ step }) => step === 'signature') + 1;
  return reportOf([...statements.slice(0, at), ...said, ...statements.slice(at)], head, subject);
}

function secondsOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new CommandError(EXIT.usage, 'usage', `--max-age ${text}: seconds are a whole number.`);
  return Number(text);
}

async function keptWithPath(pin: Pin, size: bigint, client: Client | null): Promise<Kept> {
  const head = headOf(pin);
  if (head.size === size || head.size === 0n || size === 0n) return keptOf(pin, { consistency: [] });
  if (client === null) return keptOf(pin, { consistency: null });
  const [from, to] = head.size < size ? [head.size, size] : [size, head.size];
  return keptOf(pin, await pathBetween(client, from, to));
}

/** `missing`: the server gives no path between heads of these sizes, for whatever reason it says, or one that is none. */
export async function pathBetween(client: Client, from: bigint, to: bigint): Promise<Pick<Kept, 'consistency' | 'claimed'>> {
  let hashes: unknown;
  let root: unknown;
  try {
    ({ hashes, root } = await client.get<Partial<ConsistencyView>>('/v1/log/consistency', { from: String(from), to: String(to) }));
  } catch (error) {
    if (error instanceof CommandError && error.exitCode !== EXIT.interrupted) return { consistency: 'missing' };
    throw error;
  }
  if (!Array.isArray(hashes)) return { consistency: 'missing' };
  const path = hashes.map((hash: unknown) => (typeof hash === 'string' ? fromBase64(hash) : null));
  const claimed = typeof root === 'string' ? fromBase64(root) : null;
  return path.every((hash) => hash !== null) ? { consistency: path, ...(claimed === null ? {} : { claimed }) } : { consistency: 'missing' };
}
