/** Whether the roles of this process have logins of their own, at one ledger: asked at the start and by `custody doctor`. */
import type { Config, Log } from '#lib/runtime';
import type { AppRole } from '#lib/store';
import type { Database } from './database.ts';
import { CommandError, EXIT } from './exit-codes.ts';

export interface LoginFinding {
  readonly code: 'role.shared-login' | 'role.other-ledger';
  readonly role: AppRole;
  readonly detail: string;
}

/**
 * Capture's login appends to the embedded log and reads it, in every process, what is received as evidence, and alerts, which are read for by the
 * gateway's; the gateway's retries are the operator's; who takes requests, or tells agencies something, knows them by `access`.
 */
function rolesOf({ roles, kafka }: Config): AppRole[] {
  const used = new Set<AppRole>(roles.map((role) => (role === 'alerts' ? 'gateway' : role)));
  if (roles.includes('gateway')) used.add('operator');
  if (roles.some((role) => role === 'gateway' || role === 'capture' || role === 'evidence' || role === 'alerts')) used.add('access');
  if (kafka.brokers.length === 0 || roles.includes('evidence') || roles.includes('alerts')) used.add('capture');
  return [...used];
}

/** Rejects as the driver does where a login is refused. */
export async function loginFindings(config: Config, database: Pick<Database, 'login'>): Promise<LoginFinding[]> {
  const logins = await Promise.all(rolesOf(config).map((role) => database.login(role)));
  const findings = logins.flatMap(({ role, login, shared }): LoginFinding[] =>
    shared
      ? [
          {
            code: 'role.shared-login',
            role,
            detail: `The role ${role} logs in as ${login}, which can do more than the role: \`set role none\` undoes the step down.`,
          },
        ]
      : [],
  );
  const [first] = logins;
  const other = logins.find(({ origin }) => origin !== first?.origin);
  if (first !== undefined && other !== undefined)
    findings.push({
      code: 'role.other-ledger',
      role: other.role,
      detail: `The logins of ${first.role} and ${other.role} lead to different ledgers.`,
    });
  return findings;
}

/** A shared login is a warning in development and ends the start in production; another ledger ends it anywhere. */
export async function checkLogins(config: Config, log: Log, database: Database): Promise<void> {
  const findings = await loginFindings(config, database);
  for (const { code, role } of findings)
    log.warn('the login of a role is not its own, or leads elsewhere', { component: 'store', code, role });
  const fatal = findings.find(({ code }) => code === 'role.other-ledger') ?? (config.profile === 'production' ? findings[0] : undefined);
  if (fatal !== undefined) throw new CommandError(EXIT.conflict, fatal.code, fatal.detail);
}
