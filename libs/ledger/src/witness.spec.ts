import fc from 'fast-check';
import { concatBytes, toBase64, utf8, utf8Text } from './bytes.ts';
import { formatCheckpoint, openCheckpoint } from './checkpoint.ts';
import { consistencyNodes, foldNodes } from './log-tree.ts';
import { leafHash, merkleRoot } from './merkle.ts';
import { type NoteSignature, signingKey } from './note-key.ts';
import { sha256 } from './primitives.ts';
import { formatNote, signText } from './signed-note.ts';
import {
  addCheckpoint,
  badRequest,
  originHash,
  parseAddCheckpoint,
  type WitnessAnswer,
  type WitnessHead,
  type WitnessView,
} from './witness.ts';

const seed = (n: number) => new Uint8Array(32).fill(n);
const log = signingKey('log', 'log.example/demo', seed(1));
const otherLog = signingKey('log', 'other.example', seed(2));
const key = signingKey('witness', 'witness.example/w1', seed(3));
const TIME = 1_700_000_000n;

const leavesOf = (fork: string) => Array.from({ length: 40 }, (_, n) => leafHash(utf8(`${n < 5 ? '' : fork}${n}`)));
const leaves = leavesOf('');
const rootOf = (size: number, from = leaves) => Uint8Array.from(merkleRoot(from.slice(0, size)));
const headOf = (size: number, from = leaves): WitnessHead => ({ size: BigInt(size), root: rootOf(size, from) });

function proofOf(first: number, second: number, from = leaves): Uint8Array[] {
  if (first === 0) return [];
  const hashOf = ({ level, index }: { level: number; index: bigint }) =>
    merkleRoot(from.slice(Number(index) * 2 ** level, (Number(index) + 1) * 2 ** level));
  return consistencyNodes(BigInt(first), BigInt(second)).map((nodes) => foldNodes(nodes.map(hashOf)));
}

interface Asked {
  readonly old?: string;
  readonly size?: bigint;
  readonly root?: Uint8Array;
  readonly proof?: readonly Uint8Array[];
  readonly origin?: string;
  readonly signers?: readonly (typeof log)[];
  readonly signed?: string;
}

const checkpointText = (size: bigint, root: Uint8Array, origin = log.name) => formatCheckpoint({ origin, size, root, extension: [] });

/** From 7 leaves to 20, all in order, unless something else is asked. */
function body({ old = '7', size = 20n, root = rootOf(Number(size)), proof = proofOf(7, 20), ...asked }: Asked = {}): Uint8Array {
  const text = checkpointText(size, root, asked.origin);
  const note = formatNote(
    text,
    (asked.signers ?? [log]).map((signer) => signText(signer, asked.signed ?? text)),
  );
  return concatBytes(utf8(`old ${old}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n`), note);
}

function ask(given: Uint8Array, view: Partial<WitnessView> = {}): WitnessAnswer {
  const request = parseAddCheckpoint(given);
  if (!request.ok) return badRequest(request.fault);
  return addCheckpoint(request.value, { logKeys: [log], latest: headOf(7), key, timestamp: TIME, ...view });
}

const status = (given: Uint8Array, view: Partial<WitnessView> = {}) => ask(given, view).status;

test('a checkpoint that extends the latest is cosigned, and kept with the signatures that were verified', () => {
  const given = body({ signers: [otherLog, log] });
  const { status: found, body: line, contentType, cosigned } = ask(given);
  expect([found, contentType, cosigned?.size, cosigned?.root]).toEqual([200, 'text/plain; charset=utf-8', 20n, rootOf(20)]);
  const kept = openCheckpoint(cosigned?.note ?? new Uint8Array(), { log: [log], witness: [key] });
  expect(kept).toMatchObject({
    ok: true,
    value: { signatures: [{ name: log.name }], cosignatures: [{ timestamp: TIME }], unverified: [] },
  });
  // As the client does: the answer is put behind the checkpoint that was sent.
  const whole = `${utf8Text(given)?.split('\n\n').slice(1).join('\n\n')}${line}`;
  expect(openCheckpoint(utf8(whole), { log: [log], witness: [key] })).toMatchObject({
    ok: true,
    value: { cosignatures: [{ name: key.name }] },
  });
});

test('any growth of a log is cosigned, from nothing on, and the same checkpoint again', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(40), (a, b) => {
      const [first, second] = [Math.min(a, b), Math.max(a, b)];
      const given = body({ old: String(first), size: BigInt(second), proof: proofOf(first, second) });
      expect(status(given, { latest: headOf(first) })).toBe(200);
      if (first === 0) expect(status(given, { latest: null })).toBe(200);
    }),
    { numRuns: 60 },
  );
});

