/** `custody search TEXT`: which items could be meant, and why each matched. */
import type { SearchView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
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

export async function search(client: Client, text: string, options: { limit?: unknown; json?: boolean }): Promise<ExitCode> {
  const answer = await client.get<SearchView>('/v1/search', { q: text, limit: String(options.limit ?? 20) });
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return answer.results.length > 0 ? EXIT.ok : EXIT.notFound;
  }
  const width = Math.max(0, ...answer.results.map(({ id }) => id.length));
  for (const { id, display, match, alias } of answer.results) {
    const stated = alias === undefined ? '' : `: ${ALIAS_WORDS[alias.kind]} ${alias.value}`;
    process.stdout.write(`${printable(`${id.padEnd(width)}  ${display}  (${MATCH_WORDS[match]}${stated})`)}\n`);
  }
  if (answer.results.length === 0) process.stderr.write(`Nothing found at log size ${group(answer.coordinates.asOf.logSize)}.\n`);
  if (answer.next !== null) process.stderr.write('More found: narrow the text, or ask with a larger --limit.\n');
  for (const note of answer.notes) process.stderr.write(`${printable(note)}\n`);
  return answer.results.length > 0 ? EXIT.ok : EXIT.notFound;
}
