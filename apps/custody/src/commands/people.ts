/** `custody agency|community|principal|key`: acts of policy, submitted like every event, and what they came to. */
import type { EventAnswer, PolicyView, SightingDocument } from '#lib/contracts';
import { ACTOR_ROLES, type ActorRole, type PolicyActText, type PolicyReason } from '#lib/domain';
import { setTimeout as sleep } from 'node:timers/promises';
import { newApiKey } from '../access/api-key.ts';
import { type Client, problemError, readAnswer } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type Columns, type FormFlags, printList } from '../listing.ts';
import { note, type NoteFlags } from '../notes.ts';
import { printable } from './printable.ts';

export interface PeopleOptions extends FormFlags, NoteFlags {
  readonly name?: string;
  readonly reason?: string;
  readonly role?: readonly string[];
  readonly scope?: readonly string[];
  readonly type?: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly expires?: string;
  readonly address?: readonly string[];
  readonly hours?: string;
  /** How long to wait for the effect. */
  readonly withinMs?: number;
}

/** Projector and policy are seconds behind at most; a server that needs longer says so by its own health. */
const EFFECT_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 100;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const REASONS: Readonly<Record<PolicyReason, string>> = {
  'author-suspended': 'your agency is suspended',
  'author-absent': 'you are not a principal of your agency any more',
  'not-admin': 'you are no admin of your agency',
  'not-the-operating-agency': 'agencies and communities are for the operating agency to decide',
  'not-the-own-agency': 'the agency has an admin of its own, who decides',
  root: 'the root principal and the operating agency cannot be taken away',
  absent: 'what it is about is not there, or not any more',
  exists: 'it is there already, or the account is another principal’s of the agency; names of what was revoked are never used again',
  'beyond-roles': 'the principal does not have all of these roles',
  'unfit-key': 'the key is none that may be used',
  until: 'the time is over, or too far ahead',
};

export const agencyAdd = (client: Client, agency: string, options: PeopleOptions): Promise<ExitCode> =>
  perform(client, { act: 'agency.add', agency, ...nameOf(options) }, options, `The agency ${agency} is there.`);

export const agencySuspend = (client: Client, agency: string, options: PeopleOptions): Promise<ExitCode> =>
  perform(client, { act: 'agency.suspend', agency, ...reasonOf(options) }, options, `The agency ${agency} is suspended.`);

export const communityAdd = (client: Client, community: string, options: PeopleOptions): Promise<ExitCode> =>
  perform(client, { act: 'community.add', community, ...nameOf(options) }, options, `The community ${community} is there.`);

export const communityJoin = (client: Client, community: string, agency: string, options: PeopleOptions): Promise<ExitCode> =>
  perform(client, { act: 'community.join', community, agency }, options, `${agency} is in ${community}.`);

export const communityLeave = (client: Client, community: string, agency: string, options: PeopleOptions): Promise<ExitCode> =>
  perform(client, { act: 'community.leave', community, agency }, options, `${agency} is not in ${community} any more.`);

export async function principalAdd(client: Client, who: string, options: PeopleOptions): Promise<ExitCode> {
  const { type = 'person', issuer, subject } = options;
  if (type !== 'person' && type !== 'service') throw usage('--type is person or service.');
  if ((issuer === undefined) !== (subject === undefined)) throw usage('--issuer and --subject belong together.');
  const of = await named(client, who);
  const login = issuer === undefined || subject === undefined ? {} : { login: { issuer, subject } };
  const act: PolicyActText = { act: 'principal.add', ...of, type, roles: rolesOf('--role', options.role), ...login };
  return perform(client, act, options, `${of.agency}/${of.principal} is there.`);
}

export async function principalRoles(client: Client, who: string, options: PeopleOptions): Promise<ExitCode> {
  const of = await named(client, who);
  const roles = rolesOf('--role', options.role);
  return perform(client, { act: 'principal.roles', ...of, roles }, options, `${of.agency}/${of.principal}: ${roles.join(', ')}.`);
}

