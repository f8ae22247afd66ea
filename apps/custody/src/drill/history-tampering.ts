/** History written anew, with and without the log's key; entries left out when they were sealed; older states; receipts. */
import type { Anchor } from '#app/audit';
import type { SightingDocument } from '#lib/contracts';
import { mapKey } from '#lib/ledger';
import { ledgerConstants, type ProjectedEvent } from '#lib/store';
import { eventOf } from './drill-events.ts';
import { WITHHELD } from './insertions.ts';
import { logIndexOf, placesOf, receiptOf, treesOf } from './receipts.ts';
import { rewriteProof } from './rewrite.ts';
import type { Scene, TamperClass, Tampered } from './tampering.ts';

/** The content of one of the drill's events becomes another, and its entry commits to that. */
async function replaceContent({ client, random }: Scene, event: ProjectedEvent): Promise<void> {
  const document = JSON.parse(event.content.toString()) as SightingDocument;
  const other = { ...document, statement: `Something else, ${random.next()}.` } as unknown as SightingDocument;
  const replaced = eventOf(other, event.offset, Buffer.from(event.secret, 'hex'));
  await client.query(
    `update ledger.content c set bytes = $3::bytea from ledger.entries e where e.log_index = c.log_index and e.agency = $1 and e.id = $2`,
    [event.agency, event.id, replaced.content],
  );
  await client.query(`update ledger.entries set commitment = $3::bytea, content_hash = $4::bytea where agency = $1 and id = $2`, [
    event.agency,
    event.id,
    Buffer.from(replaced.commitment, 'hex'),
    Buffer.from(replaced.contentHash, 'hex'),
  ]);
}

/** @param forgets the checkpoints that do not hold any more are removed */
const rewriteFrom =
  (hasKey: boolean, forgets = false) =>
  async (scene: Scene): Promise<Tampered> => {
    const { client, copy, random } = scene;
    const event = random.pick(copy.events);
    await replaceContent(scene, event);
    await rewriteProof(client, { origin: copy.origin, ...(hasKey ? { key: copy.key } : {}) });
    if (forgets) await client.query('delete from proof.checkpoints where size > $1::bigint', [await logIndexOf(client, event)]);
    return { rows: [] };
  };

/** The link of an event and one of its items. */
async function someLink({
  client,
  copy,
  random,
}: Scene): Promise<{ event: ProjectedEvent; logIndex: number; mapKey: Buffer; item: string }> {
  const event = random.pick(copy.events);
  const tree = random.pick(treesOf(event.content, event.agency));
  const { mapSalt } = await ledgerConstants(copy.pool);
  return { event, logIndex: await logIndexOf(client, event), mapKey: Buffer.from(mapKey(mapSalt, tree.group, tree.item)), item: tree.item };
}

/** @param isHidden the timeline's row is removed as well @param withReceipt the submitter's receipt says what an honest seal would have made */
const leaveOut =
  (isHidden: boolean, withReceipt: boolean) =>
  async (scene: Scene): Promise<Tampered> => {
    const { client, copy } = scene;
    const link = await someLink(scene);
    const places = withReceipt ? await placesOf(client, copy, link.event) : [];
    await rewriteProof(client, { origin: copy.origin, key: copy.key, leaveOut: link });
    if (isHidden)
      await client.query('delete from ledger.timeline where log_index = $1::bigint and map_key = $2::bytea', [link.logIndex, link.mapKey]);
    const rows = isHidden
      ? [{ table: 'ledger.timeline', key: { log_index: link.logIndex, item: link.item } }]
      : [{ table: 'ledger.timeline', key: { log_index: link.logIndex, map_key: link.mapKey.toString('hex') } }];
    const sealedAt = link.logIndex;
    if (!withReceipt) return { rows, sealedAt };
    return { rows, sealedAt, receipt: { bytes: await receiptOf(client, link.event, places), content: link.event.content } };
  };

/** Another document was sealed than was submitted. Nobody has a head of before: it was the first seal over it. */
async function sealAnother(scene: Scene): Promise<Tampered> {
  const { client, copy, random } = scene;
  const event = random.pick(copy.events);
  const places = await placesOf(client, copy, event);
  await replaceContent(scene, event);
  await rewriteProof(client, { origin: copy.origin, key: copy.key });
  const sealedAt = await logIndexOf(client, event);
  return { rows: [], sealedAt, receipt: { bytes: await receiptOf(client, event, places), content: event.content } };
}

/** Everything behind an earlier seal is gone, as if a backup of then had been put back. */
async function olderState(scene: Scene): Promise<Tampered> {
  await cutAt(scene, scene.copy.older.size);
  return { rows: [] };
}

/** The newest entries go, with the seals over them, their checkpoints and all that was derived; what no seal covers any more looks new. */
async function truncateTail(scene: Scene): Promise<Tampered> {
  const { copy, random } = scene;
  const [from, to] = [(copy.heads[0] as Anchor).size, copy.newest.size];
  await cutAt(scene, from + random.below(to - from));
  return { rows: [] };
}

async function cutAt({ client, copy }: Scene, size: number): Promise<void> {
  for (const table of ['entries', 'content', 'timeline', 'relations', 'notices'])
    await client.query(`delete from ledger.${table} where log_index >= $1::bigint`, [size]);
  await client.query('update ledger.head set size = $1::bigint', [size]);
  await client.query('delete from proof.seals where log_index >= $1::bigint', [size]);
  await client.query('delete from proof.checkpoints where size > $1::bigint', [size]);
  await client.query('delete from proof.waiting_heads where size > $1::bigint', [size]);
  await rewriteProof(client, { origin: copy.origin });
}

async function flipReceipt(scene: Scene): Promise<Tampered> {
  const { client, copy, random } = scene;
  const event = random.pick(copy.events);
  const bytes = Buffer.from(await receiptOf(client, event, await placesOf(client, copy, event)));
  const at = random.below(bytes.length);
  bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
  return { rows: [], receipt: { bytes, content: event.content } };
}

const noticed = { witness: 'each', auditing: 'each' } as const;

export const HISTORY_CLASSES: readonly TamperClass[] = [
  ...WITHHELD,
  { name: 'seal: an entry left out of an item tree', hasKey: true, alone: true, auditing: 'each', tamper: leaveOut(false, false) },
  { name: 'seal: left out of the item tree and of the timeline', hasKey: true, alone: true, held: 'receipt', tamper: leaveOut(true, true) },
  { name: 'seal: another document than was submitted', hasKey: true, alone: false, held: 'receipt', tamper: sealAnother },
  {
    name: 're-hash: everything from a row on, without the key',
    hasKey: false,
    alone: true,
    held: 'pin',
    ...noticed,
    tamper: rewriteFrom(false),
  },
  {
    name: 're-hash: the same, and the checkpoints behind it removed',
    hasKey: false,
    alone: 'unchecked',
    held: 'pin',
    ...noticed,
    tamper: rewriteFrom(false, true),
  },
  {
    name: 're-hash: everything from a row on, signed again',
    hasKey: true,
    alone: false,
    held: 'pin',
    ...noticed,
    tamper: rewriteFrom(true),
  },
  {
    name: 'truncate: the tail, with its seals, proofs and checkpoints',
    hasKey: false,
    alone: false,
    held: 'pin',
    ...noticed,
    tamper: truncateTail,
  },
  { name: 'old backup: put back in place of the ledger', hasKey: false, alone: false, held: 'pin', ...noticed, tamper: olderState },
  { name: 'bit: in a sealed receipt', hasKey: false, alone: false, held: 'receipt', tamper: flipReceipt },
];
