/** What did not become an entry: the same id with other bytes (conflicts), and records that could not be taken (dead letters). */
import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ConflictsView, DeadLettersView, DeadLetterView, ErrorCode, RetriedView } from '#lib/contracts';
import { formatInstant } from '#lib/domain';
import { actorOf, DomainError, notesOf } from '#lib/runtime';
import { decodeCursor, encodeCursor, isCount, isRecord, isWord } from './cursor.ts';
import { deadLettersFor } from './dead-letters.ts';
import { type DeadLetterReads, GATEWAY_DEPS, type GatewayDeps, readerOf, readingFor } from './gateway-deps.ts';
import type { DeadLetterHead, StoredDeadLetter } from './ledger-reads.ts';
import { readLimit, readQuery } from './query.ts';

const IS_CONFLICT = isRecord<{ id: string; contentHash: string }>({ id: isWord, contentHash: isWord });

@Controller('v1')
export class RecordsController {
  readonly #deps: GatewayDeps;

  constructor(@Inject(GATEWAY_DEPS) deps: GatewayDeps) {
    this.#deps = deps;
  }

  /** A submitter's own: whose bytes were not taken must learn it, and nobody else. */
  @Get('conflicts')
  async conflicts(@Query() given: unknown, @Req() request: FastifyRequest): Promise<ConflictsView> {
    const { cursor, limit: text } = readQuery(given, ['cursor', 'limit']);
    const limit = readLimit(text);
    const { reader, reads } = await readingFor(this.#deps, request);
    const question = `${reads.origin} conflicts ${reader.agency}`;
    const after = cursor === undefined ? undefined : decodeCursor(question, cursor, IS_CONFLICT);
    const page = await reads
      .as(reader)
      .conflicts(reader, after === undefined ? undefined : { id: after.id, contentHash: Buffer.from(after.contentHash, 'hex') }, limit + 1);
    const shown = page.slice(0, limit);
    const last = shown.at(-1);
    return {
      conflicts: shown.map(
        ({ agency, id, contentHash, principal, capturedMicros, standingLogIndex, standingHash, topic, partition, offset }) => ({
          agency,
          id,
          contentHash: contentHash.toString('hex'),
          standing: { logIndex: standingLogIndex, contentHash: standingHash.toString('hex') },
          submittedBy: { agency, principal, proved: true },
          captured: formatInstant(capturedMicros),
          topic,
          partition,
          offset,
        }),
      ),
      next:
        page.length > limit && last !== undefined
          ? encodeCursor(question, { id: last.id, contentHash: last.contentHash.toString('hex') })
          : null,
    };
  }

  @Get('dead-letters')
  async deadLetters(@Query() given: unknown, @Req() request: FastifyRequest): Promise<DeadLettersView> {
    const { cursor, limit: text } = readQuery(given, ['cursor', 'limit']);
    const limit = readLimit(text);
    const { letters, agency } = await this.#lettersOf(request);
    const question = `${this.#deps.reads.origin} dead-letters ${agency}`;
    const page = await letters.list(cursor === undefined ? undefined : decodeCursor(question, cursor, isCount), limit + 1);
    const shown = page.slice(0, limit);
    const last = shown.at(-1);
    this.#note(request, shown);
    return { deadLetters: shown.map(headOf), next: page.length > limit && last !== undefined ? encodeCursor(question, last.seq) : null };
  }

  @Get('dead-letters/:seq')
  async deadLetter(@Param('seq') seq: string, @Req() request: FastifyRequest): Promise<DeadLetterView> {
    const letter = await this.#find(seq, request);
    this.#note(request, [letter]);
    const headers = Object.entries(letter.headers).map(([name, value]) => ({ name, value: value.toString('base64') }));
    return { ...headOf(letter), key: letter.key?.toString('base64') ?? null, headers, value: letter.value.toString('base64') };
  }

  @Post('dead-letters/:seq/retry')
  @HttpCode(202)
  async retry(@Param('seq') seq: string, @Req() request: FastifyRequest): Promise<RetriedView> {
    const letter = await this.#find(seq, request);
    if (letter.retriedMicros !== null) throw new DomainError('dlq.retried', `Dead letter ${letter.seq} was appended again before.`);
    const { log, markRetried } = this.#deps.deadLetters;
    await log.append(letter.topic, [{ key: letter.key, value: letter.value, headers: letter.headers }]);
    await markRetried(letter.seq);
    return { seq: letter.seq, retried: true };
  }

  async #lettersOf(request: FastifyRequest): Promise<{ letters: DeadLetterReads; agency: string }> {
    const reader = await readerOf(this.#deps, actorOf(request));
    return { letters: deadLettersFor(this.#deps, reader), agency: reader.agency };
  }

  /** What was sent is not marked: it may be anything, and whoever reads it is recorded. */
  #note(request: FastifyRequest, letters: readonly DeadLetterHead[]): void {
    const notes = notesOf(request);
    for (const { seq } of letters) notes.deadLetters.add(seq);
  }

  async #find(text: string, request: FastifyRequest): Promise<StoredDeadLetter> {
    const { letters } = await this.#lettersOf(request);
    const letter = /^\d{1,15}$/.test(text) ? await letters.read(Number(text)) : null;
    if (letter === null) throw new DomainError('dlq.not-found', 'There is no dead letter of this number.');
    return letter;
  }
}

function headOf({
  seq,
  topic,
  partition,
  offset,
  code,
  detail,
  valueBytes,
  retriedMicros,
}: DeadLetterHead): DeadLettersView['deadLetters'][number] {
  return { seq, topic, partition, offset, code: code as ErrorCode, detail, bytes: valueBytes, retried: retriedMicros !== null };
}
