/**
 * Exports by the command line: the program’s own commands, by way of a pass-through on loopback that keeps what each answer named. It gives each
 * request a name, as the workload’s own requests have one.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { outcomeOf, type Caller } from './caller.ts';
import type { Model } from './model.ts';
import { namedIn, nothingNamed } from './named.ts';
import type { Served } from './served.ts';
import type { Key } from './world.ts';

/** What the commands ask for, by path. */
const OPERATIONS: readonly (readonly [RegExp, string])[] = [
  [/^\/v1\/events\?/, 'listEvents'],
  [/^\/v1\/events\/[^/?]+(\?|$)/, 'getEvent'],
  [/^\/v1\/audit(\?|$)/, 'listAudit'],
  [/^\/v1\/items\/[^/]+\/proof/, 'proveItem'],
  [/^\/v1\/items\/[^/]+\/timeline(\?|$)/, 'getTimeline'],
  [/^\/v1\/evidence\/sha256\/[0-9a-f]{64}(\?|$)/, 'getEvidence'],
  [/^\/v1\/policy$/, 'getPolicy'],
];

/** Runs `custody ARGS` to its end, as whoever the key is of. What its answers named is observed. Whatever becomes of it: the server may be killed meanwhile. */
export async function command(served: Served, caller: Caller, model: Model, key: Key, args: readonly string[]): Promise<number | null> {
  const server = createServer((request, response) => void pass({ base: served.base, caller, model, key }, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await served.run([...args, '--server', `http://127.0.0.1:${port}`], { CUSTODY_API_KEY: key.text }).exited;
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

interface Passing {
  readonly base: string;
  readonly caller: Caller;
  readonly model: Model;
  readonly key: Key;
}

async function pass({ base, caller, model, key }: Passing, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '/';
  const operation = OPERATIONS.find(([pattern]) => pattern.test(path))?.[1];
  const name = caller.nextRequest();
  const { epoch, seenSize: seenBefore } = model;
  let [status, type, isWhole, bytes] = [0, '', false, Buffer.alloc(0)];
  try {
    const answer = await fetch(`${base}${path}`, {
      headers: { authorization: String(request.headers.authorization ?? ''), 'request-id': name },
    });
    [status, type] = [answer.status, answer.headers.get('content-type') ?? ''];
    bytes = Buffer.from(await answer.arrayBuffer());
    isWhole = true;
  } catch {
    // Cut off: the command is told so in the same way.
  }
  if (operation !== undefined) {
    const text = bytes.toString('utf8');
    const outcome = outcomeOf({ status, isWhole, text });
    const sha256 = /[0-9a-f]{64}/.exec(path)?.[0] ?? '';
    const body = outcome === 'whole' && type.startsWith('application/json') ? (JSON.parse(text) as unknown) : null;
    const named = outcome === 'whole' ? namedIn(operation, body, sha256) : nothingNamed();
    caller.observe({ request: name, operation, key, behalf: null, epoch, seenBefore, outcome, named, isStream: false });
  }
  if (!isWhole) return void response.destroy();
  response.writeHead(status, { 'content-type': type }).end(bytes);
}
