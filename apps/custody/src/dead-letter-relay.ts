/**
 * Copies dead letters to their topic, so that whoever watches topics hears of them. The table is the record; the topic is told at least
 * once: after a restart the last ones come again, with the same `custody-seq`.
 */
import type { EventLog } from '#lib/event-log';
import { type DeadLetterHead, listDeadLetters, readDeadLetter, type StorePool } from '#lib/store';

/** Read at once, and told again after a restart. */
const PAGE_LETTERS = 100;
/** Remembered as copied: numbers are given before commit, so a letter may appear behind later ones, though not far behind. */
const REMEMBERED_MAX = 10 * PAGE_LETTERS;

/** The step of a background loop: true = there may be more. */
export function deadLetterRelay(pool: StorePool, log: EventLog, topic: string): () => Promise<boolean> {
  const copied = new Set<number>();
  /** What lies below was there before this process. */
  let first: number | undefined;
  return async () => {
    const fresh: DeadLetterHead[] = [];
    // However many came at once: back to a page of which all is known.
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const page = await listDeadLetters(pool, { before, limit: PAGE_LETTERS, retriedToo: true });
      first ??= page.at(-1)?.seq ?? 0;
      const unknown = page.filter(({ seq }) => seq >= (first as number) && !copied.has(seq));
      fresh.push(...unknown);
      if (unknown.length === 0 || page.length < PAGE_LETTERS) break;
      before = page.at(-1)?.seq ?? 0;
    }
    for (const { seq } of fresh.reverse()) {
      await copy(pool, log, topic, seq);
      copied.add(seq);
    }
    for (const seq of copied) {
      if (copied.size <= REMEMBERED_MAX) break;
      copied.delete(seq);
    }
    return false;
  };
}

async function copy(pool: StorePool, log: EventLog, topic: string, seq: number): Promise<void> {
  const letter = await readDeadLetter(pool, seq);
  if (letter === null) return;
  const headers = {
    'custody-seq': String(seq),
    'custody-reason': letter.code,
    'custody-topic': letter.topic,
    'custody-partition': String(letter.partition),
    'custody-offset': String(letter.offset),
  };
  await log.append(topic, [{ key: letter.key, value: letter.value, headers }]);
}