export async function principalRevoke(client: Client, who: string, options: PeopleOptions): Promise<ExitCode> {
  const of = await named(client, who);
  const done = `${of.agency}/${of.principal} is revoked, and every key and session of it with it.`;
  return perform(client, { act: 'principal.revoke', ...of, ...reasonOf(options) }, options, done);
}

/** @param change `link`: the account is the principal's from now on; `unlink`: not any more, and sessions that began by it end */
export async function principalLogin(client: Client, change: 'link' | 'unlink', who: string, options: PeopleOptions): Promise<ExitCode> {
  const { issuer = '', subject = '' } = options;
  const of = await named(client, who);
  const whose = `${of.agency}/${of.principal}`;
  const done = change === 'link' ? `${whose} logs in by this account.` : `${whose} does not log in by this account any more.`;
  return perform(client, { act: `principal.${change}`, ...of, login: { issuer, subject } }, options, done);
}

/** The key goes to stdout, alone: it is shown once. It holds as soon as it is printed. */
export async function keyAdd(client: Client, who: string, options: PeopleOptions): Promise<ExitCode> {
  const of = await named(client, who);
  const key = newApiKey();
  const act: PolicyActText = {
    act: 'key.add',
    ...of,
    key: key.id,
    sha256: key.sha256,
    scopes: rolesOf('--scope', options.scope),
    ...(options.expires === undefined ? {} : { expires: options.expires }),
    ...(options.address === undefined ? {} : { addresses: options.address }),
  };
  await inEffect(client, act, options);
  process.stdout.write(options.json === true ? `${JSON.stringify({ ...of, key: key.id, text: key.text })}\n` : `${key.text}\n`);
  if (options.json !== true) note(options, 'Keep it now: it is shown this once.');
  return EXIT.ok;
}

export async function keyRevoke(client: Client, key: string, options: PeopleOptions): Promise<ExitCode> {
  const { actor } = await policyOf(client);
  const act: PolicyActText = { act: 'key.revoke', agency: actor.agency, key, ...reasonOf(options) };
  return perform(client, act, options, `The key ${key} is revoked.`);
}

/** From now on, by this machine's clock, for some hours: at most a day. */
export async function breakGlassOpen(client: Client, options: PeopleOptions): Promise<ExitCode> {
  const { reason = '', hours = '1' } = options;
  if (!/^\d{1,2}$/.test(hours) || Number(hours) < 1 || Number(hours) > 24) throw usage('--hours is 1 to 24.');
  // A minute less than the bound, which is held against capture's clock.
  const until = new Date(Date.now() + Number(hours) * HOUR_MS - MINUTE_MS).toISOString();
  const { shows } = (await policyOf(client)).actor;
  const by = shows === null ? '' : ' by this key or session, and no other';
  const done = `Until ${until} you read what names others of your reader groups${by}. That you do stands in the log.`;
  const act: PolicyActText = { act: 'break-glass.open', reason, until, ...(shows === null ? {} : { key: shows }) };
  return perform(client, act, options, done);
}

/** @param who undefined: oneself */
export async function breakGlassClose(client: Client, who: string | undefined, options: PeopleOptions): Promise<ExitCode> {
  const { actor } = await policyOf(client);
  const of = who === undefined ? { agency: actor.agency, principal: actor.principal } : await named(client, who);
  return perform(client, { act: 'break-glass.close', ...of }, options, `The emergency of ${of.agency}/${of.principal} is over.`);
}

/** About a key of the own agency, whichever that is. */
export async function actOfOwnAgency(
  client: Client,
  act: Pick<PolicyActText, 'act' | 'vkey'>,
  options: PeopleOptions,
  done: string,
): Promise<ExitCode> {
  const { actor } = await policyOf(client);
  return perform(client, { ...act, agency: actor.agency, ...reasonOf(options) }, options, done);
}

const nameOf = ({ name }: PeopleOptions): { name?: string } => (name === undefined ? {} : { name });
const reasonOf = ({ reason }: PeopleOptions): { reason?: string } => (reason === undefined ? {} : { reason });

