/** How items are found (libs/store asks): by their identifiers, and by the names and numbers that authors state beside them. */
import { aliasKeys, aliasText, searchKeys, type Alias } from '#lib/domain';
import type { SearchKeys } from '#lib/store';

/** Most events state none: only those that may are parsed for it. */
const ALIASES = Buffer.from('"aliases"', 'latin1');

interface WithAliases {
  readonly items?: readonly { readonly id: string; readonly aliases?: Readonly<Partial<Record<Alias['kind'], string>>> }[];
}

export const SEARCH_KEYS: SearchKeys = {
  ofItem: searchKeys,
  aliasMark: ALIASES,
  aliasesOf(item, content) {
    const { items = [] } = JSON.parse(content.toString('utf8')) as WithAliases;
    return items.flatMap(({ id, aliases = {} }) =>
      id === item ? Object.entries(aliases).map(([kind, value]) => aliasText({ kind: kind as Alias['kind'], value })) : [],
    );
  },
  ofAlias: aliasKeys,
};
