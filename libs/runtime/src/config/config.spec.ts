import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configFlags, configReference, configView, printConfig, secretsOf } from './show-config.ts';
import { codeOfProblems, describeProblems, readConfig, type ConfigSources, type ReadConfig } from './read-config.ts';
import { isDemoMode, namedSettings } from './settings.ts';

const KEY = 'ab'.repeat(32);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (sources: Partial<ConfigSources>): ReturnType<typeof readConfig> => readConfig({ env: {}, cwd: folder, ...sources });
const good = (sources: Partial<ConfigSources>): ReadConfig => {
  const result = read(sources);
  if (!result.ok) throw new Error(describeProblems(result.problems));
  return result;
};
const problems = (sources: Partial<ConfigSources>): string[] => {
  const result = read(sources);
  return result.ok ? [] : result.problems.map(({ code, key }) => `${code} ${key}`);
};
const file = (name: string, content: unknown): string => {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return name;
};

test('without any source the program runs on one machine, on loopback, with all roles', () => {
  const { config } = good({});
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    roles: ['capture', 'projector', 'gateway', 'sealer', 'evidence', 'alerts'],
    databaseUrl: null,
    kafka: { brokers: [] },
  });
  expect(config.dataDir).toBe(join(folder, '.custody'));
});

test('a flag stands before a variable, our variable before the conventional one, that before the file, the file before the default', () => {
  const config = file('order.json', { port: 1, limits: { ratePerSecond: 7 } });
  const env = { PORT: '2', CUSTODY_PORT: '3', CUSTODY_CONFIG: config };
  const port = (sources: Partial<ConfigSources>): number => good(sources).config.port;
  expect(port({ env, flags: { port: '4' } })).toBe(4);
  expect(port({ env })).toBe(3);
  expect(port({ env: { PORT: '2', CUSTODY_CONFIG: config } })).toBe(2);
  expect(port({ flags: { config } })).toBe(1);
  expect(good({ env }).config.limits.ratePerSecond).toBe(7);
  expect([...good({ env }).origins].filter(([, origin]) => origin !== 'default')).toEqual([
    ['port', 'CUSTODY_PORT'],
    ['limits.ratePerSecond', config],
  ]);
});

test('flags come by the names that a command line parser gives them', () => {
  const { config } = good({ flags: { kafkaBrokers: 'one:9092,two:9092', kafkaSsl: true, demo: 'false' } });
  expect(config.kafka).toMatchObject({ brokers: ['one:9092', 'two:9092'], ssl: true });
  expect(config.demo).toBe(false);
  expect(configFlags().map(({ flags }) => flags)).toEqual(
    expect.arrayContaining(['--kafka-brokers <value>', '--kafka-ssl [value]', '--config <path>']),
  );
});

test('a secret is read from the file that its variable names, and has no flag', () => {
  file('url', 'postgres://owner:hunter2@db/ledger\n');
  expect(good({ env: { CUSTODY_DATABASE_URL_FILE: 'url' } }).config.databaseUrl).toBe('postgres://owner:hunter2@db/ledger');
  expect(good({ env: { DATABASE_URL_FILE: 'url' } }).config.databaseUrl).toBe('postgres://owner:hunter2@db/ledger');
  expect(problems({ env: { CUSTODY_DATABASE_URL_FILE: 'missing' } })).toEqual(['config.secret-file CUSTODY_DATABASE_URL_FILE']);
  expect(problems({ env: { CUSTODY_DATABASE_URL_FILE: 'url', CUSTODY_DATABASE_URL: 'postgres://x/y' } })).toEqual([
    'config.invalid CUSTODY_DATABASE_URL_FILE',
  ]);
  expect(problems({ flags: { databaseUrl: 'postgres://x/y' } })).toEqual(['config.unknown databaseUrl']);
  expect(configFlags().some(({ flags }) => /database-url|password|publisher/.test(flags))).toBe(false);
});

