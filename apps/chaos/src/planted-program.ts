/** The built program with a fault that is planted in it: a control. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** In a file of the build, `text` stands otherwise. */
export interface Change {
  /** Below `dist`. */
  readonly file: string;
  readonly text: string;
  readonly otherwise: string;
}

/** Its main file. */
export const programOf = (root: string): string => join(root, 'dist', 'apps', 'custody', 'src', 'main.js');

/** A copy of the build in `folder` with these changes; returns its main file. Throws where a text is not there exactly once. */
export function plantedProgram(root: string, folder: string, changes: readonly Change[]): string {
  mkdirSync(folder, { recursive: true });
  // The demo case is part of the program.
  for (const part of ['dist', 'demo']) cpSync(join(root, part), join(folder, part), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, text, otherwise } of changes) {
    const path = join(folder, 'dist', file);
    const parts = readFileSync(path, 'utf8').split(text);
    if (parts.length !== 2) throw new Error(`${file} has "${text}" ${parts.length - 1} times`);
    writeFileSync(path, parts.join(otherwise));
  }
  return programOf(folder);
}
