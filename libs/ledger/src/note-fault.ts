/** Why a key, a note, a checkpoint, a cosignature or a proof in text was not taken: a value, never thrown. */

/** Stable. */
export const NOTE_FAULT_CODES = [
  'key.length',
  'key.non-canonical',
  'key.small-order',
  'key.off-curve',
  'key.form',
  'key.name',
  'key.type',
  'key.id',
  'note.too-large',
  'note.encoding',
  'note.control-character',
  'note.form',
  'note.signature-line',
  'note.too-many-signatures',
  'note.ambiguous-key',
  'note.signature-invalid',
  'note.unverified',
  'checkpoint.form',
  'checkpoint.origin',
  'checkpoint.size',
  'checkpoint.root',
  'checkpoint.extension',
  'checkpoint.empty-root',
  'checkpoint.log-key',
  'tlog-proof.too-large',
  'tlog-proof.header',
  'tlog-proof.extra',
  'tlog-proof.index',
  'tlog-proof.hash',
  'tlog-proof.too-many-hashes',
  'tlog-proof.form',
  'witness.form',
  'witness.old-size',
  'witness.proof',
] as const;
/** One of NOTE_FAULT_CODES. */
export type NoteFaultCode = (typeof NOTE_FAULT_CODES)[number];

/** One fault: what, for programs and for people. */
export interface NoteFault {
  readonly code: NoteFaultCode;
  /** For a person. Quotes names and ids of keys, nothing else of the content. */
  readonly detail: string;
}

/** What was asked for, or why it is not there. */
export type NoteResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: NoteFault };

export const taken = <T>(value: T): NoteResult<T> => ({ ok: true, value });

export const refused = (code: NoteFaultCode, detail: string): { readonly ok: false; readonly fault: NoteFault } => ({
  ok: false,
  fault: { code, detail },
});
