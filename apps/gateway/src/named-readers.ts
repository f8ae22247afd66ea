/**
 * TLP:RED that names persons is for them and its author, within the agencies that may see it at all. The reader groups of the database know
 * agencies; whom a document names is checked here, on every row that is read for somebody, before anything is said of it or counted.
 */
import type { HandlingDocument } from '#lib/contracts';
import { decodeRecord, parseStrict } from '#lib/ledger';
import type { EventRow, LedgerReads, Reader, ReaderReads } from './ledger-reads.ts';

const MARK = Buffer.from('"principals":[');

type Person = Pick<Reader, 'agency' | 'principal' | 'breaksGlass'>;

/** Whether the row is one of RED that names others: by the handling in effect where it was marked. Cost: a search for a dozen bytes; a document that has them is parsed. */
export function isHiddenFrom(person: Person, row: Pick<EventRow, 'agency' | 'principal' | 'content' | 'handling'>): boolean {
  const { handling = null } = row;
  if (handling !== null) return isKeptFrom(person, row, { handling: JSON.parse(handling) as HandlingDocument });
  if (!row.content.includes(MARK)) return false;
  return isKeptFrom(person, row, JSON.parse(row.content.toString('utf8')) as Named);
}

interface Named {
  readonly handling: HandlingDocument;
}

function isKeptFrom({ agency, principal, breaksGlass }: Person, row: Pick<EventRow, 'agency' | 'principal'>, { handling }: Named): boolean {
  const { tlp, principals = [] } = handling;
  if (tlp !== 'RED' || principals.length === 0 || breaksGlass) return false;
  if (row.agency === agency && row.principal === principal) return false;
  // A name alone is that of a person in each of the agencies; `agency/name` is one person.
  return !principals.some((name) => name === principal || name === `${agency}/${principal}`);
}

/**
 * The same of the value of a record that did not become an entry, where a publisher of its agency signed it. Its content need not
 * be canonical, nor one that can be read: where it may name persons it is then its author's alone.
 * @param value one that may name persons, as the store says
 */
export function isHiddenRecord(person: Person, value: Buffer): boolean {
  const decoded = decodeRecord(value);
  if (!decoded.ok) return false;
  const { header, content } = decoded;
  try {
    const parsed = parseStrict(content);
    if (!parsed.ok) throw new Error(parsed.fault.detail);
    return isKeptFrom(person, header, parsed.value as unknown as Named);
  } catch {
    return !person.breaksGlass && !(header.agency === person.agency && header.principal === person.principal);
  }
}

/** The same reads for one reader: what names others is as if it were not there. */
export const readsFor = (reads: LedgerReads, reader: Reader): LedgerReads => ({ ...reads, as: (who) => shownTo(reader, reads.as(who)) });

function shownTo(reader: Reader, reads: ReaderReads): ReaderReads {
  const shown = <Row extends EventRow>(rows: readonly Row[]): Row[] => rows.filter((row) => !isHiddenFrom(reader, row));
  const hiddenOf = async (items: readonly string[], groups: readonly number[], size: number): Promise<readonly string[]> =>
    (await reads.namedRows(items, groups, size)).filter((row) => isHiddenFrom(reader, row)).map(({ item }) => item);
  const itemCount: ReaderReads['itemCount'] = async (item, groups, size) => {
    const [count, hidden] = await Promise.all([reads.itemCount(item, groups, size), hiddenOf([item], groups, size)]);
    return count - hidden.length;
  };
  return {
    ...reads,
    itemCount,
    speakersAbout: async (...asked) => shown(await reads.speakersAbout(...asked)),
    byRefs: async (...asked) => shown(await reads.byRefs(...asked)),
    byId: async (...asked) => shown(await reads.byId(...asked)),
    visibleEvents: async (...asked) => shown(await reads.visibleEvents(...asked)),
    toldMarkings: async (...asked) => shown(await reads.toldMarkings(...asked)),
    async caseActs(...asked) {
      const found = await reads.caseActs(...asked);
      return { ...found, acts: shown(found.acts) };
    },
    // Of these the statements leave out what names others by themselves: a page ends where they ended it. To read on behind what is hidden would take the
    // longer, the more there is of it.
    timelinePage: async (...asked) => shown(await reads.timelinePage(...asked)),
    timelineEnd: async (...asked) => shown(await reads.timelineEnd(...asked)),
    claimsAbout: async (...asked) => shown(await reads.claimsAbout(...asked)),
    eventsFrom: async (...asked) => shown(await reads.eventsFrom(...asked)),
    // Those of auditPage (and visibleEvents those of streamPage), the same.
    auditEvents: async (...asked) => shown(await reads.auditEvents(...asked)),
    async shownItems(items, groups) {
      const [there, size] = await Promise.all([reads.shownItems(items, groups), reads.logSize()]);
      const gone = await goneOf(new Set(await hiddenOf([...there], groups, size)), groups, size, itemCount);
      return new Set([...there].filter((item) => !gone.has(item)));
    },
    async itemsByKeys(alternatives, groups) {
      const found = await reads.itemsByKeys(alternatives, groups);
      const touched = new Set(await hiddenOf([...new Set(found.hits.map(({ item }) => item))], groups, found.logSize));
      const gone = await goneOf(touched, groups, found.logSize, itemCount);
      const hits = found.hits.filter(({ item }) => !gone.has(item));
      // Who stated an alias the rows of search do not say: it has to be somebody whom he may read.
      const asked = hits.filter(({ item, alias }) => alias !== '' && touched.has(item));
      const stated = new Set(await reads.statedAliases(asked, groups, reader));
      return { ...found, hits: hits.filter((hit) => hit.alias === '' || !touched.has(hit.item) || stated.has(hit)) };
    },
  };
}

/** Of items that something hidden concerns those that nothing else does. */
async function goneOf(
  touched: ReadonlySet<string>,
  groups: readonly number[],
  size: number,
  itemCount: ReaderReads['itemCount'],
): Promise<ReadonlySet<string>> {
  const gone = new Set<string>();
  for (const item of touched) if ((await itemCount(item, groups, size)) === 0) gone.add(item);
  return gone;
}
