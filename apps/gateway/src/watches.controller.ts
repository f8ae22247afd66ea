/** GET /v1/watches and /v1/alerts. */
import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AlertsView, WatchesView } from '#lib/contracts';
import { DomainError } from '#lib/runtime';
import { GATEWAY_DEPS, type GatewayDeps, readingFor } from './gateway-deps.ts';
import { readLimit, readQuery } from './query.ts';
import { readAlerts, readWatches } from './watches.ts';

@Controller('v1')
export class WatchesController {
  readonly #deps: GatewayDeps;

  constructor(@Inject(GATEWAY_DEPS) deps: GatewayDeps) {
    this.#deps = deps;
  }

  @Get('watches')
  async watches(@Query() given: unknown, @Req() request: FastifyRequest): Promise<WatchesView> {
    const { removed } = readQuery(given, ['removed']);
    if (removed !== undefined && removed !== '1') throw new DomainError('query.invalid', 'removed is 1, or left out.');
    const { reader, reads } = await readingFor(this.#deps, request);
    return readWatches(reads, reader, removed === '1');
  }

  @Get('alerts')
  async alerts(@Query() given: unknown, @Req() request: FastifyRequest): Promise<AlertsView> {
    const { watch, cursor, limit } = readQuery(given, ['watch', 'cursor', 'limit']);
    const { reader, reads } = await readingFor(this.#deps, request);
    const asked = { ...(watch === undefined ? {} : { watch }), ...(cursor === undefined ? {} : { cursor }), limit: readLimit(limit) };
    return readAlerts(reads, reader, asked);
  }
}
