import type { LogRecord } from './port.ts';

/** What a record counts towards `maxBytes`: key, value and headers, without the framing of any wire format. */
export function recordBytes(record: LogRecord): number {
  let bytes = record.value.length + (record.key?.length ?? 0);
  for (const name in record.headers) bytes += name.length + (record.headers[name]?.length ?? 0);
  return bytes;
}

/** How many records of these sizes make the next batch. At least one: a record that is larger than `maxBytes` comes alone. */
export function batchLength(sizes: readonly number[], maxRecords: number, maxBytes: number): number {
  const most = Math.min(sizes.length, maxRecords);
  let bytes = 0;
  for (let length = 0; length < most; length++) {
    bytes += sizes[length] ?? 0;
    if (bytes > maxBytes) return Math.max(length, 1);
  }
  return most;
}
