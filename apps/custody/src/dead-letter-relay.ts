/**
 * Copies dead letters to their topic, so that whoever watches topics hears of them. The table is the record and keeps what was copied:
 * each is copied at least once, over restarts too; where it comes twice (a crash between copy and mark) it has the same `custody-seq`.
 */
import type { EventLog, OutgoingRecord } from '#lib/event-log';
import { copyDeadLetters, type StoredDeadLetter, type StorePool } from '#lib/store';

/** The step of a background loop: true = there may be more. */
export function deadLetterRelay(pool: StorePool, log: EventLog, topic: string): () => Promise<boolean> {
  return async () => (await copyDeadLetters(pool, (letter) => copy(log, topic, letter))) > 0;
}

async function copy(log: EventLog, topic: string, letter: StoredDeadLetter): Promise<void> {
  const headers = {
    'custody-seq': String(letter.seq),
    'custody-reason': letter.code,
    'custody-topic': letter.topic,
    'custody-partition': String(letter.partition),
    'custody-offset': String(letter.offset),
  };
  try {
    await log.append(topic, [{ key: letter.key, value: letter.value, headers }]);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'record.too-large') throw error;
    // It must not hold up the others for ever: its notice goes without what makes it large, which the table has.
    const notice: OutgoingRecord = {
      key: null,
      value: Buffer.alloc(0),
      headers: { ...headers, 'custody-value-left-out': `${letter.valueBytes} bytes` },
    };
    await log.append(topic, [notice]);
  }
}
