/**
 * Every setting there is, once. The typed configuration, the variables' and flags' names, `custody config print` and
 * docs/configuration.md all follow from this table: `kafka.brokers` is the flag `--kafka-brokers` and the variable `CUSTODY_KAFKA_BROKERS`.
 */
import { isIP } from 'node:net';
import { integer, list, oneOf, onOff, type Setting, text } from './setting.ts';

export const ROLES = ['capture', 'projector', 'gateway', 'sealer', 'evidence', 'alerts'] as const;
export type Role = (typeof ROLES)[number];

/** The only addresses served without TLS: keys, tokens and cookies go over the connection in clear. */
export const LOOPBACK_HOSTS: readonly string[] = ['127.0.0.1', '::1', 'localhost'];

const MIB = 1024 * 1024;

const isRole = (word: string): word is Role => ROLES.some((role) => role === word);
const isBroker = (address: string): address is string => /^[A-Za-z0-9._-]+:\d{1,5}$|^\[[0-9A-Fa-f:]+\]:\d{1,5}$/.test(address);
const isTopic = (name: string): boolean => /^[A-Za-z0-9._-]{1,249}$/.test(name);
const isKey = (hex: string): hex is string => /^[0-9a-f]{64}$/.test(hex);
const isKeyOf = (text: string): text is string => /^((?:[a-z0-9-]{1,64}|\*)=)?[0-9a-f]{64}$/.test(text);
const isVerifierKey = (text: string): text is string => /^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}$/.test(text);
const isApiKey = (text: string): text is string => /^custody_[a-z0-9]{8,32}_[A-Za-z0-9_-]{43}$/.test(text);
const isUrl = (protocols: readonly string[]) => (value: string) => URL.canParse(value) && protocols.includes(new URL(value).protocol);
/** What is sent there crosses a network in clear. */
export const isInClear = (url: string): boolean => {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !LOOPBACK_HOSTS.includes(hostname.replace(/^\[|\]$/g, ''));
};
/** A provider that is reached in clear could be anybody: but for one on this machine. */
const isIssuer = (text: string): boolean => {
  if (!isUrl(['https:', 'http:'])(text) || isInClear(text)) return false;
  const { search, hash } = new URL(text);
  return search === '' && hash === '';
};
const addressOf = (host: string): string => `http://${host.includes(':') ? `[${host}]` : host}`;
/** What can be listened on, and asked by: an address, or a name with a letter in it, since `0` would be every address. */
const isHost = (text: string): boolean =>
  (isIP(text) !== 0 || /^(?=.*[a-z])[a-z0-9]([a-z0-9.-]{0,252})$/i.test(text)) && URL.canParse(addressOf(text));
/** Compared with what browsers send as Origin: in their spelling, and of https, since what crosses a network in clear is nobody's own. */
const isPublicUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, origin } = new URL(text);
  return protocol === 'https:' && origin === text;
};
const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
const anything = (): boolean => true;

/** A login whose only membership is its role's, so that SQL of an intruder has nothing to go back to. */
const roleLogin = (role: string, purpose = '') =>
  text(
    'postgres URL',
    isUrl(['postgres:', 'postgresql:']),
    null,
    `Login of custody_${role}${purpose}, or of a member of that role and of nothing else, at the same database. Without it the login of databaseUrl steps down to the role, which \`set role none\` undoes: a warning, and an error in production.`,
    { secret: true, alsoFrom: [`DATABASE_URL_${role.toUpperCase()}`] },
  );

const TOPIC = 'topic name: letters, digits, dot, underscore, hyphen';
const KEY = '64 lower-case hex digits (32 bytes)';
const VERIFIER_KEY = 'verifier keys (C2SP signed-note, `name+id+key`)';

