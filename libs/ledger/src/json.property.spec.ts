import fc from 'fast-check';
import { canonicalize, equalBytes, parseStrict, utf8Text, type JsonFault, type JsonValue } from './index.ts';
import { StrictReader } from './strict-reader.ts';

const LIMITS = { depthMax: 32, keysMax: 10_000 };

const text = fc.string({
  unit: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...'abÄ"\\/\n\t\u001f\u2028') },
    fc.constantFrom('😀', 'é', '\u007f', '中', '\ufffe'),
  ),
  maxLength: 12,
});
const name = fc.oneof(text, fc.constantFrom('a', 'b', '1', '10', '9', 'constructor', 'toString'));
const kept = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .filter((value) => !Object.is(value, -0) && !(Math.abs(value) > Number.MAX_SAFE_INTEGER && Math.abs(value) < 1e21));
const number = fc.oneof(fc.maxSafeInteger(), kept, fc.integer({ min: -5, max: 5 }));
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(fc.constantFrom(null, true, false), number, text),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const space = fc.constantFrom('', '', '', ' ', '\n', '\t\r ');

/** The same value in another spelling: space, order of members, escapes, trailing zeros of decimals. */
function respell(given: JsonValue, random: () => number): string {
  const gap = () => ['', '', ' ', '\n\t'][Math.floor(random() * 4)] as string;
  if (typeof given === 'string') return `"${respellText(given, random)}"`;
  if (typeof given === 'number') return Number.isInteger(given) || String(given).includes('e') ? String(given) : `${given}00`;
  if (given === null || typeof given === 'boolean') return String(given);
  if (Array.isArray(given))
    return `[${gap()}${(given as readonly JsonValue[]).map((element) => respell(element, random) + gap()).join(`,${gap()}`)}]`;
  const members = Object.entries(given).sort(() => random() - 0.5);
  const spelt = members.map(([key, member]) => `"${respellText(key, random)}"${gap()}:${gap()}${respell(member, random)}${gap()}`);
  return `{${gap()}${spelt.join(`,${gap()}`)}}`;
}

