/**
 * For whom a statement reads. The gateway says it, signed by a key that its database role cannot read; the database's policies ask the
 * functions of schema ctx, which believe nothing else. A context is one line of words, and ends with its MAC:
 *
 *   read <key id> <pid of the backend> <expires, seconds since 1970> <agency> {<group>,...} <HMAC-SHA-256 of all before, hex>
 *   names <key id> <pid> <expires> <JSON list of names of groups, hex> <MAC>
 */
import { createHash, createHmac } from 'node:crypto';
import { AGENCY_PATTERN } from '#lib/domain';

/** Set for one transaction, as a bind parameter. Whoever can run SQL may set it too, to anything that he cannot sign. */
export const CONTEXT_SETTING = 'custody.context';
export const MAC_HEX = 64;
const KEY_BYTES = 32;
const KEY_ID_HEX = 16;
/** Bytes that SHA-256 hashes at a time (RFC 2104, B). */
const BLOCK_BYTES = 64;
/** A context is used at once: this is for clocks that differ. Longer is only how long a context that was overheard holds, on its own connection. */
const CONTEXT_SECONDS = 60;

/** What no agency can be called. */
const NO_AGENCY = '-';

/** Who asks, and in which reader groups. Made where a caller's identity is known, and nowhere else; it cannot be changed. */
export class ReaderContext {
  readonly agency: string | null;
  /** Numbers, as `readerGroupIds` gives them. */
  readonly groups: readonly number[];

  /** @param agency `null`: he is of none. Throws RangeError for what no context can say. */
  constructor(agency: string | null, groups: readonly number[]) {
    if (agency !== null && !AGENCY_PATTERN.test(agency)) throw new RangeError('A context is of an agency.');
    if (!groups.every((group) => Number.isInteger(group) && group > 0)) throw new RangeError('Reader groups have positive numbers.');
    this.agency = agency;
    this.groups = Object.freeze([...groups]);
    Object.freeze(this);
  }
}

/** Signs contexts. 5 µs each. */
export class ContextSigner {
  readonly keyId: string;
  readonly #key: Buffer;

  /** @param key 32 bytes; throws RangeError for another length */
  constructor(key: Uint8Array) {
    if (key.length !== KEY_BYTES) throw new RangeError(`A context key has ${KEY_BYTES} bytes.`);
    this.#key = Buffer.from(key);
    this.keyId = contextKeyId(key);
  }

  /** @param pid of the backend that shall believe it */
  read({ agency, groups }: ReaderContext, pid: number, nowMs = Date.now()): string {
    return this.#signed('read', pid, nowMs, `${agency ?? NO_AGENCY} {${groups.join(',')}}`);
  }

  names(names: readonly string[], pid: number, nowMs = Date.now()): string {
    return this.#signed('names', pid, nowMs, Buffer.from(JSON.stringify(names)).toString('hex'));
  }

  #signed(kind: string, pid: number, nowMs: number, what: string): string {
    const said = `${kind} ${this.keyId} ${pid} ${Math.floor(nowMs / 1000) + CONTEXT_SECONDS} ${what}`;
    return `${said} ${createHmac('sha256', this.#key).update(said).digest('hex')}`;
  }
}

/** Names a key and tells nothing of it. */
export const contextKeyId = (key: Uint8Array): string =>
  createHash('sha256').update('custody/context-key/v1').update(key).digest('hex').slice(0, KEY_ID_HEX);

/** The two blocks that HMAC-SHA-256 hashes before what it signs (RFC 2104): all that the database needs of the key. */
export function contextPads(key: Uint8Array): { readonly inner: Buffer; readonly outer: Buffer } {
  const pad = (byte: number): Buffer => Buffer.from(Array.from({ length: BLOCK_BYTES }, (_, n) => (key[n] ?? 0) ^ byte));
  return { inner: pad(0x36), outer: pad(0x5c) };
}
