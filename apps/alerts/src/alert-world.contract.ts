/** A ledger in memory in which anything may happen, for suites of the writer of alerts: events, markings, members of communities, watches, and lost processes. */
import type { SightingDocument } from '#lib/contracts';
import { type AlertText, foldPolicy, type Handling, KINDS, type PlacedAct, type PolicyAct, type PolicyState, type WatchActText } from '#lib/domain'; // prettier-ignore
import type { AlertCursor, ChangedMark, EventRow } from '#lib/store';
import { AlertWriter } from './alert-writer.ts';
import type { AgencyReads, AlertFailpoint, AlertPorts } from './ports.ts';

export interface Entry {
  readonly agency: string;
  readonly id: string;
  readonly principal: string;
  readonly document: SightingDocument;
  /** In effect, where it was marked. */
  handling: Handling | null;
  /** Log size with which it came to be; 0: it was not marked. */
  changed: number;
  /** All that it was marked with. */
  readonly ever: Handling[];
}

export const AGENCIES = ['acme', 'bolt', 'delta'];
const PAGE = 7;
const HASH = Buffer.alloc(32);

export class Killed extends Error {}

export class AlertWorld {
  readonly log: (Entry | null)[] = [];
  readonly acts: PlacedAct[] = [];
  /** What was appended and is not in the ledger. */
  readonly waiting: Entry[] = [];
  readonly cursors = new Map<string, AlertCursor>();
  /** Of one id with other bytes than the first. */
  conflicts = 0;
  /** Appended again with the same bytes. */
  duplicates = 0;
  /** Where the writer ends next, and how often it is reached before. */
  fatal: { readonly at: AlertFailpoint; left: number } | null = null;
  kills = 0;
  #writer: AlertWriter | null = null;
  readonly #ending = new AbortController();

  constructor() {
    for (const agency of AGENCIES) this.act({ act: 'agency.add', agency });
    this.act({ act: 'community.add', community: 'cars' });
  }

  get policy(): PolicyState {
    return foldPolicy(this.acts);
  }

  act(act: PolicyAct): void {
    this.acts.push({ logIndex: this.log.length, agency: 'local', principal: 'operator', captured: this.log.length, act });
    this.log.push(null);
  }

  add(agency: string, id: string, document: SightingDocument, principal = 'eva'): number {
    const known = this.log.find((entry) => entry?.agency === agency && entry.id === id);
    if (known !== undefined && known !== null) {
      if (JSON.stringify(known.document) === JSON.stringify(document)) this.duplicates += 1;
      else this.conflicts += 1;
      return this.log.indexOf(known);
    }
    this.log.push({ agency, id, principal, document, handling: null, changed: 0, ever: [] });
    return this.log.length - 1;
  }

  watch(agency: string, id: string, watch: WatchActText, handling: Handling = { tlp: 'AMBER' }, principal = 'eva'): void {
    this.add(agency, id, { id, kind: 'watch', handling: handling as never, source: { kind: 'watch' }, extension: { watch } }, principal);
  }

  /** As its agency's approved marking would: an entry of the log, and another handling from its size on. */
  mark(index: number, handling: Handling): void {
    const entry = this.log[index];
    if (entry === null || entry === undefined) throw new Error('nothing to mark');
    this.log.push(null);
    entry.handling = handling;
    entry.ever.push(handling);
    entry.changed = this.log.length;
  }

  /** Everything that was said is in the ledger. */
  commit(): void {
    for (const entry of this.waiting.splice(0)) this.add(entry.agency, entry.id, entry.document, entry.principal);
  }

  /** Until all is told, over as many lost processes as there are. */
  async settle(): Promise<void> {
    for (;;) {
      try {
        this.#writer ??= new AlertWriter(this.ports());
        await this.#writer.step();
        return;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        this.kills += 1;
        this.#writer = null;
        // What it appended last may come in before the next one begins, or after.
        if (this.kills % 2 === 0) this.commit();
      }
    }
  }

  /** As another process would begin. */
  restart(): void {
    this.#writer = null;
  }

