/**
 * What a marking may say to those who lose its target: which entry of the log that is, and so much of the event that whose it is can be seen. It
 * stands in the marking's document, as `extension.withholds`, under the marking's own commitment: nobody but its author says it.
 *
 *   {"commitment": hex, "index", "opening": {...}}     of the target; the opening opens the slots that every opening opens, and no other
 */
import { readerGroups, type Handling } from '#lib/domain';
import type { JsonObject, JsonValue } from './json-value.ts';

/** The member of `extension`. */
export const WITHHOLDS = 'withholds';

/** See the top of this file. */
export interface Withholding {
  /** Of the target in the log. */
  readonly index: bigint;
  /** 64 lower-case hex digits. */
  readonly commitment: string;
  /** Of the target's field tree (opening.ts). Nothing in it was checked. */
  readonly opening: JsonValue;
}

/** As a member of `extension`. Throws RangeError for an index from 2^53 on: JSON has no exact number for it. */
export function withholdingJson({ index, commitment, opening }: Withholding): JsonObject {
  const number = Number(index);
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError('an index of the log is a number from 0 to 2^53 - 1');
  return { commitment, index: number, opening };
}

const COMMITMENT = /^[0-9a-f]{64}$/;
const MEMBERS = ['commitment', 'index', 'opening'];

/** What a document says so; null: nothing, or nothing of this form. */
export function withholdingOf(document: JsonObject): Withholding | null {
  const { extension } = document;
  const said = isObject(extension) ? extension[WITHHOLDS] : undefined;
  if (!isObject(said) || Object.keys(said).sort().join() !== MEMBERS.join()) return null;
  const { commitment, index, opening } = said;
  if (typeof commitment !== 'string' || !COMMITMENT.test(commitment)) return null;
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0 || !isObject(opening)) return null;
  return { commitment, index: BigInt(index), opening };
}

/** Who asks: reader groups, and the person where he says so. */
export interface AskedBy {
  readonly groups: readonly string[];
  readonly reader?: { readonly agency: string; readonly principal: string } | undefined;
}

/**
 * Whether whoever asks is none of those whom a handling leaves an event to: he names no reader group that it is for, or it is for persons of whom
 * he is none. Who does not say which person he is may be any.
 * @param of its agency, and who submitted it
 */
export function isClosedTo(
  handling: Handling,
  of: { readonly agency: string; readonly principal: string },
  { groups, reader }: AskedBy,
): boolean {
  if (!isFor(handling, of.agency, groups)) return true;
  const persons = personsOf(handling);
  if (persons.length === 0 || reader === undefined) return false;
  // Its author sees it, whoever is named.
  if (reader.agency === of.agency && reader.principal === of.principal) return false;
  return !persons.some((name) => name === reader.principal || name === `${reader.agency}/${reader.principal}`);
}

/** Whom TLP:RED names; none: it is for all of its agencies. */
export const personsOf = ({ tlp, principals = [] }: Handling): readonly string[] => (tlp === 'RED' ? principals : []);

/** What is for everybody, or for every agency, is for whoever names another group than those. */
function isFor(handling: Handling, owner: string, groups: readonly string[]): boolean {
  const open = readerGroups(handling, owner);
  if (open.includes('clear')) return true;
  if (open.includes('green')) return groups.some((group) => group !== 'clear');
  return open.some((group) => groups.includes(group));
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
