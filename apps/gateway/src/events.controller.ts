/** GET /v1/events (all, in the order of the log) and /v1/events/{id}: one event, how it stands, and everything about it. */
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { explainEvent, explainEvents, type EventAnswer, type EventsView } from '#lib/contracts';
import { foldEvent, formatRef, knownAtReported } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import { NO_APPROVALS } from './approvals.ts';
import { withCutContradictions } from './contradictions.ts';
import { askedFor, coordinatesOf, heldAt, pointOfView, readAsOf, type AsOf } from './coordinates.ts';
import { decodeCursor, encodeCursor, isCount, isRecord } from './cursor.ts';
import { sendWithTag } from './entity-tag.ts';
import { ambiguous } from './told-in-refusal.ts';
import { conflictsOf } from './event-conflicts.ts';
import { eventView, readEvent, type ReadEvent, storedView } from './event-view.ts';
import { explainSources, refsOf } from './explain-sources.ts';
import { GATEWAY_DEPS, type GatewayDeps, readingFor } from './gateway-deps.ts';
import type { LedgerReads, Reader } from './ledger-reads.ts';
import { pageOf } from './page.ts';
import { readExplain, readLimit, readQuery } from './query.ts';
import { questionView } from './question-view.ts';
import { readBeside } from './beside.ts';
import { recordedAt } from './recorded.ts';
import { relatedEvents } from './related-events.ts';
import { readSignatures } from './signatures.ts';

const IS_POSITION = isRecord<{ from: number; logSize: number }>({ from: isCount, logSize: isCount });

@Controller('v1/events')
export class EventsController {
  readonly #deps: GatewayDeps;

  constructor(@Inject(GATEWAY_DEPS) deps: GatewayDeps) {
    this.#deps = deps;
  }

  @Get()
  async events(@Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = readQuery(given, ['asOf', 'policy', 'cursor', 'limit', 'explain']);
    const explain = readExplain(query.explain);
    const { cursor } = query;
    const { reader, reads } = await readingFor(this.#deps, request);
    const asked = { asOf: await readAsOf(query.asOf, reads, query.policy), limit: readLimit(query.limit), explain };
    const view = await readEvents(reads, reader, cursor === undefined ? asked : { ...asked, cursor });
    request.saysNothing = view.events.length === 0;
    await sendWithTag(request, reply, view);
  }

  @Get(':id')
  async event(@Param('id') id: string, @Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = readQuery(given, ['asOf', 'policy', 'agency', 'explain']);
    const explain = readExplain(query.explain);
    const { reader, reads } = await readingFor(this.#deps, request);
    const asOf = await readAsOf(query.asOf, reads, query.policy);
    await sendWithTag(
      request,
      reply,
      await readOne(reads, reader, { id, asOf, explain, ...(query.agency === undefined ? {} : { agency: query.agency }) }),
    );
  }
}

/** A page may be left with fewer, or with none: whether it goes on is for `next` to say. */
const knownAt = (asOf: AsOf, events: readonly ReadEvent[]): ReturnType<typeof knownAtReported<ReadEvent>> =>
  asOf.basis === 'reported' ? knownAtReported(events, asOf.until) : { inputs: events, withoutReported: 0 };

interface EventsQuery {
  readonly asOf: AsOf;
  readonly limit: number;
  readonly cursor?: string;
  readonly explain: boolean;
}

/** A page of all events in the order of the log. Throws cursor.invalid. */
export async function readEvents(reads: LedgerReads, reader: Reader, query: EventsQuery): Promise<EventsView> {
  const question = `${reads.origin} events ${askedFor(query.asOf)} ${reader.groupNames.join()}`;
  const cursor = query.cursor === undefined ? undefined : decodeCursor(question, query.cursor, IS_POSITION);
  const asOf = cursor === undefined ? query.asOf : await heldAt(query.asOf, cursor.logSize, reads);
  const { logSize } = asOf;
  const own = reads.as(reader);
  const { shown, more } = pageOf(await own.eventsFrom(cursor?.from ?? 0, reader, logSize, query.limit + 1), query.limit);
  const last = shown.at(-1);
  const read = shown.map(readEvent);
  const known = knownAt(asOf, read);
  // Of evidence nothing is said but in the explanation.
  const beside = query.explain
    ? await readBeside(own, reader, asOf, read)
    : {
        recorded: await recordedAt(reads, asOf, shown),
        held: new Set<string>(),
        signatures: await readSignatures(own, reader, logSize, shown),
        approval: NO_APPROVALS,
      };
  const view: EventsView = {
    coordinates: coordinatesOf(asOf),
    events: known.inputs.map((event) => storedView(event, beside)),
    ...(asOf.basis === 'reported' ? { withoutReported: known.withoutReported } : {}),
    next: more && last !== undefined ? encodeCursor(question, { from: last.logIndex + 1, logSize }) : null,
  };
  if (!query.explain) return view;
  const sources = explainSources(asOf, read, beside);
  return { ...view, explanation: explainEvents(view, { sources, naming: refsOf(read), more: more || cursor !== undefined }) };
}

interface OneQuery {
  readonly id: string;
  readonly agency?: string;
  readonly asOf: AsOf;
  readonly explain: boolean;
}

export async function readOne(reads: LedgerReads, reader: Reader, { id, agency, asOf, explain }: OneQuery): Promise<EventAnswer> {
  const own = reads.as(reader);
  const found = await own.byId(id, agency, reader.groups, asOf.logSize);
  const missing = new DomainError('event.not-found', `There is no event of this id that you may see ${pointOfView(asOf)}.`);
  const stored = found[0];
  if (stored === undefined) throw missing;
  if (found.length > 1) throw ambiguous(found);
  const event = readEvent(stored);
  const all = [event, ...(await relatedEvents(own, reader, asOf.logSize, [event]))];
  const fold = foldEvent(event.sighting, knownAt(asOf, all).inputs);
  if (fold.entry === undefined) throw missing;
  const events = new Map<string, ReadEvent>(all.map((each) => [formatRef(each.sighting), each]));
  const entries = [fold.entry, ...fold.about].map((entry) => {
    const each = events.get(formatRef(entry.sighting));
    if (each === undefined) throw new Error('the fold shows an event that it was not given');
    return { entry, each };
  });
  const beside = await readBeside(own, reader, asOf, explain ? all : entries.map(({ each }) => each), all);
  const views = entries.map(({ entry, each }) => eventView(entry, each, beside));
  const [shown, ...about] = withCutContradictions(views, all);
  if (shown === undefined) throw missing;
  const view: EventAnswer = {
    coordinates: coordinatesOf(asOf),
    event: shown,
    about,
    waiting: fold.waiting.map(({ agency: by, id: waiting, kind, target }) => ({ agency: by, id: waiting, kind, target: { ...target } })),
    openQuestions: fold.openQuestions.map(questionView),
    ...(await conflictsOf(reads, reader, asOf, stored)),
  };
  if (!explain) return view;
  return { ...view, explanation: explainEvent(view, { sources: explainSources(asOf, all, beside), naming: refsOf([event]) }) };
}
