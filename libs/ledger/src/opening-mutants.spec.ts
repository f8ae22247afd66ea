import { jest } from '@jest/globals';
import { canonicalize, checkWhole, readOpening, type Envelope, type JsonValue } from './index.ts';
import {
  copyOf,
  keepCounts,
  MUTANTS,
  MUTANTS_TIMEOUT_MS,
  otherHex,
  otherLeaf,
  otherValue,
  pick,
  runMutants,
  SEED,
  type Judged,
  type Mutable,
  type MutantCount,
  type Random,
} from './mutants.contract.ts';
import { moreOpenings, openings as published, trees, type OpeningVector } from './opening.contract.ts';

const openings = [...published, ...moreOpenings()];

type Members = { [member: string]: Mutable };
/** Changes the opening; false: this one has nothing of the class. */
type Mutation = (opening: Members, random: Random, commitment: string) => boolean;

const slotsOf = (opening: Members) => opening['slots'] as Members[];
const listsOf = (opening: Members) => slotsOf(opening).filter(({ elements }) => elements !== undefined);

/** Of one of the slots. */
const inSlot =
  (change: (slot: Members, random: Random) => boolean | void): Mutation =>
  (opening, random) =>
    change(pick(slotsOf(opening), random), random) !== false;
/** Of the elements of one of the lists. */
const inList =
  (change: (elements: Members, random: Random) => boolean | void): Mutation =>
  (opening, random) => {
    const lists = listsOf(opening);
    return lists.length > 0 && change(pick(lists, random)['elements'] as Members, random) !== false;
  };
/** Of one of the opened elements. */
const inElement = (change: (element: Members, random: Random) => boolean | void): Mutation =>
  inList((elements, random) => change(pick(elements['opened'] as Members[], random), random));

const mutateHex = (members: Members | Mutable[], name: string | number, random: Random) => {
  const holder = members as Members;
  holder[name] = otherHex(holder[name] as string, random);
};
const mutateValue = (leaf: Members, random: Random) => {
  if (leaf['value'] === undefined) return false;
  leaf['value'] = random(2) === 0 ? (otherValue(leaf['value'], random) as Mutable) : otherLeaf(leaf['value'], random);
  return true;
};
/** A value for what is absent, and the other way round. */
const turn = (leaf: Members, random: Random) => {
  if (leaf['value'] === undefined) {
    leaf['value'] = pick<Mutable>([null, '', 0, [], {}, '00'.repeat(32)], random);
    delete leaf['absent'];
  } else {
    delete leaf['value'];
    delete leaf['elements'];
    leaf['absent'] = true;
  }
};
/** Of what may have been changed before, and be no number any more. */
const otherNumber = (given: Mutable, random: Random): Mutable => {
  const value = Number(given);
  return pick<Mutable>([value + 1, value - 1, value * 2, random(300), random(2 ** 31), String(value), null, 256], random);
};
const mutateSiblings = (holder: Members, random: Random) => {
  const siblings = holder['siblings'] as Mutable[];
  const at = random(siblings.length);
  if (siblings.length === 0) siblings.push(otherHex('0'.repeat(64), random));
  else
    pick<() => void>(
      [
        () => mutateHex(siblings, at, random),
        () => mutateHex(siblings, at, random),
        () => siblings.splice(at, 1),
        () => siblings.splice(at, 0, siblings[at] as Mutable),
        () => siblings.reverse(),
        () => siblings.push(siblings.shift() as Mutable),
      ],
      random,
    )();
};
const mutateOrder = (list: Mutable[], random: Random) => {
  if (list.length === 0) return;
  const at = random(list.length);
  pick<() => void>(
    [
      () => list.splice(at, 1),
      () => list.splice(at, 0, copyOf(list[at])),
      () => list.reverse(),
      () => list.push(list.shift() as Mutable),
      () => list.splice(0),
    ],
    random,
  )();
};

