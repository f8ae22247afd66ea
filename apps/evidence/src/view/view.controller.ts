/** `/v1/evidence/sha256/{hash}/view`: evidence as a page of ours, with the cited place marked. */
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseLocator } from '#lib/domain';
import { HEAD_BYTES, mediaTypeOf } from '#lib/evidence';
import { DomainError } from '#lib/runtime';
import { EVIDENCE_DEPS, type EvidenceDeps } from '../evidence-deps.ts';
import { notFound } from '../evidence.controller.ts';
import { noteEvidence, readingFor } from '../noted.ts';
import { readHash } from '../requests.ts';
import { headOf } from '../upload.ts';
import { pageHeaders, pageOf } from './page.ts';
import { renderingOf } from './shown.ts';

/** Of what is quoted back. */
const LOCATOR_LENGTH_MAX = 256;

@Controller('v1/evidence/sha256')
export class ViewController {
  readonly #deps: EvidenceDeps;

  constructor(@Inject(EVIDENCE_DEPS) deps: EvidenceDeps) {
    this.#deps = deps;
  }

  @Get(':hash/view')
  async view(
    @Param('hash') name: string,
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const sha256 = readHash(name);
    const { locator: cited, ...unknown } = query;
    const [extra] = Object.keys(unknown);
    if (extra !== undefined) throw new DomainError('query.unknown', `There is no parameter ${extra.slice(0, 40)} here; there is locator.`);
    if (cited !== undefined && typeof cited !== 'string') throw new DomainError('query.invalid', 'locator is given more than once.');
    const { reads, store } = this.#deps;
    const { reader, notes } = await readingFor(reads, request);
    const row = await reads.readable(reader, sha256);
    if (row === undefined) throw notFound();
    await noteEvidence(reads, reader, notes, [{ sha256, agency: row.agency }]);
    const stat = await store.stat(sha256);
    const head = await headOf(store, sha256);
    // By what the bytes are now, whatever was said of them when they came.
    const type = mediaTypeOf(head, (stat?.bytes ?? 0) <= HEAD_BYTES);
    const locator = cited === undefined ? undefined : parseLocator(cited);
    const rendering = stat === null ? null : await renderingOf(store, { sha256, bytes: stat.bytes, type, head }, locator);
    if (stat === null || rendering === null)
      throw new DomainError('evidence.missing', 'The ledger says that this evidence is here, and its bytes are not.');
    const page = pageOf({
      title: `Evidence ${sha256}`,
      facts: [
        ['type', `${type} (by its bytes)`],
        ['size', `${stat.bytes} bytes`],
        ...(cited === undefined ? [] : [['cited', cited.slice(0, LOCATOR_LENGTH_MAX)] as const]),
      ],
      notes: [
        ...(cited !== undefined && locator === undefined ? ['What is cited is not a place that can be marked here.'] : []),
        ...rendering.notes,
      ],
      content: rendering.content,
      download: `../${sha256}`,
    });
    await reply.headers(pageHeaders(rendering.hasImage)).send(page);
  }
}
