/** /v1/sessions: who is logged in, for himself and for the admins of his agency. */
import { Controller, Delete, Get, Header, HttpCode, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { SessionsView } from '#lib/contracts';
import type { Actor } from '#lib/domain';
import { actorOf, DomainError, notesOf } from '#lib/runtime';
import { LOGIN_DEPS, type LoginDeps } from './login.controller.ts';
import type { Sessions } from './sessions.ts';

@Controller('v1/sessions')
export class SessionsController {
  readonly #sessions: Sessions;

  constructor(@Inject(LOGIN_DEPS) { sessions }: LoginDeps) {
    this.#sessions = sessions;
  }

  @Get()
  @Header('cache-control', 'no-store')
  async list(@Req() request: FastifyRequest): Promise<SessionsView> {
    const actor = actorOf(request);
    // Who an agency's people are and where they log in is its own, as their list is.
    notesOf(request).isOther = true;
    const rows = await this.#sessions.list(actor.agency, whose(actor));
    return {
      sessions: rows.map(({ id, agency, principal, issuer, subject, begun, seen, expires }) => ({
        id,
        agency,
        principal,
        ...(issuer === null || subject === null ? {} : { login: { issuer, subject } }),
        begun,
        seen,
        expires,
      })),
    };
  }

  @Delete(':id')
  @HttpCode(204)
  async end(@Param('id') id: string, @Req() request: FastifyRequest): Promise<void> {
    const actor = actorOf(request);
    if (!(await this.#sessions.end(id, actor.agency, whose(actor), actor)))
      throw new DomainError('session.not-found', 'There is no session of this id that holds and is yours to end.');
  }
}

/** An admin looks after all of his agency; everybody else after himself. */
const whose = ({ principal, roles }: Actor): string | null => (roles.includes('admin') ? null : principal);
