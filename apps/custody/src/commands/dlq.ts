/** `custody dlq ls|show|retry`: what could not be taken into the ledger, why, and its raw bytes. */
import type { DeadLettersView, DeadLetterView, RetriedView } from '#lib/contracts';
import { problemError, readAnswer, type Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type FormFlags, printList, type RowForms } from '../listing.ts';
import { note, type NoteFlags } from '../notes.ts';
import { printable } from './printable.ts';

interface Options extends FormFlags, NoteFlags {
  readonly limit?: unknown;
}

export async function list(client: Client, options: Options): Promise<ExitCode> {
  const view = await client.get<DeadLettersView>('/v1/dead-letters', { limit: String(options.limit ?? 50) });
  printList(options, view, view.deadLetters, FORMS);
  if (options.json !== true) {
    if (view.deadLetters.length === 0) note(options, 'No dead letters.');
    if (view.next !== null) note(options, 'There are more: ask with a larger --limit.');
  }
  return EXIT.ok;
}

export const FORMS: RowForms<DeadLettersView['deadLetters'][number]> = {
  columns: {
    seq: ({ seq }) => seq,
    code: ({ code }) => code,
    topic: ({ topic }) => topic,
    partition: ({ partition }) => partition,
    offset: ({ offset }) => offset,
    bytes: ({ bytes }) => bytes,
    retried: ({ retried }) => retried,
    detail: ({ detail }) => detail,
  },
  text: (letters) =>
    letters
      .map(
        ({ seq, topic, partition, offset, code, detail, bytes, retried }) =>
          `${String(seq).padStart(5)}  ${code}  ${topic}/${partition}@${offset}  ${bytes} bytes${retried ? '  retried' : ''}\n       ${printable(detail)}\n`,
      )
      .join(''),
};

export async function show(client: Client, seq: string, options: Options): Promise<ExitCode> {
  const letter = await client.get<DeadLetterView>(`/v1/dead-letters/${numberOf(seq)}`);
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(letter)}\n`);
    return EXIT.ok;
  }
  process.stdout.write(
    `${letter.code}: ${printable(letter.detail)}\n${letter.topic}/${letter.partition}@${letter.offset}${letter.retried ? ', retried' : ''}\n`,
  );
  for (const { name, value } of letter.headers) process.stdout.write(`  ${printable(`${name}: ${textOf(value)}`)}\n`);
  process.stdout.write(`${printable(textOf(letter.value))}\n`);
  return EXIT.ok;
}

export async function retry(client: Client, seq: string, options: Options): Promise<ExitCode> {
  const response = await client.post(`/v1/dead-letters/${numberOf(seq)}/retry`, 'application/json', '{}');
  if (!response.ok) throw await problemError(response);
  const view = await readAnswer<RetriedView>(response);
  process.stdout.write(
    options.json === true ? `${JSON.stringify(view)}\n` : `Dead letter ${view.seq} was appended to the event log again.\n`,
  );
  return EXIT.ok;
}

/** As `dlq ls` gives it in its first column. */
function numberOf(seq: string): string {
  if (/^[1-9]\d{0,14}$/.test(seq)) return seq;
  throw new CommandError(
    EXIT.usage,
    'usage',
    `A dead letter is named by its number, not by "${printable(seq)}".`,
    'custody dlq ls lists them.',
  );
}

/** Bytes of unknown origin; what is not UTF-8 in them is shown as U+FFFD (`--json` has the bytes themselves). */
const textOf = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
