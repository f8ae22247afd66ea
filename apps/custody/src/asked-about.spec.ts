/** `custody verify BUNDLE --item ID --group G`: what its user asks for is what a file has to show. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeProofDocument, formatVerifierKey, openingJson, openSlots, utf8, writeBundleZip } from '#lib/ledger';
import { bundleFiles, CAR, grownWorld, LedgerWorld, logKey, OTHER_CAR } from '../../../libs/ledger/src/ledger-world.contract.ts';
import { verify } from './commands/verify.ts';

const world = grownWorld();
const key = [formatVerifierKey(logKey)];
let folder: string;
let output: string;
const write = process.stdout.write.bind(process.stdout);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'custody-asked-'));
  process.env['CUSTODY_PINS_DIR'] = folder;
  output = '';
  process.stdout.write = (text) => Boolean((output += text as string));
});
afterEach(() => {
  process.stdout.write = write;
  delete process.env['CUSTODY_PINS_DIR'];
  rmSync(folder, { recursive: true });
});

function fileOf(bytes: Uint8Array): string {
  const file = join(folder, 'given');
  writeFileSync(file, bytes);
  return file;
}
function bundle(groups?: readonly string[]): string {
  const zip = writeBundleZip(bundleFiles(world, CAR, groups === undefined ? {} : { groups }));
  if (!zip.ok) throw new Error(zip.fault.detail);
  return fileOf(zip.value);
}

test('a bundle that shows what was asked for is verified, and its first line says what that is', async () => {
  expect(await verify(null, bundle(), { key, item: `VIN:${CAR.slice(4).toLowerCase()}`, group: ['clear', 'green'] })).toBe(0);
  expect(output.split('\n')[0]).toMatch(
    new RegExp(
      `: Unaltered since 2026-01-01 00:00 UTC by the word of its operator: all 11 events about ${CAR}, as sealed for the reader groups agency:local, clear, green; of what a marking opened later nothing is said\\. Checked here`,
    ),
  );
});

test('one with fewer reader groups or about another item is incomplete; not asked, the first line says what is not there', async () => {
  const file = bundle(['clear']);
  expect(await verify(null, file, { key, item: CAR, group: ['clear', 'green'] })).toBe(13);
  expect(await verify(null, file, { key, item: OTHER_CAR })).toBe(13);
  output = '';
  expect(await verify(null, file, { key })).toBe(0);
  expect(output.split('\n')[0]).toContain(
    'as sealed for the reader group clear alone; of any other group, and of what a marking opened later, nothing is said.',
  );
  output = '';
  expect(await verify(null, file, { key, json: true })).toBe(0);
  expect(JSON.parse(output)).toMatchObject({ about: { item: CAR, groups: ['clear'], groupsAsked: false } });
});

test('as JSON it says up to where the lists reach, where entries stand behind that', async () => {
  const behind = new LedgerWorld().begin();
  behind.add([CAR]);
  behind.lies.covers = 2n;
  behind.add([CAR], 'AMBER');
  const file = fileOf(behind.seal().encode(CAR, { groups: ['clear'] }));
  expect(await verify(null, file, { key, json: true })).toBe(0);
  expect(JSON.parse(output)).toMatchObject({ about: { covers: 2, withheld: 0, since: null } });
});

test('who asks is an agency and a name, and is said of what can be kept for persons alone', async () => {
  expect(await verify(null, bundle(), { key, reader: 'acme/eva' })).toBe(0);
  for (const reader of ['eva', '/eva', 'acme/'])
    await expect(verify(null, bundle(), { key, reader })).rejects.toMatchObject({ exitCode: 2 });
  await expect(verify(null, fileOf(utf8('custody-ledger/receipt/v1\n')), { key, reader: 'acme/eva' })).rejects.toMatchObject({
    exitCode: 2,
  });
});

test('a proof in a file is asked the same; one that was emptied is incomplete, whoever asks', async () => {
  expect(await verify(null, fileOf(world.encode(CAR)), { key, item: OTHER_CAR })).toBe(13);
  expect(await verify(null, fileOf(encodeProofDocument({ ...world.prove(CAR), item: null, events: [] })), { key })).toBe(13);
});

test('a proof of an event that says in an opened part that it is a proof of a read is checked as what it is', async () => {
  const log = new LedgerWorld().begin();
  const event = log.add([CAR], 'CLEAR', { extension: { 'org.example': { format: 'custody-read/1' } } });
  const opening = openingJson(openSlots(event.envelope, event.document, event.secret, { slots: ['extension'] }));
  const document = log.seal().proveEvent(event);
  const opened = encodeProofDocument({ ...document, events: document.events.map((part) => ({ ...part, shown: { opening } })) });
  expect(Buffer.from(opened).toString()).toContain('"format":"custody-read/1"');
  expect(await verify(null, fileOf(opened), { key })).toBe(0);
  expect(output.split('\n')[0]).toContain('(proof): Unaltered since');
});

test('of a receipt or an identifier nothing of the kind is asked, nor with what is no identifier', async () => {
  const usage = { exitCode: 2 };
  await expect(verify(null, fileOf(utf8('custody-ledger/receipt/v1\n')), { key, item: CAR })).rejects.toMatchObject(usage);
  await expect(verify(null, CAR, { key, group: ['clear'] })).rejects.toMatchObject({ ...usage, code: 'usage' });
  await expect(verify(null, bundle(), { key, item: 'x' })).rejects.toMatchObject(usage);
});
