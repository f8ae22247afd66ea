/** What else an item is, as answers tell it. */
import { labelOf, trustIn } from '#lib/analysis';
import { IDENTITY_TOLD_MAX, type IdentityView } from '#lib/contracts';
import { displayIdentifier, type Name } from '#lib/domain';
import type { KnownIdentity } from './identity.ts';
import { refOf, timeOf } from './journey-beside.ts';

/** Undefined: nobody claims anything, and nothing is told. */
export function identityView({ names, unjoined, isPartial }: KnownIdentity): IdentityView | undefined {
  if (names.length === 0 && unjoined.length === 0 && !isPartial) return undefined;
  return {
    names: names.slice(0, IDENTITY_TOLD_MAX).map(nameView),
    moreNames: Math.max(0, names.length - IDENTITY_TOLD_MAX),
    unjoined: unjoined.slice(0, IDENTITY_TOLD_MAX).map(({ claim, items, span, why, against }) => ({
      claim: refOf(claim),
      items: items.map((id) => ({ id, display: displayIdentifier(id) })),
      since: timeOf(span.starts),
      until: timeOf(span.ends),
      why,
      against: against.map(refOf),
      ...(claim.sighting.grade === undefined ? {} : { grade: claim.sighting.grade }),
      tlp: labelOf([claim, ...against]),
    })),
    moreUnjoined: Math.max(0, unjoined.length - IDENTITY_TOLD_MAX),
    isPartial,
  };
}

function nameView({ id, span, chain }: Name): IdentityView['names'][number] {
  const { grade, handling } = trustIn(chain);
  return {
    id,
    display: displayIdentifier(id),
    scheme: id.slice(0, id.indexOf(':')),
    since: timeOf(span.starts),
    until: timeOf(span.ends),
    claims: chain.map(refOf),
    ...(grade === undefined ? {} : { grade }),
    tlp: handling,
  };
}
