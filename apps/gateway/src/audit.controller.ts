/** GET /v1/audit. */
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readAudit } from './audit.ts';
import { readAsOf } from './coordinates.ts';
import { sendWithTag } from './entity-tag.ts';
import { GATEWAY_DEPS, type GatewayDeps, readingFor } from './gateway-deps.ts';
import { readLimit, readQuery } from './query.ts';

@Controller('v1/audit')
export class AuditController {
  readonly #deps: GatewayDeps;

  constructor(@Inject(GATEWAY_DEPS) deps: GatewayDeps) {
    this.#deps = deps;
  }

  @Get()
  async audit(@Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { q, asOf, cursor, limit } = readQuery(given, ['q', 'asOf', 'cursor', 'limit']);
    const { reader, reads, notes } = await readingFor(this.#deps, request);
    const asked = { text: q ?? '', asOf: await readAsOf(asOf, reads), limit: readLimit(limit) };
    const view = await readAudit(reads, reader, { ...asked, ...(cursor === undefined ? {} : { cursor }) });
    // Who read what is an agency's own, whatever it was that was read.
    if (view.reads.length > 0) notes.isOther = true;
    await sendWithTag(request, reply, view);
  }
}
