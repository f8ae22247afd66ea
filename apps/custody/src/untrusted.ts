/** Why a server that answers by TLS is not taken for the one that was named, in words of whoever has to mend it. */

const BY_NOBODY = 'its certificate was issued by nobody whom this machine trusts';
/** Node's codes. */
const WORDS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: BY_NOBODY,
  SELF_SIGNED_CERT_IN_CHAIN: BY_NOBODY,
  UNABLE_TO_GET_ISSUER_CERT: BY_NOBODY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: BY_NOBODY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: BY_NOBODY,
  CERT_UNTRUSTED: BY_NOBODY,
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate does not hold yet, by the clock of this machine',
  CERT_REVOKED: 'its certificate was revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is of another name than it was asked by',
  HOSTNAME_MISMATCH: 'its certificate is of another name than it was asked by',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what answers there speaks no TLS: its address begins with http://, or it is another program',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'it speaks no version of TLS that is spoken here',
};

const REMEDIES: Readonly<Record<string, string>> = {
  [BY_NOBODY]:
    'If the issuer is one of your own, name its certificate (PEM): NODE_EXTRA_CA_CERTS=/path/to/ca.pem, set before the command starts.',
  [WORDS['CERT_HAS_EXPIRED'] as string]: 'Whoever runs the server has to renew it; it is taken without a restart.',
  [WORDS['ERR_TLS_CERT_ALTNAME_INVALID'] as string]: 'Ask by a name that the certificate has: --server, CUSTODY_SERVER.',
  [WORDS['ERR_SSL_WRONG_VERSION_NUMBER'] as string]: 'Check the address: --server, CUSTODY_SERVER.',
};

export interface Untrusted {
  /** Half a sentence about the server. */
  readonly why: string;
  /** Undefined: the catalogue's. */
  readonly remedy: string | undefined;
}

/** Of a certificate, or of a list of those that were revoked, as OpenSSL finds it: no repetition mends one. */
const OF_A_CERTIFICATE = /CERT|ISSUER|LEAF_SIGNATURE|CRL|^INVALID_(?:CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$/;

/** @param error of fetch. Undefined: it failed otherwise */
export function untrusted(error: unknown): Untrusted | undefined {
  const { code } = ((error as Error | null)?.cause ?? {}) as { readonly code?: unknown };
  if (typeof code !== 'string') return undefined;
  const why = WORDS[code] ?? (OF_A_CERTIFICATE.test(code) ? `its certificate is not taken (${code})` : undefined);
  return why === undefined ? undefined : { why, remedy: REMEDIES[why] };
}