const CLASSES: Readonly<Record<string, Mutation>> = {
  version: (opening, random) => {
    opening['v'] = otherNumber(1, random);
    return true;
  },
  'slot number': inSlot((slot, random) => {
    slot['slot'] = otherNumber(slot['slot'] as Mutable, random);
  }),
  'slot salt': inSlot((slot, random) => mutateHex(slot, 'salt', random)),
  'slot value': inSlot((slot, random) => (slot['elements'] === undefined ? mutateValue(slot, random) : false)),
  'slot absent or not': inSlot(turn),
  'list of slots': (opening, random) => {
    mutateOrder(slotsOf(opening), random);
    return true;
  },
  'siblings of slots': (opening, random) => {
    mutateSiblings(opening, random);
    return true;
  },
  'two slots exchanged': (opening, random) => {
    const [one, other] = [pick(slotsOf(opening), random), pick(slotsOf(opening), random)];
    const number = one['slot'] as Mutable;
    one['slot'] = other['slot'] as Mutable;
    other['slot'] = number;
    slotsOf(opening).sort((a, b) => (a['slot'] as number) - (b['slot'] as number));
    return true;
  },
  'root of a list': (opening, random) => {
    const list = listsOf(opening)[0];
    if (list === undefined) return false;
    mutateHex(list, 'value', random);
    return true;
  },
  'count of leaves': inList((elements, random) => {
    elements['count'] = otherNumber(elements['count'] as Mutable, random);
  }),
  'element number': inElement((element, random) => {
    element['n'] = otherNumber(element['n'] as Mutable, random);
  }),
  'element salt': inElement((element, random) => mutateHex(element, 'salt', random)),
  'element value': inElement(mutateValue),
  'element absent or not': inElement(turn),
  'list of elements': inList((elements, random) => mutateOrder(elements['opened'] as Mutable[], random)),
  'siblings of elements': inList(mutateSiblings),
  'elements of another list': (opening, random) => {
    const [from, to] = [pick(listsOf(opening), random), pick(slotsOf(opening), random)];
    if (from === undefined) return false;
    to['elements'] = copyOf(from['elements']);
    return true;
  },
  'part of another event': (opening, random, commitment) => {
    // Of the same event it would be no forgery: whoever holds two openings may join them.
    const others = openings.filter((vector) => vector.commitment !== commitment);
    const other = copyOf(JSON.parse(pick(others, random).opening)) as Members;
    const at = random(slotsOf(opening).length);
    slotsOf(opening)[at] = pick(slotsOf(other), random);
    return true;
  },
};

interface Made {
  readonly bytes: Uint8Array;
  readonly commitment: string;
}
/** Refused before anything that an opening says is looked at. */
const FORM: ReadonlySet<string> = new Set(['opening.json', 'opening.not-canonical', 'opening.form', 'opening.unknown-member']);
const counts: MutantCount[] = [];
afterAll(() => keepCounts('opening', counts));

function run(mutantOf: (vector: OpeningVector, random: Random) => Made | undefined, name: string) {
  const judge = ({ bytes, commitment }: Made): Judged => {
    const read = readOpening(bytes, commitment);
    return read.ok ? 'accepted' : FORM.has(read.fault.code) ? 'unreadable' : 'refused';
  };
  const textOf = ({ bytes, commitment }: Made) => commitment + Buffer.from(bytes).toString('latin1');
  const draw = (random: Random) => mutantOf(pick(openings, random), random);
  counts.push(runMutants({ name: `opening, ${name}`, count: MUTANTS, draw, textOf, judge }));
  return counts.at(-1);
}
const none = { accepted: 0 };
const encode = (text: string) => new TextEncoder().encode(text);

jest.setTimeout(MUTANTS_TIMEOUT_MS);

