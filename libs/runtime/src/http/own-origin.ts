/** By which addresses a server is asked: what its Host headers may name, which pages are its own, and where a browser is sent back to. */
import { type Config, isEveryAddress, LOOPBACK_HOSTS, spelt } from '../config/settings.ts';

export interface OwnOrigin {
  /** Of the connections that it takes itself. */
  readonly scheme: 'http' | 'https';
  /** Lower-case, of IPv6 without brackets. */
  readonly names: ReadonlySet<string>;
  /** What users type, of https; null: what they connect to. */
  readonly publicUrl: string | null;
}

/** Loopback without TLS. */
export const PLAIN_ORIGIN: OwnOrigin = { scheme: 'http', names: new Set(LOOPBACK_HOSTS), publicUrl: null };

/** As it is configured. */
export function ownOriginOf({ host, tls, publicUrl }: Pick<Config, 'host' | 'tls' | 'publicUrl'>): OwnOrigin {
  const listened = isEveryAddress(host) ? [] : [host.toLowerCase(), spelt(host)];
  const typed = publicUrl === null ? [] : [new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')];
  return { scheme: tls.cert === null ? 'http' : 'https', names: new Set([...LOOPBACK_HOSTS, ...listened, ...typed]), publicUrl };
}

/** Browsers come by https, to the server itself or to a proxy in front: what they keep may not go out in clear. */
export const isSecure = ({ scheme, publicUrl }: OwnOrigin): boolean => scheme === 'https' || publicUrl !== null;

/** Where its pages are, for who sent this Host header. */
export const originFor = ({ scheme, publicUrl }: OwnOrigin, host: string): string => publicUrl ?? `${scheme}://${host}`;

/** A page of this server, by the Origin that its browser says. Under a loopback name there are pages also where users type another. */
export const isOwnOrigin = ({ scheme, publicUrl }: OwnOrigin, origin: string, host: string): boolean =>
  origin.toLowerCase() === `${scheme}://${host.toLowerCase()}` || origin === publicUrl;
