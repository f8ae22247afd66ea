/** The part of a put that is alike wherever the bytes go: counting, hashing, and what follows from both. */
import type { Hash } from 'node:crypto';
import type { PutOptions, PutResult } from './port.ts';

/** Where bytes go as they come. */
export interface Sink {
  /** Bytes that are in it. */
  readonly bytes: number;
  write(chunk: Uint8Array): Promise<void>;
  /** All of it is there and is what it is called: from now on under its name. */
  finish(): Promise<'stored' | 'known'>;
  /** Kept for its owner to go on with. */
  keep(): Promise<void>;
  /** As if it never came. */
  drop(): Promise<void>;
}

/**
 * @param hash of what is in the sink already; taken over
 * @param mayKeep whether what came before a failure can be gone on with; not where the sink itself failed
 */
export async function receive(
  sha256: string,
  bytes: AsyncIterable<Uint8Array>,
  sink: Sink,
  hash: Hash,
  { whole, bytesMax }: PutOptions,
): Promise<PutResult> {
  try {
    for await (const chunk of bytes) {
      if (sink.bytes + chunk.length > bytesMax) return await dropped(sink, { outcome: 'too-large' });
      const written = sinkWrite(sink, chunk);
      // Hashed while the write is under way.
      hash.update(chunk);
      await written;
    }
  } catch (error) {
    await (error instanceof SinkFailure ? sink.drop() : sink.keep());
    throw error instanceof SinkFailure ? error.cause : error;
  }
  if (whole !== undefined && sink.bytes < whole) {
    const offset = sink.bytes;
    await sink.keep();
    return { outcome: 'part', offset };
  }
  const found = hash.digest('hex');
  if (found !== sha256) return dropped(sink, { outcome: 'mismatch', sha256: found, bytes: sink.bytes });
  return { outcome: await sink.finish(), bytes: sink.bytes };
}

async function dropped<Result>(sink: Sink, result: Result): Promise<Result> {
  await sink.drop();
  return result;
}

/** A failure of ours and not of whoever sends: told apart, since of the latter what came is kept. */
class SinkFailure extends Error {}

async function sinkWrite(sink: Sink, chunk: Uint8Array): Promise<void> {
  try {
    await sink.write(chunk);
  } catch (error) {
    throw new SinkFailure('the store failed', { cause: error });
  }
}
