import fc from 'fast-check';
import { toBase64, utf8 } from './bytes.ts';
import { type Checkpoint, checkEmptyRoot, formatCheckpoint, openCheckpoint, parseCheckpoint, TREE_SIZE_MAX } from './checkpoint.ts';
import { cosign } from './cosignature.ts';
import { HEAD_RULES, type HeadRuleName } from './head-rules.ts';
import { signingKey, type VerifierKey } from './note-key.ts';
import { sha256 } from './primitives.ts';
import { formatNote, openNote, signText } from './signed-note.ts';

const seed = (n: number) => new Uint8Array(32).fill(n);
const log = signingKey('log', 'log.example/demo', seed(1));
const otherLog = signingKey('log', 'other.example', seed(2));
const witness = signingKey('witness', 'witness.example/w1', seed(3));
const root = sha256(utf8('root'));
const code = (result: { ok: boolean; fault?: { code: string } }) => (result.ok ? null : result.fault?.code);
const head = (changes: Partial<Checkpoint> = {}): Checkpoint => ({ origin: log.name, size: 7n, root, extension: [], ...changes });
const text = formatCheckpoint(head());
const keys = { log: [log], witness: [witness] };

test('a checkpoint comes back from its text, up to the largest size', () => {
  const origin = fc.string({ unit: 'binary', minLength: 1 }).filter((given) => !/[\0-\x1f\p{Cs}]/u.test(given));
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(origin, fc.bigInt(0n, TREE_SIZE_MAX), bytes, fc.array(origin, { maxLength: 2 }), (name, size, hash, extension) => {
      const given = { origin: name, size, root: hash, extension };
      expect(parseCheckpoint(formatCheckpoint(given))).toEqual({ ok: true, value: given });
    }),
  );
});

test('what is no checkpoint has a fault of its own', () => {
  const encoded = toBase64(root);
  const cases: [string, string | null][] = [
    ['', 'checkpoint.form'],
    [`a\n7\n${encoded}`, 'checkpoint.form'],
    ['a\n7\n', 'checkpoint.form'],
    [`\n7\n${encoded}\n`, 'checkpoint.origin'],
    [`a\r\n7\n${encoded}\n`, 'checkpoint.origin'],
    [`a\n\n${encoded}\n`, 'checkpoint.size'],
    [`a\n07\n${encoded}\n`, 'checkpoint.size'],
    [`a\n+7\n${encoded}\n`, 'checkpoint.size'],
    [`a\n-7\n${encoded}\n`, 'checkpoint.size'],
    [`a\n7 \n${encoded}\n`, 'checkpoint.size'],
    [`a\n7e3\n${encoded}\n`, 'checkpoint.size'],
    [`a\n${TREE_SIZE_MAX + 1n}\n${encoded}\n`, 'checkpoint.size'],
    [`a\n${'9'.repeat(10_000)}\n${encoded}\n`, 'checkpoint.size'],
    [`a\n7\n\n`, 'checkpoint.root'],
    [`a\n7\n${encoded.slice(0, -1)}\n`, 'checkpoint.root'],
    [`a\n7\n${toBase64(new Uint8Array(31))}\n`, 'checkpoint.root'],
    [`a\n7\n${encoded}\n\n`, 'checkpoint.extension'],
    [`a\n7\n${encoded}\nx\n\ny\n`, 'checkpoint.extension'],
    [`a\n7\n${encoded}\nx\ny\n`, null],
    [`a\n${TREE_SIZE_MAX}\n${encoded}\n`, null],
    [`a b+c\n0\n${encoded}\n`, null],
  ];
  expect(cases.map(([given]) => code(parseCheckpoint(given)))).toEqual(cases.map(([, fault]) => fault));
});

test('a checkpoint opens by the key of its log, and says who cosigned it and when', () => {
  const opened = openCheckpoint(formatNote(text, [signText(log, text), cosign(witness, text, 99n), signText(otherLog, text)]), keys);
  expect(opened).toMatchObject({
    ok: true,
    value: {
      checkpoint: head(),
      text,
      signatures: [{ name: log.name }],
      cosignatures: [{ name: witness.name, timestamp: 99n }],
      unverified: [{ name: otherLog.name }],
    },
  });
});

