/**
 * What a witness cosigned last, a file for each log: the checkpoint with the log's signatures and the witness's own. It is the state and what
 * monitors are served. A state that the witness's own key did not sign is not taken for one.
 */
import { join } from 'node:path';
import { openNote, originHash, parseCheckpoint, type VerifierKey, type WitnessHead } from '#lib/ledger';
import { readIfThere, writeDurably } from './durable-file.ts';
import { WitnessError } from './errors.ts';

export interface CosignedCheckpoints {
  /** `null`: never cosigned. Throws `data.witness-state` where the file is no checkpoint of this log that this witness cosigned. */
  latest(origin: string): Promise<WitnessHead | null>;
  /** The bytes that monitors get; `null`: never cosigned. */
  note(origin: string): Promise<Uint8Array | null>;
  /**
   * Durable on return. When it throws, the former or the new one is there, whole: whoever goes on asks `latest`. One call at a time for each
   * origin.
   */
  keep(origin: string, note: Uint8Array): Promise<void>;
}

/** @param folder owned by this process alone: see takeOwnership */
export function cosignedCheckpoints(folder: string, key: VerifierKey<'witness'>): CosignedCheckpoints {
  const pathOf = (origin: string): string => join(folder, `${originHash(origin)}.checkpoint`);
  return {
    async latest(origin) {
      const path = pathOf(origin);
      const note = await readIfThere(path);
      return note === null ? null : headOf(note, origin, key, path);
    },
    note: (origin) => readIfThere(pathOf(origin)),
    keep: (origin, note) => writeDurably(pathOf(origin), note),
  };
}

function headOf(note: Uint8Array, origin: string, key: VerifierKey<'witness'>, path: string): WitnessHead {
  const opened = openNote(note, [key]);
  if (!opened.ok) throw new WitnessError('data.witness-state', `${path} was not cosigned by ${key.name}: ${opened.fault.detail}.`);
  const checkpoint = parseCheckpoint(opened.value.text);
  if (!checkpoint.ok || checkpoint.value.origin !== origin)
    throw new WitnessError('data.witness-state', `${path} is no checkpoint of ${origin}.`);
  return checkpoint.value;
}