export const SETTINGS = {
  profile: oneOf(
    ['development', 'production'],
    'development',
    'Production refuses what loses data or is convenient only: the embedded database and event log, a generated publisher key, topics without replicas.',
  ),
  roles: list(
    'roles: capture, projector, gateway, sealer, evidence, alerts',
    isRole,
    ROLES,
    'What this process does. A cluster runs the same program once per role. Without a sealer nothing is sealed: entries have no recorded time, and the log no signed head. Without alerts nobody is told that a watch was met; one process at a time tells.',
  ),
  host: text(
    'address or name',
    isHost,
    '127.0.0.1',
    'Address to listen on. Another one than 127.0.0.1, ::1 and localhost needs `tls.cert`, `tls.key` and `access: required`; all addresses (0.0.0.0, ::) need `publicUrl` as well. Requests are answered under loopback names, this one and that of `publicUrl`.',
  ),
  publicUrl: text(
    'https origin, as https://ledger.example or https://ledger.example:8443',
    isPublicUrl,
    null,
    'What users type: of redirect URIs at the OpenID provider, of the ready line, and of the pages that may write. Also where a proxy in front has the TLS. Needs `access: required`.',
  ),
  tls: {
    cert: text(
      'path',
      anything,
      null,
      'Certificate (PEM, the own one first, then those of its issuers). With it and `tls.key` the port speaks TLS 1.2 or newer and nothing else. Both files are looked at every 10 s: a renewed pair is taken without a restart, and one that does not fit is not; `/readyz` says until when the one in force holds, and fails once it has expired. No demo mode: without a key no record is read (health, the pages of the API, heads and tiles of the log, and with them number and time of entries, are for everybody). Answers under other names than loopback’s bind browsers to https for a year (HSTS), on every port of that name: another program that speaks http under it is not reached by them any more.',
    ),
    key: text(
      'path',
      anything,
      null,
      'Private key of that certificate (PEM, not encrypted), readable by its owner alone (mode 0600 or 0400).',
    ),
  },
  access: oneOf(
    ['open', 'required'],
    'required',
    'Who a caller without credentials is. Required: nobody in particular, who reads what is TLP:CLEAR in demo mode (`demo`) and nothing else, and does nothing; everyone else shows an API key, a token or a session. Commands on this machine find the key of its operator in the data directory (`operator-<port>.key`; by TLS, or on another address than 127.0.0.1, that is in the name too). Open: on this machine the operator, with every role; not in production.',
  ),
  oidc: {
    issuer: text(
      'https URL, or http on loopback',
      isIssuer,
      null,
      'OpenID provider by which people log in, exactly as its tokens have it (`iss`). Without it there are API keys alone.',
    ),
    clientId: text(
      'text',
      anything,
      null,
      'By which the provider knows this ledger. Its redirect URI there is `http://HOST:PORT/auth/callback`, with TLS `https://...`, with `publicUrl` that and `/auth/callback`.',
    ),
    clientSecret: text('text', anything, null, 'Secret of the client, where it has one; PKCE is used in any case.', { secret: true }),
    scope: text('scopes, separated by spaces', (scopes) => scopes.split(' ').includes('openid'), 'openid', 'What is asked for at a login.'),
    audience: text('text', anything, null, 'Audience of access tokens that are taken as bearer (`aud`). Without it none are.'),
  },
  session: {
    hours: integer(1, 720, 12, 'How long a session of a browser holds at most.'),
    idleMinutes: integer(2, 43_200, 60, 'How long it holds without being used. That it is used is noted once a minute.'),
  },
  port: integer(0, 65_535, 8080, 'Port to listen on; 0 takes a free one, which the ready line names.', { alsoFrom: ['PORT'] }),
  server: text(
    'http or https URL',
    isUrl(['http:', 'https:']),
    null,
    'Server that commands such as `custody trace` ask; without it the port above on this machine.',
  ),
  apiKey: text(
    'API key: custody_<id>_<43 characters>',
    isApiKey,
    null,
    'Key by which commands such as `custody trace` show a server who asks: by https, or on loopback. Without it they are whoever the server takes callers without credentials for.',
    { secret: true },
  ),
  pinsDir: text(
    'path',
    anything,
    null,
    'Where commands keep what is pinned of logs; without it `custody/pins` among the settings of the user (`$XDG_CONFIG_HOME`, else `~/.config`).',
  ),
  dataDir: text(
    'path',
    anything,
    '.custody',
    'Where the embedded database, generated keys and passwords lie; relative to the working folder.',
  ),
  demo: onOff(
    true,
    "Demo mode: without a key what is TLP:CLEAR is read, by whoever reaches the port on this machine; and the demo case is imported through capture when the ledger is empty. Off by itself in production, with a database of one's own, `tls.cert` or `publicUrl`, where `true` is an error: there nothing is read without a key.",
  ),
  databaseUrl: text(
    'postgres URL',
    isUrl(['postgres:', 'postgresql:']),
    null,
    "Postgres of one's own; its user owns the schemas. Without it the embedded Postgres is started.",
    { secret: true, alsoFrom: ['DATABASE_URL'], production: true },
  ),
  databaseUrlCapture: roleLogin('capture'),
  databaseUrlProjector: roleLogin('projector'),
  databaseUrlGateway: roleLogin('gateway'),
  databaseUrlSealer: roleLogin('sealer'),
  databaseUrlAccess: roleLogin('access', ', by which capture and the gateway know who may do what'),
  databaseUrlEvidence: roleLogin('evidence'),
  databaseUrlOperator: roleLogin('operator', ', by which the gateway marks dead letters as retried'),
  publisherKey: text(
    KEY,
    isKey,
    null,
    'Key by which this publisher signs its records (HMAC-SHA-256) and the projector knows them. Without it one is made in the data directory.',
    { secret: true, production: true },
  ),
  publisherKeysAccepted: list(
    `agency=KEY, *=KEY for any agency, or KEY for the operating agency; KEY is ${KEY}`,
    isKeyOf,
    [],
    "Further keys that the projector accepts: for any agency the own one's while a key is rotated, since capture signs for all whom it knows, and each for its agency alone those of publishers elsewhere.",
    { secret: true },
  ),
  receiptKey: text(
    KEY,
    isKey,
    null,
    'Ed25519 seed by which capture signs receipts and the gateway rejections: the same for all of them. Without it one is made in the data directory (`receipt.key`); the production profile needs it where this process is one of the two.',
    { secret: true },
  ),
  contextKey: text(
    KEY,
    isKey,
    null,
    'Key by which the gateway and evidence tell the database for whom they read: the same for all of one database. Without it one is made in the data directory (`context.key`); the production profile needs it where this process answers. The database accepts the newest two.',
    { secret: true },
  ),
  kafka: {
    brokers: list('host:port', isBroker, [], 'Kafka brokers to begin with. Without any the event log is embedded in Postgres.', {
      alsoFrom: ['KAFKA_BROKERS'],
      production: true,
    }),
    clientId: text(
      'letters, digits, dot, underscore, hyphen',
      isTopic,
      'custody-ledger',
      "Name by which the brokers' logs and quotas know this program.",
    ),
    ssl: onOff(false, 'TLS to the brokers.'),
    sslCaFile: text('path', anything, null, "Certificate authorities to trust (PEM) instead of the system's."),
    saslMechanism: oneOf(['none', 'plain', 'scram-sha-256', 'scram-sha-512'], 'none', 'How to authenticate at the brokers.'),
    saslUser: text('text', anything, null, 'User at the brokers.'),
    saslPassword: text('text', anything, null, 'Password at the brokers.', { secret: true }),
  },
  topics: {
    events: text(TOPIC, isTopic, 'custody.sightings.v1', 'Topic of submitted sightings.'),
    deadLetters: text(TOPIC, isTopic, 'custody.dlq.v1', 'Topic to which what could not be projected is copied.'),
    partitions: integer(1, 1024, 4, 'Partitions of a topic that is created; bounds how many projectors can share it.'),
    replication: integer(1, 9, 1, 'Replicas of a topic that is created; at least 3 in production.'),
  },
  capture: {
    threads: integer(0, 64, 1, 'Threads that validate and commit; 0 works on the main thread.'),
    chunkDocuments: integer(1, 10_000, 500, 'Sightings of a stream that are judged and appended together.'),
    appendTimeoutMs: integer(100, 120_000, 10_000, 'How long the event log may take to acknowledge before the answer is 503.'),
  },
  projector: {
    group: text(TOPIC, isTopic, 'custody-projector', 'Consumer group; projectors of one group share the partitions.'),
    batchRecords: integer(
      1,
      10_000,
      2_500,
      'Records of one transaction at most. More is slower to redo after a crash and takes memory; fewer costs round trips.',
    ),
    batchBytes: integer(64 * 1024, 64 * MIB, 8 * MIB, 'Bytes of one transaction at most; the memory of a projector follows from it.'),
    stallSeconds: integer(1, 3_600, 30, 'Not ready when a partition has records waiting and none was taken for this long.'),
  },
  sealer: {
    key: text(
      KEY,
      isKey,
      null,
      'Ed25519 seed by which checkpoints of the log are signed, the same for every process that may seal it. Without it one is made in the data directory (`checkpoint.key`); the production profile needs it where this process seals.',
      { secret: true },
    ),
    formerKeys: list(
      KEY,
      isKey,
      [],
      'Keys that signed checkpoints before and go on signing beside the present one, so that whoever knows the log by one of them finds in it the entry that names the new one. Then list it under `sealer.revokedKeys` instead.',
      { secret: true },
    ),
    receiptKeys: list(
      VERIFIER_KEY,
      isVerifierKey,
      [],
      'Keys for receipts that the log certifies, beside the one of this process where it has capture or gateway, too.',
    ),
    revokedKeys: list(
      VERIFIER_KEY,
      isVerifierKey,
      [],
      'Keys for checkpoints or receipts that the log revokes, by an entry, at the next start. A revoked key stays so.',
    ),
    stateFile: text(
      'path',
      anything,
      null,
      'File of the last head that was signed, kept apart from the database: the sealer does not go on from a database that is older. Without it a file of its name, `sealed-<log>.json`, in the data directory.',
    ),
    intervalMs: integer(
      100,
      3_600_000,
      1_000,
      'How often to seal under load. A lone entry is sealed as soon as it is seen, if the seal before is that long ago; 50,000 that wait are sealed at once; nothing is sealed where nothing came. Where what a seal costs whatever it holds would take more than a tenth of the time, it is longer: up to ten times, and up to 20 s.',
    ),
    clockConfirmed: text(
      'a day, as 2026-11-25',
      isDay,
      null,
      'Day on which you say that the clock of the machine that seals is right. Asked for (`seal.clock-unconfirmed`) where it is more than a minute off that of the database, or more than a year ahead of the newest seal; on other days it says nothing.',
    ),
    witnesses: text(
      'path',
      anything,
      null,
      'Policy file of witnesses (docs/witness.md): a signed head is published once as many of them cosigned it as the policy asks for. Without it heads are published at once.',
    ),
    mapLinks: onOff(
      false,
      'Serve `/log/links`, the stream of map keys, for auditing witnesses. Who reads it and knows the map salt can try out whether a reader group that he does not belong to has an identifier: let nobody but such witnesses reach it.',
    ),
  },
  evidence: {
    dir: text(
      'path',
      anything,
      null,
      'Folder in which the bytes of evidence lie, by their SHA-256; several processes may share it. Without it `evidence` in the data directory; the production profile needs it where this process has the role.',
    ),
    bytesMax: integer(1, Number.MAX_SAFE_INTEGER, 4 * 1024 * MIB, 'Largest file of evidence. One that comes in parts counts as a whole.'),
  },
  limits: {
    ratePerSecond: integer(1, 1_000_000, 2_000, 'Requests per second that one client may go on making.'),
    rateBurst: integer(1, 1_000_000, 10_000, 'Requests that one client may make at once before the rate counts.'),
    requestsInFlight: integer(1, 100_000, 128, 'Requests worked on at once; the next is answered 503 with Retry-After.'),
    streams: integer(
      1,
      100_000,
      256,
      'Open streams (`/v1/stream`) of this process; the next is answered 503. Each asks the database when something came in.',
    ),
    streamsPerCaller: integer(
      1,
      10_000,
      8,
      'Open streams of one principal or, without credentials, one address; the next is answered 429.',
    ),
    bodyBytes: integer(1_024, 256 * MIB, 16 * MIB, 'Largest body of one request. NDJSON streams are bounded by line and by chunk instead.'),
    batchDocuments: integer(1, 100_000, 5_000, 'Most sightings in one list, and in one stream that is to be kept whole or not at all.'),
    statementMs: integer(10, 600_000, 5_000, 'Longest that a read may run in the database; then it is stopped and answered 503.'),
    poolConnections: integer(1, 200, 8, 'Connections to the database per role.'),
  },
  log: {
    level: oneOf(['debug', 'info', 'warn', 'error', 'silent'], 'info', 'Least important lines written to stderr.'),
  },
  shutdownSeconds: integer(1, 300, 10, 'How long an orderly end may take before the process ends anyway.'),
} as const;

