/** What a sealer believes of witnesses at its start; what a restored database comes to is in apps/custody/src/witnessed-log.int.spec.ts. */
import { cosign, formatNote, type NoteSignature, signingKey, type SigningKey, type WitnessPolicy } from '#lib/ledger';
import type { Log } from '#lib/runtime';
import { ledgerConstants } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../libs/store/test-database.ts';
import { type Lie, TestLog, TestWitness } from '../test-processes/test-witness.ts';
import { checkWitnesses, type GuardOptions, witnessClient } from './index.ts';

let database: TestDatabase;
let log: TestLog;
let witness: TestWitness;
let said: string[];
const ending = new AbortController();

beforeAll(async () => {
  database = await testDatabase();
  log = new TestLog('', (await ledgerConstants(database.pool('owner'))).origin);
}, 60_000);
afterAll(async () => {
  ending.abort();
  await database.drop();
});
beforeEach(async () => {
  witness = await new TestWitness('w1.example', log).start();
  said = [];
});
afterEach(() => witness.stop());

/** The database has sealed nothing. */
function check(
  policy: WitnessPolicy = { witnesses: [witness.policy()], threshold: 1 },
  changes: Partial<GuardOptions> = {},
): Promise<void> {
  const say = (_message: string, { why = '' }: { why?: string }): void => void said.push(why);
  return checkWitnesses({
    policy,
    client: witnessClient(ending.signal, 500),
    pool: database.pool('sealer', { max: 1 }),
    key: log.key,
    log: { warn: say, error: say } as unknown as Log,
    ...changes,
  });
}

/** A head of 7 entries that these signed. */
function showing(...signers: readonly ('log' | SigningKey<'witness'>)[]): void {
  const { text, signatures } = log.head(7);
  const note = formatNote(
    text,
    signers.map((signer) => (signer === 'log' ? (signatures[0] as NoteSignature) : cosign(signer, text, 5n))),
  );
  witness.latest = { size: 7n, root: new Uint8Array(32), note };
}

const onlyFor = (path: 'checkpoint' | 'add', lie: Lie): Lie => {
  let asked = 0;
  // The head is asked for first, then the size.
  return (response, due) => ((asked++ % 2 === 0) === (path === 'checkpoint') ? lie(response, due) : null);
};

test('a witness that cosigned nothing lets it begin', async () => {
  await check();
  expect(said).toEqual([]);
});

test('a head that the witness and the log signed, and the database does not have, stops it for good', async () => {
  showing('log', witness.key);
  await expect(check()).rejects.toMatchObject({ code: 'seal.rollback' });
  expect(said).toEqual(['the witness w1.example cosigned a head of 7 entries, and the database has sealed 0']);
});

test('a head by a former key of the log stops it as well, where the key is known', async () => {
  showing('log', witness.key);
  const key = signingKey('log', log.key.name, new Uint8Array(32).fill(8));
  await expect(check(undefined, { key })).rejects.toMatchObject({ code: 'seal.witnesses-silent' });
  await expect(check(undefined, { key, formerKeys: [log.key] })).rejects.toMatchObject({ code: 'seal.rollback' });
});

test('a witness that was told of the former key alone answers while that key signs as well', async () => {
  const key = signingKey('log', log.key.name, new Uint8Array(32).fill(8));
  await expect(check(undefined, { key })).rejects.toMatchObject({ code: 'seal.witnesses-silent' });
  expect(said).toEqual([expect.stringContaining('403')]);
  await check(undefined, { key, formerKeys: [log.key] });
});

test('what a witness shows may be by a key that was revoked since: it is held against what is stored all the same', async () => {
  showing('log', witness.key);
  const key = signingKey('log', log.key.name, new Uint8Array(32).fill(8));
  await expect(check(undefined, { key, revokedKeys: [log.key] })).rejects.toMatchObject({ code: 'seal.rollback' });
});

test.each<[string, () => void, RegExp]>([
  ['a head that the log did not sign', () => showing(witness.key), /witnesses signed, and not the log|not over/],
  ['a head that the witness did not sign', () => showing('log'), /did not sign what it serves/],
  ['a head by another witness', () => showing('log', new TestWitness('w2.example', log).key), /did not sign what it serves/],
  [
    'bytes that are no head',
    () => void (witness.lie = onlyFor('checkpoint', (response) => void response.end('no head'))),
    /no head of this log/,
  ],
  [
    'a size without a head, larger than what is there',
    () => {
      showing('log', witness.key);
      witness.lie = onlyFor('checkpoint', (response) => void response.writeHead(404).end());
    },
    /says that it cosigned 7 entries, of which 0 are stored, and does not show them/,
  ],
  ['that it does not know the log', () => void (witness.lie = (response) => void response.writeHead(404).end('unknown')), /404: unknown/],
  ['nothing', () => void (witness.lie = () => undefined), /did not answer within 500 ms/],
  ['a redirect', () => void (witness.lie = (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()), /302/],
])('%s stops nobody for good, and counts as no answer', async (_what, prepare, why) => {
  prepare();
  await expect(check()).rejects.toMatchObject({ code: 'seal.witnesses-silent' });
  expect(said).toEqual([expect.stringMatching(why)]);
  // Where no witness has to cosign none has to answer.
  await check({ witnesses: [witness.policy()], threshold: 0 });
});

test('one of two that shows a newer head stops it, whatever the other says', async () => {
  const other = await new TestWitness('w2.example', log).start();
  showing('log', witness.key);
  await expect(check({ witnesses: [witness.policy(), other.policy()], threshold: 1 })).rejects.toMatchObject({ code: 'seal.rollback' });
  await other.stop();
});
