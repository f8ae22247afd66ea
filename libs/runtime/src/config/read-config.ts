/**
 * Reads the configuration once, at the start. A flag stands before a variable, a variable before the file, the file before the default.
 * All problems are found before any is reported: nobody should mend a deployment one error at a time.
 */
import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { closestTo } from './closest.ts';
import type { ConfigProblem } from './config-problem.ts';
import { reachProblems } from './reach.ts';
import { type Config, type NamedSetting, namedSettings, type Role } from './settings.ts';

export interface ConfigSources {
  /** By setting name in camel case (`kafkaBrokers`, as commander names options) or with dots; `config` names the file. */
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Working folder: what relative paths are relative to. */
  readonly cwd: string;
}

export interface ReadConfig {
  readonly config: Config;
  /** Where each value came from: `default`, `--port`, `PORT`, `CUSTODY_PORT`, or the file's path. */
  readonly origins: ReadonlyMap<string, string>;
}

export type ConfigResult = ({ readonly ok: true } & ReadConfig) | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Of the variables that are ours. */
const PREFIX = 'CUSTODY_';
/** Variables of ours that are no settings: the file's path, and what test runs hand to their suites. */
const OTHER_VARIABLES = /^CUSTODY_(CONFIG$|TEST_)/;

/** A secret longer than this is not one: somebody named the wrong file. */
const SECRET_BYTES_MAX = 64 * 1024;

interface Given {
  readonly key: string;
  readonly origin: string;
  readonly raw: unknown;
}

export function readConfig(sources: ConfigSources): ConfigResult {
  const settings = namedSettings();
  const problems: ConfigProblem[] = [];
  const { config: flaggedFile, ...flags } = sources.flags ?? {};
  const path = typeof flaggedFile === 'string' ? flaggedFile : sources.env['CUSTODY_CONFIG'];
  const file = path === undefined ? new Map<string, unknown>() : readFile(resolve(sources.cwd, path), path, problems);
  problems.push(...unknownKeys(settings, flags, sources.env, file));

  const origins = new Map<string, string>();
  const values = new Map<string, unknown>();
  for (const named of settings) {
    const inFile = fromFile(named, file, path);
    const given = [fromFlag(named, flags), ...fromEnv(named, sources, problems), inFile].find((found) => found !== undefined);
    origins.set(named.name, given?.origin ?? 'default');
    if (given === undefined) values.set(named.name, named.setting.default);
    // What a variable covers in the file is wrong all the same, and comes to light when the variable goes.
    for (const each of new Set([given, inFile])) {
      const parsed = each === undefined ? undefined : named.setting.parse(each.raw);
      if (each === given && parsed?.ok === true) values.set(named.name, parsed.value);
      if (parsed?.ok === false)
        problems.push({ code: 'config.invalid', key: each?.key ?? '', detail: `needs ${parsed.expected}${shown(named, each?.raw)}` });
    }
  }
  if (problems.length === 0) problems.push(...disagreements(settings, values, origins));
  if (problems.length > 0) return { ok: false, problems };
  values.set('dataDir', absolute(sources.cwd, values.get('dataDir')));
  return { ok: true, config: nested(values), origins };
}

/** One line per problem, for a terminal; several have each its code and a last line that counts them. Whoever shows it adds `codeOfProblems`. */
export function describeProblems(problems: readonly ConfigProblem[]): string {
  if (problems.length === 1) return problems.map(({ key, detail }) => `${key}: ${detail}`).join('');
  const lines = problems.map(({ code, key, detail }) => `${key}: ${detail} (${code})`);
  return [...lines, `${problems.length} problems in the configuration`].join('\n');
}

/** Theirs, or `config.invalid` where they are of several kinds. */
export function codeOfProblems(problems: readonly ConfigProblem[]): ConfigProblem['code'] {
  const codes = new Set(problems.map(({ code }) => code));
  const [first = 'config.invalid'] = codes;
  return codes.size === 1 ? first : 'config.invalid';
}

