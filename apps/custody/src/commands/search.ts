/** `custody search TEXT`: which items could be meant, and why each matched. */
import type { SearchView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { printable } from './printable.ts';

const MATCH_WORDS: Readonly<Record<SearchView['results'][number]['match'], string>> = {
  exact: 'exactly',
  partial: 'contains it',
  'look-alike': 'equal but for letters that are easily misread',
  alias: 'by a name or number stated beside it',
};

export async function search(client: Client, text: string, options: { limit?: unknown; json?: boolean }): Promise<ExitCode> {
  const answer = await client.get<SearchView>('/v1/search', { q: text, limit: String(options.limit ?? 20) });
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return answer.results.length > 0 ? EXIT.ok : EXIT.notFound;
  }
  const width = Math.max(0, ...answer.results.map(({ id }) => id.length));
  for (const { id, display, match } of answer.results)
    process.stdout.write(`${printable(`${id.padEnd(width)}  ${display}  (${MATCH_WORDS[match]})`)}\n`);
  if (answer.results.length === 0) process.stderr.write('Nothing found.\n');
  else if (answer.next !== null) process.stderr.write('More found: narrow the text, or ask with a larger --limit.\n');
  return answer.results.length > 0 ? EXIT.ok : EXIT.notFound;
}
