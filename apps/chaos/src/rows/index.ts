/** The rows of the table, in its order. */
import type { Row } from '../harness.ts';
import { projectorKilled } from './projector-killed.ts';

export const ROWS: readonly Row[] = [projectorKilled];
