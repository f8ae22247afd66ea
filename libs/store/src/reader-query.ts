/**
 * A statement of a reader: his context is set and the statement run in one message to the server. Until the Sync behind both they are one
 * transaction, so that the context, which is local to it, holds for this statement and for nothing after it; and it costs no round trip.
 * PostgreSQL protocol, "Extended Query", "Pipelining".
 */
import pg from 'pg';
import { StoreError } from './errors.ts';

/**
 * Sets the context and says whether it holds: one that does not shows nothing, and "nothing is there" must never be answered for a key that
 * is not installed. CASE keeps the order.
 */
export const ENTER = {
  name: 'enter_context',
  text: `select case when set_config('custody.context', $1::text, true) is not null then ctx.agency() <> '' end as holds`,
};

/** pg's Connection and its query, as far as they are used here; neither is in the driver's types. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  readonly parsedStatements: Readonly<Record<string, string>>;
  bind(of: { portal: string; statement: string; values: readonly string[] }): void;
  execute(of: { portal: string; rows: number }): void;
}
interface DriverQuery {
  submit(wire: Wire): Error | null;
  handleDataRow(message: { fields: readonly (string | null)[] }): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
}
type Answer = (error: Error | null, result: pg.QueryResult) => void;
const Query = pg.Query as unknown as new (config: object, values: readonly unknown[], callback: Answer) => DriverQuery;

export class ContextRefused extends StoreError {
  constructor() {
    super(
      'store.context',
      "The database does not take this process's word for who reads: the key of its contexts is not installed, the clocks are more than a minute apart, or a connection pooler stands between.",
    );
  }
}

class ReaderQuery extends Query {
  /** Of the context: whether it holds; null until the server has said so. */
  holds: boolean | null = null;
  private isEntered = false;
  private readonly context: string;

  constructor(config: object, values: readonly unknown[], context: string, callback: Answer) {
    super(config, values, callback);
    this.context = context;
  }

  override submit(wire: Wire): Error | null {
    wire.stream.cork();
    try {
      wire.bind({ portal: '', statement: ENTER.name, values: [this.context] });
      wire.execute({ portal: '', rows: 0 });
      return super.submit(wire);
    } finally {
      wire.stream.uncork();
    }
  }

  override handleDataRow(message: { fields: readonly (string | null)[] }): void {
    if (this.isEntered) super.handleDataRow(message);
    else this.holds = message.fields[0] === 't';
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.isEntered) super.handleCommandComplete(message, wire);
    else this.isEntered = true;
  }
}

/** Of a transaction: its context, first in it. Rejects with StoreError `store.context`. */
export async function enterContext(client: pg.ClientBase, context: string): Promise<void> {
  const { rows } = await client.query<{ holds: boolean }>({ ...ENTER, values: [context] });
  if (rows[0]?.holds !== true) throw new ContextRefused();
}

/** @param name absent: parsed anew each time. Rejects with StoreError `store.context`, and as the driver does. */
export async function queryAsReader(
  client: pg.ClientBase,
  { name, text }: { readonly name?: string; readonly text: string },
  values: readonly unknown[],
  context: string,
): Promise<pg.QueryResult> {
  // Once for each connection, in a round trip of its own: the driver takes each ParseComplete for that of the query that it has sent.
  const { parsedStatements } = (client as unknown as { connection: Wire }).connection;
  if (parsedStatements[ENTER.name] === undefined) await enterContext(client, context);
  return new Promise((resolve, reject) => {
    const config = { text, ...(name === undefined ? {} : { name }), queryMode: 'extended' };
    const query: ReaderQuery = new ReaderQuery(config, values, context, (error, result) => {
      if (error !== null) reject(error);
      else if (query.holds !== true) reject(new ContextRefused());
      else resolve(result);
    });
    client.query(query as unknown as pg.Submittable);
  });
}
