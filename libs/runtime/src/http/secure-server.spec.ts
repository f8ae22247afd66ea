/**
 * A server with a certificate, on real sockets. Another address than those that are served without one is 127.0.0.2: loopback all the same, so that
 * nothing that a suite starts is reached from elsewhere. (macOS has it once it is added to lo0.)
 */
import { onlyActor } from './access.ts';
import { UNRECORDED } from './reads.ts';
import { ROOT_ACTOR } from '#lib/domain';
import 'reflect-metadata';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls, { connect as tlsConnect, type PeerCertificate } from 'node:tls';
import { Controller, Get, HttpCode, Module, Post } from '@nestjs/common';
import { TestAuthority, type TestedFiles } from '../../test-processes/test-certificate.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { certificateStands, readCertificate } from './certificate.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts';
import { listenAlsoAt } from './other-addresses.ts';
import { ownOriginOf } from './own-origin.ts';
import type { ProblemCatalogue } from './problem-answer.ts';

const OTHER_ADDRESS = '127.0.0.2';
const STATUS: Readonly<Record<string, number>> = {
  'not-found': 404,
  'host.unknown': 421,
  'origin.foreign': 403,
  'query.malformed': 400,
  internal: 500,
};
const catalogue: ProblemCatalogue = {
  isCode: (code) => code in STATUS,
  statusOf: (code) => STATUS[code] ?? 500,
  problem: (code, of) => ({ code, status: STATUS[code], ...of }),
};

@Controller('v1')
class Routes {
  @Get('items')
  items(): { items: number } {
    return { items: 1 };
  }

  /** More than the buffers of a connection take. */
  @Get('large')
  large(): string {
    return 'x'.repeat(32 << 20);
  }

  @Post('events')
  @HttpCode(200)
  events(): { events: number } {
    return { events: 1 };
  }
}

@Module({ controllers: [Routes] })
class Role {}

let folder: string;
let authority: TestAuthority;
let files: TestedFiles;
let server: HttpServer;
let port: number;
let lines: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'custody-tls-'));
  authority = await TestAuthority.make('CN=synthetic authority');
});
beforeEach(async () => {
  lines = [];
  files = await authority.issueTo(folder, [OTHER_ADDRESS, '127.0.0.1', 'ledger.example']);
});
afterEach(() => server.close());
afterAll(() => rmSync(folder, { recursive: true }));

async function serve(host = OTHER_ADDRESS, publicUrl: string | null = null, timeouts: HttpServerOptions['timeouts'] = {}): Promise<string> {
  const read = readCertificate(files);
  if (!read.ok) throw new Error(read.problem.detail);
  server = await createHttpServer(Role, {
    limits: { ratePerSecond: 1_000, rateBurst: 1_000, requestsInFlight: 100, bodyBytes: 1_024 },
    log: createLog({ level: 'info', secrets: [], destination: { write: (line) => void lines.push(line) } }),
    metrics: createMetrics(),
    catalogue,
    access: onlyActor(ROOT_ACTOR),
    reads: UNRECORDED,
    own: ownOriginOf({ host, tls: files, publicUrl }),
    certificate: read.certificate,
    timeouts: { certificateMs: 20, answerIdleMs: 500, ...timeouts },
  });
  const url = await server.listen(host, 0);
  port = Number(new URL(url).port);
  return url;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly code: string | undefined;
}

function ask(method: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Node would hold the certificate against the Host header, which is what is tried here.
    const options = { checkServerIdentity: () => undefined, ca: authority.pem, agent: false };
    const asked = httpsRequest({ ...options, host: OTHER_ADDRESS, port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, code: (JSON.parse(text) as { code?: string }).code }),
      );
    });
    asked.on('error', reject).end();
  });
}

