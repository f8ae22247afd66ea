/** `/v1/evidence/sha256/{hash}`: the bytes of evidence, in and out. */
import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Put, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EvidenceUploaded } from '#lib/contracts';
import type { EvidenceStat, MediaType } from '#lib/evidence';
import { actorOf, DomainError, requestIdOf, TAKES_BYTES } from '#lib/runtime';
import { EVIDENCE_DEPS, type EvidenceDeps } from './evidence-deps.ts';
import type { EvidenceReader } from './evidence-reads.ts';
import { noteEvidence, readingFor } from './noted.ts';
import { readHash, readPart, readRange } from './requests.ts';
import { upload } from './upload.ts';

/** The length that is there of an upload which broke off: of an answer that has no bytes to give. */
export const OFFSET_HEADER = 'upload-offset';

@Controller('v1/evidence/sha256')
export class EvidenceController {
  readonly #deps: EvidenceDeps;

  constructor(@Inject(EVIDENCE_DEPS) deps: EvidenceDeps) {
    this.#deps = deps;
  }

  @Put(':hash')
  @RouteConfig(TAKES_BYTES)
  async put(
    @Param('hash') name: string,
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const deps = this.#deps;
    const sha256 = readHash(name);
    const part = readPart(request);
    const words = readWords(query);
    if (deps.hasEnded) throw new DomainError('log.frozen', 'The log has ended: no evidence is taken in.');
    if (part === undefined && Number(request.headers['content-length'] ?? 0) > deps.bytesMax)
      throw new DomainError('evidence.too-large', `A file of evidence has at most ${deps.bytesMax} bytes.`);
    const actor = actorOf(request);
    const reader = await deps.reads.readerOf(actor);
    const before = await this.#sentBefore(sha256, reader);
    if (before !== null) return void (await reply.status(200).send(before));
    const bytes = (request.body ?? Readable.from([])) as AsyncIterable<Uint8Array>;
    const result = await upload(deps, { sha256, actor, reader, requestId: requestIdOf(request), part, bytes, ...words });
    if (result.outcome === 'offset') {
      void reply.header(OFFSET_HEADER, result.offset);
      throw new DomainError('evidence.offset', `Of this upload ${result.offset} bytes are here: go on from there, or send all of it.`);
    }
    if (result.outcome === 'part')
      return void (await reply.status(202).header(OFFSET_HEADER, result.offset).send({ sha256, offset: result.offset }));
    const { bytes: size, mediaType, event, receipt } = result;
    const view: EvidenceUploaded = {
      status: 'received',
      sha256,
      bytes: size,
      mediaType,
      event: { agency: actor.agency, id: event },
      receipt,
    };
    await reply.status(201).header('location', `/v1/evidence/sha256/${sha256}`).send(view);
  }

  /** Whoever has shown that he has it need not do so again. For anybody else it is not here, whoever sent it. */
  async #sentBefore(sha256: string, reader: EvidenceReader): Promise<EvidenceUploaded | null> {
    const row = await this.#deps.reads.ownUpload(reader, sha256);
    if (row === null || (await this.#deps.store.stat(sha256)) === null) return null;
    const { bytes, mediaType, eventId } = row;
    return { status: 'known', sha256, bytes, mediaType, event: { agency: reader.agency, id: eventId }, receipt: null };
  }

  /** GET and, without the bytes, HEAD. */
  @Get(':hash')
  async get(@Param('hash') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const sha256 = readHash(name);
    const { reads, store } = this.#deps;
    const { reader, notes } = await readingFor(reads, request);
    const row = await reads.readable(reader, sha256);
    if (row === undefined) {
      if (reader.agency !== '') void reply.header(OFFSET_HEADER, await store.offset(sha256, reader.agency));
      throw notFound();
    }
    await noteEvidence(reads, reader, notes, [{ sha256, agency: row.agency }]);
    const stat = await store.stat(sha256);
    if (stat === null) throw new DomainError('evidence.missing', 'The ledger says that this evidence is here, and its bytes are not.');
    await this.#send(request, reply, stat, row.mediaType as MediaType);
  }

  async #send(request: FastifyRequest, reply: FastifyReply, { sha256, bytes }: EvidenceStat, type: MediaType): Promise<void> {
    const tag = `"${sha256}"`;
    void reply.headers({
      ...DOWNLOAD_HEADERS,
      etag: tag,
      'content-disposition': `attachment; filename="${sha256}.${EXTENSIONS[type] ?? 'bin'}"`,
    });
    const known = request.headers['if-none-match'];
    if (known !== undefined && (known.trim() === '*' || known.split(',').some((each) => each.trim() === tag)))
      return void (await reply.status(304).send());
    const asked = readRange(request, bytes, tag);
    if (asked === 'unsatisfiable') {
      void reply.header('content-range', `bytes */${bytes}`);
      throw new DomainError('evidence.range', `The evidence has ${bytes} bytes.`);
    }
    const { range } = asked;
    const length = range === undefined ? bytes : range.to - range.from + 1;
    void reply.status(range === undefined ? 200 : 206).header('content-length', length);
    if (range !== undefined) void reply.header('content-range', `bytes ${range.from}-${range.to}/${bytes}`);
    // The framework gives an answer to HEAD its length, but for one whose body is a stream.
    const body = request.method === 'HEAD' ? Readable.from([]) : await this.#deps.store.open(sha256, range);
    if (body === null) throw new DomainError('evidence.missing', 'The bytes were there a moment ago.');
    await reply.send(body);
  }
}

/** The same for what is not there and what is not for this reader. */
export const notFound = (): DomainError => new DomainError('evidence.not-found', 'There is no evidence of this hash that you may see.');

/**
 * Nothing that comes from outside ever runs in a browser here: it is saved and not shown; where some browser shows it all the same, not as what
 * it says that it is, in no origin, without scripts, and nowhere else.
 */
export const DOWNLOAD_HEADERS = {
  'content-type': 'application/octet-stream',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'accept-ranges': 'bytes',
  // Rights may change: caches ask again each time.
  'cache-control': 'private, no-cache',
} as const;

/** By what the bytes are; never one that a system runs or a browser takes for a page. */
const EXTENSIONS: Readonly<Partial<Record<MediaType, string>>> = {
  'text/plain': 'txt',
  'text/csv': 'csv',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'application/gzip': 'gz',
};

/** Longest that the act may carry. */
const WORDS_LENGTH_MAX = 1_024;

function readWords(query: Record<string, unknown>): { purpose?: string; authority?: string } {
  const { purpose, authority, ...unknown } = query;
  const [extra] = Object.keys(unknown);
  if (extra !== undefined) throw refused('query.unknown', extra.slice(0, 40), `There is no query parameter ${extra.slice(0, 40)}.`);
  for (const [name, value] of Object.entries({ purpose, authority })) {
    if (
      value !== undefined &&
      (typeof value !== 'string' || value === '' || value.length > WORDS_LENGTH_MAX || /[\0\p{Surrogate}]/u.test(value))
    )
      throw refused('query.invalid', name, `${name} is a text of at most ${WORDS_LENGTH_MAX} characters, given once.`);
  }
  return {
    ...(purpose === undefined ? {} : { purpose: purpose as string }),
    ...(authority === undefined ? {} : { authority: authority as string }),
  };
}

const refused = (code: string, parameter: string, detail: string): DomainError =>
  new DomainError(code, detail, [{ code, parameter, detail }]);
