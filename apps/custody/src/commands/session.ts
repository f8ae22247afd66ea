/** `custody session ls|end`: who is logged in by a browser. */
import type { SessionsView } from '#lib/contracts';
import { type Client, problemError } from '../client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type FormFlags, printList, type RowForms } from '../listing.ts';
import { note, type NoteFlags } from '../notes.ts';
import { printable } from './printable.ts';

export async function list(client: Client, options: FormFlags & NoteFlags): Promise<ExitCode> {
  const view = await client.get<SessionsView>('/v1/sessions');
  printList(options, view, view.sessions, FORMS);
  if (options.json !== true && view.sessions.length === 0) note(options, 'Nobody is logged in.');
  return EXIT.ok;
}

export const FORMS: RowForms<SessionsView['sessions'][number]> = {
  columns: {
    id: ({ id }) => id,
    agency: ({ agency }) => agency,
    principal: ({ principal }) => principal,
    issuer: ({ login }) => login?.issuer,
    subject: ({ login }) => login?.subject,
    begun: ({ begun }) => begun,
    seen: ({ seen }) => seen,
    expires: ({ expires }) => expires,
  },
  text: (rows) =>
    rows
      .map(({ id, agency, principal, login, begun, seen, expires }) => {
        const by = login === undefined ? 'the link of the machine' : `${login.issuer} ${login.subject}`;
        return `${printable(`${id.padEnd(14)}  ${`${agency}/${principal}`.padEnd(32)}  ${begun}  last used ${seen}  until ${expires}  by ${by}`)}\n`;
      })
      .join(''),
};

export async function end(client: Client, id: string, options: FormFlags): Promise<ExitCode> {
  const response = await client.delete(`/v1/sessions/${encodeURIComponent(id)}`);
  if (!response.ok) throw await problemError(response);
  process.stdout.write(options.json === true ? `${JSON.stringify({ ended: id })}\n` : `The session ${printable(id)} has ended.\n`);
  return EXIT.ok;
}
