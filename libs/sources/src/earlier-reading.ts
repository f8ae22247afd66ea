/**
 * What earlier versions of this program read otherwise from the same line. A ledger keeps what they made of it: that is the same line, not
 * another record. Each difference is held against the line, for anybody can put any line into a document.
 */
import { equalJson, isJsonObject, type ItemDocument, type JsonObject, type SightingDocument } from '#lib/contracts';
import { cutTime } from './case-times.ts';
import { readings } from './kept-line.ts';

/**
 * The members of the document that an earlier version read otherwise from this line; none: it is what the line becomes now.
 * `undefined`: the document is another one, whatever line it carries.
 * @param targets what the line may have been read beside
 */
export function readEarlier(document: SightingDocument, line: JsonObject, targets: readonly SightingDocument[] = []): string[] | undefined {
  const found = readings(document, line, targets).flatMap((now) => {
    const names = Object.keys({ ...document, ...now }) as (keyof SightingDocument)[];
    const differing = names.filter((name) => !equalJson(document[name], now[name]));
    return differing.every((name) => WAS[name]?.(document, now, line) === true) ? [differing] : [];
  });
  return found.find((names) => names.length === 0) ?? found[0];
}

type Was = (document: SightingDocument, now: SightingDocument, line: JsonObject) => boolean;

const WAS: Partial<Record<keyof SightingDocument, Was>> = {
  // A correction was actual, whatever its target was.
  modality: ({ kind, modality }) => kind === 'correction' && modality === undefined,
  // Decimals were microseconds, a month or year was that of UTC, and throughout stayed: the ends as written, cut to some precision.
  occurred: ({ occurred }, _, line) => {
    const written = line['occurred'];
    const whole: JsonObject = isJsonObject(written) ? written : { from: written ?? null, to: written ?? null };
    if (occurred === undefined || (occurred.extent !== undefined && occurred.extent !== whole['extent'])) return false;
    const isCut = (end: string | undefined, text: unknown): boolean =>
      end === undefined ? typeof text !== 'string' : typeof text === 'string' && end === cutTime(text, occurred.precision);
    return isCut(occurred.from, whole['from']) && isCut(occurred.to, whole['to']);
  },
  // Extension 0 of a location was one.
  items: ({ items = [] }, now) => equalJson(items.map(withoutExtension0), now.items ?? []),
  // An empty role or part of an item was free.
  extension: ({ extension }, now) =>
    equalJson(extension?.case, now.extension?.case) && equalJson(withoutItems(extension?.x), withoutItems(now.extension?.x)),
};

const withoutExtension0 = (item: ItemDocument): ItemDocument => ({ ...item, id: item.id.replace(/^(sgln:\d{13})\.0$/, '$1') });

const OF_ITEM = /^(?:items?|parent|vessel)(?:\[\d+\])?$/;
const withoutItems = (x: unknown): unknown =>
  isJsonObject(x) ? Object.fromEntries(Object.entries(x).filter(([name]) => !OF_ITEM.test(name))) : (x ?? {});
