/** A submission from capture to its sealed receipt or its rejection, through a real ledger: what the submitter can show, he checks by himself. */
import { ACTOR_ROLES, ROOT_ACTOR } from '#lib/domain';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acceptDocument, type AcceptedDocument } from '#app/capture';
import { ledgerReads, readerOf, readReceiptStatus } from '#app/gateway';
import { decode } from '#app/projector';
import { openSealer, type Sealer } from '#app/sealer';
import { indexSighting, readSighting, type ReceiptStatus, type SightingDocument } from '#lib/contracts';
import {
  canonicalize,
  checkPlaces,
  checkPromiseKept,
  checkSealedContent,
  checkSubject,
  openReceipt,
  openRejection,
  openSealedReceipt,
  sha256Hex,
  signingKey,
  signReceipt,
  utf8,
  type CaptureReceipt,
  type SigningKey,
} from '#lib/ledger';
import { ledgerConstants, markRetried, oldestUnsealed, projectBatch, type DeadLetter, type StorePool } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../libs/store/test-database.ts';

const PUBLISHER = Buffer.alloc(32, 7);
const CAPTURED = '2026-11-24T02:10:00.000000Z';
const PARTITION = { clusterId: 'c', topicId: 't', topic: 'sightings', partition: 0 };

let database: TestDatabase;
let owner: StorePool;
let folder: string;
let log: string;
let receiptKey: SigningKey<'receipt'>;
let offset = 0;

beforeEach(async () => {
  database = await testDatabase();
  owner = database.pool('owner');
  folder = mkdtempSync(join(tmpdir(), 'receipts-'));
  log = (await ledgerConstants(owner)).origin;
  receiptKey = signingKey('receipt', `${log}/receipt`, new Uint8Array(32).fill(3));
  offset = 0;
}, 60_000);
afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

const logKey = (): SigningKey<'log'> => signingKey('log', log, new Uint8Array(32).fill(1));
const open = (): Promise<Sealer> =>
  openSealer({
    pool: database.pool('sealer'),
    origin: log,
    key: logKey(),
    receiptKeys: [receiptKey],
    signedHeadFile: join(folder, 'head.json'),
  });

const sighting = (id: string, more: Partial<SightingDocument> = {}): SightingDocument => ({
  id,
  kind: 'observation',
  handling: { tlp: 'AMBER', agencies: ['customs'] },
  items: [
    { id: 'vin:WDDSYNTH9JA000001', role: 'subject' },
    { id: 'container:SYNU0000014', role: 'background' },
  ],
  source: { kind: 'photo' },
  ...more,
});
const bytesOf = (document: SightingDocument): Buffer => Buffer.from(canonicalize(document as never), 'utf8');

function accept(document: SightingDocument): AcceptedDocument {
  const context = {
    agency: 'local',
    principal: 'operator',
    roles: ACTOR_ROLES,
    captured: CAPTURED,
    publisherKey: PUBLISHER,
    requestId: 'r',
  };
  const accepted = acceptDocument(bytesOf(document), context, () => 'never');
  if (!accepted.ok) throw new Error(JSON.stringify(accepted.faults));
  return accepted;
}

/** As the projector takes the record up; `spoil` is what happens to it on its way. */
async function project(
  document: SightingDocument,
  spoil: (headers: Record<string, string>) => Record<string, string> = (headers) => headers,
) {
  const { key, value, headers } = accept(document);
  const decoded = decode({ offset, key: Buffer.from(key), value, headers: spoil({ ...headers }) }, new Map([['local', [PUBLISHER]]]));
  const [events, dead] = 'event' in decoded ? [[decoded.event], [] as DeadLetter[]] : [[], [decoded.dead]];
  await projectBatch(database.pool('projector'), PARTITION, offset, offset + 1, events, dead);
  offset += 1;
}

async function ask(id: string, content?: string): Promise<ReceiptStatus | null> {
  const reads = await ledgerReads(database.pool('gateway'));
  const reader = await readerOf({ reads, breaksGlass: () => false }, ROOT_ACTOR);
  return readReceiptStatus(reads.as(reader), receiptKey, reader, {
    agency: 'local',
    id,
    ...(content === undefined ? {} : { content }),
  });
}

function promised(document: SightingDocument): CaptureReceipt {
  const said = {
    log,
    agency: 'local',
    id: document.id ?? '',
    contentHash: sha256Hex(bytesOf(document)),
    captured: CAPTURED,
    durability: 'single-node',
  } as const;
  const opened = openReceipt(signReceipt(said, receiptKey), { log, keys: [receiptKey] });
  if (!opened.ok) throw new Error(opened.fault.detail);
  return opened.value.value;
}

/** Everything that the submitter can check with his own bytes, his receipt, and the log's key. */
function checkSealed(document: SightingDocument, status: ReceiptStatus | null): bigint {
  const opened = openSealedReceipt(utf8(status?.sealed ?? ''), { log: [logKey()] });
  if (!opened.ok) throw new Error(opened.fault.detail);
  const { sealed } = opened.value;
  const read = readSighting(document, { agency: 'local', id: document.id ?? '', principal: 'operator' });
  if (!read.ok) throw new Error('not a sighting');
  const { items, groups } = indexSighting(read.sighting);
  const trees = items.flatMap((item) => groups.map((group) => ({ group, item })));
  for (const checked of [
    checkSealedContent(sealed, bytesOf(document)),
    checkPlaces(sealed, trees),
    checkPromiseKept(opened.value, bytesOf(document), promised(document)),
  ])
    expect(checked).toMatchObject({ ok: true });
  return sealed.inclusion.index;
}

