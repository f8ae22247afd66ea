/**
 * Rows of search_keys. They are written by the transaction that writes the timeline rows of their items, under the lock of the log head: so
 * search knows every item that the ledger knows, and nobody else can be writing the same rows. Derived: a rebuild makes the same ones.
 */
import { sha256Hex } from '#lib/ledger';
import { copyRows, type CopiedTable } from './copy-rows.ts';
import { CopyWriter } from './copy-writer.ts';
import type { ReaderGroup } from './map-keys.ts';
import type { Statement, StoreClient, StorePool } from './pool.ts';
import type { EventIndex } from './projected-event.ts';

export interface SearchKeys {
  /** Keys by which an identifier is found. A function of the identifier alone: asked once for each (item, reader group). None begins with `@`. */
  ofItem(item: string): readonly string[];
  /** Keys by which a name or number is found that was stated beside an identifier. A function of the alias alone. */
  ofAlias(alias: string): readonly string[];
}

/** What is found, by whom: an item (`alias` is empty), or an item by an alias. */
export interface SearchName {
  readonly grp: number;
  readonly item: string;
  readonly alias: string;
}

/** Some 10 MB. Then all are forgotten at once: what is seen now comes back with its next event, for a look into the database. */
const NAMES_MAX = 100_000;

/** Names whose rows are committed. The ledger only grows, so this never becomes wrong. */
export class SearchMemory {
  private readonly byGroup = new Map<number, Set<string>>();
  private count = 0;

  has(grp: number, item: string, alias: string): boolean {
    return this.byGroup.get(grp)?.has(alias === '' ? item : `${item}\0${alias}`) === true;
  }

  learn(names: readonly SearchName[]): void {
    for (const { grp, item, alias } of names) {
      if (this.count >= NAMES_MAX) {
        this.byGroup.clear();
        this.count = 0;
      }
      let known = this.byGroup.get(grp);
      if (known === undefined) this.byGroup.set(grp, (known = new Set()));
      known.add(alias === '' ? item : `${item}\0${alias}`);
      this.count += 1;
    }
  }
}

const memories = new WeakMap<StorePool, SearchMemory>();

export function searchMemory(pool: StorePool): SearchMemory {
  let memory = memories.get(pool);
  if (memory === undefined) memories.set(pool, (memory = new SearchMemory()));
  return memory;
}

/** The names of a batch of events whose rows may be missing, each once. About 0.1 µs for an event whose items are known. */
export class SearchRows {
  private readonly keys: SearchKeys;
  private readonly memory: SearchMemory;
  private readonly unknown = new Map<string, SearchName>();

  constructor(keys: SearchKeys, memory: SearchMemory) {
    this.keys = keys;
    this.memory = memory;
  }

  get size(): number {
    return this.unknown.size;
  }

  clear(): void {
    this.unknown.clear();
  }

  add({ items, aliases }: EventIndex, groups: readonly ReaderGroup[]): void {
    for (const { id: grp } of groups) {
      for (const item of items) if (!this.memory.has(grp, item, '')) this.put({ grp, item, alias: '' });
      if (aliases !== undefined)
        for (const { item, alias } of aliases) if (!this.memory.has(grp, item, alias)) this.put({ grp, item, alias });
    }
  }

  private put(name: SearchName): void {
    this.unknown.set(`${name.grp} ${name.item}\0${name.alias}`, name);
  }

  /**
   * Writes what is missing, before the timeline rows of the events are there. `base`: their first log index. Returns the names that have
   * their rows once the transaction is committed. Cost: 6 µs for each unknown name, and 5 µs for each row of a new one (a VIN has seven).
   */
  async append(client: StoreClient, base: number): Promise<readonly SearchName[]> {
    if (this.unknown.size === 0) return [];
    const names = [...this.unknown.values()];
    const fresh = await freshOf(client, names, base);
    const rows = fresh.flatMap((name) => this.keysOf(name).map((key) => ({ ...name, key })));
    if (rows.length > 0) await copyRows(client, SEARCH_KEYS, written(rows));
    return names;
  }

  private keysOf({ item, alias }: SearchName): readonly string[] {
    return alias === '' ? this.keys.ofItem(item) : [aliasMark(item, alias), ...this.keys.ofAlias(alias)];
  }
}

/** An alias of an item that is indexed has a key of its own: its pieces may be those of thousands. Hashed, since both may be long. */
const aliasMark = (item: string, alias: string): string => `@${sha256Hex(`${item}\0${alias}`)}`;

/** Which of these items (from 1 on) no entry before $3 concerns. Plan: for each one probe of the timeline's primary key (6 µs). */
export const SEARCH_FRESH = {
  name: 'search_fresh',
  text: `select s.n from unnest($1::integer[], $2::text[]) with ordinality as s (grp, item, n)
    where not exists (select from ledger.timeline o where o.item = s.item and o.grp = s.grp and o.log_index < $3::bigint offset 0)`,
};

/** Which of these marks of aliases (from 1 on) have no row yet. Plan: for each one walk of search_keys_key. */
export const SEARCH_FRESH_ALIASES = {
  name: 'search_fresh_aliases',
  text: `select s.n from unnest($1::integer[], $2::text[]) with ordinality as s (grp, mark, n)
    where not exists (select from ledger.search_keys k where k.grp = s.grp and k.key = s.mark offset 0)`,
};

async function freshOf(client: StoreClient, names: readonly SearchName[], base: number): Promise<SearchName[]> {
  const items = names.filter(({ alias }) => alias === '');
  const aliases = names.filter(({ alias }) => alias !== '');
  const ask = async (
    statement: Statement,
    of: readonly SearchName[],
    texts: readonly string[],
    more: readonly number[],
  ): Promise<SearchName[]> => {
    if (of.length === 0) return [];
    const { rows } = await client.run<{ n: number }>(statement, [of.map(({ grp }) => grp), texts, ...more]);
    return rows.map(({ n }) => of[n - 1] as SearchName);
  };
  return [
    ...(await ask(SEARCH_FRESH, items, items.map(({ item }) => item), [base])),
    ...(await ask(SEARCH_FRESH_ALIASES, aliases, aliases.map(({ item, alias }) => aliasMark(item, alias)), [])),
  ]; // prettier-ignore
}

const SEARCH_KEYS: CopiedTable = { table: 'search_keys', columns: 'grp, key, item, alias' };
/** Bytes of four fields of a row beside their texts: lengths and the group. */
const ROW_BYTES = 20;
/** UTF-8 bytes of one UTF-16 unit, at most. */
const UTF8_MAX = 3;

/** In the order of the index: neighbours share its pages. COPY, since rows by insert cost the database one and a half times as much. */
function written(rows: (SearchName & { readonly key: string })[]): CopyWriter {
  const writer = new CopyWriter();
  for (const { grp, key, item, alias } of rows.sort((a, b) => a.grp - b.grp || (a.key < b.key ? -1 : 1))) {
    writer.row(4, ROW_BYTES + UTF8_MAX * (key.length + item.length + alias.length));
    writer.int4(grp);
    writer.text(key);
    writer.text(item);
    writer.text(alias);
  }
  return writer;
}
