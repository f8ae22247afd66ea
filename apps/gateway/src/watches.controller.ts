/** GET /v1/watches, /v1/alerts and /v1/questions. */
import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { answerNames, type AlertsView, type QuestionsView, type WatchesView } from '#lib/contracts';
import { OPEN_POINTS, type OpenPoint } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import { GATEWAY_DEPS, type GatewayDeps, readingFor } from './gateway-deps.ts';
import { readLimit, readQuery } from './query.ts';
import { readQuestions } from './questions.ts';
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
    const { reader, reads, notes } = await readingFor(this.#deps, request);
    const asked = { ...(watch === undefined ? {} : { watch }), ...(cursor === undefined ? {} : { cursor }), limit: readLimit(limit) };
    const view = await readAlerts(reads, reader, asked);
    if (notes.events.size > 0) notes.showed({ ...answerNames(view), events: namedIn(view, reader.agency) });
    return view;
  }

  @Get('questions')
  async questions(@Query() given: unknown, @Req() request: FastifyRequest): Promise<QuestionsView> {
    const { kind, cursor, limit } = readQuery(given, ['kind', 'cursor', 'limit']);
    if (kind !== undefined && !(OPEN_POINTS as readonly string[]).includes(kind))
      throw new DomainError('query.invalid', `kind is one of ${OPEN_POINTS.join(', ')}.`);
    const { reader, reads, notes } = await readingFor(this.#deps, request);
    const of = kind === undefined ? {} : { kind: kind as OpenPoint };
    const view = await readQuestions(reads, reader, { ...of, ...(cursor === undefined ? {} : { cursor }), limit: readLimit(limit) });
    // What was looked at and leaves nothing open is not told of.
    if (notes.events.size > 0) notes.showed(answerNames(view));
    return view;
  }
}

/** Alerts and their watches are the reader's agency's, and are called by their ids alone. */
function namedIn({ alerts }: AlertsView, agency: string): ReadonlyMap<string, readonly string[]> {
  return new Map<string, readonly string[]>(
    alerts.flatMap(({ id, watch, event }) => [
      [`${agency}/${id}`, []],
      [`${agency}/${watch}`, []],
      ...(event === null ? [] : [[`${event.agency}/${event.id}`, event.items] as const]),
    ]),
  );
}
