/**
 * The fold of policy acts in log order. An act that had no authority at its position, or says nothing that could hold there, is kept with
 * the reason and has no effect. What an act does holds for the entries behind it: nothing is judged by the clock but what names a time.
 */
import { ACTOR_ROLES } from '../actor.ts';
import type { Instant } from '../time.ts';
import type { Login, PlacedAct, PolicyAct } from './acts.ts';
import { POLICY_REASONS, reasonAgainst, type Judgement, type PolicyReason } from './authority.ts';
import {
  OPERATING_AGENCY,
  ROOT_PRINCIPAL,
  WITHOUT_ACT,
  type AgencyRecord,
  type BreakGlass,
  type CommunityRecord,
  type KeyRecord,
  type PolicyState,
  type PrincipalRecord,
  type Spell,
  type SubmitterKeyRecord,
} from './state.ts';

/** An act without effect. */
export interface FlaggedAct extends PlacedAct {
  readonly reason: PolicyReason;
}

/** By default every text may be a verifier key, and all reasons count. */
export type PolicyOptions = Partial<Judgement>;

const ALL: ReadonlySet<PolicyReason> = new Set(POLICY_REASONS);

/** Grows act by act. Memory: some hundred bytes an act, for the life of the process. Cost: microseconds an act. */
export class Policy implements PolicyState {
  readonly agencies = new Map<string, AgencyRecord>();
  readonly communities = new Map<string, CommunityRecord>();
  readonly principals = new Map<string, PrincipalRecord>();
  readonly keys = new Map<string, KeyRecord>();
  readonly submitterKeys = new Map<string, SubmitterKeyRecord>();
  readonly breakGlass: BreakGlass[] = [];
  readonly flagged: FlaggedAct[] = [];
  /** Log index of the last act that was folded; -1: none. */
  last = WITHOUT_ACT;
  readonly #keysById = new Map<string, KeyRecord[]>();
  readonly #principalsByLogin = new Map<string, PrincipalRecord[]>();
  readonly #judgement: Judgement;

