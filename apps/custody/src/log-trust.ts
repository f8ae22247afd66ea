/** Whom to believe about a log that is asked: keys that were named, or pinned; and the path from the pinned head to the one that is shown. */
import { readFileSync } from 'node:fs';
import {
  fromBase64,
  type HeldKeys,
  type Kept,
  KEYS_TREE,
  keysAt,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  type PlacedKeyNotice,
  readNotice,
  readProofDocument,
  type Report,
  type Trust,
  utf8,
  type VerifierKey,
  verifyProof,
} from '#lib/ledger';
import type { ConsistencyView } from '#lib/contracts';
import type { Client } from './client.ts';
import type { AskingFlags } from './commands/asked-about.ts';
import { CommandError, EXIT } from './exit-codes.ts';
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
export interface VerifyFlags extends TrustFlags, AskingFlags {
  readonly offline?: boolean;
  readonly explain?: boolean;
  readonly json?: boolean;
  /** Of an event, where several agencies have one of this id. */
  readonly agency?: string;
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
export function headOfNote(note: string): { readonly origin: string; readonly size: bigint; readonly root: Uint8Array } {
  const parsed = parseNote(utf8(note));
  const head = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed;
  if (!head.ok) throw new CommandError(EXIT.usage, 'checkpoint.malformed', `This is no checkpoint: ${head.fault.detail}.`);
  return head.value;
}

/** What is trusted about the log of a head that is shown, and its pin where there is one. @param client `null`: nobody is asked */
export async function trustFor(
  note: string,
  flags: TrustFlags,
  client: Client | null,
): Promise<{ readonly trust: Trust; readonly pin: Pin | null }> {
  const { origin, size } = headOfNote(note);
  const pin = readPin(origin);
  const named = namedKeys(flags);
  const policyText = flags.witnesses === undefined ? (pin?.witnesses ?? null) : readFileSync(flags.witnesses, 'utf8');
  const kept = pin === null ? null : await keptWithPath(pin, size, client);
  return {
    pin,
    trust: {
      log: named.length > 0 ? named : (pin?.keys ?? []),
      nowMs: Date.now(),
      ...(policyText === null ? {} : { witnesses: policyOf(policyText) }),
      ...(flags.maxAge === undefined ? {} : { ageSecondsMax: secondsOf(flags.maxAge) }),
      ...(kept === null ? {} : { kept }),
    },
  };
}

function secondsOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new CommandError(EXIT.usage, 'usage', `--max-age ${text}: seconds are a whole number.`);
  return Number(text);
}

async function keptWithPath(pin: Pin, size: bigint, client: Client | null): Promise<Kept> {
  const head = headOf(pin);
  if (client === null || head.size === size || head.size === 0n || size === 0n) return keptOf(pin, head.size === size ? [] : null);
  const [from, to] = head.size < size ? [head.size, size] : [size, head.size];
  return keptOf(pin, await pathBetween(client, from, to));
}

/** The keys that a log certifies under a head, where its proof of them is verified; else the report of that check. */
export async function provedKeys(
  client: Client,
  trustOf: (checkpoint: string) => Promise<Trust> | Trust,
): Promise<{ readonly keys: HeldKeys } | { readonly report: Report }> {
  const text = await client.text('/v1/log/keys');
  const { checkpoint } = JSON.parse(text) as { checkpoint: string };
  const question = { item: KEYS_TREE.item, groups: [KEYS_TREE.group], allEvents: true };
  const { report } = verifyProof(utf8(text), await trustOf(checkpoint), question);
  if (report.verdict !== 'verified') return { report };
  const { origin, size } = headOfNote(checkpoint);
  return { keys: keysAt(keyNoticesIn(text), origin, size) };
}

/** Key notices that a proof document shows, by its form alone. */
export function keyNoticesIn(document: string): PlacedKeyNotice[] {
  const read = readProofDocument(utf8(document));
  if (!read.ok) return [];
  return read.value.notices.flatMap(({ entry, index }) => {
    const notice = readNotice(utf8(entry));
    return notice?.kind === 'key' ? [{ index, key: notice.key }] : [];
  });
}

/** `null`: the server has no path between heads of these sizes. */
export async function pathBetween(client: Client, from: bigint, to: bigint): Promise<readonly Uint8Array[] | null> {
  try {
    const { hashes } = await client.get<ConsistencyView>('/v1/log/consistency', { from: String(from), to: String(to) });
    const path = hashes.map(fromBase64);
    return path.includes(null) ? null : (path as Uint8Array[]);
  } catch (error) {
    if (error instanceof CommandError && error.code === 'size.not-published') return null;
    throw error;
  }
}
