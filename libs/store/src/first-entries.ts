/**
 * For (item, reader group): a log index that is known to concern it. Facts of an append-only ledger, so they never become wrong, and a memory
 * that forgets costs a look into the database and nothing else.
 */

/** Some 10 MB. Then all are forgotten at once: the items that are seen now come back with their next event. */
const PAIRS_MAX = 50_000;

export interface ItemInGroup {
  readonly item: string;
  readonly grp: number;
}

export class FirstEntries {
  private readonly byGroup = new Map<number, Map<string, number>>();
  private count = 0;

  /** Whether an entry below `logIndex` is known to concern the pair; `false` = not known. */
  isBefore({ item, grp }: ItemInGroup, logIndex: number): boolean {
    const known = this.byGroup.get(grp)?.get(item);
    return known !== undefined && known < logIndex;
  }

  /** The entry at `logIndex` concerns the pair. */
  learn({ item, grp }: ItemInGroup, logIndex: number): void {
    if (this.count >= PAIRS_MAX) {
      this.byGroup.clear();
      this.count = 0;
    }
    let items = this.byGroup.get(grp);
    if (items === undefined) this.byGroup.set(grp, (items = new Map()));
    const known = items.get(item);
    if (known === undefined) this.count += 1;
    if (known === undefined || logIndex < known) items.set(item, logIndex);
  }
}
