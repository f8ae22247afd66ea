/**
 * Sessions of browsers: a random text in a cookie, of which the database has the hash. A session ends by its time, by not being used, by its principal
 * or an admin of the agency, and with whatever it rests on: the principal, the agency, or the account by which it began.
 */
import { createHash } from 'node:crypto';
import type { Actor, Login } from '#lib/domain';
import { beginSession, endSession, listSessions, sessionOf, sessionSeen, type SessionRow, type StorePool } from '#lib/store';
import { apiKeyId, newApiKey } from './api-key.ts';

/** As in requests. */
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface SessionLimits {
  readonly hours: number;
  readonly idleMinutes: number;
}

export interface Owner {
  readonly agency: string;
  readonly principal: string;
}

const HOUR_SECONDS = 60 * 60;
const MINUTE_SECONDS = 60;

export class Sessions {
  readonly #pool: StorePool;
  readonly #limits: SessionLimits;

  /** @param pool of the role `access` */
  constructor(pool: StorePool, limits: SessionLimits) {
    this.#pool = pool;
    this.#limits = limits;
  }

  /** @returns the text of the cookie, and for how many seconds it is good */
  async begin({ agency, principal }: Owner, login: Login | null): Promise<{ readonly text: string; readonly seconds: number }> {
    // The form of an API key: nothing that is logged has one in it.
    const { id, text } = newApiKey();
    const seconds = this.#limits.hours * HOUR_SECONDS;
    await beginSession(this.#pool, { id, sha256: hashOf(text), agency, principal, login, seconds });
    return { text, seconds };
  }

  /** Whatever became of it; undefined: there is none by this text. It is not used by that. */
  async of(text: string): Promise<SessionRow | undefined> {
    return apiKeyId(text) === null ? undefined : sessionOf(this.#pool, hashOf(text), this.#idleSeconds);
  }

  /** Who was let in does something: by his session, where it was that which let him in. */
  async used({ via }: Pick<Actor, 'via'>, { headers }: { readonly headers: Headers }): Promise<void> {
    const text = via === 'session' ? cookieOf('session', headers) : undefined;
    if (text !== undefined) await sessionSeen(this.#pool, hashOf(text));
  }

  /** @param principal null: of all of the agency */
  list(agency: string, principal: string | null): Promise<SessionRow[]> {
    return listSessions(this.#pool, agency, principal, this.#idleSeconds);
  }

  /** False: he has none of this id. @param principal null: anybody's of the agency */
  end(id: string, agency: string, principal: string | null, by: Owner): Promise<boolean> {
    return endSession(this.#pool, { id, agency, principal, by: `${by.agency}/${by.principal}` });
  }

  get #idleSeconds(): number {
    return this.#limits.idleMinutes * MINUTE_SECONDS;
  }
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/**
 * Cookies know no ports: two servers of one machine have the same ones, and would log each other out. So the port stands in the name.
 * @param use `session`, or `login` for an attempt to log in
 */
export const cookieName = (use: 'session' | 'login', { host }: Headers): string =>
  `custody_${use}_${/:(\d{1,5})$/.exec(String(host ?? ''))?.[1] ?? '80'}`;

/** Undefined: the request has none, or more than one: then which is meant is not for us to choose. */
export function cookieOf(use: 'session' | 'login', headers: Headers): string | undefined {
  const name = cookieName(use, headers);
  const found = String(headers['cookie'] ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`));
  return found.length === 1 ? found[0]?.slice(name.length + 1) : undefined;
}

/**
 * For this host alone (no Domain), for no script, and sent with no request that a page of another site makes but a link that is followed.
 * @param seconds 0: away with it
 */
export function setCookie(use: 'session' | 'login', headers: Headers, text: string, seconds: number): string {
  const path = use === 'session' ? '/' : '/auth';
  return `${cookieName(use, headers)}=${text}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Lax`;
}
