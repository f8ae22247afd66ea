/**
 * What the workload knows of the ledger: its own small model of who may see what, by which the audit trail is judged. It shares no code with the
 * product. Time is counted in epochs: what changes who sees what is done while nothing else is, and begins the next one.
 */
import { groupsOf, nameOf, type Person } from './world.ts';

export interface Handling {
  readonly tlp: 'CLEAR' | 'GREEN' | 'AMBER' | 'AMBER+STRICT' | 'RED';
  readonly community?: string;
  readonly agencies?: readonly string[];
  readonly principals?: readonly string[];
}

const LABELS: readonly (string | null)[] = ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'];

/** `unknown`: it was cut off, and nobody asked again: the ledger may have it or not. `refused`: it was answered so. */
export type Outcome = 'acknowledged' | 'unknown' | 'refused';

export interface ModelEvent {
  /** `agency/id`. */
  readonly ref: string;
  readonly agency: string;
  readonly id: string;
  readonly principal: string;
  readonly kind: string;
  /** Identifiers, each once. */
  readonly items: readonly string[];
  /** SHA-256 of the evidence that it cites, or says an act on. */
  readonly evidence: readonly string[];
  /** Of its canonical bytes; null: the server made the document, and told it in its receipt. */
  contentHash: string | null;
  outcome: Outcome;
  /** Milliseconds since 1970 when it was sent first. */
  readonly sent: number;
  /** Where it stands in the log; null: it does not, or that was not looked up yet. */
  logIndex: number | null;
}

interface Since<T> {
  readonly epoch: number;
  readonly value: T;
}

export class Model {
  /** Raised by whatever changes who sees what. */
  epoch = 0;
  /** Largest log size that any answer has told. */
  seenSize = 0;
  /** Largest number of a record of the access log that any answer has told. */
  seenReads = 0;
  /** Events that some answer has told of: they are in the ledger. */
  readonly seen = new Set<string>();
  readonly #events = new Map<string, ModelEvent>();
  readonly #handlings = new Map<string, Since<Handling>[]>();
  /** Groups that see a marking besides those of its own handling, since what it opened is open. */
  readonly #opened = new Map<string, Since<readonly string[]>[]>();
  readonly #byItem = new Map<string, ModelEvent[]>();
  readonly #citing = new Map<string, ModelEvent[]>();
  /** By the id of a key: whoever shows it reads what names others, since an emergency that was declared for it. */
  readonly #emergencies = new Map<string, Since<boolean>[]>();
  /** Agency that sent it, by SHA-256: of each file one. */
  readonly uploads = new Map<string, string>();

  get events(): Iterable<ModelEvent> {
    return this.#events.values();
  }

  event(ref: string): ModelEvent | undefined {
    return this.#events.get(ref);
  }

  about(item: string): readonly ModelEvent[] {
    return this.#byItem.get(item) ?? [];
  }

  add(event: ModelEvent, handling: Handling): ModelEvent {
    this.#events.set(event.ref, event);
    this.#handlings.set(event.ref, [{ epoch: 0, value: handling }]);
    for (const item of event.items) listed(this.#byItem, item).push(event);
    if (event.kind !== 'evidence') for (const sha256 of event.evidence) listed(this.#citing, sha256).push(event);
    return event;
  }

  /** From the next epoch on. */
  mark(ref: string, handling: Handling): void {
    listed(this.#handlings, ref).push({ epoch: ++this.epoch, value: handling });
  }

  open(ref: string, groups: readonly string[]): void {
    listed(this.#opened, ref).push({ epoch: this.epoch, value: groups });
  }

  /** From the next epoch on. */
  setEmergency(key: string, lasts: boolean): void {
    listed(this.#emergencies, key).push({ epoch: ++this.epoch, value: lasts });
  }

  isEmergency(key: string, epoch: number): boolean {
    return at(this.#emergencies.get(key) ?? [], epoch) ?? false;
  }

  handling(ref: string, epoch: number): Handling {
    return at(this.#handlings.get(ref) ?? [], epoch) ?? { tlp: 'RED' };
  }

  isMarked(ref: string): boolean {
    return (this.#handlings.get(ref)?.length ?? 0) > 1;
  }

  isAboveClear(ref: string, epoch: number): boolean {
    return this.handling(ref, epoch).tlp !== 'CLEAR';
  }

  groups(event: ModelEvent, epoch: number): readonly string[] {
    return [...readerGroups(this.handling(event.ref, epoch), event.agency), ...(at(this.#opened.get(event.ref) ?? [], epoch) ?? [])];
  }

  /** TLP:RED that names others, of what his groups would show him. @param key by which he asks; null: by none for which there is an emergency */
  isKeptFrom(event: ModelEvent, person: Person, epoch: number, key: string | null): boolean {
    const { tlp, principals = [] } = this.handling(event.ref, epoch);
    if (tlp !== 'RED' || principals.length === 0 || (key !== null && this.isEmergency(key, epoch))) return false;
    if (event.agency === person.agency && event.principal === person.principal) return false;
    return this.isInGroups(event, person, epoch) && !principals.includes(person.principal) && !principals.includes(nameOf(person));
  }

  isInGroups(event: ModelEvent, person: Person | null, epoch: number): boolean {
    const own = person === null ? ['clear'] : groupsOf(person);
    return this.groups(event, epoch).some((group) => own.includes(group));
  }

  isVisible(event: ModelEvent, person: Person | null, epoch: number, key: string | null = null): boolean {
    return this.isInGroups(event, person, epoch) && (person === null || !this.isKeptFrom(event, person, epoch, key));
  }

  /** Highest label of these; null: there are none. */
  highest(refs: readonly string[], epoch: number): string | null {
    const ranks = refs.map((ref) => LABELS.indexOf(this.handling(ref, epoch).tlp));
    return LABELS[Math.max(-1, ...ranks)] ?? null;
  }

  /** Events of the agency that sent it which cite it: they open its bytes. */
  openedBy(sha256: string): readonly ModelEvent[] {
    const owner = this.uploads.get(sha256);
    return (this.#citing.get(sha256) ?? []).filter(({ agency }) => agency === owner);
  }

  /** When everything that was sent is in the ledger. */
  isOpen(sha256: string, person: Person): boolean {
    if (this.uploads.get(sha256) === person.agency) return true;
    return this.openedBy(sha256).some((event) => event.logIndex !== null && this.isVisible(event, person, this.epoch));
  }

  /** Whether something about the item is left that he may see. */
  isThere(item: string, person: Person): boolean {
    return this.about(item).some((event) => event.logIndex !== null && this.isVisible(event, person, this.epoch));
  }
}

export function readerGroups({ tlp, community, agencies = [] }: Handling, owner: string): readonly string[] {
  if (tlp === 'CLEAR') return ['clear'];
  if (tlp === 'GREEN') return community === undefined ? ['green'] : [`agency:${owner}`, `community:${community}`];
  return [...new Set([owner, ...agencies])].map((agency) => `agency:${agency}`);
}

function at<T>(list: readonly Since<T>[], epoch: number): T | undefined {
  return list.findLast((each) => each.epoch <= epoch)?.value;
}

function listed<T>(map: Map<string, T[]>, key: string): T[] {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made: T[] = [];
  map.set(key, made);
  return made;
}
