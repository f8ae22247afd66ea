import { jest } from '@jest/globals';
import { toHex, utf8, utf8Text } from './bytes.ts';
import {
  canonicalize,
  checkPlaceKept,
  checkPlaces,
  checkPromiseKept,
  checkSealedContent,
  encodeEntry,
  leafHash,
  openReceipt,
  openRejection,
  openSealedReceipt,
  type CaptureReceipt,
  type ItemTreeName,
  type JsonValue,
} from './index.ts';
import {
  copyOf,
  MUTANTS,
  MUTANTS_TIMEOUT_MS,
  otherHex,
  otherValue,
  pick,
  SEED,
  seeded,
  type Mutable,
  type Random,
} from './mutants.contract.ts';
import { LOG, logKeys, notes, otherKey, receiptKey, sealedReceipts, treesOf, trusted, type SealedVector } from './receipt.contract.ts';
import { sha256Hex } from './primitives.ts';
import { signReceipt } from './receipt.ts';

jest.setTimeout(MUTANTS_TIMEOUT_MS);

/** A text with one character changed, removed or doubled, or two of them exchanged. */
function otherText(text: string, random: Random): string {
  const units = [...text];
  const at = random(units.length);
  const unit = units[at] as string;
  return pick<() => string[]>(
    [
      () => units.with(at, pick([...'0a9Z -./+=\n'], random)),
      () => units.toSpliced(at, 1),
      () => units.toSpliced(at, 0, unit),
      () => units.with(at, unit === unit.toUpperCase() ? unit.toLowerCase() : unit.toUpperCase()),
      () => units.with(at, units[(at + 1) % units.length] as string).with((at + 1) % units.length, unit),
    ],
    random,
  )().join('');
}

/** Mutants that were accepted, of MUTANTS that differ from what they were made of. */
function run<T>(
  name: string,
  given: readonly T[],
  mutate: (one: T, random: Random) => string | undefined,
  accepts: (one: T, mutant: string) => boolean,
) {
  const random = seeded(SEED ^ sum(name));
  const accepted: string[] = [];
  for (let made = 0; made < MUTANTS;) {
    const one = pick(given, random);
    const mutant = mutate(one, random);
    if (mutant === undefined) continue;
    made++;
    if (accepts(one, mutant)) accepted.push(mutant);
  }
  return { seed: SEED, accepted };
}
const sum = (name: string) => [...name].reduce((total, unit) => total * 31 + unit.charCodeAt(0), 0) | 0;
const none = { seed: SEED, accepted: [] };

describe(`of ${MUTANTS} mutants of a signed note none is accepted (seed ${SEED})`, () => {
  type Vector = (typeof notes)[number];
  const accepts = ({ kind }: Vector, note: string) =>
    (kind === 'receipt' ? openReceipt(utf8(note), trusted) : openRejection(utf8(note), trusted)).ok;
  const line = (name: string) => (vector: Vector, random: Random) => {
    const start = name === 'header' ? 0 : vector.note.indexOf(`\n${name} `) + 1;
    if (name !== 'header' && start === 0) return undefined;
    const end = vector.note.indexOf('\n', start);
    const mutant = vector.note.slice(0, start) + otherText(vector.note.slice(start, end), random) + vector.note.slice(end);
    return mutant === vector.note ? undefined : mutant;
  };

  test.each(['header', 'log', 'agency', 'id', 'content', 'captured', 'sealed', 'durability', 'code', 'detail', '—'])('line %s', (name) => {
    expect(run(name, notes, line(name), accepts)).toEqual(none);
  });

  test('any character', () => {
    const mutate = ({ note }: Vector, random: Random) => {
      const mutant = otherText(note, random);
      return mutant === note ? undefined : mutant;
    };
    expect(run('any', notes, mutate, accepts)).toEqual(none);
  });

  test('signature of another text, or by another key of the same name', () => {
    const receipts = notes.filter(({ kind }) => kind === 'receipt');
    const mutate = ({ value, note }: Vector, random: Random) => {
      const other: CaptureReceipt = { ...value, id: `${value.id}${random(1_000)}` };
      const text = note.slice(0, note.indexOf('\n\n') + 2);
      const foreign = utf8Text(random(2) === 0 ? signReceipt(other, receiptKey) : signReceipt(value, otherKey)) as string;
      return text + foreign.slice(foreign.indexOf('\n\n') + 2);
    };
    expect(run('signature', receipts, mutate, accepts)).toEqual(none);
  });
});

