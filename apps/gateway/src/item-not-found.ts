/** What is said of an item that is not there: at which coordinates, and that the identifier itself is doubtful where its check fails. */
import type { ItemView } from '#lib/contracts';
import { DomainError } from '#lib/runtime';
import { pointOfView, type AsOf } from './coordinates.ts';

export function itemNotFound({ display, check }: ItemView['item'], asOf: AsOf): DomainError {
  const doubt =
    check.verdict === 'invalid'
      ? ` It fails its check${check.reason === undefined ? '' : ` (${check.reason.replace(/\.$/, '')})`} and may be misread: search finds identifiers by a part.`
      : '';
  return new DomainError('item.not-found', `Nothing is known of ${display} ${pointOfView(asOf)}.${doubt}`);
}
