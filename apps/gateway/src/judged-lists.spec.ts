/** Judged lists as they are remembered: of many none is judged twice, and there is an end to what they take. */
import { BATCH_MEMBERS_MAX } from '#lib/contracts';
import { formatVerifierKey, sha256Hex, signBatch, signingKey, utf8 } from '#lib/ledger';
import type { EventRow } from '#lib/store';
import { JudgedLists, LIST_BYTES, MEMBER_BYTES, Members, REMEMBERED_BYTES_MAX } from './judged-lists.ts';
import { LISTS_LOOKED_MAX } from './signatures.ts';

const LOG = 'custody.example/log';
const KEY = signingKey('submitter', 'acme/import', new Uint8Array(32).fill(5));
const hashOf = (n: number): string => sha256Hex(utf8(String(n)));
const none = Buffer.alloc(32);

/** A signed list of ids that no other list has. */
function listAt(logIndex: number, count: number, log = LOG): EventRow {
  const members = Array.from({ length: count }, (_, n) => [`${logIndex}-${n}`, hashOf(n)] as const);
  const signature = { vkey: formatVerifierKey(KEY), value: signBatch(KEY, { log, agency: 'acme', members }) };
  const id = `list-${logIndex}`;
  const batch = {
    batch: id,
    mapping: 'm/1',
    members: members.map(([member]) => member),
    hashes: members.map(([, hash]) => hash),
    signature,
  };
  const document = { id, kind: 'batch', handling: { tlp: 'CLEAR' }, source: { kind: 'import' }, extension: { batch } };
  const content = Buffer.from(JSON.stringify(document));
  return { logIndex, agency: 'acme', id, principal: 'eva', capturedMicros: 1, content, commitment: none, contentHash: none, secret: none };
}

function asked(bytesMax?: number): { lists: JudgedLists; judged: number[]; ask: (row: EventRow) => Promise<void> } {
  const judged: number[] = [];
  const keyAt = (_agency: string, _vkey: string, logIndex: number): Promise<'valid'> => {
    judged.push(logIndex);
    return Promise.resolve('valid');
  };
  const lists = bytesMax === undefined ? new JudgedLists(LOG, keyAt) : new JudgedLists(LOG, keyAt, bytesMax);
  const ask = async (row: EventRow): Promise<void> => {
    if (lists.known(row.logIndex) === undefined) await lists.take(row);
  };
  return { lists, judged, ask };
}

test('a page with 51 lists of 4,000 members is judged once', async () => {
  const rows = Array.from({ length: 51 }, (_, n) => listAt(n, 4_000));
  const { judged, ask } = asked();
  for (const row of rows) await ask(row);
  expect(judged).toHaveLength(51);
  for (const row of rows) await ask(row);
  expect(judged).toHaveLength(51);
}, 120_000);

test('all lists that one answer looks at, each as long as one may be, are remembered at once', () => {
  expect(LISTS_LOOKED_MAX * (LIST_BYTES + BATCH_MEMBERS_MAX * MEMBER_BYTES)).toBeLessThanOrEqual(REMEMBERED_BYTES_MAX);
});

test('where there is no room, what nobody asked for the longest goes, and nothing else', async () => {
  // Three lists of a hundred have room, and no fourth.
  const { lists, judged, ask } = asked(3 * 2_100 + 1_000);
  for (const n of [0, 1, 2]) await ask(listAt(n, 100));
  await ask(listAt(0, 100));
  await ask(listAt(3, 100));
  expect([0, 1, 2, 3].map((n) => lists.known(n)?.standing)).toEqual(['valid', undefined, 'valid', 'valid']);
  // One that is judged anew, as where it was marked, takes no more than it did.
  for (let n = 0; n < 10; n++) await lists.take(listAt(3, 100));
  expect([0, 2, 3].map((n) => lists.known(n)?.standing)).toEqual(['valid', 'valid', 'valid']);
  expect(judged.slice(0, 4)).toEqual([0, 1, 2, 3]);
});

test('a list that was signed for another log is bad; its key is not asked about', async () => {
  const { lists, judged } = asked();
  expect((await lists.take(listAt(0, 3, 'staging.example/log')))?.standing).toBe('bad');
  expect(judged).toEqual([]);
  // Control: the same list for this log.
  expect((await lists.take(listAt(1, 3)))?.standing).toBe('valid');
});

test('members are known by id and hash together', () => {
  const members = new Members([
    ['a', hashOf(1)],
    ['b', hashOf(2)],
  ]);
  expect([members.has('a', hashOf(1)), members.has('b', hashOf(2))]).toEqual([true, true]);
  expect([members.has('a', hashOf(2)), members.has('b', hashOf(1)), members.has('c', hashOf(1))]).toEqual([false, false, false]);
  expect(new Members([]).has('a', hashOf(1))).toBe(false);
});
