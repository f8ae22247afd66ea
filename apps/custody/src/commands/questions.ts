/** `custody questions`: what is left for a person to decide, over all that the caller may see. */
import type { QuestionsView } from '#lib/contracts';
import { formatRef } from '#lib/domain';
import type { Client } from '../client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type FormFlags, printList, type RowForms } from '../listing.ts';
import { note, type NoteFlags } from '../notes.ts';
import { printable } from './printable.ts';

interface Options extends FormFlags, NoteFlags {
  readonly kind?: string;
  readonly limit?: unknown;
}

type Question = QuestionsView['questions'][number];

/** Pages are asked for until there are as many as are wanted: one may have few or none and still go on. */
export async function list(client: Client, options: Options): Promise<ExitCode> {
  const limit = Number(options.limit ?? 50);
  const of = { ...(options.kind === undefined ? {} : { kind: options.kind }), limit: String(options.limit ?? 50) };
  let view = await client.get<QuestionsView>('/v1/questions', of);
  const questions = [...view.questions];
  while (view.next !== null && questions.length < limit) {
    view = await client.get<QuestionsView>('/v1/questions', { ...of, cursor: view.next });
    questions.push(...view.questions);
  }
  printList(options, { ...view, questions }, questions, FORMS);
  if (options.json !== true) {
    if (questions.length === 0) note(options, 'No open questions.');
    if (view.next !== null) note(options, 'There may be more: ask with a larger --limit.');
  }
  return EXIT.ok;
}

export const FORMS: RowForms<Question> = {
  columns: {
    kind: ({ kind }) => kind,
    code: ({ code }) => code,
    item: ({ item }) => item,
    refs: ({ refs }) => refs.map(formatRef).join(' '),
    display: ({ display }) => display,
  },
  text: (questions) => questions.map(({ kind, display }) => `${printable(`${kind.padEnd(20)}${display}`)}\n`).join(''),
};
