/** Files of certificate and key, as a server takes them at its start. */
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import { jest } from '@jest/globals';
import { TestAuthority, type TestedFiles } from '../../test-processes/test-certificate.ts';
import { createLog } from '../log.ts';
import { followCertificate, readCertificate } from './certificate.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
let folder: string;
let authority: TestAuthority;
let files: TestedFiles;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'custody-certificate-'));
  authority = await TestAuthority.make('CN=synthetic authority');
});
beforeEach(async () => {
  files = await authority.issueTo(join(folder, 'pair'), ['127.0.0.1']);
});
afterAll(() => rmSync(folder, { recursive: true }));

const problemOf = (of: TestedFiles, now?: number): string => {
  const read = readCertificate(of, now);
  return read.ok ? 'none' : `${read.problem.code} ${read.problem.key}: ${read.problem.detail}`;
};

describe('a certificate and its key', () => {
  it('are taken where they belong together', () => {
    expect(problemOf(files)).toBe('none');
  });

  it('that cannot be read are named with why', () => {
    expect(problemOf({ ...files, cert: join(folder, 'none.pem') })).toMatch(
      /^config\.secret-file tls\.cert: .*none\.pem cannot be read: ENOENT$/,
    );
    expect(problemOf({ ...files, key: folder })).toMatch(/^config\.secret-file tls\.key: .* cannot be read: EISDIR$/);
  });

  it('are refused where others than the owner may read or use the key', () => {
    if (process.platform === 'win32') return;
    for (const mode of [0o640, 0o604, 0o660, 0o601]) {
      chmodSync(files.key, mode);
      expect(problemOf(files)).toMatch(/^config\.secret-file tls\.key: .* set its mode to 0600/);
    }
    chmodSync(files.key, 0o400);
    expect(problemOf(files)).toBe('none');
  });

  it('are refused where they do not belong together', async () => {
    const other = await authority.issueTo(join(folder, 'other'), ['127.0.0.1']);
    expect(problemOf({ cert: files.cert, key: other.key })).toMatch(/^config\.invalid tls\.key: .* is not the key of the certificate in /);
  });

  it('are refused on days on which they do not hold', async () => {
    expect(problemOf(files, Date.now() + 2 * DAY_MS)).toMatch(/^config\.invalid tls\.cert: .* expired on \d{4}-\d\d-\d\d: renew it$/);
    expect(problemOf(files, Date.now() - 2 * DAY_MS)).toMatch(/^config\.invalid tls\.cert: .* begins to hold on /);
  });

  it('are refused where their key is one that nobody takes any more', async () => {
    const weak = await authority.issueTo(join(folder, 'weak'), ['127.0.0.1'], { rsaBits: 512 });
    expect(problemOf(weak)).toMatch(/^config\.invalid tls\.cert: .* are not taken for TLS \(ERR_SSL_\w+\): a key of today has 2048 bits/);
    expect(problemOf(await authority.issueTo(join(folder, 'weak'), ['127.0.0.1'], { rsaBits: 2_048 }))).toBe('none');
  });

  it('are for TLS 1.2 and newer', () => {
    const read = readCertificate(files);
    expect(read.ok && read.certificate.context.minVersion).toBe('TLSv1.2');
  });

  it('are refused where they are something else, and nothing of them is quoted', () => {
    writeFileSync(files.key, 'hunter2');
    expect(problemOf(files)).toMatch(/^config\.invalid tls\.key: .* holds no private key \(PEM\) that can be read without a passphrase/);
    writeFileSync(files.cert, 'hunter2');
    expect(problemOf(files)).toMatch(/^config\.invalid tls\.cert: .* holds no certificate \(PEM\)/);
    expect(problemOf(files)).not.toContain('hunter2');
  });
});

describe('the files of a certificate that is in force', () => {
  const LOOK_MS = 10;
  const TAKEN = 'the renewed certificate is in force';
  const REFUSED = 'the new certificate is not taken; the one before stays in force';
  let said: string[];
  let taken: SecureContextOptions[];
  let end: () => void;
  let next: TestedFiles;

  beforeEach(async () => {
    next = await authority.issueTo(join(folder, 'next'), ['127.0.0.1']);
    const read = readCertificate(files);
    if (!read.ok) throw new Error(read.problem.detail);
    [said, taken] = [[], []];
    const destination = { write: (line: string) => void said.push((JSON.parse(line) as { message: string }).message) };
    jest.useFakeTimers({ doNotFake: ['Date', 'nextTick', 'queueMicrotask', 'setImmediate'] });
    const server = { setSecureContext: (context: SecureContextOptions) => void taken.push(context) };
    end = followCertificate(server, read.certificate, createLog({ level: 'info', secrets: [], destination }), LOOK_MS);
  });
  afterEach(() => {
    end();
    jest.useRealTimers();
  });
  const look = (times = 1): void => void jest.advanceTimersByTime(times * LOOK_MS);

  it('are let be while they are as they were', () => {
    look(5);
    expect([said, taken]).toEqual([[], []]);
  });

  it('are taken once they are whole, and not while half of them is written', () => {
    copyFileSync(next.cert, files.cert);
    look();
    copyFileSync(next.key, files.key);
    look();
    expect([said, taken]).toEqual([[], []]);
    look();
    expect(said).toEqual([TAKEN]);
    expect(taken).toEqual([{ cert: readFileSync(next.cert), key: readFileSync(next.key), minVersion: 'TLSv1.2' }]);
    look(5);
    expect(said).toEqual([TAKEN]);
  });

  it('are refused once where they do not fit, each that does not, and what fits again is no news', () => {
    const before = [readFileSync(files.cert), readFileSync(files.key)] as const;
    copyFileSync(next.key, files.key);
    look(5);
    expect(said).toEqual([REFUSED]);
    writeFileSync(files.key, 'no key');
    look(5);
    expect(said).toEqual([REFUSED, REFUSED]);
    [files.cert, files.key].forEach((path, n) => writeFileSync(path, before[n] ?? ''));
    look(5);
    expect([said, taken]).toEqual([[REFUSED, REFUSED], []]);
    [files.cert, files.key].forEach((path, n) => copyFileSync([next.cert, next.key][n] ?? '', path));
    look(5);
    expect([said, taken.length]).toEqual([[REFUSED, REFUSED, TAKEN], 1]);
  });

  it('are refused once where they are gone, and looked at no more once their server ends', () => {
    rmSync(files.cert);
    look(5);
    expect(said).toEqual([REFUSED]);
    end();
    copyFileSync(next.cert, files.cert);
    copyFileSync(next.key, files.key);
    look(5);
    expect([said, taken]).toEqual([[REFUSED], []]);
  });
});
