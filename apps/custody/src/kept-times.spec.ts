/** The time of a pinned head: kept beside it, and no later head, and no receipt, is under a seal that says an earlier one. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeProofDocument, encodeSealedReceipt, formatVerifierKey, type Report, toBase64, treesOf, utf8, utf8Text } from '#lib/ledger';
import { CAR, LedgerWorld, logKey, ORIGIN, witnessKeys } from '../../../libs/ledger/src/ledger-world.contract.ts';
import { pin } from './commands/checkpoint.ts';
import { receiptIn } from './commands/receipt-forms.ts';
import { verifyReceipt } from './commands/verify-receipt.ts';
import { verify } from './commands/verify.ts';
import { trustFor, type TrustFlags } from './log-trust.ts';
import { keepPin, readPin } from './pins.ts';
import { server, silent } from './served-log.contract.ts';

const JUNE = '2026-06-01T00:00:00.000000Z';
const JULY = '2026-07-01T00:00:00.000000Z';
const LONG_BEFORE = '2019-01-01T00:00:00.000000Z';

/** A log that was pinned at its first seal, in June, and whose second says this time. */
function grown(second: string) {
  const log = new LedgerWorld().begin();
  log.certify(formatVerifierKey(logKey), 'log');
  log.add([CAR]);
  log.seal(JUNE);
  const pinned = { size: log.size, text: textOf(log), keys: keysOf(log), checkpoint: log.checkpoint() };
  log.add([CAR]);
  log.seal(second);
  return { log, pinned };
}
const textOf = (log: LedgerWorld): string =>
  utf8Text(encodeProofDocument({ ...log.prove(CAR, { groups: [] }), item: null, events: [] })) as string;
const keysOf = (log: LedgerWorld): string => utf8Text(encodeProofDocument(log.proveKeys())) as string;
type Grown = ReturnType<typeof grown>;
const atPin = ({ pinned }: Grown) => server({ '/v1/log': pinned.text, '/v1/log/keys': pinned.keys });
const answersOf = ({ log, pinned }: Grown) => ({
  '/v1/log': textOf(log),
  '/v1/log/keys': keysOf(log),
  '/log/checkpoint': log.checkpoint(),
  '/v1/log/consistency': JSON.stringify({ hashes: log.consistency(pinned.size).map(toBase64), root: toBase64(log.root(pinned.size)) }),
  [`/v1/items/${encodeURIComponent(CAR)}/proof`]: utf8Text(log.encode(CAR)) as string,
});
const flags: TrustFlags = { key: [formatVerifierKey(logKey)] };

let folder: string;
const pinFile = (): string => join(folder, readdirSync(folder)[0] as string);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'custody-kept-times-'));
  process.env['CUSTODY_PINS_DIR'] = folder;
});
afterEach(() => {
  delete process.env['CUSTODY_PINS_DIR'];
  rmSync(folder, { recursive: true });
});

test('is kept with the pin, and moves on with it', async () => {
  const honest = grown(JULY);
  expect(await silent(() => pin(atPin(honest), flags))).toBe(0);
  expect(readPin(ORIGIN)?.time).toBe(JUNE);
  expect(await silent(() => verify(server(answersOf(honest)), CAR, {}))).toBe(0);
  expect(readPin(ORIGIN)).toMatchObject({ time: JULY, checkpoint: honest.log.checkpoint() });
});

test.each([
  ['an item', (lie: Grown) => verify(server(answersOf(lie)), CAR, {})],
  ['the log', (lie: Grown) => pin(server(answersOf(lie)), {})],
])('of %s whose later head is dated back: altered, and the pin stays', async (_, check) => {
  const lie = grown(LONG_BEFORE);
  expect(await silent(() => pin(atPin(lie), flags))).toBe(0);
  expect(await silent(() => check(lie))).toBe(10);
  expect(readPin(ORIGIN)).toMatchObject({ time: JUNE, checkpoint: lie.pinned.checkpoint });
});

test('is not known of an old pin, which counts as before and gets one with the next check; what is no time is no pin', async () => {
  const honest = grown(JULY);
  await silent(() => pin(atPin(honest), flags));
  const { time: _, ...older } = JSON.parse(readFileSync(pinFile(), 'utf8')) as Record<string, unknown>;
  writeFileSync(pinFile(), JSON.stringify(older));
  expect((await trustFor(honest.pinned.checkpoint, {}, null)).trust.kept).not.toHaveProperty('time');
  expect(await silent(() => verify(server(answersOf(honest)), CAR, {}))).toBe(0);
  expect(readPin(ORIGIN)?.time).toBe(JULY);
  writeFileSync(pinFile(), JSON.stringify({ ...older, time: '2026-06-01' }));
  expect(() => readPin(ORIGIN)).toThrow(expect.objectContaining({ code: 'pin.damaged' }) as Error);
});

describe('a sealed receipt', () => {
  const found = ({ verdict, statements }: Report) => [
    verdict,
    statements.find((one) => one.state === 'failed' || one.verdict !== undefined)?.code,
  ];
  /** Of an event under the second seal. */
  const receiptOf = (given: Grown, policy?: string) => {
    const { log } = given;
    const event = log.events[1]!;
    const note = log.checkpoint(policy === undefined ? {} : { witnesses: witnessKeys });
    const places = treesOf('local', event.document)!.map(({ group, item }) => ({ group, item, n: 1n }));
    const inclusion = { extra: null, index: event.index, hashes: log.inclusion(Number(event.index)), checkpoint: utf8(note) };
    const text = utf8Text(encodeSealedReceipt({ ...event, inclusion, places })) as string;
    const path = `/v1/events/${event.envelope.id}/proof`;
    const proof = utf8Text(encodeProofDocument(log.proveEvent(event))) as string;
    const list = utf8Text(log.encode(CAR, { groups: ['clear'], from: 1, to: 2, events: false })) as string;
    const lists = { [`/v1/items/${encodeURIComponent(CAR)}/proof`]: list };
    const answers = { ...answersOf(given), ...lists, '/log/checkpoint': note, [path]: proof };
    return verifyReceipt(receiptIn(text)!, server(answers), { ...flags, ...(policy === undefined ? {} : { witnesses: policy }) });
  };
  const keepFirst = ({ pinned: { checkpoint } }: Grown): void => {
    keepPin({ origin: ORIGIN, keys: [logKey], receiptKeys: [], checkpoint, time: JUNE, mapSalt: null, trees: [], witnesses: null });
  };

  it('under a seal that is dated back behind the pinned head is refused', async () => {
    const [honest, lie] = [grown(JULY), grown(LONG_BEFORE)];
    keepFirst(honest);
    const report = await receiptOf(honest);
    expect(report.statements.filter(({ step }) => step === 'time').map(({ state }) => state)).toEqual(['established', 'not-established']);
    expect(found(report)).toEqual(['verified', undefined]);
    keepFirst(lie);
    expect(found(await receiptOf(lie))).toEqual(['altered', 'proof.time-kept']);
  });

  it('under a seal after the cosignatures that were asked for is not verified', async () => {
    const policy = join(folder, 'policy');
    const witnesses = witnessKeys.map((key) => ({ vkey: formatVerifierKey(key) }));
    writeFileSync(policy, JSON.stringify({ witnesses, threshold: 2 }));
    expect(found(await receiptOf(grown(JULY), policy))).toEqual(['incomplete', 'proof.time-witnessed']);
  });
});
