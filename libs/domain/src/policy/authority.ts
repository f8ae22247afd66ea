/**
 * Why an act of policy has no effect at its position. An admin of an agency decides about its own principals and keys; an admin of the
 * operating agency about agencies and communities, and about the first principals of an agency: as long as it has no admin who could act.
 */
import type { ActorRole } from '../actor.ts';
import type { Instant } from '../time.ts';
import type { Login, PlacedAct, PolicyAct, PolicyActName } from './acts.ts';
import {
  BREAKS_GLASS,
  hasAgency,
  hasLogin,
  holdsAt,
  OPERATING_AGENCY,
  principalAt,
  ROOT_PRINCIPAL,
  rolesAt,
  type PolicyState,
  type Spell,
} from './state.ts';

/** In the order in which they are looked for: who it was, whether it was his to say, whether it could be said there. */
export const POLICY_REASONS = [
  'author-suspended',
  'author-absent',
  'not-admin',
  'not-the-operating-agency',
  'not-the-own-agency',
  'root',
  'absent',
  'exists',
  'beyond-roles',
  'unfit-key',
  'until',
] as const;
/** One of `POLICY_REASONS`. */
export type PolicyReason = (typeof POLICY_REASONS)[number];

/** What an act is judged by beside the state. */
export interface Judgement {
  /** Whether this may be an agency's verifier key: cryptography is no part of this lib. */
  readonly acceptsVkey: (vkey: string) => boolean;
  /** Reasons that count: all, but where a test shows that each one is needed. */
  readonly reasons: ReadonlySet<PolicyReason>;
}

/** An emergency that lasts longer is not one: open it again, with another reason. In microseconds. */
export const BREAK_GLASS_MICROS_MAX = 24 * 60 * 60 * 1_000_000;

const OF_THE_OPERATING_AGENCY: ReadonlySet<PolicyActName> = new Set([
  'agency.add',
  'agency.suspend',
  'community.add',
  'community.join',
  'community.leave',
]);
/** By which an agency comes to its first admin. */
const FIRST_STEPS: ReadonlySet<PolicyActName> = new Set(['principal.add', 'key.add']);

type Check = (state: PolicyState, placed: PlacedAct, judgement: Judgement) => boolean;

const CHECKS: Record<PolicyReason, Check> = {
  'author-suspended': (state, { agency }) => state.agencies.has(agency) && !hasAgency(state, agency),
  'author-absent': (state, { agency, principal }) => !has(state.principals.get(`${agency}/${principal}`)),
  'not-admin': (state, { agency, principal, act }) =>
    !rolesOf(state, agency, principal).some((role) => needed(act, agency, principal).includes(role)),
  'not-the-operating-agency': (_state, { agency, act }) => OF_THE_OPERATING_AGENCY.has(act.act) && agency !== OPERATING_AGENCY,
  'not-the-own-agency': (state, { agency, act, captured }) => {
    if (OF_THE_OPERATING_AGENCY.has(act.act) || !('agency' in act) || act.agency === agency) return false;
    return !(agency === OPERATING_AGENCY && FIRST_STEPS.has(act.act) && !hasAbleAdmin(state, act.agency, captured));
  },
  root: (_state, { act }) => isAboutRoot(act),
  absent: (state, { act }) => isAbsent(state, act),
  exists: (state, { act }) => isThere(state, act),
  'beyond-roles': (state, { act }) => {
    if (act.act !== 'key.add') return false;
    const roles = rolesOf(state, act.agency, act.principal);
    return act.scopes.some((scope) => !roles.includes(scope));
  },
  'unfit-key': (_state, { act }, { acceptsVkey }) => act.act === 'submitter-key.add' && !acceptsVkey(act.vkey),
  until: (_state, { act, captured }) => {
    if (act.act === 'break-glass.open') return act.until <= captured || act.until > captured + BREAK_GLASS_MICROS_MAX;
    return act.act === 'key.add' && act.expires !== undefined && act.expires <= captured;
  },
};

/** The first reason that holds; undefined: the act has effect. Pure. */
export function reasonAgainst(state: PolicyState, placed: PlacedAct, judgement: Judgement): PolicyReason | undefined {
  return POLICY_REASONS.find((reason) => judgement.reasons.has(reason) && CHECKS[reason](state, placed, judgement));
}

