/** /auth: how a browser comes to a session and gives it back. It shows no page: it sends on, or answers a problem. */
import { randomBytes } from 'node:crypto';
import { Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OPERATING_AGENCY, ROOT_PRINCIPAL, type Login } from '#lib/domain';
import { actorOf, DomainError, isSecure, type Log, originFor, type OwnOrigin, PLAIN_ORIGIN } from '#lib/runtime';
import { principalOfLogin, type KnownPolicy } from './authenticator.ts';
import { type Cookies, cookiesOf } from './cookies.ts';
import type { OneTimeLink } from './one-time-link.ts';
import {
  ATTEMPT_SECONDS,
  attemptText,
  endLogin,
  loginUrl,
  newAttempt,
  readAttempt,
  type LoginAnswer,
  type OpenIdClient,
} from './openid-login.ts';
import type { OpenIdProvider } from './openid-provider.ts';
import type { Owner, Sessions } from './sessions.ts';

export const LOGIN_DEPS = Symbol('login deps');

export interface LoginDeps {
  readonly sessions: Sessions;
  policy(): Promise<KnownPolicy>;
  /** Null: nobody logs in by a provider. */
  readonly openId: { readonly provider: OpenIdProvider; readonly client: OpenIdClient } | null;
  /** Null: the process gives none away. */
  readonly link: OneTimeLink | null;
  /** Where browsers come. Default: loopback, without TLS. */
  readonly own?: OwnOrigin;
  readonly log: Log;
}

const CALLBACK = '/auth/callback';
/** Logins for which the provider is asked at once: what strangers begin keeps neither it nor this server from other work. */
const ENDING_MAX = 8;
const BUSY_RETRY_SECONDS = 1;
const KEY_BYTES = 32;

interface LoginQuery {
  readonly agency?: unknown;
  readonly to?: unknown;
}

@Controller('auth')
export class LoginController {
  readonly #deps: LoginDeps;
  /** Of this process: by it attempts are known again. */
  readonly #attemptKey = randomBytes(KEY_BYTES);
  readonly #own: OwnOrigin;
  readonly #cookies: Cookies;
  #ending = 0;

  constructor(@Inject(LOGIN_DEPS) deps: LoginDeps) {
    this.#deps = deps;
    this.#own = deps.own ?? PLAIN_ORIGIN;
    this.#cookies = cookiesOf(isSecure(this.#own));
  }

  @Get('login')
  async login(@Query() { agency, to }: LoginQuery, @Req() { headers }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { provider, client } = this.#openId();
    const attempt = newAttempt(typeof agency === 'string' ? agency : '', typeof to === 'string' ? to : '/');
    const url = await loginUrl(provider, client, attempt, this.#callbackOf(headers));
    sendOn(reply, url, [this.#cookies.set('login', headers, attemptText(attempt, this.#attemptKey), ATTEMPT_SECONDS)]);
  }

  @Get('callback')
  async callback(@Query() answer: LoginAnswer, @Req() { headers, method }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    refuseHead(method);
    const { provider, client } = this.#openId();
    const attempt = readAttempt(this.#cookies.of('login', headers), this.#attemptKey);
    if (this.#ending >= ENDING_MAX)
      throw new DomainError('busy', 'Too many logins are under way.', [], { retryAfterSeconds: BUSY_RETRY_SECONDS });
    // Whatever comes of it, an attempt ends once.
    void reply.header('set-cookie', this.#cookies.set('login', headers, '', 0));
    this.#ending++;
    const login = await endLogin(provider, client, attempt, answer, this.#callbackOf(headers)).finally(() => this.#ending--);
    const owner = principalOfLogin(await this.#deps.policy(), login, attempt?.agency ?? '');
    await this.#begin(owner, login, headers, reply, attempt?.to ?? '/');
  }

  @Get('open')
  async open(@Query('link') link: unknown, @Req() { headers, method }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    refuseHead(method);
    const begin = (): Promise<void> => this.#begin({ agency: OPERATING_AGENCY, principal: ROOT_PRINCIPAL }, null, headers, reply, '/');
    if (typeof link !== 'string' || (await this.#deps.link?.use(link, begin)) !== true)
      throw new DomainError('auth.link', 'The link was used, is too old, or is none of this process.');
  }

  @Post('logout')
  @HttpCode(204)
  async logout(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const { headers } = request;
    const actor = actorOf(request);
    const session = await this.#deps.sessions.of(this.#cookies.of('session', headers) ?? '');
    if (actor.via !== 'session' || session === undefined)
      throw new DomainError('auth.session-unknown', 'The request comes with no session that could end.');
    await this.#deps.sessions.end(session.id, actor.agency, actor.principal, actor);
    void reply.header('set-cookie', this.#cookies.set('session', headers, '', 0)).header('cache-control', 'no-store');
  }

  async #begin(
    { agency, principal }: Owner,
    login: Login | null,
    headers: FastifyRequest['headers'],
    reply: FastifyReply,
    to: string,
  ): Promise<void> {
    const { sessions, log } = this.#deps;
    // One that is there already ends: what somebody else put into this browser does not live on beside it.
    const before = await sessions.of(this.#cookies.of('session', headers) ?? '');
    if (before !== undefined) await sessions.end(before.id, before.agency, before.principal, { agency, principal });
    const { text, seconds } = await sessions.begin({ agency, principal }, login);
    if (login === null) log.info('a session began by the link of the ready line', { component: 'access' });
    else log.info('a session began by a login', { component: 'access' });
    sendOn(reply, to, [this.#cookies.set('login', headers, '', 0), this.#cookies.set('session', headers, text, seconds)]);
  }

  /** The Host header was checked: it is a name of this server. */
  #callbackOf({ host }: FastifyRequest['headers']): string {
    return `${originFor(this.#own, host ?? '')}${CALLBACK}`;
  }

  #openId(): NonNullable<LoginDeps['openId']> {
    if (this.#deps.openId === null) throw new DomainError('auth.login-off', 'No OpenID provider is configured for logins.');
    return this.#deps.openId;
  }
}

/** What looks whether an address is there, as what shows previews of links does, uses up no link and no code. */
function refuseHead(method: string): void {
  if (method === 'HEAD') throw new DomainError('method-not-allowed', 'The address takes GET.');
}

function sendOn(reply: FastifyReply, to: string, cookies: readonly string[]): void {
  void reply
    .removeHeader('set-cookie')
    .header('set-cookie', [...cookies])
    // The address that is left has a code or a link in it.
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-store')
    .redirect(to, 303);
}
