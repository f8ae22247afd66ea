/** A log that ends, and the one that takes its place. */
import { join } from 'node:path';
import { encodeFreeze, logEnd, openCheckpoint, readNotice, signingKey, utf8, type LogEnd, type Notice, type SigningKey } from '#lib/ledger';
import {
  appendNotice,
  firstNotice,
  isFrozen,
  lastCheckpoint,
  ledgerConstants,
  lockHead,
  logSize,
  storeFault,
  type StorePool,
} from '#lib/store';
import { testDatabase } from '../../../libs/store/test-database.ts';
import { TestLedger } from '../test-processes/test-ledger.ts';
import { openSealer, type Sealer, type SealerOptions } from './index.ts';

let ledger: TestLedger;
let owner: StorePool;
let log: string;

beforeEach(async () => {
  ledger = await TestLedger.create();
  ({ owner, log } = ledger);
}, 60_000);
afterEach(() => ledger.drop());

const logKey = (origin: string): SigningKey<'log'> => signingKey('log', origin, new Uint8Array(32).fill(1));
const open = (more: Partial<SealerOptions> = {}): Promise<Sealer> =>
  openSealer({
    pool: ledger.database.pool('sealer'),
    origin: log,
    key: logKey(log),
    signedHeadFile: join(ledger.folder, 'head.json'),
    ...more,
  });

async function notices(): Promise<(Notice | null)[]> {
  const { rows } = await owner.query<{ bytes: Buffer }>('select bytes from ledger.notices order by log_index');
  return rows.map(({ bytes }) => readNotice(bytes));
}

/** The end of this log, as anybody reads it from its published head. */
async function publishedEnd(): Promise<LogEnd> {
  const opened = openCheckpoint(utf8((await lastCheckpoint(owner))?.note ?? ''), { log: [logKey(log)] });
  if (!opened.ok) throw new Error(opened.fault.detail);
  return logEnd(opened.value.checkpoint, opened.value.text);
}

const reason = 'the disk was damaged';

describe('a log that ends', () => {
  test('says so in an entry that its last head covers, and takes nothing more, from nobody', async () => {
    await ledger.project();
    await (await open()).seal();
    await ledger.project();
    await (await open({ endReason: reason })).end();
    const said = await notices();
    expect(said.at(-2)).toEqual({ kind: 'freeze', freeze: { log, reason } });
    const last = said.at(-1);
    const size = await logSize(owner);
    expect(last?.kind === 'seal' && last.seal.covers).toBe(BigInt(size - 1));
    expect((await publishedEnd()).size).toBe(BigInt(size));
    const refused = await ledger.project().catch((error: unknown) => error);
    expect(storeFault(refused)).toMatchObject({ code: 'log.frozen' });
    await expect(open()).rejects.toMatchObject({ code: 'log.frozen' });
    expect(await logSize(owner)).toBe(size);
    // Done once more it changes nothing.
    await (await open({ endReason: reason })).end();
    expect(await logSize(owner)).toBe(size);
  }, 60_000);

  test('has ended for ever: neither its sealer nor a mark that was taken away begins it again', async () => {
    await ledger.project();
    await (await open({ endReason: reason })).end();
    await expect(ledger.database.pool('sealer').query('update ledger.head set frozen = false')).rejects.toMatchObject({ code: 'CL002' });
    await owner.query('alter table ledger.head disable trigger all');
    await owner.query('update ledger.head set frozen = false');
    await expect(open()).rejects.toMatchObject({ code: 'log.frozen' });
  }, 60_000);

  test('is ended where the sealer was killed between the end and its seal', async () => {
    await ledger.project();
    let left = 2;
    const killed = await open({
      endReason: reason,
      failpoint: (name) => {
        if (name === 'before_begin' && --left === 0) throw new Error('killed');
      },
    });
    await expect(killed.end()).rejects.toThrow('killed');
    expect(await isFrozen(owner)).toBe(true);
    await expect(open()).rejects.toMatchObject({ code: 'log.frozen' });
    await (await open({ endReason: reason })).end();
    expect((await notices()).at(-1)?.kind).toBe('seal');
  }, 60_000);

  test('is ended by its operator alone: whoever writes an end into the database has none signed', async () => {
    await ledger.project();
    const sealer = await open();
    await owner.transaction(async (client) => appendNotice(client, await lockHead(client), encodeFreeze({ log, reason: 'because' })));
    await expect(sealer.seal()).rejects.toMatchObject({ code: 'log.frozen' });
    expect(await lastCheckpoint(owner)).toBeNull();
  }, 60_000);
});

describe('a log that takes the place of another', () => {
  test('says in its first entry where that one ended, and begins nowhere else', async () => {
    await ledger.project();
    await (await open({ endReason: reason })).end();
    const previous = await publishedEnd();
    const successor = await testDatabase();
    try {
      // Databases of suites are copies of one: this one is to be another log.
      await successor.pool('owner').query("update ledger.head set origin = origin || '-next'");
      const pool = successor.pool('sealer');
      const { origin } = await ledgerConstants(pool);
      const begin = (end?: LogEnd): Promise<Sealer> =>
        openSealer({
          pool,
          origin,
          key: logKey(origin),
          signedHeadFile: join(ledger.folder, 'next.json'),
          ...(end === undefined ? {} : { previous: end }),
        });
      await (await begin(previous)).seal();
      const genesis = readNotice((await firstNotice(pool))?.bytes ?? new Uint8Array());
      expect(genesis).toMatchObject({ kind: 'genesis', genesis: { log: origin, previous } });
      expect(origin).not.toBe(log);
      await begin(previous);
      await begin();
      await expect(begin({ ...previous, size: previous.size + 1n })).rejects.toMatchObject({ code: 'log.other-beginning' });
    } finally {
      await successor.drop();
    }
  }, 60_000);
});
