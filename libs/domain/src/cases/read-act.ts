/** From a sighting to the act of a case that it is. */
import { parseRef } from '../event-ref.ts';
import type { Sighting } from '../sighting.ts';
import type { Instant } from '../time.ts';
import type { CaseAct, CaseActText } from './act.ts';

/** Of a sighting that was read (`readSighting`); `undefined`: it is no act of a case. */
export function caseActOf(sighting: Sighting, captured: Instant): CaseAct | undefined {
  if (sighting.kind !== 'case-act') return undefined;
  const { id, principal, statement } = sighting;
  const { sighting: text, ...act } = sighting.extension?.['act'] as CaseActText;
  const ref = text === undefined ? undefined : parseRef(text, sighting.agency);
  return {
    ...act,
    id,
    principal,
    captured,
    ...(ref?.ok === true ? { sighting: ref.value } : {}),
    ...(statement === undefined ? {} : { statement }),
  };
}
