/** What the reader trusts, out of the text that he pasted. */
import { parseVerifierKey, parseWitnessPolicy, utf8, type ReceiptTrust, type VerifierKey } from '#lib/ledger';

/** A field of the page, as it stands. */
export interface TrustText {
  /** Verifier keys of logs, or for receipts, one a line: the text of a key does not say which it is. */
  readonly keys: string;
  /** A policy file of witnesses, or nothing. */
  readonly policy: string;
}

/** What can be used of it, and what is wrong with each field that cannot. */
export type ReadTrust =
  { readonly ok: true; readonly trust: ReceiptTrust } | { readonly ok: false; readonly keys?: string; readonly policy?: string };

/** Keys that are pasted by hand: more is a mistake. */
const KEYS_MAX = 20;

/** Nothing in either field is no fault: then nobody is trusted, and the report says by whom the bundle is signed. */
export function readTrust({ keys, policy }: TrustText): ReadTrust {
  const log = readKeys(keys);
  const witnesses = policy.trim() === '' ? undefined : parseWitnessPolicy(utf8(policy));
  const faults = {
    ...(typeof log === 'string' ? { keys: log } : {}),
    ...(witnesses?.ok === false ? { policy: `This is no policy of witnesses: ${witnesses.fault.detail}.` } : {}),
  };
  if (typeof log === 'string' || witnesses?.ok === false) return { ok: false, ...faults };
  // What a key signs its name alone says: of a log heads, of a log's receipts those.
  const receipts = log.map((key) => ({ ...key, kind: 'receipt' as const }));
  return { ok: true, trust: { log, receipts, ...(witnesses === undefined ? {} : { witnesses: witnesses.value }) } };
}

function readKeys(text: string): VerifierKey<'log'>[] | string {
  const lines = text.split('\n').map((line) => line.trim());
  const keys: VerifierKey<'log'>[] = [];
  for (const [n, line] of lines.entries()) {
    if (line === '') continue;
    if (keys.length === KEYS_MAX) return `More than ${KEYS_MAX} keys are pasted. Leave those that you mean to trust.`;
    const key = parseVerifierKey(line, 'log');
    if (!key.ok) return `Line ${n + 1} is no key of a log: ${key.fault.detail}.`;
    keys.push(key.value);
  }
  return keys;
}
