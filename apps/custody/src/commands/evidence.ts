/** `custody evidence ...`: files in and out of the store, and what is known of them. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { EvidenceListView, EvidenceView, EventAnswer, SightingDocument } from '#lib/contracts';
import { formatRef, parseRef, type EvidenceActText } from '#lib/domain';
import { problemError, type Client } from '../client.ts';
import { hashFile, saveEvidence, uploadFile, type HashedFile } from '../evidence-client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { OPERATOR } from '../operator.ts';
import { type FormFlags, printList, printRows, type RowForms } from '../listing.ts';
import { note, type NoteFlags } from '../notes.ts';
import { group } from '../progress.ts';
import { evidenceLine, evidenceText } from './evidence-text.ts';
import { printable } from './printable.ts';

export interface EvidenceFlags extends FormFlags, NoteFlags {
  readonly for?: string;
  readonly locator?: string;
  readonly purpose?: string;
  readonly authority?: string;
  readonly output?: string;
}

const HASH = /^[0-9a-f]{64}$/;

/** @param text as `sha256sum` prints it, or with `sha256:` before it */
function hashOf(text: string): string {
  const hash = text.replace(/^sha256:/, '').toLowerCase();
  if (HASH.test(hash)) return hash;
  throw new CommandError(EXIT.usage, 'evidence.hash', 'Evidence is named by its SHA-256: 64 hex digits.');
}

const say = (line: string): void => void process.stdout.write(`${printable(line)}\n`);
const tell = (flags: EvidenceFlags, value: object, line: string): void =>
  flags.json === true ? void process.stdout.write(`${JSON.stringify(value)}\n`) : say(line);

/** Sends the file; with `--for ID`, a document of this agency says that the event rests on it. */
export async function add(client: Client, path: string, flags: EvidenceFlags): Promise<ExitCode> {
  if (flags.locator !== undefined && flags.for === undefined)
    throw new CommandError(EXIT.usage, 'usage', 'A locator says where in the file an event is supported: name the event with --for.');
  // Before anything is sent: an event that is not there cannot be supported.
  const target = flags.for === undefined ? undefined : await eventOf(client, flags.for);
  const file = await hashFile(path);
  const { purpose, authority } = flags;
  const words = { ...(purpose === undefined ? {} : { purpose }), ...(authority === undefined ? {} : { authority }) };
  const uploaded = await uploadFile(client, file, words);
  const citation = target === undefined ? undefined : await submit(client, citing(file, target, flags.locator));
  const what = uploaded.status === 'known' ? 'there already' : 'received';
  const cited = citation === undefined ? '' : `, cited for ${flags.for} by ${citation}`;
  tell(
    flags,
    { ...uploaded, ...(citation === undefined ? {} : { citation }) },
    `${file.sha256}  ${group(file.bytes)} bytes, ${uploaded.mediaType}, ${what}${cited}`,
  );
  return EXIT.ok;
}

async function eventOf(client: Client, text: string): Promise<EventAnswer['event']> {
  const ref = parseRef(text, OPERATOR.agency);
  if (!ref.ok) throw new CommandError(EXIT.usage, ref.code, ref.detail);
  const { agency, id } = ref.value;
  return (await client.get<EventAnswer>(`/v1/events/${encodeURIComponent(id)}`, { agency })).event;
}

/** Shared with whom the event is shared: for others there is nothing to support. It says nothing of items, and places nothing. */
function citing({ sha256, bytes, path }: HashedFile, event: EventAnswer['event'], locator: string | undefined): SightingDocument {
  const target = formatRef(event);
  return {
    id: `cites:${randomUUID()}`,
    kind: 'statement',
    handling: event.document.handling,
    source: { kind: 'analysis', family: 'analysis' },
    statement: `The file ${basename(path)} supports ${target}.`,
    evidence: [{ sha256, bytes, ref: basename(path), ...(locator === undefined ? {} : { locator }) }],
    relations: { links: [target] },
  };
}

/** Returns its id. */
async function submit(client: Client, document: SightingDocument): Promise<string> {
  const response = await client.post('/v1/events', 'application/json', JSON.stringify(document));
  if (!response.ok) throw await problemError(response);
  return ((await response.json()) as { id: string }).id;
}

