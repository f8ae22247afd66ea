/**
 * Acts of policy: who is there, what he may do, by what he is known. Each is an event of kind `policy` whose slot extension says it under
 * `policy`; its author is the event's. What they come to, in log order, is fold.ts.
 */
import { ACTOR_ROLES, type ActorRole } from '../actor.ts';
import { AGENCY_PATTERN, EVENT_ID_PATTERN } from '../event-ref.ts';
import { accept, refuse, type DomainFault, type Result } from '../result.ts';
import { parseInstant, type Instant } from '../time.ts';
import { parseAddressRange, type AddressRange } from './address.ts';

/** All acts, in the order in which they are explained. */
export const POLICY_ACTS = [
  'agency.add',
  'agency.suspend',
  'community.add',
  'community.join',
  'community.leave',
  'principal.add',
  'principal.roles',
  'principal.revoke',
  'principal.link',
  'principal.unlink',
  'key.add',
  'key.revoke',
  'submitter-key.add',
  'submitter-key.revoke',
  'break-glass.open',
  'break-glass.close',
  'marking.approve',
] as const;
/** One of `POLICY_ACTS`. */
export type PolicyActName = (typeof POLICY_ACTS)[number];

/** A person, or a program that acts for an agency. */
export const PRINCIPAL_TYPES = ['person', 'service'] as const;
/** One of `PRINCIPAL_TYPES`. */
export type PrincipalType = (typeof PRINCIPAL_TYPES)[number];

/** No slash, so that `agency/principal` reads one way; nothing that a header or a log line has to escape. */
export const PRINCIPAL_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/;
/** The part of an API key by which it is found. Its maker draws it at random. */
export const KEY_ID_PATTERN = /^[a-z0-9]{8,32}$/;
/** Of a hash in lower-case hex. */
export const SHA256_PATTERN = /^[0-9a-f]{64}$/;
/** Ranges of one key. */
export const KEY_ADDRESSES_MAX = 64;

/** Account at an OpenID provider. */
export interface Login {
  readonly issuer: string;
  readonly subject: string;
}

/** One act, read. `agency` is the one that it is about, not its author's. */
export type PolicyAct =
  | { readonly act: 'agency.add'; readonly agency: string; readonly name?: string }
  | { readonly act: 'agency.suspend'; readonly agency: string; readonly reason?: string }
  | { readonly act: 'community.add'; readonly community: string; readonly name?: string }
  | { readonly act: 'community.join' | 'community.leave'; readonly community: string; readonly agency: string }
  | {
      readonly act: 'principal.add';
      readonly agency: string;
      readonly principal: string;
      readonly type: PrincipalType;
      readonly roles: readonly ActorRole[];
      readonly login?: Login;
    }
  | { readonly act: 'principal.roles'; readonly agency: string; readonly principal: string; readonly roles: readonly ActorRole[] }
  | { readonly act: 'principal.revoke'; readonly agency: string; readonly principal: string }
  | { readonly act: 'principal.link' | 'principal.unlink'; readonly agency: string; readonly principal: string; readonly login: Login }
  | {
      readonly act: 'key.add';
      readonly agency: string;
      readonly principal: string;
      readonly key: string;
      /** Of the whole text of the key, in hex. */
      readonly sha256: string;
      readonly scopes: readonly ActorRole[];
      readonly expires?: Instant;
      readonly addresses?: readonly AddressRange[];
    }
  | { readonly act: 'key.revoke'; readonly agency: string; readonly key: string }
  | { readonly act: 'submitter-key.add' | 'submitter-key.revoke'; readonly agency: string; readonly vkey: string }
  | {
      readonly act: 'break-glass.open';
      readonly reason: string;
      readonly until: Instant;
      /** Of the key or session by which alone it is read. */
      readonly key?: string;
    }
  | { readonly act: 'break-glass.close'; readonly agency: string; readonly principal: string }
  /** A marking of the author's own agency, or a retraction of one, by the SHA-256 of its bytes: nobody approves what he has not read. */
  | { readonly act: 'marking.approve'; readonly marking: string; readonly sha256: string; readonly reason?: string };

