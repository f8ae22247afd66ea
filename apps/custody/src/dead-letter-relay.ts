/**
 * Copies dead letters to their topic, so that whoever watches topics hears of them. The table is the record; the topic is told at least
 * once: after a restart the last ones come again, with the same `custody-seq`.
 */
import type { EventLog } from '#lib/event-log';
import { listDeadLetters, readDeadLetter, type StorePool } from '#lib/store';

/** Told again after a restart, and copied in one step. */
const LETTERS_PER_STEP = 100;

/** The step of a background loop: true = there may be more. */
export function deadLetterRelay(pool: StorePool, log: EventLog, topic: string): () => Promise<boolean> {
  let copied = 0;
  return async () => {
    const newest = await listDeadLetters(pool, { limit: LETTERS_PER_STEP, retriedToo: true });
    const fresh = newest.filter(({ seq }) => seq > copied).reverse();
    for (const { seq } of fresh) {
      const letter = await readDeadLetter(pool, seq);
      if (letter === null) continue;
      const headers = {
        'custody-seq': String(seq),
        'custody-reason': letter.code,
        'custody-topic': letter.topic,
        'custody-partition': String(letter.partition),
        'custody-offset': String(letter.offset),
      };
      await log.append(topic, [{ key: letter.key, value: letter.value, headers }]);
      copied = seq;
    }
    return false;
  };
}
