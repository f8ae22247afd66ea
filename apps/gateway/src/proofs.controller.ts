/** GET /v1/log, /v1/log/keys, /v1/log/consistency, /v1/items/{id}/proof, /v1/events/{id}/proof: what anyone can check by himself. */
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ConsistencyView } from '#lib/contracts';
import { ELEMENT_SLOTS, encodeProofDocument, type OpeningChoice, type ProofDocument, SLOTS, type SlotName, toBase64 } from '#lib/ledger';
import { DomainError } from '#lib/runtime';
import { aboveClear } from '#lib/store';
import { sendBytesWithTag, sendWithTag } from './entity-tag.ts';
import { GATEWAY_DEPS, type GatewayDeps, readingFor } from './gateway-deps.ts';
import { itemOf } from './item.ts';
import { Proofs } from './proofs.ts';
import { readQuery } from './query.ts';
import { ambiguous } from './told-in-refusal.ts';
import { withoutItems } from './without-items.ts';

const NUMBER = /^(?:0|[1-9]\d{0,15})$/;

@Controller('v1')
export class ProofsController {
  readonly #deps: GatewayDeps;
  readonly #proofs: Proofs;

  constructor(@Inject(GATEWAY_DEPS) deps: GatewayDeps) {
    this.#deps = deps;
    this.#proofs = new Proofs(deps.reads);
  }

  @Get('log')
  async log(@Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { size } = readQuery(given, ['size']);
    await send(request, reply, await this.#proofs.log(await this.#proofs.head(numberOf('size', size))));
  }

  @Get('log/keys')
  async keys(@Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { size } = readQuery(given, ['size']);
    await send(request, reply, await this.#proofs.keys(await this.#proofs.head(numberOf('size', size))));
  }

  @Get('log/consistency')
  async consistency(@Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = readQuery(given, ['from', 'to']);
    const [from, to] = [numberOf('from', query.from), numberOf('to', query.to)];
    if (from === undefined || to === undefined) throw new DomainError('query.invalid', 'from and to are sizes of the log.');
    const { size } = await this.#proofs.head();
    if (from < 1 || from > to || to > size)
      throw new DomainError('size.not-published', `Of the log's ${size} entries: 1 <= from <= to <= ${size}, and not ${from} and ${to}.`);
    const { logProofs } = this.#deps.reads;
    const [hashes, root] = await Promise.all([logProofs.consistency(BigInt(from), BigInt(to)), logProofs.root(BigInt(from))]);
    await sendWithTag(request, reply, { from, to, hashes: hashes.map(toBase64), root: toBase64(root) } satisfies ConsistencyView);
  }

  @Get('items/:id/proof')
  async item(@Param('id') id: string, @Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = readQuery(given, ['size', 'group', 'from', 'to', 'events', 'inclusion']);
    const { reader, notes } = await readingFor(this.#deps, request);
    const groups = groupsOf(query.group, reader.groupNames);
    const [from, to] = [numberOf('from', query.from), numberOf('to', query.to)];
    if ((from !== undefined || to !== undefined) && groups.length !== 1)
      throw new DomainError('query.invalid', 'from and to are places in the list of one reader group: add group.');
    if (from !== undefined && to !== undefined && from >= to) throw new DomainError('query.invalid', 'from is below to.');
    const head = await this.#proofs.head(numberOf('size', query.size));
    const item = itemOf(id).id;
    // Also that a list of his agency is empty, or how long it is, is for him and not for everybody.
    if (groups.some((group) => group !== 'clear')) notes.items.add(item);
    const document = await this.#proofs.item(head, reader, {
      item,
      groups,
      stretch: { from: from ?? 0, to: to ?? Infinity },
      events: isSet('events', query.events),
      inclusion: isSet('inclusion', query.inclusion),
      onShown: (row) => notes.event(aboveClear(row)),
      onTold: (row) => {
        const event = aboveClear(row);
        notes.event(event === null ? null : { ...event, items: () => [] });
      },
    });
    await send(request, reply, document);
  }

  @Get('events/:id/proof')
  async event(@Param('id') id: string, @Query() given: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = readQuery(given, ['agency', 'size', 'open']);
    const { reader, reads, notes } = await readingFor(this.#deps, request);
    const choice = choiceOf(query.open);
    const [head, found] = await Promise.all([
      this.#proofs.head(numberOf('size', query.size)),
      reads.as(reader).byId(id, query.agency, reader.groups, Number.MAX_SAFE_INTEGER),
    ]);
    const [row] = found;
    if (row === undefined) throw new DomainError('event.not-found', 'There is no event of this id that you may see.');
    if (found.length > 1) throw ambiguous(found);
    // Of an event whose items are not opened none is told.
    if (choice !== null && choice.elements?.items === undefined) notes.showed(withoutItems(row));
    await send(request, reply, await this.#proofs.event(head, row, choice));
  }
}

const send = (request: FastifyRequest, reply: FastifyReply, document: ProofDocument): Promise<void> =>
  sendBytesWithTag(request, reply, Buffer.from(encodeProofDocument(document)));

/** All of the reader's, or the one of them that he names; of another nothing is said. */
function groupsOf(named: string | undefined, groups: readonly string[]): readonly string[] {
  if (named === undefined) return [...groups].sort();
  if (!groups.includes(named)) throw new DomainError('query.invalid', `Your reader groups are ${groups.join(', ')}.`);
  return [named];
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!NUMBER.test(text)) throw new DomainError('query.invalid', `${name} is a whole number.`);
  return Number(text);
}

function isSet(name: string, text: string | undefined): boolean {
  if (text !== undefined && text !== 'true' && text !== 'false') throw new DomainError('query.invalid', `${name} is true or false.`);
  return text === 'true';
}

/** `open=place,items`: slots to open beside those that always are; of a list all elements. `null`: the whole event. */
function choiceOf(open: string | undefined): OpeningChoice | null {
  if (open === undefined) return null;
  const names = open.split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !(SLOTS as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new DomainError('query.invalid', `There is no slot ${unknown.slice(0, 40)}; there are ${SLOTS.join(', ')}.`);
  const lists = ELEMENT_SLOTS.filter((name) => names.includes(name));
  return {
    slots: names.filter((name) => !(ELEMENT_SLOTS as readonly string[]).includes(name)) as SlotName[],
    elements: Object.fromEntries(lists.map((name) => [name, 'all'])),
  };
}