const accountOf = ({ issuer, subject }: { readonly issuer: string; readonly subject: string }): string => `${subject} at ${issuer}`;

type Listed = 'agencies' | 'communities' | 'principals' | 'signers' | 'keys' | 'emergencies';

const LINES: { readonly [What in Listed]: (row: PolicyView[What][number], view: PolicyView) => string } = {
  agencies: ({ agency, status, name = '' }) => `${agency.padEnd(24)}  ${status.padEnd(9)}  ${name}`,
  communities: ({ community, name = '', members }) =>
    `${community.padEnd(24)}  ${name}${members === undefined ? '' : `  [${members.join(', ')}]`}`,
  principals: ({ principal, type, status, roles, logins = [] }) =>
    `${principal.padEnd(24)}  ${type.padEnd(7)}  ${status.padEnd(7)}  ${roles.join(', ')}${logins.length === 0 ? '' : `  (${logins.map(accountOf).join('; ')})`}`,
  signers: ({ vkey, status, added }) => `${status.padEnd(7)}  entry ${added}  ${vkey}`,
  keys: ({ key, principal, status, scopes, expires = 'until revoked', restricted, lastUsed }, { usesSince }) =>
    `${key.padEnd(14)}  ${principal.padEnd(24)}  ${status.padEnd(7)}  ${expires}${restricted ? ', from some addresses' : ''}  ${lastUse(lastUsed, usesSince)}  ${scopes.join(', ')}`,
  emergencies: ({ principal, until, reason, logIndex }) => `${principal.padEnd(24)}  until ${until}  entry ${logIndex}  ${reason}`,
};

/** Of a key that is older than the notes nobody can say that it was never used. */
function lastUse(lastUsed: string | null | undefined, since: string): string {
  if (lastUsed === undefined) return `not used since ${since}`;
  return lastUsed === null ? 'never used' : `last used ${lastUsed}`;
}

export const COLUMNS: { readonly [What in Listed]: Columns<PolicyView[What][number]> } = {
  agencies: { agency: ({ agency }) => agency, status: ({ status }) => status, name: ({ name }) => name },
  communities: { community: ({ community }) => community, name: ({ name }) => name, members: ({ members }) => members?.join(' ') },
  principals: {
    principal: ({ principal }) => principal,
    type: ({ type }) => type,
    status: ({ status }) => status,
    roles: ({ roles }) => roles.join(' '),
    logins: ({ logins }) => logins?.map(accountOf).join(' '),
  },
  signers: { vkey: ({ vkey }) => vkey, status: ({ status }) => status, added: ({ added }) => added },
  keys: {
    key: ({ key }) => key,
    principal: ({ principal }) => principal,
    status: ({ status }) => status,
    expires: ({ expires }) => expires,
    restricted: ({ restricted }) => restricted,
    scopes: ({ scopes }) => scopes.join(' '),
    last_used: ({ lastUsed }) => (lastUsed === null ? 'never' : lastUsed),
  },
  emergencies: {
    principal: ({ principal }) => principal,
    until: ({ until }) => until,
    log_index: ({ logIndex }) => logIndex,
    reason: ({ reason }) => reason,
  },
};

export async function list(client: Client, what: Listed, options: PeopleOptions): Promise<ExitCode> {
  const view = await policyOf(client);
  const rows = view[what];
  type Row = (typeof rows)[number];
  const line = LINES[what] as (row: Row, of: PolicyView) => string;
  const text = (all: readonly Row[]): string => all.map((row) => `${printable(line(row, view)).trimEnd()}\n`).join('');
  printList<Row>(options, { [what]: rows }, rows, { columns: COLUMNS[what] as Columns<Row>, text });
  return EXIT.ok;
}

export const policyOf = (client: Client): Promise<PolicyView> => client.get<PolicyView>('/v1/policy');

