/** The one place where a thrown error becomes an HTTP answer. Free of Nest, so that it loads with the command line, too. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../domain-error.ts';
import type { Log } from '../log.ts';
import { problemAnswer, type ProblemCatalogue, type Translate } from './problem-answer.ts';
import { requestIdOf } from './request-id.ts';
import { ClientGone } from './watched-body.ts';

export interface ProblemOptions {
  readonly catalogue: ProblemCatalogue;
  readonly log: Log;
  readonly translate?: Translate;
  /** Methods that a path answers to; empty where there is no such path. */
  readonly methodsOf: (path: string) => readonly string[];
}

/** From Nest's filter, and from hooks that turn a request away before Nest. Nothing is sent where the answer has already begun. */
export function sendProblem(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { catalogue, log, translate, methodsOf }: ProblemOptions,
): void {
  if (thrown instanceof ClientGone) return void reply.raw.destroy();
  const instance = request.url.split('?', 1)[0] ?? '/';
  let error = thrown;
  const bodyBytesMax = request.routeOptions.bodyLimit;
  let answer = problemAnswer(error, { instance, requestId: requestIdOf(request), bodyBytesMax }, catalogue, translate);
  const methods = answer.code === 'not-found' && !(thrown instanceof DomainError) ? methodsOf(instance) : [];
  if (methods.length > 0) {
    error = new DomainError('method-not-allowed', `The address takes ${methods.join(', ')}.`);
    answer = problemAnswer(error, { instance, requestId: requestIdOf(request) }, catalogue);
  }
  if (answer.unexpected) log.error('a request failed', { requestId: requestIdOf(request), code: answer.code, error });
  if (reply.sent || reply.raw.headersSent) {
    // Half an answer cannot be taken back: breaking off tells the client that it is not whole.
    reply.raw.destroy();
    return;
  }
  // What was read on the way to a refusal was shown to nobody, but for what its words tell.
  request.notes?.showed({ events: new Map(), items: new Set(), ...(error instanceof DomainError ? error.tells : {}) });
  void reply
    .status(answer.status)
    .headers({ ...answer.headers, ...(methods.length > 0 ? { allow: methods.join(', ') } : {}) })
    .serializer((body: object) => JSON.stringify(body))
    .send(answer.body);
}

/** What every answer has, whatever it says. */
const KEPT_HEADERS: ReadonlySet<string> = new Set(['request-id', 'traceparent', 'x-content-type-options', 'connection']);

/** In the place of an answer that was about to leave and must not: its head becomes that of the problem. @returns the body */
export function replaceByProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, options: ProblemOptions): string {
  const { catalogue, log, translate } = options;
  const instance = request.url.split('?', 1)[0] ?? '/';
  const answer = problemAnswer(error, { instance, requestId: requestIdOf(request) }, catalogue, translate);
  log.error('an answer was taken back', { requestId: requestIdOf(request), code: answer.code, error });
  for (const name of Object.keys(reply.getHeaders())) if (!KEPT_HEADERS.has(name)) void reply.removeHeader(name);
  void reply.status(answer.status).headers(answer.headers);
  return JSON.stringify(answer.body);
}
