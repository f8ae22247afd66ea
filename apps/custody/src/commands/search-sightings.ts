/** `custody search` with a filter: which sightings say that, the words of their authors first, and how each stands. */
import type { SightingsView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type FormFlags, printList, type RowForms } from '../listing.ts';
import { note, type NoteFlags } from '../notes.ts';
import { group } from '../progress.ts';
import { printable } from './printable.ts';

/** As the API names them, but for `asOf`. */
const FILTERS = ['party', 'place', 'unlocode', 'country', 'near', 'within', 'since', 'until', 'hs', 'source'] as const;

export type SightingFlags = FormFlags &
  NoteFlags & { readonly [Name in (typeof FILTERS)[number]]?: string } & {
    readonly sightings?: boolean;
    readonly unidentified?: boolean;
    readonly asOf?: string;
    readonly limit?: unknown;
  };

/** Whether sightings are asked for, and not items. */
export const asksSightings = (options: SightingFlags): boolean =>
  options.sightings === true ||
  options.unidentified === true ||
  options.asOf !== undefined ||
  FILTERS.some((name) => options[name] !== undefined);

const PAGE_MAX = 100;
const LIMIT = /^[1-9]\d{0,5}$/;

type Result = SightingsView['results'][number];

export async function searchSightings(client: Client, text: string | undefined, options: SightingFlags): Promise<ExitCode> {
  const limit = String(options.limit ?? 20);
  if (!LIMIT.test(limit)) throw new CommandError(EXIT.usage, 'usage', '--limit is a whole number from 1 to 999999.');
  const most = Number(limit);
  const asked = {
    text,
    ...Object.fromEntries(FILTERS.map((name) => [name, options[name]])),
    unidentified: options.unidentified === true ? '1' : undefined,
    asOf: options.asOf,
  };
  const results: Result[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await client.get<SightingsView>('/v1/search/sightings', {
      ...asked,
      cursor,
      limit: String(Math.min(PAGE_MAX, most - results.length)),
    });
    results.push(...page.results);
    if (page.next !== null && results.length < most) {
      cursor = page.next;
      continue;
    }
    const view = { ...page, results };
    printList(options, view, results, FORMS);
    if (options.json !== true) tell(options, view);
    return results.length > 0 ? EXIT.ok : EXIT.notFound;
  }
}

function tell(options: NoteFlags, { results, next, notes, coordinates, withoutReported = 0 }: SightingsView): void {
  if (results.length === 0) note(options, `Nothing found at log size ${group(coordinates.asOf.logSize)}.`);
  if (withoutReported > 0) note(options, `${withoutReported} found on the last page have no reported time, and are left out.`);
  if (next !== null) note(options, 'There may be more: narrow the question, or ask with a larger --limit.');
  for (const each of notes) note(options, each);
}

const refText = (ref: { readonly agency: string; readonly id: string } | undefined): string | undefined =>
  ref === undefined ? undefined : `${ref.agency}/${ref.id}`;

export const FORMS: RowForms<Result> = {
  columns: {
    agency: ({ sighting }) => sighting.agency,
    id: ({ sighting }) => sighting.id,
    log_index: ({ sighting }) => sighting.logIndex,
    standing: ({ sighting }) => sighting.standing,
    by: ({ sighting }) => refText(sighting.by),
    occurred: ({ sighting }) => sighting.display.occurred,
    place: ({ sighting }) => sighting.display.place,
    summary: ({ sighting }) => sighting.display.summary,
    filters: ({ why }) => [...new Set(why.map(({ filter }) => filter))].join(','),
    text: ({ why }) => why.flatMap(({ text }) => text ?? []).join(' | '),
    rules: ({ why }) => [...new Set(why.flatMap(({ words = [] }) => words.map(({ rule }) => rule)))].join(' | '),
  },
  text: (results) => results.map((result) => `${linesOf(result).map(printable).join('\n')}\n`).join('\n'),
};

function linesOf({ why, sighting }: Result): string[] {
  const { display, standing } = sighting;
  const stands =
    standing === 'stands' ? '' : `  ${standing.toUpperCase()}${sighting.by === undefined ? '' : ` by ${refText(sighting.by)}`}`;
  return [
    ...why.map((each) => `${each.text === undefined ? '' : `"${each.text}"  `}${reasonOf(each)}`),
    `  ${refText(sighting)}  ${display.occurred}  ${display.place}  ${display.grade}${stands}`,
    `  ${display.summary}`,
  ];
}

function reasonOf({ filter, pointer, words = [], certainty, metres, point }: Result['why'][number]): string {
  const found = words.map(({ asked, found: as, rule }) => (rule === 'letters' ? as : `${asked} = ${as} by ${rule}`));
  const distance =
    metres === undefined ? undefined : `${(metres / 1_000).toFixed(1)} km${point === 'unlocode' ? ', where a table has the port' : ''}`;
  const told = [certainty, distance, ...found].filter((part) => part !== undefined).join(', ');
  return `(${filter}${pointer === undefined ? '' : ` ${pointer}`}${told === '' ? '' : `: ${told}`})`;
}
