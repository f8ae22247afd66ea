/** The project's folder. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest folder with package.json above this file, compiled or not. */
export function projectRoot(from: string = import.meta.dirname): string {
  if (existsSync(join(from, 'package.json'))) return from;
  if (from === dirname(from)) throw new Error('package.json not found');
  return projectRoot(dirname(from));
}
