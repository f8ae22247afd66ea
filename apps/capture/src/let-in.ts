/** A stream may be sent for hours: whether its sender may still write is asked as long as it lasts. */
import { DomainError } from '#lib/runtime';

/** A revocation holds within five seconds, also for who sends nothing meanwhile; a look costs nothing but memory. */
const LOOK_AGAIN_MS = 1_000;

/**
 * The same chunks, each as soon as `look` has let its sender in once more; throws what it threw. Between chunks it is asked as well, and only a refusal ends
 * the wait: that nobody can say who it is just now, while nothing is to be written, is no reason to.
 */
export async function* whileLetIn<T>(
  chunks: AsyncIterable<T>,
  look: () => Promise<unknown>,
  everyMs = LOOK_AGAIN_MS,
): AsyncGenerator<T, undefined> {
  const source = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = source.next();
      // Seen where it is awaited, which may be after a refusal, and so never.
      next.catch(() => {});
      const { done, value } = await waited(next, look, everyMs);
      if (done === true) return;
      await look();
      yield value;
    }
  } finally {
    // Not awaited: behind a chunk that never comes it would keep the answer back.
    void source.return?.().catch(() => {});
  }
}

async function waited<T>(next: Promise<T>, look: () => Promise<unknown>, everyMs: number): Promise<T> {
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<typeof LATE>((resolve) => (timer = setTimeout(resolve, everyMs, LATE)));
    const answer = await Promise.race([next, late]).finally(() => clearTimeout(timer));
    if (answer !== LATE) return answer;
    await look().catch((error: unknown) => {
      if (error instanceof DomainError) throw error;
    });
  }
}

const LATE = Symbol('late');
