/** Files of certificate and key, as a server takes them at its start. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestAuthority, type TestedFiles } from '../../test-processes/test-certificate.ts';
import { readCertificate } from './certificate.ts';

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

  it('are refused where they are something else, and nothing of them is quoted', () => {
    writeFileSync(files.key, 'hunter2');
    expect(problemOf(files)).toMatch(/^config\.invalid tls\.key: .* holds no private key \(PEM\) that can be read without a passphrase/);
    writeFileSync(files.cert, 'hunter2');
    expect(problemOf(files)).toMatch(/^config\.invalid tls\.cert: .* holds no certificate \(PEM\)/);
    expect(problemOf(files)).not.toContain('hunter2');
  });
});
