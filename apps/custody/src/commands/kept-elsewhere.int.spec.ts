/** What an audit is held against: a receipt or a cosigned head finds what the database alone cannot show. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audit, type AuditReport } from '#app/audit';
import { cosign, formatNote, formatVerifierKey, openNote, signingKey, signText, utf8, utf8Text } from '#lib/ledger';
import { lastCheckpoint, type StoreClient } from '#lib/store';
import { drilledLedger, type DrilledLedger } from '../drill/drilled-ledger.contract.ts';
import { placesOf, receiptOf } from '../drill/receipts.ts';
import { rewriteProof } from '../drill/rewrite.ts';
import { CommandError } from '../exit-codes.ts';
import { keptElsewhere, publishedUnder } from './kept-elsewhere.ts';

let ledger: DrilledLedger;
let client: StoreClient;
let folder: string;
/** A sealed receipt of the first event, and the newest head. */
let receipt: string;
let note: string;
const path = (name: string): string => join(folder, name);
const witness = signingKey('witness', 'w.example', new Uint8Array(32).fill(9));

beforeAll(async () => {
  ledger = await drilledLedger(11, 8);
  client = await ledger.copy.pool.connect();
  folder = mkdtempSync(join(tmpdir(), 'kept-elsewhere-'));
  const [event] = ledger.copy.events;
  if (event === undefined) throw new Error('no event');
  receipt = utf8Text(await receiptOf(client, event, await placesOf(client, ledger.copy, event))) as string;
  note = (await lastCheckpoint(client))?.note ?? '';
  writeFileSync(path('receipts.jsonl'), `${receipt}\n\n${receipt}\n`);
  writeFileSync(path('policy.json'), JSON.stringify({ witnesses: [{ vkey: formatVerifierKey(witness) }], threshold: 1 }));
}, 60_000);
afterAll(async () => {
  client.release();
  await ledger.copy.close();
  rmSync(folder, { recursive: true });
});

/** The audit of a history that somebody with the key wrote anew, another entry in the place of the first. */
async function writtenAnew(given: Parameters<typeof keptElsewhere>[0]): Promise<AuditReport> {
  const { copy } = ledger;
  await client.query('begin');
  try {
    await client.query('set local session_replication_role = replica');
    await client.query(
      'update ledger.entries set commitment = sha256(commitment) where log_index = (select min(log_index) from ledger.entries)',
    );
    await rewriteProof(client, { origin: copy.origin, key: copy.key });
    return await audit(client, { keys: copy.keys, anchors: keptElsewhere(given, copy.keys), content: false });
  } finally {
    await client.query('rollback');
  }
}

test('a sealed receipt finds a history that was written anew and signed; without it that is verified', async () => {
  const receipts = [path('receipts.jsonl')];
  const anchors = keptElsewhere({ receipts }, ledger.copy.keys);
  expect(anchors).toMatchObject([{ kind: 'pin', size: ledger.copy.newest.size, witnesses: [] }]);
  expect(await audit(client, { keys: ledger.copy.keys, anchors })).toMatchObject({ verdict: 'verified', anchors: [{ outcome: 'holds' }] });
  expect(await writtenAnew({ receipts })).toMatchObject({
    verdict: 'altered',
    counts: { 'audit.fork': 1 },
    anchors: [{ outcome: 'fork' }],
  });
  expect(await writtenAnew({})).toMatchObject({ verdict: 'verified', counts: {} });
});

test('what is no sealed receipt of this log is refused, and the line is named', () => {
  const key = signingKey('log', ledger.copy.origin, new Uint8Array(32).fill(1));
  writeFileSync(path('broken.jsonl'), `${receipt}\n{"v":1}\n`);
  expect(() => keptElsewhere({ receipts: [path('broken.jsonl')] }, ledger.copy.keys)).toThrow(/broken\.jsonl, line 2/);
  expect(() => keptElsewhere({ receipts: [path('receipts.jsonl')] }, [key])).toThrow(CommandError);
});