describe('a submission', () => {
  test('is unknown, then pending, then sealed under a head that was published', async () => {
    expect(await ask('a')).toBeNull();
    const sealer = await open();
    await project(sighting('a'));
    const contentHash = sha256Hex(bytesOf(sighting('a')));
    expect(await ask('a')).toEqual({ status: 'pending', log, agency: 'local', id: 'a', contentHash, sealed: null, rejection: null });
    expect(await ask('a', contentHash)).toMatchObject({ status: 'pending' });
    await sealer.seal();
    expect(checkSealed(sighting('a'), await ask('a'))).toBe(3n);
    for (let n = 0; n < 20; n++) await project(sighting(`b${n}`));
    await sealer.seal();
    for (const id of ['a', 'b0', 'b19']) checkSealed(sighting(id), await ask(id, sha256Hex(bytesOf(sighting(id)))));
    const last = JSON.parse((await ask('b19'))?.sealed ?? '') as { places: { n: number }[] };
    expect(last.places.map(({ n }) => n)).toEqual([20, 20, 20, 20]);
  }, 60_000);

  test('without items is sealed with no place', async () => {
    const bare = sighting('bare', { items: [] });
    await project(bare);
    await (await open()).seal();
    checkSealed(bare, await ask('bare'));
  }, 60_000);

  test('that waits behind what a seal covers is pending, though it is in the tree of the head', async () => {
    const sealer = await openSealer({
      pool: database.pool('sealer'),
      origin: log,
      key: logKey(),
      signedHeadFile: join(folder, 'head.json'),
      failpoint: async (name) => {
        if (name === 'after_items' && offset === 1) await project(sighting('late'));
      },
    });
    await project(sighting('a'));
    await sealer.seal();
    expect(await ask('late')).toMatchObject({ status: 'pending' });
    await sealer.seal();
    checkSealed(sighting('late'), await ask('late'));
  }, 60_000);

  test('of an id that was taken is rejected for its bytes, and the ones that stand are not', async () => {
    const other = sighting('a', { statement: 'other' });
    await project(sighting('a'));
    await project(other);
    await (await open()).seal();
    checkSealed(sighting('a'), await ask('a'));
    const status = await ask('a', sha256Hex(bytesOf(other)));
    const opened = openRejection(utf8(status?.rejection ?? ''), { log, keys: [receiptKey] });
    if (!opened.ok) throw new Error(opened.fault.detail);
    expect(opened.value.value.code).toBe('event.id-conflict');
    expect(checkSubject(opened.value.value, { agency: 'local', id: 'a', content: bytesOf(other) })).toMatchObject({ ok: true });
    expect(await ask('a', '0'.repeat(64))).toBeNull();
  }, 60_000);

  test('that became a dead letter is rejected with its reason, and pending when it was sent again', async () => {
    await project(sighting('a'), (headers) => ({ ...headers, ce_id: 'other' }));
    for (const content of [undefined, sha256Hex(bytesOf(sighting('a')))]) {
      const status = await ask('a', content);
      const opened = openRejection(utf8(status?.rejection ?? ''), { log, keys: [receiptKey] });
      expect(opened).toMatchObject({ ok: true, value: { value: { code: 'record.header-mismatch', id: 'a' } } });
    }
    await markRetried(database.pool('operator'), 1);
    expect(await ask('a')).toMatchObject({ status: 'pending', rejection: null });
    await project(sighting('a'));
    await (await open()).seal();
    checkSealed(sighting('a'), await ask('a'));
  }, 60_000);

  test('is not rejected by a record that its publisher did not sign', async () => {
    await project(sighting('a'), (headers) => ({ ...headers, 'custody-mac': '0'.repeat(64) }));
    expect(await ask('a')).toBeNull();
  }, 60_000);

  test('gets no sealed receipt that leaves out an item tree', async () => {
    await project(sighting('a'));
    await (await open()).seal();
    await owner.query(
      'delete from proof.item_leaves where ctid in (select ctid from proof.item_leaves where log_index = (select max(log_index) from ledger.entries) limit 1)',
    );
    await expect(ask('a')).rejects.toThrow('not stored whole');
  }, 60_000);

  test('that waits is the oldest of which the ledger knows, until a published head covers it', async () => {
    const oldest = (): Promise<number | null> => oldestUnsealed(database.pool('operator'));
    expect(await oldest()).toBeNull();
    await project(sighting('a'));
    expect(await oldest()).toBe(Date.parse(CAPTURED) * 1_000);
    const sealer = await open();
    await sealer.seal();
    expect(await oldest()).toBeNull();
    await project(sighting('b'));
    expect(await oldest()).not.toBeNull();
  }, 60_000);
});
