export { ForeignKeyNotice, KeyRevoked, OtherLogKey, type DeclaredKeys } from './key-notices.ts';
/** The sealer role: trees, map, seals and checkpoints over what the projectors committed; witnesses that stand behind them. */
export {
  Cosigning,
  COSIGNING_TIMES,
  type CosigningOptions,
  type CosigningState,
  type HeadPublisher,
  type SignedCheckpoint,
} from './cosigning.ts';
export { LogFrozen, OtherBeginning } from './log-end.ts';
export { openSealer, SealRollback } from './open-sealer.ts';
export { SealMismatch } from './read-again.ts';
export { ClockJump, type Clocks, ClockUnconfirmed } from './seal-clock.ts';
export { SealPace } from './seal-pace.ts';
export { SEAL_FAILPOINTS, Sealer, type SealerOptions, type SealFailpoint } from './sealer.ts';
export { storedConsistency, storedRoot } from './stored-tree.ts';
export { witnessClient, type WitnessClient } from './witness-client.ts';
export { checkWitnesses, shownHeads, WitnessesSilent, type GuardOptions } from './witness-guard.ts';
// For the tamper drill, which seals as an operator would who has something to hide.
export { growItems, leavesOf } from './log-leaves.ts';
export { MapTileRows } from './map-tile-rows.ts';
