/** What is signed of an import, for which log, and what is said where the ledger says nothing good; on a real server: signed-import.e2e.spec.ts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventAnswer, Receipt, SightingDocument, SignatureView } from '#lib/contracts';
import { sha256Hex, signingKey, utf8, verifyBatch } from '#lib/ledger';
import { grownWorld, logKey, ORIGIN, seedOf } from '../../../../libs/ledger/src/ledger-world.contract.ts';
import type { Client } from '../client.ts';
import { EXIT } from '../exit-codes.ts';
import { keepPin } from '../pins.ts';
import { server } from '../served-log.contract.ts';
import { exitOfSigned, ImportSignatures } from './import-sign.ts';

const KEY = signingKey('submitter', 'acme/import', seedOf('acme'));
const world = grownWorld();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'custody-signs-'));
  process.env['CUSTODY_PINS_DIR'] = folder;
});
afterEach(() => {
  delete process.env['CUSTODY_PINS_DIR'];
  rmSync(folder, { recursive: true });
});

const BODY = JSON.stringify({ id: 'a', kind: 'observation', handling: { tlp: 'GREEN' }, source: { kind: 'photo' } });
const receiptOf = (log: string, agency = 'acme'): Receipt => ({ log, agency, id: 'a' }) as Receipt;
const pinned = (key = logKey): string =>
  keepPin({ origin: ORIGIN, keys: [key], receiptKeys: [], checkpoint: world.checkpoint(), mapSalt: null, trees: [], witnesses: null });

/** Has these texts, takes every list, and says of each the verdict that is given. */
function ledger(
  verdict: SignatureView['verdict'] | null,
  texts: Readonly<Record<string, string>>,
): { client: Client; lists: SightingDocument[] } {
  const lists: SightingDocument[] = [];
  const client: Client = {
    ...server(texts),
    post(_path, _type, body) {
      lists.push(JSON.parse(String(body)) as SightingDocument);
      return Promise.resolve(new Response('{}', { status: 202 }));
    },
    get<Body>(path: string): Promise<Body> {
      expect(path).toBe('/v1/events/a');
      const id = lists[0]?.id ?? '';
      const signatures = verdict === null ? [] : [{ agency: 'acme', id, logIndex: 9, vkey: '', verdict }];
      return Promise.resolve({ event: { signatures } } as unknown as EventAnswer as Body);
    },
  };
  return { client, lists };
}
function signatures(...receipts: readonly Receipt[]): ImportSignatures {
  const signing = new ImportSignatures(KEY);
  for (const receipt of receipts) signing.add(1, BODY, receipt);
  return signing;
}
const send = <Answer>(ask: () => Promise<Answer>): Promise<Answer> => ask();
const HEAD = { '/log/checkpoint': world.checkpoint() };

test('a list is signed for the log that the receipts name, and good in no other', async () => {
  const { client, lists } = ledger('valid', HEAD);
  const signed = await signatures(receiptOf(ORIGIN)).close(client, send);
  expect(signed).toMatchObject({ log: ORIGIN, agency: 'acme', events: 1, lists: [{ id: lists[0]?.id, verdict: 'valid' }] });
  const { batch } = lists[0]?.extension as unknown as { batch: { signature: { vkey: string; value: string } } };
  const { vkey, value } = batch.signature;
  const list = { log: ORIGIN, agency: 'acme', members: [['a', sha256Hex(utf8(BODY))]] as const };
  expect(verifyBatch(vkey, list, value).ok).toBe(true);
  expect(verifyBatch(vkey, { ...list, log: 'staging.example/log' }, value).ok).toBe(false);
});

test('it is said by what the name of the log is known', async () => {
  const knownBy = async (texts: Readonly<Record<string, string>>): Promise<string | undefined> =>
    (await signatures(receiptOf(ORIGIN)).close(ledger('valid', texts).client, send))?.logKnownBy;
  expect(await knownBy(HEAD)).toBe('server');
  pinned();
  expect([await knownBy(HEAD), await knownBy({})]).toEqual(['pinned-key', 'pin']);
});

test('for a server that only calls its log as one that is pinned here, nothing is signed', async () => {
  pinned(signingKey('log', ORIGIN, seedOf('another')));
  const { client, lists } = ledger('valid', HEAD);
  await expect(signatures(receiptOf(ORIGIN)).close(client, send)).rejects.toMatchObject({ exitCode: EXIT.untrustedKey });
  expect(lists).toEqual([]);
  // Control: with the key that did sign the head.
  pinned();
  expect((await signatures(receiptOf(ORIGIN)).close(client, send))?.lists).toHaveLength(1);
});

test('a server that answers for two logs, or two agencies, has nothing signed', () => {
  for (const other of [receiptOf('other.example/log'), receiptOf(ORIGIN, 'bolt')])
    expect(() => signatures(receiptOf(ORIGIN), other)).toThrow(expect.objectContaining({ code: 'import.answer' }));
});

test('what the ledger says decides how the command ends', async () => {
  const exitAt = async (verdict: SignatureView['verdict'] | null): Promise<number> =>
    exitOfSigned(await signatures(receiptOf(ORIGIN)).close(ledger(verdict, HEAD).client, send, 0));
  expect(exitOfSigned(undefined)).toBe(0);
  expect([await exitAt('valid'), await exitAt('revoked'), await exitAt('unknown-key'), await exitAt('bad')]).toEqual([0, 12, 12, 12]);
  expect(await exitAt(null)).toBe(13);
});

test('of an import of which nothing is in, nothing is signed', async () => {
  expect(await new ImportSignatures(KEY).close(ledger('valid', HEAD).client, send)).toBeUndefined();
});
