/** `custody case ...`: chosen sightings with notes, in an order. Each command says one thing of a case; what all of it comes to the server folds. */
import type { CasesView, CaseView, EventAnswer, SightingDocument } from '#lib/contracts';
import { ACT_KINDS, formatRef, parseRef, type CaseActText, type EventRef } from '#lib/domain';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { printList, printRows, type FormFlags, type RowForms } from '../listing.ts';
import { note as remark, type NoteFlags } from '../notes.ts';
import { group } from '../progress.ts';
import { caseLine, caseText } from './case-text.ts';
import { eventAt } from './event-at.ts';
import { handlingOf, type HandlingOptions } from './marking.ts';
import { policyOf, stoodAt, submitted } from './people.ts';
import { printable } from './printable.ts';

export interface CaseOptions extends FormFlags, NoteFlags, HandlingOptions {
  readonly id?: string;
  /** What the case is about. */
  readonly about?: string;
  /** Why something is said. */
  readonly why?: string;
  readonly after?: string;
  readonly first?: boolean;
  readonly last?: boolean;
  /** The entry that a note is on. */
  readonly on?: string;
  readonly asOf?: string;
  readonly limit?: string;
  readonly withinMs?: number;
}

const PAGE = '500';
const NEW_CASE_TLP = 'AMBER';

export async function open(client: Client, title: string, options: CaseOptions): Promise<ExitCode> {
  const handling = handlingOf({ ...options, tlp: options.tlp ?? NEW_CASE_TLP });
  const document: SightingDocument = {
    ...(options.id === undefined ? {} : { id: options.id }),
    kind: 'case',
    handling: handling as SightingDocument['handling'],
    source: { kind: 'case', family: 'analysis' },
    ...(options.about === undefined ? {} : { statement: options.about }),
    extension: { title },
  };
  const { actor } = await policyOf(client);
  const id = await submitted(client, document);
  const logIndex = await stoodAt(client, actor.agency, id, patienceOf(options));
  return said(options, { case: { agency: actor.agency, id }, logIndex, handling }, `${id}  opened, at ${logIndex}.`);
}

export async function add(client: Client, caseId: string, what: string, options: CaseOptions): Promise<ExitCode> {
  const { view, place } = await placing(client, caseId, options);
  const sighting = await chosen(client, what, view.case.agency);
  const there = view.entries.findIndex(({ event }) => formatRef(event) === formatRef(sighting));
  if (there >= 0)
    throw new CommandError(EXIT.conflict, 'case.already-in', printable(`${formatRef(sighting)} is entry ${there + 1} of ${view.case.id}.`));
  const text = sighting.agency === view.case.agency ? sighting.id : formatRef(sighting);
  const act = { act: 'added', of: view.case.id, sighting: text, ...place } as const;
  return perform(client, view, act, options, { says: options.why, about: sighting, done: `${text} is in ${view.case.id}` });
}

export async function move(client: Client, caseId: string, entry: string, options: CaseOptions): Promise<ExitCode> {
  if (options.after === undefined && options.first !== true && options.last !== true)
    throw new CommandError(EXIT.usage, 'usage', 'Say where to: --after ENTRY, --first or --last.');
  const { view, place } = await placing(client, caseId, options);
  const { id: moved, event } = entryIn(view, entry);
  if (place.after === moved)
    throw new CommandError(EXIT.usage, 'usage', '--after names the entry itself: name the one that it is to stand behind.');
  const act = { act: 'moved', of: view.case.id, entry: moved, ...place } as const;
  return perform(client, view, act, options, { about: event, done: `${entry} is moved` });
}

export async function remove(client: Client, caseId: string, entry: string, options: CaseOptions): Promise<ExitCode> {
  const view = await openCase(client, caseId);
  const { id, event } = entryIn(view, entry, true);
  const act = { act: 'removed', of: view.case.id, entry: id } as const;
  return perform(client, view, act, options, { says: options.why, about: event, done: `${entry} is out of ${view.case.id}` });
}

