/** Rows that are edited, removed, put in, exchanged, one at a time, by somebody with every right on the database and no key. */
import type { RowName } from '#app/audit';
import { encodeSeal, readNotice } from '#lib/ledger';
import { INSERTIONS } from './insertions.ts';
import { flipBit, type KeyedTable, type Scene, type TamperClass, type Tampered, where } from './tampering.ts';

type Claims = Pick<TamperClass, 'witness' | 'auditing'>;

const row = (table: string, key: RowName['key']): RowName => ({ table, key });
const atIndex = (table: string, logIndex: number): RowName => row(table, { log_index: logIndex });
const alone = { hasKey: false, alone: true } as const;
/** An auditing witness that reads the log anew does not come to the seals' map, or not to the head. */
const audited = { ...alone, auditing: 'each' } as const;
/** The tiles that a proof for a witness is made of, or the newest seal. */
const asked = { witness: 'some', auditing: 'some' } as const;

async function one({ client }: Scene, text: string, values: readonly unknown[]): Promise<void> {
  const { rowCount } = await client.query(text, values);
  if (rowCount !== 1) throw new Error(`${rowCount} rows instead of one: ${text}`);
}

/** An update of a sighting's row, where `set` is given other values. */
const edit = (name: string, table: 'entries' | 'content', set: string, value: (scene: Scene) => unknown): TamperClass => ({
  name,
  ...alone,
  async tamper(scene) {
    const logIndex = scene.random.pick(scene.rows.entries);
    await one(scene, `update ledger.${table} set ${set} where log_index = $1::bigint`, [logIndex, value(scene)]);
    return { rows: [atIndex(`ledger.${table}`, logIndex)] };
  },
});

const flip = (name: string, table: 'ledger.entries' | 'ledger.content', column: string, claims: Claims = {}): TamperClass => ({
  name,
  ...alone,
  ...claims,
  async tamper(scene) {
    const logIndex = scene.random.pick(scene.rows.entries);
    await flipBit(scene, table, column, { log_index: logIndex });
    return { rows: [atIndex(table, logIndex)] };
  },
});

/** @param named key columns that a finding names */
const flipKeyed = (name: string, table: KeyedTable, column: string, named?: readonly string[], claims: Claims = {}): TamperClass => ({
  name,
  ...alone,
  ...claims,
  async tamper(scene) {
    const key = scene.random.pick(scene.rows.keys[table]);
    await flipBit(scene, table, column, key);
    return { rows: [row(table, named === undefined ? key : pickKey(key, named))] };
  },
});

const pickKey = (key: RowName['key'], names: readonly string[]): RowName['key'] =>
  Object.fromEntries(Object.entries(key).filter(([name]) => names.includes(name)));

const remove = (name: string, table: KeyedTable, named: (key: RowName['key']) => readonly RowName[], claims: Claims = {}): TamperClass => ({
  name,
  ...alone,
  ...claims,
  async tamper(scene) {
    const key = scene.random.pick(scene.rows.keys[table]);
    const { text, values } = where(key);
    await one(scene, `delete from ${table} where ${text}`, values);
    return { rows: named(key) };
  },
});

async function editSeal(scene: Scene): Promise<Tampered> {
  const { client, random, rows } = scene;
  const logIndex = random.pick(rows.seals);
  const found = await client.query<{ bytes: Buffer }>('select bytes from ledger.notices where log_index = $1::bigint', [logIndex]);
  const notice = readNotice(found.rows[0]?.bytes ?? Buffer.alloc(0));
  if (notice?.kind !== 'seal') throw new Error('no seal');
  const { seal } = notice;
  const changes = [
    { time: '2020-01-01T00:00:00.000000Z' },
    { covers: seal.covers - 1n },
    { mapRoot: random.bytes(32) },
    { mapSize: seal.mapSize + 1n },
  ];
  const bytes = encodeSeal({ ...seal, ...random.pick(changes) });
  await one(scene, 'update ledger.notices set bytes = $2::bytea where log_index = $1::bigint', [logIndex, Buffer.from(bytes)]);
  return { rows: [atIndex('ledger.notices', logIndex)] };
}

/** Two sightings change their places: entries, content and timelines with them. */
async function swap(scene: Scene): Promise<Tampered> {
  const { client, random, rows } = scene;
  const first = random.pick(rows.entries.slice(0, -1));
  const second = rows.entries[rows.entries.indexOf(first) + 1] as number;
  for (const table of ['entries', 'content', 'timeline', 'relations'])
    for (const [from, to] of [
      [first, -1],
      [second, first],
      [-1, second],
    ])
      await client.query(`update ledger.${table} set log_index = $2::bigint where log_index = $1::bigint`, [from, to]);
  return { rows: [atIndex('ledger.entries', first), atIndex('ledger.entries', second)] };
}

async function removeEntry(scene: Scene): Promise<Tampered> {
  const logIndex = scene.random.pick(scene.rows.entries);
  for (const table of ['entries', 'content', 'timeline', 'relations'])
    await scene.client.query(`delete from ledger.${table} where log_index = $1::bigint`, [logIndex]);
  return { rows: [atIndex('ledger.entries', logIndex)] };
}

/** The newest rows of the ledger go, and the log's head with them; what was sealed of them stays. */
async function truncate(scene: Scene): Promise<Tampered> {
  const { client, random, rows } = scene;
  const end = random.pick(rows.entries.slice(Math.floor(rows.entries.length / 2)));
  for (const table of ['entries', 'content', 'timeline', 'relations', 'notices'])
    await client.query(`delete from ledger.${table} where log_index >= $1::bigint`, [end]);
  await client.query('update ledger.head set size = $1::bigint', [end]);
  return { rows: [atIndex('ledger.entries', end)] };
}

