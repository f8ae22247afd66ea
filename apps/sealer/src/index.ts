/** The sealer role: trees, map, seals and checkpoints over what the projectors committed. */
export { openSealer, SealRollback } from './open-sealer.ts';
export { SealMismatch } from './read-again.ts';
export { ClockJump, type Clocks } from './seal-clock.ts';
export { SEAL_FAILPOINTS, Sealer, type SealerOptions, type SealFailpoint } from './sealer.ts';
// For the tamper drill, which seals as an operator would who has something to hide.
export { growItems, leavesOf } from './log-leaves.ts';
export { mapTileRows } from './map-tile-rows.ts';
