/**
 * The access log of this process: what its requests read, appended in groups. Whatever waits while one group is written is the next one, so that
 * a busy server pays one statement for many reads, and a lone reader waits for his own alone.
 */
import { routeReads } from '#lib/contracts';
import type { Instant } from '#lib/domain';
import { accessCommitment, encodeAccessRecord, randomSecret, type AccessRecord } from '#lib/ledger';
import { notRecorded, type ReadLog } from '#lib/runtime';
import { appendReads, type ReadRow, type StorePool } from '#lib/store';
import { isDurable, recordsOf } from './read-records.ts';

const MICROS_PER_MS = 1_000;
/** Records of one statement: some hundred bytes each, of a long page some ten thousand. */
const GROUP_MAX = 256;
/** Records that wait: more than all requests of a process at once have. Beyond it reads are refused, and not kept in memory. */
const WAITING_MAX = 10_000;

export interface ReadLogOptions {
  readonly origin: string;
  /** Of the role `access`. */
  readonly pool: Pick<StorePool, 'run'>;
  /** Log size from which on the grants hold by which callers are known; 0: none. */
  readonly policy: () => number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Every route of the API by the table of reads. */
export function openReadLog({ origin, pool, policy, now = Date.now }: ReadLogOptions): ReadLog {
  const routes = routeReads();
  const appender = new ReadAppender(pool);
  return {
    readsOf: (route) => routes.get(route),
    async record(read) {
      const records = recordsOf(read, { origin, at: (now() * MICROS_PER_MS) as Instant, policy: policy() });
      try {
        await appender.append(records.map(rowOf), isDurable(read));
      } catch (error) {
        throw notRecorded(error);
      }
    },
  };
}

function rowOf(record: AccessRecord): ReadRow {
  const { tenant, agency, principal, items, evidence } = record;
  const secret = randomSecret();
  const bytes = encodeAccessRecord(record);
  return { tenant, agency, principal, items, evidence, secret, bytes, commitment: accessCommitment(secret, bytes) };
}

interface Waiting {
  readonly rows: readonly ReadRow[];
  readonly isDurable: boolean;
  resolve(): void;
  reject(error: unknown): void;
}

export class ReadAppender {
  readonly #pool: Pick<StorePool, 'run'>;
  #waiting: Waiting[] = [];
  #count = 0;
  #isWriting = false;

  constructor(pool: Pick<StorePool, 'run'>) {
    this.#pool = pool;
  }

  /** Resolves when all rows are committed; rejects where they are not, or nobody can say. @param isDurable they are on the disk then */
  append(rows: readonly ReadRow[], isDurable: boolean): Promise<void> {
    if (this.#count + rows.length > WAITING_MAX) return Promise.reject(new Error('too many reads wait to be recorded'));
    this.#count += rows.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ rows, isDurable, resolve, reject });
      if (!this.#isWriting) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const group = this.#next();
      const rows = group.flatMap((each) => each.rows);
      try {
        await appendReads(
          this.#pool,
          rows,
          group.some((each) => each.isDurable),
        );
        for (const each of group) each.resolve();
      } catch (error) {
        for (const each of group) each.reject(error);
      }
      this.#count -= rows.length;
    }
    this.#isWriting = false;
  }

  /** Those that came first; of one request all, however many they are. */
  #next(): Waiting[] {
    let rows = 0;
    const end = this.#waiting.findIndex((each) => (rows += each.rows.length) > GROUP_MAX);
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : Math.max(end, 1));
  }
}
