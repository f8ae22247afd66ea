/** GET /v1/audit. */
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '#lib/runtime';
import { readAudit } from './audit.ts';
import { readAsOf } from './coordinates.ts';
import { sendWithTag } from './entity-tag.ts';
import { GATEWAY_DEPS, type GatewayDeps, readingOf } from './gateway-deps.ts';
import { readLimit, readQuery } from './query.ts';

@Controller('v1/audit')
export class AuditController {
  readonly #deps: GatewayDeps;

  constructor(@Inject(GATEWAY_DEPS) deps: GatewayDeps) {
    this.#deps = deps;
  }

  @Get()
  async audit(@Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { q, asOf, policy, cursor, limit } = readQuery(given, ['q', 'asOf', 'policy', 'cursor', 'limit']);
    const { reader, reads } = await readingOf(this.#deps, actorOf(request));
    const asked = { text: q ?? '', asOf: await readAsOf(asOf, reads, policy), limit: readLimit(limit) };
    await sendWithTag(request, reply, await readAudit(reads, reader, { ...asked, ...(cursor === undefined ? {} : { cursor }) }));
  }
}
