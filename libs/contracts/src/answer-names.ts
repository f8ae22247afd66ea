/**
 * What an answer names: events by agency and id wherever they stand in it, with the items that it says of each, and items by their identifier.
 * By the forms that views have and not by their names, so that a member that is added is looked at like the others. Pure.
 */
export interface AnswerNames {
  /** By `agency/id`. */
  readonly events: ReadonlyMap<string, readonly string[]>;
  readonly items: ReadonlySet<string>;
  /** The item that it is about. */
  readonly about?: string;
  /** It says how many others there are, or that there are more. */
  readonly tellsOfMore: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** Cost: some 20 ns a member. */
export function answerNames(answer: object): AnswerNames {
  const events = new Map<string, readonly string[]>();
  const items = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const each of value) look(each);
      return;
    }
    const { agency, id, scheme } = value as Json;
    if (typeof id === 'string') {
      if (typeof agency === 'string') {
        const ref = `${agency}/${id}`;
        const said = itemsOf(value as Json);
        if (said.length > 0 || !events.has(ref)) events.set(ref, said);
      } else if (typeof scheme === 'string') items.add(id);
    }
    for (const [name, member] of Object.entries(value)) if (name !== 'document') look(member);
  };
  look(answer);
  const { item, next = null, withoutReported = 0 } = answer as { item?: { id?: unknown }; next?: unknown; withoutReported?: unknown };
  return {
    events,
    items,
    ...(typeof item?.id === 'string' ? { about: item.id } : {}),
    tellsOfMore: next !== null || withoutReported !== 0,
  };
}

/** Of the document as submitted, or as an audit lists it. */
function itemsOf({ document, items }: Json): readonly string[] {
  if (typeof document === 'object' && document !== null) {
    const named = (document as { items?: readonly { readonly id: string }[] }).items ?? [];
    return named.map(({ id }) => id);
  }
  return Array.isArray(items) ? items.filter((id): id is string => typeof id === 'string') : [];
}
