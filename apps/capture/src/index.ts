/** The capture role: submissions over HTTP become validated, canonical, committed records of the event log. */
export { acceptDocument, type AcceptContext, type Acceptance, type AcceptedDocument } from './accept.ts';
export { inlineAcceptPool, threadAcceptPool, type AcceptPool } from './accept-pool.ts';
export type { CaptureDeps } from './capture.controller.ts';
export { CaptureModule } from './capture.module.ts';
export { submit, type KnownEvents, type RowResult, type SubmitDeps, type SubmitMode } from './submit.ts';
