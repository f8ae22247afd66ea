/** Words that stand in one place of one thing and nowhere else, and how an answer is looked through for them, in whatever form it carries them. */
import { createHash } from 'node:crypto';
import type { Asker } from './who-may-see.contract.ts';

/** No letter or digit that search takes for another one. */
const ALPHABET = '3467ACDEFGHJKLMNPRTUVWXY';
const LENGTH = 10;
/** What every word begins with, and a search for this finds all of them. */
const MARK = 'CNRY';
const WORD = new RegExp(`${MARK}[${ALPHABET}]{${LENGTH}}`, 'gi');

/** The same for the same name. */
export function canary(name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, LENGTH);
  return `${MARK}${Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('')}`;
}

/** What is shown to somebody or to nobody, whole. */
export interface Thing {
  readonly name: string;
  mayBeSeenBy(asker: Asker): boolean;
  /** Words of it that its agency tells besides to those who lost it, in the proof of an item that lists it and nowhere else. */
  readonly toldOfLoss?: { readonly places: readonly string[]; readonly to: (asker: Asker) => boolean };
}

/** Where a word stands: `id`, `statement`, `evidence` ... */
export interface Canary {
  readonly thing: Thing;
  readonly place: string;
}

/** Every word that was planted. */
export class Canaries {
  readonly #known = new Map<string, Canary>();

  /** @param text a word of `canary`, or 32 bytes in lower-case hex. Throws for one that stands elsewhere already. */
  plant(thing: Thing, place: string, text: string): void {
    const key = keyOf(text);
    const other = this.#known.get(key);
    if (other !== undefined && (other.thing !== thing || other.place !== place))
      throw new Error(`${text} stands in ${other.place} of ${other.thing.name} and in ${place} of ${thing.name}`);
    this.#known.set(key, { thing, place });
  }

  get size(): number {
    return this.#known.size;
  }

  /** Those that a text holds: as it stands, or in base64 within it, twice over. Cost: linear in what it holds. */
  in(bytes: Uint8Array): ReadonlyMap<string, Canary> {
    const found = new Map<string, Canary>();
    for (const text of textsIn(Buffer.from(bytes), DEPTH)) {
      const known = this.#known.get(text);
      if (known !== undefined) found.set(text, known);
    }
    return found;
  }

  /** The words of one thing by their places. */
  of(thing: Thing): ReadonlyMap<string, readonly string[]> {
    const by = new Map<string, string[]>();
    for (const [text, known] of this.#known) if (known.thing === thing) by.set(known.place, [...(by.get(known.place) ?? []), text]);
    return by;
  }
}

const keyOf = (text: string): string => (HASH.test(text) ? text : text.toUpperCase());
const HASH = /^[0-9a-f]{64}$/;
const HEX_RUN = /[0-9a-f]{64,}/g;
const HASH_HEX = 64;
const HASH_BYTES = 32;
/** Shorter than this none of our words fits in. */
const BASE64_RUN = /[A-Za-z0-9+/_-]{20,}/g;
/** Base64 within base64: a document in a record in an answer. */
const DEPTH = 2;

function* textsIn(bytes: Buffer, depth: number): Generator<string> {
  const text = bytes.toString('latin1');
  for (const [word] of text.matchAll(WORD)) yield word.toUpperCase();
  for (const [run] of text.matchAll(HEX_RUN)) for (let at = 0; at + HASH_HEX <= run.length; at++) yield run.slice(at, at + HASH_HEX);
  if (bytes.length === HASH_BYTES) yield bytes.toString('hex');
  if (depth === 0) return;
  for (const [run] of text.matchAll(BASE64_RUN)) if (!/^[0-9a-f]+$/.test(run)) yield* textsIn(Buffer.from(run, 'base64'), depth - 1);
}