describe(`of ${MUTANTS} mutants of a sealed receipt none is accepted (seed ${SEED})`, () => {
  type Members = { [member: string]: Mutable };
  /** What is established, whatever the notes around it: a signature line given twice changes nothing. */
  function statement(text: string): string {
    const opened = openSealedReceipt(utf8(text), logKeys);
    if (!opened.ok) return '';
    const { sealed, checkpoint } = opened.value;
    const { inclusion, secret, ...rest } = sealed;
    const path = inclusion.hashes.map(toHex);
    return JSON.stringify([rest, toHex(secret), inclusion.index, path, checkpoint.text], (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
  }
  /** All that its holder can check: against content and receipt, and against the item trees as they are. */
  function accepts(vector: SealedVector, mutant: string): boolean {
    const opened = openSealedReceipt(utf8(mutant), logKeys);
    if (!opened.ok) return false;
    const { sealed } = opened.value;
    const content = utf8(vector.content);
    const trees = treesOf(vector) as unknown as readonly (ItemTreeName & { n: number })[];
    const given = JSON.parse(vector.sealed) as { envelope: CaptureReceipt; commitment: string; index: number };
    const { agency, id, captured } = given.envelope;
    const receipt: CaptureReceipt = { log: LOG, agency, id, captured, contentHash: sha256Hex(content), durability: 'replicated' };
    const leaf = leafHash(encodeEntry(given.commitment));
    const isKept = ({ group, item, n }: ItemTreeName & { n: number }) => {
      const entries = Array.from({ length: n + 3 }, (_, at) =>
        at === n ? { index: BigInt(given.index), leafHash: leaf } : { index: 1_000n, leafHash: new Uint8Array(32) },
      );
      return checkPlaceKept(sealed, { group, item }, { from: 0n, entries }).ok;
    };
    return (
      checkSealedContent(sealed, content).ok &&
      checkPlaces(sealed, trees).ok &&
      checkPromiseKept(opened.value, content, receipt).ok &&
      trees.every(isKept)
    );
  }
  const acceptsOther = (vector: SealedVector, mutant: string) => accepts(vector, mutant) && statement(mutant) !== statement(vector.sealed);
  const MUTATIONS: Readonly<Record<string, (sealed: Members, random: Random) => boolean | void>> = {
    commitment: (sealed, random) => void (sealed['commitment'] = otherHex(sealed['commitment'] as string, random)),
    secret: (sealed, random) => void (sealed['secret'] = otherHex(sealed['secret'] as string, random)),
    envelope: (sealed, random) => void (sealed['envelope'] = otherValue(sealed['envelope'] as Mutable, random) as Mutable),
    index: (sealed, random) => void (sealed['index'] = otherValue(sealed['index'] as Mutable, random) as Mutable),
    version: (sealed, random) => void (sealed['v'] = otherValue(sealed['v'] as Mutable, random) as Mutable),
    inclusion: (sealed, random) => void (sealed['inclusion'] = otherText(sealed['inclusion'] as string, random)),
    'lines of the inclusion': (sealed, random) => {
      const lines = (sealed['inclusion'] as string).split('\n');
      const at = random(lines.length);
      const other = pick([lines.toSpliced(at, 1), lines.toSpliced(at, 0, lines[at] as string), lines.slice(0, at)], random);
      sealed['inclusion'] = other.join('\n');
    },
    places: (sealed, random) => {
      if ((sealed['places'] as Mutable[]).length === 0) return false;
      sealed['places'] = otherValue(sealed['places'] as Mutable, random) as Mutable;
      return true;
    },
    'number of a place': (sealed, random) => {
      const place = pick(sealed['places'] as Members[], random) as Members | undefined;
      if (place === undefined) return false;
      place['n'] = pick<Mutable>([(place['n'] as number) + 1, (place['n'] as number) - 1, random(12), 1e6, null], random);
      return true;
    },
    'part of another receipt': (sealed, random) => {
      const other = JSON.parse(pick(sealedReceipts, random).sealed) as Members;
      const name = pick(Object.keys(sealed), random);
      sealed[name] = other[name] as Mutable;
    },
  };

  test.each(Object.entries(MUTATIONS))('%s', (name, change) => {
    const mutate = (vector: SealedVector, random: Random) => {
      const sealed = copyOf(JSON.parse(vector.sealed)) as Members;
      if (change(sealed, random) === false) return undefined;
      const mutant = canonicalize(sealed as JsonValue);
      return mutant === vector.sealed ? undefined : mutant;
    };
    expect(run(name, sealedReceipts, mutate, acceptsOther)).toEqual(none);
  });

  test('any character', () => {
    const mutate = ({ sealed }: SealedVector, random: Random) => {
      const mutant = otherText(sealed, random);
      return mutant === sealed ? undefined : mutant;
    };
    expect(run('any', sealedReceipts, mutate, acceptsOther)).toEqual(none);
  });

  test('what is mutated is accepted as it was', () => {
    for (const vector of sealedReceipts)
      expect([accepts(vector, vector.sealed), statement(vector.sealed)]).toEqual([true, expect.stringMatching(/./)]);
  });
});