describe('a server with a certificate', () => {
  it('listens on another address than loopback’s three names, and says https', async () => {
    expect(await serve()).toBe(`https://${OTHER_ADDRESS}:${port}`);
    expect(await ask('GET', '/v1/items')).toMatchObject({ status: 200 });
  });

  it('says the name that it was told to listen by, which its certificate is of', async () => {
    expect(await serve('localhost')).toBe(`https://localhost:${port}`);
  });

  it('answers nothing in clear', async () => {
    await serve();
    const inClear = new Promise((resolve, reject) => {
      httpRequest({ host: OTHER_ADDRESS, port, path: '/v1/items' }, resolve).on('error', reject).end();
    });
    await expect(inClear).rejects.toThrow();
  });

  it('speaks no TLS before 1.2, whatever Node is told to speak, and after a renewal as before', async () => {
    // As by --tls-min-v1.0 and --tls-cipher-list: a floor of Node's own would hide that there is none here.
    const { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS } = tls;
    Object.assign(tls, { DEFAULT_MIN_VERSION: 'TLSv1', DEFAULT_CIPHERS: LOWEST_CIPHERS });
    try {
      await serve();
      await expect(speak('TLSv1.1')).rejects.toThrow(/protocol version/i);
      expect(await speak('TLSv1.2')).toBe('TLSv1.2');
      await authority.issueTo(folder, [OTHER_ADDRESS]);
      await until(() => lines.some((line) => line.includes('the renewed certificate is in force')));
      await expect(speak('TLSv1.1')).rejects.toThrow(/protocol version/i);
      expect(await speak('TLSv1.2')).toBe('TLSv1.2');
      // Control: a server without a floor speaks it.
      const read = readCertificate(files);
      if (!read.ok) throw new Error(read.problem.detail);
      const { minVersion: _, ...context } = read.certificate.context;
      const low = tls.createServer(context).listen(0, OTHER_ADDRESS);
      await new Promise((resolve) => low.once('listening', resolve));
      expect(await speak('TLSv1.1', (low.address() as AddressInfo).port)).toBe('TLSv1.1');
      low.close();
    } finally {
      Object.assign(tls, { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS });
    }
  });

  it('waits for nobody who connected and does not come to speak TLS', async () => {
    await serve(OTHER_ADDRESS, null, { handshakeMs: 500 });
    const silent = connect(port, OTHER_ADDRESS).on('error', () => {});
    const ended = new Promise((resolve) => silent.once('close', () => resolve('ended')));
    await new Promise((resolve) => silent.once('connect', resolve));
    expect(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 20_000, 'waited for'))])).toBe('ended');
  });

  it('answers under its names alone, and binds browsers to https under those that are no loopback’s', async () => {
    await serve(OTHER_ADDRESS, 'https://ledger.example');
    const by = (host: string): Promise<Answer> => ask('GET', '/v1/items', { host });
    for (const host of ['ledger.example', `${OTHER_ADDRESS}:${port}`])
      expect(await by(host)).toMatchObject({ status: 200, headers: { 'strict-transport-security': 'max-age=31536000' } });
    for (const host of ['127.0.0.1', 'localhost:8080', '[::1]']) {
      const { status, headers } = await by(host);
      expect([status, headers['strict-transport-security']]).toEqual([200, undefined]);
    }
    for (const host of ['attacker.example', '192.0.2.1', 'ledger.example.attacker.example'])
      expect(await by(host)).toMatchObject({ status: 421, code: 'host.unknown' });
  });

  it('takes writes from pages of its own origin, which is of https', async () => {
    await serve(OTHER_ADDRESS, 'https://ledger.example');
    const from = (origin: string, host = 'ledger.example'): Promise<Answer> => ask('POST', '/v1/events', { host, origin });
    expect((await from('https://ledger.example')).status).toBe(200);
    expect((await from(`https://${OTHER_ADDRESS}:${port}`, `${OTHER_ADDRESS}:${port}`)).status).toBe(200);
    for (const origin of ['http://ledger.example', 'https://ledger.example:8443', 'https://attacker.example', 'null'])
      expect([origin, await from(origin)]).toMatchObject([origin, { status: 403, code: 'origin.foreign' }]);
  });

  it('takes a renewed certificate without a restart, and keeps the one before where the new one does not fit', async () => {
    await serve();
    const first = await shown();
    const before = lines.length;
    writeFileSync(files.key, await keyOfAnother());
    await until(() => lines.some((line) => line.includes('is not taken')));
    expect(
      lines
        .slice(before)
        .filter((line) => line.includes('is not taken'))
        .map((line) => JSON.parse(line) as object),
    ).toMatchObject([{ level: 'error', component: 'tls', code: 'config.invalid' }]);
    expect(await shown()).toBe(first);
    await authority.issueTo(folder, [OTHER_ADDRESS]);
    await until(() => lines.some((line) => line.includes('the renewed certificate is in force')));
    expect(await shown()).not.toBe(first);
    expect(lines.filter((line) => line.includes('is not taken'))).toHaveLength(1);
    expect((await ask('GET', '/v1/items')).status).toBe(200);
  });

  it('takes one that was refused by its mode or by the clock once that has changed, and says each reason once', async () => {
    await serve();
    const first = await shown();
    const refusals = (): string[] => lines.filter((line) => line.includes('is not taken'));
    // As a renewer may write it: of that mode is the one in force by now, too.
    chmodSync(files.key, 0o644);
    const later = await authority.issueTo(join(folder, 'later'), [OTHER_ADDRESS], { from: 4_000, to: 60_000 });
    writeFileSync(files.cert, readFileSync(later.cert));
    writeFileSync(files.key, readFileSync(later.key));
    await until(() => refusals().some((line) => line.includes('set its mode to 0600')));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const byMode = refusals().filter((line) => line.includes('set its mode to 0600'));
    expect(byMode).toHaveLength(1);
    chmodSync(files.key, 0o600);
    await until(() => refusals().some((line) => line.includes('begins to hold on')));
    expect(await shown()).toBe(first);
    await until(() => lines.some((line) => line.includes('the renewed certificate is in force')));
    expect(await shown()).not.toBe(first);
    expect(refusals().filter((line) => line.includes('begins to hold on'))).toHaveLength(1);
  }, 30_000);

  it('says of the one in force that it ends soon, and that it has expired, each once', async () => {
    files = await authority.issueTo(folder, [OTHER_ADDRESS], { from: -30_000, to: 3_000 });
    await serve();
    const standing = (): object[] =>
      lines
        .filter((line) => line.includes('the certificate in force'))
        .map((line) => JSON.parse(line) as { level: string; code?: string })
        .map(({ level, code }) => ({ level, code }));
    const inForce = server.certificate();
    if (inForce === null) throw new Error('no certificate is in force');
    expect(await certificateStands(inForce)).toMatch(/: renew it$/);
    await until(() => standing().length > 1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(standing()).toEqual([
      { level: 'warn', code: undefined },
      { level: 'error', code: 'certificate.expired' },
    ]);
    await expect(certificateStands(inForce)).rejects.toMatchObject({ code: 'certificate.expired' });
  }, 30_000);

  it('speaks by its present certificate on each address that it listens on', async () => {
    await serve('127.0.0.1');
    const left: string[] = [];
    const others = await listenAlsoAt(server.app.getHttpServer() as unknown as Server, [OTHER_ADDRESS, '192.0.2.1'], port, (why) =>
      left.push(why),
    );
    expect(left).toEqual([expect.stringContaining('192.0.2.1')]);
    try {
      // An address that is not this machine's is left out.
      expect(others).toHaveLength(1);
      const first = await shown();
      expect((await ask('GET', '/v1/items', { host: '127.0.0.1' })).status).toBe(200);
      await authority.issueTo(folder, [OTHER_ADDRESS, '127.0.0.1']);
      await until(() => lines.some((line) => line.includes('the renewed certificate is in force')));
      expect(await shown()).not.toBe(first);
    } finally {
      for (const other of others) other.close();
    }
  });

  it('cuts off an answer that is not read', async () => {
    await serve();
    const idle = tlsConnect({ host: OTHER_ADDRESS, port, ca: authority.pem }).on('error', () => undefined);
    await new Promise((resolve) => idle.once('secureConnect', resolve));
    const isGone = (): boolean => lines.some((line) => line.includes('"status":499'));
    idle.write(`GET /v1/large HTTP/1.1\r\nhost: ${OTHER_ADDRESS}\r\n\r\n`);
    await until(isGone);
    idle.destroy();
  }, 30_000);

  it('looks at the files of its certificate no more once it has ended', async () => {
    await serve();
    await server.close();
    const before = lines.length;
    writeFileSync(files.key, await keyOfAnother());
    // Five looks.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(lines.slice(before)).toEqual([]);
  });

  it('ends though somebody connected and never came to speak TLS', async () => {
    await serve();
    const silent = connect(port, OTHER_ADDRESS).on('error', () => {});
    await new Promise((resolve) => silent.once('connect', resolve));
    const ended = new Promise((resolve) => silent.once('close', resolve));
    const started = performance.now();
    await server.close();
    await ended;
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

const LOWEST_CIPHERS = 'DEFAULT@SECLEVEL=0';

/** The version that is come to. The client's own floor and ciphers would refuse first. */
function speak(maxVersion: 'TLSv1.1' | 'TLSv1.2', at = port): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const options = { host: OTHER_ADDRESS, port: at, ca: authority.pem, minVersion: 'TLSv1', maxVersion, ciphers: LOWEST_CIPHERS } as const;
    const socket = tlsConnect(options, () => resolve(socket.end().getProtocol())).on('error', reject);
  });
}

function shown(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tlsConnect({ host: OTHER_ADDRESS, port, ca: authority.pem }, () => {
      const { fingerprint256 }: PeerCertificate = socket.getPeerCertificate();
      socket.end();
      resolve(fingerprint256);
    }).on('error', reject);
  });
}

async function keyOfAnother(): Promise<Buffer> {
  const { key } = await authority.issueTo(join(folder, 'another'), ['127.0.0.1']);
  return readFileSync(key);
}

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('did not happen within 10 s');
}