describe(`of ${MUTANTS} mutants of an opening none is accepted (seed ${SEED})`, () => {
  test.each(Object.entries(CLASSES))('%s', (name, mutate) => {
    const mutantOf = (vector: OpeningVector, random: Random) => {
      const opening = copyOf(JSON.parse(vector.opening)) as Members;
      for (let times = 1 + random(3); times > 0; times--) if (!mutate(opening, random, vector.commitment)) return undefined;
      const text = canonicalize(opening as JsonValue);
      return text === vector.opening ? undefined : { bytes: encode(text), commitment: vector.commitment };
    };
    expect(run(mutantOf, name)).toMatchObject(none);
  });

  test('commitment', () => {
    const mutantOf = (vector: OpeningVector, random: Random) => {
      const commitment = random(2) === 0 ? otherHex(vector.commitment, random) : pick(openings, random).commitment;
      return commitment === vector.commitment ? undefined : { bytes: encode(vector.opening), commitment };
    };
    expect(run(mutantOf, 'commitment')).toMatchObject(none);
  });

  test('any byte of it changed, removed or doubled', () => {
    const mutantOf = (vector: OpeningVector, random: Random) => {
      const bytes = encode(vector.opening);
      const at = random(bytes.length);
      const mutant = pick<() => number[]>(
        [
          () => [...bytes].with(at, random(256)),
          () => [...bytes].toSpliced(at, 1),
          () => [...bytes].toSpliced(at, 0, bytes[at] as number),
          () => [...bytes].slice(0, at),
        ],
        random,
      )();
      const same = Buffer.compare(Uint8Array.from(mutant), bytes) === 0;
      return same ? undefined : { bytes: Uint8Array.from(mutant), commitment: vector.commitment };
    };
    expect(run(mutantOf, 'bytes')).toMatchObject(none);
  });
});

describe(`of ${MUTANTS} mutants of a whole event none is accepted (seed ${SEED})`, () => {
  type Whole = { envelope: Members; content: string; secret: string; commitment: string };
  const MUTATIONS: Readonly<Record<string, (whole: Whole, random: Random) => void>> = {
    envelope: ({ envelope }, random) => {
      const name = pick(Object.keys(envelope), random);
      envelope[name] =
        random(2) === 0 ? (otherValue(envelope[name] as Mutable, random) as Mutable) : otherLeaf(envelope[name] as Mutable, random);
    },
    'value of the content': (whole, random) => {
      const content = otherValue(JSON.parse(whole.content) as Mutable, random) as Members;
      // Without its id it says the same: the envelope has it.
      if (content['id'] === undefined && whole.content.includes('"id":"lux-0017"')) content['id'] = 'lux-0017';
      whole.content = canonicalize(content as JsonValue);
    },
    'characters of the content': (whole, random) => {
      const at = random(whole.content.length);
      whole.content = whole.content.slice(0, at) + pick(['', ' ', '"', '0', ',', '}'], random) + whole.content.slice(at + random(2));
    },
    secret: (whole, random) => {
      whole.secret = otherHex(whole.secret, random).toLowerCase();
    },
    commitment: (whole, random) => {
      whole.commitment = otherHex(whole.commitment, random);
    },
  };

  test.each(Object.entries(MUTATIONS))('%s', (name, mutate) => {
    const said = ({ envelope, content, secret, commitment }: Whole) => JSON.stringify([envelope, content, secret, commitment]);
    const draw = (random: Random): Whole | undefined => {
      const tree = pick(trees, random);
      const given = { ...tree, content: canonicalize(tree.document) };
      const whole: Whole = { ...given, envelope: copyOf(given.envelope) as Members };
      for (let times = 1 + random(3); times > 0; times--) mutate(whole, random);
      return said(whole) === said(given as unknown as Whole) ? undefined : whole;
    };
    const judge = ({ envelope, content, secret, commitment }: Whole): Judged => {
      const key = Uint8Array.from(Buffer.from(secret, 'hex'));
      const checked = checkWhole(envelope as unknown as Envelope, encode(content), key, commitment);
      return checked.ok ? 'accepted' : checked.fault.code === 'whole.json' ? 'unreadable' : 'refused';
    };
    counts.push(runMutants({ name: `whole event, ${name}`, count: MUTANTS, draw, textOf: said, judge }));
    expect(counts.at(-1)).toMatchObject(none);
  });
});

test('what is mutated is accepted as it was', () => {
  for (const { opening, commitment } of openings) expect(readOpening(encode(opening), commitment)).toMatchObject({ ok: true });
});

test('whoever holds an opening may show a list without its elements, and proves no more by it', () => {
  const { opening, commitment } = openings.find(({ about }) => about.startsWith('one item')) as OpeningVector;
  const less = copyOf(JSON.parse(opening)) as Members;
  delete (listsOf(less)[0] as Members)['elements'];
  const read = readOpening(encode(canonicalize(less as JsonValue)), commitment);
  expect(read.ok && read.value.slots.find(({ slot }) => slot === 'items')).toEqual({
    slot: 'items',
    state: 'list',
    elements: [],
    length: undefined,
  });
});
