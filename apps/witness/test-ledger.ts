/** A sealed log as suites grow it: entries with the item trees that they stand in, seals over them, and what a log serves of that. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  consistencyNodes,
  encodeBundle,
  encodeEntry,
  encodeSeal,
  foldNodes,
  formatAddCheckpoint,
  formatCheckpoint,
  formatNote,
  itemRootOf,
  leafHash,
  MAP_EMPTY,
  mapLeafHash,
  mapNodeHash,
  merkleRoot,
  parseTilePath,
  type Seal,
  sha256Hex,
  signingKey,
  type SigningKey,
  signText,
  TILE_WIDTH,
  utf8,
  type WitnessHead,
} from '#lib/ledger';

export interface Link {
  readonly index: number;
  readonly key: Buffer;
}

const keyOf = (name: string): Buffer => Buffer.from(sha256Hex(name), 'hex');

export class TestLedger {
  readonly key: SigningKey<'log'>;
  readonly entries: Uint8Array[] = [];
  links: Link[] = [];
  /** Bytes that are served for a path instead of what is right. */
  readonly instead = new Map<string, Uint8Array>();
  requests = 0;
  private previous: number | null = null;
  private times = 0;

  constructor(name = 'log.example/demo') {
    this.key = signingKey('log', name, utf8(name.padEnd(32, '.')).subarray(0, 32));
  }

  get size(): number {
    return this.entries.length;
  }

  /** An entry that stands in the trees of these items; returns its index. */
  add(...items: string[]): number {
    const index = this.entries.length;
    this.entries.push(encodeEntry(sha256Hex(`entry ${index}`)));
    const keys = items.map(keyOf).sort((a, b) => Buffer.compare(a, b));
    this.links.push(...keys.map((key) => ({ index, key })));
    return index;
  }

  /** Seals what is there. @param mapped the links of the map, all unless a suite leaves some out. @param changes what else the seal says falsely */
  seal(mapped: readonly Link[] = this.links, changes: Partial<Seal> = {}): number {
    const covers = this.entries.length;
    const { root, size } = this.mapOf(mapped.filter(({ index }) => index < covers));
    const time = `2026-11-26T00:00:00.${String(this.times++).padStart(6, '0')}Z`;
    const seal = {
      log: this.key.name,
      covers: BigInt(covers),
      mapRoot: root,
      mapSize: BigInt(size),
      time,
      previous: this.previous === null ? null : BigInt(this.previous),
      access: null,
      ...changes,
    };
    this.previous = covers;
    this.entries.push(encodeSeal(seal));
    return this.size;
  }

  head(size = this.size): WitnessHead {
    return { size: BigInt(size), root: Uint8Array.from(merkleRoot(this.entries.slice(0, size).map((entry) => leafHash(entry)))) };
  }

  text(size = this.size): string {
    return formatCheckpoint({ origin: this.key.name, ...this.head(size), extension: [] });
  }

  request(old: number, size = this.size): Uint8Array {
    const leaves = this.entries.map((entry) => leafHash(entry));
    const hashOf = ({ level, index }: { level: number; index: bigint }): Uint8Array =>
      merkleRoot(leaves.slice(Number(index) * 2 ** level, (Number(index) + 1) * 2 ** level));
    const proof = old === 0 ? [] : consistencyNodes(BigInt(old), BigInt(size)).map((nodes) => foldNodes(nodes.map(hashOf)));
    const text = this.text(size);
    return formatAddCheckpoint(BigInt(old), proof, formatNote(text, [signText(this.key, text)]));
  }

  bundle(index: number, width: number): Uint8Array {
    return encodeBundle(this.entries.slice(index * TILE_WIDTH, index * TILE_WIDTH + width));
  }

  linkBytes(from: number, to: number): Buffer {
    const rows = this.links.filter(({ index }) => index >= from && index < to);
    const bytes = Buffer.alloc(8 + rows.length * 40);
    bytes.writeBigUInt64BE(BigInt(to));
    rows.forEach(({ index, key }, n) => {
      bytes.writeBigUInt64BE(BigInt(index), 8 + n * 40);
      key.copy(bytes, 16 + n * 40);
    });
    return bytes;
  }

  /** Under `/log`. */
  async serve(): Promise<{ readonly prefix: string; readonly server: Server }> {
    const server = createServer((request, response) => {
      const body = this.answer(request);
      response.writeHead(body === null ? 404 : 200).end(body ?? undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { prefix: `http://127.0.0.1:${(server.address() as AddressInfo).port}/log`, server };
  }

  private answer({ url = '' }: IncomingMessage): Uint8Array | null {
    this.requests++;
    const path = url.slice('/log/'.length);
    const instead = this.instead.get(path);
    if (instead !== undefined) return instead;
    const [, from, to] = /^links\/(\d+)-(\d+)$/.exec(path) ?? [];
    if (to !== undefined) return Number(to) > this.size ? null : this.linkBytes(Number(from), Number(to));
    const tile = parseTilePath(path);
    const isThere = tile?.level === 'entries' && Number(tile.index) * TILE_WIDTH + tile.width <= this.size;
    return isThere ? this.bundle(Number(tile.index), tile.width) : null;
  }

  /** By the definition: a leaf where it is first alone, an inner node of both sides. */
  private mapOf(links: readonly Link[]): { root: Uint8Array; size: number } {
    const trees = new Map<string, { index: bigint; leafHash: Uint8Array }[]>();
    for (const { index, key } of links) {
      const tree = trees.get(key.toString('hex')) ?? [];
      tree.push({ index: BigInt(index), leafHash: leafHash(this.entries[index] as Uint8Array) });
      trees.set(key.toString('hex'), tree);
    }
    const leaves = [...trees].map(([hex, tree]) => {
      const found = itemRootOf(tree, BigInt(this.size));
      if (!found.ok) throw new Error(found.fault.detail);
      return { key: Buffer.from(hex, 'hex'), hash: mapLeafHash(Buffer.from(hex, 'hex'), found.n, found.root) };
    });
    return { root: mapRoot(leaves, 0), size: trees.size };
  }
}

function mapRoot(leaves: readonly { key: Buffer; hash: Uint8Array }[], depth: number): Uint8Array {
  if (leaves.length < 2) return leaves[0]?.hash ?? MAP_EMPTY;
  const isRight = (key: Buffer): boolean => (((key[depth >> 3] as number) >> (7 - (depth & 7))) & 1) === 1;
  const side = (right: boolean): Uint8Array =>
    mapRoot(
      leaves.filter(({ key }) => isRight(key) === right),
      depth + 1,
    );
  return mapNodeHash(side(false), side(true));
}
