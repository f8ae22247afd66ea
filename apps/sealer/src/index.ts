/** The sealer role: trees, map, seals and checkpoints over what the projectors committed. */
export { ForeignKeyNotice, KeyRevoked, OtherLogKey, type DeclaredKeys } from './key-notices.ts';
export { LogFrozen, OtherBeginning } from './log-end.ts';
export { openSealer, SealRollback } from './open-sealer.ts';
export { SealMismatch } from './read-again.ts';
export { ClockJump, type Clocks } from './seal-clock.ts';
export { SEAL_FAILPOINTS, Sealer, type SealerOptions, type SealFailpoint } from './sealer.ts';
