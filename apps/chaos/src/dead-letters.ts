/** Dead letters against what was appended: code, key, headers and bytes of each, in the table and in their topic. */
import type { ErrorCode } from '#lib/contracts';
import type { EventLog } from '#lib/event-log';
import { sha256Hex } from '#lib/ledger';
import { readDeadLetter, type StorePool } from '#lib/store';
import { until } from './wait.ts';

/** A record that cannot be taken, as it was appended. */
export interface Appended {
  readonly code: ErrorCode;
  readonly key: Buffer | null;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string | Buffer>>;
  /** In a codec that nobody can read: its letter is the whole batch, with these bytes in it, and has no key and no headers. */
  readonly packed?: true;
}

/** What became of it. */
export interface Letter {
  readonly seq: number;
  readonly code: string;
  readonly key: Buffer | null;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string | Buffer>>;
}

/** Sentences; none: each record has its letter, whole, and there is no other. */
export function differingLetters(appended: readonly Appended[], letters: readonly Letter[]): string[] {
  const open = new Map<string, Letter[]>();
  for (const letter of letters) open.set(printOf(letter), [...(open.get(printOf(letter)) ?? []), letter]);
  const missing = appended.filter((record) => {
    const print = record.packed === true ? batchWith(record, open) : printOf(record);
    return open.get(print)?.pop() === undefined;
  });
  const strange = [...open.values()].flat();
  return [
    ...told(missing, 'records have no dead letter with their code, key, headers and bytes'),
    ...told(strange, 'dead letters differ from every record that was appended'),
  ];
}

const told = (found: readonly { readonly code: string }[], what: string): string[] =>
  found.length === 0 ? [] : [`${found.length} ${what}, such as one of ${found[0]?.code}`];

/** Equal for two that are equal in everything that has to be kept. */
function printOf({ code, key, headers, value }: Omit<Letter, 'seq'>): string {
  const pairs = Object.entries(headers).map(([name, header]): [string, string] => [name, Buffer.from(header).toString('base64')]);
  return [code, key?.toString('base64') ?? 'none', JSON.stringify(pairs.sort(byName)), sha256Hex(value)].join(' ');
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : a > b ? 1 : 0);

/** The codec of the harness leaves bytes as they are: the record's own stand in its batch. */
function batchWith({ code, value }: Appended, open: ReadonlyMap<string, readonly Letter[]>): string {
  const isIt = (letter: Letter): boolean =>
    letter.code === code && letter.key === null && Object.keys(letter.headers).length === 0 && letter.value.includes(value);
  return [...open].find(([, letters]) => letters.some(isIt))?.[0] ?? '';
}

/** All of the table. */
export async function readLetters(pool: StorePool): Promise<Letter[]> {
  const { rows } = await pool.query<{ seq: number }>('select seq from ledger.dead_letters order by seq');
  const letters: Letter[] = [];
  for (const { seq } of rows) {
    const letter = await readDeadLetter(pool, seq);
    if (letter !== null) letters.push(letter);
  }
  return letters;
}

interface Copy {
  readonly seq: string;
  readonly code: string;
  readonly key: Buffer | null;
  readonly value: Buffer;
}

/** What differs between the letters and their copies in the topic. A letter that is copied twice (a crash between copy and mark) is none. */
export async function differingCopies(log: EventLog, topic: string, letters: readonly Letter[], withinMs: number): Promise<string[]> {
  const copies = await readCopies(log, topic, letters.length, withinMs);
  const bySeq = new Map(copies.map((copy) => [copy.seq, copy]));
  const wrong = letters.filter(({ seq, code, key, value }) => {
    const copy = bySeq.get(String(seq));
    return copy?.code !== code || !isSame(copy.key, key) || !copy.value.equals(value);
  });
  return wrong.length === 0 ? [] : [`${wrong.length} of ${letters.length} dead letters are not in their topic with their key and bytes`];
}

const isSame = (a: Buffer | null, b: Buffer | null): boolean => (a === null || b === null ? a === b : a.equals(b));

/** So many, or those that came in time. */
async function readCopies(log: EventLog, topic: string, expected: number, withinMs: number): Promise<Copy[]> {
  const copies: Copy[] = [];
  const consumer = await log.consume({
    topic,
    group: `${topic}.reader`,
    maxRecords: 500,
    maxBytes: 8 * 2 ** 20,
    startAt: () => Promise.resolve(0),
    onBatch: ({ records, next }) => {
      for (const { key, value, headers } of records)
        copies.push({ seq: headers['custody-seq'] ?? '', code: headers['custody-reason'] ?? '', key, value: Buffer.from(value) });
      return Promise.resolve({ next });
    },
  });
  await until('dead letters to be copied', withinMs, () => new Set(copies.map(({ seq }) => seq)).size >= expected).catch(() => undefined);
  await consumer.close();
  return copies;
}

/** Of a projector that halves: tries of a batch of so many records until one of them, refused by the database, stands alone. */
export const triesMax = (batchRecords: number): number => Math.ceil(Math.log2(batchRecords)) + 1;
