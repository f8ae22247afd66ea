/** Addresses and ranges (CIDR, RFC 4632 and RFC 4291) that a key may be used from. IPv4 in IPv6 (`::ffff:a.b.c.d`) is that IPv4 address. */
import { accept, refuse, type Result } from '../result.ts';

/** The first `bits` bits of `value` count; `family` 4 or 6. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly value: bigint;
  readonly bits: number;
}

interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

const WIDTH = { 4: 32, 6: 128 } as const;
/** No leading zeros: some readers take those as octal. */
const IPV4 = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-f]{1,4}$/i;
const GROUPS = 8;
const MAPPED = 0xffffn;
const MAPPED_BITS = 96;

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. Faults: policy.address (no such form; bits set behind the prefix, which says that something else was meant). */
export function parseAddressRange(text: string): Result<AddressRange> {
  const slash = text.indexOf('/');
  const address = text.length <= TEXT_LENGTH_MAX ? parseAddress(slash < 0 ? text : text.slice(0, slash)) : undefined;
  const prefix = slash < 0 ? undefined : text.slice(slash + 1);
  if (address === undefined || (prefix !== undefined && !/^(0|[1-9]\d{0,2})$/.test(prefix)))
    return refuse('policy.address', 'A range is an IPv4 or IPv6 address, or one with a slash and the number of its first bits.');
  const written = isMapped(text) ? Number(prefix ?? WIDTH[6]) - MAPPED_BITS : Number(prefix ?? WIDTH[address.family]);
  if (written < 0 || written > WIDTH[address.family])
    return refuse('policy.address', `An address of this family has ${WIDTH[address.family]} bits.`);
  const behind = BigInt(WIDTH[address.family] - written);
  if ((address.value >> behind) << behind !== address.value)
    return refuse('policy.address', 'The address has bits set behind the prefix: name the first address of the range.');
  return accept({ ...address, bits: written });
}

/** Whether one of the ranges holds the address; false for what is no address. */
export function holdsAddress(ranges: readonly AddressRange[], text: string): boolean {
  const address = parseAddress(text);
  if (address === undefined) return false;
  return ranges.some(({ family, value, bits }) => {
    const behind = BigInt(WIDTH[family] - bits);
    return family === address.family && value >> behind === address.value >> behind;
  });
}

/** `::ffff:255.255.255.255/128`, and no zone. */
const TEXT_LENGTH_MAX = 49;

const isMapped = (text: string): boolean => text.includes(':') && parseAddress(text.split('/', 1)[0] ?? '')?.family === 4;

function parseAddress(text: string): Address | undefined {
  const four = parseIpv4(text);
  if (four !== undefined) return { family: 4, value: four };
  const six = parseIpv6(text);
  if (six === undefined) return undefined;
  return six >> 32n === MAPPED ? { family: 4, value: six & 0xffffffffn } : { family: 6, value: six };
}

function parseIpv4(text: string): bigint | undefined {
  const match = IPV4.exec(text);
  if (match === null) return undefined;
  const parts = match.slice(1).map(Number);
  return parts.some((part) => part > 255) ? undefined : parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const last = text.slice(text.lastIndexOf(':') + 1);
  const four = last.includes('.') ? parseIpv4(last) : undefined;
  if (last.includes('.') && four === undefined) return undefined;
  const plain = four === undefined ? text : `${text.slice(0, -last.length)}${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`;
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const groups = [...head, ...(tail ?? [])];
  if (!groups.every((group) => GROUP.test(group))) return undefined;
  const missing = GROUPS - groups.length;
  // A double colon stands for at least one group.
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...new Array<string>(missing).fill('0'), ...(tail ?? [])];
  return all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}
