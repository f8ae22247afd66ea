/** What the suites of receipts share: keys, the published vectors, a small log. */
import { readFileSync } from 'node:fs';
import { fromHex, utf8 } from './bytes.ts';
import {
  parseVerifierKey,
  signingKey,
  type CaptureReceipt,
  type ItemTreeName,
  type KeyKind,
  type ReceiptKeys,
  type Rejection,
  type VerifierKey,
} from './index.ts';
import { sha256 } from './primitives.ts';

export interface ReceiptVector {
  readonly about: string;
  readonly kind: 'receipt' | 'rejection';
  readonly key: string;
  readonly value: CaptureReceipt & Rejection;
  readonly note: string;
}
export interface SealedVector {
  readonly about: string;
  readonly key: string;
  readonly content: string;
  readonly sealed: string;
}

const published = <T>(name: string): readonly T[] =>
  (JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')) as { vectors: T[] }).vectors;
export const notes = published<ReceiptVector>('receipt.json');
export const sealedReceipts = published<SealedVector>('sealed-receipt.json');

export const LOG = 'ledger.example/log';
/** The private keys of the vectors. */
const seedOf = (name: string) => sha256(utf8(`custody/vectors/${name}`));
export const receiptKey = signingKey('receipt', `${LOG}/receipt`, seedOf('receipt-key'));
export const logKey = signingKey('log', LOG, seedOf('log-key'));
export const otherKey = signingKey('receipt', receiptKey.name, seedOf('another key'));

export const keyOf = <K extends KeyKind>(text: string, kind: K): VerifierKey<K> => {
  const key = parseVerifierKey(text, kind);
  if (!key.ok) throw new Error(key.fault.detail);
  return key.value;
};
export const trusted: ReceiptKeys = { log: LOG, keys: [receiptKey] };
export const logKeys = { log: [logKey] };

/** The item trees that the receipt of a vector says. */
export const treesOf = (vector: SealedVector) => (JSON.parse(vector.sealed) as { places: readonly ItemTreeName[] }).places;
export const bytesOf = (hex: string) => fromHex(hex) as Uint8Array;
