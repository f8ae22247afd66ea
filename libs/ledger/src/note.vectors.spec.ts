/** Signed notes with the verdicts of golang.org/x/mod/sumdb/note, and a foreign log's checkpoints. The files are not ours to ship. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkEmptyRoot, formatCheckpoint, openCheckpoint } from './checkpoint.ts';
import { parseVerifierKey, type VerifierKey } from './note-key.ts';
import { overSharedData } from './shared-data.contract.ts';
import { openNote } from './signed-note.ts';

interface Vector {
  readonly name: string;
  readonly keys: readonly string[];
  readonly noteBase64: string;
  readonly valid: boolean;
  readonly verified?: number;
  readonly unverified?: number;
}

function logKey(text: string): VerifierKey<'log'> {
  const key = parseVerifierKey(text, 'log');
  if (!key.ok) throw new Error(key.fault.detail);
  return key.value;
}

overSharedData('tlog', 'signed notes and checkpoints of others', (folder) => {
  const { vectors } = JSON.parse(readFileSync(join(folder, 'signed-notes.json'), 'utf8')) as { vectors: Vector[] };

  test.each(vectors)('$name: valid is $valid', ({ keys, noteBase64, valid, verified, unverified }) => {
    const opened = openNote(Buffer.from(noteBase64, 'base64'), keys.map(logKey));
    const counts = opened.ok ? [opened.value.verified.length, opened.value.unverified.length] : null;
    expect(counts).toEqual(valid ? [verified, unverified] : null);
  });

  const testlog = join(folder, 'tessera-testlog');
  const names = readdirSync(testlog).filter((name) => name.startsWith('checkpoint'));
  const key = logKey(readFileSync(join(testlog, 'VKEY.txt'), 'utf8').trim());

  test('the checkpoints are all there', () => {
    expect(names).toHaveLength(17);
  });

  test.each(names)('%s opens by the key of the log, and is formatted to the same bytes', (name) => {
    const note = readFileSync(join(testlog, name));
    const opened = openCheckpoint(note, { log: [key] });
    if (!opened.ok) throw new Error(opened.fault.detail);
    const { checkpoint, text, signatures } = opened.value;
    const size = /\d+$/.exec(name)?.[0];
    expect([checkpoint.origin, signatures.length, checkEmptyRoot(checkpoint)]).toEqual([key.name, 1, null]);
    if (size !== undefined) expect(checkpoint.size).toBe(BigInt(size));
    expect(formatCheckpoint(checkpoint)).toBe(text);
  });
});
