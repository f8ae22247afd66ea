/** For whom an alert is: whoever may see both the watch and the sighting, of the watch's agency alone, under the stricter label. */
import { HANDLING_NAMES_MAX, TLP_LABELS, type Handling } from '../handling.ts';
import { personsOf } from './watches.ts';

/** An entry as far as it says who may read it. */
export interface Handled {
  readonly agency: string;
  readonly principal: string;
  /** In effect. */
  readonly handling: Handling;
}

/**
 * The strictest of both, without other agencies; `undefined`: no person of the agency may see both. At least AMBER+STRICT: an alert tells that its
 * agency watches something. Of TLP:RED with persons named, those whom both name, and their authors, who see what they wrote. More persons than a
 * handling may name are left out from the end: they are told less, and nobody more.
 */
export function alertHandling(agency: string, watch: Omit<Handled, 'agency'>, sighting: Handled): Handling | undefined {
  const readers = [readersOf(agency, { ...watch, agency }), readersOf(agency, sighting)].filter((each) => each !== undefined);
  const label = Math.max(AT_LEAST, ...[watch, sighting].map(({ handling }) => TLP_LABELS.indexOf(handling.tlp)));
  const tlp = TLP_LABELS[label] as Handling['tlp'];
  const [first, second] = readers;
  if (first === undefined) return { tlp };
  const principals = [...(second === undefined ? first : first.filter((person) => second.includes(person)))].sort();
  return principals.length === 0 ? undefined : { tlp, principals: principals.slice(0, HANDLING_NAMES_MAX) };
}

const AT_LEAST = TLP_LABELS.indexOf('AMBER+STRICT');

/** Names of the agency's persons, each whole; undefined: everybody of it. A name without an agency is a person of any. */
function readersOf(agency: string, { agency: of, principal, handling }: Handled): readonly string[] | undefined {
  const named = personsOf(handling);
  if (named === undefined) return undefined;
  const own = named.flatMap((name) => (name.includes('/') ? (name.startsWith(`${agency}/`) ? [name] : []) : [`${agency}/${name}`]));
  return [...new Set(of === agency ? [...own, `${agency}/${principal}`] : own)];
}
