/** Entity tags (RFC 9110, section 8.8): strong, the hash of the bytes that are sent. An unchanged answer costs the reader no transfer. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerNames } from '#lib/contracts';
import { sha256Hex } from '#lib/ledger';

/** 128 bits of the hash: no two answers of one address ever share them. */
const TAG_HEX = 32;

export async function sendWithTag(request: FastifyRequest, reply: FastifyReply, body: object): Promise<void> {
  // Of what was read on the way only that was shown which the answer names.
  const { notes } = request;
  if (notes !== null && notes.events.size + notes.items.size > 0) notes.showed(answerNames(body));
  await sendBytesWithTag(request, reply, Buffer.from(JSON.stringify(body), 'utf8'));
}

/** @param bytes JSON */
export async function sendBytesWithTag(request: FastifyRequest, reply: FastifyReply, bytes: Buffer): Promise<void> {
  const tag = `"${sha256Hex(bytes).slice(0, TAG_HEX)}"`;
  // What a reader may see can change with his rights: caches ask again each time.
  void reply.header('etag', tag).header('cache-control', 'private, no-cache');
  if (matches(request.headers['if-none-match'], tag)) await reply.status(304).send();
  else await reply.status(200).type('application/json; charset=utf-8').send(bytes);
}

function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === tag);
}