function fromFlag({ name, flag, setting }: NamedSetting, flags: Readonly<Record<string, unknown>>): Given | undefined {
  const raw = setting.secret ? undefined : (flags[name] ?? flags[camelCase(name)]);
  return raw === undefined ? undefined : { key: flag, origin: flag, raw };
}

function fromEnv({ variable, setting }: NamedSetting, { env, cwd }: ConfigSources, problems: ConfigProblem[]): (Given | undefined)[] {
  return [variable, ...setting.alsoFrom].map((key): Given | undefined => {
    const raw = env[key];
    const path = setting.secret ? env[`${key}_FILE`] : undefined;
    if (raw !== undefined && path !== undefined) {
      problems.push({ code: 'config.invalid', key: `${key}_FILE`, detail: `and ${key} are both set; remove one` });
    }
    if (raw !== undefined && raw !== '') return { key, origin: key, raw };
    if (path === undefined || path === '') return undefined;
    try {
      const secret = readFileSync(resolve(cwd, path), 'utf8');
      if (secret.length > SECRET_BYTES_MAX) throw new Error('the file is too large for a secret');
      return { key: `${key}_FILE`, origin: `${key}_FILE`, raw: secret.trim() };
    } catch (error) {
      problems.push({
        code: 'config.secret-file',
        key: `${key}_FILE`,
        detail: `cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'too large'}`,
      });
      return undefined;
    }
  });
}

function fromFile({ name }: NamedSetting, file: ReadonlyMap<string, unknown>, path: string | undefined): Given | undefined {
  return file.has(name) ? { key: name, origin: path ?? '', raw: file.get(name) } : undefined;
}

function readFile(path: string, shownPath: string, problems: ConfigProblem[]): Map<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return flattened(parsed, '');
    problems.push({ code: 'config.invalid', key: shownPath, detail: 'needs one JSON object' });
  } catch (error) {
    // The parser's message quotes the text, which may be a secret.
    const reason = error instanceof SyntaxError ? 'is not JSON' : `cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`;
    problems.push({ code: 'config.invalid', key: shownPath, detail: reason });
  }
  return new Map();
}

function flattened(group: object, prefix: string): Map<string, unknown> {
  return new Map(
    Object.entries(group).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? [...flattened(value, `${prefix}${key}.`)]
        : [[`${prefix}${key}`, value] as const],
    ),
  );
}

function unknownKeys(
  settings: readonly NamedSetting[],
  flags: object,
  env: ConfigSources['env'],
  file: ReadonlyMap<string, unknown>,
): ConfigProblem[] {
  const names = settings.map(({ name }) => name);
  const variables = settings.flatMap(({ variable, setting }) => (setting.secret ? [variable, `${variable}_FILE`] : [variable]));
  // A command line is visible to everyone on the machine: secrets have no flag.
  const flaggable = settings.filter(({ setting }) => !setting.secret).map(({ name }) => name);
  const options = flaggable.map(camelCase);
  const unknown = (key: string, known: readonly string[], unlike = known, prefix = ''): ConfigProblem[] => {
    if (known.includes(key) || unlike.includes(key)) return [];
    const near = closestTo(key, known, prefix);
    return [{ code: 'config.unknown', key, detail: `is no setting${near === undefined ? '' : `; did you mean ${near}?`}` }];
  };
  return [
    ...Object.keys(flags).flatMap((key) => unknown(key, options, flaggable)),
    ...Object.keys(env).flatMap((key) =>
      key.startsWith(PREFIX) && !OTHER_VARIABLES.test(key) ? unknown(key, variables, variables, PREFIX) : [],
    ),
    ...[...file.keys()].flatMap((key) => unknown(key, names)),
  ];
}

