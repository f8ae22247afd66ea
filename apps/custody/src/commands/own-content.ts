/** `--content`: what the holder of a receipt says that he submitted, to be held against it with nobody asked. */
import { readFileSync } from 'node:fs';
import { canonicalContent } from '#lib/ledger';
import { CommandError, EXIT } from '../exit-codes.ts';

/** The flag. */
export interface ContentFlags {
  /** A file. */
  readonly content?: string;
}

/** The event as capture takes it; undefined: the flag is not given. */
export const contentOf = ({ content }: ContentFlags): Uint8Array | undefined =>
  content === undefined ? undefined : canonicalContent(readFileSync(content));

/** Throws `usage` where a content is given for what is no receipt, or where the log is asked, which shows its own. */
export function refuseContent({ content }: ContentFlags, isForReceipt: boolean, offline: boolean): void {
  if (content === undefined || (isForReceipt && offline)) return;
  throw new CommandError(
    EXIT.usage,
    'usage',
    '--content goes with a receipt and --offline: it is held against the receipt, with nobody asked.',
  );
}
