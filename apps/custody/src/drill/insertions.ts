/** Events that nobody submitted, and one that somebody did and that never came: what can be written into a ledger, or kept from it, before a seal. */
import type { SightingDocument } from '#lib/contracts';
import { encodeSeal, readNotice } from '#lib/ledger';
import type { ProjectedEvent } from '#lib/store';
import { drillEvents, eventOf } from './drill-events.ts';
import { capturedReceiptOf, logIndexOf } from './receipts.ts';
import { rewriteProof } from './rewrite.ts';
import type { Scene, TamperClass, Tampered } from './tampering.ts';

const SECRET_BYTES = 32;

/** An event made of another: its items and readers, what it says, and a name of its own. */
function planted({ random }: Scene, like: ProjectedEvent): ProjectedEvent {
  const document = JSON.parse(like.content.toString()) as SightingDocument;
  const other = {
    ...document,
    id: `planted-${random.next()}`,
    statement: `Nobody saw this, ${random.next()}.`,
  } as unknown as SightingDocument;
  return eventOf(other, like.offset, random.bytes(SECRET_BYTES));
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** As the projector would have it: entry, content, and the timeline's rows, which are those of the event that it was made of. */
async function insertWhole({ client }: Scene, event: ProjectedEvent, like: number, logIndex: number): Promise<void> {
  const { agency, id, principal, commitment, contentHash, capturedMicros, secret, content } = event;
  await client.query(
    'insert into ledger.entries (log_index, agency, id, commitment, content_hash) values ($1::bigint, $2, $3, $4::bytea, $5::bytea)',
    [logIndex, agency, id, hex(commitment), hex(contentHash)],
  );
  await client.query(
    'insert into ledger.content (log_index, principal, captured, secret, bytes) values ($1::bigint, $2, $3::bigint, $4::bytea, $5::bytea)',
    [logIndex, principal, capturedMicros, hex(secret), content],
  );
  await client.query(
    `insert into ledger.timeline (item, grp, starts, ends, agency, id, log_index, kind, map_key)
      select item, grp, starts, ends, $2, $3, $4::bigint, kind, map_key from ledger.timeline where log_index = $1::bigint`,
    [like, agency, id, logIndex],
  );
}

/** The sealer, which knows of nothing, goes on: a seal over all there is, map, tiles and a signed head. */
async function sealOn(scene: Scene, at: number): Promise<void> {
  const { client, copy, rows } = scene;
  const last = rows.seals.at(-1) ?? 0;
  const found = await client.query<{ bytes: Buffer }>('select bytes from ledger.notices where log_index = $1::bigint', [last]);
  const notice = readNotice(found.rows[0]?.bytes ?? Buffer.alloc(0));
  if (notice?.kind !== 'seal') throw new Error('no seal');
  const bytes = encodeSeal({ ...notice.seal, previous: BigInt(last), covers: BigInt(at) });
  await client.query('insert into ledger.notices (log_index, bytes) values ($1::bigint, $2::bytea)', [at, Buffer.from(bytes)]);
  await client.query(
    `insert into proof.seals (log_index, covers, time, map_root, map_size, access_size, access_root)
      select $1::bigint, $1::bigint, time, map_root, map_size, access_size, access_root from proof.seals where log_index = $2::bigint`,
    [at, last],
  );
  await client.query('update ledger.head set size = $1::bigint', [at + 1]);
  await rewriteProof(client, { origin: copy.origin, key: copy.key });
}

/** Whole, in the name of somebody whom the policy admits, and the head moved: then the honest sealer seals it with the rest. */
async function insertBeforeSeal(scene: Scene): Promise<Tampered> {
  const { client, copy, random, rows } = scene;
  const like = random.pick(copy.events);
  await insertWhole(scene, planted(scene, like), await logIndexOf(client, like), rows.size);
  await sealOn(scene, rows.size + 1);
  return { rows: [] };
}

/** A commitment with nothing behind it; the head is moved. */
async function insertBare({ client, rows, random }: Scene): Promise<Tampered> {
  await client.query(
    `insert into ledger.entries (log_index, agency, id, commitment, content_hash) values ($1::bigint, 'drill', 'planted', $2::bytea, $3::bytea)`,
    [rows.size, random.bytes(32), random.bytes(32)],
  );
  await client.query('update ledger.head set size = $1::bigint', [rows.size + 1]);
  return { rows: [{ table: 'ledger.content', key: { log_index: rows.size } }] };
}

/** An event that nobody submitted, whole, takes the index of one that somebody did. */
async function replaceWhole(scene: Scene): Promise<Tampered> {
  const { client, copy, random } = scene;
  const target = random.pick(copy.events);
  const logIndex = await logIndexOf(client, target);
  const { id, commitment, contentHash, secret, content } = planted(scene, target);
  await client.query('update ledger.entries set id = $2, commitment = $3::bytea, content_hash = $4::bytea where log_index = $1::bigint', [
    logIndex,
    id,
    hex(commitment),
    hex(contentHash),
  ]);
  await client.query('update ledger.content set secret = $2::bytea, bytes = $3::bytea where log_index = $1::bigint', [
    logIndex,
    hex(secret),
    content,
  ]);
  await client.query('update ledger.timeline set id = $2 where log_index = $1::bigint', [logIndex, id]);
  return { rows: [{ table: 'ledger.entries', key: { log_index: logIndex } }] };
}

/** An event is put into the list of another item, with that item's own map key. */
async function insertTimelineRow({ client, random, rows }: Scene): Promise<Tampered> {
  for (;;) {
    const logIndex = random.pick(rows.entries);
    const { rows: put } = await client.query<{ item: string }>(
      `insert into ledger.timeline (item, grp, starts, ends, agency, id, log_index, kind, map_key)
        select o.item, e.grp, e.starts, e.ends, e.agency, e.id, e.log_index, e.kind, o.map_key
        from ledger.timeline e join ledger.timeline o using (grp)
        where e.log_index = $1::bigint and e.item <> '' and o.item <> '' and not exists
          (select from ledger.timeline x where x.log_index = e.log_index and x.item = o.item and x.grp = e.grp)
        order by o.item, o.log_index, e.grp limit 1 returning item`,
      [logIndex],
    );
    const item = put[0]?.item;
    if (item !== undefined) return { rows: [{ table: 'ledger.timeline', key: { log_index: logIndex, item } }] };
  }
}

/** An event is named among those that were marked, and has no handling: no reader is shown it any more. */
async function insertMark({ client, random, rows }: Scene): Promise<Tampered> {
  const logIndex = random.pick(rows.entries);
  await client.query('insert into ledger.marked values ($1::bigint)', [logIndex]);
  return { rows: [{ table: 'ledger.marked', key: { log_index: logIndex } }] };
}

/** An event that nobody marked gets a handling, which shows it to all, or to nobody. */
async function insertHandling({ client, random, rows }: Scene): Promise<Tampered> {
  const logIndex = random.pick(rows.entries);
  const groups = random.pick(['{}', `{${random.below(1_000)}}`, '(select array_agg(id) from ledger.reader_groups)']);
  const [text, value] = groups.startsWith('{') ? ['$2::integer[]', [groups]] : [groups, []];
  await client.query('insert into ledger.marked values ($1::bigint)', [logIndex]);
  await client.query(`insert into ledger.handlings values ($1::bigint, ${text}, '{"tlp":"CLEAR"}')`, [logIndex, ...value]);
  return { rows: [{ table: 'ledger.handlings', key: { log_index: logIndex } }] };
}

/** As if a marking had opened an event to another reader group: a leaf of no tree, so that no seal says what it is. */
async function insertOpenedRow({ client, random, rows }: Scene): Promise<Tampered> {
  const logIndex = random.pick(rows.entries);
  const grp = 1_000_000 + random.below(1_000);
  const { rows: put } = await client.query<{ item: string }>(
    `insert into ledger.timeline (item, grp, starts, ends, agency, id, log_index, kind, map_key)
      select item, $2::integer, starts, ends, agency, id, log_index, kind, '' from ledger.timeline where log_index = $1::bigint
      order by item, grp limit 1 returning item`,
    [logIndex, grp],
  );
  const item = put[0]?.item ?? '';
  return { rows: [{ table: 'ledger.timeline', key: { log_index: logIndex, item, grp } }] };
}

/** Capture took it and signed; out of the event log it went before the projector came to it, so that no table ever had it. */
function neverProjected({ copy, random }: Scene): Promise<Tampered> {
  const [event] = drillEvents(random, copy.events.length, 1) as [ProjectedEvent];
  const key = random.bytes(SECRET_BYTES);
  return Promise.resolve({ rows: [], promise: capturedReceiptOf(event, copy.origin, key) });
}

/** What an auditing witness sees of entries and links; a witness sees heads, and these change none. */
const audited = { hasKey: false, alone: true, auditing: 'each' } as const;

export const INSERTIONS: readonly TamperClass[] = [
  { name: 'insert: an event in place of another', ...audited, tamper: replaceWhole },
  { name: 'insert: an entry with no event behind it, before it is sealed', hasKey: false, alone: true, tamper: insertBare },
  { name: 'insert: a whole event that nobody submitted, before it is sealed', hasKey: false, alone: false, tamper: insertBeforeSeal },
  { name: 'insert: an event into the list of another item', ...audited, tamper: insertTimelineRow },
  { name: 'insert: an event among those that were marked, which hides it', hasKey: false, alone: true, tamper: insertMark },
  { name: 'insert: a handling that no marking says', hasKey: false, alone: true, tamper: insertHandling },
  {
    name: 'insert: a row of another reader group, as if a marking had opened the event',
    hasKey: false,
    alone: true,
    tamper: insertOpenedRow,
  },
];

export const WITHHELD: readonly TamperClass[] = [
  {
    name: 'withhold: an accepted event, out of the event log before it is projected',
    hasKey: false,
    alone: false,
    held: 'promise',
    tamper: neverProjected,
  },
];