async function insertItemLeaf(scene: Scene): Promise<Tampered> {
  const { client, random, rows } = scene;
  const logIndex = random.pick(rows.entries);
  const { item } = random.pick(rows.keys['proof.items']);
  const { rows: last } = await client.query<{ n: number }>(
    'select count(*)::integer as n from proof.item_leaves where item = $1::integer',
    [item],
  );
  const n = last[0]?.n ?? 0;
  await client.query(
    `insert into proof.item_leaves (item, n, log_index, hashes) values ($1::integer, $2::integer, $3::bigint, sha256('x'))`,
    [item, n, logIndex],
  );
  return { rows: [row('proof.item_leaves', { item: item as number, n })] };
}

const removeCheckpoint = (scene: Scene, size: number): Promise<void> =>
  one(scene, 'delete from proof.checkpoints where size = $1::bigint', [size]);

const timelineRow = ({ log_index, item, grp }: RowName['key']): RowName[] => [
  row('ledger.timeline', { log_index: log_index as number, item: item as string, grp: grp as number }),
];

/** In the order of the issue: edits, deletes, inserts, reorders, the tail, bits. */
export const ROW_CLASSES: readonly TamperClass[] = [
  flip('edit: a bit of the content', 'ledger.content', 'bytes'),
  flip('edit: a bit of the secret', 'ledger.content', 'secret'),
  edit('edit: who submitted it', 'content', `principal = $2::text`, ({ random }) => `somebody-${random.below(1_000)}`),
  edit('edit: when it was captured', 'content', 'captured = captured + $2::bigint', ({ random }) => 1 + random.below(1_000_000)),
  flip('edit: a bit of the commitment', 'ledger.entries', 'commitment', audited),
  flip('edit: a bit of the content hash', 'ledger.entries', 'content_hash'),
  edit('edit: whose event it is', 'entries', 'agency = $2::text', ({ random }) => `other-${random.below(1_000)}`),
  flipKeyed('edit: the map key of a timeline row', 'ledger.timeline', 'map_key', ['log_index', 'item', 'grp'], audited),
  {
    name: 'edit: the item of a timeline row',
    ...alone,
    async tamper(scene) {
      const key = scene.random.pick(scene.rows.keys['ledger.timeline']);
      const { text, values } = where(key);
      await one(scene, `update ledger.timeline set item = item || 'x' where ${text}`, values);
      return { rows: timelineRow(key) };
    },
  },
  { name: 'edit: what a seal says', ...audited, tamper: editSeal },
  {
    name: 'edit: a row of the table of seals',
    ...alone,
    async tamper(scene) {
      const logIndex = scene.random.pick(scene.rows.seals);
      await one(scene, 'update proof.seals set time = time + 1 where log_index = $1::bigint', [logIndex]);
      return { rows: [atIndex('proof.seals', logIndex)] };
    },
  },
  { name: 'delete: a sighting', ...audited, tamper: removeEntry },
  {
    name: 'delete: its content alone',
    ...alone,
    async tamper(scene) {
      const logIndex = scene.random.pick(scene.rows.entries);
      await one(scene, 'delete from ledger.content where log_index = $1::bigint', [logIndex]);
      return { rows: [atIndex('ledger.content', logIndex)] };
    },
  },
  remove('delete: a timeline row', 'ledger.timeline', timelineRow, audited),
  {
    name: 'delete: a seal',
    ...audited,
    async tamper(scene) {
      const logIndex = scene.random.pick(scene.rows.seals);
      await one(scene, 'delete from ledger.notices where log_index = $1::bigint', [logIndex]);
      return { rows: [atIndex('ledger.notices', logIndex)] };
    },
  },
  remove('delete: a leaf of an item tree', 'proof.item_leaves', ({ log_index, item, n }) => [
    atIndex('ledger.timeline', log_index as number),
    row('proof.item_leaves', { item: item as number, n: n as number }),
  ]),
  remove('delete: a row of the table of items', 'proof.items', (key) => [row('proof.items', key)]),
  remove('delete: a tile', 'proof.tiles', (key) => [row('proof.tiles', key)], asked),
  remove('delete: a tile of the item map', 'proof.map_tiles', (key) => [row('proof.map_tiles', key)]),
  {
    name: 'delete: the newest checkpoint',
    hasKey: false,
    alone: 'unchecked',
    held: 'pin',
    async tamper(scene) {
      await removeCheckpoint(scene, scene.copy.newest.size);
      return { rows: [] };
    },
  },
  {
    name: 'delete: an older checkpoint',
    ...alone,
    async tamper(scene) {
      const sizes = scene.rows.keys['proof.checkpoints'].map(({ size }) => size as number);
      const size = scene.random.pick(sizes.filter((each) => each !== scene.copy.newest.size));
      await removeCheckpoint(scene, size);
      return { rows: [row('proof.checkpoints', { size })] };
    },
  },
  remove('delete: a row of the table of seals', 'proof.seals', (key) => [row('proof.seals', key)], asked),
  ...INSERTIONS,
  { name: 'insert: a leaf of an item tree', ...alone, tamper: insertItemLeaf },
  { name: 'reorder: two sightings change places', ...audited, tamper: swap },
  { name: 'truncate: the newest rows of the ledger', ...audited, tamper: truncate },
  flipKeyed('bit: in a tile', 'proof.tiles', 'hashes', undefined, asked),
  flipKeyed('bit: in a leaf of an item tree', 'proof.item_leaves', 'hashes', ['item', 'n']),
  flipKeyed('bit: in the table of items', 'proof.items', 'map_key'),
  flipKeyed('bit: in a tile of the item map', 'proof.map_tiles', 'hashes'),
  flipKeyed('bit: in a checkpoint', 'proof.checkpoints', 'note'),
];