/** What single values cannot tell: production's demands, and settings that need each other. */
function disagreements(
  settings: readonly NamedSetting[],
  values: ReadonlyMap<string, unknown>,
  origins: ReadonlyMap<string, string>,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const missing = (name: string, why: string): void => {
    const variable = settings.find((named) => named.name === name)?.variable ?? name;
    problems.push({ code: 'config.missing', key: name, detail: `${why}; set ${variable}` });
  };
  if (values.get('profile') === 'production') {
    for (const { name, setting } of settings) {
      if (setting.production && origins.get(name) === 'default') missing(name, 'is needed in the production profile');
    }
    const roles = values.get('roles') as readonly Role[];
    for (const name of loginsOf(roles)) {
      if (values.get(name) === null) missing(name, 'is needed in the production profile: a login of this role and no other');
    }
    if (roles.includes('sealer') && values.get('sealer.key') === null)
      missing('sealer.key', 'is needed in the production profile where this process seals');
    if (roles.includes('evidence') && values.get('evidence.dir') === null)
      missing('evidence.dir', 'is needed in the production profile where this process keeps evidence');
    if (
      roles.some((role) => role === 'capture' || role === 'gateway' || role === 'evidence' || role === 'alerts') &&
      values.get('receiptKey') === null
    )
      missing('receiptKey', 'is needed in the production profile where this process takes sightings or answers');
    if (roles.some((role) => role === 'gateway' || role === 'evidence' || role === 'alerts') && values.get('contextKey') === null)
      missing('contextKey', 'is needed in the production profile where this process answers');
  }
  if (values.get('kafka.saslMechanism') !== 'none') {
    for (const name of ['kafka.saslUser', 'kafka.saslPassword'])
      if (values.get(name) === null) missing(name, 'is needed with kafka.saslMechanism');
  }
  const isOidcOff = values.get('oidc.issuer') === null;
  for (const name of ['oidc.clientId', 'oidc.clientSecret', 'oidc.audience'])
    if (isOidcOff && values.get(name) !== null) missing('oidc.issuer', `is needed with ${name}`);
  if (!isOidcOff && values.get('oidc.clientId') === null && values.get('oidc.audience') === null)
    missing('oidc.clientId', 'is needed with oidc.issuer, for logins; or oidc.audience, for tokens');
  if (values.get('oidc.clientSecret') !== null && values.get('oidc.clientId') === null)
    missing('oidc.clientId', 'is needed with oidc.clientSecret');
  if (values.get('topics.events') === values.get('topics.deadLetters')) {
    problems.push({ code: 'config.invalid', key: 'topics.deadLetters', detail: 'needs another name than topics.events' });
  }
  return [...problems, ...reachProblems(values, origins)];
}

/** The gateway appends dead letters again as the operator, and what is received as evidence is said by way of capture; so is what a watch was met by, which is read as by the gateway. */
const LOGINS = {
  capture: ['databaseUrlCapture'],
  projector: ['databaseUrlProjector'],
  gateway: ['databaseUrlGateway', 'databaseUrlOperator'],
  sealer: ['databaseUrlSealer'],
  evidence: ['databaseUrlEvidence', 'databaseUrlCapture'],
  alerts: ['databaseUrlGateway', 'databaseUrlCapture'],
} as const satisfies Record<Role, readonly (keyof Config)[]>;

const loginsOf = (roles: readonly Role[]): string[] => [...new Set(roles.flatMap((role) => LOGINS[role]))];

/** A wrong value is repeated so that it can be found, but for secrets, which must not reach a log. */
function shown({ setting }: NamedSetting, raw: unknown): string {
  if (setting.secret) return '';
  return `, not ${JSON.stringify(raw)?.slice(0, 80) ?? 'nothing'}`;
}

function nested(values: ReadonlyMap<string, unknown>): Config {
  const root: Record<string, unknown> = {};
  for (const [name, value] of values) {
    const [first = name, second] = name.split('.');
    if (second === undefined) root[first] = value;
    else root[first] = { ...(root[first] as object | undefined), [second]: value };
  }
  for (const member of Object.values(root)) if (typeof member === 'object' && member !== null) Object.freeze(member);
  return Object.freeze(root) as Config;
}

const absolute = (cwd: string, path: unknown): string => (isAbsolute(String(path)) ? String(path) : resolve(cwd, String(path)));
const camelCase = (name: string): string => name.replaceAll(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase());
