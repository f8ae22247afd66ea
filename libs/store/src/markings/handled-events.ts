/** Events whose handling may be another than they came in with, and what their own agency says of it: what settle.ts reads. */
import { formatRef, parseRef, type EventRef, type Handling } from '#lib/domain';

/** A statement within the transaction that changes handlings: a client of a pool, or a migration's. */
export interface MarkingClient {
  query<Row>(text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }>;
}

/** Positions in KINDS of libs/domain, which the functions of the database name too. */
export const CORRECTION = 9;
export const RETRACTION = 10;
export const MARKING = 13;
export const POLICY = 14;

/** The members of a stored document that say something here; it was accepted, so that they have their forms. */
interface Said {
  readonly kind: string;
  readonly handling: Handling;
  readonly relations?: { readonly target?: string; readonly handling?: Handling };
  readonly extension?: { readonly policy?: { readonly act: string; readonly marking?: string; readonly sha256?: string } };
}

export interface HandledEvent extends EventRef {
  readonly logIndex: number;
  readonly principal: string;
  readonly capturedMicros: number;
  readonly handling: Handling;
  /** Of a marking: what it says, and of what. */
  readonly said: Handling | undefined;
  /** What it speaks about or approves, where that is its own agency's. */
  readonly target: EventRef | undefined;
  /** Numbers of the reader groups that its rows stand in. */
  readonly shownIn: readonly number[];
  readonly content: Buffer;
}

/** What the agency of an event says about it. */
export interface OwnWord extends EventRef {
  readonly logIndex: number;
  readonly kind: number;
  readonly principal: string;
  readonly capturedMicros: number;
  /** Hex. */
  readonly contentHash: string;
  /** Of a marking. */
  readonly said: Handling | undefined;
  /** Of an approval: the hash of the bytes that are approved, hex. */
  readonly approves: string | undefined;
}

interface HandledRow {
  readonly log_index: string | number;
  readonly agency: string;
  readonly id: string;
  readonly principal: string;
  readonly captured: string | number;
  readonly shown_in: readonly number[];
  readonly bytes: Buffer;
}

/** Those of the events that are there and of which there is something to say. Cost: some 10 µs each. */
export async function handledEvents(client: MarkingClient, refs: readonly EventRef[]): Promise<HandledEvent[]> {
  if (refs.length === 0) return [];
  const { rows } = await client.query<HandledRow>('select * from ledger.handled_events($1::text[], $2::text[])', columnsOf(refs));
  return rows.map(({ log_index, agency, id, principal, captured, shown_in, bytes }) => {
    const document = readSaid(bytes);
    return {
      agency,
      id,
      logIndex: Number(log_index),
      principal,
      capturedMicros: Number(captured),
      handling: document.handling,
      said: document.kind === 'marking' ? document.relations?.handling : undefined,
      target: targetOf(document, agency),
      shownIn: shown_in,
      content: bytes,
    };
  });
}

interface WordRow {
  readonly of_agency: string;
  readonly of_id: string;
  readonly log_index: string | number;
  readonly kind: number;
  readonly id: string;
  readonly principal: string;
  readonly captured: string | number;
  readonly content_hash: Buffer;
  readonly bytes: Buffer;
}

/** By `agency/id` of the events, the words of these kinds whose target each is: of each kind the first `most` of the log. */
export async function ownWords(
  client: MarkingClient,
  refs: readonly EventRef[],
  kinds: readonly number[],
  most: number,
): Promise<ReadonlyMap<string, readonly OwnWord[]>> {
  const words = new Map<string, OwnWord[]>();
  if (refs.length === 0) return words;
  const values = [...columnsOf(refs), kinds, most];
  const { rows } = await client.query<WordRow>(
    'select * from ledger.own_words($1::text[], $2::text[], $3::integer[], $4::integer)',
    values,
  );
  for (const { of_agency, of_id, log_index, kind, id, principal, captured, content_hash, bytes } of rows) {
    const key = formatRef({ agency: of_agency, id: of_id });
    const document = readSaid(bytes);
    const target = targetOf(document, of_agency);
    // It may only contradict it.
    if (target === undefined || formatRef(target) !== key) continue;
    const list = words.get(key);
    const word: OwnWord = {
      agency: of_agency,
      id,
      logIndex: Number(log_index),
      kind,
      principal,
      capturedMicros: Number(captured),
      contentHash: content_hash.toString('hex'),
      said: document.kind === 'marking' ? document.relations?.handling : undefined,
      approves: document.extension?.policy?.sha256,
    };
    if (list === undefined) words.set(key, [word]);
    else list.push(word);
  }
  return words;
}

const columnsOf = (refs: readonly EventRef[]): [string[], string[]] => [refs.map(({ agency }) => agency), refs.map(({ id }) => id)];

const readSaid = (bytes: Buffer): Said => JSON.parse(bytes.toString('utf8')) as Said;

const SPEAKS = new Set(['marking', 'retraction', 'correction']);

function targetOf({ kind, relations, extension }: Said, agency: string): EventRef | undefined {
  const act = kind === 'policy' ? extension?.policy : undefined;
  const text = act?.act === 'marking.approve' ? act.marking : SPEAKS.has(kind) ? relations?.target : undefined;
  const ref = text === undefined ? undefined : parseRef(text, agency);
  return ref?.ok === true && ref.value.agency === agency ? ref.value : undefined;
}
