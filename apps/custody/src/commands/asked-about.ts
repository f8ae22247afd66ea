/** What the user of `custody verify` says that a file is about: less than that is not taken for it. */
import type { BundleQuestion } from '#lib/ledger';
import { parseIdentifier } from '#lib/domain';
import { CommandError, EXIT } from '../exit-codes.ts';

/** Flags that ask. */
export interface AskingFlags {
  /** Identifier of the item that a bundle or a proof has to be about. */
  readonly item?: string;
  /** Reader groups that it has to show. */
  readonly group?: readonly string[];
}

/** The identifier normalised. Throws the fault of an identifier that is none. */
export function askedAbout({ item, group }: AskingFlags): BundleQuestion {
  return { ...(item === undefined ? {} : { item: itemOf(item) }), ...(group === undefined ? {} : { groups: group }) };
}

/** Throws `usage` where something is asked of what no such question can be put to: a receipt, or an identifier, which says it itself. */
export function refuseAsking({ item, group }: AskingFlags): void {
  if (item === undefined && group === undefined) return;
  throw new CommandError(
    EXIT.usage,
    'usage',
    '--item and --group say what a bundle or a proof in a file has to be about; this is neither.',
  );
}

function itemOf(text: string): string {
  const parsed = parseIdentifier(text);
  if (parsed.ok) return parsed.identifier.id;
  throw new CommandError(EXIT.usage, parsed.code, `--item ${text}: ${parsed.detail}`);
}
