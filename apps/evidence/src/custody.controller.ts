/** `/v1/evidence` and `/v1/evidence/sha256/{hash}/custody`: what is known of evidence. */
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerNames } from '#lib/contracts';
import { HASH_PATTERN } from '#lib/evidence';
import { DomainError } from '#lib/runtime';
import { listView, readCustody } from './custody.ts';
import { EVIDENCE_DEPS, type EvidenceDeps } from './evidence-deps.ts';
import { notFound } from './evidence.controller.ts';
import { notedReads, noteEvidence, readingFor } from './noted.ts';
import { readHash } from './requests.ts';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;

@Controller('v1/evidence')
export class CustodyController {
  readonly #deps: EvidenceDeps;

  constructor(@Inject(EVIDENCE_DEPS) deps: EvidenceDeps) {
    this.#deps = deps;
  }

  /** The cursor is the last hash of the page before: names that the reader has seen already, in an order that is theirs. */
  @Get()
  async list(@Query() query: Record<string, unknown>, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { cursor = '', limit = String(LIMIT_DEFAULT), ...unknown } = query;
    const [extra] = Object.keys(unknown);
    if (extra !== undefined)
      throw new DomainError('query.unknown', `There is no parameter ${extra.slice(0, 40)} here; there are cursor, limit.`);
    if (typeof cursor !== 'string' || (cursor !== '' && !HASH_PATTERN.test(cursor)))
      throw new DomainError('cursor.malformed', 'The cursor is not one that this question gave: start again without it.');
    const most = typeof limit === 'string' && /^[1-9]\d{0,3}$/.test(limit) ? Number(limit) : NaN;
    if (!(most <= LIMIT_MAX)) throw new DomainError('query.invalid', `limit is a whole number from 1 to ${LIMIT_MAX}.`);
    const { reads } = this.#deps;
    const { reader, notes } = await readingFor(reads, request);
    const rows = await reads.list(reader, cursor, most + 1);
    const shown = rows.slice(0, most).map(({ sha256, agency }) => ({ sha256: sha256.toString('hex'), agency }));
    await noteEvidence(reads, reader, notes, shown);
    await send(reply, listView(rows, most));
  }

  @Get('sha256/:hash/custody')
  async custody(@Param('hash') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const sha256 = readHash(name);
    const { reads } = this.#deps;
    const { reader, notes } = await readingFor(reads, request);
    const view = await readCustody(notedReads(reads, notes), reader, sha256);
    if (view === null) throw notFound();
    notes.showed(answerNames(view));
    await send(reply, view);
  }
}

const send = async (reply: FastifyReply, view: object): Promise<void> => {
  await reply.header('cache-control', 'private, no-cache').type('application/json; charset=utf-8').send(JSON.stringify(view));
};
