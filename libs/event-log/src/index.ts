export type * from './port.ts';
export type { SqlClient, SqlPool } from './sql-port.ts';
export type { Report } from './report.ts';
export { FatalLogError, LogUnavailable, type FatalCode } from './errors.ts';
export { createMemoryLog, type MemoryFaults, type MemoryLog } from './memory.ts';
export { createKafkaLog } from './kafka/kafka-log.ts';
export type { KafkaLogOptions } from './kafka/client.ts';
export { createEmbeddedLog, type EmbeddedLogOptions } from './embedded/embedded-log.ts';
