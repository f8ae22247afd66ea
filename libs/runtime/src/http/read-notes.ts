/** What one request read above TLP:CLEAR, as those who read it for somebody say: from it the record of the access log is made. */

/** An event that was read for somebody. */
export interface NotedEvent {
  readonly agency: string;
  readonly id: string;
  /** TLP label; `null`: not known, and taken for the strictest. */
  readonly tlp: string | null;
  /** Identifiers of what it concerns; asked only where the answer does not say them. */
  readonly items: () => readonly string[];
}

/** What an answer names: of what was read on the way the rest was not shown to anybody. */
export interface NamedInAnswer {
  /** By `agency/id`, with the items that the answer says of each. */
  readonly events: ReadonlyMap<string, readonly string[]>;
  readonly items: ReadonlySet<string>;
  /** The item that the answer is about: that it is there is told whether or not an event is named. */
  readonly about?: string;
  /** It also tells of events that it does not name: how many, or that there are more. */
  readonly tellsOfMore?: boolean;
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
  /** P of the answer; `null`: it rests on no marking, and on what its reader is granted alone. */
  policy: number | null = null;
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

  /** Items that were shown and are known above CLEAR alone, whatever events say; and the one that was answered about by what was read above CLEAR. */
  shownItems(): string[] {
    const named = this.#named;
    if (named === null) return [...this.items];
    const { about } = named;
    const isAbout = about !== undefined && (this.events.size > 0 || this.items.has(about));
    return [...[...this.items].filter((id) => named.items.has(id) && id !== about), ...(isAbout ? [about] : [])];
  }

  /** Whether there is anything to record. */
  get isRead(): boolean {
    return (
      this.isOther ||
      this.evidence.size > 0 ||
      this.deadLetters.size > 0 ||
      this.shownItems().length > 0 ||
      this.shownEvents().length > 0 ||
      (this.#named?.tellsOfMore === true && this.events.size > 0)
    );
  }
}
