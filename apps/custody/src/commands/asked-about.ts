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
  /** Who asks, as AGENCY/NAME; absent: he may be any person of those agencies. */
  readonly reader?: string;
}

/** The identifier normalised. Throws the fault of an identifier that is none, and `usage` for a reader who is none. */
export function askedAbout({ item, group, reader }: AskingFlags): BundleQuestion {
  return { ...(item === undefined ? {} : { item: itemOf(item) }), ...(group === undefined ? {} : { groups: group }), ...readerOf(reader) };
}

/** By his own word: the server's would let it choose whether he is one of those for whom something is kept. */
function readerOf(text: string | undefined): Pick<BundleQuestion, 'reader'> {
  if (text === undefined) return {};
  const slash = text.indexOf('/');
  const [agency, principal] = [text.slice(0, slash), text.slice(slash + 1)];
  if (slash < 1 || principal === '') throw new CommandError(EXIT.usage, 'usage', `--reader ${text}: it is AGENCY/NAME, as in acme/eva.`);
  return { reader: { agency, principal } };
}

/**
 * Throws `usage` where something is asked of what no such question can be put to: no receipt and no identifier is asked for its item.
 * @param takesGroups reader groups can be asked of it
 * @param takesReader something of it may be kept for persons
 */
export function refuseAsking({ item, group, reader }: AskingFlags, takesGroups = false, takesReader = false): void {
  if (reader !== undefined && !takesReader) throw new CommandError(EXIT.usage, 'usage', READER_REFUSED);
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
const READER_REFUSED =
  '--reader says who asks for an item, a bundle or a proof, of which something may be kept for persons; this is none of them.';
const GROUP_REFUSED = '--group names lists that an item, a bundle, a proof or a sealed receipt has to be in; this is none of them.';

function itemOf(text: string): string {
  const parsed = parseIdentifier(text);
  if (parsed.ok) return parsed.identifier.id;
  throw new CommandError(EXIT.usage, parsed.code, `--item ${text}: ${parsed.detail}`);
}