test('the key of another log signs nothing here, though the reader knows it', () => {
  const note = formatNote(text, [signText(otherLog, text)]);
  expect(code(openCheckpoint(note, { log: [otherLog] }))).toBe('checkpoint.log-key');
  expect(code(openCheckpoint(note, { log: [log, otherLog] }))).toBe('note.unverified');
  // Control: as a note it opens.
  expect(code(openNote(note, [otherLog]))).toBeNull();
});

test('witnesses alone do not make a checkpoint', () => {
  const note = formatNote(text, [cosign(witness, text, 99n)]);
  expect(code(openCheckpoint(note, keys))).toBe('checkpoint.log-key');
  expect(code(openNote(note, [witness]))).toBeNull();
});

test('a key of a receipt or a witness that is called like the log opens none of its checkpoints', () => {
  const receipt = { ...log, kind: 'receipt' } as unknown as VerifierKey<'log'>;
  const note = formatNote(text, [signText(log, text)]);
  expect(code(openCheckpoint(note, { log: [receipt] }))).toBe('checkpoint.log-key');
  expect(code(openCheckpoint(note, { log: [log] }))).toBeNull();
  // Control: as a note it opens by the key as it was registered.
  expect(code(openNote(note, [receipt]))).toBeNull();
});

test("a known witness's bad cosignature refuses the checkpoint", () => {
  const note = formatNote(text, [signText(log, text), cosign(witness, `${text}x\n`, 99n)]);
  expect(code(openCheckpoint(note, keys))).toBe('note.signature-invalid');
  expect(code(openCheckpoint(note, { log: [log] }))).toBeNull();
});

test('a tree without leaves has the root of nothing, and no other, whoever signs it', () => {
  const nothing = formatCheckpoint(head({ size: 0n, root: sha256(new Uint8Array()) }));
  const wrong = formatCheckpoint(head({ size: 0n }));
  expect(code(openCheckpoint(formatNote(nothing, [signText(log, nothing)]), keys))).toBeNull();
  expect(code(openCheckpoint(formatNote(wrong, [signText(log, wrong)]), keys))).toBe('checkpoint.empty-root');
  expect(checkEmptyRoot(head())).toBeNull();
});

test('a note that is no checkpoint is none, whoever signs it', () => {
  expect(code(openCheckpoint(formatNote('hello\n', [signText(log, 'hello\n')]), keys))).toBe('checkpoint.form');
  expect(code(openCheckpoint(utf8(text), keys))).toBe('note.form');
});

test('only a checkpoint that comes back is formatted', () => {
  const wrong: Partial<Checkpoint>[] = [
    { origin: '' },
    { origin: 'a\nb' },
    { size: -1n },
    { size: TREE_SIZE_MAX + 1n },
    { root: root.subarray(1) },
    { extension: [''] },
    { extension: ['a\nb'] },
  ];
  for (const changes of wrong) expect(() => formatCheckpoint(head(changes))).toThrow(RangeError);
});

describe('without one check', () => {
  const wrongRoot = formatCheckpoint(head({ size: 0n }));
  const signed = (given: string, key = log) => formatNote(given, [signText(key, given)]);
  const LIES: Readonly<Record<HeadRuleName, readonly [note: Uint8Array, keys: Parameters<typeof openCheckpoint>[1]]>> = {
    headSigned: [formatNote(text, [{ ...signText(log, text), signature: new Uint8Array(64) }]), keys],
    logKeysOnly: [signed(text), { log: [{ ...log, kind: 'receipt' } as unknown as VerifierKey<'log'>] }],
    ownLogKeys: [signed(text, otherLog), { log: [otherLog] }],
    witnessKeysOnly: [signed(text), { log: [log], witness: [log as unknown as VerifierKey<'witness'>] }],
    emptyRoot: [signed(wrongRoot), keys],
  };
  /** Who is believed: the log, and each witness. */
  const believed = (rule: HeadRuleName, isMade: boolean): number => {
    const [note, given] = LIES[rule];
    const opened = openCheckpoint(note, given, { ...HEAD_RULES, [rule]: isMade });
    return opened.ok ? 1 + opened.value.cosignatures.length : 0;
  };

  test.each(Object.keys(HEAD_RULES) as HeadRuleName[])('a head is believed, or a cosignature counted, that is not with it: %s', (rule) => {
    expect(believed(rule, false)).toBe(believed(rule, true) + 1);
  });
});
