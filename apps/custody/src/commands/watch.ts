/** `custody watch add|change|rm|ls` and `custody alerts`: acts on watches, submitted like every event, and what they were met by. */
import type { AlertsView, AlertView, SightingDocument, WatchesView, WatchView } from '#lib/contracts';
import { displayCondition, guessIdentifiers, parseCondition, type Condition, type ConditionText, type WatchActText } from '#lib/domain';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type FormFlags, printList, type RowForms } from '../listing.ts';
import { note, type NoteFlags } from '../notes.ts';
import { policyOf, stoodAt, submitted } from './people.ts';
import { printable } from './printable.ts';

export interface WatchOptions extends FormFlags, NoteFlags {
  readonly item?: readonly string[];
  readonly scheme?: readonly string[];
  readonly party?: readonly string[];
  readonly place?: readonly string[];
  readonly near?: string;
  readonly kind?: readonly string[];
  readonly modality?: readonly string[];
  readonly source?: readonly string[];
  readonly grade?: string;
  readonly title?: string;
  readonly tlp?: string;
  readonly person?: readonly string[];
  readonly reason?: string;
  readonly removed?: boolean;
  readonly watch?: string;
  readonly limit?: unknown;
}

export async function add(client: Client, options: WatchOptions): Promise<ExitCode> {
  const condition = conditionOf(options);
  const { id } = await perform(client, { act: 'added', ...titleOf(options), condition }, options);
  return said(options, { id }, `Watching for ${displayCondition(condition)}: ${id}`);
}

/** Throws CommandError `watch.not-found`. */
export async function change(client: Client, watch: string, options: WatchOptions): Promise<ExitCode> {
  const condition = conditionOf(options);
  const before = await standing(client, watch);
  const title = options.title ?? before.title;
  const act = { act: 'changed', watch, ...(title === null ? {} : { title }), condition } as const;
  await perform(client, act, options.tlp === undefined && options.person === undefined ? handledAs(options, before) : options);
  return said(options, { id: watch }, `${watch} watches for ${displayCondition(condition)} from now on.`);
}

/** Throws CommandError `watch.not-found`. */
export async function remove(client: Client, watch: string, options: WatchOptions): Promise<ExitCode> {
  const before = await standing(client, watch);
  const reason = options.reason === undefined ? {} : { reason: options.reason };
  await perform(client, { act: 'removed', watch, ...reason }, handledAs(options, before));
  return said(options, { id: watch }, `${watch} is removed.`);
}

export async function list(client: Client, options: WatchOptions): Promise<ExitCode> {
  const view = await client.get<WatchesView>('/v1/watches', options.removed === true ? { removed: '1' } : {});
  printList(options, view, view.watches, WATCHES);
  if (options.json !== true && view.watches.length === 0) note(options, 'No watches.');
  return EXIT.ok;
}

export async function alerts(client: Client, options: WatchOptions): Promise<ExitCode> {
  const of = options.watch === undefined ? {} : { watch: options.watch };
  const view = await client.get<AlertsView>('/v1/alerts', { ...of, limit: String(options.limit ?? 50) });
  printList(options, view, view.alerts, ALERTS);
  if (options.json !== true) {
    if (view.alerts.length === 0) note(options, 'No alerts.');
    if (view.next !== null) note(options, 'There may be more: ask with a larger --limit.');
  }
  return EXIT.ok;
}

export const WATCHES: RowForms<WatchView> = {
  columns: {
    id: ({ id }) => id,
    title: ({ title }) => title,
    condition: ({ display }) => display,
    tlp: ({ handling }) => handling.tlp,
    added_by: ({ addedBy }) => addedBy,
    changed: ({ changed }) => changed,
    removed: ({ removed }) => removed,
  },
  text: (watches) =>
    watches
      .map(({ id, title, display, handling, addedBy, removed }) => {
        const head = `${title === null ? '' : `${title}  `}${id}  TLP:${handling.tlp}, by ${addedBy}${removed ? ', removed' : ''}`;
        return `${printable(head)}\n       ${printable(display)}\n`;
      })
      .join(''),
};

export const ALERTS: RowForms<AlertView> = {
  columns: {
    id: ({ id }) => id,
    log_index: ({ logIndex }) => logIndex,
    recorded: ({ recorded }) => recorded,
    state: ({ state }) => state,
    watch: ({ watch }) => watch,
    title: ({ title }) => title,
    event: ({ event }) => (event === null ? null : `${event.agency}/${event.id}`),
    because: ({ because }) => because.map(({ display }) => display).join('; '),
    tlp: ({ tlp }) => tlp,
  },
  text: (rows) => rows.map((row) => `${linesOf(row).map(printable).join('\n')}\n`).join(''),
};

