/** The checked-out commit that figures are about. */
import { git, isDirty } from '../../chaos/src/machine.ts';

export interface Revision {
  readonly commit: string;
  /** Source files differ from the commit. */
  readonly dirty: boolean;
}

const SOURCES = ['apps', 'libs', 'package-lock.json'];

/** `unknown` where there is no git. */
export function revision(root: string): Revision {
  try {
    return { commit: git(root, 'rev-parse', '--short=12', 'HEAD'), dirty: isDirty(root, SOURCES) };
  } catch {
    return { commit: 'unknown', dirty: true };
  }
}
