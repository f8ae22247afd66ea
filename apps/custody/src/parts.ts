/** What the roles of one process are built from. */
import type { EventLog } from '#lib/event-log';
import type { Config, Health, Log, Metrics, PublisherKeyring, Shutdown } from '#lib/runtime';
import type { Database } from './database.ts';
import { EXIT } from './exit-codes.ts';

export interface Parts {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly shutdown: Shutdown;
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly keys: PublisherKeyring;
  /** The log has said that it ends: what would be submitted is refused. */
  readonly hasEnded: boolean;
}

/** A part that cannot go on ends the process: a supervisor starts it again, a half-dead one would go unnoticed. */
export function endWith(log: Log, shutdown: Shutdown, code: string): void {
  log.error('a part stopped for good; the process ends', { code });
  void shutdown.run().then(() => process.exit(EXIT.unexpected));
}
