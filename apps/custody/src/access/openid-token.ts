/**
 * Tokens of the OpenID provider: access tokens that callers show (RFC 9068), and the ID token that ends a login. Verified by jose; what is allowed is
 * fixed here, and never by the token. Each refusal has a code of its own.
 */
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Login } from '#lib/domain';
import { DomainError, refusedHeader } from '#lib/runtime';

/** Signatures by keys that the provider alone has: no shared secret, and not `none`. */
export const TOKEN_ALGORITHMS: readonly string[] = ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS256'];
/** By which the provider's clock may be off ours. */
export const CLOCK_SKEW_SECONDS = 30;
/** Node takes no longer head of a request anyway; a token has one or two kilobytes. */
const TOKEN_LENGTH_MAX = 8_192;
/** RFC 9068, 2.1: by it no ID token passes for an access token. */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

const TOKEN = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/;

/** Whether the text has the form of a token: its three parts, or the first two of one without a signature. */
export const isToken = (text: string): boolean => TOKEN.test(text);

export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Whose token it is. Throws DomainError `auth.token-*`, and `auth.provider` where its keys cannot be read and it has not expired. Cost: some 0.1 ms. */
export async function verifyAccessToken(token: string, rules: TokenRules): Promise<Login> {
  const { sub } = await verified(token, rules, { typ: ACCESS_TOKEN_TYPE });
  return { issuer: rules.issuer, subject: sub };
}

/** Whose ID token it is. @param nonce of the attempt to log in that it has to answer */
export async function verifyIdToken(token: string, rules: TokenRules, nonce: string): Promise<Login> {
  const claims = await verified(token, rules, {});
  // An access token that somebody got for this client is no proof of a login.
  if (decodeProtectedHeader(token).typ?.toLowerCase().endsWith(ACCESS_TOKEN_TYPE) === true)
    throw refused('auth.token-type', 'The token is an access token, where an ID token is needed.');
  if (claims['nonce'] !== nonce) throw new DomainError('auth.login-nonce', 'The ID token answers another attempt to log in.');
  // OpenID Connect Core, 3.1.3.7: of several audiences it says for which client it was made.
  const azp = claims['azp'] ?? (Array.isArray(claims.aud) && claims.aud.length > 1 ? undefined : rules.audience);
  if (azp !== rules.audience)
    throw refused('auth.token-audience', 'The token was issued to another client, or does not say to which of several.');
  return { issuer: rules.issuer, subject: claims.sub };
}

async function verified(
  token: string,
  { issuer, audience, keys, now = Date.now }: TokenRules,
  more: { readonly typ?: string },
): Promise<JWTPayload & { sub: string }> {
  if (token.length > TOKEN_LENGTH_MAX || !isToken(token)) throw refused('auth.token-malformed', 'The text is no signed token.');
  try {
    const { payload } = await jwtVerify(token, keys, {
      ...more,
      issuer,
      audience,
      algorithms: [...TOKEN_ALGORITHMS],
      clockTolerance: CLOCK_SKEW_SECONDS,
      requiredClaims: ['sub', 'exp', 'iat'],
      currentDate: new Date(now()),
    });
    if (typeof payload.sub !== 'string' || payload.sub === '') throw refused('auth.token-claims', 'The token names nobody (`sub`).');
    return { ...payload, sub: payload.sub };
  } catch (error) {
    const refusal = refusalOf(error, token);
    // What says of itself that it is over needs no key to be refused.
    const isOver = refusal instanceof DomainError && refusal.code === 'auth.provider' && hasExpired(token, now());
    throw isOver ? expired() : refusal;
  }
}

/** By the claim that jose found wanting, or that is missing. */
const BY_CLAIM: Readonly<Record<string, readonly [code: string, detail: string]>> = {
  aud: ['auth.token-audience', 'The token is for another audience than this ledger.'],
  iss: ['auth.token-issuer', 'The token is of another issuer than the configured one.'],
  nbf: ['auth.token-not-yet', 'The token is not valid yet.'],
  typ: ['auth.token-type', `The token is no access token: its header has no \`typ\` of \`${ACCESS_TOKEN_TYPE}\`.`],
};

function refusalOf(error: unknown, token: string): unknown {
  if (error instanceof errors.JWTExpired) return expired();
  if (error instanceof errors.JWTClaimValidationFailed) {
    const [code, detail] = BY_CLAIM[error.claim] ?? ['auth.token-claims', `The token's claim \`${error.claim}\` is missing or malformed.`];
    return refused(code, detail);
  }
  if (error instanceof errors.JOSEAlgNotAllowed)
    return isUnsigned(token)
      ? refused('auth.token-unsigned', 'The token is not signed.')
      : refused('auth.token-algorithm', `The token is signed by another algorithm than ${TOKEN_ALGORITHMS.join(', ')}.`);
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return refused('auth.token-signature', 'The signature of the token is not that of the key that it names.');
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return refused('auth.token-key', 'The token names no key that the provider has now.');
  if (MALFORMED.some((kind) => error instanceof kind)) return refused('auth.token-malformed', 'The token cannot be read.');
  if (error instanceof errors.JOSEError)
    return new DomainError('auth.provider', 'The keys of the OpenID provider cannot be read.', [], { cause: error });
  return error;
}

const MALFORMED = [errors.JWSInvalid, errors.JWTInvalid, errors.JOSENotSupported];

/** By its own word, that nobody vouched for: for refusals alone. */
function hasExpired(token: string, nowMs: number): boolean {
  try {
    const { exp } = decodeJwt(token);
    return typeof exp === 'number' && exp + CLOCK_SKEW_SECONDS <= nowMs / 1_000;
  } catch {
    return false;
  }
}

function isUnsigned(token: string): boolean {
  const { alg } = decodeProtectedHeader(token);
  return alg?.toLowerCase() === 'none';
}

const expired = (): DomainError => refused('auth.token-expired', 'The token has expired.');
const refused = (code: string, detail: string): DomainError => refusedHeader(code, 'authorization', detail);