test('heads have to be cosigned as a policy asks, and who cosigned them is told', () => {
  const { key, keys } = ledger.copy;
  const opened = openNote(utf8(note), [key]);
  if (!opened.ok) throw new Error(opened.fault.detail);
  const { text } = opened.value;
  writeFileSync(path('cosigned.txt'), formatNote(text, [signText(key, text), cosign(witness, text, 1_700_000_000n)]));
  writeFileSync(path('alone.txt'), note);
  const witnesses = path('policy.json');
  expect(keptElsewhere({ pin: [path('cosigned.txt')], witnesses }, keys)).toMatchObject([{ witnesses: ['w.example'] }]);
  expect(() => keptElsewhere({ witnesses: path('alone.txt') }, keys)).toThrow(expect.objectContaining({ code: 'pin.policy' }) as Error);
  for (const given of [{ pin: [path('alone.txt')] }, { receipts: [path('receipts.jsonl')] }]) {
    expect(keptElsewhere(given, keys)).toMatchObject([{ witnesses: [] }]);
    expect(() => keptElsewhere({ ...given, witnesses }, keys)).toThrow(
      expect.objectContaining({ code: 'audit.unwitnessed', exitCode: 13 }) as Error,
    );
  }
});

test('the answer of the server is taken as verify takes it, and what carries no head is called by its name', () => {
  const [event] = ledger.copy.events;
  if (event === undefined) throw new Error('no event');
  const { agency, id, contentHash } = event;
  const answer = (more: object): string => `${JSON.stringify({ log: ledger.copy.origin, agency, id, contentHash, ...more })}\n`;
  writeFileSync(path('answer.json'), answer({ status: 'sealed', sealed: receipt, rejection: null }));
  expect(keptElsewhere({ receipts: [path('answer.json')] }, ledger.copy.keys)).toMatchObject([{ size: ledger.copy.newest.size }]);
  writeFileSync(path('pending.json'), answer({ status: 'pending', sealed: null, rejection: null }));
  expect(() => keptElsewhere({ receipts: [path('pending.json')] }, ledger.copy.keys)).toThrow('this is no sealed receipt');
});

test('the newest published head has to be cosigned as a policy asks, with nothing else kept', () => {
  const { key, keys, newest } = ledger.copy;
  const witnesses = path('policy.json');
  const unwitnessed = expect.objectContaining({ code: 'audit.unwitnessed', exitCode: 13 }) as Error;
  expect(() => publishedUnder(witnesses, { size: newest.size, note }, keys)).toThrow(unwitnessed);
  expect(() => publishedUnder(witnesses, null, keys)).toThrow(unwitnessed);
  const opened = openNote(utf8(note), [key]);
  if (!opened.ok) throw new Error(opened.fault.detail);
  const { text } = opened.value;
  const signed = signText(key, text);
  const good = utf8Text(formatNote(text, [signed, cosign(witness, text, 1_700_000_000n)])) as string;
  expect(publishedUnder(witnesses, { size: newest.size, note: good }, keys)).toEqual({ size: newest.size, witnesses: ['w.example'] });
  // One bit of the stored cosignature.
  const bad = good.replace(/.{3}\n$/, (end) => `${end.startsWith('A') ? 'B' : 'A'}${end.slice(1)}`);
  expect(() => publishedUnder(witnesses, { size: newest.size, note: bad }, keys)).toThrow(unwitnessed);
});

test('a key that is given is believed whatever the stored log says of it; one that only the log names is not, once it revokes it', () => {
  const { key, keys, origin } = ledger.copy;
  const vkey = formatVerifierKey(key);
  const notice = (action: 'certify' | 'revoke', index: bigint) => ({ index, key: { action, log: origin, use: 'log' as const, vkey } });
  writeFileSync(path('head.txt'), note);
  const kept = [{ pin: [path('head.txt')] }, { receipts: [path('receipts.jsonl')] }];
  const planted = [notice('revoke', 0n)];
  for (const given of kept) expect(keptElsewhere(given, keys, planted)).toMatchObject([{ kind: 'pin', size: ledger.copy.newest.size }]);
  const other = [signingKey('log', origin, new Uint8Array(32).fill(1))];
  for (const given of kept) {
    expect(keptElsewhere(given, other, [notice('certify', 0n)])).toHaveLength(1);
    expect(() => keptElsewhere(given, other, [notice('certify', 0n), notice('revoke', 1n)])).toThrow(CommandError);
  }
});
