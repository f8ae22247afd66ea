/**
 * What an answer names, taken from its body: the record of the read has to name just that. Of its own: none of the product's code that does the
 * same is used here. What a document says of others (its references), and what an audit tells of other people's reads, names nothing.
 */

export interface Named {
  /** By `agency/id`, with the items that the answer says of each. */
  readonly events: Map<string, Set<string>>;
  /** Items that stand for themselves: the one that the answer is about, or what a search found. */
  readonly items: Set<string>;
  /** The item that a timeline, a difference or a summary is about: read where anything of it was. */
  about: string | null;
  readonly evidence: Set<string>;
  /** Events that count as read whatever their label: other bytes under their id. */
  readonly forced: Set<string>;
  /** How many events an item has, as its summary says. */
  count: number | null;
  /** Something of an agency without a name of its own. */
  other: boolean;
  /** Log size that the answer was made at; null: it does not say. */
  size: number | null;
  /** Largest number of a record of the access log in it. */
  lastRead: number;
}

export const nothingNamed = (): Named => ({
  events: new Map(),
  items: new Set(),
  about: null,
  evidence: new Set(),
  forced: new Set(),
  count: null,
  other: false,
  size: null,
  lastRead: 0,
});

type Json = Readonly<Record<string, unknown>>;

/** @param sha256 of the evidence that was asked for */
export function namedIn(operation: string, body: unknown, sha256 = ''): Named {
  const named = nothingNamed();
  const answer = (body ?? {}) as Json;
  named.size = (answer as { coordinates?: { asOf?: { logSize?: number } } }).coordinates?.asOf?.logSize ?? null;
  BY_OPERATION[operation]?.(answer, named, sha256);
  return named;
}

type Take = (answer: Json, named: Named, sha256: string) => void;

const whole = (answer: Json, named: Named): void => {
  look(answer, named);
  const { item } = answer as { item?: { id?: string } };
  named.about = item?.id ?? null;
};
/** What is an agency's own without being an event. */
const agencyOwn: Take = (_answer, named) => void (named.other = true);
const file: Take = (_answer, named, sha256) => void named.evidence.add(sha256);

const BY_OPERATION: Readonly<Record<string, Take>> = {
  listEvents: whole,
  streamEvents: whole,
  listQuestions: whole,
  getTimeline: whole,
  diffItem: whole,
  getEvent(answer, named) {
    whole(answer, named);
    const { event, conflicts } = answer as { event: { agency: string; id: string }; conflicts?: unknown[] };
    if (conflicts !== undefined) named.forced.add(`${event.agency}/${event.id}`);
  },
  getItem(answer, named) {
    whole(answer, named);
    named.count = Number(answer['events']);
  },
  searchSightings: whole,
  findPatterns: whole,
  search(answer, named) {
    for (const { id } of answer['results'] as readonly { id: string }[]) named.items.add(id);
  },
  listAudit(answer, named) {
    look(answer['rows'], named);
    const reads = answer['reads'] as readonly { n: number }[];
    named.other = reads.length > 0;
    named.lastRead = Math.max(0, ...reads.map(({ n }) => n));
  },
  getPolicy: agencyOwn,
  listSessions: agencyOwn,
  proveRead: agencyOwn,
  // Nothing here makes a dead letter: one that is listed has no name that the oracle would know.
  listDeadLetters: () => undefined,
  listConflicts(answer, named) {
    look(answer, named);
    for (const ref of named.events.keys()) named.forced.add(ref);
  },
  getReceipt: receipt,
  proveEvent: proof,
  proveItem: proof,
  listEvidence(answer, named) {
    for (const { sha256 } of answer['evidence'] as readonly { sha256: string }[]) named.evidence.add(sha256);
  },
  getEvidence: file,
  headEvidence: file,
  viewEvidence: file,
  getCustody(answer, named, sha256) {
    look(answer, named);
    if (answer['held'] === true) named.evidence.add(sha256);
  },
};

/** Whatever has an agency and an id is an event, but for one that is said to be absent or only waited for. */
function look(value: unknown, named: Named): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) return void value.forEach((each) => look(each, named));
  const { agency, id, standing } = value as Json;
  if (typeof agency === 'string' && typeof id === 'string' && standing !== 'absent') said(named, `${agency}/${id}`, itemsOf(value as Json));
  for (const [name, member] of Object.entries(value)) if (name !== 'document' && name !== 'target') look(member, named);
}

function said(named: Named, ref: string, items: readonly string[]): void {
  const known = named.events.get(ref) ?? new Set();
  for (const item of items) known.add(item);
  named.events.set(ref, known);
}

const itemsOf = ({ document, items }: Json): readonly string[] =>
  document !== undefined ? inDocument(document) : Array.isArray(items) ? items.filter((item) => typeof item === 'string') : [];

const inDocument = (document: unknown): readonly string[] =>
  ((document as { items?: readonly { id: string }[] }).items ?? []).map(({ id }) => id);

/** The promise names the event; once it is sealed, its places name the items. */
function receipt(answer: Json, named: Named): void {
  const { agency, id, sealed } = answer as { agency: string; id: string; sealed: string | null };
  const places = sealed === null ? [] : (JSON.parse(sealed) as { places: readonly { item: string }[] }).places;
  said(
    named,
    `${agency}/${id}`,
    places.map(({ item }) => item),
  );
}

interface Envelope {
  readonly agency: string;
  readonly id: string;
}

/** The whole event, or some slots of it by their numbers. */
type Shown =
  | { readonly envelope: Envelope; readonly content: string }
  | {
      readonly opening: {
        readonly slots: readonly { slot: number; value?: unknown; elements?: { opened: readonly { value?: unknown }[] } }[];
      };
    };
const [ENVELOPE, ITEMS] = [0, 5];

function shownIn(shown: Shown, named: Named): void {
  if ('content' in shown) return said(named, `${shown.envelope.agency}/${shown.envelope.id}`, inDocument(JSON.parse(shown.content)));
  const { slots } = shown.opening;
  const { agency, id } = slots.find(({ slot }) => slot === ENVELOPE)?.value as Envelope;
  const items = (slots.find(({ slot }) => slot === ITEMS)?.elements?.opened ?? []).flatMap(
    ({ value }) => (value as { id: string } | undefined)?.id ?? [],
  );
  said(named, `${agency}/${id}`, items);
}

function proof(answer: Json, named: Named): void {
  const { events, item } = answer as {
    events: readonly { shown: Shown }[];
    item: { item: string; groups: readonly { group: string }[] } | null;
  };
  for (const { shown } of events) shownIn(shown, named);
  // How long the list of the reader's agency is, and that it is empty, is told to nobody else.
  if (item?.groups.some(({ group }) => group !== 'clear') === true) named.items.add(item.item);
}
