/**
 * The second entry of this lib, `#lib/runtime/nest`: what needs Nest as soon as it is loaded (half a second). `#lib/runtime` stays light, for
 * commands and worker threads.
 */
export { BatchContext, BatchHandler, BatchServer, type BatchServerOptions } from './batch-transport.ts';