export async function note(client: Client, caseId: string, text: string, options: CaseOptions): Promise<ExitCode> {
  const view = await openCase(client, caseId);
  const on = options.on === undefined ? undefined : entryIn(view, options.on);
  const act = { act: 'noted', of: view.case.id, ...(on === undefined ? {} : { entry: on.id }) } as const;
  return perform(client, view, act, options, { says: text, about: on?.event, done: 'Noted' });
}

export async function close(client: Client, caseId: string, options: CaseOptions): Promise<ExitCode> {
  const view = await openCase(client, caseId);
  const act = { act: 'closed', of: view.case.id } as const;
  return perform(client, view, act, options, { says: options.why, done: `${view.case.id} is closed` });
}

export async function show(client: Client, caseId: string, options: CaseOptions): Promise<ExitCode> {
  const view = await readCase(client, caseId, options.asOf);
  if (options.json === true) process.stdout.write(`${JSON.stringify(view)}\n`);
  else for (const line of caseText(view)) process.stdout.write(`${printable(line)}\n`);
  return EXIT.ok;
}

type Row = CasesView['cases'][number];
export const FORMS: RowForms<Row> = {
  columns: {
    agency: ({ agency }) => agency,
    id: ({ id }) => id,
    tlp: ({ handling }) => handling.tlp,
    principal: ({ by }) => by.principal,
    captured: ({ captured }) => captured,
    title: ({ title }) => title,
    log_index: ({ logIndex }) => logIndex,
  },
  text: (rows) => rows.map((row) => `${printable(caseLine(row))}\n`).join(''),
};

export async function list(client: Client, options: CaseOptions): Promise<ExitCode> {
  const cases: Row[] = [];
  let count = 0;
  for (let cursor: string | undefined; ;) {
    const page = await client.get<CasesView>('/v1/cases', { cursor, limit: PAGE, asOf: cursor === undefined ? options.asOf : undefined });
    printRows(options, page.cases, FORMS);
    if (options.json === true) cases.push(...page.cases);
    count += page.cases.length;
    if (page.next === null) break;
    cursor = page.next;
  }
  if (options.json === true) printList(options, { cases }, cases, FORMS);
  else remark(options, `${group(count)} ${count === 1 ? 'case' : 'cases'} that you may see.`);
  return EXIT.ok;
}

/** All of it, as of one log size. */
async function readCase(client: Client, text: string, asOf?: string): Promise<CaseView> {
  const slash = text.indexOf('/');
  const agency = slash < 0 ? undefined : text.slice(0, slash);
  const path = `/v1/cases/${encodeURIComponent(text.slice(slash + 1))}`;
  const first = await client.get<CaseView>(path, { agency, asOf, limit: PAGE });
  const entries = [...first.entries];
  for (let cursor = first.next; cursor !== null;) {
    const page = await client.get<CaseView>(path, { agency, asOf, limit: PAGE, cursor });
    entries.push(...page.entries);
    cursor = page.next;
  }
  return { ...first, entries, next: null };
}

/** One that something may be said of by whoever asks. */
async function openCase(client: Client, text: string): Promise<CaseView> {
  const [view, { actor }] = await Promise.all([readCase(client, text), policyOf(client)]);
  const { agency, id, closed } = view.case;
  if (agency !== actor.agency)
    throw new CommandError(EXIT.auth, 'auth.forbidden', printable(`The case ${id} is of ${agency}: its people alone say something of it.`));
  if (closed === null) return view;
  throw new CommandError(EXIT.conflict, 'case.closed', printable(`${id} was closed by ${closed.by.principal}, ${closed.captured}.`));
}

async function placing(
  client: Client,
  caseId: string,
  { after, first, last }: CaseOptions,
): Promise<{ readonly view: CaseView; readonly place: Pick<CaseActText, 'after' | 'first'> }> {
  const given = Object.entries({ '--after': after !== undefined, '--first': first === true, '--last': last === true });
  const places = given.flatMap(([flag, isGiven]) => (isGiven ? [flag] : []));
  if (places.length > 1) throw new CommandError(EXIT.usage, 'usage', `${places.join(' and ')} exclude each other.`);
  const view = await openCase(client, caseId);
  if (after !== undefined) return { view, place: { after: entryIn(view, after).id } };
  return { view, place: first === true ? { first: true } : {} };
}

