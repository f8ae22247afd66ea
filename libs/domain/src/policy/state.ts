/** What the acts of policy came to: agencies, communities, principals and keys, each with the log indexes between which it held. */
import { ACTOR_ROLES, shownBy, type Actor, type ActorRole } from '../actor.ts';
import type { Instant } from '../time.ts';
import type { AddressRange } from './address.ts';
import type { Login, PrincipalType } from './acts.ts';

/** Who runs the ledger, and its first principal: there without an act, since somebody has to perform the first one. */
export const OPERATING_AGENCY = 'local';
/** The principal that no act can take away or change: the last way in. */
export const ROOT_PRINCIPAL = 'operator';
/** Whoever is taken for him without having to show anything. */
export const ROOT_ACTOR: Actor = {
  agency: OPERATING_AGENCY,
  principal: ROOT_PRINCIPAL,
  roles: ACTOR_ROLES,
  communities: [],
  key: null,
  via: 'local',
};
/** Index of what is there without an act: before every entry. */
export const WITHOUT_ACT = -1;

/** It holds for entries behind `from`, up to and with `to`: an act never speaks for itself. */
export interface Spell {
  readonly from: number;
  /** Index of the act that ended it; null: it holds. */
  to: number | null;
}

/** A tenant. */
export interface AgencyRecord {
  readonly agency: string;
  name: string | undefined;
  /** Admitted and suspended, in order; the last one says whether it is there now. */
  readonly spells: Spell[];
}

/** Agencies that share GREEN among themselves. */
export interface CommunityRecord {
  readonly community: string;
  readonly name: string | undefined;
  readonly from: number;
  readonly members: Map<string, Spell[]>;
}

/** A person or service. Once revoked it stays so: its name stands in entries and is nobody else's, ever. */
export interface PrincipalRecord extends Spell {
  readonly agency: string;
  readonly principal: string;
  readonly type: PrincipalType;
  /** In order; the last holds now. */
  readonly roles: { readonly from: number; readonly roles: readonly ActorRole[] }[];
  /** Accounts by which it logs in, also former ones. */
  readonly logins: LoginRecord[];
}

/** An account at an OpenID provider, as long as it is the principal's. */
export interface LoginRecord extends Login, Spell {}

/** An API key. */
export interface KeyRecord extends Spell {
  readonly agency: string;
  readonly principal: string;
  readonly key: string;
  /** Of the key's whole text, lower-case hex. */
  readonly sha256: string;
  readonly scopes: readonly ActorRole[];
  readonly expires: Instant | undefined;
  readonly addresses: readonly AddressRange[] | undefined;
  /** When the act that gave it was taken in. */
  readonly added: Instant;
}

/** By which an agency signs what it submits. */
export interface SubmitterKeyRecord extends Spell {
  readonly agency: string;
  readonly vkey: string;
}

/** Access in an emergency to what names other persons of the principal's own agency. */
export interface BreakGlass extends Spell {
  readonly agency: string;
  readonly principal: string;
  readonly reason: string;
  readonly until: Instant;
  /** Of the key or session for which it was declared; null: neither was shown. */
  readonly key: string | null;
}

/** All of it at one log position. Keys of maps: the name, or `agency/name`. */
export interface PolicyState {
  readonly agencies: ReadonlyMap<string, AgencyRecord>;
  readonly communities: ReadonlyMap<string, CommunityRecord>;
  readonly principals: ReadonlyMap<string, PrincipalRecord>;
  readonly keys: ReadonlyMap<string, KeyRecord>;
  readonly submitterKeys: ReadonlyMap<string, SubmitterKeyRecord>;
  readonly breakGlass: readonly BreakGlass[];
}

/** Behind every entry: as it is now. */
export const NOW = Number.MAX_SAFE_INTEGER;

/** Whether it holds for the entry at this log index. */
export const holdsAt = ({ from, to }: Spell, index: number = NOW): boolean => from < index && (to === null || to >= index);

/** Whether the agency is there, and not suspended, for the entry at this log index. */
export const hasAgency = ({ agencies }: PolicyState, agency: string, index: number = NOW): boolean =>
  agencies.get(agency)?.spells.some((spell) => holdsAt(spell, index)) === true;

/** The principal, where it and its agency are there for the entry at this log index; undefined: it is not, or not any more. */
export function principalAt(state: PolicyState, agency: string, principal: string, index: number = NOW): PrincipalRecord | undefined {
  const record = state.principals.get(`${agency}/${principal}`);
  return record !== undefined && holdsAt(record, index) && hasAgency(state, agency, index) ? record : undefined;
}

/** What the principal may do as the author of the entry at this log index; none where it is not there. In the order of ACTOR_ROLES. */
export function rolesAt(state: PolicyState, agency: string, principal: string, index: number = NOW): readonly ActorRole[] {
  const roles =
    principalAt(state, agency, principal, index)
      ?.roles.filter(({ from }) => from < index)
      .at(-1)?.roles ?? [];
  return ACTOR_ROLES.filter((role) => roles.includes(role));
}

/** Whether this is an account of the principal for the entry at this log index. */
export const hasLogin = ({ logins }: PrincipalRecord, { issuer, subject }: Login, index: number = NOW): boolean =>
  logins.some((login) => login.issuer === issuer && login.subject === subject && holdsAt(login, index));

/** Communities that the agency is in, sorted. */
export function communitiesOf({ communities }: PolicyState, agency: string, index: number = NOW): readonly string[] {
  return [...communities.values()]
    .filter(({ members }) => members.get(agency)?.some((spell) => holdsAt(spell, index)) === true)
    .map(({ community }) => community)
    .sort();
}

/** Verifier keys by which the agency may sign the entry at this log index. */
export const submitterKeysAt = ({ submitterKeys }: PolicyState, agency: string, index: number = NOW): readonly string[] =>
  [...submitterKeys.values()].filter((key) => key.agency === agency && holdsAt(key, index)).map(({ vkey }) => vkey);

/** How a key that signed the entry at this log index stood there. */
export type SubmitterKeyStanding = 'valid' | 'revoked' | 'unknown-key';

/** `unknown-key`: it was not the agency's there, or not yet. */
export function submitterKeyStanding({ submitterKeys }: PolicyState, agency: string, vkey: string, index: number): SubmitterKeyStanding {
  const record = submitterKeys.get(`${agency}/${vkey}`);
  if (record === undefined || record.from >= index) return 'unknown-key';
  return holdsAt(record, index) ? 'valid' : 'revoked';
}

/** Break-glass access is for whoever investigates, and for those who answer for the agency. */
export const BREAKS_GLASS: readonly ActorRole[] = ['investigator', 'admin'];

/**
 * The break-glass access by which an actor reads at a moment: his own, declared for the key or session that he shows, as long as that has a role by
 * which it could be declared. Another key of his opens nothing by it, nor does one whose scopes leave it out.
 */
export function openBreakGlass({ breakGlass }: PolicyState, actor: Actor, at: Instant): BreakGlass | undefined {
  const { agency, principal, via, roles } = actor;
  if (via === 'anonymous' || !roles.some((role) => BREAKS_GLASS.includes(role))) return undefined;
  const key = shownBy(actor);
  return breakGlass.find(
    (each) => each.agency === agency && each.principal === principal && each.key === key && holdsAt(each) && at < each.until,
  );
}
