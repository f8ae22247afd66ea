/** What stands in the way of checking a log, each with its own code: nothing pinned, a damaged pin, another log, a promise that was broken. */
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  encodeProofDocument,
  encodeSealedReceipt,
  formatVerifierKey,
  sha256Hex,
  signingKey,
  signReceipt,
  utf8,
  utf8Text,
  verifyProof,
} from '#lib/ledger';
import { CAR, grownWorld, LedgerWorld, logKey, ORIGIN, seedOf } from '../../../libs/ledger/src/ledger-world.contract.ts';
import type { Client } from './client.ts';
import { compare, pin } from './commands/checkpoint.ts';
import { verify } from './commands/verify.ts';
import { verifyReceipt } from './commands/verify-receipt.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { headOfNote } from './log-trust.ts';
import { keepPin, policyOf, readPin, withTrees } from './pins.ts';

const world = grownWorld();
const key = [formatVerifierKey(logKey)];
const receiptKey = signingKey('receipt', `${ORIGIN}/receipt`, seedOf('receipt'));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'custody-trust-'));
  process.env['CUSTODY_PINS_DIR'] = folder;
});
afterEach(() => {
  delete process.env['CUSTODY_PINS_DIR'];
  rmSync(folder, { recursive: true });
});

/** A server that has these answers, and none to anything else. */
function server(answers: Readonly<Record<string, string | CommandError>>): Client {
  const text = (path: string): Promise<string> => {
    const answer = answers[path] ?? answers[path.split('?', 1)[0] ?? ''] ?? new CommandError(EXIT.notFound, 'not-found', path);
    return typeof answer === 'string' ? Promise.resolve(answer) : Promise.reject(answer);
  };
  return {
    base: 'http://here',
    text,
    get: async (path) => JSON.parse(await text(path)) as never,
    bytes: async (path) => utf8(await text(path)),
    post: () => Promise.reject(new Error('nothing is posted')),
  };
}

const logOf = (of: LedgerWorld): string =>
  utf8Text(encodeProofDocument({ ...of.prove(CAR, { groups: [] }), item: null, events: [] })) as string;
const keysOf = (of: LedgerWorld): string => utf8Text(encodeProofDocument(of.proveKeys())) as string;
const silent = async <T>(work: () => Promise<T>): Promise<T> => {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  return work().finally(() => (process.stdout.write = write));
};

test('a head, a policy and a pin are what they should be, or say that they are not', async () => {
  expect(() => headOfNote('none')).toThrow(expect.objectContaining({ code: 'checkpoint.malformed' }) as Error);
  expect(() => policyOf('{}')).toThrow(expect.objectContaining({ code: 'pin.policy' }) as Error);
  expect(readPin(ORIGIN)).toBeNull();
  const { keep } = verifyProof(world.encode(CAR), { log: [logKey] });
  keepPin({
    origin: ORIGIN,
    keys: [logKey],
    receiptKeys: [receiptKey],
    checkpoint: world.checkpoint(),
    mapSalt: keep!.mapSalt,
    trees: keep!.trees,
    witnesses: null,
  });
  expect(readPin(ORIGIN)).toMatchObject({
    keys: [{ id: logKey.id }],
    receiptKeys: [{ id: receiptKey.id }],
    trees: keep!.trees,
    mapSalt: keep!.mapSalt,
  });
  const [file] = readdirSync(folder);
  writeFileSync(join(folder, file as string), '{"v":1}');
  expect(() => readPin(ORIGIN)).toThrow(expect.objectContaining({ code: 'pin.damaged' }) as Error);
  await Promise.resolve();
});

test('of kept lists the newest stands, and the rest stays', () => {
  const tree = (item: string, n: bigint) => ({ group: 'clear', item, n, root: seedOf(`${item}${n}`) });
  expect(withTrees([tree('a', 1n), tree('b', 1n)], [tree('a', 2n)])).toEqual([tree('b', 1n), tree('a', 2n)]);
});

test('heads of two logs are not compared, nor one with nothing', async () => {
  const here = server({ '/log/checkpoint': world.checkpoint() });
  await expect(compare(here, undefined, { key })).rejects.toMatchObject({ code: 'pin.none' });
  const other = new LedgerWorld('other.example/log').begin().seal();
  writeFileSync(join(folder, 'other'), other.checkpoint({ signer: signingKey('log', 'other.example/log', seedOf('other')) }));
  await expect(compare(here, join(folder, 'other'), { key })).rejects.toMatchObject({ code: 'checkpoint.other-log' });
});

test('a log that names no key of its own has to have its key named', async () => {
  const nameless = grownWorld();
  const answers = { '/v1/log': logOf(nameless), '/v1/log/keys': keysOf(nameless) };
  await expect(pin(server(answers), {})).rejects.toMatchObject({ code: 'key.unknown' });
  expect(await silent(() => pin(server(answers), { key }))).toBe(0);
  expect(readPin(ORIGIN)?.keys).toHaveLength(1);
});

test('a file that is nothing of the kind, or far too large, is not checked', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, 'x');
  await expect(verify(null, file, {})).rejects.toMatchObject({ code: 'verify.unknown', exitCode: 2 });
  truncateSync(file, 200 * 1024 * 1024);
  await expect(verify(null, file, {})).rejects.toMatchObject({ code: 'verify.too-large', exitCode: 2 });
  writeFileSync(file, (utf8Text(world.encode(CAR)) as string).replace(ORIGIN, `${ORIGIN}\\n`));
  expect(await silent(() => verify(null, file, { key }))).toBe(10);
});

describe('a receipt', () => {
  const event = world.events[0]!;
  const receipt = (captured: string) =>
    signReceipt(
      { log: ORIGIN, agency: 'local', id: event.envelope.id, contentHash: sha256Hex(event.content), captured, durability: 'single-node' },
      receiptKey,
    );
  const flags = { key: [formatVerifierKey(receiptKey)] };
  const notFound = new CommandError(EXIT.notFound, 'event.not-found', 'There is no such event.');

  it('by itself is a promise', async () => {
    const report = await verifyReceipt(receipt('2026-01-01T00:00:00.000000Z'), null, flags);
    expect([report.verdict, report.statements.at(-1)?.code]).toEqual(['incomplete', 'receipt.not-asked']);
  });

  it('whose event is not in the log after its minute was broken, and before that is pending', async () => {
    const log = server({ '/v1/log/keys': keysOf(world), [`/v1/events/${event.envelope.id}/proof`]: notFound });
    const broken = await verifyReceipt(receipt('2026-01-01T00:00:00.000000Z'), log, flags);
    expect([broken.verdict, broken.statements.at(-1)?.code]).toEqual(['not-in-log', 'receipt.promise-broken']);
    const pending = await verifyReceipt(receipt(`${new Date().toISOString().slice(0, -1)}000Z`), log, flags);
    expect([pending.verdict, pending.statements.at(-1)?.code]).toEqual(['incomplete', 'event.not-found']);
  });

  it('that is sealed says that nobody held its places against the lists', async () => {
    const index = Number(event.index);
    const inclusion = { extra: null, index: event.index, hashes: world.inclusion(index), checkpoint: utf8(world.checkpoint()) };
    const sealed = encodeSealedReceipt({ ...event, inclusion, places: [{ group: 'clear', item: CAR, n: 0n }] });
    const report = await verifyReceipt(sealed, null, { key });
    expect([report.verdict, report.statements.at(-1)?.code]).toEqual(['verified', 'sealed.not-asked']);
  });
});
