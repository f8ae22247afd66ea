/**
 * The stream of map keys, for auditing witnesses: which entry stands in which item tree, by the trees' keys. No identifier, no group and no
 * content, yet whoever knows the map salt can try out keys: served only where the operator said so.
 */
import { Controller, Get, Header, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DomainError, notesOf } from '#lib/runtime';
import { GATEWAY_DEPS, type GatewayDeps } from './gateway-deps.ts';
import { encodeLinks } from './map-links.ts';

const RANGE = /^(0|[1-9]\d{0,15})-([1-9]\d{0,15})$/;

@Controller('log/links')
export class MapLinksController {
  readonly #deps: GatewayDeps;

  constructor(@Inject(GATEWAY_DEPS) deps: GatewayDeps) {
    this.#deps = deps;
  }

  /** From an index up to another that the last seal covers; it may answer for fewer entries, and says for how many. */
  @Get(':range')
  @Header('content-type', 'application/octet-stream')
  @Header('cache-control', 'no-store')
  async links(@Param('range') range: string, @Req() request: FastifyRequest): Promise<Buffer> {
    const notes = notesOf(request);
    if (!this.#deps.mapLinks) throw new DomainError('links.not-found', 'This server does not serve map links.');
    const [, first = '', last = ''] = RANGE.exec(range) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === '' || from >= to) throw new DomainError('links.not-found', 'A range of map links is <from>-<to>, from below to.');
    const covers = (await this.#deps.reads.lastSeal())?.covers ?? 0;
    if (to > covers) throw new DomainError('links.not-found', `The last seal covers the entries below ${covers}.`);
    const found = await this.#deps.reads.linksFrom(from, to);
    // Of whosever entries: by a key identifiers can be tried.
    if (found.links.length > 0) notes.isOther = true;
    return encodeLinks(found.links, found.to);
  }
}
