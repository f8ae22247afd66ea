/** A log and witnesses as suites of the sealer use them: real HTTP, decisions by libs/ledger, and whatever answer a suite puts in their place. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  addCheckpoint,
  badRequest,
  consistencyNodes,
  foldNodes,
  formatCheckpoint,
  leafHash,
  merkleRoot,
  originHash,
  parseAddCheckpoint,
  type PolicyWitness,
  signingKey,
  type SigningKey,
  signText,
  utf8,
  type WitnessHead,
} from '#lib/ledger';
import type { SignedCheckpoint } from '../src/index.ts';

export class TestLog {
  readonly key: SigningKey<'log'>;
  private readonly leaves: Uint8Array[];

  /** @param fork other leaves from the sixth on */
  constructor(fork = '', name = 'log.example/demo') {
    this.key = signingKey('log', name, utf8(name.padEnd(32, '.')).subarray(0, 32));
    this.leaves = Array.from({ length: 100 }, (_, n) => leafHash(utf8(`${n < 5 ? '' : fork}${n}`)));
  }

  head(size: number): SignedCheckpoint {
    const root = Uint8Array.from(merkleRoot(this.leaves.slice(0, size)));
    const text = formatCheckpoint({ origin: this.key.name, size: BigInt(size), root, extension: [] });
    return { size, text, signatures: [signText(this.key, text)] };
  }

  proof(first: bigint, second: bigint): Promise<Uint8Array[]> {
    if (first === 0n) return Promise.resolve([]);
    const hashOf = ({ level, index }: { level: number; index: bigint }): Uint8Array =>
      merkleRoot(this.leaves.slice(Number(index) * 2 ** level, (Number(index) + 1) * 2 ** level));
    return Promise.resolve(consistencyNodes(first, second).map((nodes) => foldNodes(nodes.map(hashOf))));
  }
}

/** Instead of the answer that is due; `null`: the due one. */
export type Lie = (response: ServerResponse, due: { readonly status: number; readonly body: string }) => void | null;

export class TestWitness {
  readonly key: SigningKey<'witness'>;
  readonly furtherKeys: SigningKey<'witness'>[] = [];
  latest: (WitnessHead & { readonly note: Uint8Array }) | null = null;
  lie: Lie | null = null;
  /** Sizes that it was asked about, old and new. */
  readonly asked: [number, number][] = [];
  private server: Server | null = null;
  private port = 0;
  private readonly log: TestLog;

  constructor(name: string, log: TestLog) {
    this.key = signingKey('witness', name, utf8(name.padEnd(32, '.')).subarray(0, 32));
    this.log = log;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  policy(key: SigningKey<'witness'> = this.key): PolicyWitness {
    return { key, url: this.url };
  }

  /** At the port that it had before, if it had one. */
  async start(): Promise<this> {
    const server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => this.answer(request.url ?? '', Buffer.concat(pieces), response));
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
    return this;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (server === null) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  private answer(path: string, body: Buffer, response: ServerResponse): void {
    const due = path === '/add-checkpoint' ? this.add(body) : this.shown(path);
    if (this.lie !== null && this.lie(response, due) !== null) return;
    response.writeHead(due.status, { 'content-type': due.contentType }).end(due.body);
  }

  private shown(path: string): { status: number; contentType: string; body: string } {
    const contentType = 'text/plain; charset=utf-8';
    if (this.latest === null || path !== `/${originHash(this.log.key.name)}/checkpoint`)
      return { status: 404, contentType, body: 'none\n' };
    return { status: 200, contentType, body: Buffer.from(this.latest.note).toString() };
  }

  private add(body: Buffer): ReturnType<typeof addCheckpoint> {
    const request = parseAddCheckpoint(body);
    if (!request.ok) return badRequest(request.fault);
    const { origin, size } = request.value.checkpoint;
    this.asked.push([Number(request.value.oldSize), Number(size)]);
    const logKeys = origin === this.log.key.name ? [this.log.key] : [];
    const { key, furtherKeys, latest } = this;
    const answer = addCheckpoint(request.value, { logKeys, latest, key, furtherKeys, timestamp: BigInt(Math.floor(Date.now() / 1000)) });
    if (answer.cosigned !== undefined) this.latest = answer.cosigned;
    return answer;
  }
}