const has = (spell: Spell | undefined): boolean => spell !== undefined && holdsAt(spell);

const rolesOf = (state: PolicyState, agency: string, principal: string): readonly ActorRole[] => rolesAt(state, agency, principal);

/** Roles of which the author needs one. Whoever opened a break-glass access may close it whatever became of his roles. */
function needed(act: PolicyAct, agency: string, principal: string): readonly ActorRole[] {
  if (act.act === 'break-glass.open') return BREAKS_GLASS;
  const own = act.act === 'break-glass.close' && act.agency === agency && act.principal === principal;
  return own ? ['contributor', 'investigator', 'auditor', 'partner', 'operator', 'admin'] : ['admin'];
}

/** An admin who can show who he is: with a key that has the scope and is not ended by then, or with an account elsewhere. */
function hasAbleAdmin(state: PolicyState, agency: string, at: Instant): boolean {
  const isAdmin = (principal: string): boolean => rolesAt(state, agency, principal).includes('admin');
  for (const record of state.principals.values())
    if (record.agency === agency && record.logins.some((login) => holdsAt(login)) && isAdmin(record.principal)) return true;
  for (const key of state.keys.values()) {
    if (key.agency !== agency || !holdsAt(key) || !key.scopes.includes('admin')) continue;
    if ((key.expires === undefined || key.expires > at) && isAdmin(key.principal)) return true;
  }
  return false;
}

function isAboutRoot(act: PolicyAct): boolean {
  if (act.act === 'agency.suspend') return act.agency === OPERATING_AGENCY;
  const changes = act.act === 'principal.revoke' || act.act === 'principal.roles';
  return changes && act.agency === OPERATING_AGENCY && act.principal === ROOT_PRINCIPAL;
}

/** What it is about is not there, or not any more. */
function isAbsent(state: PolicyState, act: PolicyAct): boolean {
  switch (act.act) {
    case 'agency.suspend':
    case 'principal.add':
    case 'submitter-key.add':
      return !hasAgency(state, act.agency);
    case 'community.join':
      return !state.communities.has(act.community) || !hasAgency(state, act.agency);
    case 'community.leave':
      return (
        state.communities
          .get(act.community)
          ?.members.get(act.agency)
          ?.some((spell) => holdsAt(spell)) !== true
      );
    case 'principal.roles':
    case 'principal.revoke':
    case 'principal.link':
    case 'key.add':
      return principalAt(state, act.agency, act.principal) === undefined;
    case 'principal.unlink': {
      const record = principalAt(state, act.agency, act.principal);
      return record === undefined || !hasLogin(record, act.login);
    }
    case 'key.revoke':
      return !has(state.keys.get(`${act.agency}/${act.key}`));
    case 'submitter-key.revoke':
      return !has(state.submitterKeys.get(`${act.agency}/${act.vkey}`));
    case 'break-glass.close':
      return !state.breakGlass.some((each) => each.agency === act.agency && each.principal === act.principal && holdsAt(each));
    default:
      return false;
  }
}

/** An account is one principal's within an agency. What it is in another one is not asked: whether it is there is not for everybody to learn. */
function isTaken(state: PolicyState, agency: string, login: Login): boolean {
  for (const record of state.principals.values()) if (record.agency === agency && has(record) && hasLogin(record, login)) return true;
  return false;
}

/** There already; a principal and a key also where they were revoked: their names stand in entries, and must mean one thing for ever. */
function isThere(state: PolicyState, act: PolicyAct): boolean {
  switch (act.act) {
    case 'agency.add':
      return hasAgency(state, act.agency);
    case 'community.add':
      return state.communities.has(act.community);
    case 'community.join':
      return (
        state.communities
          .get(act.community)
          ?.members.get(act.agency)
          ?.some((spell) => holdsAt(spell)) === true
      );
    case 'principal.add':
      return state.principals.has(`${act.agency}/${act.principal}`) || (act.login !== undefined && isTaken(state, act.agency, act.login));
    case 'principal.link':
      return isTaken(state, act.agency, act.login);
    case 'key.add':
      return state.keys.has(`${act.agency}/${act.key}`);
    case 'submitter-key.add':
      return state.submitterKeys.has(`${act.agency}/${act.vkey}`);
    default:
      return false;
  }
}
