import fc from 'fast-check';
import { toBase64, utf8 } from './bytes.ts';
import { cosign } from './cosignature.ts';
import { type NoteSignature, parseVerifierKey, signingKey, type VerifierKey } from './note-key.ts';
import { formatNote, formatSignatureLine, NOTE_BYTES_MAX, openNote, parseNote, SIGNATURES_MAX, signText } from './signed-note.ts';

const seed = (n: number) => new Uint8Array(32).fill(n);
const log = signingKey('log', 'log.example/demo', seed(1));
const receipt = signingKey('receipt', 'receipts.example', seed(2));
const witness = signingKey('witness', 'witness.example/w1', seed(3));
const text = 'first line\n\nthird line\n';
const code = (result: { ok: boolean; fault?: { code: string } }) => (result.ok ? null : result.fault?.code);
const lineOf = (signature: NoteSignature) => formatSignatureLine(signature);
const good = lineOf(signText(log, text));
const bad = lineOf({ ...signText(log, `${text}x\n`) });
const open = (note: string, known: readonly VerifierKey[] = [log]) => openNote(utf8(note), known);

test('the note of the specification opens', () => {
  const key = parseVerifierKey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', 'log');
  const note =
    'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
  const opened = open(note, key.ok ? [key.value] : []);
  expect(opened.ok && opened.value.text).toBe('This is an example message.\n');
});

test('any text that a note can hold comes back, by the keys that signed it', () => {
  const line = fc.string({ unit: 'binary', maxLength: 40 }).filter((given) => !/[\0-\x1f\p{Cs}]/u.test(given));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), fc.bigInt(1n, 2n ** 63n - 1n), (lines, time) => {
      const given = `${lines.join('\n')}\n`;
      const note = formatNote(given, [signText(log, given), cosign(witness, given, time), signText(receipt, given)]);
      const opened = openNote(note, [witness, log]);
      expect(opened.ok && [opened.value.text, opened.value.verified.map(({ name }) => name)]).toEqual([given, [log.name, witness.name]]);
      expect(opened.ok && opened.value.unverified.map(({ name }) => name)).toEqual([receipt.name]);
    }),
    { numRuns: 50 },
  );
});

