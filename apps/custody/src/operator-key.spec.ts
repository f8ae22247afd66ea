/** The key by which commands of this machine are the operator. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newApiKey } from './access/api-key.ts';
import { createClient } from './client.ts';
import { serverAndKey } from './local-config.ts';
import { dropOperatorKey, keepOperatorKey, type OperatorKey, operatorKeyFor } from './operator-key.ts';

const URL_HERE = 'http://127.0.0.1:8080';
let folder: string;
let key: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'custody-operator-'));
  key = newApiKey().text;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('is found by commands of this machine while the process runs, in a file of its owner alone', async () => {
  const dataDir = join(folder, 'data');
  expect(operatorKeyFor(dataDir, URL_HERE)).toBeNull();
  await keepOperatorKey(dataDir, URL_HERE, key);
  expect(operatorKeyFor(dataDir, URL_HERE)).toEqual({ key, file: join(dataDir, 'operator-8080.key') });
  expect(readdirSync(dataDir)).toEqual(['operator-8080.key']);
  if (process.platform !== 'win32') expect(statSync(join(dataDir, 'operator-8080.key')).mode & 0o777).toBe(0o600);
  await dropOperatorKey(dataDir, URL_HERE, key);
  expect(readdirSync(dataDir)).toEqual([]);
});

test('takes the place of one that a killed process left, and stays when that one is told to end', async () => {
  const former = newApiKey().text;
  await keepOperatorKey(folder, URL_HERE, former);
  await keepOperatorKey(folder, URL_HERE, key);
  await dropOperatorKey(folder, URL_HERE, former);
  expect(operatorKeyFor(folder, URL_HERE)?.key).toBe(key);
});

test('of each address is another one: at the same port of another somebody else may listen', async () => {
  const addresses = [
    URL_HERE,
    'http://[::1]:8080',
    'https://127.0.0.1:8080',
    'https://10.0.0.5:8080',
    'https://[2001:db8::1]',
    'https://ledger.example',
  ];
  for (const kept of addresses) {
    await keepOperatorKey(folder, kept, key);
    for (const asked of [...addresses, 'http://127.0.0.1:8081', 'http://10.0.0.5:8080', 'https://[2001:db8::1]:8443'])
      expect([kept, asked, operatorKeyFor(folder, `${asked}/`)?.key]).toEqual([kept, asked, kept === asked ? key : undefined]);
    expect(readdirSync(folder)).toHaveLength(1);
    await dropOperatorKey(folder, kept, key);
  }
});

test('of a server by TLS on another address is not sent in clear to this machine’s own', async () => {
  await keepOperatorKey(folder, 'https://10.0.0.5:8080', key);
  const own = { url: URL_HERE, listens: URL_HERE };
  expect(operatorKeyFor(folder, URL_HERE, own)).toBeNull();
  expect(readdirSync(folder)).toEqual(['operator-https-10.0.0.5-8080.key']);
});

test.each([
  'http://ledger.example:8080',
  'http://127.0.0.1.example:8080',
  'http://localhost:8080',
  'https://ledger.example:8080',
  'http://10.0.0.1:8080',
  'http://127.0.0.1:8080/else',
])('is not shown to %s', async (server) => {
  await keepOperatorKey(folder, URL_HERE, key);
  expect(operatorKeyFor(folder, server)).toBeNull();
});

test('by https it is shown to the name that this machine’s server is configured by, whatever port users type', async () => {
  await keepOperatorKey(folder, 'https://192.0.2.1:8443', key);
  const own = { url: 'https://ledger.example', listens: 'https://192.0.2.1:8443' };
  expect(operatorKeyFor(folder, 'https://ledger.example', own)?.key).toBe(key);
  expect(operatorKeyFor(folder, 'https://192.0.2.1:8443', own)?.key).toBe(key);
  for (const server of [
    'https://127.0.0.1:8443',
    'https://ledger.example:8443',
    'http://ledger.example',
    'http://192.0.2.1:8443',
    'https://other.example',
    'https://ledger.example/log',
  ])
    expect([server, operatorKeyFor(folder, server, own)]).toEqual([server, null]);
  const inClear = { url: 'http://ledger.example:8443', listens: 'https://192.0.2.1:8443' };
  expect(operatorKeyFor(folder, 'http://ledger.example:8443', inClear)).toBeNull();
});

test('of a server on all addresses is found by its name, however they are spelt', async () => {
  for (const [listened, host] of [
    ['https://0.0.0.0:8443', '0x0'],
    ['https://[::]:8443', '[0:0::0]'],
  ] as const) {
    await keepOperatorKey(folder, listened, key);
    const own = { url: 'https://ledger.example', listens: `https://${host}:8443` };
    expect(operatorKeyFor(folder, 'https://ledger.example', own)?.key).toBe(key);
    await dropOperatorKey(folder, listened, key);
  }
});

test('what is no key is not sent', () => {
  writeFileSync(join(folder, 'operator-8080.key'), 'custody_half\n');
  expect(operatorKeyFor(folder, URL_HERE)).toBeNull();
  expect(readFileSync(join(folder, 'operator-8080.key'), 'utf8')).toBe('custody_half\n');
});

test('a key that is given goes before it', async () => {
  await keepOperatorKey(folder, URL_HERE, key);
  const given = newApiKey().text;
  const before = process.env['CUSTODY_DATA_DIR'];
  process.env['CUSTODY_DATA_DIR'] = folder;
  try {
    const ofOperator = (server: string) => (serverAndKey({ server }).apiKey as () => OperatorKey | null)();
    expect(ofOperator(URL_HERE)).toEqual({ key, file: join(folder, 'operator-8080.key') });
    expect(serverAndKey({ server: URL_HERE, apiKey: given }).apiKey).toBe(given);
    expect(ofOperator('http://ledger.example')).toBeNull();
  } finally {
    if (before === undefined) delete process.env['CUSTODY_DATA_DIR'];
    else process.env['CUSTODY_DATA_DIR'] = before;
  }
});

test('of a server that is configured to listen on localhost is found: it is kept under the first address of that', async () => {
  await keepOperatorKey(folder, URL_HERE, key);
  const before = { ...process.env };
  Object.assign(process.env, { CUSTODY_DATA_DIR: folder, CUSTODY_HOST: 'localhost', CUSTODY_PORT: '8080' });
  try {
    const { server, apiKey } = serverAndKey({});
    expect([server, (apiKey as () => OperatorKey | null)()?.key]).toEqual([URL_HERE, key]);
  } finally {
    process.env = before;
  }
});

test.each(['http://ledger.example:8080', 'http://10.0.0.5:8080', 'http://127.0.0.1.example'])(
  'a key that is given is not sent in clear to %s',
  (server) => {
    const apiKey = newApiKey().text;
    expect(() => serverAndKey({ server, apiKey })).toThrow(expect.objectContaining({ code: 'config.invalid', exitCode: 2 }) as Error);
    expect(serverAndKey({ server: server.replace('http:', 'https:'), apiKey }).apiKey).toBe(apiKey);
    for (const here of [URL_HERE, 'http://[::1]:8080', 'http://localhost:8080'])
      expect(serverAndKey({ server: here, apiKey }).apiKey).toBe(apiKey);
  },
);

describe('one that a killed process left, where another server has its port', () => {
  const asked = async (code: string, file: string | null): Promise<Error & { code?: string; remedy?: string }> => {
    const server = createServer((_, response) => void response.writeHead(401).end(JSON.stringify({ code, title: 'T', remedy: 'R' })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = createClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      apiKey: file === null ? key : () => ({ key, file }),
    });
    try {
      return await client.get('/v1/policy').then(
        () => new Error('answered'),
        (error: Error) => error,
      );
    } finally {
      server.closeAllConnections();
      server.close();
    }
  };

  test('is named, with what to do about it, where nobody gave a key', async () => {
    const error = await asked('auth.key-unknown', '/data/operator-8080.key');
    expect([error.code, error.message]).toEqual(['auth.key-unknown', expect.stringContaining('/data/operator-8080.key')]);
    expect(error.remedy).toContain('CUSTODY_DATA_DIR');
    expect(error.remedy).toContain("rm '/data/operator-8080.key'");
  });

  test('is not spoken of where a key was given, or something else is wrong', async () => {
    expect(await asked('auth.key-unknown', null)).toMatchObject({ code: 'auth.key-unknown', remedy: 'R' });
    expect(await asked('auth.session-ended', '/data/operator-8080.key')).toMatchObject({ code: 'auth.session-ended', remedy: 'R' });
  });
});
