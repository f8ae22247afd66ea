/** A receipt by itself is judged in the same words by the command line and by the page that verifies, which shows what the verifier says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  encodeSealedReceipt,
  formatVerifierKey,
  sha256Hex,
  signingKey,
  signReceipt,
  signRejection,
  utf8,
  utf8Text,
  verifyReceiptAlone,
} from '#lib/ledger';
import { CAR, grownWorld, logKey, ORIGIN, seedOf } from '../../../libs/ledger/src/ledger-world.contract.ts';
import { receiptIn } from './commands/receipt-forms.ts';
import { verifyReceipt } from './commands/verify-receipt.ts';

const world = grownWorld();
const event = world.events[0]!;
const receiptKey = signingKey('receipt', `${ORIGIN}/receipt`, seedOf('receipt'));
const subject = { log: ORIGIN, agency: 'local', id: event.envelope.id, contentHash: sha256Hex(event.content) };
const inclusion = { extra: null, index: event.index, hashes: world.inclusion(Number(event.index)), checkpoint: utf8(world.checkpoint()) };
const capture = signReceipt({ ...subject, captured: event.envelope.captured, durability: 'single-node' }, receiptKey);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'custody-words-'));
  process.env['CUSTODY_PINS_DIR'] = folder;
});
afterEach(() => {
  delete process.env['CUSTODY_PINS_DIR'];
  rmSync(folder, { recursive: true });
});

test.each([
  ['a receipt', capture, receiptKey],
  ['one that was changed', utf8((utf8Text(capture) as string).replace('single-node', 'replicated')), receiptKey],
  ['one by a stranger', capture, signingKey('receipt', 'somebody.example/receipt', seedOf('somebody'))],
  [
    'a rejection',
    signRejection({ ...subject, code: 'event.conflict', detail: 'Another event stands under this id.' }, receiptKey),
    receiptKey,
  ],
  ['a sealed receipt', encodeSealedReceipt({ ...event, inclusion, places: [{ group: 'clear', item: CAR, n: 0n }] }), logKey],
])('%s', async (_, bytes, key) => {
  const held = receiptIn(utf8Text(bytes) as string);
  const byCommand = await verifyReceipt(held!, null, { key: [formatVerifierKey(key)] });
  const trust = { log: [{ ...key, kind: 'log' as const }], receipts: [{ ...key, kind: 'receipt' as const }] };
  const alone = verifyReceiptAlone(bytes, trust);
  // Whether its pinned key was revoked since is the command's to say: it keeps keys, and the page is given them.
  const statements = byCommand.statements.filter(({ code }) => code !== 'key.not-asked');
  expect({ ...byCommand, statements }).toEqual(alone);
  expect(alone.verdict).not.toBe('verified');
});
