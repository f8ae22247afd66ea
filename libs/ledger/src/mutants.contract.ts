/**
 * What the suites of verifiers share: seeded mutants of what a verifier takes in, how many of them a class gets, and what became of them. With
 * CUSTODY_MUTANTS_RESULT=FILE a run of at least SOAK_MUTANTS of each class leaves its counts in that file (`npm run mutants`).
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { JsonValue } from './index.ts';

/** Mutants of one class: 10,000 in a soak. */
export const MUTANTS = Number(process.env['CUSTODY_TEST_MUTANTS'] ?? 1_000);
/** For one class, on a machine that has more to do: twenty times what a mutant takes. */
export const MUTANTS_TIMEOUT_MS = 30_000 + 20 * MUTANTS;
/** What a release is held to, of each class. */
export const SOAK_MUTANTS = 10_000;
/** Where a run of the large size leaves its counts; each suite has a file of its own. */
const RESULT_FILE = process.env['CUSTODY_MUTANTS_RESULT'];
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

/** `unreadable`: refused by its form, before any check. `same`: it says what the honest one says. */
export type Judged = 'unreadable' | 'refused' | 'same' | 'accepted';

/** One class of mutants. */
export interface MutantClass<T> {
  readonly name: string;
  /** Different ones that survive parsing. */
  readonly count: number;
  /** undefined: this draw has nothing of the class. */
  readonly draw: (random: Random) => T | undefined;
  /** All that a verifier sees of it. */
  readonly textOf: (mutant: T) => string;
  readonly judge: (mutant: T) => Judged;
  /** Whatever of the class is drawn has not the form: so many are tried, and none is read. */
  readonly isFormAlone?: boolean;
}

/** What became of a class: of `tried` different ones `readable` survived parsing. */
export interface MutantCount {
  readonly name: string;
  readonly tried: number;
  readonly readable: number;
  readonly accepted: number;
  /** There are no more: so many draws in a row brought none that was not tried before. */
  readonly exhaustedBy?: number;
  /** Whatever was tried of the class has not the form: none is read. */
  readonly formAlone?: true;
}

/** Draws for one different mutant that survives parsing. */
const DRAWS_MAX = 200;
/** Draws without a new one, beside ten for each that there was: of a hundred thousand spaces that are left so, one was not exhausted. */
const DRY_MIN = 2_000;
const DRY_FACTOR = 10;

/**
 * Puts different mutants of a class before a verifier until `count` of them survived parsing. Throws where one is accepted, naming seed and
 * mutant; where the class cannot be had `count` times and there are still new ones; and where one of a class of form alone is read.
 */
export function runMutants<T>(mutants: MutantClass<T>): MutantCount {
  const began = performance.now();
  const count = countMutants(mutants);
  // A class of the large size takes up to minutes: whoever waits sees that it goes on.
  if (RESULT_FILE !== undefined)
    process.stderr.write(
      `${count.name}: ${count.readable} of ${count.tried} read, ${((performance.now() - began) / 1_000).toFixed(1)} s\n`,
    );
  return count;
}

function countMutants<T>({ name, count, draw, textOf, judge, isFormAlone = false }: MutantClass<T>): MutantCount {
  const random = seeded(SEED ^ [...name].reduce((sum, unit) => sum * 31 + unit.charCodeAt(0), 0));
  const known = new Set<string>();
  const form = isFormAlone ? ({ formAlone: true } as const) : {};
  let [readable, dry] = [0, 0];
  for (let n = 0; (isFormAlone ? known.size : readable) < count; n++) {
    if (dry >= DRY_MIN + DRY_FACTOR * known.size && known.size > 0)
      return { name, tried: known.size, readable, accepted: 0, exhaustedBy: dry, ...form };
    if (n >= DRAWS_MAX * count + DRY_MIN) throw new Error(`seed ${SEED}, ${name}: of ${n} draws ${readable} survive parsing, not ${count}`);
    const mutant = draw(random);
    const key = mutant === undefined ? '' : createHash('sha256').update(textOf(mutant)).digest('base64');
    dry++;
    if (mutant === undefined || known.has(key)) continue;
    known.add(key);
    dry = 0;
    const judged = judge(mutant);
    if (judged === 'accepted') throw new Error(`seed ${SEED}, ${name}, draw ${n} is accepted: ${textOf(mutant)}`);
    if (judged === 'unreadable') continue;
    if (isFormAlone) throw new Error(`seed ${SEED}, ${name}, draw ${n} is read: ${textOf(mutant)}`);
    readable++;
  }
  return { name, tried: known.size, readable, accepted: 0, ...form };
}

/** Counts of a suite, where a run of the large size was asked to keep them: call it when all classes have run. */
export function keepCounts(suite: string, counts: readonly MutantCount[]): void {
  if (RESULT_FILE === undefined || MUTANTS < SOAK_MUTANTS) return;
  writeFileSync(RESULT_FILE, `${JSON.stringify({ seed: SEED, mutants: MUTANTS, suites: { [suite]: counts } }, null, 2)}\n`);
}

/** A change once, or two or three times over: what can be changed in one place only makes a small class. */
export const repeatedly =
  <T>(change: (given: T, random: Random) => T): ((given: T, random: Random) => T) =>
  (given, random) => {
    let changed = given;
    for (let times = 1 + random(3); times > 0; times--) changed = change(changed, random);
    return changed;
  };

/** Text with some characters changed, removed or doubled. */
export function otherText(text: string, random: Random): string {
  const units = [...text];
  const at = random(units.length);
  const unit = units[at] ?? 'x';
  return pick<() => string[]>(
    [
      () => units.with(Math.min(at, units.length - 1), pick([...'0a9Z -./+=bcXY'], random)),
      () => units.toSpliced(at, 1),
      () => units.toSpliced(at, 0, unit),
      () => units.toSpliced(at, 0, pick([...'0a9Z-./+='], random)),
      () => units.with(at, unit === unit.toUpperCase() ? unit.toLowerCase() : unit.toUpperCase()),
    ],
    random,
  )().join('');
}

/** Another whole number: near, far, or of another size. */
export const otherWhole = (value: number, random: Random): number =>
  pick(
    [value + 1, Math.max(0, value - 1), random(20), random(1_000_000), 2 ** 32 + value, random(2 ** 20) * 2 ** 32 + random(2 ** 31)],
    random,
  );

/** JSON in which one text or number below is another of its kind. */
export function otherLeaf(value: Mutable, random: Random): Mutable {
  if (typeof value === 'string')
    return /^[0-9a-f]{64}$/.test(value) && random(2) === 0 ? otherHex(value, random) : value === '' ? 'x' : otherText(value, random);
  if (typeof value === 'number') return otherWhole(value, random);
  if (typeof value !== 'object' || value === null) return pick<Mutable>([true, false, null, 0], random);
  if (Array.isArray(value)) {
    const at = random(value.length);
    return value.length === 0 ? [random(100)] : value.with(at, otherLeaf(value[at] as Mutable, random));
  }
  const name = pick(Object.keys(value), random);
  return name === undefined ? {} : { ...value, [name]: otherLeaf(value[name] as Mutable, random) };
}
