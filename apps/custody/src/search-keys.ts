/** How items are found (libs/store asks): by their identifiers, and by the names and numbers that authors state beside them. */
import { aliasKeys, searchKeys } from '#lib/domain';
import type { SearchKeys } from '#lib/store';

export const SEARCH_KEYS: SearchKeys = { ofItem: searchKeys, ofAlias: aliasKeys };
