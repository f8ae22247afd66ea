import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { canonicalize, parseStrict, type JsonValue } from './index.ts';
import { overSharedData } from './shared-data.contract.ts';

/** RFC 8785, appendix B: the bits of a double, and its text. */
const NUMBERS: [bits: string, text: string][] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
];

test.each(NUMBERS)('the double %s is %s (RFC 8785, appendix B)', (bits, text) => {
  expect(canonicalize(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text);
});

test('members stand in the order of UTF-16 code units (RFC 8785, 3.2.3)', () => {
  const given = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    ö: 'Latin Small Letter O With Diaeresis',
  };
  const values = [
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ];
  const text = canonicalize(given);
  const positions = values.map((value) => text.indexOf(`:"${value}"`));
  expect(positions).toEqual([...positions].sort((a, b) => a - b));
  // Control: by code points, as UTF-8 bytes compare, the last two would change places.
  expect(Buffer.from('\ud83d\ude00').compare(Buffer.from('\ufb33'))).toBe(1);
});

test('texts are escaped where RFC 8785 says, and nowhere else', () => {
  expect(canonicalize('\u20ac$\u000F\nA\'B"\\\\"/\u007f\u2028😀\u0000\b\t\f\r')).toBe(
    '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u007f\u2028😀\\u0000\\b\\t\\f\\r"',
  );
});

test.each<[string, unknown]>([
  ['NaN', Number.NaN],
  ['an infinity', Number.NEGATIVE_INFINITY],
  ['half a surrogate pair', '\ud800'],
  ["half a surrogate pair in a member's name", { 'x\udc00': 1 }],
  ['undefined', undefined],
  ['undefined in a list', [undefined]],
  ['a function', { a: () => 1 }],
  ['a big integer', { a: 1n }],
])('%s has no canonical form', (_claim, value) => {
  expect(() => canonicalize(value as JsonValue)).toThrow(TypeError);
});

test('a member that is undefined is absent', () => {
  expect(canonicalize({ b: 1, a: undefined } as unknown as JsonValue)).toBe('{"b":1}');
  expect(canonicalize({ a: undefined } as unknown as JsonValue)).toBe('{}');
});

/** The plainest way: sort everything first, then serialise. */
function oracle(value: JsonValue): string {
  const sorted = (given: JsonValue): unknown => {
    if (Array.isArray(given)) return (given as readonly JsonValue[]).map(sorted);
    if (typeof given !== 'object' || given === null) return given;
    return new Map(
      Object.keys(given)
        .sort()
        .map((name) => [name, sorted((given as Record<string, JsonValue>)[name] as JsonValue)]),
    );
  };
  const serialise = (given: unknown): string => {
    if (given instanceof Map)
      return `{${[...(given as Map<string, unknown>)].map(([name, member]) => `${JSON.stringify(name)}:${serialise(member)}`).join()}}`;
    return Array.isArray(given) ? `[${given.map(serialise).join()}]` : JSON.stringify(given);
  };
  return serialise(sorted(value));
}

test('the fast way gives the text of the plain one, for any value', () => {
  const values = fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 5 }) as fc.Arbitrary<JsonValue>;
  const wide = fc
    .array(fc.string({ unit: 'binary', maxLength: 5 }), { minLength: 17, maxLength: 60 })
    .map((keys) => Object.fromEntries(keys.map((key, n) => [key, n])));
  fc.assert(
    fc.property(fc.oneof(values, wide), (value) => {
      expect(canonicalize(value)).toBe(oracle(value));
    }),
    { numRuns: 2_000 },
  );
});

test('more names than are kept in mind give the same texts', () => {
  for (let n = 0; n < 3_000; n++) expect(canonicalize({ [`name-${n}`]: n, a: '"' })).toBe(`{"a":"\\"","name-${n}":${n}}`);
});

overSharedData('json/jcs', 'the vectors of RFC 8785', (folder) => {
  const file = (...path: string[]) => readFileSync(join(folder, ...path));

  test.each(['french', 'structures', 'values'])('the vector %s of RFC 8785, to the byte', (name) => {
    const canonical = Buffer.from(canonicalize(JSON.parse(file('input', `${name}.json`).toString('utf8')) as JsonValue), 'utf8');
    expect(canonical.toString('utf8')).toBe(file('output', `${name}.json`).toString('utf8'));
    expect(canonical.toString('hex')).toBe(file('outhex', `${name}.txt`).toString('utf8').replace(/\s/g, ''));
  });

  test('two of them pass the strict parser; the third loses digits and is refused where it does', () => {
    const parsed = (name: string) => parseStrict(file('input', `${name}.json`));
    for (const name of ['french', 'structures']) {
      const { ok, canonical } = parsed(name) as unknown as { ok: true; canonical: Uint8Array };
      expect([ok, file('output', `${name}.json`).equals(canonical)]).toEqual([true, true]);
    }
    expect(parsed('values')).toMatchObject({ ok: false, fault: { code: 'json.number', pointer: '/numbers/0' } });
  });
});
