/**
 * Dead letters as one caller may see them: those of his agency, and to the agency that runs the ledger those, too, that no publisher's signature
 * proves to be anybody's. What names persons under TLP:RED is for them and its author here as it would be as an entry.
 */
import { OPERATING_AGENCY } from '#lib/domain';
import type { DeadLetterReads, GatewayDeps } from './gateway-deps.ts';
import type { DeadLetterHead, Reader, StoredDeadLetter } from './ledger-reads.ts';
import { isHiddenRecord } from './named-readers.ts';

/** Another agency's is as if it were not there: the database shows a reader his own alone, and the operator's rights are the operator's to use. */
export function deadLettersFor({ reads, deadLetters }: Pick<GatewayDeps, 'reads' | 'deadLetters'>, reader: Reader): DeadLetterReads {
  const own = reads.as(reader);
  const { agency } = reader;
  const from: DeadLetterReads =
    agency === OPERATING_AGENCY
      ? deadLetters
      : { list: (before, limit) => own.deadLetters(agency, before, limit), read: (seq) => own.deadLetter(agency, seq) };
  const read = async (seq: number): Promise<StoredDeadLetter | null> => {
    const letter = await from.read(seq);
    return letter === null || (letter.mayNamePersons && isHiddenRecord(reader, letter.value)) ? null : letter;
  };
  // One document at a time, and of those alone that may name persons.
  const isShown = async ({ seq, mayNamePersons }: DeadLetterHead): Promise<boolean> => !mayNamePersons || (await read(seq)) !== null;
  return { read, list: (before, limit) => filled(from, isShown, before, limit) };
}

/** As long as a page is where nothing is hidden. */
async function filled(
  { list }: Pick<DeadLetterReads, 'list'>,
  isShown: (head: DeadLetterHead) => Promise<boolean>,
  before: number | undefined,
  limit: number,
): Promise<DeadLetterHead[]> {
  const page: DeadLetterHead[] = [];
  for (let below = before; ;) {
    const asked = limit - page.length;
    const heads = await list(below, asked);
    for (const head of heads) if (await isShown(head)) page.push(head);
    below = heads.at(-1)?.seq;
    if (heads.length < asked || page.length >= limit) return page;
  }
}
