/** Sealed receipts of the drill's own events, and what their submitter finds when he holds one against the ledger. */
import { indexSighting, readSighting, type SightingDocument } from '#lib/contracts';
import { formatInstant } from '#lib/domain';
import {
  checkPlaceKept,
  checkPlaces,
  checkSealedContent,
  encodeEntry,
  encodeSealedReceipt,
  foldNodes,
  hashFromTile,
  inclusionNodes,
  type ItemTreeName,
  leafHash,
  mapKey,
  openReceipt,
  openSealedReceipt,
  signingKey,
  signReceipt,
  tileOf,
  utf8,
  type VerifierKey,
} from '#lib/ledger';
import { lastCheckpoint, ledgerConstants, type ProjectedEvent, readTile, type StoreClient } from '#lib/store';
import type { DrillCopy } from './drill-copy.ts';
import { envelopeOf } from './drill-events.ts';

const TILE_BYTES = 8_192;

/** 0: the ledger has it not. */
export async function logIndexOf(client: StoreClient, { agency, id }: Pick<ProjectedEvent, 'agency' | 'id'>): Promise<number> {
  const { rows } = await client.query<{ n: number }>('select log_index as n from ledger.entries where agency = $1 and id = $2', [
    agency,
    id,
  ]);
  return rows[0]?.n ?? 0;
}

/** What capture signs when it takes an event in. @param seed of its key for receipts */
export function capturedReceiptOf(event: ProjectedEvent, log: string, seed: Uint8Array): { note: Uint8Array; key: VerifierKey<'receipt'> } {
  const { agency, id, contentHash, capturedMicros } = event;
  const key = signingKey('receipt', `${log}/receipt`, seed);
  return {
    note: signReceipt({ log, agency, id, contentHash, captured: formatInstant(capturedMicros), durability: 'single-node' }, key),
    key,
  };
}

/** What somebody finds who has it after its minute, and asks for the event: `null`: it is there, with these bytes. */
export async function holdPromise(
  client: StoreClient,
  log: string,
  { note, key }: { readonly note: Uint8Array; readonly key: VerifierKey<'receipt'> },
): Promise<string | null> {
  const opened = openReceipt(note, { log, keys: [key] });
  if (!opened.ok) return opened.fault.code;
  const { agency, id, contentHash } = opened.value.value;
  const { rows } = await client.query<{ hash: string }>(
    `select encode(content_hash, 'hex') as hash from ledger.entries where agency = $1 and id = $2`,
    [agency, id],
  );
  if (rows[0] === undefined) return 'receipt.promise-broken';
  return rows[0].hash === contentHash ? null : 'receipt.other-content';
}

/** @param places of which the receipt is to say that the entry has them */
export async function receiptOf(
  client: StoreClient,
  event: ProjectedEvent,
  places: readonly (ItemTreeName & { readonly n: bigint })[],
): Promise<Uint8Array> {
  const { rows } = await client.query<{ logIndex: number; commitment: Buffer }>(
    'select log_index as "logIndex", commitment from ledger.entries where agency = $1 and id = $2',
    [event.agency, event.id],
  );
  const last = await lastCheckpoint(client);
  const entry = rows[0];
  if (entry === undefined || last === null) throw new Error('the event is not sealed');
  const hashes: Uint8Array[] = [];
  for (const nodes of inclusionNodes(BigInt(entry.logIndex), BigInt(last.size))) {
    const parts: Uint8Array[] = [];
    for (const node of nodes) {
      const { level, index } = tileOf(node);
      parts.push(hashFromTile(node, (await readTile(client, level, Number(index), TILE_BYTES)) ?? Buffer.alloc(0)) ?? Buffer.alloc(0));
    }
    hashes.push(foldNodes(parts));
  }
  return encodeSealedReceipt({
    envelope: envelopeOf(event, event.capturedMicros),
    commitment: entry.commitment.toString('hex'),
    secret: Buffer.from(event.secret, 'hex'),
    inclusion: { index: BigInt(entry.logIndex), hashes, checkpoint: utf8(last.note), extra: null },
    places,
  });
}

/** The item trees of a document, by its bytes alone. */
export function treesOf(content: Uint8Array, agency: string): ItemTreeName[] {
  const document = JSON.parse(Buffer.from(content).toString()) as SightingDocument;
  const read = readSighting(document, { agency, id: document.id ?? '', principal: '' });
  if (!read.ok) throw new Error('no sighting');
  const { items, groups } = indexSighting(read.sighting);
  return items.flatMap((item) => groups.map((group) => ({ group, item })));
}

/** Where the entry stands in each of its item trees now. */
export async function placesOf(client: StoreClient, { pool }: DrillCopy, event: ProjectedEvent): Promise<(ItemTreeName & { n: bigint })[]> {
  const { mapSalt } = await ledgerConstants(pool);
  const places: (ItemTreeName & { n: bigint })[] = [];
  for (const tree of treesOf(event.content, event.agency)) {
    const { rows } = await client.query<{ n: number }>(
      `select l.n from proof.item_leaves l join proof.items i using (item) join ledger.entries e using (log_index)
        where i.map_key = $1::bytea and e.agency = $2 and e.id = $3`,
      [mapKey(mapSalt, tree.group, tree.item), event.agency, event.id],
    );
    places.push({ ...tree, n: BigInt(rows[0]?.n ?? 0) });
  }
  return places;
}

/**
 * What somebody finds who has the receipt and the bytes that he submitted: the code of the first fault, `null`: all is in order. The ledger
 * answers for its item trees, as it would with a proof of all events of an item.
 */
export async function holdReceipt(
  client: StoreClient,
  { pool }: DrillCopy,
  keys: readonly VerifierKey<'log'>[],
  { bytes, content }: { readonly bytes: Uint8Array; readonly content: Uint8Array },
): Promise<string | null> {
  const opened = openSealedReceipt(bytes, { log: keys });
  if (!opened.ok) return opened.fault.code;
  const { sealed } = opened.value;
  const whole = checkSealedContent(sealed, content);
  if (!whole.ok) return whole.fault.code;
  const trees = treesOf(content, sealed.envelope.agency);
  const places = checkPlaces(sealed, trees);
  if (!places.ok) return places.fault.code;
  const { mapSalt } = await ledgerConstants(pool);
  for (const tree of trees) {
    const { rows } = await client.query<{ logIndex: number; commitment: Buffer }>(
      `select e.log_index as "logIndex", e.commitment from proof.item_leaves l join proof.items i using (item) join ledger.entries e using (log_index)
        where i.map_key = $1::bytea order by l.n`,
      [mapKey(mapSalt, tree.group, tree.item)],
    );
    const entries = rows.map(({ logIndex, commitment }) => ({
      index: BigInt(logIndex),
      leafHash: leafHash(encodeEntry(commitment.toString('hex'))),
    }));
    const kept = checkPlaceKept(sealed, tree, { from: 0n, entries });
    if (!kept.ok) return kept.fault.code;
  }
  return null;
}
