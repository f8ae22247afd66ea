import fc from 'fast-check';
import { concatBytes, utf8, utf8Text } from './bytes.ts';
import { formatCheckpoint } from './checkpoint.ts';
import { cosign } from './cosignature.ts';
import { leafHash, merkleRoot } from './merkle.ts';
import { signingKey } from './note-key.ts';
import { formatNote, formatSignatureLine, parseNote, signText } from './signed-note.ts';
import { addCheckpoint, parseAddCheckpoint, refusal } from './witness.ts';
import { formatAddCheckpoint, readCosignatures, readWitnessSize } from './witness-request.ts';

const seed = (n: number) => new Uint8Array(32).fill(n);
const log = signingKey('log', 'log.example/demo', seed(1));
const key = signingKey('witness', 'witness.example/w1', seed(3));
const further = signingKey('witness', 'witness.example/w1/map', seed(4));
const stranger = signingKey('witness', 'stranger.example', seed(5));
const TIME = 1_700_000_000n;
const root = merkleRoot([leafHash(utf8('one'))]);
const text = formatCheckpoint({ origin: log.name, size: 1n, root: Uint8Array.from(root), extension: [] });
const note = formatNote(text, [signText(log, text)]);
const line = (by: typeof key, said = text) => formatSignatureLine(cosign(by, said, TIME));

describe('a request for a cosignature', () => {
  it('is what a witness reads', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
        fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 63 }),
        (oldSize, proof) => {
          const read = parseAddCheckpoint(formatAddCheckpoint(oldSize, proof, note));
          if (!read.ok) throw new Error(read.fault.detail);
          expect([read.value.oldSize, read.value.proof.map((hash) => [...hash]), read.value.note.text]).toEqual([
            oldSize,
            proof.map((hash) => [...hash]),
            text,
          ]);
        },
      ),
    );
  });

  it('has no more hashes than the protocol allows', () => {
    expect(() => formatAddCheckpoint(1n, Array<Uint8Array>(64).fill(seed(0)), note)).toThrow(RangeError);
  });
});

describe('the answer of a witness', () => {
  it('is its cosignature over the text that was sent, by each key that is known', () => {
    expect(readCosignatures(text, utf8(line(key)), [key])).toMatchObject({ ok: true, value: [{ name: key.name, timestamp: TIME }] });
    const both = readCosignatures(text, utf8(line(key) + line(further)), [key, further]);
    expect(both.ok && both.value.map(({ name }) => name)).toEqual([key.name, further.name]);
  });

  it('says nothing by keys that are not known', () => {
    const mixed = readCosignatures(text, utf8(line(stranger) + line(key)), [key]);
    expect(mixed.ok && mixed.value.map(({ name }) => name)).toEqual([key.name]);
    expect(readCosignatures(text, utf8(line(stranger)), [key])).toMatchObject({ ok: false, fault: { code: 'note.unverified' } });
  });

  const other = formatCheckpoint({ origin: log.name, size: 2n, root: Uint8Array.from(root), extension: [] });
  const broken = cosign(key, text, TIME);
  broken.signature[20] = (broken.signature[20] as number) ^ 1;
  it.each([
    ['over another text', line(key, other), 'note.signature-invalid'],
    ['with a broken signature', formatSignatureLine(broken), 'note.signature-invalid'],
    ['of one good and one broken line', line(further) + formatSignatureLine(broken), 'note.signature-invalid'],
    ['with a text of its own before the lines', `${text}\n${line(key)}`, 'note.signature-invalid'],
    ['with an empty line', `\n${line(key)}`, 'note.signature-invalid'],
    ['without a newline at its end', line(key).slice(0, -1), 'note.form'],
    ['that is empty', '', 'note.form'],
    ['that is a page', '<html>\n', 'note.signature-line'],
  ])('%s counts for nothing', (_what, body, code) => {
    expect(readCosignatures(text, utf8(body), [key, further])).toMatchObject({ ok: false, fault: { code } });
  });

  it('with another text that the witness did cosign counts for nothing: what is signed must be what was sent', () => {
    const longer = `${text}\nx\n`;
    const body = utf8(`x\n\n${line(key, longer)}`);
    // Control: by itself the whole is a note that the witness signed.
    expect(parseNote(concatBytes(utf8(`${text}\n`), body))).toMatchObject({ ok: true, value: { text: longer } });
    expect(readCosignatures(text, body, [key])).toMatchObject({ ok: false, fault: { code: 'witness.form' } });
  });

  it('never throws, whatever it is', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (body) => !readCosignatures(text, body, [key]).ok));
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (body) => !readCosignatures(text, utf8(body), [key]).ok));
  });

  it('of 409 is a decimal and a newline', () => {
    expect(readWitnessSize(utf8('0\n'))).toBe(0n);
    expect(readWitnessSize(utf8('9223372036854775807\n'))).toBe(2n ** 63n - 1n);
    for (const bad of ['', '\n', '7', '07\n', '-1\n', '7\n\n', '7 \n', '1e3\n', '9223372036854775808\n', '7\r\n'])
      expect(readWitnessSize(utf8(bad))).toBeNull();
    expect(readWitnessSize(Uint8Array.of(0xff, 0x0a))).toBeNull();
  });
});

test('a witness with a further key answers with a line of each, and serves both', () => {
  const request = parseAddCheckpoint(formatAddCheckpoint(0n, [], note));
  if (!request.ok) throw new Error(request.fault.detail);
  const answer = addCheckpoint(request.value, { logKeys: [log], latest: null, key, furtherKeys: [further], timestamp: TIME });
  const read = readCosignatures(text, utf8(answer.body), [key, further]);
  expect(read.ok && read.value.map(({ name }) => name)).toEqual([key.name, further.name]);
  expect(
    utf8Text(answer.cosigned?.note ?? new Uint8Array())
      ?.split('\n')
      .filter((said) => said.startsWith('—')),
  ).toHaveLength(3);
});

test('a refusal is 422 with its sentence and cosigns nothing', () => {
  expect(refusal('no')).toEqual({ status: 422, contentType: 'text/plain; charset=utf-8', body: 'no\n' });
});
