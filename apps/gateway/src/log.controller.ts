/** The log as others read it (C2SP tlog-tiles): its signed head, its hashes, its entries. Nobody is asked who he is: they say numbers and no more. */
import { Controller, Get, Header, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { encodeBundle, encodeEntry, parseTilePath, TILE_WIDTH, tileWidth, type TileAddress } from '#lib/ledger';
import { DomainError } from '#lib/runtime';
import { GATEWAY_DEPS, type GatewayDeps } from './gateway-deps.ts';

const HASH_BYTES = 32;
const PREFIX = '/log/';
/** A tile of one address never changes. */
const FOR_EVER = 'public, max-age=31536000, immutable';

@Controller('log')
export class LogController {
  readonly #deps: GatewayDeps;

  constructor(@Inject(GATEWAY_DEPS) deps: GatewayDeps) {
    this.#deps = deps;
  }

  @Get('checkpoint')
  @Header('content-type', 'text/plain; charset=utf-8')
  @Header('cache-control', 'no-cache')
  async checkpoint(): Promise<string> {
    return (await this.#signed()).note;
  }

  /** Only what is sealed. Also where its head is not published yet: the witnesses that are asked to cosign it read it before. */
  @Get('tile/*')
  async tile(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const address = parseTilePath(request.url.slice(PREFIX.length));
    if (address === null) throw new DomainError('tile.not-found', 'This is no path of a tile.');
    const seal = await this.#deps.reads.lastSeal();
    if (seal === null) throw new DomainError('log.not-sealed', 'Nothing was sealed yet.');
    const size = seal.logIndex + 1;
    const level = address.level === 'entries' ? 0 : address.level;
    if (tileWidth({ level, index: address.index }, BigInt(size)) < address.width)
      throw new DomainError('tile.not-found', `The log of ${size} sealed entries has no such tile.`);
    const bytes = address.level === 'entries' ? await this.#bundle(address) : await this.#hashes(level, address);
    void reply.type('application/octet-stream').header('cache-control', FOR_EVER).send(bytes);
  }

  async #signed(): Promise<{ size: number; note: string }> {
    const signed = await this.#deps.reads.lastCheckpoint();
    if (signed === null) throw new DomainError('log.not-sealed', 'No checkpoint was signed yet.');
    return signed;
  }

  async #hashes(level: number, { index, width }: TileAddress): Promise<Buffer> {
    const bytes = await this.#deps.reads.tile(level, Number(index), width * HASH_BYTES);
    if (bytes?.length !== width * HASH_BYTES) throw new Error(`the tile ${level}/${index} is not stored whole`);
    return bytes;
  }

  async #bundle({ index, width }: TileAddress): Promise<Buffer> {
    const from = Number(index) * TILE_WIDTH;
    const { entries, notices } = await this.#deps.reads.logPiece(from, from + width);
    const said = new Map(notices.map(({ logIndex, bytes }) => [logIndex, bytes]));
    let next = 0;
    const all = Array.from({ length: width }, (_, n) => said.get(from + n) ?? encodeEntry(entries.hash(next++).toString('hex')));
    return Buffer.from(encodeBundle(all));
  }
}
