/**
 * What a reader who lost an event is shown of the marking that took it from him, where its agency says so to him: in the proof of an item, whose list
 * has a leaf for both, and nowhere else. Of the event itself nothing is read.
 */
import type { SightingDocument } from '#lib/contracts';
import { formatRef, parseHandling, parseRef, readerGroups, type Handling, type HandlingText } from '#lib/domain';
import { checkOpening, isClosedTo, type JsonObject, type OpeningChoice, withholdingOf } from '#lib/ledger';
import type { EventRow, Reader } from './ledger-reads.ts';
import { isHiddenFrom } from './named-readers.ts';

/** Slots in which it says what it withholds, and to whom it hands that; of its items the one whose proof this is. */
const SLOTS_TOLD = ['relations', 'extension'] as const;

/** How much of a marking is opened in the proof of an item. */
export function openedIn(item: string, { content }: Pick<EventRow, 'content'>): OpeningChoice {
  const { items = [] } = documentOf(content);
  return { slots: [...SLOTS_TOLD], elements: { items: items.flatMap(({ id }, n) => (id === item ? [n] : [])) } };
}

/**
 * Of markings (ReaderReads.toldMarkings) those that are told to this reader: they are for him by their own handling, and he sees their target, or one
 * of it takes it from him by what it says. What is not of the form is told to nobody.
 * @param isShown whether the entry at this log index is shown to him
 */
export function toldTo(reader: Reader, rows: readonly EventRow[], isShown: (logIndex: number) => boolean): EventRow[] {
  const all = rows.flatMap((row) => toldBy(reader, row) ?? []);
  const told = new Set(all.flatMap(({ target, logIndex, isClosed }) => (isClosed || isShown(logIndex) ? [target] : [])));
  return all.flatMap(({ row, target }) => (told.has(target) ? [row] : []));
}

interface Told {
  readonly row: EventRow;
  /** Whose it is and its id, and where it stands in the log. */
  readonly target: string;
  readonly logIndex: number;
  /** By what it says he does not see its target. */
  readonly isClosed: boolean;
}

function toldBy(reader: Reader, row: EventRow): Told | null {
  const document = documentOf(row.content);
  const [own, said] = [handlingOf(document.handling), handlingOf(document.relations?.handling)];
  const withholding = withholdingOf(document as unknown as JsonObject);
  const target = parseRef(document.relations?.target ?? '', row.agency);
  if (own === null || said === null || withholding === null || !target.ok) return null;
  const isFor = readerGroups(own, row.agency).some((group) => reader.groupNames.includes(group));
  if (!isFor || isHiddenFrom(reader, row)) return null;
  const opened = checkOpening(withholding.opening, withholding.commitment);
  if (!opened.ok) return null;
  const { envelope } = opened.value;
  const isAbout = envelope.agency === row.agency && envelope.id === target.value.id && target.value.agency === row.agency;
  const logIndex = Number(withholding.index);
  return isAbout
    ? { row, target: formatRef(envelope), logIndex, isClosed: isClosedTo(said, envelope, { groups: reader.groupNames, reader }) }
    : null;
}

const documentOf = (content: Buffer): SightingDocument => JSON.parse(content.toString('utf8')) as SightingDocument;

function handlingOf(said: SightingDocument['handling'] | undefined): Handling | null {
  const parsed = said === undefined ? null : parseHandling(said as HandlingText);
  return parsed?.ok === true ? parsed.value : null;
}
