/** References to events: (agency, id) is the identity of an event, for ever. */
import { accept, refuse, type Result } from './result.ts';

/** (agency, id): the identity of an event, for ever. */
export interface EventRef {
  readonly agency: string;
  readonly id: string;
}

/** Lower case only, so that two agencies never differ by case; 64 characters fit every name of a topic, a role and a path. */
export const AGENCY_PATTERN = /^[a-z0-9][a-z0-9-]{0,63}$/;
/** No slash, so that `agency/id` reads one way; nothing that a path, a header or a log line has to escape. */
export const EVENT_ID_PATTERN = /^[A-Za-z0-9._:-]{1,128}$/;

/**
 * `id` (an event of `ownAgency`) or `agency/id`. Neither part can hold a slash, so the text reads one way only.
 * Faults: ref.malformed.
 */
export function parseRef(text: string, ownAgency: string): Result<EventRef> {
  const slash = text.indexOf('/');
  const agency = slash < 0 ? ownAgency : text.slice(0, slash);
  const id = text.slice(slash + 1);
  if (!AGENCY_PATTERN.test(agency)) return refuse('ref.malformed', `"${text.slice(0, 200)}": an agency is 1-64 of a-z, 0-9 and hyphen.`);
  if (!EVENT_ID_PATTERN.test(id))
    return refuse('ref.malformed', `"${text.slice(0, 200)}": an event id is 1-128 of A-Z, a-z, 0-9, ".", "_", ":" and "-".`);
  return accept({ agency, id });
}

/** `agency/id`: the inverse of `parseRef` for any own agency, and a key for maps. */
export const formatRef = (ref: EventRef): string => `${ref.agency}/${ref.id}`;

/**
 * By agency, then id, in code point order. Both are ASCII, where comparing UTF-16 units is the same; a database compares them
 * alike by the collation "C".
 */
export function compareRef(a: EventRef, b: EventRef): number {
  if (a.agency !== b.agency) return a.agency < b.agency ? -1 : 1;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}
