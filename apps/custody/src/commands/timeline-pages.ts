/** The timeline of an item as it is asked for: in as many pages as there are, the first of which fixes the log size of the others. */
import type { TimelineView } from '#lib/contracts';
import { guessIdentifiers } from '#lib/domain';
import type { Client } from '../client.ts';
import { CommandError, EXIT } from '../exit-codes.ts';

/** Entries asked for at once. */
const PAGE_ENTRIES = 200;

/** Throws CommandError: `usage` where no item is named, and what the server says; where that is that the text is no identifier, with what it could be. */
export async function* timelinePages(
  client: Client,
  item: string,
  asked: { readonly asOf?: string | undefined; readonly at?: string | undefined; readonly explain?: '1' },
): AsyncGenerator<TimelineView> {
  if (item === '') throw new CommandError(EXIT.usage, 'usage', 'Name an item, such as vin:WDDSYNTH9JA000001.');
  const path = `/v1/items/${encodeURIComponent(item)}/timeline`;
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: TimelineView = await client
      .get<TimelineView>(path, { ...asked, cursor, limit: String(PAGE_ENTRIES) })
      .catch((error: unknown) => {
        throw withGuesses(error, item);
      });
    yield page;
    cursor = page.next;
  }
}

/** What a text without a scheme could be is offered; what it is not is not asked for by itself. */
function withGuesses(error: unknown, item: string): unknown {
  if (!(error instanceof CommandError) || !error.code.startsWith('identifier.')) return error;
  const guesses = guessIdentifiers(item).flatMap((guess) => (guess.ok ? [guess.identifier.id] : []));
  if (guesses.length === 0) return error;
  return new CommandError(error.exitCode, error.code, error.message, `Did you mean ${guesses.join(' or ')}?`);
}
