/** What a class of tampering is, and the rows that it can choose from. */
import type { RowName } from '#app/audit';
import type { VerifierKey } from '#lib/ledger';
import type { StoreClient } from '#lib/store';
import type { DrillCopy } from './drill-copy.ts';
import type { SeededRandom } from './random.ts';

type Key = Readonly<Record<string, string | number>>;

/** Rows of the copy before anything is done to it. */
export interface CopyRows {
  /** Log indexes of sightings that a seal covers, rising; of seals. */
  readonly entries: readonly number[];
  readonly seals: readonly number[];
  readonly keys: Readonly<Record<KeyedTable, readonly Key[]>>;
  readonly size: number;
}

const KEYED = {
  'ledger.timeline': ['item', 'grp', 'log_index'],
  'proof.tiles': ['level', 'n'],
  'proof.items': ['item'],
  'proof.item_leaves': ['item', 'n', 'log_index'],
  'proof.map_tiles': ['tile', 'seal'],
  'proof.checkpoints': ['size'],
  'proof.seals': ['log_index'],
} as const;
export type KeyedTable = keyof typeof KEYED;

export async function copyRows(client: StoreClient): Promise<CopyRows> {
  const numbers = async (text: string): Promise<number[]> => (await client.query<{ n: number }>(text)).rows.map(({ n }) => n);
  const keys = {} as Record<KeyedTable, Key[]>;
  for (const [table, columns] of Object.entries(KEYED))
    keys[table as KeyedTable] = (
      await client.query<Key>(
        `select ${columns.join(', ')} from ${table}${table === 'ledger.timeline' ? ` where item <> ''` : ''} order by ${columns.join(', ')}`,
      )
    ).rows;
  return {
    entries: await numbers('select log_index as n from ledger.entries where log_index < (select max(covers) from proof.seals) order by 1'),
    seals: await numbers('select log_index as n from proof.seals order by 1'),
    keys,
    size: (await numbers('select size as n from ledger.head'))[0] as number,
  };
}

export interface Scene {
  /** In a transaction that is rolled back, as superuser, with triggers off. */
  readonly client: StoreClient;
  readonly copy: DrillCopy;
  readonly rows: CopyRows;
  readonly random: SeededRandom;
}

export interface Tampered {
  /** Rows that a finding has to name, any of them; none: what is wrong has no row of its own. */
  readonly rows: readonly RowName[];
  /** Log index of the entry that was tampered with at its sealing, before anybody had a head over it. Absent: everybody had seen the log as it was. */
  readonly sealedAt?: number;
  /** A sealed receipt of an event that was tampered with, and its content: what its submitter holds. */
  readonly receipt?: { readonly bytes: Uint8Array; readonly content: Uint8Array };
  /** A receipt that capture signed, of an event that the ledger never came to have, and the key to check it by. */
  readonly promise?: { readonly note: Uint8Array; readonly key: VerifierKey<'receipt'> };
}

/** A head; a sealed receipt; the receipt that capture signed. */
export type HeldWhat = 'pin' | 'receipt' | 'promise';

export type Noticed = 'each' | 'some';

export interface TamperClass {
  readonly name: string;
  /** The log's key as well as the database. */
  readonly hasKey: boolean;
  /**
   * Whether an audit finds each without anything kept elsewhere: `false` is the honest half of the table. `unchecked`: it finds them, or
   * says at least that it could not check, and never that the log is verified.
   */
  readonly alone: boolean | 'unchecked';
  /** What finds it all the same. */
  readonly held?: HeldWhat;
  /** Whether a witness notices each, or (`some`) those that touch what it asks about; and an auditing witness. Absent: none. */
  readonly witness?: Noticed;
  readonly auditing?: Noticed;
  tamper(scene: Scene): Promise<Tampered>;
}

/** Condition and parameters for a row. */
export function where(key: Key): { readonly text: string; readonly values: readonly (string | number)[] } {
  const names = Object.keys(key);
  return { text: names.map((name, n) => `${name} = $${n + 1}`).join(' and '), values: Object.values(key) };
}

/** One bit of a bytea or text column of one row; of a text one that leaves printable ASCII. */
export async function flipBit({ client, random }: Scene, table: string, column: string, key: Key): Promise<void> {
  const { text, values } = where(key);
  const { rows } = await client.query<{ value: Buffer | string }>(`select ${column} as value from ${table} where ${text}`, values);
  const value = rows[0]?.value;
  if (value === undefined) throw new Error(`${table} has no row ${JSON.stringify(key)}`);
  const isText = typeof value === 'string';
  const bytes = Buffer.from(value as string);
  for (;;) {
    const [at, bit] = [random.below(bytes.length), 1 << random.below(8)];
    const flipped = (bytes[at] as number) ^ bit;
    if (isText && (flipped < 0x21 || flipped > 0x7e || (bytes[at] as number) > 0x7e)) continue;
    bytes[at] = flipped;
    break;
  }
  const changed = await client.query(`update ${table} set ${column} = $${values.length + 1} where ${text}`, [
    ...values,
    isText ? bytes.toString() : bytes,
  ]);
  if (changed.rowCount !== 1) throw new Error(`${table}: ${changed.rowCount} rows changed`);
}
