/** `custody add`: one sighting by hand, with its evidence. It is judged as capture judges it before anything is sent, and the evidence goes first. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { Receipt, SightingDocument } from '#lib/contracts';

import { type Client, problemError, readAnswer } from '../client.ts';
import { hashFile, uploadFile, type HashedFile } from '../evidence-client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { note, type NoteFlags } from '../notes.ts';
import { compose } from './add-compose.ts';
import { askAll, type Asked, type Asking } from './add-questions.ts';
import type { FieldFault } from './add-fields.ts';
import { handlingText } from './case-text.ts';
import { printable } from './printable.ts';

export interface AddOptions extends Asked, NoteFlags {
  readonly json?: boolean;
  /** `false`: nobody is asked anything. */
  readonly input?: boolean;
  readonly dryRun?: boolean;
}

type Document = SightingDocument & { readonly id: string };
type Submitted = Receipt & { readonly status: 'accepted' | 'duplicate' };

/** Options that say something of the sighting. */
const SAYING = [
  ...['kind', 'subtype', 'item', 'into', 'outOf', 'background', 'modality', 'at', 'throughout', 'place', 'country', 'party'],
  ...['source', 'sourceTitle', 'grade', 'statement', 'tlp', 'community', 'agency', 'person', 'id', 'asWritten', 'evidence', 'locator'],
] as const satisfies readonly string[];

/** @param person who is at the terminal; null: nobody */
export async function add(client: Client, options: AddOptions, person: Asking | null): Promise<ExitCode> {
  const isBare = SAYING.every((name) => options[name as keyof AddOptions] === undefined);
  if (isBare && (person === null || options.input === false)) throw new CommandError(EXIT.usage, 'usage', NOTHING_SAID, HOW_TO_SAY);
  const texts = isBare && person !== null ? await askAll(person) : options;
  if (texts.locator !== undefined && texts.evidence === undefined)
    throw new CommandError(EXIT.usage, 'usage', '--locator says where in a file, and there is none.', 'Name the file with --evidence.');
  const file = texts.evidence === undefined ? undefined : await hashFile(texts.evidence);
  const document = composed(texts, file);
  await judged(client, document);
  for (const line of wordsOf(document, file)) note(options, line);
  if (options.dryRun === true) return told(options, { document }, JSON.stringify(document));
  if (isBare && person !== null && !(await agrees(person))) throw new CommandError(EXIT.interrupted, 'interrupted', 'Nothing was sent.');
  if (file !== undefined) await uploadFile(client, file, { purpose: `evidence of ${document.id}` });
  const receipt = await submit(client, document, file);
  return told(options, { document, receipt, evidence: file?.sha256 ?? null }, receiptText(receipt));
}

const NOTHING_SAID = 'Nothing is said of a sighting, and nobody is at a terminal to be asked.';
const HOW_TO_SAY =
  'Say it by options, as custody add --item vin:WDDSYNTH9JA000001 --at 2018-06-11 --place NLRTM --source photo; custody add --help lists all.';

function composed(texts: Asked, file: HashedFile | undefined): Document {
  const cited = file === undefined ? [] : [citing(file, texts.locator)];
  const made = compose(texts, randomUUID(), cited);
  if (made.ok) return made.document;
  const [first] = made.faults;
  throw new CommandError(
    EXIT.usage,
    first?.code ?? 'usage',
    printable(made.faults.map(saying).join(' ')),
    printable(made.faults.map(({ remedy }) => remedy).join(' ')),
  );
}

const saying = ({ flag, detail }: FieldFault): string => `${flag}: ${detail}`;

const citing = ({ path, sha256, bytes }: HashedFile, locator: string | undefined): NonNullable<SightingDocument['evidence']>[number] => ({
  sha256,
  bytes,
  ref: basename(path),
  ...(locator === undefined ? {} : { locator }),
});

/** By the server itself, which also knows what it has. Throws as the client does: nothing was sent. */
async function judged(client: Client, document: Document): Promise<void> {
  const response = await client.post('/v1/events?dryRun=true', 'application/json', JSON.stringify(document));
  if (!response.ok) throw await problemError(response);
  await response.body?.cancel();
}

/** What will be said, before it is sent. */
function wordsOf(
  { id, kind, handling, occurred, place, items = [], parties = [], source, grade, statement, modality }: Document,
  file?: HashedFile,
): string[] {
  const said: Readonly<Record<string, string | undefined>> = {
    sighting: `${id}, ${[modality, kind].filter((word) => word !== undefined).join(' ')}`,
    items: items.map(({ id: item, role }) => (role === 'subject' ? item : `${item} (${role})`)).join(', ') || 'none',
    when: occurred === undefined ? 'not known' : [...new Set([occurred.from ?? '', occurred.to ?? ''])].join('..'),
    where: place === undefined ? 'not stated' : Object.values(place).join(' '),
    parties: parties.length === 0 ? undefined : parties.map(({ role, name }) => `${role} ${name ?? ''}`).join(', '),
    source: [source.kind, source.title].filter((word) => word !== undefined).join(': '),
    grade: grade ?? 'not graded',
    handling: handlingText(handling),
    statement: typeof statement === 'string' ? statement : statement?.text,
    evidence: file === undefined ? 'none' : `${file.path}, ${file.bytes} bytes, ${file.sha256}`,
  };
  return Object.entries(said).flatMap(([name, text]) => (text === undefined ? [] : [`${name.padEnd(10)}${text}`]));
}

async function agrees(person: Asking): Promise<boolean> {
  const answer = await person.ask('Send it? [yes] ');
  return answer !== null && /^(?:|y|yes)$/i.test(answer.trim());
}

/** Throws as the client does. Of evidence that is there by then it is said that nothing cites it. */
async function submit(client: Client, document: Document, file: HashedFile | undefined): Promise<Submitted> {
  try {
    const response = await client.post('/v1/events', 'application/json', JSON.stringify(document));
    if (!response.ok) throw await problemError(response);
    return await readAnswer<Submitted>(response);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // Of what broke off nobody knows whether it came in. Sent again under its id it is the same event.
    const again = `The same command with --id ${document.id} sends it again, and twice is once.`;
    const left = file === undefined ? '' : ` The evidence ${file.sha256} is there, and as far as is known no sighting cites it.`;
    const report = { id: document.id, evidence: file?.sha256 ?? null };
    throw new CommandError(
      error.exitCode,
      error.code,
      `${error.message}${left}`,
      [error.remedy, again].filter((text) => text !== undefined).join(' '),
      {
        ...error.more,
        report,
      },
    );
  }
}

function receiptText({ status, agency, id, captured, durability, signature }: Submitted): string {
  const line = `${agency}/${id}  ${status}, captured ${captured}, ${durability}`;
  return signature === null ? line : `${line}\n${signature.trimEnd()}`;
}

function told(options: AddOptions, value: object, text: string): ExitCode {
  process.stdout.write(options.json === true ? `${JSON.stringify(value)}\n` : `${text.split('\n').map(printable).join('\n')}\n`);
  return EXIT.ok;
}
