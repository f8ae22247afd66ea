/**
 * The OpenID provider that is configured: what it says of itself (discovery) and the keys by which it signs. Both are fetched when they are needed,
 * kept for a while, and asked for again no more often than the pauses below allow, whatever callers send.
 */
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { DomainError } from '#lib/runtime';

/** What a provider says of itself changes with its releases. */
const METADATA_MS = 60 * 60 * 1_000;
/** A key that the provider dropped is refused when its list is read again: at the latest after this. */
const JWKS_MS = 5 * 60 * 1_000;
/** A token by a key that is not known makes its list be read again, and then not for this long: tokens of strangers make no load. */
const JWKS_PAUSE_MS = 10_000;
/** After a fetch that failed the next one waits, and callers are told to come back. */
const FAILED_PAUSE_MS = 2_000;
/** A provider that is slower than this is away: callers wait for it. */
const FETCH_MS = 5_000;
/** Metadata has some kilobytes, a list of keys one a key. */
const ANSWER_BYTES_MAX = 256 * 1024;

export interface ProviderMetadata {
  readonly issuer: string;
  readonly authorizationEndpoint: URL;
  readonly tokenEndpoint: URL;
  readonly jwksUri: URL;
  /** It names itself in the answer to a login (RFC 9207). */
  readonly namesItself: boolean;
}

export interface OpenIdProviderOptions {
  /** Exactly as tokens have it. https, or http on loopback. */
  readonly issuer: string;
  readonly jwksMs?: number;
  readonly jwksPauseMs?: number;
  readonly failedPauseMs?: number;
  readonly now?: () => number;
}

interface Known {
  readonly metadata: ProviderMetadata;
  readonly keys: JWTVerifyGetKey;
  readonly until: number;
}

export class OpenIdProvider {
  readonly issuer: string;
  readonly #options: Required<OpenIdProviderOptions>;
  #known: Promise<Known> | null = null;
  #until = 0;
  readonly #failedAt = new Map<string, number>();

  constructor({
    jwksMs = JWKS_MS,
    jwksPauseMs = JWKS_PAUSE_MS,
    failedPauseMs = FAILED_PAUSE_MS,
    now = () => performance.now(),
    ...options
  }: OpenIdProviderOptions) {
    this.issuer = options.issuer;
    this.#options = { ...options, jwksMs, jwksPauseMs, failedPauseMs, now };
  }

  /** Throws DomainError `auth.provider` where it cannot be read, or says of itself what does not fit its issuer. */
  async metadata(): Promise<ProviderMetadata> {
    return (await this.#read()).metadata;
  }

  /** The key of a token, by its `kid`. Throws jose's errors, and `auth.provider` where the list of keys cannot be read. */
  readonly keys: JWTVerifyGetKey = async (header, token) => (await this.#read()).keys(header, token);

  /** Answers 200 and the bytes, or throws DomainError `auth.provider`. No redirect is followed: where it leads nobody configured. */
  async fetch(url: URL, init: RequestInit = {}): Promise<Response> {
    const response = await this.bounded(url, init);
    if (response.status === 200) return response;
    throw this.#failed(url, `It answered ${response.status}.`);
  }

  /** Whatever status it answers. */
  async bounded(url: URL, init: RequestInit = {}): Promise<Response> {
    const since = this.#options.now() - (this.#failedAt.get(url.href) ?? -Infinity);
    if (since < this.#options.failedPauseMs) throw unavailable('It did not answer a moment ago.');
    try {
      const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(FETCH_MS) });
      const body = await bytesOf(response);
      this.#failedAt.delete(url.href);
      const { status } = response;
      return new Response(status === 204 || status === 304 ? null : body, { status: status < 200 ? 502 : status });
    } catch {
      throw this.#failed(url, 'It cannot be reached, is too slow, or says too much.');
    }
  }

  #failed(url: URL, why: string): DomainError {
    this.#failedAt.set(url.href, this.#options.now());
    return unavailable(why);
  }

  /** Those who ask at once share one read. */
  #read(): Promise<Known> {
    if (this.#known !== null && this.#options.now() < this.#until) return this.#known;
    this.#until = Infinity;
    const read = this.#discover();
    this.#known = read;
    read.then(
      ({ until }) => (this.#until = until),
      () => {
        this.#until = 0;
        this.#known = null;
      },
    );
    return read;
  }

  async #discover(): Promise<Known> {
    const { issuer, jwksMs, jwksPauseMs, now } = this.#options;
    const url = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const said: unknown = await (await this.fetch(url)).json().catch(() => undefined);
    const metadata = metadataOf(said, issuer);
    if (metadata === undefined) throw this.#failed(url, 'What it says of itself is not that of the issuer that is configured.');
    const keys = createRemoteJWKSet(metadata.jwksUri, {
      cacheMaxAge: jwksMs,
      cooldownDuration: jwksPauseMs,
      [customFetch]: (href) => this.fetch(new URL(href)),
    });
    return { metadata, keys, until: now() + METADATA_MS };
  }
}

const unavailable = (detail: string): DomainError => new DomainError('auth.provider', `The OpenID provider does not answer: ${detail}`);

async function bytesOf(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.byteLength;
    if (length > ANSWER_BYTES_MAX) throw new Error('too long');
    parts.push(part as Uint8Array);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Undefined: another issuer's, or not usable. */
function metadataOf(said: unknown, issuer: string): ProviderMetadata | undefined {
  if (typeof said !== 'object' || said === null) return undefined;
  const of = said as Readonly<Record<string, unknown>>;
  const methods = of['code_challenge_methods_supported'];
  if (of['issuer'] !== issuer || (Array.isArray(methods) && !methods.includes('S256'))) return undefined;
  const [authorizationEndpoint, tokenEndpoint, jwksUri] = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'].map((name) =>
    endpointOf(of[name], issuer),
  );
  if (authorizationEndpoint === undefined || tokenEndpoint === undefined || jwksUri === undefined) return undefined;
  return {
    issuer,
    authorizationEndpoint,
    tokenEndpoint,
    jwksUri,
    namesItself: of['authorization_response_iss_parameter_supported'] === true,
  };
}

/** A provider by https names no endpoint without it: a secret would go there in clear. */
function endpointOf(text: unknown, issuer: string): URL | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const { protocol, hostname } = new URL(issuer);
  return url.protocol === 'https:' || (url.protocol === protocol && url.hostname === hostname) ? url : undefined;
}
