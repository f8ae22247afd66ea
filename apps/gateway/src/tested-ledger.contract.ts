/** A real ledger and what the gateway reads from it, for specs. */
import { createHash } from 'node:crypto';
import { indexSighting, readSighting, type ItemView, type SearchView, type SightingDocument, type TimelineView } from '#lib/contracts';
import { ROOT_ACTOR, aliasKeys, parseInstant, searchKeys } from '#lib/domain';
import { encodeSeal } from '#lib/ledger';
import {
  appendNotice,
  insertSeal,
  lastSeal,
  lockHead,
  projectBatch,
  type EventIndex,
  type ProjectedEvent,
  type SealRow,
  type SearchKeys,
  type StorePool,
} from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../libs/store/test-database.ts';
import { readAsOf } from './coordinates.ts';
import { readerOf } from './gateway-deps.ts';
import { readItem } from './item.ts';
import { ledgerReads, type LedgerReads, type Reader } from './ledger-reads.ts';
import type { RelatedMax } from './related-events.ts';
import { searchItems } from './search.ts';
import { readTimeline } from './timeline.ts';

const KEYS: SearchKeys = { ofItem: searchKeys, ofAlias: aliasKeys };
const BATCH = 2_000;

export type Item = NonNullable<SightingDocument['items']>[number];

/** With the documents that are given, projected as they are. */
export class TestedLedger {
  readonly database: TestDatabase;
  readonly reads: LedgerReads;
  readonly #projector: StorePool;
  #sealer: StorePool | undefined;
  #offset = 0;

  private constructor(database: TestDatabase, reads: LedgerReads) {
    this.database = database;
    this.reads = reads;
    this.#projector = database.pool('projector');
  }

  static async open(): Promise<TestedLedger> {
    const database = await testDatabase();
    return new TestedLedger(database, await ledgerReads(database.pool('gateway')));
  }

  /** @param capturedMicros of all of them */
  async add(documents: readonly SightingDocument[], agency = 'local', principal = 'operator', capturedMicros = 1): Promise<void> {
    await this.#project(documents.map((document, n) => projected(document, { agency, principal, capturedMicros }, this.#offset + n)));
  }

  /** Of several authors (`agency/principal`), in one batch. Returns how many transactions it took. */
  async addBy(said: readonly (readonly [by: string, document: SightingDocument])[], settledMax?: number): Promise<number> {
    return this.#project(
      said.map(([by, document], n) => {
        const [agency = '', principal = ''] = by.split('/');
        return projected(document, { agency, principal, capturedMicros: 1 }, this.#offset + n);
      }),
      settledMax,
    );
  }

  async #project(all: readonly ProjectedEvent[], settledMax?: number): Promise<number> {
    const partition = { clusterId: 'c', topicId: 't', topic: 's', partition: 0 };
    const more = { keys: KEYS, indexOf: indexOfContent, ...(settledMax === undefined ? {} : { settledMax }) };
    const first = this.#offset;
    let transactions = 0;
    for (; this.#offset < first + all.length; transactions++) {
      const events = all.slice(this.#offset - first, this.#offset - first + BATCH);
      this.#offset = (await projectBatch(this.#projector, partition, this.#offset, this.#offset + events.length, events, [], more)).next;
    }
    return transactions;
  }

  /**
   * A seal that says this time, over all that is there or the indexes below `covers`. By the statements that the sealer writes with; of the
   * proofs that it stands for nothing is read here, and its map is empty.
   */
  async seal(time: string, covers?: number): Promise<SealRow> {
    const instant = parseInstant(time);
    if (!instant.ok) throw new Error(instant.detail);
    this.#sealer ??= this.database.pool('sealer');
    return this.#sealer.transaction(async (client) => {
      const previous = await lastSeal(client);
      const logIndex = await lockHead(client);
      const row = { logIndex, covers: covers ?? logIndex, time: instant.value, mapRoot: new Uint8Array(32), mapSize: 0 };
      const said = { log: this.reads.origin, covers: BigInt(row.covers), mapRoot: row.mapRoot, mapSize: 0n, time, access: null };
      await appendNotice(client, logIndex, encodeSeal({ ...said, previous: previous === null ? null : BigInt(previous.logIndex) }));
      await insertSeal(client, row);
      return row;
    });
  }

  async reader(): Promise<Reader> {
    return readerOf({ reads: this.reads, breaksGlass: () => false }, ROOT_ACTOR);
  }

  async search(text: string, more: { limit?: number; cursor?: string } = {}): Promise<SearchView> {
    return searchItems(this.reads, await this.reader(), { text, limit: 100, ...more });
  }

  async found(text: string): Promise<string[]> {
    return (await this.search(text)).results.map(({ id, match, alias }) => `${match} ${id}${alias === undefined ? '' : ` ${alias.value}`}`);
  }

  async timeline(
    item: string,
    of: { asOf?: string; limit?: number; cursor?: string } = {},
    relatedMax?: RelatedMax,
  ): Promise<TimelineView> {
    const { asOf, limit = 1_000, cursor } = of;
    const point = await readAsOf(asOf, this.reads);
    const query = { item, asOf: point, limit, ...(cursor === undefined ? {} : { cursor }) };
    return readTimeline(this.reads, await this.reader(), query, relatedMax);
  }

  async item(id: string, asOf?: string): Promise<ItemView> {
    return readItem(this.reads, await this.reader(), id, await readAsOf(asOf, this.reads));
  }
}

/** What a rebuild makes rows from. */
export function indexOfContent(content: Buffer, agency: string): EventIndex {
  const document = JSON.parse(content.toString()) as SightingDocument;
  const read = readSighting(document, { agency, id: document.id ?? '', principal: 'operator' });
  if (!read.ok) throw new Error(JSON.stringify(read));
  return indexSighting(read.sighting);
}

function projected(
  document: SightingDocument,
  by: { readonly agency: string; readonly principal: string; readonly capturedMicros: number },
  offset: number,
): ProjectedEvent {
  const content = Buffer.from(JSON.stringify(document));
  const hash = createHash('sha256').update(content).digest('hex');
  const ref = { ...by, id: document.id ?? '' };
  return {
    ...ref,
    commitment: hash,
    contentHash: hash,
    secret: hash,
    content,
    ...indexOfContent(content, by.agency),
    offset,
    raw: content,
  };
}

export const seen = (id: string, items: readonly Item[], more: object = {}): SightingDocument => ({
  id,
  kind: 'observation',
  handling: { tlp: 'CLEAR' },
  source: { kind: 'photo' },
  items: [...items],
  ...more,
});
export const subject = (id: string, aliases?: Item['aliases']): Item => ({
  id,
  role: 'subject',
  ...(aliases === undefined ? {} : { aliases }),
});
