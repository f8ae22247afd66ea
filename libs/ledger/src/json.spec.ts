import {
  canonicalize,
  JSON_BYTES_MAX,
  JSON_DEPTH_MAX,
  JSON_FAULT_CODES,
  JSON_KEYS_MAX,
  parseStrict,
  utf8Text,
  type JsonFault,
  type JsonFaultCode,
} from './index.ts';
import { firstInvalidByte } from './utf8.ts';

const parse = (text: string | Uint8Array) => parseStrict(typeof text === 'string' ? Buffer.from(text, 'utf8') : text);
const bytes = (...values: number[]) => Uint8Array.from(values);

function faultOf(text: string | Uint8Array): JsonFault {
  const parsed = parse(text);
  if (parsed.ok) throw new Error('the text was taken');
  return parsed.fault;
}

function read(text: string): { value: unknown; canonical: string } {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(`${parsed.fault.code}: ${parsed.fault.detail}`);
  return { value: parsed.value, canonical: utf8Text(parsed.canonical) as string };
}

/** Whether the reader that everybody has takes it: the harm that a rule keeps away is there without the rule. */
function isTakenByOrdinaryParser(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const nested = (depth: number, inner = '1') => '['.repeat(depth) + inner + ']'.repeat(depth);
const manyKeys = (count: number) => `{${Array.from({ length: count }, (_, n) => `"k${String(n).padStart(6, '0')}":0`).join()}}`;

describe('JSON that is refused, although an ordinary parser takes it', () => {
  const refused: [claim: string, code: JsonFaultCode, pointer: string, text: string][] = [
    ['a member twice', 'json.duplicate-key', '/a', '{"a":1,"b":2,"a":3}'],
    ['a member twice, once escaped', 'json.duplicate-key', '/a', '{"a":1,"\\u0061":2}'],
    ['a member twice deep inside', 'json.duplicate-key', '/x/1/ä~1~0', '{"x":[0,{"ä/~":1,"ä/~":1}]}'],
    ['a member named __proto__', 'json.reserved-key', '/a/__proto__', '{"a":{"__proto__":{"x":1}}}'],
    ['a member named __proto__ with an escape', 'json.reserved-key', '/__proto__', '{"\\u005f_proto__":1}'],
    ['half a surrogate pair', 'json.lone-surrogate', '/0', '["\\ud800"]'],
    ['the wrong half first', 'json.lone-surrogate', '', '"\\udc00\\ud800"'],
    ['an escaped half before a whole character', 'json.lone-surrogate', '', '"\\ud83d😀"'],
    ["half a surrogate pair in a member's name", 'json.lone-surrogate', '/a', '{"a":{"\\udfff":1}}'],
    ['NUL in a text', 'json.nul', '/a/0', '{"a":["x\\u0000"]}'],
    ["NUL in a member's name", 'json.nul', '', '{"\\u0000":1}'],
    ['2^53', 'json.number', '/n', '{"n":9007199254740992}'],
    ['-2^53', 'json.number', '', '-9007199254740992'],
    ['2^53 + 1 with a point', 'json.number', '', '9007199254740993.0'],
    ['an integer beyond 2^53 with an exponent', 'json.number', '/0', '[1e20]'],
    ['an integer of 22 digits', 'json.number', '', '1000000000000000000000'],
    ['more digits than a double has', 'json.number', '/lat', '{"lat":0.1234567890123456789}'],
    ['a neighbour of the double', 'json.number', '', '333333333.33333329'],
    ['overflow', 'json.number', '', '1e400'],
    ['negative overflow', 'json.number', '', '-1e400'],
    ['underflow', 'json.number', '', '1e-400'],
    ['33 levels', 'json.depth', '/0'.repeat(32), nested(33)],
    ['100,000 levels', 'json.depth', '/0'.repeat(32), nested(100_000)],
    ['33 levels of objects', 'json.depth', '/a'.repeat(32), `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`],
    ['10,001 members', 'json.too-many-keys', '', manyKeys(JSON_KEYS_MAX + 1)],
  ];
  test.each(refused)('%s: %s at "%s"', (_claim, code, pointer, text) => {
    const fault = faultOf(text);
    expect({ ...fault, detail: '' }).toEqual({ code, pointer, detail: '' });
    expect(isTakenByOrdinaryParser(text)).toBe(true);
  });

  test('a document above 1 MiB, whatever is in it', () => {
    const text = `"${'x'.repeat(JSON_BYTES_MAX - 1)}"`;
    expect(faultOf(text)).toMatchObject({ code: 'json.too-large', pointer: '' });
    expect(isTakenByOrdinaryParser(text)).toBe(true);
    expect(parse(`"${'x'.repeat(JSON_BYTES_MAX - 2)}"`).ok).toBe(true);
  });

  test('nothing that is refused leaves a trace in other objects', () => {
    parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    read('{"constructor":{"prototype":{"polluted":1}}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('a pointer to a huge name stops at the last ancestor that fits', () => {
    const name = 'x'.repeat(500_000);
    expect(faultOf(`{"a":{"${name}":1,"${name}":1}}`)).toMatchObject({ code: 'json.duplicate-key', pointer: '/a' });
  });
});

describe('text that is not JSON, with the byte where it stops being it', () => {
  const broken: [claim: string, offset: number, text: string][] = [
    ['nothing', 0, ''],
    ['only space', 3, ' \n\t'],
    ['a form feed', 0, '\f1'],
    ['a second document', 2, '1 2'],
    ['an unclosed object', 7, '{"a":1 '],
    ['a comma at the end of an object', 7, '{"a":1,}'],
    ['a comma at the end of an array', 3, '[1,]'],
    ['a missing colon', 6, '{"ä" 1}'],
    ['two commas', 3, '[1,,2]'],
    ['a leading zero', 1, '01'],
    ['a leading plus', 0, '+1'],
    ['a point without a digit', 2, '1.'],
    ['an exponent without a digit', 3, '1e+'],
    ['minus alone', 1, '-'],
    ['NaN', 0, 'NaN'],
    ['a word cut off', 4, '[tru'],
    ['a word of another case', 0, 'True'],
    ['a raw line feed in a text', 4, '"äb\n"'],
    ['an unknown escape', 2, '"\\x41"'],
    ['an escape cut off', 5, '"\\u00"'],
    ['a capital escape', 2, '"\\U0041"'],
    ['a digit that is none in an escape', 6, '"\\u004g"'],
    ['an open text after four-byte characters', 9, '"😀😀'],
    ['a single quote', 1, "{'a':1}"],
    ['a comment', 1, '[/**/]'],
    ['a byte order mark inside', 1, '[\ufeff1]'],
  ];
  test.each(broken)('%s: byte %i', (_claim, offset, text) => {
    const fault = faultOf(text);
    expect({ ...fault, detail: '' }).toEqual({ code: 'json.syntax', offset, detail: '' });
    expect(isTakenByOrdinaryParser(text)).toBe(false);
  });

  const FORTY_LEVELS = `${'['.repeat(40)}${']'.repeat(39)}`;
  const refusedBefore: [claim: string, offset: number, text: string][] = [
    ['a letter behind a number of too many digits', 19, '[1.8011670033376514H-308]'],
    ['100,000 arrays that nothing closes', 100_000, '['.repeat(100_000)],
    ['50,000 arrays and objects that nothing closes', 250_000, '[{"":'.repeat(50_000)],
    ['40 levels, the outermost closed as what it is not', 79, `${FORTY_LEVELS}}`],
    ['40 levels, of which one is left open', 79, FORTY_LEVELS],
    ['40 levels, and one more is closed', 80, `${FORTY_LEVELS}]]`],
    ['a comma behind a member given twice', 13, '{"a":1,"a":2,}'],
    ['no colon behind a reserved name', 17, '{"a":{"__proto__" 1}}'.replace('" 1', '"1')],
    ['a raw line feed behind half a surrogate pair', 10, '["\\ud800\\u\n"]'],
    ['a wrong word behind NUL', 11, '["\\u0000",tRue]'],
    ['an escape cut off in a name behind a huge number', 16, '{"a":1e400,"b\\u0g":1}'],
    ['no end of a member name behind a huge number', 13, '{"a":1e400,"b'],
  ];
  test.each(refusedBefore)('%s: byte %i, though something before it is refused in JSON, too', (_claim, offset, text) => {
    const fault = faultOf(text);
    expect({ ...fault, detail: '' }).toEqual({ code: 'json.syntax', offset, detail: '' });
    expect(isTakenByOrdinaryParser(text)).toBe(false);
  });

  const undecodable: [claim: string, offset: number, text: Uint8Array][] = [
    ['a byte order mark', 0, Buffer.from('\ufeff{}', 'utf8')],
    ['a stray continuation byte', 1, bytes(0x22, 0x80, 0x22)],
    ['an overlong slash', 1, bytes(0x22, 0xc0, 0xaf, 0x22)],
    ['an overlong form of three bytes', 1, bytes(0x22, 0xe0, 0x9f, 0xbf, 0x22)],
    ['a surrogate in UTF-8', 1, bytes(0x22, 0xed, 0xa0, 0x80, 0x22)],
    ['a code point above U+10FFFF', 1, bytes(0x22, 0xf4, 0x90, 0x80, 0x80, 0x22)],
    ['a sequence cut off by the end', 3, bytes(0x22, 0xc3, 0xa4, 0xe2, 0x82)],
    ['UTF-16', 0, Buffer.from('\ufeff{}', 'utf16le')],
  ];
  test.each(undecodable)('%s: byte %i', (_claim, offset, text) => {
    expect({ ...faultOf(text), detail: '' }).toEqual({ code: 'json.encoding', offset, detail: '' });
  });

  test('the offset of ill-formed UTF-8 is where the longest well-formed beginning ends', () => {
    const strict = new TextDecoder('utf-8', { fatal: true });
    const isWellFormed = (part: Uint8Array) => {
      try {
        strict.decode(part);
        return true;
      } catch {
        return false;
      }
    };
    for (let lead = 0; lead < 256; lead++) {
      for (let second = 0; second < 256; second += 3) {
        for (const rest of [[], [0x80], [0x80, 0xbf], [0xbf, 0xc0], [0x41, 0x41]]) {
          const sample = bytes(0x41, lead, second, ...rest);
          const invalid = firstInvalidByte(sample);
          const agrees = invalid < 0 ? isWellFormed(sample) : !isWellFormed(sample) && isWellFormed(sample.subarray(0, invalid));
          if (!agrees) throw new Error(`${Buffer.from(sample).toString('hex')}: ${invalid}`);
        }
      }
    }
  });
});

describe('what is taken', () => {
  test.each<[text: string, canonical: string]>([
    ['38.93000', '38.93'],
    ['-1.0e+28', '-1e+28'],
    ['1E0', '1'],
    ['-0', '0'],
    ['-0.0e5', '0'],
    ['0e999999999', '0'],
    ['100e-2', '1'],
    ['9007199254740991', '9007199254740991'],
    ['-9007199254740991.000', '-9007199254740991'],
    ['0.1', '0.1'],
    ['5e-324', '5e-324'],
    ['1.7976931348623157e308', '1.7976931348623157e+308'],
    ['0.000001', '0.000001'],
    ['0.0000001', '1e-7'],
    ['1e23', '1e+23'],
  ])('the number %s is kept as %s', (text, canonical) => {
    expect(read(text)).toEqual({ value: JSON.parse(canonical), canonical });
  });

  test('any order, space and spelling gives the one canonical text', () => {
    const text = ' {"b" : [ 1.50, true,null ] ,\r\n"a":"\\u00e4\\/\\ud83d\\ude00\\u000A", "" : { } , "10":1,"9":[]}\t';
    expect(read(text).canonical).toBe('{"":{},"10":1,"9":[],"a":"ä/😀\\n","b":[1.5,true,null]}');
  });

  test('canonical bytes are handed on as they are, others are made', () => {
    const canonical = Buffer.from('{"a":"ä","b":1}');
    const parsed = parseStrict(canonical);
    expect(parsed.ok && parsed.canonical === canonical).toBe(true);
    const view = parseStrict(new Uint8Array(canonical));
    expect(view.ok && Buffer.from(view.canonical).equals(canonical)).toBe(true);
  });

  test('32 levels and 10,000 members are taken, and limits can be set', () => {
    expect(parse(nested(JSON_DEPTH_MAX)).ok).toBe(true);
    expect(parse(manyKeys(JSON_KEYS_MAX)).ok).toBe(true);
    expect(parseStrict(Buffer.from(nested(33)), { depthMax: 33 }).ok).toBe(true);
    expect(parseStrict(Buffer.from('[[1]]'), { depthMax: 1 }).ok).toBe(false);
    expect(parseStrict(Buffer.from('[[1]]'), { bytesMax: 4 }).ok).toBe(false);
    expect(parseStrict(Buffer.from('{"a":1,"b":1}'), { keysMax: 1 }).ok).toBe(false);
  });

  test.each(['toString', 'constructor', 'hasOwnProperty', 'proto', '__proto'])('a member named %s is a member like any other', (name) => {
    const text = canonicalize({ [name]: 1 });
    expect(read(text).canonical).toBe(text);
    expect(faultOf(`{"${name}":1,"${name}":1}`).code).toBe('json.duplicate-key');
  });

  test('a view into a larger buffer is read alone', () => {
    const parsed = parseStrict(Buffer.from('xx[1]xx').subarray(2, 5));
    expect(parsed.ok && parsed.canonical.toString()).toBe('[1]');
  });

  test('a megabyte of hostile digits, spaces or members costs no more than a moment', () => {
    const mib = JSON_BYTES_MAX - 16;
    const hostile = [
      `0.${'0'.repeat(mib)}1`,
      `1${'0'.repeat(mib)}`,
      `${' '.repeat(mib)}1 1`,
      `"${'\\u0041'.repeat(mib / 6)}"`,
      nested(mib / 2),
      manyKeys(9_999),
      `1.${'9'.repeat(mib)}`,
      '['.repeat(mib),
      '{"":'.repeat(mib / 4),
      `[1e400,${'[],'.repeat(mib / 4)}`,
    ];
    // Of this process: what else the machine does is not theirs.
    const started = process.cpuUsage();
    for (const text of hostile) parse(text);
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(3_000);
  });
});

test('every code of a fault is in use', () => {
  const texts = [
    '[',
    bytes(0xff),
    'x'.repeat(JSON_BYTES_MAX + 1),
    nested(33),
    '{"a":1,"a":1}',
    '{"__proto__":1}',
    manyKeys(10_001),
    '"\\ud800"',
    '"\\u0000"',
    '1e999',
  ];
  expect(texts.map((text) => faultOf(text).code)).toEqual(JSON_FAULT_CODES);
});
