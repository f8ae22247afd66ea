/** What is in a file is checked beside whatever server answers: one of another log has nothing to say about it, and one of its log has. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import {
  encodeProofDocument,
  encodeSealedReceipt,
  formatVerifierKey,
  sha256Hex,
  signingKey,
  signReceipt,
  utf8,
  utf8Text,
} from '#lib/ledger';
import { CAR, grownWorld, LedgerWorld, logKey, ORIGIN, seedOf } from '../../../libs/ledger/src/ledger-world.contract.ts';
import { verify } from './commands/verify.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { keepPin } from './pins.ts';
import { server } from './served-log.contract.ts';

const world = grownWorld();
const key = [formatVerifierKey(logKey)];
const other = new LedgerWorld('other.example/log').begin();
for (let n = 0; n < 40; n++) other.add([CAR]);
other.seal();
const keysOf = (of: LedgerWorld): string => utf8Text(encodeProofDocument(of.proveKeys())) as string;
const OTHER = { '/log/checkpoint': other.checkpoint(), '/v1/log/keys': keysOf(other), '/v1/log/consistency': '{"hashes":[]}' };
const away = new CommandError(EXIT.temporary, 'server.unreachable', 'No server answers.');
const gone = new CommandError(EXIT.notFound, 'not-found', 'No.');

let folder: string;
let output: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'custody-other-log-'));
  process.env['CUSTODY_PINS_DIR'] = folder;
  output = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  delete process.env['CUSTODY_PINS_DIR'];
  rmSync(folder, { recursive: true });
});

function fileOf(content: Uint8Array): string {
  const file = join(folder, 'given');
  writeFileSync(file, content);
  return file;
}

const SILENT: readonly [string, Parameters<typeof server>[0]][] = [
  ['another log', OTHER],
  ['a log of another format', { '/log/checkpoint': '<html>' }],
  ['no log', { '/log/checkpoint': gone }],
  ['no server', { '/log/checkpoint': away, '/v1/log/keys': away }],
];

test.each(SILENT)('a proof in a file is verified where %s answers, and says that nobody could be asked', async (_, answers) => {
  const file = fileOf(world.encode(CAR));
  expect(await verify(server(answers), file, { key })).toBe(0);
  expect(output).toContain('Nobody could say whether the log has revoked the key since.');
  // Pinned at another size: nor does it have the path between both.
  const early = new LedgerWorld().begin().seal();
  keepPin({ origin: ORIGIN, keys: [logKey], receiptKeys: [], checkpoint: early.checkpoint(), mapSalt: null, trees: [], witnesses: null });
  expect(await verify(server(answers), file, {})).toBe(0);
});

test('a server of its own log has to answer: what it withholds is missed', async () => {
  const file = fileOf(world.encode(CAR));
  const own = { '/log/checkpoint': world.checkpoint(), '/v1/log/keys': keysOf(world) };
  expect(await verify(server(own), file, { key })).toBe(0);
  expect(await verify(server({ ...own, '/v1/log/keys': gone }), file, { key })).toBe(13);
  const broken = new CommandError(EXIT.unexpected, 'internal', 'No.');
  expect(await verify(server({ '/log/checkpoint': broken, '/v1/log/keys': gone }), file, { key })).toBe(13);
});

test('a receipt was not broken by the word of a server of another log', async () => {
  const by = signingKey('receipt', `${ORIGIN}/receipt`, seedOf('receipt'));
  const { envelope, content } = world.events[0]!;
  const promised = { log: ORIGIN, agency: 'local', id: envelope.id, contentHash: sha256Hex(content) };
  const note = signReceipt({ ...promised, captured: envelope.captured, durability: 'single-node' }, by);
  const answers = { ...OTHER, [`/v1/events/${envelope.id}/proof`]: new CommandError(EXIT.notFound, 'event.not-found', 'No.') };
  expect(await verify(server(answers), fileOf(note), { key: [formatVerifierKey(by)] })).toBe(13);
  expect(output).toContain('The server that was asked has the log other.example/log');
  expect(output).toContain('[receipt.other-log]');
  // Control: of its own log, the same answer breaks the promise.
  const own = { ...answers, '/log/checkpoint': world.checkpoint(), '/v1/log/keys': keysOf(world) };
  expect(await verify(server(own), fileOf(note), { key: [...key, formatVerifierKey(by)] })).not.toBe(13);
});

test('a sealed receipt neither: what can be checked without its log is, and the server that has another is named', async () => {
  const event = world.events[0]!;
  const places = [{ group: 'clear', item: CAR, n: 0n }];
  const hashes = world.inclusion(Number(event.index));
  const inclusion = { extra: null, index: event.index, hashes, checkpoint: utf8(world.checkpoint()) };
  const file = fileOf(encodeSealedReceipt({ ...event, inclusion, places }));
  const theirs = utf8Text(encodeProofDocument(other.proveEvent(other.events[0]!))) as string;
  const answers = { ...OTHER, [`/v1/events/${event.envelope.id}/proof`]: theirs };
  expect(await verify(server(answers), file, { key })).toBe(13);
  expect(output).toContain('[receipt.other-log]');
  const early = new LedgerWorld().begin().seal();
  keepPin({ origin: ORIGIN, keys: [logKey], receiptKeys: [], checkpoint: early.checkpoint(), mapSalt: null, trees: [], witnesses: null });
  output = '';
  expect(await verify(server(answers), file, {})).toBe(13);
  expect(output).not.toContain('gave no path');
});
