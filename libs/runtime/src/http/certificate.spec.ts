/** Files of certificate and key, as a server takes them at its start. */
import { X509Certificate } from 'node:crypto';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import { jest } from '@jest/globals';
import { TestAuthority, type TestedFiles } from '../../test-processes/test-certificate.ts';
import { createLog } from '../log.ts';
import { type Certificate, certificateStands, followCertificate, readCertificate, standingOf } from './certificate.ts';

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

  it('are refused where the days are none', () => {
    const der = new X509Certificate(readFileSync(files.cert)).raw;
    const bytes = der.toString('latin1');
    // The second of its two times (UTCTime, YYMMDD...): a month that no year has.
    const [, second] = [...bytes.matchAll(/\x17\x0d\d{12}Z/g)];
    const month = (second?.index ?? 0) + 4;
    const changed = `${bytes.slice(0, month)}99${bytes.slice(month + 2)}`;
    const text = Buffer.from(changed, 'latin1')
      .toString('base64')
      .replaceAll(/(.{64})/g, '$1\n');
    writeFileSync(files.cert, `-----BEGIN CERTIFICATE-----\n${text.trim()}\n-----END CERTIFICATE-----\n`);
    expect(problemOf(files)).toMatch(/^config\.invalid tls\.cert: .* does not say from when until when it holds/);
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

describe('a certificate in force', () => {
  const of = (holdsDays: number, leftDays: number): string => {
    const until = Date.now() + leftDays * DAY_MS;
    return standingOf({ from: until - holdsDays * DAY_MS, until });
  };

  it('ends soon where a sixth of its time is left, of years two weeks', () => {
    expect([of(90, 16), of(90, 13), of(90, 0)]).toEqual(['holds', 'ends soon', 'expired']);
    expect([of(6, 1.1), of(6, 0.9)]).toEqual(['holds', 'ends soon']);
    expect([of(730, 15), of(730, 13)]).toEqual(['holds', 'ends soon']);
  });

  it('is said to readyz with its day, and fails it where it has expired', async () => {
    const at = (from: number): Certificate => ({ files, context: {}, hash: '', from, until: from + 90 * DAY_MS });
    const standing = at(Date.now() - DAY_MS);
    expect(await certificateStands(standing)).toBe(`until ${new Date(standing.until).toISOString().slice(0, 10)}`);
    expect(await certificateStands(at(Date.now() - 80 * DAY_MS))).toMatch(/^until \d{4}-\d\d-\d\d: renew it$/);
    await expect(certificateStands(at(Date.now() - 100 * DAY_MS))).rejects.toMatchObject({ code: 'certificate.expired' });
  });

  it('serves on where what is put in its place makes the server throw, which is said once', async () => {
    const lines: string[] = [];
    const log = createLog({ level: 'info', secrets: [], destination: { write: (line) => void lines.push(line) } });
    const first = readCertificate(files);
    if (!first.ok) throw new Error(first.problem.detail);
    const refuses = {
      setSecureContext: () => {
        throw new TypeError('synthetic');
      },
    };
    const followed = followCertificate(refuses, first.certificate, log, 10);
    try {
      await authority.issueTo(join(folder, 'pair'), ['127.0.0.1']);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(followed.inForce()).toBe(first.certificate);
      // The pair of this suite holds for a day before and a day behind: nothing is said of that.
      expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
        'the files of the certificate could not be looked at',
      ]);
    } finally {
      followed.stop();
    }
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
    end = followCertificate(server, read.certificate, createLog({ level: 'info', secrets: [], destination }), LOOK_MS).stop;
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
