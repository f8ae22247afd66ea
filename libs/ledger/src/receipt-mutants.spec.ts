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
  parseNote,
  type CaptureReceipt,
  type ItemTreeName,
  type JsonValue,
} from './index.ts';
import {
  copyOf,
  keepCounts,
  MUTANTS,
  MUTANTS_TIMEOUT_MS,
  otherHex,
  otherLeaf,
  otherText as mutated,
  otherValue,
  otherWhole,
  pick,
  repeatedly,
  runMutants,
  SEED,
  type Judged,
  type Mutable,
  type MutantCount,
  type Random,
} from './mutants.contract.ts';
import { LOG, logKeys, notes, otherKey, receiptKey, sealedReceipts, treesOf, trusted, type SealedVector } from './receipt.contract.ts';
import { sha256Hex } from './primitives.ts';
import { parseStrict } from './json.ts';
import { signReceipt } from './receipt.ts';

jest.setTimeout(MUTANTS_TIMEOUT_MS);

const none = { accepted: 0 };
const counts: MutantCount[] = [];
afterAll(() => keepCounts('receipt', counts));

/** What was made of one that was drawn; undefined: it has nothing of the class, or came out as it was. */
interface Made<T> {
  readonly one: T;
  readonly mutant: string;
}

function run<T>(
  name: string,
  given: readonly T[],
  mutate: (one: T, random: Random) => string | undefined,
  judge: (one: T, mutant: string) => Judged,
  isFormAlone = false,
) {
  const draw = (random: Random): Made<T> | undefined => {
    const one = pick(given, random);
    const mutant = mutate(one, random);
    return mutant === undefined ? undefined : { one, mutant };
  };
  // The same text held against another event is another mutant.
  const textOf = ({ one, mutant }: Made<T>) => `${given.indexOf(one)} ${mutant}`;
  counts.push(runMutants({ name, count: MUTANTS, draw, textOf, judge: ({ one, mutant }) => judge(one, mutant), isFormAlone }));
  return counts.at(-1);
}

describe(`of ${MUTANTS} mutants of a signed note none is accepted (seed ${SEED})`, () => {
  type Vector = (typeof notes)[number];
  // What has the form of a note is read: from there on the signature decides.
  const judge = ({ kind }: Vector, note: string): Judged => {
    if (!parseNote(utf8(note)).ok) return 'unreadable';
    return (kind === 'receipt' ? openReceipt(utf8(note), trusted) : openRejection(utf8(note), trusted)).ok ? 'accepted' : 'refused';
  };
  const otherText = repeatedly(mutated);
  const line = (name: string) => (vector: Vector, random: Random) => {
    const start = name === 'header' ? 0 : vector.note.indexOf(`\n${name} `) + 1;
    if (name !== 'header' && start === 0) return undefined;
    const end = vector.note.indexOf('\n', start);
    const mutant = vector.note.slice(0, start) + otherText(vector.note.slice(start, end), random) + vector.note.slice(end);
    return mutant === vector.note ? undefined : mutant;
  };

  test.each(['header', 'log', 'agency', 'id', 'content', 'captured', 'sealed', 'durability', 'code', 'detail', '—'])('line %s', (name) => {
    expect(run(`note, line ${name}`, notes, line(name), judge)).toMatchObject(none);
  });

  test('any character', () => {
    const mutate = ({ note }: Vector, random: Random) => {
      const mutant = otherText(note, random);
      return mutant === note ? undefined : mutant;
    };
    expect(run('note, any character', notes, mutate, judge)).toMatchObject(none);
  });

  test('signature of another text, or by another key of the same name', () => {
    const receipts = notes.filter(({ kind }) => kind === 'receipt');
    const mutate = ({ value, note }: Vector, random: Random) => {
      const other: CaptureReceipt = { ...value, id: `${value.id}${random(1_000_000)}` };
      const text = note.slice(0, note.indexOf('\n\n') + 2);
      const foreign = utf8Text(random(2) === 0 ? signReceipt(other, receiptKey) : signReceipt(other, otherKey)) as string;
      return text + foreign.slice(foreign.indexOf('\n\n') + 2);
    };
    expect(run('note, signature of another text or by another key', receipts, mutate, judge)).toMatchObject(none);
  });
});