test('a log that forked is not cosigned, whatever it proves', () => {
  const fork = leavesOf('other ');
  fc.assert(
    fc.property(fc.integer({ min: 6, max: 40 }), fc.integer({ min: 6, max: 40 }), (a, b) => {
      const [first, second] = [Math.min(a, b), Math.max(a, b)];
      const asked = { old: String(first), size: BigInt(second), root: rootOf(second, fork) };
      expect(status(body({ ...asked, proof: proofOf(first, second, fork) }), { latest: headOf(first) })).toBe(422);
      expect(status(body({ ...asked, proof: proofOf(first, second) }), { latest: headOf(first) })).toBe(422);
      // Control: a witness that kept the fork cosigns it.
      expect(status(body({ ...asked, proof: proofOf(first, second, fork) }), { latest: headOf(first, fork) })).toBe(200);
    }),
    { numRuns: 40 },
  );
});

test('an unknown log is 404, before anything is verified', () => {
  expect(status(body(), { logKeys: [] })).toBe(404);
  expect(status(body({ signed: 'another text\n' }), { logKeys: [] })).toBe(404);
});

test('no signature by a key of the log, or a wrong one beside a good one, is 403', () => {
  expect(status(body({ signers: [otherLog] }))).toBe(403);
  expect(status(body({ signed: 'another text\n' }))).toBe(403);
  const renewed = signingKey('log', log.name, seed(9));
  expect(status(body({ signers: [log, renewed] }), { logKeys: [log, renewed] })).toBe(200);
  const text = checkpointText(20n, rootOf(20));
  const note = formatNote(text, [signText(log, text), signText(renewed, `${text}x\n`)]);
  const half = concatBytes(
    utf8(
      `old 7\n${proofOf(7, 20)
        .map((hash) => `${toBase64(hash)}\n`)
        .join('')}\n`,
    ),
    note,
  );
  expect(status(half, { logKeys: [log, renewed] })).toBe(403);
  expect(status(half, { logKeys: [log] })).toBe(200);
});

test('of two lines of one key both have to hold, in either order; lines of strangers mean nothing', () => {
  const text = checkpointText(20n, rootOf(20));
  const [good, wrong] = [signText(log, text), signText(log, `${text}x\n`)];
  const asking = (...lines: NoteSignature[]): number => {
    const proof = proofOf(7, 20).map((hash) => `${toBase64(hash)}\n`);
    return status(concatBytes(utf8(`old 7\n${proof.join('')}\n`), formatNote(text, lines)), { logKeys: [log] });
  };
  expect([asking(good, wrong), asking(wrong, good)]).toEqual([403, 403]);
  expect([asking(good), asking(good, signText(otherLog, `${text}x\n`))]).toEqual([200, 200]);
});

test('an old size above the size is 400, and another than the kept one 409 with the kept one', () => {
  expect(status(body({ old: '21' }))).toBe(400);
  expect(ask(body({ old: '6' }))).toEqual({ status: 409, contentType: 'text/x.tlog.size', body: '7\n' });
  expect(ask(body({ old: '0', proof: [] }))).toEqual({ status: 409, contentType: 'text/x.tlog.size', body: '7\n' });
  expect(ask(body(), { latest: null })).toEqual({ status: 409, contentType: 'text/x.tlog.size', body: '0\n' });
});

test('a smaller checkpoint than the latest is never cosigned', () => {
  expect(status(body({ old: '5', size: 6n, proof: proofOf(5, 6) }))).toBe(409);
  expect(status(body({ old: '7', size: 6n, proof: [] }))).toBe(400);
});

test('a fork is named by both sizes, in words that a log can repeat whole; a proof that should be empty is none', () => {
  const other = { root: rootOf(20, leavesOf('other ')) };
  const asked = ask(body({ ...other, proof: proofOf(7, 20, leavesOf('other ')) }));
  expect([asked.status, asked.body, asked.fork]).toEqual([
    422,
    'the 20 entries offered do not extend the 7 cosigned: two histories, which differ within the first 7\n',
    { cosigned: 7n, offered: 20n },
  ]);
  const same = ask(body({ size: 7n, root: seed(1), proof: [] }));
  expect([same.body, same.fork]).toEqual([
    'another head of 7 entries was cosigned: two histories, which differ within the first 7\n',
    { cosigned: 7n, offered: 7n },
  ]);
  const most = { old: String(2n ** 62n), size: 2n ** 63n - 1n, ...other, proof: [] };
  const { body: longest } = ask(body(most), { latest: { size: 2n ** 62n, root: seed(1) } });
  expect([longest.length < 200, /^[\x20-\x7e]+\n$/.test(longest)]).toEqual([true, true]);
  for (const notEmpty of [ask(body({ old: '0', proof: [seed(1)] }), { latest: null }), ask(body({ old: '7', size: 7n, proof: [seed(1)] }))])
    expect([notEmpty.status, notEmpty.fork]).toEqual([422, undefined]);
});

