/** The event logs, opened as the product opens them. */
import { createEmbeddedLog, createKafkaLog, type EventLog } from '#lib/event-log';
import { createPool } from '#lib/store';

export function kafkaEventLog(brokers: string, clientId: string): EventLog {
  return createKafkaLog({ brokers: brokers.split(','), clientId });
}

/** Connections of one process to the embedded log: one for each append in flight and each partition that is read. */
const POOL_MAX = 8;

/** @param address brokers, or the URL of a database with the product's schema */
export function openLog(adapter: string, address: string, clientId: string): { readonly log: EventLog; close(): Promise<void> } {
  if (adapter === 'kafka') return { log: kafkaEventLog(address, clientId), close: () => Promise.resolve() };
  const pool = createPool({ url: address, applicationName: clientId, max: POOL_MAX });
  return { log: createEmbeddedLog({ pool }), close: () => pool.close() };
}
