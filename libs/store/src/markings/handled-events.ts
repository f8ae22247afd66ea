/** Events whose handling may be another than they came in with, and what their own agency says of it: what settle.ts reads. */
import { formatRef, type EventRef, type Handling } from '#lib/domain';

/** A statement within the transaction that changes handlings: a client of a pool, or a migration's. */
export interface MarkingClient {
  query<Row>(text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }>;
}

/** Position in KINDS of libs/domain, which the functions of the database name too. */
export const MARKING = 13;

/** An event, by what it says of handlings. */
export interface HandledEvent extends EventRef {
  readonly logIndex: number;
  readonly principal: string;
  readonly capturedMicros: number;
  /** As submitted. */
  readonly handling: Handling;
  /** Of a marking: the handling that it says. */
  readonly said: Handling | undefined;
  /** What it speaks about or approves, where that is its own agency's. */
  readonly target: EventRef | undefined;
  /** Of a marking: where another principal first approved it. */
  readonly approvedAt: number | null;
  /** A retraction or correction of it is there. */
  readonly isUndone: boolean;
  /** Such a one was itself approved, and stands. */
  readonly isLifted: boolean;
  /** Whether its target may have rows for all that it names; null: nobody looked. */
  readonly fits: boolean | null;
}

/** How many markings of one event are weighed, and with how many bytes of handlings: of more, the event is closed whatever they say. */
export interface Weighed {
  readonly most: number;
  readonly bytes: number;
}

/** Of one event the first that count, as they stand in the log. */
export interface Markings {
  readonly weighed: readonly HandledEvent[];
  /** Some of the others: they are their authors' alone, and of what they say nothing was read. */
  readonly others: readonly HandledEvent[];
}

interface HandledRow {
  readonly log_index: string | number;
  readonly agency: string;
  readonly id: string;
  readonly principal: string;
  readonly captured: string | number;
  /** Null: it is no word, and no marking. */
  readonly kind: number | null;
  readonly target: string | null;
  /** Null: it was not read. */
  readonly handling: string | null;
  readonly gives: string | null;
  readonly approved_at: string | number | null;
  readonly undone: boolean | null;
  readonly lifted: boolean | null;
  readonly fits: boolean | null;
}

/** Memory: a handling may name hundreds. */
const EVENTS_PER_STATEMENT = 200;
const BYTES_PER_STATEMENT = 6 * 1024 * 1024;

/** Those of the events that are there and of which there is something to say. Cost: some 10 µs each. */
export async function handledEvents(client: MarkingClient, refs: readonly EventRef[]): Promise<HandledEvent[]> {
  const found: HandledEvent[] = [];
  for (const piece of piecesOf(refs, EVENTS_PER_STATEMENT)) {
    const text = 'select * from ledger.handled_events($1::text[], $2::text[])';
    const { rows } = await client.query<HandledRow>(text, columnsOf(piece));
    for (const row of rows) found.push(eventOf(row));
  }
  return found;
}

/**
 * By `agency/id` of the events, those that have any; whether an event is there or not. What only contradicts it marks nothing. `limit` may be less than
 * what is read, where more is known of one of them. Cost: some 20 µs for each marking.
 */
export async function markingsOf(
  client: MarkingClient,
  refs: readonly EventRef[],
  read: Weighed,
  limit: (key: string) => Weighed,
): Promise<ReadonlyMap<string, Markings>> {
  const found = new Map<string, { weighed: HandledEvent[]; others: HandledEvent[] }>();
  for (const piece of piecesOf(refs, Math.floor(BYTES_PER_STATEMENT / read.bytes))) {
    const { rows } = await client.query<HandledRow & { readonly of_id: string; readonly size: string | number }>(
      'select * from ledger.markings_of($1::text[], $2::text[], $3::integer, $4::integer)',
      [...columnsOf(piece), read.most + 1, read.bytes],
    );
    for (const row of rows) {
      const key = formatRef({ agency: row.agency, id: row.of_id });
      const markings = found.get(key) ?? { weighed: [], others: [] };
      const { most, bytes } = limit(key);
      found.set(key, markings);
      (markings.weighed.length < most && Number(row.size) <= bytes ? markings.weighed : markings.others).push(eventOf(row));
    }
  }
  return found;
}

export function* piecesOf<Item>(items: readonly Item[], length: number): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += length) yield items.slice(at, at + length);
}

const columnsOf = (refs: readonly EventRef[]): [string[], string[]] => [refs.map(({ agency }) => agency), refs.map(({ id }) => id)];

/** Of one that was not read it is known that it marks; what it says is asked of nobody. */
const UNREAD: Handling = { tlp: 'RED' };

function eventOf(row: HandledRow): HandledEvent {
  const { agency, id, principal, kind, target, approved_at } = row;
  return {
    agency,
    id,
    logIndex: Number(row.log_index),
    principal,
    capturedMicros: Number(row.captured),
    handling: handlingOf(row.handling),
    said: kind === MARKING ? handlingOf(row.gives) : undefined,
    target: target === null ? undefined : { agency, id: target },
    approvedAt: approved_at === null ? null : Number(approved_at),
    isUndone: row.undone === true,
    isLifted: row.lifted === true,
    fits: row.fits,
  };
}

const handlingOf = (text: string | null): Handling => (text === null ? UNREAD : (JSON.parse(text) as Handling));
