/** `custody search TEXT`: which items could be meant, and why each matched. */
import type { SearchView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type FormFlags, printList, type RowForms } from '../listing.ts';
import { note, type NoteFlags } from '../notes.ts';
import { group } from '../progress.ts';
import { printable } from './printable.ts';

const MATCH_WORDS: Readonly<Record<SearchView['results'][number]['match'], string>> = {
  exact: 'exactly',
  partial: 'contains it',
  'look-alike': 'equal but for letters that are easily misread',
  alias: 'by what was stated beside it',
};

const ALIAS_WORDS: Readonly<Record<NonNullable<SearchView['results'][number]['alias']>['kind'], string>> = {
  name: 'name',
  mmsi: 'MMSI',
  callSign: 'call sign',
};

export async function search(
  client: Client,
  text: string | undefined,
  options: FormFlags & NoteFlags & { readonly limit?: unknown },
): Promise<ExitCode> {
  if (text === undefined) throw new CommandError(EXIT.usage, 'usage', 'search needs a text or a filter: custody search --help names them.');
  const answer = await client.get<SearchView>('/v1/search', { q: text, limit: String(options.limit ?? 20) });
  printList(options, answer, answer.results, FORMS);
  if (options.json !== true) {
    if (answer.results.length === 0) note(options, `Nothing found at log size ${group(answer.coordinates.asOf.logSize)}.`);
    if (answer.next !== null) note(options, 'More found: narrow the text, or ask with a larger --limit.');
    for (const each of answer.notes) note(options, each);
  }
  return answer.results.length > 0 ? EXIT.ok : EXIT.notFound;
}

export const FORMS: RowForms<SearchView['results'][number]> = {
  columns: {
    id: ({ id }) => id,
    display: ({ display }) => display,
    match: ({ match }) => match,
    alias_kind: ({ alias }) => alias?.kind,
    alias: ({ alias }) => alias?.value,
    alias_rule: ({ alias }) => alias?.rule,
  },
  text(results) {
    const width = Math.max(0, ...results.map(({ id }) => id.length));
    return results
      .map(({ id, display, match, alias }) => {
        const stated =
          alias === undefined
            ? ''
            : `: ${ALIAS_WORDS[alias.kind]} ${alias.value}${(alias.rule ?? 'letters') === 'letters' ? '' : `, by ${alias.rule}`}`;
        return `${printable(`${id.padEnd(width)}  ${display}  (${MATCH_WORDS[match]}${stated})`)}\n`;
      })
      .join('');
  },
};
