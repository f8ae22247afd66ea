/** Server settings of the embedded Postgres, each with its reason where it is not Postgres's own default. */
export function serverSettings(): Record<string, string> {
  return {
    // What is committed is on the disk: an event answered with 202 survives a power cut.
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    // Fits a laptop; indexes of some ten million entries stay warm.
    shared_buffers: '256MB',
    effective_cache_size: '1GB',
    // A checkpoint each 1 GB of log instead of each few seconds during an import; recovery after a crash replays at most this much.
    max_wal_size: '1GB',
    checkpoint_timeout: '10min',
    wal_buffers: '16MB',
    // The log of a batch is written while the batch still comes in, not all at its commit, which every other projector waits for
    // (measured: 18-24 instead of 32-37 us an event).
    wal_writer_delay: '10ms',
    // All roles in one process use about 50 connections; the rest is for tools beside it.
    max_connections: '120',
    // Our statements take milliseconds: compiling them costs more than running them.
    jit: 'off',
    // The data stands on solid-state disks nowadays: index walks are not four times as dear as scans.
    random_page_cost: '1.1',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Statements, and the detail of an error, may hold identifiers: never in a log. What starts, stops and dies is logged.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_statement: 'none',
    log_parameter_max_length_on_error: '0',
    log_checkpoints: 'off',
  };
}
