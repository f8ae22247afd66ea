/** GET /v1/audit and the proof of one read in it. */
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '#lib/runtime';
import { readAudit } from './audit.ts';
import { readAsOf } from './coordinates.ts';
import { sendBytesWithTag, sendWithTag } from './entity-tag.ts';
import { GATEWAY_DEPS, type GatewayDeps, readingFor } from './gateway-deps.ts';
import { Proofs } from './proofs.ts';
import { readLimit, readQuery } from './query.ts';
import { proveRead } from './read-proofs.ts';

const NUMBER = /^(?:0|[1-9]\d{0,15})$/;

@Controller('v1/audit')
export class AuditController {
  readonly #deps: GatewayDeps;
  readonly #proofs: Proofs;

  constructor(@Inject(GATEWAY_DEPS) deps: GatewayDeps) {
    this.#deps = deps;
    this.#proofs = new Proofs(deps.reads);
  }

  @Get('reads/:n/proof')
  async read(@Param('n') text: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const reading = await readingFor(this.#deps, request);
    if (!NUMBER.test(text)) throw new DomainError('read.not-found', 'The access log has no such record that is for you.');
    await sendBytesWithTag(request, reply, Buffer.from(await proveRead(reading, this.#proofs, Number(text))));
  }

  @Get()
  async audit(@Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { q, asOf, policy, cursor, limit } = readQuery(given, ['q', 'asOf', 'policy', 'cursor', 'limit']);
    const { reader, reads, notes } = await readingFor(this.#deps, request);
    const asked = { text: q ?? '', asOf: await readAsOf(asOf, reads, policy), limit: readLimit(limit) };
    const view = await readAudit(reads, reader, { ...asked, ...(cursor === undefined ? {} : { cursor }) });
    // Who read what is an agency's own, whatever it was that was read.
    if (view.reads.length > 0) notes.isOther = true;
    request.saysNothing = view.rows.length === 0 && view.reads.length === 0;
    await sendWithTag(request, reply, view);
  }
}
