/** How far alerts were raised for each agency, and what was handled otherwise since. */
import type { Statements } from '../pool.ts';

export interface AlertCursor {
  /** Log index up to which everything was looked at. */
  readonly done: number;
  /** Names of the agency's reader groups then. */
  readonly groups: string;
}

export const ALERT_CURSORS = { name: 'alert_cursors', text: 'select agency, done, groups from alerts.cursors' };

/** By agency. With the rights of capture. Plan: all of it, one row for each agency that watches something. */
export async function alertCursors(pool: Statements): Promise<Map<string, AlertCursor>> {
  const { rows } = await pool.run<AlertCursor & { agency: string }>(ALERT_CURSORS);
  return new Map(rows.map(({ agency, done, groups }) => [agency, { done, groups }]));
}

export const ADD_ALERT_CURSOR = {
  name: 'add_alert_cursor',
  text: 'insert into alerts.cursors (agency, done, groups) values ($1::text, $2::bigint, $3::text) on conflict do nothing returning done',
};
export const MOVE_ALERT_CURSOR = {
  name: 'move_alert_cursor',
  text: 'update alerts.cursors set done = $2::bigint, groups = $3::text where agency = $1::text and done = $4::bigint and groups = $5::text returning done',
};

/** False: it is not where `from` says (null: not there), so that somebody else moves it. With the rights of capture. Plan: the primary key. */
export async function moveAlertCursor(pool: Statements, agency: string, from: AlertCursor | null, to: AlertCursor): Promise<boolean> {
  const values = [agency, to.done, to.groups];
  const { rows } =
    from === null ? await pool.run(ADD_ALERT_CURSOR, values) : await pool.run(MOVE_ALERT_CURSOR, [...values, from.done, from.groups]);
  return rows.length > 0;
}

export interface ChangedMark {
  readonly logIndex: number;
  /** Log size with which its handling came to be what it is. */
  readonly changed: number;
}

export const CHANGED_MARKS = {
  name: 'changed_marks',
  text: `select log_index as "logIndex", changed from ledger.marked
    where (changed, log_index) > ($1::bigint, $2::bigint) and changed <= $3::bigint order by changed, log_index limit $4::integer`,
};

/** Entries whose handling changed behind `after`, up to `until` log sizes, in that order. Plan: marked_changed from there on. */
export async function changedMarks(from: Statements, after: ChangedMark, until: number, limit: number): Promise<ChangedMark[]> {
  return (await from.run<ChangedMark>(CHANGED_MARKS, [after.changed, after.logIndex, until, limit])).rows;
}

export const MARKS_OF = {
  name: 'marks_of',
  text: 'select log_index as "logIndex", changed from ledger.marked where log_index = any($1::bigint[])',
};

/** Of these entries those that were handled otherwise, and since when. Plan: the primary key. */
export async function marksOf(from: Statements, logIndexes: readonly number[]): Promise<Map<number, number>> {
  if (logIndexes.length === 0) return new Map();
  const { rows } = await from.run<ChangedMark>(MARKS_OF, [logIndexes]);
  return new Map(rows.map(({ logIndex, changed }) => [logIndex, changed]));
}
