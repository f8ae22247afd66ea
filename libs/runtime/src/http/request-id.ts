/** The name of one request, carried through log, event and answer. */
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { uuidv7 } from '../ids.ts';

export const REQUEST_ID_HEADER = 'request-id';
export const TRACEPARENT_HEADER = 'traceparent';

/** Same alphabet as event ids: it goes into headers and log lines as it is. */
const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;
/** W3C Trace Context, version 00. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's id where it sends a usable one, else a new UUIDv7. */
export function chooseRequestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers[REQUEST_ID_HEADER];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : uuidv7();
}

export const requestIdOf = (request: Pick<FastifyRequest, 'id'>): string => request.id;

/** The caller's trace context, to be passed on as it came; undefined where there is none that is well formed. */
export function traceparentOf(request: Pick<FastifyRequest, 'headers'>): string | undefined {
  const given = request.headers[TRACEPARENT_HEADER];
  return typeof given === 'string' && TRACEPARENT.test(given) ? given : undefined;
}
