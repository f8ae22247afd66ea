import { differingLetters, triesMax, type Appended, type Letter } from './dead-letters.ts';

const record = (n: number): Appended => ({
  code: 'record.schema',
  key: Buffer.from(`key ${n}`),
  value: Buffer.from(`value ${n}`),
  headers: { ce_id: `id ${n}`, other: Buffer.from([0xff, n]) },
});
const letterOf = ({ code, key, value, headers }: Appended, seq: number): Letter => ({
  seq,
  code,
  key,
  value,
  // In whatever order.
  headers: Object.fromEntries(Object.entries(headers).reverse()),
});
const APPENDED = [record(1), record(2), { ...record(3), key: null, headers: {}, value: Buffer.alloc(0) }];
const LETTERS = APPENDED.map(letterOf);

test('letters that are what was appended differ in nothing', () => {
  expect(differingLetters(APPENDED, LETTERS)).toEqual([]);
});

test.each<[string, Partial<Letter>]>([
  ['a value that is cut off', { value: Buffer.from('value ') }],
  ['the value of another', { value: record(1).value }],
  ['no value', { value: Buffer.alloc(0) }],
  ['another key', { key: Buffer.from('key 1') }],
  ['no key', { key: null }],
  ['a header less', { headers: { ce_id: 'id 2' } }],
  ['another header', { headers: { ...record(2).headers, ce_id: 'id 1' } }],
  ['another reason', { code: 'record.malformed' }],
])('%s is found', (_, change) => {
  const altered = LETTERS.map((letter, n) => (n === 1 ? { ...letter, ...change } : letter));
  expect(differingLetters(APPENDED, altered)).toEqual([
    expect.stringContaining('1 records have no dead letter'),
    expect.stringContaining('1 dead letters differ'),
  ]);
});

test('a letter that is missing, and one that is there twice, are found', () => {
  expect(differingLetters(APPENDED, LETTERS.slice(1))).toEqual([expect.stringContaining('1 records have no dead letter')]);
  expect(differingLetters(APPENDED, [...LETTERS, LETTERS[0]!])).toEqual([expect.stringContaining('1 dead letters differ')]);
});

test('of a batch that nobody can unpack the letter holds the bytes, once for each record', () => {
  const packed = [4, 5].map((n): Appended => ({ ...record(n), code: 'record.codec', packed: true }));
  const batch = (n: number): Letter => ({
    seq: n,
    code: 'record.codec',
    key: null,
    headers: {},
    value: Buffer.from(`head value ${n} tail`),
  });
  expect(differingLetters(packed, [batch(5), batch(4)])).toEqual([]);
  expect(differingLetters(packed, [batch(4), batch(4)])).not.toEqual([]);
  expect(differingLetters(packed, [batch(4), { ...batch(5), value: Buffer.from('head value') }])).not.toEqual([]);
});

test('halving ends at one record', () => {
  const halvings = (records: number): number => (records === 1 ? 1 : 1 + halvings(Math.ceil(records / 2)));
  for (const records of [1, 2, 3, 5, 2_500, 4_096]) expect(triesMax(records)).toBe(halvings(records));
});
