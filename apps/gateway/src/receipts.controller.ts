/** GET /v1/receipts/{agency}/{id}: for the agency that submitted it, and as if nothing were there for any other; under TLP:RED for its author and whom it names. */
import { Controller, Get, Header, Inject, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ReceiptStatus } from '#lib/contracts';
import { AGENCY_PATTERN, EVENT_ID_PATTERN } from '#lib/domain';
import { actorOf, DomainError } from '#lib/runtime';
import { GATEWAY_DEPS, type GatewayDeps, readingFor } from './gateway-deps.ts';
import { readQuery } from './query.ts';
import { readReceiptStatus } from './receipt-status.ts';
import { withoutItems } from './without-items.ts';

const HASH = /^[0-9a-f]{64}$/;

@Controller('v1/receipts')
export class ReceiptsController {
  readonly #deps: GatewayDeps;

  constructor(@Inject(GATEWAY_DEPS) deps: GatewayDeps) {
    this.#deps = deps;
  }

  /** A sealed receipt has the event's secret: no cache keeps it. */
  @Get(':agency/:id')
  @Header('cache-control', 'no-store')
  async receipt(
    @Param('agency') agency: string,
    @Param('id') id: string,
    @Query() given: unknown,
    @Req() request: FastifyRequest,
  ): Promise<ReceiptStatus> {
    const { content } = readQuery(given, ['content']);
    if (content !== undefined && !HASH.test(content)) throw new DomainError('query.invalid', 'content is a SHA-256 in lower-case hex.');
    const isOwn = agency === actorOf(request).agency && AGENCY_PATTERN.test(agency) && EVENT_ID_PATTERN.test(id);
    const status = isOwn ? await this.#statusOf(request, { agency, id, ...(content === undefined ? {} : { content }) }) : null;
    if (status === null)
      throw new DomainError(
        'event.not-found',
        'The ledger has no such submission of yours. What was captured just now may still be on its way.',
      );
    return status;
  }

  async #statusOf(request: FastifyRequest, of: { agency: string; id: string; content?: string }): Promise<ReceiptStatus | null> {
    const { reader, reads, notes } = await readingFor(this.#deps, request);
    const status = await readReceiptStatus(reads.as(reader), this.#deps.receiptKey, reader, of);
    // What is hidden from him is told to be nothing, and nothing of it was read.
    if (status === null) notes.events.clear();
    // The places of a sealed one name the items; a promise names none.
    else if (status.sealed === null) notes.showed(withoutItems(of));
    return status;
  }
}
