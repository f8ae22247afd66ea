import { toBase64 } from './bytes.ts';
import { formatSigningKey, formatVerifierKey, isKeyName, parseSigningKey, parseVerifierKey, signingKey, verifierKey } from './note-key.ts';

const seed = new Uint8Array(32).fill(1);
const log = signingKey('log', 'log.example/demo', seed);
const code = (result: { ok: boolean; fault?: { code: string } }) => (result.ok ? null : result.fault?.code);

test('a verifier key comes back from its text, for each kind', () => {
  for (const kind of ['log', 'receipt', 'witness'] as const) {
    const { seed: _, ...key } = signingKey(kind, 'some.example/name', seed);
    expect(parseVerifierKey(formatVerifierKey(key), kind)).toEqual({ ok: true, value: key });
  }
});

test('the key of the specification is read', () => {
  const text = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
  const key = parseVerifierKey(text, 'log');
  expect(key.ok && formatVerifierKey(key.value)).toBe(text);
});

test("a foreign witness's published key is read, its id being that of a cosigner", () => {
  const text = 'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2';
  expect(parseVerifierKey(text, 'witness')).toMatchObject({ ok: true, value: { name: 'remora.n621.de', id: 'da77ade7' } });
});

test('one public key has another id under another name and as a witness', () => {
  const ids = [log, signingKey('log', 'other.example', seed), signingKey('witness', log.name, seed)].map(({ id }) => id);
  expect(new Set(ids).size).toBe(3);
});

test('a key of a log is none of a witness, nor the other way round', () => {
  const witness = signingKey('witness', 'w.example', seed);
  expect(code(parseVerifierKey(formatVerifierKey(log), 'witness'))).toBe('key.type');
  expect(code(parseVerifierKey(formatVerifierKey(witness), 'log'))).toBe('key.type');
  expect(code(parseVerifierKey(formatVerifierKey(witness), 'receipt'))).toBe('key.type');
});

test('what is no verifier key has a fault of its own', () => {
  const text = formatVerifierKey(log);
  const [name, id, encoded] = [log.name, log.id, text.slice(text.lastIndexOf('+') + 1)];
  const small = toBase64(Uint8Array.of(1, 1, ...new Uint8Array(31)));
  const cases: [string, string][] = [
    ['', 'key.form'],
    [name, 'key.form'],
    [`${name}+${id}`, 'key.form'],
    [`${name}+ABCDEF01+${encoded}`, 'key.form'],
    [`${name}+${id.slice(1)}+${encoded}`, 'key.form'],
    [`${text}=`, 'key.form'],
    [`${text}\n`, 'key.form'],
    [`${name}+00000000+${encoded}`, 'key.id'],
    [`+${id}+${encoded}`, 'key.name'],
    [`a b+${id}+${encoded}`, 'key.name'],
    [`a\u00a0b+${id}+${encoded}`, 'key.name'],
    [`a\u0001b+${id}+${encoded}`, 'key.name'],
    [`${name}+${id}+${toBase64(Uint8Array.of(2, ...log.publicKey))}`, 'key.type'],
    [`${name}+${id}+${toBase64(Uint8Array.of(1, ...log.publicKey, 0))}`, 'key.length'],
    [`${name}+${id}+AQ==`, 'key.length'],
    [`${name}+${id}+${small}`, 'key.small-order'],
  ];
  expect(cases.map(([given]) => [given, code(parseVerifierKey(given, 'log'))])).toEqual(cases);
});

test('a name is one word without plus signs', () => {
  expect(['log.example/demo', 'é', 'oid/1.2.3'].every(isKeyName)).toBe(true);
  expect(['', ' ', 'a+b', 'a\tb', 'a\u2003b', 'a\u0085b', 'a\ud800b'].some(isKeyName)).toBe(false);
  expect(code(verifierKey('log', 'a b', log.publicKey))).toBe('key.name');
  expect(() => signingKey('log', 'a b', seed)).toThrow(RangeError);
});

test('a private key comes back from its text, for its own kind and name alone', () => {
  const text = formatSigningKey(log);
  expect(parseSigningKey(text, 'log')).toEqual({ ok: true, value: log });
  const cases: [string, string][] = [
    [formatVerifierKey(log), 'key.form'],
    [text.slice(0, -4), 'key.form'],
    [`${text}\n`, 'key.form'],
    [text.replace('log.example', 'other.example'), 'key.id'],
    [text.replace('log.example', 'log example'), 'key.name'],
    [formatSigningKey(signingKey('witness', log.name, seed)), 'key.type'],
  ];
  expect(cases.map(([given]) => code(parseSigningKey(given, 'log')))).toEqual(cases.map(([, fault]) => fault));
});