  constructor({ acceptsVkey = () => true, reasons = ALL }: PolicyOptions = {}) {
    this.#judgement = { acceptsVkey, reasons };
    this.#admit(OPERATING_AGENCY, undefined, WITHOUT_ACT);
    this.#enrol(
      { act: 'principal.add', agency: OPERATING_AGENCY, principal: ROOT_PRINCIPAL, type: 'service', roles: ACTOR_ROLES },
      WITHOUT_ACT,
    );
  }

  /** Takes the next act. Returns why it has no effect; undefined: it has. Throws RangeError for one that is not behind the last. */
  apply(placed: PlacedAct): PolicyReason | undefined {
    if (placed.logIndex <= this.last) throw new RangeError(`act ${placed.logIndex} does not come after ${this.last}`);
    this.last = placed.logIndex;
    const reason = reasonAgainst(this, placed, this.#judgement);
    if (reason === undefined) this.#take(placed);
    else this.flagged.push({ ...placed, reason });
    return reason;
  }

  /** Keys of this id, also ended ones: an id is its agency's own, and two agencies may have drawn the same. */
  keysOfId(id: string): readonly KeyRecord[] {
    return this.#keysById.get(id) ?? [];
  }

  /** Principals, of all agencies, whose account this is or was, in the order in which it was first linked to each; also those that were revoked. */
  principalsOfLogin(login: Login): readonly PrincipalRecord[] {
    return this.#principalsByLogin.get(keyOfLogin(login)) ?? [];
  }

  #take({ act, agency, principal, logIndex, captured }: PlacedAct): void {
    switch (act.act) {
      case 'agency.add':
        return this.#admit(act.agency, act.name, logIndex);
      case 'agency.suspend':
        return endLast(this.agencies.get(act.agency)?.spells, logIndex);
      case 'community.add':
        this.communities.set(act.community, { community: act.community, name: act.name, from: logIndex, members: new Map() });
        return;
      case 'community.join':
        return this.#join(act.community, act.agency, logIndex);
      case 'community.leave':
        return endLast(this.communities.get(act.community)?.members.get(act.agency), logIndex);
      case 'principal.add':
        return this.#enrol(act, logIndex);
      case 'principal.roles':
        this.principals.get(`${act.agency}/${act.principal}`)?.roles.push({ from: logIndex, roles: act.roles });
        return;
      case 'principal.revoke':
        return end(this.principals.get(`${act.agency}/${act.principal}`), logIndex);
      case 'principal.link':
        return this.#link(this.principals.get(`${act.agency}/${act.principal}`), act.login, logIndex);
      case 'principal.unlink':
        for (const login of this.principals.get(`${act.agency}/${act.principal}`)?.logins ?? [])
          if (keyOfLogin(login) === keyOfLogin(act.login)) end(login, logIndex);
        return;
      case 'key.add':
        return this.#addKey(act, logIndex, captured);
      case 'key.revoke':
        return end(this.keys.get(`${act.agency}/${act.key}`), logIndex);
      case 'submitter-key.add':
        this.submitterKeys.set(`${act.agency}/${act.vkey}`, { agency: act.agency, vkey: act.vkey, from: logIndex, to: null });
        return;
      case 'submitter-key.revoke':
        return end(this.submitterKeys.get(`${act.agency}/${act.vkey}`), logIndex);
      case 'break-glass.open':
        this.breakGlass.push({ agency, principal, reason: act.reason, until: act.until, key: act.key ?? null, from: logIndex, to: null });
        return;
      case 'marking.approve':
        // What it comes to is for its target's handling to say (marking.ts): here is known who may approve.
        return;
      case 'break-glass.close':
        for (const open of this.breakGlass) if (open.agency === act.agency && open.principal === act.principal) end(open, logIndex);
    }
  }

  #admit(agency: string, name: string | undefined, from: number): void {
    const known = this.agencies.get(agency);
    if (known === undefined) {
      this.agencies.set(agency, { agency, name, spells: [{ from, to: null }] });
      return;
    }
    known.name = name ?? known.name;
    known.spells.push({ from, to: null });
  }

  #join(community: string, agency: string, from: number): void {
    const members = this.communities.get(community)?.members;
    const spells = members?.get(agency);
    if (spells === undefined) members?.set(agency, [{ from, to: null }]);
    else spells.push({ from, to: null });
  }

  #enrol(act: Extract<PolicyAct, { act: 'principal.add' }>, from: number): void {
    const { agency, principal, type, roles, login } = act;
    const record: PrincipalRecord = { agency, principal, type, roles: [{ from, roles }], logins: [], from, to: null };
    this.principals.set(`${agency}/${principal}`, record);
    if (login !== undefined) this.#link(record, login, from);
  }

  #link(record: PrincipalRecord | undefined, { issuer, subject }: Login, from: number): void {
    if (record === undefined) return;
    record.logins.push({ issuer, subject, from, to: null });
    const key = keyOfLogin({ issuer, subject });
    const known = this.#principalsByLogin.get(key) ?? [];
    if (!known.includes(record)) this.#principalsByLogin.set(key, [...known, record]);
  }

  #addKey(act: Extract<PolicyAct, { act: 'key.add' }>, from: number, added: Instant): void {
    const { agency, principal, key, sha256, scopes, expires, addresses } = act;
    const record: KeyRecord = { agency, principal, key, sha256, scopes, expires, addresses, added, from, to: null };
    this.keys.set(`${agency}/${key}`, record);
    this.#keysById.set(key, [...(this.#keysById.get(key) ?? []), record]);
  }
}

const keyOfLogin = ({ issuer, subject }: Login): string => JSON.stringify([issuer, subject]);

function end(spell: Spell | undefined, index: number): void {
  if (spell !== undefined) spell.to ??= index;
}

const endLast = (spells: readonly Spell[] | undefined, index: number): void => end(spells?.at(-1), index);

/** The policy that these acts come to, in any order given. */
export function foldPolicy(acts: Iterable<PlacedAct>, options: PolicyOptions = {}): Policy {
  const policy = new Policy(options);
  for (const act of [...acts].sort((a, b) => a.logIndex - b.logIndex)) policy.apply(act);
  return policy;
}
