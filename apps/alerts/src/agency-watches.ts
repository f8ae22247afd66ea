/** The watches of one agency, followed: acts are read once, in the order of the log. */
import { foldWatches, KINDS, parseWatchAct, type PlacedWatchAct, type WatchActText, type Watches } from '#lib/domain';
import { documentOf, handlingOf, sightingOf } from './alert-document.ts';
import type { AgencyReads } from './ports.ts';

const WATCH = KINDS.indexOf('watch');

export class AgencyWatches {
  readonly #agency: string;
  #acts: PlacedWatchAct[] = [];
  #seen = 0;

  constructor(agency: string) {
    this.#agency = agency;
  }

  /** Log index of the first act; undefined: it never watched anything. */
  get first(): number | undefined {
    return this.#acts[0]?.logIndex;
  }

  /** These entries are handled otherwise now: acts among them are read again. */
  marked(logIndexes: ReadonlySet<number>): void {
    if (!this.#acts.some(({ logIndex }) => logIndexes.has(logIndex))) return;
    this.#acts = [];
    this.#seen = 0;
  }

  /** With all acts below this log size. */
  async until(size: number, reads: AgencyReads): Promise<Watches> {
    while (this.#seen < size) {
      const { logIndexes, next } = await reads.page(this.#seen, size, WATCH);
      for (const row of await reads.events(logIndexes)) {
        if (row.agency !== this.#agency) continue;
        const { extension } = documentOf(row);
        const act = parseWatchAct((extension as { readonly watch: WatchActText }).watch);
        if (!act.ok) throw new Error(`the act on a watch at ${row.logIndex} cannot be read: ${act.code}`);
        const handling = handlingOf(row, sightingOf(row).handling);
        this.#acts.push({ logIndex: row.logIndex, id: row.id, principal: row.principal, handling, act: act.value });
      }
      this.#seen = next;
    }
    return foldWatches(this.#agency, this.#acts);
  }
}
