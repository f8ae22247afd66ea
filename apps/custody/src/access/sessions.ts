/**
 * Sessions of browsers: a random text in a cookie, of which the database has the hash. A session ends by its time, by not being used, by its principal
 * or an admin of the agency, and with whatever it rests on: the principal, the agency, or the account by which it began.
 */
import { createHash } from 'node:crypto';
import type { Actor, Login } from '#lib/domain';
import { beginSession, endSession, listSessions, sessionOf, sessionSeen, type SessionRow, type StorePool } from '#lib/store';
import { apiKeyId, newApiKey } from './api-key.ts';
import { type Cookies, type Headers, PLAIN_COOKIES } from './cookies.ts';

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
  readonly #cookies: Cookies;

  /** @param pool of the role `access` */
  constructor(pool: StorePool, limits: SessionLimits, cookies: Cookies = PLAIN_COOKIES) {
    this.#pool = pool;
    this.#limits = limits;
    this.#cookies = cookies;
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
    const text = via === 'session' ? this.#cookies.of('session', headers) : undefined;
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