export async function get(client: Client, hash: string, flags: EvidenceFlags): Promise<ExitCode> {
  if (flags.output === undefined) throw new CommandError(EXIT.usage, 'usage', 'Name the file to write with -o.');
  const sha256 = hashOf(hash);
  const bytes = await saveEvidence(client, sha256, flags.output);
  tell(flags, { sha256, bytes, file: flags.output }, `${sha256}  ${group(bytes)} bytes, hash checked, written to ${flags.output}`);
  return EXIT.ok;
}

export async function list(client: Client, flags: EvidenceFlags): Promise<ExitCode> {
  const files: Row[] = [];
  let count = 0;
  for (let cursor: string | undefined; ;) {
    const page = await client.get<EvidenceListView>('/v1/evidence', { cursor, limit: '500' });
    printRows(flags, page.evidence, FORMS);
    if (flags.json === true) files.push(...page.evidence);
    count += page.evidence.length;
    if (page.next === null) break;
    cursor = page.next;
  }
  if (flags.json === true) printList(flags, { evidence: files }, files, FORMS);
  else note(flags, `${group(count)} ${count === 1 ? 'file' : 'files'} of evidence that you may see.`);
  return EXIT.ok;
}

type Row = EvidenceListView['evidence'][number];
export const FORMS: RowForms<Row> = {
  columns: {
    sha256: ({ sha256 }) => sha256,
    bytes: ({ bytes }) => bytes,
    media_type: ({ mediaType }) => mediaType,
    agency: ({ receivedBy }) => receivedBy.agency,
    principal: ({ receivedBy }) => receivedBy.principal,
    received: ({ received }) => received,
  },
  text: (files) => files.map((each) => `${printable(evidenceLine(each))}\n`).join(''),
};

const chainOf = (client: Client, sha256: string): Promise<EvidenceView> =>
  client.get<EvidenceView>(`/v1/evidence/sha256/${sha256}/custody`);

export async function show(client: Client, hash: string, flags: EvidenceFlags): Promise<ExitCode> {
  const view = await chainOf(client, hashOf(hash));
  if (flags.json === true) process.stdout.write(`${JSON.stringify(view)}\n`);
  else for (const line of evidenceText(view)) say(line);
  return EXIT.ok;
}

/** A legal hold is said and shown; there is nothing to be removed, so that there is nothing that it keeps from being removed. */
export async function hold(client: Client, hash: string, flags: EvidenceFlags): Promise<ExitCode> {
  const sha256 = hashOf(hash);
  await chainOf(client, sha256);
  const id = await submit(client, actOn({ act: 'held', ...actWords(sha256, flags, 'legal hold') }));
  tell(flags, { sha256, hold: id }, `${sha256}  held by ${id}`);
  return EXIT.ok;
}

/** Ends the holds of this agency. */
export async function release(client: Client, hash: string, flags: EvidenceFlags): Promise<ExitCode> {
  const sha256 = hashOf(hash);
  const own = (await chainOf(client, sha256)).holds.filter(({ agency }) => agency === OPERATOR.agency);
  if (own.length === 0) throw new CommandError(EXIT.notFound, 'evidence.no-hold', 'No hold of this agency is on this evidence.');
  const released: { readonly hold: string; readonly by: string }[] = [];
  for (const { by } of own) {
    const id = await submit(client, actOn({ act: 'released', of: by.id, ...actWords(sha256, flags, 'end of the legal hold') }));
    released.push({ hold: by.id, by: id });
    if (flags.json !== true) say(`${sha256}  ${by.id} released by ${id}`);
  }
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ sha256, released })}\n`);
  return EXIT.ok;
}

function actWords(sha256: string, { authority, purpose }: EvidenceFlags, otherwise: string) {
  if (authority === undefined) throw new CommandError(EXIT.usage, 'usage', 'Say by what right, with --authority.');
  return { sha256, before: sha256, after: sha256, authority, purpose: purpose ?? otherwise };
}

/** Every agency sees it: a hold that somebody does not see is none for him. */
const actOn = (evidence: EvidenceActText): SightingDocument => ({
  id: `${evidence.act}:${randomUUID()}`,
  kind: 'evidence',
  handling: { tlp: 'GREEN' },
  source: { kind: 'custody' },
  extension: { evidence },
});
