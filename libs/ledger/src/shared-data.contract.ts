/** Vectors of others, which are not ours to ship: they are read where they lie beside the checkout, and a suite without them says what it needs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const SHARED = join(import.meta.dirname, '../../../../shared/data');

/** Runs the suite over this file or folder of the shared data. It is not entered where that is absent: its body reads at once. */
export function overSharedData(path: string, what: string, suite: (at: string) => void): void {
  const at = join(SHARED, path);
  if (existsSync(at)) describe(what, () => suite(at));
  else test.skip(`${what} (needs ../shared/data)`, () => undefined);
}
