/** Keys as entries of the log: the sealer says them, seals them, and stands by them. */
import { join } from 'node:path';
import {
  encodeKeyNotice,
  formatVerifierKey,
  itemRootOf,
  keyNoticeOf,
  keysAt,
  KEYS_TREE,
  leafHash,
  mapKey,
  openCheckpoint,
  readNotice,
  signingKey,
  utf8,
  type PlacedKeyNotice,
  type SigningKey,
  type VerifierKey,
} from '#lib/ledger';
import { appendNotice, lastCheckpoint, ledgerConstants, lockHead, type StorePool } from '#lib/store';
import { TestLedger } from '../test-processes/test-ledger.ts';
import { openSealer, type DeclaredKeys, type Sealer } from './index.ts';

let ledger: TestLedger;
let owner: StorePool;
let log: string;

beforeEach(async () => {
  ledger = await TestLedger.create();
  ({ owner, log } = ledger);
}, 60_000);
afterEach(() => ledger.drop());

const logKey = (n: number): SigningKey<'log'> => signingKey('log', log, new Uint8Array(32).fill(n));
const receiptKey = (n: number): VerifierKey<'receipt'> => signingKey('receipt', `${log}/receipt`, new Uint8Array(32).fill(n));
const text = formatVerifierKey;

const open = (keys: Partial<DeclaredKeys> = {}): Promise<Sealer> =>
  openSealer({
    pool: ledger.database.pool('sealer'),
    origin: log,
    key: logKey(1),
    receiptKeys: [receiptKey(1)],
    signedHeadFile: join(ledger.folder, 'head.json'),
    ...keys,
  });

/** Seals until nothing waits: a notice that would wait for ever, or be sealed for ever, shows here. */
async function sealAll(sealer: Sealer): Promise<number> {
  for (let seals = 0; ; seals++) {
    if (seals > 5) throw new Error('seals without end');
    if ((await sealer.waiting()) === 0) {
      expect(await sealer.seal()).toBeNull();
      return seals;
    }
    await sealer.seal();
  }
}

/** The list of keys as a stranger establishes it: the tree of key notices under the map root of the last seal. */
async function keyNotices(): Promise<PlacedKeyNotice[]> {
  const { mapSalt } = await ledgerConstants(owner);
  const key = mapKey(mapSalt, KEYS_TREE.group, KEYS_TREE.item);
  const { rows } = await owner.query<{ logIndex: number; bytes: Buffer; hashes: Buffer }>(
    `select l.log_index as "logIndex", n.bytes, l.hashes from proof.items i join proof.item_leaves l using (item)
      join ledger.notices n using (log_index) where i.map_key = $1::bytea order by l.n`,
    [key],
  );
  const pairs = rows.map(({ logIndex, bytes }) => ({ index: BigInt(logIndex), leafHash: leafHash(bytes) }));
  if (pairs.length > 0) expect(itemRootOf(pairs, BigInt(1 << 30)).ok).toBe(true);
  return rows.map(({ logIndex, bytes }) => {
    const notice = readNotice(bytes);
    if (notice?.kind !== 'key') throw new Error('another entry in the tree of key notices');
    return { index: BigInt(logIndex), key: notice.key };
  });
}

async function heldKeys(): Promise<string[]> {
  const held = keysAt(await keyNotices(), log, BigInt((await lastCheckpoint(owner))?.size ?? 0));
  return [...held.log, ...held.receipt].map(text);
}

/** Whether the published head opens for who knows this key alone. */
async function opensBy(key: VerifierKey<'log'>): Promise<boolean> {
  return openCheckpoint(utf8((await lastCheckpoint(owner))?.note ?? ''), { log: [key] }).ok;
}

describe('the keys of a log', () => {
  test('are its first entries behind the genesis, sealed once, and not said again at the next start', async () => {
    expect(await sealAll(await open())).toBe(1);
    expect(await heldKeys()).toEqual([text(logKey(1)), text(receiptKey(1))]);
    expect(await sealAll(await open())).toBe(0);
    await ledger.project();
    const sealer = await open();
    await sealAll(sealer);
    expect(await keyNotices()).toHaveLength(2);
  }, 60_000);

  test('of a log that has sealed without saying them are said at the next start', async () => {
    await ledger.project();
    const sealer = await open();
    // As the program before wrote it: a genesis, and nothing about keys.
    await owner.query('alter table ledger.notices disable trigger all');
    const { rowCount } = await owner.query(`delete from ledger.notices where convert_from(bytes, 'UTF8') like '{"key":%'`);
    await owner.query('update ledger.head set size = size - $1', [rowCount]);
    await owner.query('alter table ledger.notices enable trigger all');
    await sealAll(sealer);
    expect(await keyNotices()).toEqual([]);
    await sealAll(await open());
    expect(await heldKeys()).toEqual([text(logKey(1)), text(receiptKey(1))]);
    await ledger.project();
    await sealAll(await open());
  }, 60_000);

  test('rotate: both sign while the former one is configured, and then its revocation is an entry', async () => {
    await ledger.project();
    await sealAll(await open());
    await sealAll(await open({ key: logKey(2), formerKeys: [logKey(1)] }));
    expect(await opensBy(logKey(1))).toBe(true);
    expect(await opensBy(logKey(2))).toBe(true);
    expect(await heldKeys()).toEqual([text(logKey(1)), text(logKey(2)), text(receiptKey(1))]);
    await sealAll(await open({ key: logKey(2), revokedKeys: [text(logKey(1))] }));
    expect(await opensBy(logKey(1))).toBe(false);
    expect(await opensBy(logKey(2))).toBe(true);
    expect(await heldKeys()).toEqual([text(logKey(2)), text(receiptKey(1))]);
    await expect(open({ key: logKey(1), formerKeys: [logKey(2)] })).rejects.toMatchObject({ code: 'key.revoked' });
    await expect(open({ key: logKey(3) })).rejects.toMatchObject({ code: 'key.other' });
    await ledger.project();
    await sealAll(await open({ key: logKey(2) }));
  }, 60_000);

  test('rotated, a database that was put back to an older state is refused as before, and gets no entry', async () => {
    await ledger.project();
    const sealer = await open();
    await sealer.seal();
    await ledger.project();
    await sealer.seal();
    await ledger.forgetLastSeal();
    const before = await owner.query('select from ledger.notices');
    await expect(open({ key: logKey(2), formerKeys: [logKey(1)] })).rejects.toMatchObject({ code: 'seal.rollback' });
    expect((await owner.query('select from ledger.notices')).rowCount).toBe(before.rowCount);
  }, 60_000);

  test.each([
    ['before the seal', false],
    ['while it seals', true],
  ])(
    'are certified by nobody who can write to the database: an entry of his own, %s, is not signed',
    async (_, during) => {
      await ledger.project();
      const forge = (): Promise<void> =>
        owner.transaction(async (client) => {
          await appendNotice(
            client,
            await lockHead(client),
            encodeKeyNotice(keyNoticeOf('certify', log, signingKey('log', log, new Uint8Array(32).fill(66)))),
          );
        });
      let isOpen = true;
      const sealer = await openSealer({
        pool: ledger.database.pool('sealer'),
        origin: log,
        key: logKey(1),
        signedHeadFile: join(ledger.folder, 'head.json'),
        failpoint: async (name) => {
          if (during && name === 'after_items' && isOpen) {
            isOpen = false;
            await forge();
          }
        },
      });
      if (!during) await forge();
      await expect(sealer.seal()).rejects.toMatchObject({ code: 'seal.foreign-key' });
      expect(await lastCheckpoint(owner)).toBeNull();
    },
    60_000,
  );
});
