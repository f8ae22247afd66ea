/** GET /v1/items/{id}, and of it timeline, journey and diff. */
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '#lib/runtime';
import { readAt } from './at-view.ts';
import { readAsOf } from './coordinates.ts';
import { readDiff } from './diff.ts';
import { sendWithTag } from './entity-tag.ts';
import { GATEWAY_DEPS, type GatewayDeps, readingFor } from './gateway-deps.ts';
import { readItem } from './item.ts';
import { readAtView, readJourney } from './journey.ts';
import { Places } from './places.ts';
import { readExplain, readLimit, readQuery } from './query.ts';
import { readTimeline } from './timeline.ts';
import { ParsedTracks } from './track-files.ts';

/**
 * Answers that rest on the whole of an item: each holds up to 20,000 records and 100,000 positions. Nobody should hear nothing for longer than
 * two seconds.
 */
const WHOLE = { atOnce: 3, waiting: 64, waitMs: 2_000 };

@Controller('v1')
export class ItemsController {
  readonly #deps: GatewayDeps;
  readonly #tracks: ParsedTracks;
  readonly #whole = new Places(WHOLE);

  constructor(@Inject(GATEWAY_DEPS) deps: GatewayDeps) {
    this.#deps = deps;
    this.#tracks = new ParsedTracks(deps.evidenceBytes);
  }

  @Get('items/:id')
  async item(@Param('id') id: string, @Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = readQuery(given, ['asOf', 'at', 'policy', 'explain']);
    const [explain, at] = [readExplain(query.explain), readAt(query.at)];
    if (at !== undefined && explain)
      throw new DomainError('query.invalid', 'at names the records that it rests on itself: leave out explain, or ask for the timeline.');
    const { reader, reads, notes } = await readingFor(this.#deps, request);
    const asOf = await readAsOf(query.asOf, reads, query.policy);
    const view = await readItem(reads, reader, id, asOf, explain);
    if (at === undefined) return sendWithTag(request, reply, view);
    const then = this.#whole.within(() => readAtView(reads, reader, { parsed: this.#tracks, notes }, id, { asOf, at }));
    await sendWithTag(request, reply, { ...view, at: await then });
  }

  @Get('items/:id/timeline')
  async timeline(
    @Param('id') item: string,
    @Query() given: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { asOf, at, policy, cursor, limit, explain } = readQuery(given, ['asOf', 'at', 'policy', 'cursor', 'limit', 'explain']);
    const { reader, reads } = await readingFor(this.#deps, request);
    const view = await readTimeline(reads, reader, {
      item,
      at: readAt(at),
      asOf: await readAsOf(asOf, reads, policy),
      limit: readLimit(limit),
      explain: readExplain(explain),
      ...(cursor === undefined ? {} : { cursor }),
    });
    request.saysNothing = view.entries.length === 0;
    await sendWithTag(request, reply, view);
  }

  @Get('items/:id/journey')
  async journey(
    @Param('id') id: string,
    @Query() given: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { asOf, at: asked, policy } = readQuery(given, ['asOf', 'at', 'policy']);
    const at = readAt(asked);
    const { reader, reads, notes } = await readingFor(this.#deps, request);
    const point = await readAsOf(asOf, reads, policy);
    const made = this.#whole.within(() => readJourney(reads, reader, { parsed: this.#tracks, notes }, id, point, at));
    // Sent outside of its place: whoever reads slowly would keep it.
    await sendWithTag(request, reply, await made);
  }

  @Get('items/:id/diff')
  async diff(@Param('id') id: string, @Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { from, to } = readQuery(given, ['from', 'to']);
    if (from === undefined)
      throw new DomainError('query.invalid', 'from is needed: log:<size>, a date or time, or reported:<date or time>.');
    const { reader, reads, notes } = await readingFor(this.#deps, request);
    const [begin, end] = [await readAsOf(from, reads), await readAsOf(to, reads)];
    await sendWithTag(
      request,
      reply,
      await this.#whole.within(() => readDiff(reads, reader, { parsed: this.#tracks, notes }, id, begin, end)),
    );
  }
}
