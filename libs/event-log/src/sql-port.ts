/**
 * The narrow port by which the embedded adapter gets Postgres from libs/store: event-log knows no driver.
 * The tables are made by libs/store's migrations:
 *
 *   event_log.cluster    (id uuid)                                         -- one row, made once: the cluster id
 *   event_log.topics     (topic text primary key, topic_id uuid, topic_no int generated always as identity unique, partitions int)
 *   event_log.partitions (topic_no int, partition int, next bigint, low bigint, primary key (topic_no, partition))
 *   event_log.records    (topic_no int, partition int, "offset" bigint, key bytea, headers bytea, value bytea,
 *                         primary key (topic_no, partition, "offset"))    -- headers: as record-rows.ts encodes them
 *
 * An append locks its partition's row, takes `next`, writes, and moves `next` before it commits: offsets are dense and in commit order.
 */
export interface SqlClient {
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<{ rows: Row[]; rowCount: number }>;
  /** `copy ... from stdin` with the whole payload. */
  copyIn(text: string, payload: Buffer): Promise<void>;
  /** `copy ... to stdout`, the whole payload. */
  copyOut(text: string): Promise<Buffer>;
  /** Back to the pool; with `broken` the connection is closed instead. */
  release(broken?: boolean): void;
}

/** Connections to one database, with the rights of one role. */
export interface SqlPool {
  connect(): Promise<SqlClient>;
  /** LISTEN on a connection of its own, made again when it is lost; `onNotify` also fires once after each reconnect. Returns stop. */
  listen(channel: string, onNotify: (payload: string) => void): Promise<() => Promise<void>>;
}