test('no byte of a note by its only signer can change', () => {
  const note = formatNote(text, [signText(log, text)]);
  fc.assert(
    fc.property(fc.nat(note.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Uint8Array.from(note);
      changed[at] = (changed[at] as number) ^ change;
      expect(openNote(changed, [log]).ok).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test('arbitrary bytes are refused, and nothing is thrown', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(fc.constantFrom('\n', '— ', 'a', ' ', 'AAAAAAA=', '\ufeff', 'é'), { maxLength: 30 }).map((parts) => utf8(parts.join(''))),
  );
  fc.assert(fc.property(bytes, (given) => expect(openNote(given, [log]).ok).toBe(false)));
});

test('what is no note has a fault of its own', () => {
  const cases: [string | Uint8Array, string][] = [
    ['', 'note.form'],
    ['one\ntwo\n', 'note.form'],
    [`${text}\n`, 'note.form'],
    [`${text}\n${good.trimEnd()}`, 'note.form'],
    [`${text}\n${good}\n`, 'note.form'],
    [`${text}${good}`, 'note.signature-line'],
    [`${text}\n${good.replace('—', '–')}`, 'note.signature-line'],
    [`${text}\n${good.replace('\n', ' \n')}`, 'note.signature-line'],
    [`${text}\n${good.replace('log.example', 'log+example')}`, 'note.signature-line'],
    [`${text}\n— ${toBase64(new Uint8Array(68))}\n`, 'note.signature-line'],
    [`${text}\n— log AAAAAA==\n`, 'note.signature-line'],
    [`${text}\n— log AAAAAAF=\n`, 'note.signature-line'],
    [`a\0b\n\n${good}`, 'note.control-character'],
    [`a\r\n\n${good}`, 'note.control-character'],
    [`a\tb\n\n${good}`, 'note.control-character'],
    [Uint8Array.of(0xff, ...utf8(`\n\n${good}`)), 'note.encoding'],
    [new Uint8Array(NOTE_BYTES_MAX + 1).fill(0x61), 'note.too-large'],
    [`${text}\n${good.repeat(SIGNATURES_MAX + 1)}`, 'note.too-many-signatures'],
    [`${text}\n${bad}`, 'note.signature-invalid'],
  ];
  expect(cases.map(([note]) => code(openNote(typeof note === 'string' ? utf8(note) : note, [log])))).toEqual(
    cases.map(([, fault]) => fault),
  );
  expect(code(open(`${text}\n${good.repeat(SIGNATURES_MAX)}`))).toBeNull();
});

test('one bad signature by a known key refuses a note that another signed well', () => {
  const other = lineOf(signText(receipt, text));
  expect(code(open(`${text}\n${other}${good}`, [log, receipt]))).toBeNull();
  expect(code(open(`${text}\n${other}${bad}`, [log, receipt]))).toBe('note.signature-invalid');
  // Control: it is the knowledge of the key that refuses it.
  expect(code(open(`${text}\n${other}${bad}`, [receipt]))).toBeNull();
});

test('a signature that shares only the name or only the id with a known key is ignored', () => {
  const { signature } = signText(log, `${text}x\n`);
  const others = [
    { name: log.name, id: '00000001', signature },
    { name: 'another.example', id: log.id, signature },
  ].map(lineOf);
  const opened = open(`${text}\n${others.join('')}${good}`);
  expect(opened.ok && [opened.value.verified.length, opened.value.unverified.length]).toEqual([1, 2]);
  expect(code(open(`${text}\n${others.join('')}`))).toBe('note.unverified');
});

test('repeated lines count once, by known keys and by others', () => {
  const unknown = lineOf(signText(receipt, text));
  const opened = open(`${text}\n${unknown}${good}${good}${unknown}`);
  expect(opened.ok && [opened.value.verified.length, opened.value.unverified.length]).toEqual([1, 1]);
});

test('two different keys of one name and id are not told apart by chance', () => {
  const collides = { ...signingKey('log', log.name, seed(9)), id: log.id };
  expect(code(open(`${text}\n${good}`, [log, collides]))).toBe('note.ambiguous-key');
  expect(code(open(`${text}\n${good}`, [log, { ...log, kind: 'receipt' }]))).toBe('note.ambiguous-key');
  expect(code(open(`${text}\n${good}`, [log, log]))).toBeNull();
});

test('a key signs one kind of message: what it signed as a log does not count as a cosignature', () => {
  // The same bytes of key under both kinds; only the id in the line is exchanged.
  const both = signingKey('witness', log.name, log.seed);
  expect(code(open(`${text}\n${lineOf({ ...signText(log, text), id: both.id })}`, [both]))).toBe('note.signature-invalid');
  expect(code(open(`${text}\n${lineOf({ ...cosign(both, text, 1n), id: log.id })}`, [log]))).toBe('note.signature-invalid');
  const withoutTime = cosign(both, text, 1n).signature.subarray(8);
  expect(code(open(`${text}\n${lineOf({ name: log.name, id: log.id, signature: withoutTime })}`, [log]))).toBe('note.signature-invalid');
});

test('only a text that comes back is made a note', () => {
  const signature = signText(log, text);
  for (const wrong of ['', 'no newline', 'a\r\n', 'a\ud800\n', 'a\n— forged AAAAAAA=\n\n— x'])
    expect(() => formatNote(wrong, [signature])).toThrow(RangeError);
  expect(() => formatNote(text, [])).toThrow(RangeError);
  expect(() => formatNote(text, [{ ...signature, name: 'a b' }])).toThrow(RangeError);
  expect(() => formatNote(text, [{ ...signature, id: '01' }])).toThrow(RangeError);
  expect(parseNote(formatNote('\n', [signature]))).toMatchObject({ ok: true, value: { text: '\n' } });
});
