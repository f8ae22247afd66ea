/** A witness that audits, over HTTP, against a log that is served over HTTP. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { originHash, parseVerifierKey, readCosignatures, utf8, type VerifierKey } from '#lib/ledger';
import type { Log } from '#lib/runtime';
import { TestLedger } from '../test-ledger.ts';
import { startWitness, type RunningWitness } from './index.ts';

let folder: string;
let ledger: TestLedger;
let served: { readonly prefix: string; readonly server: Server };
let witness: RunningWitness;
let at: number;
let codes: (string | undefined)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'custody-map-witness-'));
  codes = [];
  ledger = new TestLedger();
  served = await ledger.serve();
  witness = await start();
  at = 0;
});
afterEach(async () => {
  await witness.close();
  served.server.closeAllConnections();
  served.server.close();
  rmSync(folder, { recursive: true });
});

const say = (_message: string, { code }: { code?: string } = {}): void => void codes.push(code);

const start = (): Promise<RunningWitness> =>
  startWitness({
    folder,
    name: 'witness.example/w1',
    logKeys: [ledger.key],
    host: '127.0.0.1',
    port: 0,
    log: { info: say, warn: say, error: say } as unknown as Log,
    map: { origin: ledger.key.name, prefix: served.prefix },
  });

function keysOf({ verifierKey, mapVerifierKey }: RunningWitness): VerifierKey<'witness'>[] {
  return [verifierKey, mapVerifierKey ?? ''].map((text) => {
    const key = parseVerifierKey(text, 'witness');
    if (!key.ok) throw new Error(key.fault.detail);
    return key.value;
  });
}

/** Status and who cosigned the ledger's head, or the sentence. */
async function offer(): Promise<[number, string[]]> {
  const response = await fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body: Buffer.from(ledger.request(at)) });
  const text = await response.text();
  if (response.status !== 200) return [response.status, [text.trim()]];
  at = ledger.size;
  const read = readCosignatures(ledger.text(), utf8(text), keysOf(witness));
  if (!read.ok) throw new Error(read.fault.detail);
  return [200, read.value.map(({ name }) => name)];
}

const BOTH = ['witness.example/w1', 'witness.example/w1/map'];
const grow = (...items: string[]): void => {
  for (let n = 0; n < 300; n++) ledger.add(`item ${n}`, ...items);
  ledger.seal();
};

test('an honest log gets both cosignatures in one answer, over bundles that end in the middle', async () => {
  grow();
  expect(await offer()).toEqual([200, BOTH]);
  grow('a');
  grow('b', 'c');
  expect(await offer()).toEqual([200, BOTH]);
  const note = await (await fetch(`${witness.url}/${originHash(ledger.key.name)}/checkpoint`)).text();
  expect(note.match(/^— /gm)).toHaveLength(3);
});

test('a map that leaves one entry out of an item tree is refused with the reason, from then on and after a restart', async () => {
  grow();
  expect(await offer()).toEqual([200, BOTH]);
  for (let n = 0; n < 5; n++) ledger.add('vin');
  ledger.seal(ledger.links.filter((_, n) => n !== ledger.links.length - 3));
  const refusal = await offer();
  expect(codes).toContain('data.witness-map');
  expect(refusal).toEqual([422, [expect.stringMatching(/^The map of the seal at 306 is not that of the entries/)]]);
  // Not even when the next seal is right again, or the log now shows links that agree with what it sealed.
  grow();
  expect(await offer()).toEqual(refusal);
  await witness.close();
  witness = await start();
  expect(await offer()).toEqual(refusal);
  expect(existsSync(join(folder, `${originHash(ledger.key.name)}.refused`))).toBe(true);
  const kept = await (await fetch(`${witness.url}/${originHash(ledger.key.name)}/checkpoint`)).text();
  expect(kept).toContain('\n301\n');
});

test('killed and started again it reads the log anew, and goes on; another history of the links does not pass', async () => {
  grow();
  expect(await offer()).toEqual([200, BOTH]);
  await witness.close();
  witness = await start();
  grow();
  expect(await offer()).toEqual([200, BOTH]);
  await witness.close();
  ledger.links = ledger.links.map((link, n) => (n === 7 ? { ...link, key: Buffer.alloc(32) } : link));
  witness = await start();
  grow();
  expect((await offer())[0]).toBe(422);
});

test('while the log does not serve its links it gets the cosignature of every witness, and that of the map once it does', async () => {
  grow();
  ledger.instead.set('links/0-300', Buffer.from('no links'));
  expect(await offer()).toEqual([200, BOTH.slice(0, 1)]);
  ledger.instead.clear();
  expect(await offer()).toEqual([200, BOTH]);
});

test('entries that do not hash to the head are not audited, and do no lasting harm', async () => {
  grow();
  expect(await offer()).toEqual([200, BOTH]);
  grow();
  const bundle = Buffer.from(ledger.bundle(2, 90));
  bundle[40] = bundle[40] === 0x30 ? 0x31 : 0x30;
  ledger.instead.set('tile/entries/002.p/90', bundle);
  expect(await offer()).toEqual([200, BOTH.slice(0, 1)]);
  ledger.instead.clear();
  expect(await offer()).toEqual([200, BOTH]);
});

test('a head whose last entry is no seal is refused', async () => {
  ledger.add('a');
  expect(await offer()).toEqual([422, ['The last entry of the head of 1 is no seal.']]);
});

test('of an empty log it says that it has seen nothing', async () => {
  expect(await offer()).toEqual([200, BOTH]);
});

test('keeps the key of maps in a file of its own, with a public key of its own', async () => {
  const [own, map] = keysOf(witness);
  expect(map?.publicKey).not.toEqual(own?.publicKey);
  await witness.close();
  const before = witness.mapVerifierKey;
  witness = await start();
  expect(witness.mapVerifierKey).toBe(before);
});