/**
 * An entry, or a note with the sighting that it is on.
 * @param text the number of an entry, as `show` has it, or the id of the act that added it
 * @param orNote a note's id, too
 */
function entryIn(
  { case: { id }, entries, notes }: CaseView,
  text: string,
  orNote = false,
): { readonly id: string; readonly event?: CaseView['entries'][number]['event'] } {
  const number = /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined;
  const entry = number === undefined ? entries.find((each) => each.id === text) : entries[number - 1];
  if (entry !== undefined) return entry;
  const noted = orNote ? entries.find((each) => each.notes.some((on) => on.id === text)) : undefined;
  if (noted !== undefined) return { id: text, event: noted.event };
  if (orNote && notes.some((on) => on.id === text)) return { id: text };
  const there = entries.length === 0 ? 'it has none' : `it has 1 to ${entries.length}`;
  throw new CommandError(EXIT.notFound, 'case.entry-not-found', printable(`${id} has no entry ${text}: ${there}.`));
}

/** One that is there and that he may see. Throws `event.not-found`, `usage` for what is no sighting. */
async function chosen(client: Client, text: string, own: string): Promise<EventAnswer['event']> {
  const at = /^log:(0|[1-9]\d{0,15})$/.exec(text)?.[1];
  const ref = at === undefined ? refOf(text, own) : await eventAt(client, Number(at));
  const { event } = await client.get<EventAnswer>(`/v1/events/${encodeURIComponent(ref.id)}`, { agency: ref.agency });
  if (!(ACT_KINDS as readonly string[]).includes(event.document.kind)) return event;
  throw new CommandError(
    EXIT.usage,
    'usage',
    printable(`${text} is an act (${event.document.kind}), and no sighting: a case is of sightings.`),
  );
}

function refOf(text: string, own: string): EventRef {
  const ref = parseRef(text, own);
  if (ref.ok) return ref.value;
  throw new CommandError(EXIT.usage, ref.code, printable(ref.detail));
}

/** @param about whose handling the act follows, beside that of the case: what it says must not be told to who may not see that */
async function perform(
  client: Client,
  view: CaseView,
  act: CaseActText,
  options: CaseOptions,
  { says, about, done }: { readonly says?: string | undefined; readonly about?: Handled | undefined; readonly done: string },
): Promise<ExitCode> {
  const { agency, id, handling } = view.case;
  const { actor } = await policyOf(client);
  const actId = await submitted(client, {
    kind: 'case-act',
    handling: actHandling(actor.principal, about === undefined ? [handling] : [handling, about.handling]),
    source: { kind: 'case', family: 'analysis' },
    ...(says === undefined ? {} : { statement: says }),
    extension: { act },
  });
  const logIndex = await stoodAt(client, agency, actId, patienceOf(options));
  return said(options, { case: { agency, id }, act: { ...act, id: actId }, logIndex }, `${done}, by ${actId} at ${logIndex}.`);
}

type Handled = Pick<CaseView['case'], 'handling'>;

/**
 * As an event an act is told to no more than the agency; where the case, or the sighting that it is about, is for persons, to those alone. Who may see both
 * is told what it says.
 */
export function actHandling(author: string, handlings: readonly Handled['handling'][]): SightingDocument['handling'] {
  const named = handlings.flatMap(({ tlp, principals = [] }) => (tlp === 'RED' && principals.length > 0 ? [principals] : []));
  const [first, ...more] = named;
  if (first === undefined) return { tlp: 'AMBER+STRICT' };
  const all = first.filter((name) => more.every((names) => names.includes(name)));
  return { tlp: 'RED', principals: all.length === 0 ? [author] : [...all] };
}

const patienceOf = ({ withinMs }: CaseOptions): { readonly withinMs?: number } => (withinMs === undefined ? {} : { withinMs });

function said(options: CaseOptions, value: object, line: string): ExitCode {
  process.stdout.write(options.json === true ? `${JSON.stringify(value)}\n` : `${printable(line)}\n`);
  return EXIT.ok;
}
