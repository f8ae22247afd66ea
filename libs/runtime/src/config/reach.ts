/** Who can reach the port: what an address other than loopback needs before anything listens on it. */
import type { ConfigProblem } from './config-problem.ts';
import { isEveryAddress, LOOPBACK_HOSTS } from './settings.ts';

/** @param origins where each value came from, by setting */
export function reachProblems(values: ReadonlyMap<string, unknown>, origins: ReadonlyMap<string, string>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const host = String(values.get('host'));
  const isGiven = (name: string): boolean => values.get(name) !== null;
  const [hasCert, hasKey] = [isGiven('tls.cert'), isGiven('tls.key')];
  const invalid = (name: string, detail: string): void =>
    void problems.push({ code: 'config.invalid', key: placeOf(name, origins), detail });
  const missing = (key: string, why: string): void => void problems.push({ code: 'config.missing', key, detail: why });
  if (hasCert && !hasKey) missing('tls.key', 'is needed with tls.cert; set CUSTODY_TLS_KEY');
  if (hasKey && !hasCert) missing('tls.cert', 'is needed with tls.key; set CUSTODY_TLS_CERT');
  const isOther = !LOOPBACK_HOSTS.includes(host);
  if (isOther && !hasCert && !hasKey)
    invalid(
      'host',
      `${host} is none of ${LOOPBACK_HOSTS.join(', ')}: without TLS keys and sessions would cross a network in clear; set CUSTODY_TLS_CERT and CUSTODY_TLS_KEY, or listen on 127.0.0.1`,
    );
  const isProduction = values.get('profile') === 'production';
  if (values.get('access') === 'open' && (isOther || isGiven('publicUrl') || isProduction)) {
    const why = isOther
      ? `with host ${host} others reach it`
      : isProduction
        ? 'production asks who comes'
        : 'with publicUrl others reach it';
    invalid('access', `open makes whoever reaches the port the operator, and ${why}; set CUSTODY_ACCESS=required`);
  }
  // By default it is off there; who asks for it has to know that it is.
  const against = isProduction
    ? 'in production'
    : ['databaseUrl', 'tls.cert', 'publicUrl'].filter(isGiven).map((name) => `with ${name}`)[0];
  if (values.get('demo') === true && origins.get('demo') !== 'default' && against !== undefined)
    invalid(
      'demo',
      `there is no demo mode ${against}: nothing is read without a key, and the demo case is not brought; set CUSTODY_DEMO=false`,
    );
  if (isEveryAddress(host) && !isGiven('publicUrl'))
    missing('publicUrl', `is needed with host ${host}, which is no name to be asked by; set CUSTODY_PUBLIC_URL=https://...`);
  return problems;
}

/** The flag or variable as it was written; of a file, the member. */
function placeOf(name: string, origins: ReadonlyMap<string, string>): string {
  const origin = origins.get(name) ?? '';
  return /^(?:--[a-z-]+|[A-Z][A-Z0-9_]*)$/.test(origin) ? origin : name;
}
