/** GET /v1/cases (those that the caller may see) and /v1/cases/{id}: one, with what it may show him. */
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readCase, readCases } from './cases.ts';
import { readAsOf } from './coordinates.ts';
import { sendWithTag } from './entity-tag.ts';
import { GATEWAY_DEPS, type GatewayDeps, readingFor } from './gateway-deps.ts';
import { readLimit, readQuery } from './query.ts';

@Controller('v1/cases')
export class CasesController {
  readonly #deps: GatewayDeps;

  constructor(@Inject(GATEWAY_DEPS) deps: GatewayDeps) {
    this.#deps = deps;
  }

  @Get()
  async cases(@Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { asOf, policy, cursor, limit } = readQuery(given, ['asOf', 'policy', 'cursor', 'limit']);
    const { reader, reads } = await readingFor(this.#deps, request);
    const view = await readCases(reads, reader, { asOf: await readAsOf(asOf, reads, policy), limit: readLimit(limit), cursor });
    request.saysNothing = view.cases.length === 0;
    await sendWithTag(request, reply, view);
  }

  @Get(':id')
  async case(@Param('id') id: string, @Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { asOf, policy, agency, cursor, limit } = readQuery(given, ['asOf', 'policy', 'agency', 'cursor', 'limit']);
    const { reader, reads } = await readingFor(this.#deps, request);
    const at = await readAsOf(asOf, reads, policy);
    await sendWithTag(request, reply, await readCase(reads, reader, { id, agency, asOf: at, limit: readLimit(limit), cursor }));
  }
}
