/**
 * The same reads, each of which notes what of it is above TLP:CLEAR: for the access log. Behind every filter, so that what is hidden from the
 * reader is not noted either, and below every controller, so that none of them can forget it.
 */
import type { ReadNotes } from '#lib/runtime';
import { aboveClear, ReaderContext } from '#lib/store';
import type { EventRow, LedgerReads, Reader, ReaderReads, SearchHit } from './ledger-reads.ts';

/** Of what nobody else is told anyway, and whose handling is not at hand. */
const noteOwn = (notes: ReadNotes, { agency, id }: { readonly agency: string; readonly id: string }): void =>
  notes.event({ agency, id, tlp: null, items: () => [] });

export function notedReads(reads: LedgerReads, reader: Reader, notes: ReadNotes): LedgerReads {
  // Whoever is in the group `clear` alone reads nothing above it.
  if (reader.groupNames.length === 1 && reader.groupNames[0] === 'clear') return reads;
  notes.isEmergency = reader.breaksGlass;
  return { ...reads, as: (who) => notedFor(reads, reads.as(who), notes) };
}

function notedFor(all: Pick<LedgerReads, 'as' | 'groupNumbers'>, reads: ReaderReads, notes: ReadNotes): ReaderReads {
  const noted = <Row extends EventRow>(rows: readonly Row[]): Row[] => {
    for (const row of rows) notes.event(aboveClear(row));
    return [...rows];
  };
  // Of pages the answer says the items: to hold their documents for it until it leaves would be to hold all that it looked at.
  const paged = <Row extends EventRow>(rows: readonly Row[]): Row[] => {
    for (const row of rows) {
      const event = aboveClear(row);
      notes.event(event === null ? null : { ...event, items: none });
    }
    return [...rows];
  };
  return {
    ...reads,
    ...notedItems(all, reads, notes),
    judgedLists: {
      known(logIndex) {
        const list = reads.judgedLists.known(logIndex);
        notes.event(list?.above ?? null);
        return list;
      },
      take: (row) => reads.judgedLists.take(row),
    },
    timelinePage: async (of) => paged(await reads.timelinePage(of)),
    timelineEnd: async (of) => paged(await reads.timelineEnd(of)),
    claimsAbout: async (...asked) => paged(await reads.claimsAbout(...asked)),
    eventsFrom: async (...asked) => paged(await reads.eventsFrom(...asked)),
    speakersAbout: async (...asked) => paged(await reads.speakersAbout(...asked)),
    byRefs: async (...asked) => paged(await reads.byRefs(...asked)),
    byId: async (...asked) => noted(await reads.byId(...asked)),
    visibleEvents: async (...asked) => noted(await reads.visibleEvents(...asked)),
    toldMarkings: async (...asked) => paged(await reads.toldMarkings(...asked)),
    async caseActs(...asked) {
      const found = await reads.caseActs(...asked);
      return { ...found, acts: paged(found.acts) };
    },
    auditEvents: async (...asked) => paged(await reads.auditEvents(...asked)),
    async submittedEvent(agency, id) {
      const row = await reads.submittedEvent(agency, id);
      if (row !== null) notes.event(aboveClear(row));
      return row;
    },
    async refusedBytes(agency, id, contentHash) {
      const found = await reads.refusedBytes(agency, id, contentHash);
      if (found !== null) noteOwn(notes, { agency, id });
      return found;
    },
    async conflicts(...asked) {
      const found = await reads.conflicts(...asked);
      for (const conflict of found) noteOwn(notes, conflict);
      return found;
    },
    async eventConflicts(who, id, limit) {
      const found = await reads.eventConflicts(who, id, limit);
      if (found.length > 0 && !notes.events.has(`${who.agency}/${id}`)) noteOwn(notes, { agency: who.agency, id });
      return found;
    },
    async batchesOf(...asked) {
      const found = await reads.batchesOf(...asked);
      // The import that names them is its agency's.
      if (found.size > 0) notes.isOther = true;
      return found;
    },
  };
}

/** Items that are told of without their events. */
function notedItems(
  all: Pick<LedgerReads, 'as' | 'groupNumbers'>,
  reads: Pick<ReaderReads, 'itemCount' | 'itemsByKeys'>,
  notes: ReadNotes,
): Pick<ReaderReads, 'itemCount' | 'itemsByKeys'> {
  // As nobody in particular, and not as this reader by that group alone: a row of it that a marking closed he may still see.
  const everybody = async (): Promise<{ readonly clear: readonly number[]; readonly open: ReaderReads }> => {
    const clear = await all.groupNumbers(['clear']);
    return { clear, open: all.as({ context: new ReaderContext(null, clear) }) };
  };
  return {
    /** A number that is another than everybody's says that something else is there. */
    async itemCount(item, groups, size) {
      const count = await reads.itemCount(item, groups, size);
      if (count === 0) return count;
      const { clear, open } = await everybody();
      if (count !== (await open.itemCount(item, clear, size))) notes.items.add(item);
      return count;
    },
    async itemsByKeys(alternatives, groups) {
      const found = await reads.itemsByKeys(alternatives, groups);
      const { clear, open } = await everybody();
      // Rows of search stay when what they are of is marked: what everybody finds says what is still his.
      const theirs = found.hits.some((hit) => isClear(hit, clear)) ? (await open.itemsByKeys(alternatives, clear)).hits : [];
      const known = new Set(theirs.map(nameOf));
      for (const hit of found.hits) if (!known.has(nameOf(hit))) notes.items.add(hit.item);
      return found;
    },
  };
}

const none = (): readonly string[] => [];
const isClear = ({ grps }: SearchHit, clear: readonly number[]): boolean => clear.some((group) => grps.includes(group));
const nameOf = ({ item, alias }: SearchHit): string => `${item}\0${alias}`;
