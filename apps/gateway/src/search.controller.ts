/** GET /v1/search (items by what identifies them), /v1/search/sightings (sightings by what they say) and /v1/search/patterns (what their items have in common). */
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readAsOf } from './coordinates.ts';
import { sendWithTag } from './entity-tag.ts';
import { findPatterns, readPatternKind } from './find-patterns.ts';
import { GATEWAY_DEPS, type GatewayDeps, readingFor } from './gateway-deps.ts';
import { readLimit, readQuery } from './query.ts';
import { searchItems } from './search.ts';
import { searchSightings } from './search-sightings.ts';
import { FILTER_PARAMETERS, readSightingQuestion } from './sighting-question.ts';

@Controller('v1/search')
export class SearchController {
  readonly #deps: GatewayDeps;

  constructor(@Inject(GATEWAY_DEPS) deps: GatewayDeps) {
    this.#deps = deps;
  }

  @Get()
  async items(@Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { q, cursor, limit } = readQuery(given, ['q', 'cursor', 'limit']);
    const { reader, reads } = await readingFor(this.#deps, request);
    // A text that is too short to look for is refused where it is no value that is there: that says that nothing was found, too.
    request.saysNothing = true;
    const view = await searchItems(reads, reader, {
      text: q ?? '',
      limit: readLimit(limit),
      ...(cursor === undefined ? {} : { cursor }),
    });
    request.saysNothing = view.results.length === 0;
    await sendWithTag(request, reply, view);
  }

  @Get('sightings')
  async sightings(@Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { asOf, policy, cursor, limit, ...filters } = readQuery(given, [...FILTER_PARAMETERS, 'asOf', 'policy', 'cursor', 'limit']);
    const question = readSightingQuestion(filters);
    const { reader, reads } = await readingFor(this.#deps, request);
    const view = await searchSightings(reads, reader, {
      question,
      asOf: await readAsOf(asOf, reads, policy),
      limit: readLimit(limit),
      ...(cursor === undefined ? {} : { cursor }),
    });
    request.saysNothing = view.results.length === 0;
    await sendWithTag(request, reply, view);
  }

  @Get('patterns')
  async patterns(@Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { of, by, asOf, policy, ...filters } = readQuery(given, ['of', 'by', ...FILTER_PARAMETERS, 'asOf', 'policy']);
    const kind = readPatternKind(of, by);
    const question = readSightingQuestion(filters);
    const { reader, reads } = await readingFor(this.#deps, request);
    const view = await findPatterns(reads, reader, { ...kind, question, asOf: await readAsOf(asOf, reads, policy) });
    request.saysNothing = view.patterns.length === 0;
    await sendWithTag(request, reply, view);
  }
}
