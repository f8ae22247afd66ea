/** What `custody doctor` says of the files by which a server speaks TLS. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestAuthority, type TestedFiles } from '../../../../libs/runtime/test-processes/test-certificate.ts';
import { certificateFindings } from './doctor-checks.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
let folder: string;
let authority: TestAuthority;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'custody-doctor-'));
  authority = await TestAuthority.make('CN=synthetic authority');
});
afterAll(() => rmSync(folder, { recursive: true }));

const issued = (days: number): Promise<TestedFiles> =>
  authority.issueTo(join(folder, String(days)), ['127.0.0.1'], { from: -90 * DAY_MS, to: days * DAY_MS });
const verdict = (tls: { cert: string | null; key: string | null }): (string | undefined)[] =>
  certificateFindings({ tls }).flatMap(({ verdict: said, code }) => [said, code]);

test('a certificate that holds is all right, one that ends soon a warning, one that expired or is not there wrong', async () => {
  expect(verdict(await issued(90))).toEqual(['ok', undefined]);
  expect(verdict(await issued(5))).toEqual(['warn', undefined]);
  expect(verdict(await issued(-1))).toEqual(['fail', 'config.invalid']);
  expect(verdict({ cert: join(folder, 'none'), key: join(folder, 'none') })).toEqual(['fail', 'config.secret-file']);
});

test('nothing is said where there is no TLS', () => {
  expect(certificateFindings({ tls: { cert: null, key: null } })).toEqual([]);
});