async function perform(client: Client, act: PolicyActText, options: PeopleOptions, done: string): Promise<ExitCode> {
  const logIndex = await inEffect(client, act, options);
  process.stdout.write(options.json === true ? `${JSON.stringify({ act, logIndex })}\n` : `${printable(done)}\n`);
  return EXIT.ok;
}

/** Submits the act and waits until the server acts on it. Throws CommandError `policy.no-effect` where it has none. Returns its log index. */
export async function inEffect(client: Client, act: PolicyActText, { withinMs = EFFECT_WITHIN_MS }: PeopleOptions): Promise<number> {
  const { actor } = await policyOf(client);
  const document: SightingDocument = {
    kind: 'policy',
    handling: handlingOf(act, actor.agency),
    source: { kind: 'administration', family: 'official' },
    extension: { policy: act },
  };
  const id = await submitted(client, document);
  const deadline = performance.now() + withinMs;
  const logIndex = await until(deadline, () => indexOf(client, actor.agency, id));
  const view = await until(deadline, async () => {
    const seen = await policyOf(client);
    return seen.last >= logIndex ? seen : undefined;
  });
  const flagged = view.flagged.find((each) => each.logIndex === logIndex);
  if (flagged === undefined) return logIndex;
  const detail = `The act is in the log at ${logIndex}, and has no effect: ${REASONS[flagged.reason]}.`;
  throw new CommandError(EXIT.auth, 'policy.no-effect', detail);
}

/** Returns its id. */
export async function submitted(client: Client, document: SightingDocument): Promise<string> {
  const response = await client.post('/v1/events', 'application/json', JSON.stringify(document));
  if (!response.ok) throw await problemError(response);
  return (await readAnswer<{ id: string }>(response)).id;
}

/** Waits until an event of the caller's own agency is in the ledger. Returns its log index. */
export const stoodAt = (client: Client, agency: string, id: string, { withinMs = EFFECT_WITHIN_MS }: PeopleOptions): Promise<number> =>
  until(performance.now() + withinMs, () => indexOf(client, agency, id));

/** What everybody has to know is for all agencies; what concerns one is for it and the author's own. */
function handlingOf({ act, agency }: PolicyActText, own: string): SightingDocument['handling'] {
  if (act.startsWith('agency.') || act.startsWith('community.')) return { tlp: 'GREEN' };
  return { tlp: 'AMBER', ...(agency === undefined || agency === own ? {} : { agencies: [agency] }) };
}

async function indexOf(client: Client, agency: string, id: string): Promise<number | undefined> {
  try {
    return (await client.get<EventAnswer>(`/v1/events/${encodeURIComponent(id)}`, { agency })).event.logIndex;
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === EXIT.notFound) return undefined;
    throw error;
  }
}

async function until<T>(deadline: number, look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    // What is away for a moment does not take the act back.
    const found = await look().catch((error: unknown) => {
      if (error instanceof CommandError && error.exitCode === EXIT.temporary) return undefined;
      throw error;
    });
    if (found !== undefined) return found;
    if (performance.now() > deadline)
      throw new CommandError(EXIT.temporary, 'policy.pending', 'The act was accepted, and the server does not act on it yet.');
    await sleep(LOOK_EVERY_MS);
  }
}

/** `principal` of the own agency, or `agency/principal`. */
async function named(client: Client, who: string): Promise<{ agency: string; principal: string }> {
  const slash = who.indexOf('/');
  if (slash >= 0) return { agency: who.slice(0, slash), principal: who.slice(slash + 1) };
  return { agency: (await policyOf(client)).actor.agency, principal: who };
}

function rolesOf(option: string, given: readonly string[] | undefined): ActorRole[] {
  const roles = (given ?? []).flatMap((text) => text.split(','));
  const unknown = roles.find((role) => !(ACTOR_ROLES as readonly string[]).includes(role));
  if (roles.length === 0 || unknown !== undefined) throw usage(`${option} is one or more of ${ACTOR_ROLES.join(', ')}.`);
  return roles as ActorRole[];
}

const usage = (message: string): CommandError => new CommandError(EXIT.usage, 'usage', message);
