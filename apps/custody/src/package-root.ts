/** The folder of package.json, seen from the source tree and from dist alike. */
import { existsSync } from 'node:fs';

export function packageRoot(): URL {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) {
    const above = new URL('..', folder);
    if (above.href === folder.href) throw new Error('the program lies outside of its package');
    folder = above;
  }
  return folder;
}