test('an unknown key is an error in every source and names the nearest one', () => {
  const config = file('unknown.json', { kafka: { broker: ['one:9092'] }, colour: 'blue' });
  const result = read({ flags: { config, prot: '1' }, env: { CUSTODY_ROLE: 'gateway' } });
  expect(result.ok ? [] : result.problems.map(({ code, key, detail }) => [code, key, detail])).toEqual([
    ['config.unknown', 'prot', 'is no setting; did you mean port?'],
    ['config.unknown', 'CUSTODY_ROLE', 'is no setting; did you mean CUSTODY_ROLES?'],
    ['config.unknown', 'kafka.broker', 'is no setting; did you mean kafka.brokers?'],
    ['config.unknown', 'colour', 'is no setting'],
  ]);
  expect(problems({ env: { CUSTODY_TEST_POSTGRES: 'x', PATH: '/bin' } })).toEqual([]);
  // The prefix that all variables have makes none of them near.
  const foo = read({ env: { CUSTODY_FOO: '1' } });
  expect(foo.ok ? [] : foo.problems.map(({ detail }) => detail)).toEqual(['is no setting']);
});

test('a value of the file that a variable covers is judged as well, and the variable counts', () => {
  const config = file('covered.json', { port: 'x', demo: false });
  expect(problems({ flags: { config }, env: { CUSTODY_PORT: '9000', CUSTODY_FOO: '1' } }).sort()).toEqual([
    'config.invalid port',
    'config.unknown CUSTODY_FOO',
  ]);
  const fine = file('covered-fine.json', { port: 9001 });
  expect(good({ flags: { config: fine }, env: { CUSTODY_PORT: '9000' } }).config.port).toBe(9000);
});

test('problems are shown with their codes, and as a whole with one that fits them all', () => {
  const one = { code: 'config.unknown', key: 'colour', detail: 'is no setting' } as const;
  const other = { code: 'config.invalid', key: 'port', detail: 'needs a port' } as const;
  expect([describeProblems([one]), codeOfProblems([one])]).toEqual(['colour: is no setting', 'config.unknown']);
  expect([describeProblems([one, other]), codeOfProblems([one, other])]).toEqual([
    'colour: is no setting (config.unknown)\nport: needs a port (config.invalid)\n2 problems in the configuration',
    'config.invalid',
  ]);
  expect(codeOfProblems([one, one])).toBe('config.unknown');
});

test('all problems are listed at once', () => {
  const env = {
    CUSTODY_PORT: '70000',
    CUSTODY_ROLES: 'capture,printer',
    CUSTODY_LIMITS_BODY_BYTES: '1e9',
    CUSTODY_LOG_LEVEL: 'loud',
    CUSTODY_PORTT: '1',
  };
  expect(problems({ env }).sort()).toEqual([
    'config.invalid CUSTODY_LIMITS_BODY_BYTES',
    'config.invalid CUSTODY_LOG_LEVEL',
    'config.invalid CUSTODY_PORT',
    'config.invalid CUSTODY_ROLES',
    'config.unknown CUSTODY_PORTT',
  ]);
});

describe('an address that is not loopback', () => {
  const TLS = { CUSTODY_TLS_CERT: 'a.pem', CUSTODY_TLS_KEY: 'a.key' };
  const detailOf = (sources: Partial<ConfigSources>): string => {
    const result = read(sources);
    return result.ok ? '' : describeProblems(result.problems);
  };

  it.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.2', '2001:db8::1', 'ledger.example'])('is not listened on without TLS: %s', (host) => {
    const wildcard = ['0.0.0.0', '::'].includes(host) ? ['config.missing publicUrl'] : [];
    expect(problems({ flags: { host } })).toEqual(['config.invalid --host', ...wildcard]);
    expect(problems({ env: { CUSTODY_HOST: host } })).toEqual(['config.invalid CUSTODY_HOST', ...wildcard]);
    expect(problems({ flags: { config: file('host.json', { host }) } })).toEqual(['config.invalid host', ...wildcard]);
    expect(detailOf({ flags: { host } })).toContain('set CUSTODY_TLS_CERT and CUSTODY_TLS_KEY, or listen on 127.0.0.1');
  });

  it('is with certificate and key, and loopback needs none', () => {
    for (const host of ['10.0.0.1', 'ledger.example', '2001:db8::1']) expect(good({ flags: { host }, env: TLS }).config.host).toBe(host);
    for (const host of ['127.0.0.1', '::1', 'localhost']) expect(good({ flags: { host } }).config.host).toBe(host);
    for (const host of ['', '0', 'a b', 'https://x', '[::1]', 'fe80::1%eth0'])
      expect(problems({ flags: { host }, env: TLS })).toEqual(['config.invalid --host']);
  });

  it('is none where whoever reaches the port is the operator, and neither is a name that a proxy serves', () => {
    const open = { CUSTODY_ACCESS: 'open' };
    expect(problems({ flags: { host: '10.0.0.1' }, env: { ...TLS, ...open } })).toEqual(['config.invalid CUSTODY_ACCESS']);
    expect(detailOf({ flags: { host: '10.0.0.1' }, env: { ...TLS, ...open } })).toContain('set CUSTODY_ACCESS=required');
    expect(problems({ env: { ...open, CUSTODY_PUBLIC_URL: 'https://ledger.example' } })).toEqual(['config.invalid CUSTODY_ACCESS']);
    expect(problems({ env: open })).toEqual([]);
  });

  it('that is all of them needs the name by which users ask', () => {
    for (const host of ['0.0.0.0', '::', '0:0::0', '::ffff:0.0.0.0', '::ffff:0:0', '0x0']) {
      expect(problems({ flags: { host }, env: TLS })).toEqual(['config.missing publicUrl']);
      expect(problems({ flags: { host }, env: { ...TLS, CUSTODY_PUBLIC_URL: 'https://ledger.example:8443' } })).toEqual([]);
    }
  });

  it('has both files or none', () => {
    expect(problems({ env: { CUSTODY_TLS_CERT: 'a.pem' } })).toEqual(['config.missing tls.key']);
    expect(problems({ env: { CUSTODY_TLS_KEY: 'a.key' } })).toEqual(['config.missing tls.cert']);
  });
});

