/** The configuration as people see it: `custody config print`, the flags of `custody serve`, and docs/configuration.md. */
import type { ReadConfig } from './read-config.ts';
import { type NamedSetting, namedSettings } from './settings.ts';

export interface ShownSetting {
  readonly name: string;
  /** Not there where it is a secret that is set: `hidden`. A path of a secret's file is no secret. */
  readonly value?: unknown;
  readonly hidden?: true;
  /** `default`, or what it was read from. */
  readonly origin: string;
}

/** Every setting in force. Redacted, without the secrets. */
export function configView({ config, origins }: ReadConfig, options: { readonly redacted: boolean }): ShownSetting[] {
  return namedSettings().map(({ name, setting }) => {
    const origin = origins.get(name) ?? 'default';
    if (options.redacted && setting.secret && origin !== 'default') return { name, hidden: true, origin };
    return { name, value: valueAt(config, name), origin };
  });
}

/** One line per setting: `name = JSON value  # where it came from`. Redacted, a secret that is set reads `(set, not shown)`. Ends with a line feed. */
export function printConfig(read: ReadConfig, options: { readonly redacted: boolean }): string {
  return configView(read, options)
    .map(({ name, value, hidden, origin }) => `${name} = ${hidden === true ? '(set, not shown)' : JSON.stringify(value)}  # ${origin}\n`)
    .join('');
}

/** Of `agency=KEY`, the key is the secret. */
const KEY_AT_END = /[0-9a-f]{64}$/;

/** Values that must never reach a log: every secret that is set, and the password inside a URL. Longest first, so that a part is not cut out of a whole. */
export function secretsOf(config: ReadConfig['config']): string[] {
  const secrets = namedSettings().flatMap(({ name, setting }) => (setting.secret ? [valueAt(config, name)].flat() : []));
  return secrets
    .filter((value): value is string => typeof value === 'string')
    .flatMap((value) =>
      URL.canParse(value) ? [value, decodeURIComponent(new URL(value).password)] : [value, ...(KEY_AT_END.exec(value) ?? [])],
    )
    .filter((value) => value !== '')
    .sort((left, right) => right.length - left.length);
}

/** Options for a command line parser (commander's notation): `--port <value>`, and `--demo [value]` where the bare flag means yes. */
export function configFlags(): { readonly flags: string; readonly meaning: string }[] {
  const settings = namedSettings().filter(({ setting }) => !setting.secret);
  return [
    ...settings.map(({ flag, setting }) => ({ flags: `${flag} ${setting.isSwitch ? '[value]' : '<value>'}`, meaning: setting.meaning })),
    { flags: '--config <path>', meaning: 'JSON file with settings.' },
  ];
}

/** The text of docs/configuration.md. */
export function configReference(): string {
  return [
    '# Configuration',
    '',
    'Every setting, made from the one table in `libs/runtime/src/config/settings.ts`; a test fails when the two differ.',
    '',
    'A setting is read, first come first served, from its flag (`custody serve --port 9000`), its variable (`CUSTODY_PORT=9000`), the',
    'conventional variable named with it, the JSON file that `--config` or `CUSTODY_CONFIG` names (`{"kafka": {"brokers": ["one:9092"]}}`),',
    'or it keeps its default. Secrets have no flag, because the command line is visible to everyone on a machine; they are also read from the',
    'file that the variable with `_FILE` behind it names (`CUSTODY_DATABASE_URL_FILE=/run/secrets/database`).',
    'An unknown key is an error, and all problems are listed at once: `custody config check`. What is in force, without secrets:',
    '`custody config print --redacted`.',
    '',
    '| setting | form | default | meaning |',
    '|---|---|---|---|',
    ...namedSettings().map(tableRow),
    '',
  ].join('\n');
}

function tableRow({ name, variable, setting }: NamedSetting): string {
  const variables = [variable, ...setting.alsoFrom].map((key) => `\`${key}\``).join(', ');
  const marks = [setting.secret ? 'Secret.' : '', setting.production ? 'Needed in production.' : ''].filter((mark) => mark !== '');
  const fallback =
    setting.default === null || (Array.isArray(setting.default) && setting.default.length === 0)
      ? ''
      : `\`${[setting.default].flat().join(',')}\``;
  return `| \`${name}\`<br>${variables} | ${setting.form} | ${fallback} | ${[setting.meaning, ...marks].join(' ')} |`;
}

function valueAt(config: ReadConfig['config'], name: string): unknown {
  return name.split('.').reduce<unknown>((group, key) => (group as Readonly<Record<string, unknown>>)[key], config);
}