function linesOf({ recorded, state, watch, title, event, because, tlp }: AlertView): string[] {
  const head = `${recorded ?? 'not sealed yet'}  ${state === 'recalled' ? 'RECALLED ' : ''}${title ?? watch}  TLP:${tlp}`;
  if (event === null) return [head, '       what met it is not for you to see, or not any more'];
  const { agency, id, kind, modality, items, occurred, place, grade } = event;
  return [
    head,
    `       ${agency}/${id}  ${modality === 'actual' ? '' : `${modality} `}${kind}, ${occurred}, ${place}${grade === null ? '' : `, graded ${grade}`}`,
    ...(items.length === 0 ? [] : [`       ${items.join(' ')}`]),
    ...(because.length === 0 ? [] : [`       because of ${because.map(({ display }) => display).join('; ')}`]),
  ];
}

/** Nobody else comes to see it by an act that says nothing of that. */
const handledAs = (options: WatchOptions, { handling: { tlp, principals } }: WatchView): WatchOptions => ({
  ...options,
  tlp,
  ...(principals === undefined ? {} : { person: principals }),
});

async function standing(client: Client, watch: string): Promise<WatchView> {
  const { watches } = await client.get<WatchesView>('/v1/watches', {});
  const found = watches.find(({ id }) => id === watch);
  if (found === undefined)
    throw new CommandError(EXIT.notFound, 'watch.not-found', 'Your agency has no watch of this id that you may see.');
  return found;
}

async function perform(client: Client, act: WatchActText, options: WatchOptions): Promise<{ id: string; logIndex: number }> {
  const { actor } = await policyOf(client);
  const document = {
    kind: 'watch',
    handling: {
      tlp: (options.tlp ?? 'AMBER+STRICT').toUpperCase(),
      ...(options.person === undefined ? {} : { principals: options.person }),
    },
    source: { kind: 'watch' },
    extension: { watch: act },
  } as SightingDocument;
  const id = await submitted(client, document);
  return { id, logIndex: await stoodAt(client, actor.agency, id, {}) };
}

function said(options: WatchOptions, view: object, text: string): ExitCode {
  process.stdout.write(options.json === true ? `${JSON.stringify(view)}\n` : `${printable(text)}\n`);
  return EXIT.ok;
}

const titleOf = ({ title }: WatchOptions): { title?: string } => (title === undefined ? {} : { title });

/** Throws CommandError with the code of what is wrong. */
export function conditionOf(options: WatchOptions): Condition {
  const { item, scheme, party, place, near, kind, modality, source, grade } = options;
  const places = [...(place ?? []).map(placeOf), ...(near === undefined ? [] : [{ within: circleOf(near) }])];
  const read = parseCondition({
    items: item?.map(itemOf),
    schemes: scheme,
    parties: party?.map((text) => (LEI.test(text) ? { lei: text } : { name: text })),
    places: places.length === 0 ? undefined : places,
    kinds: kind,
    modalities: modality,
    sources: source,
    gradeAtLeast: grade,
  } as ConditionText);
  if (!read.ok) throw new CommandError(EXIT.usage, read.code, read.detail);
  return read.value;
}

const LEI = /^[A-Z0-9]{18}[0-9]{2}$/;
const UNLOCODE = /^[A-Z]{2}[A-Z2-9]{3}$/;
const COUNTRY = /^[A-Z]{2}$/;

const placeOf = (text: string) => (UNLOCODE.test(text) ? { unlocode: text } : COUNTRY.test(text) ? { country: text } : { name: text });

function circleOf(text: string): { lat: number; lon: number; radiusMetres: number } {
  const [lat, lon, radiusMetres, ...more] = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (more.length > 0 || ![lat, lon, radiusMetres].every(Number.isFinite))
    throw new CommandError(EXIT.usage, 'usage', '--near is LAT,LON,METRES: 38.92,121.65,20000.');
  return { lat: lat as number, lon: lon as number, radiusMetres: radiusMetres as number };
}

function itemOf(text: string): string {
  const [first] = guessIdentifiers(text);
  if (first?.ok === true) return first.identifier.id;
  throw new CommandError(EXIT.usage, 'condition.item', `${text} is no identifier: write scheme:value, such as vin:1M8GDM9AXKP042788.`);
}