/** An act at its place in the log, with its author. */
export interface PlacedAct {
  readonly logIndex: number;
  readonly agency: string;
  readonly principal: string;
  /** Capture's clock, as the entry has it: the moment that expiries are held against, the same for whoever folds. */
  readonly captured: Instant;
  readonly act: PolicyAct;
}

/** As a document has it, after its schema: every member is there that its act needs, and no other. */
export interface PolicyActText {
  readonly act: PolicyActName;
  readonly agency?: string;
  readonly name?: string;
  readonly community?: string;
  readonly principal?: string;
  readonly type?: PrincipalType;
  readonly roles?: readonly ActorRole[];
  readonly login?: Login;
  readonly key?: string;
  readonly sha256?: string;
  readonly scopes?: readonly ActorRole[];
  readonly expires?: string;
  readonly addresses?: readonly string[];
  readonly vkey?: string;
  readonly marking?: string;
  readonly reason?: string;
  readonly until?: string;
}

/**
 * Reads an act. Faults, with a pointer into it: policy.name (an agency, community, principal or key that cannot be called so), policy.roles
 * (none, or one twice), policy.address (not a range), time.* (expires, until).
 */
export function parsePolicyAct(text: PolicyActText): Result<PolicyAct> {
  const named = nameFault(text) ?? roleFault(text);
  if (named !== undefined) return named;
  const { expires, until, addresses, ...rest } = text;
  const times = { ...instantOf(expires, 'expires'), ...instantOf(until, 'until') };
  if ('fault' in times) return times.fault as DomainFault;
  const ranges: AddressRange[] = [];
  for (const [at, address] of (addresses ?? []).entries()) {
    const range = parseAddressRange(address);
    if (!range.ok) return { ...range, pointer: `/addresses/${at}` };
    ranges.push(range.value);
  }
  return accept({ ...rest, ...times, ...(addresses === undefined ? {} : { addresses: ranges }) } as unknown as PolicyAct);
}

/** What each name has to look like, and in words. */
const NAMES = {
  agency: [AGENCY_PATTERN, 'An agency is 1-64 of a-z, 0-9 and hyphen.'],
  community: [AGENCY_PATTERN, 'A community is 1-64 of a-z, 0-9 and hyphen.'],
  principal: [PRINCIPAL_PATTERN, 'A principal is 1-128 of A-Z, a-z, 0-9 and . _ @ -, and begins with a letter or digit.'],
  key: [KEY_ID_PATTERN, 'The id of a key is 8-32 of a-z and 0-9.'],
  marking: [EVENT_ID_PATTERN, 'An event id is 1-128 of A-Z, a-z, 0-9, ".", "_", ":" and "-".'],
  sha256: [SHA256_PATTERN, 'A hash is 64 lower-case hex digits.'],
} as const;

function nameFault(text: PolicyActText): DomainFault | undefined {
  for (const member of ['agency', 'community', 'principal', 'key', 'marking', 'sha256'] as const) {
    const value = text[member];
    const [pattern, words] = NAMES[member];
    if (value !== undefined && !pattern.test(value)) return refuse('policy.name', words, `/${member}`);
  }
  return undefined;
}

function roleFault(text: PolicyActText): DomainFault | undefined {
  for (const member of ['roles', 'scopes'] as const) {
    const roles = text[member];
    if (roles === undefined) continue;
    const bad = roles.findIndex((role, at) => !ACTOR_ROLES.includes(role) || roles.indexOf(role) !== at);
    if (roles.length === 0) return refuse('policy.roles', `At least one of ${ACTOR_ROLES.join(', ')}.`, `/${member}`);
    if (bad >= 0) return refuse('policy.roles', `Each of ${ACTOR_ROLES.join(', ')} at most once.`, `/${member}/${bad}`);
  }
  return undefined;
}

function instantOf(text: string | undefined, member: string): Record<string, Instant | DomainFault> {
  if (text === undefined) return {};
  const read = parseInstant(text);
  return read.ok ? { [member]: read.value } : { fault: { ...read, pointer: `/${member}` } };
}
