/** Conditions and reasons in words, for a person. */
import { displayIdentifier } from '../identifier.ts';
import { CONDITION_MEMBERS, type Condition, type ConditionMember, type PartyCondition, type PlaceCondition } from './condition.ts';
import type { Because } from './match.ts';

/** One line: `item container SYNU 000001 4; kind transfer or statement; grade B3 or better`. Alternatives are joined by `or`. */
export function displayCondition(condition: Condition): string {
  return CONDITION_MEMBERS.flatMap((member) => {
    const values = valuesOf(condition, member);
    return values.length === 0 ? [] : [`${LABELS[member]} ${values.join(' or ')}`];
  }).join('; ');
}

/** One reason: `item container SYNU 000001 4`; `may lie within 5,000 m of 51.95, 4.05` where that is not certain. Empty where the condition has no such value. */
export function displayBecause(condition: Condition, { member, at, certain }: Because): string {
  const value = valuesOf(condition, member)[at];
  if (value === undefined) return '';
  return certain ? `${LABELS[member]} ${value}` : `${LABELS[member]} that may lie ${value}`;
}

const LABELS: Record<ConditionMember, string> = {
  items: 'item',
  schemes: 'scheme',
  parties: 'party',
  places: 'place',
  kinds: 'kind',
  modalities: 'modality',
  sources: 'source family',
  gradeAtLeast: 'grade at least',
};

function valuesOf(condition: Condition, member: ConditionMember): readonly string[] {
  switch (member) {
    case 'items':
      return (condition.items ?? []).map(displayIdentifier);
    case 'parties':
      return (condition.parties ?? []).map(displayParty);
    case 'places':
      return (condition.places ?? []).map(displayPlaceCondition);
    case 'gradeAtLeast':
      return condition.gradeAtLeast === undefined ? [] : [condition.gradeAtLeast];
    default:
      return condition[member] ?? [];
  }
}

const displayParty = ({ name, lei, country, role }: PartyCondition): string =>
  [name, lei === undefined ? undefined : `LEI ${lei}`, country, role === undefined ? undefined : `as ${role}`]
    .filter((part) => part !== undefined)
    .join(', ');

function displayPlaceCondition({ unlocode, country, name, within }: PlaceCondition): string {
  if (within !== undefined) return `within ${within.radiusMetres} m of ${within.lat}, ${within.lon}`;
  return unlocode ?? country ?? name ?? '';
}
