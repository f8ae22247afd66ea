/** By which names a server is asked, which pages are its own, and where it sends browsers back to. */
import { isOwnOrigin, isSecure, originFor, ownOriginOf, PLAIN_ORIGIN, type OwnOrigin } from './own-origin.ts';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];
const PUBLIC = 'https://ledger.example:8443';
const originOf = (host: string, { hasTls = false, publicUrl = null as string | null } = {}): OwnOrigin =>
  ownOriginOf({ host, tls: hasTls ? { cert: 'a.pem', key: 'a.key' } : { cert: null, key: null }, publicUrl });
const PLAIN = originOf('127.0.0.1');
const SECURE = originOf('2001:DB8::1', { hasTls: true });
const BEHIND_A_PROXY = originOf('127.0.0.1', { publicUrl: PUBLIC });

test('a server is asked by loopback names, by what it listens on and by what users type, and by every address as by no name', () => {
  const namesOf = ({ names }: OwnOrigin): string[] => [...names].sort();
  expect([PLAIN, PLAIN_ORIGIN].map(namesOf)).toEqual([LOOPBACK, LOOPBACK]);
  expect(namesOf(SECURE)).toEqual([...LOOPBACK, '2001:db8::1'].sort());
  expect(namesOf(BEHIND_A_PROXY)).toEqual([...LOOPBACK, 'ledger.example'].sort());
  expect(namesOf(originOf('0.0.0.0', { hasTls: true, publicUrl: 'https://[2001:db8::2]' }))).toEqual([...LOOPBACK, '2001:db8::2'].sort());
});

test('what browsers keep goes out by https alone where they come by it, to the server itself or to a proxy', () => {
  expect([PLAIN, SECURE, BEHIND_A_PROXY].map(isSecure)).toEqual([false, true, true]);
});

test('a browser is sent back to where it came from, or to what users type', () => {
  expect([PLAIN, SECURE, BEHIND_A_PROXY].map((own) => originFor(own, 'localhost:8080'))).toEqual([
    'http://localhost:8080',
    'https://localhost:8080',
    PUBLIC,
  ]);
});

test.each<[string, OwnOrigin, string, string, boolean]>([
  ['of its own', PLAIN, 'http://localhost:8080', 'LOCALHOST:8080', true],
  ['of its own, by TLS', SECURE, 'https://[2001:db8::1]:8080', '[2001:db8::1]:8080', true],
  ['in clear beside a server that speaks TLS', SECURE, 'http://[2001:db8::1]:8080', '[2001:db8::1]:8080', false],
  ['of the name that users type', BEHIND_A_PROXY, PUBLIC, 'ledger.example:8443', true],
  ['of that name in clear', BEHIND_A_PROXY, 'http://ledger.example', 'ledger.example:8443', false],
  ['of another port of it', BEHIND_A_PROXY, 'https://ledger.example', 'ledger.example:8443', false],
  ['of another port of this machine', PLAIN, 'http://localhost:8081', 'localhost:8080', false],
  ['of nobody in particular', PLAIN, 'null', 'localhost:8080', false],
])('a page %s', (_, own, origin, host, isOwn) => {
  expect(isOwnOrigin(own, origin, host)).toBe(isOwn);
});

const TLS = { cert: 'tls.pem', key: 'tls.key' };
const namesOf = (host: string, publicUrl: string | null = null): string[] =>
  [...ownOriginOf({ host, tls: TLS, publicUrl }).names].filter((name) => !['127.0.0.1', '::1', 'localhost'].includes(name));

it('an address counts as browsers spell it, however it is configured', () => {
  expect(namesOf('2001:DB8:0::1')).toContain('2001:db8::1');
  expect(namesOf('2001:0db8:0000:0000:0000:0000:0000:0001')).toContain('2001:db8::1');
  expect(namesOf('Ledger.Example')).toEqual(['ledger.example']);
  expect(namesOf('10.0.0.5', 'https://ledger.example:8443')).toEqual(['10.0.0.5', 'ledger.example']);
});

it.each(['0.0.0.0', '::', '0:0::0', '::ffff:0.0.0.0', '::ffff:0:0', '0x0'])('all addresses of a machine are no name: %s', (host) => {
  expect(namesOf(host, 'https://ledger.example')).toEqual(['ledger.example']);
});

it('a page is its own by scheme, name and port', () => {
  const own = ownOriginOf({ host: '10.0.0.5', tls: TLS, publicUrl: null });
  expect(isOwnOrigin(own, 'https://10.0.0.5:8443', '10.0.0.5:8443')).toBe(true);
  expect(isOwnOrigin(own, 'http://10.0.0.5:8443', '10.0.0.5:8443')).toBe(false);
});