describe('demo mode', () => {
  const HERE = { CUSTODY_DEMO: 'true' };
  /** Each alone leads elsewhere than to a ledger that somebody tries out on his own machine. */
  const ELSEWHERE: readonly (readonly [where: string, env: Readonly<Record<string, string>>])[] = [
    ['with databaseUrl', { DATABASE_URL: 'postgres://db/x' }],
    ['with tls.cert', { CUSTODY_TLS_CERT: 'a.pem', CUSTODY_TLS_KEY: 'a.key' }],
    ['with publicUrl', { CUSTODY_PUBLIC_URL: 'https://ledger.example' }],
  ];

  it('is what runs without any setting, also on Kafka', () => {
    for (const env of [{}, HERE, { KAFKA_BROKERS: 'one:9092' }]) expect(isDemoMode(good({ env }).config)).toBe(true);
  });

  it('is off where it is turned off, in production, and wherever the ledger is more than one machine’s own', () => {
    expect(isDemoMode(good({ env: { CUSTODY_DEMO: 'false' } }).config)).toBe(false);
    for (const [where, env] of ELSEWHERE) expect([where, isDemoMode(good({ env }).config)]).toEqual([where, false]);
    // Production demands a database, too; here it is by itself.
    expect(isDemoMode({ ...good({}).config, profile: 'production' })).toBe(false);
  });

  it('is refused where it is asked for and there is none', () => {
    for (const [where, env] of ELSEWHERE) {
      const result = read({ env: { ...env, ...HERE } });
      expect(result.ok ? [] : result.problems).toEqual([
        {
          code: 'config.invalid',
          key: 'CUSTODY_DEMO',
          detail: expect.stringContaining(`no demo mode ${where}: nothing is read`) as string,
        },
      ]);
      expect(problems({ env, flags: { config: file('no-demo.json', { demo: false }) } })).toEqual([]);
    }
  });
});

test('what users type is an origin of https and nothing behind it', () => {
  const of = (url: string): string[] => problems({ env: { CUSTODY_PUBLIC_URL: url } });
  for (const url of ['https://ledger.example', 'https://ledger.example:8443', 'https://192.0.2.1', 'https://[2001:db8::1]'])
    expect([url, of(url)]).toEqual([url, []]);
  for (const url of [
    'http://ledger.example',
    'https://ledger.example/',
    'https://ledger.example:443',
    'https://Ledger.example',
    'https://a/b',
    'ledger',
  ])
    expect([url, of(url)]).toEqual([url, ['config.invalid CUSTODY_PUBLIC_URL']]);
});

