import fc from 'fast-check';
import { toBase64, utf8, utf8Text } from './bytes.ts';
import { formatCheckpoint, TREE_SIZE_MAX } from './checkpoint.ts';
import { signingKey } from './note-key.ts';
import { sha256 } from './primitives.ts';
import { formatNote, signText } from './signed-note.ts';
import { formatTlogProof, parseTlogProof, PROOF_HASHES_MAX, TLOG_PROOF_BYTES_MAX } from './tlog-proof.ts';

const log = signingKey('log', 'log.example/demo', new Uint8Array(32).fill(1));
const hash = sha256(utf8('hash'));
const checkpointOf = (size: bigint) => {
  const text = formatCheckpoint({ origin: log.name, size, root: hash, extension: [] });
  return formatNote(text, [signText(log, text)]);
};
const note = utf8Text(checkpointOf(10n)) as string;
const code = (result: { ok: boolean; fault?: { code: string } }) => (result.ok ? null : result.fault?.code);

test('a proof comes back from its text, the checkpoint byte for byte', () => {
  const hashes = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: PROOF_HASHES_MAX, size: 'max' });
  const extra = fc.option(fc.uint8Array({ minLength: 1, maxLength: 200 }));
  const checkpoint = checkpointOf(TREE_SIZE_MAX);
  fc.assert(
    fc.property(extra, fc.bigInt(0n, TREE_SIZE_MAX - 1n), hashes, (given, index, path) => {
      const proof = { extra: given, index, hashes: path, checkpoint };
      expect(parseTlogProof(formatTlogProof(proof))).toEqual({ ok: true, value: proof });
    }),
    { numRuns: 30 },
  );
});

test('the lines are those of the specification', () => {
  const proof = formatTlogProof({ extra: utf8('x'), index: 3n, hashes: [hash], checkpoint: checkpointOf(10n) });
  expect(utf8Text(proof)).toBe(`c2sp.org/tlog-proof@v1\nextra eA==\nindex 3\n${toBase64(hash)}\n\n${note}`);
});

test('what is no proof has a fault of its own', () => {
  const head = 'c2sp.org/tlog-proof@v1\n';
  const line = `${toBase64(hash)}\n`;
  const cases: [string, string | null][] = [
    ['', 'tlog-proof.form'],
    [`${head}index 3\n${line}`, 'tlog-proof.form'],
    [`c2sp.org/tlog-proof@v2\nindex 3\n\n${note}`, 'tlog-proof.header'],
    [`\n\n${head}index 3\n\n${note}`, 'tlog-proof.header'],
    [`${head}\n${note}`, 'tlog-proof.index'],
    [`${head}extra \nindex 3\n\n${note}`, 'tlog-proof.extra'],
    [`${head}extra e\nindex 3\n\n${note}`, 'tlog-proof.extra'],
    [`${head}extra eA==\nextra eA==\nindex 3\n\n${note}`, 'tlog-proof.index'],
    [`${head}extra\nindex 3\n\n${note}`, 'tlog-proof.index'],
    [`${head}index 3\nextra eA==\n\n${note}`, 'tlog-proof.hash'],
    [`${head}index 03\n\n${note}`, 'tlog-proof.index'],
    [`${head}index  3\n\n${note}`, 'tlog-proof.index'],
    [`${head}index 9223372036854775808\n\n${note}`, 'tlog-proof.index'],
    [`${head}index 10\n\n${note}`, 'tlog-proof.index'],
    [`${head}index 9\n\n${note}`, null],
    [`${head}index 3\n${line} \n\n${note}`, 'tlog-proof.hash'],
    [`${head}index 3\nAAAA\n\n${note}`, 'tlog-proof.hash'],
    [`${head}index 3\r\n\n${note}`, 'tlog-proof.index'],
    [`${head}index 3\n${line.repeat(PROOF_HASHES_MAX)}\n${note}`, null],
    [`${head}index 3\n${line.repeat(PROOF_HASHES_MAX + 1)}\n${note}`, 'tlog-proof.too-many-hashes'],
    [`${head}index 3\n\n${note}\n`, 'note.form'],
    [`${head}index 3\n\n`, 'note.form'],
    [`${head}index 3\n\nhello\n\n${note.slice(note.indexOf('—'))}`, 'checkpoint.form'],
    ['x'.repeat(TLOG_PROOF_BYTES_MAX + 1), 'tlog-proof.too-large'],
  ];
  expect(cases.map(([given]) => code(parseTlogProof(utf8(given))))).toEqual(cases.map(([, fault]) => fault));
  expect(code(parseTlogProof(Uint8Array.of(0xff)))).toBe('tlog-proof.form');
});

test('a changed byte gives another proof or none, and nothing is thrown', () => {
  const proof = formatTlogProof({ extra: utf8('extra'), index: 3n, hashes: [hash, hash], checkpoint: checkpointOf(10n) });
  fc.assert(
    fc.property(fc.nat(proof.length - 1), fc.nat(255), (at, byte) => {
      const changed = Uint8Array.from(proof);
      changed[at] = byte;
      const parsed = parseTlogProof(changed);
      if (parsed.ok) expect(formatTlogProof(parsed.value)).toEqual(changed);
    }),
    { numRuns: 500 },
  );
});

test('only a proof that comes back is formatted', () => {
  const good = { extra: null, index: 3n, hashes: [], checkpoint: checkpointOf(10n) };
  expect(formatTlogProof(good).length).toBeGreaterThan(0);
  for (const wrong of [
    { extra: new Uint8Array() },
    { index: -1n },
    { index: 10n },
    { hashes: [new Uint8Array(31)] },
    { checkpoint: utf8('x') },
  ])
    expect(() => formatTlogProof({ ...good, ...wrong })).toThrow(RangeError);
});
