/** The project's folder, as the program itself finds it. */
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../custody/src/package-root.ts';

export const projectRoot = (): string => fileURLToPath(packageRoot());
