/** Proofs made from what a sealer stored in a real database are those that a verifier takes, of any published head, before and after restarts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Proofs, ledgerReads, type LedgerReads, readerOf } from '#app/gateway';
import { openSealer, type Sealer } from '#app/sealer';
import { indexSighting, readSighting, type SightingDocument } from '#lib/contracts';
import { ROOT_ACTOR, formatInstant } from '#lib/domain';
import {
  canonicalize,
  commit,
  encodeProofDocument,
  type JsonValue,
  KEYS_TREE,
  sha256Hex,
  signingKey,
  utf8,
  type SigningKey,
  verifyProof,
  type Question,
  type Report,
} from '#lib/ledger';
import { ledgerConstants, projectBatch, type ProjectedEvent } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../libs/store/test-database.ts';

const CAR = 'vin:WDDSYNTH9JA000001';
const AGENCY = 'local';
const CAPTURED = 1_767_225_600_000_000;
const partition = { clusterId: 'c', topicId: 't', topic: 's', partition: 0 };

let database: TestDatabase;
let folder: string;
let reads: LedgerReads;
let key: SigningKey<'log'>;
let sealer: Sealer;
let offset = 0;

beforeAll(async () => {
  database = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'proofs-'));
  reads = await ledgerReads(database.pool('gateway'));
  key = signingKey('log', reads.origin, new Uint8Array(32).fill(7));
  sealer = await reopen();
}, 60_000);
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

async function reopen(): Promise<Sealer> {
  const pool = database.pool('sealer');
  return openSealer({ pool, origin: (await ledgerConstants(pool)).origin, key, signedHeadFile: join(folder, 'head.json') });
}

const seen = (id: string, items: readonly string[], tlp: 'CLEAR' | 'GREEN' | 'AMBER' = 'CLEAR'): SightingDocument => ({
  id,
  kind: 'observation',
  handling: { tlp },
  source: { kind: 'photo' },
  items: items.map((item) => ({ id: item, role: 'subject' })),
});

function projected(document: SightingDocument, agency: string): ProjectedEvent {
  const content = Buffer.from(canonicalize(document as unknown as JsonValue));
  const ref = { agency, id: document.id ?? '', principal: 'operator' };
  const read = readSighting(document, ref);
  if (!read.ok) throw new Error(JSON.stringify(read));
  const secret = sha256Hex(utf8(`secret ${agency}/${ref.id}`));
  const envelope = { ...ref, captured: formatInstant(CAPTURED) };
  return {
    ...ref,
    commitment: commit(envelope, document as never, Buffer.from(secret, 'hex')),
    contentHash: sha256Hex(content),
    secret,
    capturedMicros: CAPTURED,
    content,
    ...indexSighting(read.sighting),
    offset: offset++,
    raw: content,
  };
}

async function add(documents: readonly SightingDocument[], agency = AGENCY): Promise<void> {
  const from = offset;
  const events = documents.map((document) => projected(document, agency));
  await projectBatch(database.pool('projector'), partition, from, offset, events, []);
}

async function prove(
  item: string,
  more: { size?: number; from?: number; to?: number; group?: string; events?: boolean } = {},
): Promise<Report> {
  const proofs = new Proofs(reads);
  const reader = await readerOf({ reads, breaksGlass: () => false }, ROOT_ACTOR);
  const groups = more.group === undefined ? [...reader.groupNames].sort() : [more.group];
  const { from = 0, to = Infinity, events = true } = more;
  const document = await proofs.item(await proofs.head(more.size), reader, {
    item,
    groups,
    stretch: { from, to },
    events,
    inclusion: events,
  });
  const stretch = more.from === undefined ? {} : { stretch: { from: BigInt(from), to: BigInt(to) } };
  const question: Question = { item, groups, allEvents: events, inclusion: events, ...stretch };
  return verifyProof(encodeProofDocument(document), { log: [key] }, question).report;
}

const listed = ({ statements }: Report): string[] =>
  statements.flatMap(({ step, about, says }) => (step === 'map' ? [`${about}: ${says}`] : []));

test('an item, with what the reader may see, and not what he may not', async () => {
  await add([seen('e-1', [CAR]), seen('e-2', [CAR, 'container:SYNU0000014'], 'GREEN'), seen('e-3', [CAR], 'AMBER'), seen('e-4', [])]);
  await add([seen('e-5', [CAR], 'AMBER')], 'other');
  await sealer.seal();
  const report = await prove(CAR);
  expect([report.verdict, report.summary]).toEqual(['verified', expect.stringMatching(/^Unaltered since/)]);
  expect(listed(report)).toEqual(
    [`${CAR} for agency:local: 1 entry below 7.`, `${CAR} for clear: 1 entry below 7.`, `${CAR} for green: 1 entry below 7.`].map(
      (text) => expect.stringContaining(text.split(' below')[0] as string) as string,
    ),
  );
  const none = await prove('vin:WDDSYNTH9JA000002');
  expect([none.verdict, listed(none).length]).toEqual(['verified', 3]);
}, 60_000);

test('many items and long lists, by stretches, of the newest head and of earlier ones', async () => {
  const sizes: number[] = [];
  for (let round = 0; round < 22; round++) {
    if (round === 9) sealer = await reopen();
    await add(
      Array.from({ length: 30 }, (_, n) =>
        seen(`r-${round}-${n}`, n < 3 ? [CAR] : [`serial:acme:${round}-${n}`, ...(n === 7 ? ['imo:0000048'] : [])]),
      ),
    );
    const sealed = await sealer.seal();
    sizes.push((sealed?.logIndex ?? 0) + 1);
  }
  expect((await prove(CAR)).verdict).toBe('verified');
  for (const size of [sizes[0], sizes[8], sizes[9], sizes[20]]) {
    const report = await prove(CAR, { size: size as number });
    expect([report.verdict, report.head?.size]).toEqual(['verified', BigInt(size as number)]);
  }
  expect((await prove('serial:acme:3-5')).verdict).toBe('verified');
  expect(listed(await prove('serial:acme:3-5', { size: sizes[1] as number })).every((text) => /empty/.test(text))).toBe(true);
  const stretch = await prove(CAR, { group: 'clear', from: 5, to: 40 });
  expect([stretch.verdict, stretch.statements.find(({ step }) => step === 'tree')?.says]).toEqual([
    'verified',
    'Entries 5 to 39 of 67 are listed, in their order.',
  ]);
}, 120_000);

test('one event whole, or some of it; the log itself, and its keys', async () => {
  const proofs = new Proofs(reads);
  const head = await proofs.head();
  const reader = await readerOf({ reads, breaksGlass: () => false }, ROOT_ACTOR);
  const [row] = await reads.as(reader).byId('e-2', AGENCY, reader.groups, Number.MAX_SAFE_INTEGER);
  const asked = { event: { agency: AGENCY, id: 'e-2' } };
  for (const choice of [null, { slots: ['source'] as const }]) {
    const document = await proofs.event(head, row as never, choice);
    expect(verifyProof(encodeProofDocument(document), { log: [key] }, asked).report.verdict).toBe('verified');
  }
  const log = verifyProof(encodeProofDocument(await proofs.log(head)), { log: [key] }, { log: true });
  expect([log.report.verdict, log.keep?.mapSalt]).toEqual(['verified', Uint8Array.from(reads.mapSalt)]);
  const keys = verifyProof(
    encodeProofDocument(await proofs.keys(head)),
    { log: [key] },
    { item: KEYS_TREE.item, groups: [KEYS_TREE.group], allEvents: true },
  );
  expect(keys.report.verdict).toBe('verified');
});

test('is refused of a size that no head has, of an event that is not sealed, and of rows that are not what was sealed', async () => {
  const proofs = new Proofs(reads);
  await expect(proofs.head(3)).rejects.toMatchObject({ code: 'size.not-published' });
  const reader = await readerOf({ reads, breaksGlass: () => false }, ROOT_ACTOR);
  const all = { item: CAR, groups: ['clear'], stretch: { from: 0, to: Infinity }, events: false, inclusion: false };
  const few = new Proofs(reads, 20);
  await expect(few.item(await few.head(), reader, all)).rejects.toMatchObject({ code: 'proof.too-long' });
  await expect(few.item(await few.head(), reader, { ...all, stretch: { from: 60, to: 70 } })).resolves.toBeDefined();
  await add([seen('late', [CAR])]);
  const [late] = await reads.as(reader).byId('late', AGENCY, reader.groups, Number.MAX_SAFE_INTEGER);
  await expect(proofs.event(await proofs.head(), late as never, null)).rejects.toMatchObject({ code: 'event.not-sealed' });
  const owner = database.pool('owner');
  await owner.query("update proof.item_leaves set hashes = overlay(hashes placing '\\x00'::bytea from 1) where n = 0");
  await expect(prove(CAR)).rejects.toThrow(/do not hash to the map/);
});
