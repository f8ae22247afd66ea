/** Numbered, forward only; a migration that was released is never edited: the next one mends it. */
import { Ledger } from './0001-ledger.ts';

export const MIGRATIONS = [Ledger];
