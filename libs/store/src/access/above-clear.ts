/** What of a stored event an access log says when it is read, told from its bytes without reading all of them where that can be. */
import type { EventRow } from '../sql/event-row.ts';

/** An event that is not for everybody. */
export interface AboveClear {
  readonly agency: string;
  readonly id: string;
  /** TLP label. */
  readonly tlp: string;
  /** Identifiers of what it concerns; parsed when asked. */
  readonly items: () => readonly string[];
}

interface Handling {
  readonly tlp: string;
}

interface Document {
  readonly handling: Handling;
  readonly items?: readonly { readonly id: string }[];
}

const LABEL = Buffer.from('"tlp":"');
/** Longer than any label. */
const LABEL_BYTES_MAX = 16;

/** `null`: everybody may read it. By the handling in effect, where its agency marked it. */
export function aboveClear({
  agency,
  id,
  content,
  handling = null,
}: Pick<EventRow, 'agency' | 'id' | 'content' | 'handling'>): AboveClear | null {
  const marked = handling === null ? null : (JSON.parse(handling) as Handling);
  const tlp = marked?.tlp ?? tlpOf(content);
  if (tlp === 'CLEAR') return null;
  const items = (): readonly string[] => (documentOf(content).items ?? []).map((item) => item.id);
  return { agency, id, tlp, items };
}

/**
 * TLP label of a document that capture accepted. Its bytes are canonical: a quote within a text is escaped, so that the mark stands where a
 * member is called so and nowhere else, and a document that has it once has it in its handling. Cost: 1 µs; another is parsed.
 */
export function tlpOf(content: Buffer): string {
  const at = content.indexOf(LABEL);
  if (at < 0 || content.includes(LABEL, at + 1)) return documentOf(content).handling.tlp;
  const from = at + LABEL.length;
  const label = content.toString('latin1', from, from + LABEL_BYTES_MAX);
  return label.slice(0, label.indexOf('"'));
}

const documentOf = (content: Buffer): Document => JSON.parse(content.toString('utf8')) as Document;
