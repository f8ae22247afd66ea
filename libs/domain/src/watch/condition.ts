/**
 * A condition on sightings: what a watch waits for, and what a feed will select by. A small language without operators: of the members that it
 * has all must hold, of the values of one member one is enough. It looks at one sighting, and never at what several come to.
 */
import { isNormalised } from '../identifier.ts';
import { SCHEMES, type Scheme } from '../identifiers/scheme.ts';
import { parsePlace, RADIUS_METRES_MAX } from '../place.ts';
import { parseGrade } from '../grade.ts';
import { accept, refuse, type DomainFault, type Result } from '../result.ts';
import { MODALITIES, PLACING_KINDS, SOURCE_FAMILIES, SPEAKING_KINDS, type Kind, type Modality, type SourceFamily } from '../sighting.ts';

/** Kinds that a condition may name, and looks at where it names none: what is said of items. Acts and markings are never met. */
export const CONDITION_KINDS = [
  ...PLACING_KINDS,
  ...SPEAKING_KINDS,
  'correction',
  'retraction',
  'dispute',
  'resolution',
] as const satisfies readonly Kind[];
/** One of `CONDITION_KINDS`. */
export type ConditionKind = (typeof CONDITION_KINDS)[number];

/** Values of one member, at most: what one sighting is held against follows from it. */
export const CONDITION_VALUES_MAX = 64;
/** Longest name of a place or party. */
export const CONDITION_NAME_LENGTH_MAX = 256;

/** A firm or person: everything that is said has to be said of one and the same party. */
export interface PartyCondition {
  /** Letter case and runs of blanks are the same; nothing else is. */
  readonly name?: string;
  readonly lei?: string;
  readonly country?: string;
  readonly role?: string;
}

/** Either a code, country or name as the sighting has it, or a circle of WGS 84 degrees and metres. */
export interface PlaceCondition {
  readonly unlocode?: string;
  /** ISO 3166-1 alpha-2; a UN/LOCODE of that country is in it too. */
  readonly country?: string;
  readonly name?: string;
  readonly within?: { readonly lat: number; readonly lon: number; readonly radiusMetres: number };
}

/** At least one member. */
export interface Condition {
  /** Normalised identifiers, in any role; a ship's `mmsi` also where it was stated beside another identifier. */
  readonly items?: readonly string[];
  readonly schemes?: readonly Scheme[];
  readonly parties?: readonly PartyCondition[];
  readonly places?: readonly PlaceCondition[];
  /** A correction is also of the kind that it puts in place. */
  readonly kinds?: readonly ConditionKind[];
  readonly modalities?: readonly Modality[];
  readonly sources?: readonly SourceFamily[];
  /** Admiralty code that neither letter nor digit is worse than: `B3` takes A1 to B3. What is not graded is below every floor. */
  readonly gradeAtLeast?: string;
}

/** Members in the order in which reasons name them. */
export const CONDITION_MEMBERS = ['items', 'schemes', 'parties', 'places', 'kinds', 'modalities', 'sources', 'gradeAtLeast'] as const;
/** One of `CONDITION_MEMBERS`. */
export type ConditionMember = (typeof CONDITION_MEMBERS)[number];

/** As a document has it, after its schema: members of these types, and no others. */
export type ConditionText = { readonly [member in keyof Condition]?: Condition[member] | undefined };

/**
 * Checks what a schema cannot say. Faults, with a pointer: condition.empty (no member, or one without values; a party or place of which nothing
 * is said), condition.item (not a normalised identifier), condition.too-many, condition.place (a code that is none, or a circle beside a code),
 * grade.malformed, place.*.
 */
export function parseCondition(text: ConditionText): Result<Condition> {
  const condition = Object.fromEntries(Object.entries(text).filter(([, value]) => value !== undefined)) as Condition;
  if (Object.keys(condition).length === 0) return refuse('condition.empty', 'A condition without a member would be met by everything.');
  return (
    refusalOfLists(condition) ??
    refusalOfItems(condition) ??
    refusalOfParties(condition) ??
    refusalOfPlaces(condition) ??
    refusalOfGrade(condition) ??
    accept(condition)
  );
}

function refusalOfLists(condition: Condition): DomainFault | undefined {
  for (const member of CONDITION_MEMBERS) {
    const values = condition[member];
    if (!Array.isArray(values)) continue;
    if (values.length === 0) return refuse('condition.empty', 'A list of no values would be met by nothing: leave it out.', `/${member}`);
    if (values.length > CONDITION_VALUES_MAX)
      return refuse('condition.too-many', `At most ${CONDITION_VALUES_MAX} values of one member; this has ${values.length}.`, `/${member}`);
  }
  return undefined;
}

const KNOWN = { schemes: SCHEMES, kinds: CONDITION_KINDS, modalities: MODALITIES, sources: SOURCE_FAMILIES } as const;

function refusalOfItems(condition: Condition): DomainFault | undefined {
  const bad = condition.items?.findIndex((item) => !isNormalised(item)) ?? -1;
  if (bad >= 0) return refuse('condition.item', 'An item is scheme:value, in its normal form.', `/items/${bad}`);
  for (const member of ['schemes', 'kinds', 'modalities', 'sources'] as const) {
    const at =
      (condition[member] as readonly string[] | undefined)?.findIndex((value) => !KNOWN[member].some((known) => known === value)) ?? -1;
    if (at >= 0) return refuse('condition.word', `One of ${KNOWN[member].join(', ')}.`, `/${member}/${at}`);
  }
  return undefined;
}

function refusalOfParties({ parties = [] }: Condition): DomainFault | undefined {
  const bare = parties.findIndex(({ name, lei, country }) => (name ?? lei ?? country) === undefined);
  return bare < 0 ? undefined : refuse('condition.empty', 'A party has a name, a LEI or a country.', `/parties/${bare}`);
}

function refusalOfPlaces({ places = [] }: Condition): DomainFault | undefined {
  for (const [at, { within, ...said }] of places.entries()) {
    const count = Object.values(said).filter((value) => value !== undefined).length + (within === undefined ? 0 : 1);
    if (count === 0) return refuse('condition.empty', 'A place has a code, a country, a name or a circle.', `/places/${at}`);
    if (count > 1) return refuse('condition.place', 'Of a place one thing is said: two of them are two places.', `/places/${at}`);
    if (within !== undefined && !(within.radiusMetres > 0 && within.radiusMetres <= RADIUS_METRES_MAX))
      return refuse('place.radius', `A radius is above 0 and at most ${RADIUS_METRES_MAX} metres.`, `/places/${at}/within/radiusMetres`);
    const place = parsePlace(within ?? said);
    if (!place.ok) return { ...place, pointer: `/places/${at}${within === undefined ? '' : '/within'}${place.pointer ?? ''}` };
  }
  return undefined;
}

function refusalOfGrade({ gradeAtLeast }: Condition): DomainFault | undefined {
  if (gradeAtLeast === undefined) return undefined;
  const grade = parseGrade(gradeAtLeast);
  return grade.ok ? undefined : { ...grade, pointer: '/gradeAtLeast' };
}
