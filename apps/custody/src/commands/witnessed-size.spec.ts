import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cosign, formatCheckpoint, formatNote, merkleRoot, signingKey, signText, type WitnessPolicy } from '#lib/ledger';
import { witnessedAnchors, witnessLines } from './witnessed-size.ts';

const log = signingKey('log', 'ledger.example/log', new Uint8Array(32).fill(1));
const [w1, w2, w3] = [2, 3, 4].map((seed, n) => signingKey('witness', `w${n + 1}.example`, new Uint8Array(32).fill(seed))) as [
  ReturnType<typeof signingKey<'witness'>>,
  ReturnType<typeof signingKey<'witness'>>,
  ReturnType<typeof signingKey<'witness'>>,
];
const text = formatCheckpoint({ origin: log.name, size: 0n, root: Uint8Array.from(merkleRoot([])), extension: [] });
/** A head that the log and w1 signed. */
const server = createServer((_, response) => response.end(formatNote(text, [signText(log, text), cosign(w1, text, 5n)])));
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const ask = (policy: WitnessPolicy) => witnessedAnchors(policy, log.name, [log]);
const at = (key: typeof w1, address: string | null = url) => ({ key, url: address });

test('of several keys at one address those count, and are named, that cosigned what it shows', async () => {
  const { anchors, witnesses } = await ask({ witnesses: [at(w1), at(w2)], threshold: 2 });
  expect(anchors).toMatchObject([{ name: `w1.example (${url})`, witnesses: ['w1.example'] }]);
  expect(witnesses).toMatchObject({ answered: 1, needed: 2, isEnough: false });
});

test('of one of two that have to cosign both have to answer: the silent one may have the newer head', async () => {
  const { witnesses } = await ask({ witnesses: [at(w1), at(w2, null)], threshold: 1 });
  expect(witnesses).toMatchObject({ answered: 1, needed: 2, isEnough: false });
  expect(witnessLines(witnesses)).toEqual([expect.stringContaining('too few of them show a head of this log (1, and it takes 2)')]);
});

test.each([
  [1, 1, 1],
  [0, 1, 1],
  [1, 3, 3],
  [2, 3, 2],
  [3, 3, 3],
])('of %d of %d it takes %d', async (threshold, of, needed) => {
  const { witnesses } = await ask({ witnesses: [at(w1), at(w2, null), at(w3, null)].slice(0, of), threshold });
  expect(witnesses).toMatchObject({ answered: 1, needed, isEnough: needed === 1 });
});
