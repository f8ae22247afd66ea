/** The projector role: event-log batches to ledger and timelines, offsets in the same transaction; dead letters. */
export { contentIndex, decode, decodeBatch, type Decoded, type PublisherKeys } from './decode.ts';
export { EVENTS_TOPIC, type ProjectorDeps } from './projector.controller.ts';
export { ProjectorModule } from './projector.module.ts';