test('a provider for logins is reached by https, or on this machine, and is told whole', () => {
  const issuer = (url: string): string[] => problems({ env: { CUSTODY_OIDC_ISSUER: url, CUSTODY_OIDC_CLIENT_ID: 'ledger' } });
  for (const url of ['https://login.example/realm', 'http://127.0.0.1:3000', 'http://localhost:3000/', 'http://[::1]:3000'])
    expect([url, issuer(url)]).toEqual([url, []]);
  for (const url of [
    'http://login.example',
    'login.example',
    'https://login.example/?realm=a',
    'https://login.example/#a',
    'ftp://127.0.0.1',
  ])
    expect([url, issuer(url)]).toEqual([url, ['config.invalid CUSTODY_OIDC_ISSUER']]);
  expect(problems({ env: { CUSTODY_OIDC_CLIENT_ID: 'ledger' } })).toEqual(['config.missing oidc.issuer']);
  expect(problems({ env: { CUSTODY_OIDC_AUDIENCE: 'ledger' } })).toEqual(['config.missing oidc.issuer']);
  expect(problems({ env: { CUSTODY_OIDC_ISSUER: 'https://login.example' } })).toEqual(['config.missing oidc.clientId']);
  const tokens = { CUSTODY_OIDC_ISSUER: 'https://login.example', CUSTODY_OIDC_AUDIENCE: 'ledger' };
  expect(problems({ env: tokens })).toEqual([]);
  expect(problems({ env: { ...tokens, CUSTODY_OIDC_CLIENT_SECRET: 's' } })).toEqual(['config.missing oidc.clientId']);
  expect(problems({ env: { ...tokens, CUSTODY_OIDC_SCOPE: 'profile' } })).toEqual(['config.invalid CUSTODY_OIDC_SCOPE']);
});

test('production names everything that it is missing; a given value that equals a default counts as given', () => {
  const env = { CUSTODY_PROFILE: 'production' };
  expect(problems({ env })).toEqual([
    'config.missing databaseUrl',
    'config.missing publisherKey',
    'config.missing kafka.brokers',
    'config.missing databaseUrlCapture',
    'config.missing databaseUrlProjector',
    'config.missing databaseUrlGateway',
    'config.missing databaseUrlOperator',
    'config.missing databaseUrlSealer',
    'config.missing databaseUrlEvidence',
    'config.missing sealer.key',
    'config.missing evidence.dir',
    'config.missing receiptKey',
    'config.missing contextKey',
  ]);
  // Only the roles of this process need theirs.
  expect(problems({ env: { ...env, CUSTODY_ROLES: 'projector' } })).toEqual([
    'config.missing databaseUrl',
    'config.missing publisherKey',
    'config.missing kafka.brokers',
    'config.missing databaseUrlProjector',
  ]);
  expect(problems({ env: { ...env, CUSTODY_ROLES: 'sealer' } })).toEqual([
    'config.missing databaseUrl',
    'config.missing publisherKey',
    'config.missing kafka.brokers',
    'config.missing databaseUrlSealer',
    'config.missing sealer.key',
  ]);
  const logins = Object.fromEntries(
    ['CAPTURE', 'PROJECTOR', 'GATEWAY', 'OPERATOR', 'SEALER', 'ACCESS', 'EVIDENCE'].map((role) => [
      `DATABASE_URL_${role}`,
      `postgres://${role}@db/x`,
    ]),
  );
  const all = {
    ...env,
    DATABASE_URL: 'postgres://db/x',
    ...logins,
    KAFKA_BROKERS: 'one:9092',
    CUSTODY_PUBLISHER_KEY: KEY,
    CUSTODY_RECEIPT_KEY: KEY,
    CUSTODY_CONTEXT_KEY: KEY,
    CUSTODY_SEALER_KEY: KEY,
    CUSTODY_EVIDENCE_DIR: '/srv/evidence',
  };
  expect(good({ env: all }).config.profile).toBe('production');
  // Nobody comes in there without showing who he is.
  expect(isDemoMode(good({ env: all }).config)).toBe(false);
  for (const given of [{ CUSTODY_DEMO: 'true' }, { CUSTODY_ACCESS: 'open' }])
    expect(problems({ env: { ...all, ...given } })).toEqual(Object.keys(given).map((name) => `config.invalid ${name}`));
  expect(problems({ env: { ...all, CUSTODY_KAFKA_SASL_MECHANISM: 'plain' } })).toEqual([
    'config.missing kafka.saslUser',
    'config.missing kafka.saslPassword',
  ]);
});

