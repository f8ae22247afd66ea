/** The cookies of a browser: one for its session, one for an attempt to log in. */

/** As in requests. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export type CookieUse = 'session' | 'login';

export interface Cookies {
  /** Undefined: the request has none, or more than one: then which is meant is not for us to choose. */
  of(use: CookieUse, headers: Headers): string | undefined;
  /** The header that sets it. @param seconds 0: away with it */
  set(use: CookieUse, headers: Headers, text: string, seconds: number): string;
}

/**
 * For this host alone (no Domain), for no script, and sent with no request that a page of another site makes but a link that is followed.
 *
 * Cookies know no ports: two servers of one machine have the same ones, and would log each other out. So the port stands in the name.
 *
 * @param isSecure browsers come by https. Then it goes out by https alone, and its name says so (`__Host-`): neither another host of the domain nor a
 * page in clear can put one of its own there. A browser takes that name for all of the host only.
 */
export function cookiesOf(isSecure: boolean): Cookies {
  const nameOf = (use: CookieUse, { host }: Headers): string =>
    `${isSecure ? '__Host-' : ''}custody_${use}_${/:(\d{1,5})$/.exec(String(host ?? ''))?.[1] ?? (isSecure ? '443' : '80')}`;
  return {
    of(use, headers) {
      const name = nameOf(use, headers);
      const found = String(headers['cookie'] ?? '')
        .split(';')
        .map((pair) => pair.trim())
        .filter((pair) => pair.startsWith(`${name}=`));
      return found.length === 1 ? found[0]?.slice(name.length + 1) : undefined;
    },
    set(use, headers, text, seconds) {
      const path = isSecure || use === 'session' ? '/' : '/auth';
      return `${nameOf(use, headers)}=${text}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
    },
  };
}

/** Of a server without TLS. */
export const PLAIN_COOKIES = cookiesOf(false);
