/** What a refusal tells of what was read for it: the access log has no other word of it. */
import { formatRef, type EventRef } from '#lib/domain';
import { DomainError, type NamedInAnswer } from '#lib/runtime';

/** That there are these events. */
export const tellsOf = (refs: readonly EventRef[]): Partial<NamedInAnswer> => ({
  events: new Map(refs.map((ref) => [formatRef(ref), []])),
});

export const ambiguous = (found: readonly EventRef[]): DomainError =>
  new DomainError(
    'event.ambiguous',
    `The agencies ${found.map(({ agency }) => agency).join(', ')} each have an event of this id: add agency=.`,
    [],
    { tells: tellsOf(found) },
  );