type Values<Schema> = { readonly [Key in keyof Schema]: Schema[Key] extends Setting<infer Value> ? Value : Values<Schema[Key]> };

/** The configuration as the program sees it: read once at the start, frozen, complete. */
export type Config = Values<typeof SETTINGS>;

/** Others than this machine are meant to reach it: by TLS of its own, or by a proxy in front. Any other address than loopback has TLS. */
export const isForOthers = ({ tls, publicUrl }: Pick<Config, 'tls' | 'publicUrl'>): boolean => tls.cert !== null || publicUrl !== null;

/** A host as browsers spell it: lower-case, numbers in their shortest form; of IPv6 without brackets. */
export const spelt = (host: string): string =>
  URL.canParse(addressOf(host)) ? new URL(addressOf(host)).hostname.replace(/^\[|\]$/g, '') : host.toLowerCase();

const EVERY_ADDRESS: readonly string[] = ['0.0.0.0', '::', '::ffff:0:0'];
/**
 * Demo mode: a ledger that somebody tries out on his own machine, with the database that is started for it. There, and nowhere else, what is
 * TLP:CLEAR is read without a key, and the demo case is brought.
 */
export const isDemoMode = ({ demo, profile, databaseUrl, tls, publicUrl }: DemoModeConfig): boolean =>
  demo && profile !== 'production' && databaseUrl === null && !isForOthers({ tls, publicUrl });

