/** Events whose handling may be another than they came in with, and what their own agency says of it: what settle.ts reads. */
import { formatRef, parseRef, type EventRef, type Handling, type Kind } from '#lib/domain';

/** A statement within the transaction that changes handlings: a client of a pool, or a migration's. */
export interface MarkingClient {
  query<Row>(text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }>;
}

/** Positions in KINDS of libs/domain, which the functions of the database name too. */
export const CORRECTION = 9;
export const RETRACTION = 10;
export const MARKING = 13;
export const POLICY = 14;

/** An event, by what it says of handlings. */
export interface HandledEvent extends EventRef {
  readonly logIndex: number;
  readonly kind: Kind;
  readonly principal: string;
  readonly capturedMicros: number;
  /** Hex. */
  readonly contentHash: string;
  readonly handling: Handling;
  /** Of a marking: the handling that it says. */
  readonly said: Handling | undefined;
  /** What it speaks about or approves, where that is its own agency's. */
  readonly target: EventRef | undefined;
  /** Of an approval: the hash of the bytes that are approved, hex. */
  readonly approves: string | undefined;
}

interface HandledRow {
  readonly log_index: string | number;
  readonly agency: string;
  readonly id: string;
  readonly principal: string;
  readonly captured: string | number;
  readonly content_hash: Buffer;
  readonly said: string;
}

/** What ledger.said tells of a stored document; it was accepted, so that its members have their forms. */
interface Said {
  readonly kind: Kind;
  readonly handling: Handling;
  readonly target: string | null;
  readonly gives: Handling | null;
  readonly policy: { readonly act: string; readonly marking?: string; readonly sha256?: string } | null;
}

/** Those of the events that are there and of which there is something to say. Cost: some 10 µs each. */
export async function handledEvents(client: MarkingClient, refs: readonly EventRef[]): Promise<HandledEvent[]> {
  const found: HandledEvent[] = [];
  for (const piece of piecesOf(refs, 1)) {
    const text = 'select * from ledger.handled_events($1::text[], $2::text[])';
    const { rows } = await client.query<HandledRow>(text, columnsOf(piece));
    for (const row of rows) found.push(eventOf(row));
  }
  return found;
}

/**
 * Documents that one statement parses: of 1 MiB each, as the largest are, that takes seconds, and a statement has 30. So however much somebody has
 * said of handlings, what it bears on takes its time and is settled.
 */
const DOCUMENTS_MAX = 260;

function* piecesOf<Ref extends EventRef>(refs: readonly Ref[], documentsEach: number): Generator<readonly Ref[]> {
  const length = Math.max(1, Math.floor(DOCUMENTS_MAX / documentsEach));
  for (let at = 0; at < refs.length; at += length) yield refs.slice(at, at + length);
}

/**
 * By `agency/id` of the events, the words of these kinds whose target each is: of each kind the first `most` of the log. What only contradicts an
 * event is none of its words, and takes no place among them. Cost: some 20 µs for each word, and a statement for every four events.
 */
export async function ownWords(
  client: MarkingClient,
  refs: readonly EventRef[],
  kinds: readonly number[],
  most: number,
): Promise<ReadonlyMap<string, readonly HandledEvent[]>> {
  const words = new Map<string, HandledEvent[]>();
  for (const piece of piecesOf(refs, kinds.length * most)) {
    const { rows } = await client.query<HandledRow & { readonly of_id: string }>(
      'select * from ledger.own_words($1::text[], $2::text[], $3::integer[], $4::integer)',
      [...columnsOf(piece), kinds, most],
    );
    for (const row of rows) {
      const key = formatRef({ agency: row.agency, id: row.of_id });
      const list = words.get(key);
      if (list === undefined) words.set(key, [eventOf(row)]);
      else list.push(eventOf(row));
    }
  }
  return words;
}

const columnsOf = (refs: readonly EventRef[]): [string[], string[]] => [refs.map(({ agency }) => agency), refs.map(({ id }) => id)];

function eventOf({ log_index, agency, id, principal, captured, content_hash, said }: HandledRow): HandledEvent {
  const { kind, handling, gives, target, policy } = JSON.parse(said) as Said;
  return {
    agency,
    id,
    logIndex: Number(log_index),
    kind,
    principal,
    capturedMicros: Number(captured),
    contentHash: content_hash.toString('hex'),
    handling,
    said: kind === 'marking' ? (gives ?? undefined) : undefined,
    target: targetOf(kind === 'policy' ? approvedBy(policy) : SPEAKS.has(kind) ? (target ?? undefined) : undefined, agency),
    approves: policy?.sha256,
  };
}

const SPEAKS: ReadonlySet<Kind> = new Set(['marking', 'retraction', 'correction']);

const approvedBy = (policy: Said['policy']): string | undefined => (policy?.act === 'marking.approve' ? policy.marking : undefined);

function targetOf(text: string | undefined, agency: string): EventRef | undefined {
  const ref = text === undefined ? undefined : parseRef(text, agency);
  return ref?.ok === true && ref.value.agency === agency ? ref.value : undefined;
}