function respellText(given: string, random: () => number): string {
  let spelt = '';
  for (let n = 0; n < given.length; n++) {
    const unit = given[n] as string;
    const escaped = `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    const isHalf = unit >= '\ud800' && unit <= '\udfff';
    spelt += unit < ' ' || unit === '"' || unit === '\\' || (!isHalf && random() < 0.3) ? escaped : unit;
  }
  return spelt;
}

/** A small generator (mulberry32), so that one number names a whole run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function mutate(original: Uint8Array, random: () => number): Uint8Array {
  const mutated = Buffer.from(original);
  const at = Math.floor(random() * (mutated.length + 1));
  const tokens = [
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '\\u0000',
    '\\ud800',
    '"__proto__":',
    '1e999',
    '9007199254740993',
    ' ',
    '\u0000',
    '-',
    '.',
    'é',
  ];
  const token = Buffer.from(tokens[Math.floor(random() * tokens.length)] as string);
  switch (Math.floor(random() * 6)) {
    case 0:
      return Buffer.concat([mutated.subarray(0, at), token, mutated.subarray(at)]);
    case 1:
      return Buffer.concat([mutated.subarray(0, at), mutated.subarray(at + 1 + Math.floor(random() * 8))]);
    case 2:
      return mutated.subarray(0, at);
    case 3:
      return Buffer.concat([mutated.subarray(0, at), mutated.subarray(Math.floor(random() * at)), mutated.subarray(at)]);
    case 4: {
      const open = mutated.indexOf('{', at) + 1;
      return Buffer.concat([mutated.subarray(0, open), Buffer.from(open > 0 ? '"a":0,"a":0,' : ''), mutated.subarray(open)]);
    }
    default:
      if (at < mutated.length) mutated[at] = Math.floor(random() * 256);
      return mutated;
  }
}

test('what was serialised is read back, equal, and its canonical bytes are taken again unchanged', () => {
  fc.assert(
    fc.property(value, space, (given, gap) => {
      const parsed = parseStrict(Buffer.from(gap + JSON.stringify(given) + gap, 'utf8'));
      if (!parsed.ok) throw new Error(parsed.fault.detail);
      expect(parsed.value).toEqual(given);
      expect(utf8Text(parsed.canonical)).toBe(canonicalize(given));
      const again = parseStrict(parsed.canonical);
      expect(again.ok && equalBytes(again.canonical, parsed.canonical)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('every spelling of a value is the same value to us and to the ordinary parser', () => {
  fc.assert(
    fc.property(value, fc.integer(), (given, seed) => {
      const spelt = respell(given, seeded(seed));
      const parsed = parseStrict(Buffer.from(spelt, 'utf8'));
      if (!parsed.ok) throw new Error(`${parsed.fault.detail} ${spelt}`);
      expect(parsed.value).toEqual(JSON.parse(spelt));
      expect(utf8Text(parsed.canonical)).toBe(canonicalize(given));
    }),
    { numRuns: 1_000 },
  );
});

test('a shorter spelling of a number does not make up for space, so that only canonical bytes count as canonical', () => {
  const spelt = ['1e2', '1e5', '12e3', '1.2345e25', '1e21', '1e-2', '5e-1', '5e-7', '0.5', '-0', '100', '0.05', '0.30000000000000003', '7'];
  const text = (numbers: readonly string[], gap: string, at: number): string => {
    const parts = [
      '{"a":',
      numbers[0] ?? '1',
      ',"b":[',
      ...numbers.slice(1).flatMap((number, n) => (n === 0 ? [number] : [',', number])),
      ']}',
    ];
    return [...parts.slice(0, at % parts.length), gap, ...parts.slice(at % parts.length)].join('');
  };
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...spelt), { minLength: 1, maxLength: 4 }), fc.nat(4), fc.nat(12), (numbers, spaces, at) => {
      const given = text(numbers, ' '.repeat(spaces), at);
      const parsed = parseStrict(Buffer.from(given));
      if (!parsed.ok) return expect(parsed.fault.code).toBe('json.number');
      expect(utf8Text(parsed.canonical)).toBe(canonicalize(parsed.value));
    }),
    { numRuns: 2_000 },
  );
});

test('a digit more than a double keeps is refused, wherever it stands', () => {
  fc.assert(
    fc.property(
      kept.filter((given) => String(given).includes('.') && !String(given).includes('e')),
      (given) => {
        const literal = `${given}${'0'.repeat(20)}1`;
        expect(parseStrict(Buffer.from(`[0,${literal}]`))).toMatchObject({ ok: false, fault: { code: 'json.number', pointer: '/1' } });
      },
    ),
  );
});

const DOCUMENT = Buffer.from(
  canonicalize({
    evidence: [{ bytes: 22931, sha256: '0a53bc0938cb7ee003963bcdd10486df9f79eb4eaac7e4c6a1ddb0db3d49c83c' }],
    items: [
      { id: 'vin:WDDSYNTH9JA000001', role: 'subject' },
      { id: 'container:SYNU0000014', role: 'container', written: 'SYNU 000001 4' },
    ],
    kind: 'aggregation',
    place: { lat: 38.93, lon: -121.65, name: 'Dalian 大连 😀' },
    statement: 'said "so"\n',
  }),
);
const MUTATIONS_PER_SEED = 1_000;
const SEEDS = 100;

const isJson = (spelt: string): boolean => {
  try {
    JSON.parse(spelt);
    return true;
  } catch {
    return false;
  }
};

/** What a fast way without its checks would do: the engine's parser, and trust in a text that comes back as it was. */
const naive = (mutated: Uint8Array): boolean => {
  const spelt = Buffer.from(mutated).toString('utf8');
  try {
    return JSON.stringify(JSON.parse(spelt)) === spelt;
  } catch {
    return false;
  }
};

test('100,000 mutated documents: never a throw, a place with every fault, and both ways through the parser agree', () => {
  const outcomes = new Map<string, number>();
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = seeded(seed);
      for (let n = 0; n < MUTATIONS_PER_SEED; n++) {
        let mutated: Uint8Array = DOCUMENT;
        for (let times = 1 + Math.floor(random() * 3); times > 0; times--) mutated = mutate(mutated, random);
        const parsed = parseStrict(mutated);
        const outcome = parsed.ok ? 'taken' : parsed.fault.code;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        if (!parsed.ok && (parsed.fault.offset === undefined) === (parsed.fault.pointer === undefined)) throw new Error('no place');
        if (outcome === 'json.encoding') continue;
        const spelt = Buffer.from(mutated).toString('utf8');
        const slow = new StrictReader(spelt, LIMITS);
        const value = slow.read();
        if ((slow.fault?.code ?? 'taken') !== outcome) throw new Error(`${outcome}, but ${slow.fault?.code} by the slow way`);
        if ((outcome === 'json.syntax') === isJson(spelt)) throw new Error(`${outcome}, and the ordinary parser says otherwise`);
        // Everything in brackets is refused at once: the reading for syntax alone tells the same place.
        const skipped = new StrictReader(spelt, { ...LIMITS, depthMax: 0 });
        skipped.read();
        if (outcome === 'json.syntax' && skipped.fault?.detail !== (slow.fault as JsonFault).detail)
          throw new Error('another place for syntax alone');
        if (parsed.ok && canonicalize(value as JsonValue) !== utf8Text(parsed.canonical)) throw new Error('other bytes by the slow way');
      }
    }),
    { numRuns: SEEDS, verbose: 1 },
  );
  // The mutations reach what they are for.
  for (const outcome of ['taken', 'json.syntax', 'json.encoding', 'json.nul', 'json.lone-surrogate', 'json.duplicate-key'])
    expect(outcomes.get(outcome)).toBeGreaterThan(50);
});

test('control: without its checks the fast way would take what must be refused, and hand on bytes that are not canonical', () => {
  const harmful = ['"\\u0000"', '"\\ud800"', '{"__proto__":1}', '9007199254740992', '['.repeat(40) + ']'.repeat(40)];
  const unordered = '{"b":1,"a":1}';
  expect([...harmful, unordered].filter((spelt) => !naive(Buffer.from(spelt)))).toEqual([]);
  expect(harmful.filter((spelt) => parseStrict(Buffer.from(spelt)).ok)).toEqual([]);
  const parsed = parseStrict(Buffer.from(unordered));
  expect(parsed.ok && utf8Text(parsed.canonical)).toBe('{"a":1,"b":1}');
});