test('a published head with hashes of a stranger is refused, and is no fork', () => {
  for (const proof of [[], [seed(1)], proofOf(7, 20).slice(1), [...proofOf(7, 20), seed(1)]]) {
    const { status: code, fork, noProof } = ask(body({ proof }));
    expect([code, fork, noProof]).toEqual([422, undefined, { cosigned: 7n, offered: 20n }]);
  }
});

test('a tree of no leaves has the root of nothing, else 422', () => {
  const empty = { old: '0', size: 0n, proof: [] };
  expect(status(body({ ...empty, root: sha256(new Uint8Array()) }), { latest: null })).toBe(200);
  expect(status(body({ ...empty, root: seed(1) }), { latest: null })).toBe(422);
});

test('a proof from nothing, and one between equal sizes, is empty, else 422', () => {
  expect(status(body({ old: '0', proof: [seed(1)] }), { latest: null })).toBe(422);
  expect(status(body({ old: '7', size: 7n, proof: [seed(1)] }))).toBe(422);
  expect(status(body({ old: '7', size: 7n, proof: [] }))).toBe(200);
});

test('equal sizes with different roots are 422', () => {
  expect(status(body({ size: 7n, root: seed(1), proof: [] }))).toBe(422);
});

test('a proof that is cut, longer or changed is 422', () => {
  const proof = proofOf(7, 20);
  for (let n = 0; n < proof.length; n++) {
    expect(status(body({ proof: proof.filter((_, at) => at !== n) }))).toBe(422);
    expect(status(body({ proof: proof.map((hash, at) => (at === n ? seed(1) : hash)) }))).toBe(422);
  }
  expect(status(body({ proof: [...proof, seed(1)] }))).toBe(422);
});

test('the order of the checks is that of the specification', () => {
  const wrong = { old: '21', size: 0n, root: seed(1), proof: [seed(1)] };
  expect(status(body({ ...wrong, signers: [otherLog] }), { logKeys: [] })).toBe(404);
  expect(status(body({ ...wrong, signers: [otherLog] }))).toBe(403);
  expect(status(body(wrong))).toBe(400);
  expect(status(body({ ...wrong, old: '0' }))).toBe(409);
  expect(status(body({ ...wrong, old: '0' }), { latest: null })).toBe(422);
});

test('a body that is no request is 400, and says why', () => {
  const good = utf8Text(body()) as string;
  const line = `${toBase64(seed(1))}\n`;
  const note = good.slice(good.indexOf('\n\n') + 2);
  const cases: [string | Uint8Array, string | null][] = [
    [good, null],
    ['', 'witness.form'],
    [Uint8Array.of(0xff), 'witness.form'],
    [`old 7\n${note}`, 'witness.proof'],
    [`old 07\n\n${note}`, 'witness.old-size'],
    [`old  7\n\n${note}`, 'witness.old-size'],
    [`old -1\n\n${note}`, 'witness.old-size'],
    [`old 9223372036854775808\n\n${note}`, 'witness.old-size'],
    [`Old 7\n\n${note}`, 'witness.old-size'],
    [`\n\n${note}`, 'witness.old-size'],
    [`old 7\r\n\n${note}`, 'witness.old-size'],
    [`old 7\n${line.repeat(63)}\n${note}`, null],
    [`old 7\n${line.repeat(64)}\n${note}`, 'witness.proof'],
    [`old 7\nAAAA\n\n${note}`, 'witness.proof'],
    [`old 7\n${line.replace('=', '')}\n${note}`, 'witness.proof'],
    [`old 7\n\n`, 'note.form'],
    [`old 7\n\n${note.trimEnd()}`, 'note.form'],
    [`old 7\n\nno checkpoint\n\n${note.slice(note.indexOf('—'))}`, 'checkpoint.form'],
  ];
  const code = (given: string | Uint8Array) => {
    const parsed = parseAddCheckpoint(typeof given === 'string' ? utf8(given) : given);
    return parsed.ok ? null : parsed.fault.code;
  };
  expect(cases.map(([given]) => code(given))).toEqual(cases.map(([, fault]) => fault));
  expect(ask(utf8('nothing'))).toMatchObject({ status: 400, contentType: 'text/plain; charset=utf-8' });
});

test('arbitrary changes of a request are answered, and only the same checkpoint is cosigned', () => {
  const good = body();
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
      const changed = Uint8Array.from(good);
      changed[at] = byte;
      const { status: found, cosigned } = ask(changed);
      if (found === 200) expect(cosigned).toMatchObject(headOf(20));
    }),
    { numRuns: 300 },
  );
});

test('a log is served under the SHA-256 of its origin', () => {
  expect(originHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
