/** The policy in the words of the API: of other agencies only that they are there, and of communities who is in the own ones. */
import { FLAGGED_MAX, type PolicyView } from '#lib/contracts';
import {
  communitiesOf,
  formatInstant,
  groupsOfActor,
  hasAgency,
  holdsAt,
  OPERATING_AGENCY,
  shownBy,
  type Actor,
  type KeyRecord,
  type Policy,
  type PolicyState,
  type PrincipalRecord,
} from '#lib/domain';
import type { KnownKeyUses } from './key-uses.ts';

const MICROS_PER_MS = 1_000;

/**
 * @param uses of the keys of the actor's agency
 * @param nowMs since 1970: what has expired by then is shown so
 */
export function policyView(
  policy: PolicyState & Pick<Policy, 'flagged' | 'last'>,
  actor: Actor,
  uses: KnownKeyUses,
  nowMs: number,
): PolicyView {
  const { agency, principal, roles, via } = actor;
  if (via === 'anonymous') throw new Error('the route is for known callers');
  const isOwn = (record: { readonly agency: string }): boolean => record.agency === agency;
  // Who links and unlinks them has to see them; they say who somebody is elsewhere, which is nothing to his colleagues.
  const loginsOf = ({ logins }: PrincipalRecord): Pick<PolicyView['principals'][number], 'logins'> =>
    roles.includes('admin') ? { logins: logins.filter((login) => holdsAt(login)).map(({ issuer, subject }) => ({ issuer, subject })) } : {};
  return {
    actor: { agency, principal, roles: [...roles], groups: [...groupsOfActor(actor)], via, shows: shownBy(actor) },
    last: policy.last,
    agencies: [...policy.agencies.values()].map(({ agency: name, name: words }) => ({
      agency: name,
      ...(words === undefined ? {} : { name: words }),
      status: hasAgency(policy, name) ? 'active' : 'suspended',
    })),
    communities: communities(policy, actor),
    principals: [...policy.principals.values()].filter(isOwn).map((record) => ({
      agency,
      principal: record.principal,
      type: record.type,
      roles: [...(record.roles.at(-1)?.roles ?? [])],
      status: holdsAt(record) ? 'active' : 'revoked',
      ...loginsOf(record),
    })),
    signers: [...policy.submitterKeys.values()]
      .filter(isOwn)
      .map((record) => ({ agency, vkey: record.vkey, status: holdsAt(record) ? 'active' : 'revoked', added: record.from })),
    keys: [...policy.keys.values()].filter(isOwn).map((record) => keyOf(record, uses, nowMs * MICROS_PER_MS)),
    usesSince: uses.begun,
    emergencies: policy.breakGlass
      .filter((each) => isOwn(each) && holdsAt(each) && nowMs * MICROS_PER_MS < each.until)
      .map(({ from, principal: by, reason, until }) => ({ logIndex: from, principal: by, reason, until: formatInstant(until) })),
    flagged: policy.flagged
      .filter(isOwn)
      .slice(-FLAGGED_MAX)
      .reverse()
      .map(({ logIndex, act, reason }) => ({ logIndex, act: act.act, reason })),
  };
}

function communities(policy: PolicyState, { agency, communities: own }: Actor): PolicyView['communities'] {
  return [...policy.communities.values()].map(({ community, name, members }) => {
    const isShown = agency === OPERATING_AGENCY || own.includes(community);
    const there = [...members.keys()].filter((member) => communitiesOf(policy, member).includes(community));
    return { community, ...(name === undefined ? {} : { name }), ...(isShown ? { members: there.sort() } : {}) };
  });
}

function keyOf(record: KeyRecord, uses: KnownKeyUses, at: number): PolicyView['keys'][number] {
  const { agency, principal, key, scopes, expires, addresses } = record;
  return {
    agency,
    principal,
    key,
    scopes: [...scopes],
    ...(expires === undefined ? {} : { expires: formatInstant(expires) }),
    restricted: addresses !== undefined,
    ...lastUse(record, uses),
    status: !holdsAt(record) ? 'revoked' : expires !== undefined && expires <= at ? 'expired' : 'active',
  };
}

/** That a key was never used is said of one that is no older than what is noted. */
function lastUse({ key, added }: KeyRecord, { begun, lastUsed }: KnownKeyUses): Pick<PolicyView['keys'][number], 'lastUsed'> {
  const used = lastUsed.get(key);
  if (used !== undefined) return { lastUsed: used };
  return added >= Date.parse(begun) * MICROS_PER_MS ? { lastUsed: null } : {};
}
