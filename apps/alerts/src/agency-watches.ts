/** The watches of one agency, followed: acts are read once, in the order of the log. */
import { foldWatches, KINDS, parseWatchAct, type PlacedWatchAct, type WatchActText, type Watches } from '#lib/domain';
import { documentOf, handlingOf, sightingOf } from './alert-document.ts';
import type { AgencyReads } from './ports.ts';

const WATCH = KINDS.indexOf('watch');

export class AgencyWatches {
  readonly #agency: string;
  readonly #acts: PlacedWatchAct[] = [];
  #seen = 0;

  constructor(agency: string) {
    this.#agency = agency;
  }

  /** Log index of the first act; undefined: it never watched anything. */
  get first(): number | undefined {
    return this.#acts[0]?.logIndex;
  }

  /** With all acts below this log size. Those that its agency marked otherwise since keep the handling that they had when they were read, or the stricter one by which alerts are marked themselves. */
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
