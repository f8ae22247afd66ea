/** Rows by which an event is found in reader groups that it was opened to later: the same as an event of those groups has, but in no item tree. */
import { INDEX_ROWS_MAX, readerGroups } from '#lib/domain';
import { BatchEncoder, copyDerived } from '../batch-encoder.ts';
import type { ReaderGroup } from '../map-keys.ts';
import type { StoreClient } from '../pool.ts';
import type { EventIndex } from '../projected-event.ts';
import { SearchMemory, SearchRows, type SearchKeys } from '../search-rows.ts';
import { groupIds } from './group-ids.ts';
import { piecesOf, type HandledEvent, type MarkingClient } from './handled-events.ts';
import type { Marked } from './scene.ts';

/** What makes rows of stored content: as in a rebuild. */
export interface RowMaking {
  indexOf(content: Buffer, agency: string): EventIndex;
  readonly keys: SearchKeys;
}

/** An event of which a marking was approved. */
export interface Openable {
  /** Whether in so many reader groups it has no more rows of one table than any event may. */
  fits(groups: number): boolean;
  /** Makes its rows in these, where it has none. Returns how many its widest table gets. */
  open(groups: readonly ReaderGroup[]): Promise<number>;
}

/** By log index. Cost: reading each document once. */
export type Opening = (events: readonly HandledEvent[]) => Promise<ReadonlyMap<number, Openable>>;

/** Of a sighting that is opened to others: as many as nearly all have, since it may be opened to thousands of groups. */
const OPENED_KEYS_MAX = 64;

export function openRows(client: StoreClient, { indexOf, keys: names }: RowMaking): Opening {
  const openable = (event: HandledEvent, { policy: _, said: __, ...index }: EventIndex, shownIn: readonly number[]): Openable => ({
    fits: (groups) => groups * widthOf(index) <= INDEX_ROWS_MAX,
    async open(groups) {
      const missing = groups.filter(({ id }) => !shownIn.includes(id));
      if (missing.length === 0) return 0;
      const { agency, id, principal, capturedMicros, logIndex } = event;
      const search = new SearchRows(names, new SearchMemory());
      search.add(index, missing);
      await search.append(client, Number.MAX_SAFE_INTEGER);
      const encoder = new BatchEncoder();
      const keys = index.keys?.slice(0, OPENED_KEYS_MAX);
      encoder.addDerived(
        { ...index, ...(keys === undefined ? {} : { keys }), agency, id, principal, capturedMicros },
        missing,
        null,
        logIndex,
      );
      await copyDerived(client, encoder);
      return missing.length * widthOf(index);
    },
  });
  return async (events) => {
    if (events.length === 0) return new Map();
    const byIndex = new Map(events.map((event) => [event.logIndex, event]));
    const text = 'select * from ledger.handled_content($1::bigint[])';
    const { rows } = await client.query<ContentRow>(text, [[...byIndex.keys()]]);
    return new Map(
      rows.map(({ log_index, shown_in, bytes }) => {
        const event = byIndex.get(Number(log_index)) as HandledEvent;
        return [event.logIndex, openable(event, indexOf(bytes, event.agency), shown_in)];
      }),
    );
  };
}

/** Documents that are read at a time: each may have a megabyte. */
const OPENED_AT_A_TIME = 8;

/**
 * Makes the rows by which events are found by those whom a marking opens them to that was approved, whatever became of it, and whether it counts or not:
 * whether they see it now is for its handling to say, and whether it counts may change as long as something that it bears on is not there. That is done
 * once for each such marking. `tooWide`: those that would, with the others before them, open their target to more reader groups than it may have rows for.
 * `rows`: how many the widest tables got. Cost: reading each document of whose markings one was not approved before.
 */
export async function openApproved(
  client: MarkingClient,
  marked: readonly Marked[],
  opening: Opening,
): Promise<{ readonly tooWide: ReadonlySet<HandledEvent>; readonly rows: number }> {
  const approved = undecidedOf(marked);
  const tooWide = new Set<HandledEvent>();
  let rows = 0;
  for (const piece of piecesOf(approved, OPENED_AT_A_TIME)) {
    const openable = await opening(piece.map(({ event }) => event));
    const opened = piece.map(({ event, by, before }) => {
      let groups: ReadonlySet<string> = new Set(before.flatMap((marking) => givenBy(marking, event)));
      for (const marking of by) {
        const more = new Set([...groups, ...givenBy(marking, event)]);
        if (openable.get(event.logIndex)?.fits(more.size) === false) tooWide.add(marking);
        else groups = more;
      }
      return { event, names: [...groups].sort() };
    });
    const ids = await groupIds(
      client,
      opened.flatMap(({ names }) => names),
    );
    for (const { event, names } of opened)
      rows += (await openable.get(event.logIndex)?.open(names.map((name) => ({ id: ids.get(name) as number, name })))) ?? 0;
    const decided = piece.flatMap(({ by }) => by);
    await client.query('select ledger.keep_fits($1::bigint[], $2::boolean[])', [
      decided.map(({ logIndex }) => logIndex),
      decided.map((marking) => !tooWide.has(marking)),
    ]);
  }
  return { tooWide, rows };
}

/** Where nobody can make rows: approved markings that nobody looked at, and whose target has no rows for all whom they name. */
export async function notOpened(client: MarkingClient, marked: readonly Marked[]): Promise<ReadonlySet<HandledEvent>> {
  const approved = undecidedOf(marked);
  if (approved.length === 0) return new Set();
  const { rows } = await client.query<{ log_index: string | number; name: string }>(
    `select distinct t.log_index, g.name from ledger.timeline t join ledger.reader_groups g on g.id = t.grp where t.log_index = any($1::bigint[])`,
    [approved.map(({ event }) => event.logIndex)],
  );
  const shown = new Set(rows.map(({ log_index, name }) => `${log_index} ${name}`));
  return new Set(
    approved.flatMap(({ event, by }) =>
      by.filter((marking) => givenBy(marking, event).some((name) => !shown.has(`${event.logIndex} ${name}`))),
    ),
  );
}

interface Approved {
  readonly event: HandledEvent;
  /** Approved, and nobody looked whether they fit, in the order in which that came to be asked: so the same come to fit whatever batches brought them. */
  readonly by: readonly HandledEvent[];
  /** For which there are rows. */
  readonly before: readonly HandledEvent[];
}

function undecidedOf(marked: readonly Marked[]): Approved[] {
  return marked.flatMap(([event, { weighed }]) => {
    const asked = ({ logIndex, approvedAt }: HandledEvent): number => Math.max(event.logIndex, logIndex, approvedAt ?? 0);
    const by = weighed.filter(({ approvedAt, fits }) => approvedAt !== null && fits === null);
    if (by.length === 0) return [];
    return [
      { event, by: by.sort((a, b) => asked(a) - asked(b) || a.logIndex - b.logIndex), before: weighed.filter(({ fits }) => fits === true) },
    ];
  });
}

const givenBy = ({ said, handling }: HandledEvent, { agency }: HandledEvent): readonly string[] => readerGroups(said ?? handling, agency);

interface ContentRow {
  readonly log_index: string | number;
  /** Numbers of the reader groups that it has rows in. */
  readonly shown_in: readonly number[];
  readonly bytes: Buffer;
}

/** Rows of the widest table in one reader group. */
const widthOf = ({ items, targets, aliases = [], evidence = [], batch }: EventIndex): number =>
  Math.max(items.length, targets.length, aliases.length, evidence.length, batch?.members.length ?? 0);
