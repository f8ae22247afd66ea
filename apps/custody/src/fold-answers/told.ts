/** A short way to tell a history: an actual GREEN subject somewhere on one day, unless it is said otherwise. */
import type { SightingDocument } from '#lib/contracts';

/** One event of a history: a document, and who submitted it. */
export interface Told {
  readonly agency: string;
  readonly id: string;
  readonly document: SightingDocument;
}

type Members = { readonly [name in keyof SightingDocument]?: SightingDocument[name] | undefined };
type Handling = NonNullable<SightingDocument['handling']>;

/** Members of a document that are not as in all others (`undefined`: left out), and its relations. A reference is `id` or `agency/id` within the history. */
export interface Given extends Omit<Members, 'id' | 'relations'> {
  readonly id: string;
  readonly agency?: string;
  readonly target?: string;
  readonly resolves?: readonly string[];
  readonly upholds?: readonly string[];
  readonly contradicts?: readonly string[];
  readonly marks?: Handling;
}

export const EARLY = { at: '2019-01-01T00:00:00Z' };
export const LATE = { at: '2019-01-02T00:00:00Z' };
/** When all of it was taken in. */
export const CAPTURED = '2026-11-25T00:00:00Z';

export const on = (day: string) => ({ from: day, to: day, precision: 'day' as const });
export const item = (id: string, role: 'subject' | 'container' | 'conveyance' | 'background' = 'subject') => ({ id, role });

/** A sighting, and words about it or beside it, of one thing of the history's own name. */
export function history(name: string, seen: Omit<Given, 'id'>, ...words: readonly Given[]): readonly Told[] {
  return [{ ...seen, id: 'seen' }, ...words].map((given) => told(name, given));
}

function told(name: string, { id, agency = 'alpha', target, resolves, upholds, contradicts, marks, ...members }: Given): Told {
  const ref = (text: string): string => (text.includes('/') ? text.replace('/', `/${name}-`) : `${name}-${text}`);
  const relations = {
    ...(target === undefined ? {} : { target: ref(target) }),
    ...(resolves === undefined ? {} : { resolves: resolves.map(ref) }),
    ...(upholds === undefined ? {} : { upholds: upholds.map(ref) }),
    ...(contradicts === undefined ? {} : { contradicts: contradicts.map(ref) }),
    ...(marks === undefined ? {} : { handling: marks }),
  };
  const all = {
    id: `${name}-${id}`,
    kind: 'observation',
    handling: { tlp: 'GREEN' },
    occurred: on('2018-06-14'),
    place: { name: 'Busan' },
    source: { kind: 'test' },
    items: [item(`serial:demo:${name.toUpperCase()}`)],
    ...members,
    ...(Object.keys(relations).length === 0 ? {} : { relations }),
  };
  const document = Object.fromEntries(Object.entries(all).filter(([, member]) => member !== undefined));
  return { agency, id: document['id'] as string, document: document as unknown as SightingDocument };
}