test('keys of the log are named in the form in which others check them, and secret ones never on the command line', () => {
  const vkey = 'ledger.example/log+f86999c8+AaUmyIvzGSWt2C8l0fqs1cBhxXgZ0o1JYhJmmyzM4pXZ';
  const { sealer } = good({ env: { CUSTODY_SEALER_REVOKED_KEYS: `${vkey},${vkey.replace('log+', 'old+')}` } }).config;
  expect(sealer.revokedKeys).toHaveLength(2);
  for (const text of ['none', vkey.replace('f86999c8', 'F86999C8'), vkey.replace('ledger.example', 'ledger example'), KEY])
    expect(problems({ env: { CUSTODY_SEALER_RECEIPT_KEYS: text } })).toEqual(['config.invalid CUSTODY_SEALER_RECEIPT_KEYS']);
  expect(problems({ flags: { sealerFormerKeys: KEY } })).toEqual(['config.unknown sealerFormerKeys']);
  expect(good({ env: { CUSTODY_SEALER_FORMER_KEYS: KEY } }).config.sealer.formerKeys).toEqual([KEY]);
});

test('a file that is missing, no JSON or no object is named without quoting it', () => {
  file('broken.json', '{"databaseUrl": "postgres://a:hunter2@b"');
  for (const name of ['nowhere.json', 'broken.json', file('list.json', [])]) {
    const result = read({ flags: { config: name } });
    expect(result.ok ? '' : describeProblems(result.problems)).toContain(name);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  }
});

test('the configuration cannot be changed once read', () => {
  const { config } = good({});
  expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
  expect(() => Object.assign(config.limits, { ratePerSecond: 1 })).toThrow(TypeError);
});

test('printed and redacted, no secret is shown, in any form; not redacted they are', () => {
  const env = {
    DATABASE_URL: 'postgres://owner:hunter%2F2@db/x',
    CUSTODY_KAFKA_SASL_PASSWORD: 'swordfish',
    CUSTODY_PUBLISHER_KEY: KEY,
    CUSTODY_PUBLISHER_KEYS_ACCEPTED: `${'cd'.repeat(32)},customs=${'ef'.repeat(32)}`,
  };
  const red = good({ env });
  const secrets = ['hunter', 'swordfish', KEY, 'cd'.repeat(32), 'ef'.repeat(32)];
  for (const secret of secrets) {
    expect(printConfig(red, { redacted: true })).not.toContain(secret);
    expect(JSON.stringify(configView(red, { redacted: true }))).not.toContain(secret);
    expect(printConfig(red, { redacted: false })).toContain(secret);
  }
  expect(printConfig(red, { redacted: true })).toContain('databaseUrl = (set, not shown)  # DATABASE_URL\n');
  expect(secretsOf(red.config)).toEqual(expect.arrayContaining(['hunter/2', 'swordfish', KEY, 'cd'.repeat(32), 'ef'.repeat(32)]));
});

test('an accepted key stands alone or behind its agency, and nothing else is one', () => {
  const key = 'cd'.repeat(32);
  const of = (text: string): string[] => problems({ env: { CUSTODY_PUBLISHER_KEYS_ACCEPTED: text } });
  for (const text of [key, `customs=${key}`, `${key},customs=${key},customs-2=${'ef'.repeat(32)}`]) expect(of(text)).toEqual([]);
  for (const text of [
    `=${key}`,
    `Customs=${key}`,
    `a/b=${key}`,
    `customs:${key}`,
    `customs=${key}0`,
    'customs=',
    `${'a'.repeat(65)}=${key}`,
  ])
    expect(of(text)).toEqual(['config.invalid CUSTODY_PUBLISHER_KEYS_ACCEPTED']);
});

test('a problem with a secret does not quote it', () => {
  const result = read({ env: { CUSTODY_PUBLISHER_KEY: 'hunter2' } });
  expect(JSON.stringify(result)).toContain('config.invalid');
  expect(JSON.stringify(result)).not.toContain('hunter2');
});

test('every setting has one variable, its words in it, and a meaning', () => {
  const names = namedSettings();
  expect(new Set(names.map(({ variable }) => variable)).size).toBe(names.length);
  for (const { setting } of names) expect(setting.meaning).toMatch(/^[A-Z].+\.$/s);
  expect(names.find(({ name }) => name === 'kafka.saslPassword')).toMatchObject({
    flag: '--kafka-sasl-password',
    variable: 'CUSTODY_KAFKA_SASL_PASSWORD',
  });
});

test('every default is a value that its own setting would take', () => {
  for (const { setting } of namedSettings()) {
    const empty = setting.default === null || (Array.isArray(setting.default) && setting.default.length === 0);
    if (!empty) expect(setting.parse(setting.default)).toEqual({ ok: true, value: setting.default });
  }
});

test('docs/configuration.md is what the table says', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/configuration.md'), 'utf8');
  expect(page).toBe(configReference());
});
