/** What a request about evidence says in its path and headers, read strictly. */
import type { FastifyRequest } from 'fastify';
import { HASH_PATTERN, type ByteRange } from '#lib/evidence';
import { DomainError, refusedHeader } from '#lib/runtime';

/** Throws `evidence.hash`. Upper-case hex is another name: one evidence has one address. */
export function readHash(text: string): string {
  if (HASH_PATTERN.test(text)) return text;
  throw new DomainError('evidence.hash', 'Evidence is named by its SHA-256: 64 lower-case hex digits.');
}

/** Which bytes of the whole a body holds. */
export interface Part {
  readonly from: number;
  readonly whole: number;
}

const CONTENT_RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/;

/** Of a partial PUT (RFC 9110, section 14.5). Undefined: the body is all of it. Throws `evidence.content-range`. */
export function readPart({ headers }: Pick<FastifyRequest, 'headers'>): Part | undefined {
  const text = headers['content-range'];
  if (text === undefined) return undefined;
  const [from = 0, to = 0, whole = 0] = (CONTENT_RANGE.exec(String(text)) ?? []).slice(1).map(Number);
  const length = headers['content-length'];
  if (!(from <= to && to < whole) || (length !== undefined && Number(length) !== to - from + 1))
    throw refusedHeader(
      'evidence.content-range',
      'content-range',
      'Content-Range is bytes <first>-<last>/<size of all>, and as long as the body.',
    );
  return { from, whole };
}

export type AskedRange = { readonly range: ByteRange | undefined } | 'unsatisfiable';

/**
 * What of `bytes` is asked for (RFC 9110, section 14.2): one range; several, or a unit that is not known, are ignored, and so is a range of
 * something else (If-Range).
 */
export function readRange({ headers }: Pick<FastifyRequest, 'headers'>, bytes: number, tag: string): AskedRange {
  const condition = headers['if-range'];
  if (condition !== undefined && condition !== tag) return { range: undefined };
  const asked = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range ?? '');
  const [, first = '', last = ''] = asked ?? [];
  if (asked === null || (first === '' && last === '')) return { range: undefined };
  const from = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const to = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return { range: undefined };
  return from > to ? 'unsatisfiable' : { range: { from, to } };
}
