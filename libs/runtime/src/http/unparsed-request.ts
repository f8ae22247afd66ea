/** Answers to what never becomes a request for the framework: bytes that are not HTTP, a head that is too large or never ends. */
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { uuidv7 } from '../ids.ts';
import { PROBLEM_MEDIA_TYPE, type ProblemCatalogue } from './problem-answer.ts';
import { chooseRequestId, REQUEST_ID_HEADER } from './request-id.ts';

/** Node's codes; others are a malformed request. */
const CODES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'head.too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'body.too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'head.stalled',
};

export interface UnparsedRequests {
  /** For the framework's `clientErrorHandler`. */
  onClientError(error: Error & { readonly code?: string }, socket: Duplex): void;
  /** Answers `Expect` with anything but 100-continue, and remembers which answers are under way. */
  watch(server: Server): void;
}

/** @param catalogue of problems; what is answered here has no path that could be told apart, so `instance` is `*` */
export function unparsedRequests(catalogue: ProblemCatalogue): UnparsedRequests {
  const underWay = new WeakMap<Duplex, ServerResponse>();
  return {
    onClientError(error, socket) {
      const answer = underWay.get(socket);
      // Half an answer on the wire, or nobody there: more bytes would be taken for a part of it.
      const begun = answer?.headersSent === true && !answer.writableFinished;
      if (error.code !== 'ECONNRESET' && socket.writable && !begun) {
        const code = CODES[error.code ?? ''] ?? 'query.malformed';
        socket.write(onTheWire(answerOf(code, uuidv7(), catalogue)));
      }
      socket.destroy(error);
    },
    watch(server) {
      server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => underWay.set(request.socket, response));
      server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
        const requestId = chooseRequestId(request);
        const detail = 'The header Expect asks for something else than 100-continue.';
        const errors = [{ code: 'expectation.unknown', header: 'expect', detail }];
        const { status, headers, body } = answerOf('expectation.unknown', requestId, catalogue, errors);
        response.writeHead(status, headers).end(body);
      });
    },
  };
}

interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function answerOf(code: string, requestId: string, catalogue: ProblemCatalogue, errors?: readonly object[]): RawAnswer {
  const body = JSON.stringify(catalogue.problem(code, { instance: '*', requestId, ...(errors === undefined ? {} : { errors }) }));
  const headers = {
    [REQUEST_ID_HEADER]: requestId,
    'x-content-type-options': 'nosniff',
    'content-type': PROBLEM_MEDIA_TYPE,
    'cache-control': 'no-store',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  return { status: catalogue.statusOf(code), headers, body };
}

function onTheWire({ status, headers, body }: RawAnswer): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}
