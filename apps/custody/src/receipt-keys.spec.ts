/** Whose signature counts under a receipt: a key for receipts of its log, judged at the entry that it was given for, and not at today's list of keys. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  encodeProofDocument,
  formatVerifierKey,
  type Report,
  sha256Hex,
  signingKey,
  signReceipt,
  signRejection,
  utf8Text,
} from '#lib/ledger';
import { CAR, LedgerWorld, logKey, ORIGIN, seedOf, type WorldEvent } from '../../../libs/ledger/src/ledger-world.contract.ts';
import { receiptIn } from './commands/receipt-forms.ts';
import { verifyReceipt } from './commands/verify-receipt.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { server } from './served-log.contract.ts';

const CAPTURED = '2026-01-01T00:00:00.000000Z';
const [first, second] = ['first', 'second'].map((name) => signingKey('receipt', `${ORIGIN}/receipt`, seedOf(name)));
const key = [formatVerifierKey(logKey)];
const proofPath = ({ envelope }: WorldEvent) => `/v1/events/${envelope.id}/proof`;
const textOf = (document: Parameters<typeof encodeProofDocument>[0]): string => utf8Text(encodeProofDocument(document)) as string;

/** The log as it answers at its present end, about these events. */
const answersOf = (world: LedgerWorld, ...events: WorldEvent[]) => ({
  '/log/checkpoint': world.checkpoint(),
  [`/v1/log/keys?size=${world.size}`]: textOf(world.proveKeys()),
  ...Object.fromEntries(events.map((event) => [proofPath(event), textOf(world.proveEvent(event))])),
});

const world = new LedgerWorld().begin();
world.certify(formatVerifierKey(first!));
const early = world.add([CAR]);
world.certify(formatVerifierKey(second!));
world.seal();
const rotated = answersOf(world, early);
world.certify(formatVerifierKey(first!), 'receipt', 'revoke');
const late = world.add([CAR]);
world.seal();
const revoked = answersOf(world, early, late);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'custody-receipt-keys-'));
  process.env['CUSTODY_PINS_DIR'] = folder;
});
afterEach(() => {
  delete process.env['CUSTODY_PINS_DIR'];
  rmSync(folder, { recursive: true });
});

const about = ({ envelope, content }: WorldEvent) => ({
  log: ORIGIN,
  agency: 'local',
  id: envelope.id,
  contentHash: sha256Hex(content),
});
const receipt = (event: WorldEvent, by = first!, contentHash = about(event).contentHash): string =>
  utf8Text(signReceipt({ ...about(event), contentHash, captured: CAPTURED, durability: 'single-node' }, by)) as string;
const check = (text: string, answers: Parameters<typeof server>[0], keys: readonly string[] = key) =>
  verifyReceipt(receiptIn(text)!, server(answers), { key: keys });
const found = ({ verdict, statements }: Report) => [verdict, statements.find(({ state }) => state === 'failed')?.code];

test('a receipt stands when its key was rotated, and when it was revoked behind its entry, which is said', async () => {
  for (const by of [first!, second!]) expect(found(await check(receipt(early, by), rotated))).toEqual(['verified', undefined]);
  const since = await check(receipt(early), revoked);
  expect(found(since)).toEqual(['verified', undefined]);
  expect(since.statements.map(({ says }) => says)).toContain(
    `The log revoked its key since, behind the entry ${early.index} that it was given for.`,
  );
  const named = await check(receipt(early), revoked, [...key, formatVerifierKey(first!)]);
  expect(found(named)).toEqual(['verified', undefined]);
});

test('a time of capture that the log does not say is not believed: of a key that holds it is said, of one that leaked nothing is shown', async () => {
  const elsewhen = (by = first!): string =>
    utf8Text(signReceipt({ ...about(early), captured: '1999-01-01T00:00:00.000000Z', durability: 'single-node' }, by)) as string;
  const told = ({ verdict, statements }: Report) => [
    verdict,
    statements.filter(({ says, state }) => state === 'established' && says.includes('1999')).length,
    statements.find(({ code }) => code === 'receipt.other-captured')?.says,
  ];
  const both = /^It says captured 1999-01-01T00:00:00.000000Z .* the log says 2026-01-01T00:00:00.000000Z of the same bytes/;
  expect(told(await check(elsewhen(), rotated))).toEqual(['verified', 0, expect.stringMatching(both)]);
  expect(told(await check(elsewhen(), revoked))).toEqual([
    'incomplete',
    0,
    expect.stringMatching(/revoked since: its time is not believed/),
  ]);
  // Nor is its time said where the proof of its entry is none; of a key that holds it is.
  const broken = {
    [proofPath(early)]: textOf(world.proveEvent(early)).replace(/"index":"?\d+/, '"index":"9'),
  };
  const saysTime = async (answers: typeof revoked) =>
    (await check(elsewhen(), { ...answers, ...broken })).statements.some(({ says }) => says.includes('captured 1999'));
  expect([await saysTime(rotated), await saysTime(revoked)]).toEqual([true, false]);
  // Control: with the log's own time nothing of this is said.
  expect(told(await check(receipt(early), revoked))).toEqual(['verified', 0, undefined]);
});

test('by a key that was revoked before its entry it is not believed, nor where there is none, nor for other bytes', async () => {
  const untrusted = ['untrusted-key', 'key.revoked-receipt'];
  expect(found(await check(receipt(late), revoked))).toEqual(untrusted);
  expect(found(await check(receipt(late), revoked, [...key, formatVerifierKey(first!)]))).toEqual(untrusted);
  const notFound = new CommandError(EXIT.notFound, 'event.not-found', 'There is no such event.');
  expect(found(await check(receipt(early), { ...revoked, [proofPath(early)]: notFound }))).toEqual(untrusted);
  expect(found(await check(receipt(early, first!, 'ab'.repeat(32)), revoked))).toEqual(untrusted);
  const rejection = utf8Text(signRejection({ ...about(early), code: 'event.conflict', detail: 'Other bytes.' }, first!)) as string;
  expect(found(await check(rejection, revoked))).toEqual(untrusted);
  expect((await check(rejection, rotated)).verdict).toBe('not-in-log');
  // Control: the key that holds is believed.
  expect(found(await check(receipt(late, second!), revoked))).toEqual(['verified', undefined]);
});

test('a list of keys from before the revocation does not hide it: the head of the proof has its own', async () => {
  const stale = { ...rotated, ...revoked, '/log/checkpoint': rotated['/log/checkpoint'] };
  expect(found(await check(receipt(late), stale))).toEqual(['untrusted-key', 'key.revoked-receipt']);
});

test('a key for checkpoints, or of another log, is none for receipts, whoever names it', async () => {
  for (const name of [ORIGIN, 'elsewhere.example/log/receipt']) {
    const other = signingKey('receipt', name, seedOf('log'));
    const report = await verifyReceipt(receiptIn(receipt(early, other))!, null, { key: [formatVerifierKey(other)] });
    expect(found(report)).toEqual(['untrusted-key', 'note.unverified']);
  }
  const own = signingKey('receipt', `${ORIGIN}/receipt`, seedOf('log'));
  const report = await verifyReceipt(receiptIn(receipt(early, own))!, null, { key: [formatVerifierKey(own)] });
  expect(found(report)).toEqual(['incomplete', undefined]);
});
