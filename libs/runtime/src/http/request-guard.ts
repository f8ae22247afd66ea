/**
 * What a request's head alone decides: whom it was meant for, which page in a browser sent it, and whether its body can be taken as bytes
 * of JSON. While access is open whoever reaches the port acts as the operator, and with a session as its principal; and browsers let every page reach it.
 */
import type { FastifyRequest } from 'fastify';
import { type DomainError, refusedHeader } from '../domain-error.ts';
import { isOwnOrigin, type OwnOrigin } from './own-origin.ts';

/** Why the request is turned away; undefined: it is not. */
export function refuseHead(request: FastifyRequest, own: OwnOrigin): DomainError | undefined {
  return refuseHost(request, own) ?? refuseOrigin(request, own) ?? refuseBody(request);
}

/**
 * A page in a browser on this machine can make any name point to 127.0.0.1 (DNS rebinding) and then read and write here as the operator.
 * The Host header still says the name.
 */
function refuseHost(request: FastifyRequest, { names }: OwnOrigin): DomainError | undefined {
  if (request.headers.host === undefined) return refusedHeader('query.malformed', 'host', 'The request has no Host header.');
  if (names.has(nameAsked(request))) return undefined;
  return refusedHeader(
    'host.unknown',
    'host',
    'This server answers to 127.0.0.1, [::1], localhost and the names of its settings `host` and `publicUrl`; the Host header names another.',
  );
}

/** By the Host header, lower-case, of IPv6 without brackets. */
export const nameAsked = ({ hostname }: Pick<FastifyRequest, 'hostname'>): string => hostname.replace(/^\[|\]$/g, '').toLowerCase();

/** They change nothing here, and without CORS headers a page elsewhere cannot read their answers. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Fetch Metadata: `none` is the visitor's own doing. `same-site` is another port of this machine, which is another program. */
const OWN_SITES = new Set(['same-origin', 'none']);

/** A form or script of any page can post here without asking first; its browser says so in these two headers, which no page can set. */
function refuseOrigin({ method, headers }: FastifyRequest, own: OwnOrigin): DomainError | undefined {
  if (SAFE_METHODS.has(method)) return undefined;
  const { origin, host = '' } = headers;
  const site = headers['sec-fetch-site'];
  const ownOrigin = origin === undefined || isOwnOrigin(own, origin, host);
  if (ownOrigin && (site === undefined || OWN_SITES.has(String(site)))) return undefined;
  return refusedHeader(
    'origin.foreign',
    ownOrigin ? 'sec-fetch-site' : 'origin',
    'The browser says that a page of another origin sent this.',
  );
}

/** What is hashed are the bytes as they were written: none are undone, and none are read as anything but UTF-8. */
function refuseBody({ headers }: FastifyRequest): DomainError | undefined {
  if (!hasBody(headers)) return undefined;
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== '' && encoding !== 'identity')
    return refusedHeader('media-type.encoding', 'content-encoding', 'The body has a content-encoding other than identity.');
  const charset = charsetOf(headers['content-type'] ?? '');
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')
    return refusedHeader('media-type.charset', 'content-type', 'The content-type names a charset other than utf-8.');
  return undefined;
}

export const hasBody = (headers: FastifyRequest['headers']): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function charsetOf(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1]?.toLowerCase();
}