  ports(): AlertPorts {
    return {
      covers: () => Promise.resolve(this.log.length),
      policy: () => Promise.resolve(this.policy),
      readsOf: (agency, names) => Promise.resolve(this.#reads(agency, new Set(names))),
      changedMarks: (after, until, limit) =>
        Promise.resolve(
          this.#marks()
            .filter(
              ({ changed, logIndex }) =>
                changed <= until && (changed > after.changed || (changed === after.changed && logIndex > after.logIndex)),
            )
            .slice(0, Math.min(limit, 3)),
        ),
      marksOf: (indexes) =>
        Promise.resolve(
          new Map(this.#marks().flatMap(({ logIndex, changed }) => (indexes.includes(logIndex) ? [[logIndex, changed]] : []))),
        ),
      cursors: () => Promise.resolve(new Map(this.cursors)),
      moveCursor: (agency, from, to) => {
        const kept = this.cursors.get(agency) ?? null;
        if (JSON.stringify(kept) !== JSON.stringify(from)) return Promise.resolve(false);
        this.cursors.set(agency, to);
        return Promise.resolve(true);
      },
      say: (agency, documents) => {
        for (const document of documents)
          this.waiting.push({
            agency,
            id: document.id as string,
            principal: 'custody:alerts',
            document,
            handling: null,
            changed: 0,
            ever: [],
          });
        return Promise.resolve();
      },
      pause: () => Promise.resolve(this.commit()),
      failpoint: (name) => {
        if (this.fatal?.at !== name || this.fatal.left-- > 0) return;
        this.fatal = null;
        throw new Killed();
      },
      ending: this.#ending.signal,
    };
  }

  #marks(): ChangedMark[] {
    return this.log
      .flatMap((entry, logIndex) => (entry !== null && entry.changed > 0 ? [{ logIndex, changed: entry.changed }] : []))
      .sort((a, b) => a.changed - b.changed || a.logIndex - b.logIndex);
  }

  #reads(agency: string, groups: ReadonlySet<string>): AgencyReads {
    const shown = (entry: Entry | null | undefined): entry is Entry =>
      entry !== null &&
      entry !== undefined &&
      groupsOf(entry.handling ?? (entry.document.handling as Handling), entry.agency).some((group) => groups.has(group));
    const rowOf = (entry: Entry): EventRow => ({
      ...{ logIndex: this.log.indexOf(entry), agency: entry.agency, id: entry.id, principal: entry.principal, capturedMicros: 0 },
      ...{ content: Buffer.from(JSON.stringify(entry.document)), commitment: HASH, contentHash: HASH, secret: HASH },
      handling: entry.handling === null ? null : JSON.stringify(entry.handling),
    });
    return {
      page: (from, before, kind) => {
        const looked = this.log.slice(from, before).flatMap((entry, n) => (shown(entry) && (kind === undefined || KINDS.indexOf(entry.document.kind) === kind) ? [from + n] : [])); // prettier-ignore
        const logIndexes = looked.slice(0, PAGE);
        return Promise.resolve({ logIndexes, next: looked.length > PAGE ? (logIndexes.at(-1) ?? from) + 1 : before });
      },
      events: (indexes) =>
        Promise.resolve(
          indexes
            .map((index) => this.log[index])
            .filter(shown)
            .map(rowOf),
        ),
      own: (ids) =>
        Promise.resolve(
          this.log.filter((entry): entry is Entry => entry !== null && entry.agency === agency && ids.includes(entry.id)).map(rowOf),
        ),
    };
  }

  /** Alerts of the ledger, in its order. */
  alerts(): { readonly agency: string; readonly alert: AlertText; readonly handling: Handling }[] {
    return this.log.flatMap((entry) =>
      entry?.document.kind === 'alert'
        ? [
            {
              agency: entry.agency,
              alert: (entry.document.extension as { alert: AlertText }).alert,
              handling: entry.document.handling as Handling,
            },
          ]
        : [],
    );
  }
}

/** Who sees what is handled so: written here once more, for the oracle too. */
export function groupsOf({ tlp, community, agencies = [] }: Handling, owner: string): string[] {
  if (tlp === 'CLEAR') return ['clear'];
  if (tlp === 'GREEN') return community === undefined ? ['green'] : [`agency:${owner}`, `community:${community}`];
  return [owner, ...agencies].map((name) => `agency:${name}`);
}
