/** What the user of `custody verify` says that a file is about: less than that is not taken for it. */
import type { BundleQuestion } from '#lib/ledger';
import { parseIdentifier, parseRef } from '#lib/domain';
import { CommandError, EXIT } from '../exit-codes.ts';

/** Flags that ask. */
export interface AskingFlags {
  /** Identifier of the item that a bundle or a proof has to be about. */
  readonly item?: string;
  /** Reader groups that it has to show; absent: those that are shown, which the report names. */
  readonly group?: readonly string[];
}

/** The identifier normalised. Throws the fault of an identifier that is none. */
export function askedAbout({ item, group }: AskingFlags): BundleQuestion {
  return { ...(item === undefined ? {} : { item: itemOf(item) }), ...(group === undefined ? {} : { groups: group }) };
}

/**
 * Throws `usage` where something is asked of what no such question can be put to: no receipt and no identifier is asked for its item.
 * @param takesGroups reader groups can be asked of it
 */
export function refuseAsking({ item, group }: AskingFlags, takesGroups = false): void {
  if (item === undefined && (takesGroups || group === undefined)) return;
  throw new CommandError(EXIT.usage, 'usage', item === undefined ? GROUP_REFUSED : ITEM_REFUSED);
}

/** Throws `usage` where an agency is named for what is no event, or for one that is called by it already. @param id undefined: a file is checked */
export function refuseAgency({ agency }: { readonly agency?: string }, id?: string): void {
  if (agency === undefined) return;
  const isOpen = id !== undefined && !parseIdentifier(id).ok && !(id.includes('/') && parseRef(id, '').ok);
  if (!isOpen) throw new CommandError(EXIT.usage, 'usage', AGENCY_REFUSED);
}

const AGENCY_REFUSED = '--agency says whose event an id is; a file, an item and AGENCY/ID leave nothing of that open.';
const ITEM_REFUSED = '--item says what a bundle or a proof in a file has to be about; this is neither.';
const GROUP_REFUSED = '--group names lists that an item, a bundle, a proof or a sealed receipt has to be in; this is none of them.';

function itemOf(text: string): string {
  const parsed = parseIdentifier(text);
  if (parsed.ok) return parsed.identifier.id;
  throw new CommandError(EXIT.usage, parsed.code, `--item ${text}: ${parsed.detail}`);
}
