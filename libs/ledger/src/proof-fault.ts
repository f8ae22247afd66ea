/** Why an opening or a receipt was not taken: a value, never thrown. */
import type { NoteFaultCode } from './note-fault.ts';

/** Stable. */
export const PROOF_FAULT_CODES = [
  'opening.json',
  'opening.not-canonical',
  'opening.form',
  'opening.unknown-member',
  'opening.version',
  'opening.slot',
  'opening.order',
  'opening.salt',
  'opening.list',
  'opening.elements',
  'opening.count',
  'opening.element',
  'opening.hole',
  'opening.padding',
  'opening.siblings',
  'opening.sub-root',
  'opening.root',
  'opening.withheld',
  'opening.envelope',
  'opening.mandatory',
  'opening.reserved',
  'whole.secret',
  'whole.envelope',
  'whole.json',
  'whole.not-canonical',
  'whole.uncovered',
  'whole.root',
  'receipt.header',
  'receipt.form',
  'receipt.log',
  'receipt.agency',
  'receipt.id',
  'receipt.content',
  'receipt.captured',
  'receipt.promise',
  'receipt.durability',
  'receipt.other-log',
  'receipt.other-event',
  'receipt.other-content',
  'rejection.header',
  'rejection.form',
  'rejection.log',
  'rejection.agency',
  'rejection.id',
  'rejection.content',
  'rejection.code',
  'rejection.detail',
  'rejection.other-log',
  'sealed.json',
  'sealed.not-canonical',
  'sealed.form',
  'sealed.unknown-member',
  'sealed.version',
  'sealed.envelope',
  'sealed.secret',
  'sealed.commitment',
  'sealed.index',
  'sealed.extra',
  'sealed.inclusion',
  'sealed.place',
  'sealed.place-order',
  'sealed.places',
  'sealed.outside',
  'sealed.left-out',
  'sealed.other-log',
  'sealed.other-event',
  'sealed.other-content',
  'proof.json',
  'proof.not-canonical',
  'proof.form',
  'proof.unknown-member',
  'proof.format',
  'proof.order',
  'proof.seal',
  'proof.genesis',
  'proof.salt',
  'proof.salt-unknown',
  'proof.other-log',
  'proof.no-witness-asked',
  'proof.witnesses',
  'proof.age',
  'proof.nothing-kept',
  'proof.stale',
  'proof.consistency-unknown',
  'proof.consistency-missing',
  'proof.forked',
  'proof.other-item',
  'proof.groups',
  'proof.groups-not-asked',
  'proof.map-root',
  'proof.tree-shown',
  'proof.tree-root',
  'proof.tree-kept',
  'proof.tree-kept-open',
  'proof.stretch',
  'proof.other-event',
  'proof.event-not-listed',
  'proof.event-entry',
  'proof.event-item',
  'proof.notice-not-listed',
  'proof.content-missing',
  'proof.events-missing',
  'proof.events-not-asked',
  'proof.inclusion-missing',
  'proof.inclusion',
  'proof.operator-word',
  'bundle.proof-missing',
  'bundle.file',
] as const;
/** One of PROOF_FAULT_CODES. */
export type ProofFaultCode = (typeof PROOF_FAULT_CODES)[number];

/** One fault: what, and where. */
export interface ProofFault {
  /** Of the note or the proof in text that it stands in, where that was not taken. */
  readonly code: ProofFaultCode | NoteFaultCode;
  /** For a person. Quotes nothing of the content. */
  readonly detail: string;
  /** RFC 6901, in what was given. Absent: it is not JSON, or all of it is meant. */
  readonly pointer?: string;
}

/** What a check found. */
export type Refusal = { readonly ok: false; readonly fault: ProofFault };
/** What is proved, or why not. */
export type ProofResult<T> = { readonly ok: true; readonly value: T } | Refusal;

export const accept = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

export const refuse = (code: ProofFaultCode, detail: string, pointer?: string): Refusal => ({
  ok: false,
  fault: pointer === undefined ? { code, detail } : { code, detail, pointer },
});