export type DemoModeConfig = Pick<Config, 'demo' | 'profile' | 'databaseUrl' | 'tls' | 'publicUrl'>;

/** All addresses of the machine, however it is spelt: no name that a client could ask for. */
export const isEveryAddress = (host: string): boolean => EVERY_ADDRESS.includes(spelt(host));

export interface NamedSetting {
  /** `kafka.brokers` */
  readonly name: string;
  /** `--kafka-brokers` */
  readonly flag: string;
  /** `CUSTODY_KAFKA_BROKERS` */
  readonly variable: string;
  readonly setting: Setting<unknown>;
}

/** All settings with their names, in the order of the table. */
export function namedSettings(): NamedSetting[] {
  return namesOf(SETTINGS, []);
}

function namesOf(group: object, path: readonly string[]): NamedSetting[] {
  return Object.entries(group).flatMap(([key, member]: [string, object]) => {
    const name = [...path, key];
    if (!isSetting(member)) return namesOf(member, name);
    const words = name.join('-').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return [{ name: name.join('.'), flag: `--${words}`, variable: `CUSTODY_${words.replaceAll('-', '_').toUpperCase()}`, setting: member }];
  });
}

function isSetting(member: object): member is Setting<unknown> {
  return 'type' in member && member.type === 'setting';
}