/** Refused before anything that a sealed receipt says is looked at. */
const FORM: ReadonlySet<string> = new Set(['sealed.json', 'sealed.not-canonical', 'sealed.form', 'sealed.unknown-member']);

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
  /**
   * All that its holder can check: against content and receipt, and against the item trees as they are.
   * @param text content that the sealed receipt is held against
   */
  function accepts(vector: SealedVector, mutant: string, text = vector.content): boolean {
    const opened = openSealedReceipt(utf8(mutant), logKeys);
    if (!opened.ok) return false;
    const { sealed } = opened.value;
    const content = utf8(text);
    const trees = treesOf(vector) as unknown as readonly (ItemTreeName & { n: number })[];
    const given = JSON.parse(vector.sealed) as { envelope: CaptureReceipt; commitment: string; index: number };
    const { agency, id, captured } = given.envelope;
    const receipt: CaptureReceipt = { log: LOG, agency, id, captured, contentHash: sha256Hex(vector.content), durability: 'replicated' };
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
  const judge = (vector: SealedVector, mutant: string): Judged => {
    const opened = openSealedReceipt(utf8(mutant), logKeys);
    if (!opened.ok && FORM.has(opened.fault.code)) return 'unreadable';
    if (!accepts(vector, mutant)) return 'refused';
    return statement(mutant) === statement(vector.sealed) ? 'same' : 'accepted';
  };
  const MUTATIONS: Readonly<Record<string, (sealed: Members, random: Random) => boolean | void>> = {
    commitment: (sealed, random) => void (sealed['commitment'] = otherHex(sealed['commitment'] as string, random)),
    secret: (sealed, random) => void (sealed['secret'] = otherHex(sealed['secret'] as string, random)),
    envelope: (sealed, random) =>
      void (sealed['envelope'] =
        random(3) === 0
          ? (otherValue(sealed['envelope'] as Mutable, random) as Mutable)
          : otherLeaf(sealed['envelope'] as Mutable, random)),
    index: (sealed, random) => void (sealed['index'] = otherWhole(Number(sealed['index']), random)),
    version: (sealed, random) => void (sealed['v'] = otherWhole(Number(sealed['v']), random)),
    inclusion: (sealed, random) => void (sealed['inclusion'] = mutated(sealed['inclusion'] as string, random)),
    'lines of the inclusion': (sealed, random) => {
      const lines = (sealed['inclusion'] as string).split('\n');
      const at = random(lines.length);
      const other = pick([lines.toSpliced(at, 1), lines.toSpliced(at, 0, lines[at] as string), lines.slice(0, at)], random);
      sealed['inclusion'] = other.join('\n');
    },
    places: (sealed, random) => {
      if ((sealed['places'] as Mutable[]).length === 0) return false;
      sealed['places'] =
        random(3) === 0 ? (otherValue(sealed['places'] as Mutable, random) as Mutable) : otherLeaf(sealed['places'] as Mutable, random);
      return true;
    },
    'number of a place': (sealed, random) => {
      const place = pick(sealed['places'] as Members[], random) as Members | undefined;
      if (place === undefined) return false;
      place['n'] = pick<Mutable>([(place['n'] as number) + 1, (place['n'] as number) - 1, random(12), random(1e9), null], random);
      return true;
    },
    'part of another receipt': (sealed, random) => {
      const other = JSON.parse(pick(sealedReceipts, random).sealed) as Members;
      const name = pick(Object.keys(sealed), random);
      const [places, others] = [sealed['places'] as Members[], other['places'] as Members[]];
      if (random(2) === 0 || !Array.isArray(places) || places.length === 0 || others.length === 0) sealed[name] = other[name] as Mutable;
      else {
        // A place of his, or a part of it.
        const [place, from] = [pick(places, random), pick(others, random)];
        for (const part of Object.keys(from)) if (random(2) === 0) place[part] = copyOf(from[part]);
      }
    },
  };

  test.each(Object.entries(MUTATIONS))('%s', (name, change) => {
    const mutate = (vector: SealedVector, random: Random) => {
      const sealed = copyOf(JSON.parse(vector.sealed)) as Members;
      for (let times = 1 + random(3); times > 0; times--) if (change(sealed, random) === false) return undefined;
      const mutant = canonicalize(sealed as JsonValue);
      return mutant === vector.sealed ? undefined : mutant;
    };
    expect(run(`sealed, ${name}`, sealedReceipts, mutate, judge)).toMatchObject(none);
  });

  test('content that it is held against', () => {
    const mutate = ({ content }: SealedVector, random: Random) => {
      const document = JSON.parse(content) as Mutable;
      const other =
        random(3) === 0
          ? mutated(content, random)
          : canonicalize((random(4) === 0 ? otherValue(document, random) : otherLeaf(document, random)) as JsonValue);
      return other === content ? undefined : other;
    };
    const judgeContent = (vector: SealedVector, content: string): Judged =>
      !parseStrict(utf8(content)).ok ? 'unreadable' : accepts(vector, vector.sealed, content) ? 'accepted' : 'refused';
    expect(run('sealed, content that it is held against', sealedReceipts, mutate, judgeContent)).toMatchObject(none);
  });

  test('any character', () => {
    const mutate = ({ sealed }: SealedVector, random: Random) => {
      const mutant = mutated(sealed, random);
      return mutant === sealed ? undefined : mutant;
    };
    expect(run('sealed, any character', sealedReceipts, mutate, judge)).toMatchObject(none);
  });

  test('what is mutated is accepted as it was', () => {
    for (const vector of sealedReceipts)
      expect([accepts(vector, vector.sealed), statement(vector.sealed)]).toEqual([true, expect.stringMatching(/./)]);
  });
});
