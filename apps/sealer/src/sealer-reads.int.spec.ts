/** A sealer that stood still while people read: each seal for reads takes in a piece, however many wait. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { signingKey } from '#lib/ledger';
import { appendReads, type StoreClient, type StorePool } from '#lib/store';
import { TestLedger } from '../test-processes/test-ledger.ts';
import { openSealer, type Sealer } from './index.ts';

const TILE = 256;
let ledger: TestLedger;

beforeEach(async () => {
  ledger = await TestLedger.create();
}, 60_000);
afterEach(() => ledger.drop());

interface Said {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A sealer, and what its transactions said to the database since it was opened. */
async function heard(entriesMax: number): Promise<{ sealer: Sealer; said: Said[] }> {
  const of = ledger.database.pool('sealer');
  const said: Said[] = [];
  const hear = (client: StoreClient): StoreClient => ({
    ...client,
    query: (text, values = []) => (said.push({ text, values }), client.query(text, values)),
    copyOut: (text) => (said.push({ text, values: [] }), client.copyOut(text)),
  });
  const pool: StorePool = { ...of, transaction: (work) => of.transaction((client) => work(hear(client))) };
  const sealer = await open(pool, entriesMax);
  said.length = 0;
  return { sealer, said };
}

const open = (pool = ledger.database.pool('sealer'), entriesMax = 100): Promise<Sealer> =>
  openSealer({
    ...{ pool, origin: ledger.log, entriesMax },
    ...{ key: signingKey('log', ledger.log, new Uint8Array(32).fill(7)), signedHeadFile: join(ledger.folder, 'head.json') },
  });

/** Bytes of tiles with each statement that wrote some. */
const tileBytes = (said: readonly Said[]): number[] =>
  said
    .filter(({ text }) => /^insert into proof\.(?:access_)?tiles/.test(text))
    .map(({ values }) => (values[2] as Buffer[]).reduce((total, { length }) => total + length, 0));

/** What so many fill at most: besides them the tile that they begin in, and the last one of each level. */
const tileBytesMax = (entries: number): number => (entries + 3 * TILE) * 32;

async function appendManyReads(count: number): Promise<void> {
  const row = { tenant: 't', agency: 'a', principal: 'p', items: [], evidence: [], secret: Buffer.alloc(32), bytes: Buffer.from('{}') };
  const rows = Array.from({ length: count }, (_, n) => ({ ...row, commitment: createHash('sha256').update(String(n)).digest() }));
  await appendReads(ledger.database.pool('access'), rows, false);
}

test('of reads it seals a piece at a time, until none waits', async () => {
  await appendManyReads(2_100);
  const { sealer, said } = await heard(500);
  const sealed: (number | null | undefined)[] = [];
  while ((await sealer.readsWaiting()) > 0) sealed.push((await sealer.seal({ forReads: true }))?.accessSize);
  expect(sealed).toEqual([500, 1_000, 1_500, 2_000, 2_100]);
  expect(Math.max(...tileBytes(said))).toBeLessThanOrEqual(tileBytesMax(500));
  expect(await (await open()).readsWaiting()).toBe(0);
}, 60_000);
