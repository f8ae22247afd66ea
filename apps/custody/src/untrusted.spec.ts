/** Which faults of a connection are faults of a certificate, so that asking again mends nothing. */
import { untrusted } from './untrusted.ts';

const why = (code: unknown): string | undefined => untrusted(Object.assign(new TypeError('fetch failed'), { cause: { code } }))?.why;

// Names of OpenSSL's faults, as Node has them.
test.each([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_CRL',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REJECTED',
  'CERT_HAS_EXPIRED',
  'CRL_HAS_EXPIRED',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])('%s is one of the certificate', (code) => {
  expect(why(code)).toMatch(/^its certificate /);
});

test('one that has no words of its own is named', () => {
  expect(why('INVALID_CA')).toBe('its certificate is not taken (INVALID_CA)');
});

test.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT', 'EPROTO', undefined])('%s is none', (code) => {
  expect(why(code)).toBeUndefined();
});
