/** What one request read above TLP:CLEAR, as those who read it for somebody say: from it the record of the access log is made. */

/** An event that was read for somebody. */
export interface NotedEvent {
  readonly agency: string;
  readonly id: string;
  /** TLP label; `null`: not known, and taken for the strictest. */
  readonly tlp: string | null;
  /** It names the persons whom it is for: to others it is as if it were not there. */
  readonly namesPersons: boolean;
  /** Identifiers of what it concerns; asked only where the answer does not say them. */
  readonly items: () => readonly string[];
}

/** What an answer names: of what was read on the way the rest was not shown to anybody. */
export interface NamedInAnswer {
  /** By `agency/id`, with the items that the answer says of each. */
  readonly events: ReadonlyMap<string, readonly string[]>;
  readonly items: ReadonlySet<string>;
  /** The item that the answer is about. */
  readonly about?: string;
}

export class ReadNotes {
  readonly events = new Map<string, NotedEvent>();
  readonly items = new Set<string>();
  /** Agency that sent it first, by SHA-256 in hex. */
  readonly evidence = new Map<string, string>();
  readonly deadLetters = new Set<number>();
  /** Something above CLEAR that has no name of its own, such as who the principals of an agency are. */
  isOther = false;
  /** By an emergency that the reader declared. */
  isEmergency = false;
  #named: NamedInAnswer | null = null;
  #isOpen = false;

  /** Whoever reads for the request says first that he notes what he reads: an answer for which nobody did is none. */
  open(): this {
    this.#isOpen = true;
    return this;
  }

  /** One that everybody may read is not noted: `null`. */
  event(event: NotedEvent | null): void {
    if (event !== null) this.events.set(`${event.agency}/${event.id}`, event);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Absent: everything that was noted was shown. */
  showed(named: NamedInAnswer): void {
    this.#named = named;
  }

  get named(): NamedInAnswer | null {
    return this.#named;
  }

  /** Events that were shown. */
  shownEvents(): NotedEvent[] {
    const named = this.#named;
    const all = [...this.events];
    return (named === null ? all : all.filter(([ref]) => named.events.has(ref))).map(([, event]) => event);
  }

  /** Items that were shown and are known above CLEAR alone, whatever events say. */
  shownItems(): string[] {
    const named = this.#named;
    return named === null ? [...this.items] : [...this.items].filter((id) => named.items.has(id) || named.about === id);
  }

  /** Whether there is anything to record. */
  get isRead(): boolean {
    return (
      this.isOther ||
      this.evidence.size > 0 ||
      this.deadLetters.size > 0 ||
      (this.items.size > 0 && this.shownItems().length > 0) ||
      (this.events.size > 0 && this.shownEvents().length > 0)
    );
  }
}
