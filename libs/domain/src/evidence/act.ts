/** Acts on evidence: what a document of kind `evidence` says, under `extension.evidence`. */
import type { EventRef } from '../event-ref.ts';
import type { Sighting } from '../sighting.ts';
import { parseRef } from '../event-ref.ts';

/** What can be said to have become of evidence. */
export const EVIDENCE_ACTS = [
  'collected',
  'received',
  'accessed',
  'copied',
  'transferred',
  'exported',
  'redacted',
  'held',
  'released',
] as const;
/** One of `EVIDENCE_ACTS`. */
export type EvidenceActName = (typeof EVIDENCE_ACTS)[number];

/** Steps of a transfer. The giver says the first two, the receiver the last two, and only his word makes it one. */
export const TRANSFER_STEPS = ['offered', 'provided', 'accepted', 'rejected'] as const;
/** One of `TRANSFER_STEPS`. */
export type TransferStep = (typeof TRANSFER_STEPS)[number];

/** As it stands in the document. Hashes are SHA-256 in lower-case hex. */
export interface EvidenceActText {
  readonly act: EvidenceActName;
  /** Whose custody this is about. */
  readonly sha256: string;
  /** What it hashed to before the act, as whoever acted measured it. Not of what was collected or received: there was nothing here before. */
  readonly before?: string | undefined;
  /** What it hashed to after; of a redaction: the other evidence that came of it. */
  readonly after: string;
  readonly purpose: string;
  /** By what right: a warrant, an agreement, an order. */
  readonly authority?: string | undefined;
  /** Of a transfer. */
  readonly step?: TransferStep | undefined;
  /** The receiving agency; of what is offered or provided. */
  readonly to?: string | undefined;
  /** The act that this one answers: an offer, of what is provided, accepted or rejected; a hold, of a release. A reference: `id` or `agency/id`. */
  readonly of?: string | undefined;
  /** Of what was received: its size, and its type by its own bytes. */
  readonly bytes?: number | undefined;
  readonly mediaType?: string | undefined;
}

/** The same with its reference read. */
export interface EvidenceAct extends Omit<EvidenceActText, 'of'> {
  readonly of?: EventRef;
}

/** Of a sighting that was read (`readSighting`); `undefined`: it is no act on evidence. */
export function evidenceActOf(sighting: Sighting): EvidenceAct | undefined {
  if (sighting.kind !== 'evidence') return undefined;
  const { of, ...act } = sighting.extension?.['evidence'] as EvidenceActText;
  const ref = of === undefined ? undefined : parseRef(of, sighting.agency);
  return ref?.ok === true ? { ...act, of: ref.value } : act;
}

/** Hashes that a sighting names, each once: of the evidence that it cites, and of what it says an act was on. */
export function evidenceHashes(sighting: Sighting): readonly string[] {
  const { evidence } = sighting;
  const act = sighting.kind === 'evidence' ? (sighting.extension?.['evidence'] as EvidenceActText | undefined) : undefined;
  if (act === undefined && evidence.length === 0) return NONE;
  const acted = act === undefined ? NONE : [act.sha256, act.before, act.after].filter((hash) => hash !== undefined);
  return [...new Set([...evidence.map(({ sha256 }) => sha256), ...acted])];
}

const NONE: readonly string[] = Object.freeze([]);
