/** Who may have signed a head of the log, and whether what he signed is believed: by the keys that are given, and by what the log says of keys. */
import { formatVerifierKey, keysAt, type KeyNotice, type PlacedKeyNotice, type VerifierKey } from '#lib/ledger';

type LogKey = VerifierKey<'log'>;

/**
 * Keys by which a head of this size may be signed: the given ones and those that the log certifies below it, without those that it revokes
 * below it. What the log says is believed only as far as a head that a given key leads to: see HeadKeys. Pure.
 * @param said key notices of the log, in any order
 */
export function headKeysAt(given: readonly LogKey[], said: readonly PlacedKeyNotice[], log: string, size: number): LogKey[] {
  const revoked = new Set(
    said.flatMap(({ index, key }) =>
      key.action === 'revoke' && key.use === 'log' && key.log === log && index < BigInt(size) ? [key.vkey] : [],
    ),
  );
  const certified = keysAt(said, log, BigInt(size)).log;
  const keys = new Map([...given, ...certified].map((key) => [formatVerifierKey(key), key]));
  return [...keys].flatMap(([vkey, key]) => (revoked.has(vkey) ? [] : [key]));
}

/**
 * Follows the heads of one log, smallest first. A head that a given key signed establishes the entries below it, and with them what they say of
 * keys: so trust goes on to a new key, and back to a former one. A head by keys that only the log itself names waits for such a one; where
 * none comes it is nobody's word, for whoever writes a log anew certifies keys of his own in it.
 */
export class HeadKeys {
  /** Size at the newest head that is believed; 0: none. */
  signed = 0;
  /** Sizes of heads that wait, rising. */
  waiting: number[] = [];
  private readonly given: readonly LogKey[];
  private readonly log: string;
  private readonly believed: Set<string>;
  /** By index. */
  private readonly said: PlacedKeyNotice[] = [];
  private reached = 0;
  private current: LogKey[];

  /** @param given without any, no head is believed */
  constructor(given: readonly LogKey[], log: string) {
    this.given = given;
    this.log = log;
    this.believed = new Set(given.map(formatVerifierKey));
    this.current = [...given];
  }

  get isNobody(): boolean {
    return this.given.length === 0;
  }

  /** What the log says, before any head above it is asked about. */
  say(logIndex: number, key: KeyNotice): void {
    this.said.push({ index: BigInt(logIndex), key });
  }

  /** By which a head of this size may be signed. Sizes rise from call to call. */
  at(size: number): readonly LogKey[] {
    const before = this.reached;
    while (this.reached < this.said.length && (this.said[this.reached] as PlacedKeyNotice).index < BigInt(size)) this.reached += 1;
    if (this.reached > before) this.current = headKeysAt(this.given, this.said.slice(0, this.reached), this.log, size);
    return this.current;
  }

  /** A head of this size agrees with the log, and keys of `at(size)` signed it. */
  take(size: number, signers: readonly VerifierKey[]): void {
    if (!signers.some((key) => this.believed.has(formatVerifierKey(key)))) {
      this.waiting.push(size);
      return;
    }
    this.signed = size;
    this.waiting = [];
    for (const { key } of this.said.slice(0, this.reached)) if (key.use === 'log') this.believed.add(key.vkey);
  }
}
