/** Sessions of browsers, for the role `access`. Their times are the database's. */
import type { Statements } from '../pool.ts';

export interface NewSession {
  readonly id: string;
  /** Of the text of the cookie. */
  readonly sha256: Buffer;
  readonly agency: string;
  readonly principal: string;
  /** Account by which it began; null: the link of this machine. */
  readonly login: { readonly issuer: string; readonly subject: string } | null;
  /** How long it holds at most. */
  readonly seconds: number;
}

export interface SessionRow {
  readonly id: string;
  readonly agency: string;
  readonly principal: string;
  readonly issuer: string | null;
  readonly subject: string | null;
  /** `expired` past its time, `idle` not used for as long as was asked, `ended` by somebody. */
  readonly state: 'active' | 'expired' | 'idle' | 'ended';
  /** RFC 3339 UTC, to the second; so are `seen` and `expires`. */
  readonly begun: string;
  readonly seen: string;
  readonly expires: string;
}

/** When it was last used is written at most so often: a write a minute and no more, whatever is asked. */
const SEEN_EVERY_SECONDS = 60;
/** Of one answer. */
export const SESSIONS_MAX = 1_000;

const time = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "${column}"`;
const columns = (
  idleSeconds: string,
): string => `id, agency, principal, issuer, subject, ${['begun', 'seen', 'expires'].map(time).join(', ')},
    case when ended is not null then 'ended' when expires <= clock_timestamp() then 'expired'
      when seen <= clock_timestamp() - make_interval(secs => ${idleSeconds}::integer) then 'idle' else 'active' end as state`;

export const SESSION_BEGIN = {
  name: 'session_begin',
  text: `insert into login.sessions (id, sha256, agency, principal, issuer, subject, expires)
    values ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(secs => $7::integer))`,
};
/** A week long whoever comes with one that is over is told so. */
export const SESSIONS_FORGET = { name: 'sessions_forget', text: 'select login.forget()' };
export const SESSION_OF = { name: 'session_of', text: `select ${columns('$2')} from login.sessions where sha256 = $1::bytea` };
export const SESSION_SEEN = {
  name: 'session_seen',
  text: `update login.sessions set seen = clock_timestamp()
    where sha256 = $1::bytea and ended is null and seen < clock_timestamp() - make_interval(secs => ${SEEN_EVERY_SECONDS})`,
};
export const SESSIONS_LIST = {
  name: 'sessions_list',
  text: `select * from (select ${columns('$3')}, begun as since from login.sessions
      where agency = $1 and ($2::text is null or principal = $2)) s
    where state = 'active' order by since desc, id limit ${SESSIONS_MAX}`,
};
export const SESSION_END = {
  name: 'session_end',
  text: `update login.sessions set ended = clock_timestamp(), ended_by = $4
    where id = $1 and agency = $2 and ($3::text is null or principal = $3) and ended is null and expires > clock_timestamp()`,
};

/** Also forgets those that are long over. */
export async function beginSession(to: Statements, { id, sha256, agency, principal, login, seconds }: NewSession): Promise<void> {
  await to.run(SESSIONS_FORGET);
  await to.run(SESSION_BEGIN, [id, sha256, agency, principal, login?.issuer ?? null, login?.subject ?? null, seconds]);
}

/** The session of this cookie, whatever became of it; undefined: there is none. One probe of an index. To ask for it is no use of it. */
export async function sessionOf(from: Statements, sha256: Buffer, idleSeconds: number): Promise<SessionRow | undefined> {
  return (await from.run<SessionRow>(SESSION_OF, [sha256, idleSeconds])).rows[0];
}

/** Somebody did something by this session, which holds. One probe of an index, and a write a minute. */
export async function sessionSeen(to: Statements, sha256: Buffer): Promise<void> {
  await to.run(SESSION_SEEN, [sha256]);
}

/** Those that hold, the newest first, at most SESSIONS_MAX. @param principal null: of all of the agency */
export async function listSessions(from: Statements, agency: string, principal: string | null, idleSeconds: number): Promise<SessionRow[]> {
  return (await from.run<SessionRow>(SESSIONS_LIST, [agency, principal, idleSeconds])).rows;
}

/** False: there is none of this id that holds, or it is not of this agency and principal. @param principal null: any of the agency */
export async function endSession(
  to: Statements,
  { id, agency, principal, by }: { readonly id: string; readonly agency: string; readonly principal: string | null; readonly by: string },
): Promise<boolean> {
  return (await to.run(SESSION_END, [id, agency, principal, by])).rowCount > 0;
}
