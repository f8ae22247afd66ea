/** By which names a server is asked. */
import { isOwnOrigin, ownOriginOf } from './own-origin.ts';

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
