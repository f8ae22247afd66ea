/** What the suites of verifiers share: seeded mutants of what a verifier takes in, and how many of them a class gets. */
import type { JsonValue } from './index.ts';

/** Mutants of one class: 10,000 in a soak. */
export const MUTANTS = Number(process.env['CUSTODY_TEST_MUTANTS'] ?? 1_000);
/** For one class, on a machine that has more to do: twenty times what a mutant takes. */
export const MUTANTS_TIMEOUT_MS = 30_000 + 20 * MUTANTS;
/** Names a whole run; printed with what it finds. */
export const SEED = Number(process.env['CUSTODY_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** A number from 0 to below `bound`. */
export type Random = (bound: number) => number;

/** A small generator (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound);
  };
}

export const pick = <T>(values: readonly T[], random: Random): T => values[random(values.length)] as T;

/** JSON that may be written to. */
export type Mutable = null | boolean | number | string | Mutable[] | { [member: string]: Mutable };

export const copyOf = (value: unknown): Mutable => JSON.parse(JSON.stringify(value)) as Mutable;

/** Hex with one digit changed, one removed, one doubled, or in upper case. */
export function otherHex(hex: string, random: Random): string {
  const at = random(hex.length);
  const digit = pick(
    [...'0123456789abcdef'].filter((other) => other !== hex[at]),
    random,
  );
  return [
    () => hex.slice(0, at) + digit + hex.slice(at + 1),
    () => hex.slice(0, at) + digit + hex.slice(at + 1),
    () => hex.slice(0, at) + digit + hex.slice(at + 1),
    () => hex.slice(2),
    () => hex + hex.slice(0, 2),
    () => [...hex].reverse().join(''),
    () => hex.toUpperCase(),
    () => '',
  ][random(8)]!();
}

/** Another value near to the given one: a digit, a member, a level, a type. */
export function otherValue(value: Mutable, random: Random): JsonValue {
  if (typeof value === 'string')
    return pick<JsonValue>(
      [`${value} `, value.slice(1), value.toUpperCase(), [value], value === '' ? 'x' : '', null, `${value}\u0000`.slice(0, -1)],
      random,
    );
  if (typeof value === 'number') return pick<JsonValue>([value + 1, -value, String(value), value * 10, [value], null], random);
  if (typeof value === 'boolean' || value === null) return pick<JsonValue>([!value, null, 0, '', String(value)], random);
  if (Array.isArray(value)) {
    const at = random(value.length);
    return pick<() => JsonValue>(
      [
        () => [...value, null],
        () => value.slice(1),
        () => [...value].reverse(),
        () => value.map((element, n) => (n === at ? otherValue(element, random) : element)),
      ],
      random,
    )();
  }
  const name = pick(Object.keys(value), random) ?? '';
  const { [name]: member, ...rest } = value;
  return pick<() => JsonValue>(
    [
      () => rest,
      () => ({ ...value, more: null }),
      () => ({ ...rest, [`${name}x`]: member ?? null }),
      () => ({ ...value, [name]: otherValue(member ?? null, random) }),
      () => ({ ...value, [name]: otherValue(member ?? null, random) }),
    ],
    random,
  )();
}
