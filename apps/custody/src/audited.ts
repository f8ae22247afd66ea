/** The database that an audit reads, and what it is held against: this machine's, also beside a server that runs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Anchor, headKeysAt } from '#app/audit';
import {
  formatVerifierKey,
  fromHex,
  KEYS_TREE,
  mapKey,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  type PlacedKeyNotice,
  readNotice,
  signingKey,
  utf8,
  type VerifierKey,
} from '#lib/ledger';
import { type Config, createLog, linesOf, secretsOf } from '#lib/runtime';
import {
  createPool,
  embeddedBeside,
  lastCheckpoint,
  lastSeal,
  readAuditedLog,
  readKeyNotices,
  type StoreClient,
  type StorePool,
} from '#lib/store';
import { openDatabase } from './database.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { KEY_FILES, readKeptKeys } from './key-files.ts';
import { sealerStateFile } from './sealer-role.ts';

/** One that reads in a transaction; what is asked once is asked by another. */
const CONNECTIONS = 2;

export interface OpenedStore {
  readonly pool: StorePool;
  close(): Promise<void>;
}

/** A pool with the rights of the role; the server of the data directory is used where one runs, and started for this command where none does. */
export async function openStore(config: Config, role: 'operator' | 'owner'): Promise<OpenedStore> {
  const log = createLog({ level: config.log.level, secrets: secretsOf(config) });
  if (config.databaseUrl === null) {
    // Opening would make a database where there is none.
    if (!existsSync(join(config.dataDir, 'FORMAT')))
      throw new CommandError(EXIT.notFound, 'data.none', `There is no data in ${config.dataDir}.`);
    const beside = embeddedBeside(config.dataDir);
    if (beside !== null) {
      const url = beside.url(role);
      const pool = createPool({
        url,
        max: CONNECTIONS,
        statementTimeoutMs: 0,
        applicationName: `custody ${role}`,
        log: linesOf(log, 'store'),
      });
      return { pool, close: () => pool.close() };
    }
  }
  const database = await openDatabase(config, log);
  const pool = role === 'owner' ? database.ownerPool() : database.pool(role, { max: CONNECTIONS, statementTimeoutMs: 0 });
  return {
    pool,
    close: async () => {
      await database.closePools();
      await database.stop();
    },
  };
}

/**
 * The keys by which this log's checkpoints are believed: those that were given, else the public halves of this machine's own, the present one first,
 * then the former ones that sign beside it. What the log says of keys before and after them is for the audit. Never makes one.
 * Throws CommandError `usage`.
 */
export function logKeys(config: Config, origin: string, given: readonly string[] = []): VerifierKey<'log'>[] {
  if (given.length > 0)
    return given.map((text) => {
      const key = parseVerifierKey(text, 'log');
      if (!key.ok) throw new CommandError(EXIT.usage, 'usage', `--key ${text}: ${key.fault.detail}.`);
      return key.value;
    });
  const path = join(config.dataDir, KEY_FILES.log);
  const present = config.sealer.key ?? (existsSync(path) ? readFileSync(path, 'utf8').trim() : null);
  const seeds = [...(present === null ? [] : [present]), ...config.sealer.formerKeys, ...readKeptKeys(config.dataDir).formerKeys];
  return [...new Set(seeds)].flatMap((hex) => {
    const seed = fromHex(hex);
    return seed === null ? [] : [signingKey('log', origin, seed)];
  });
}

/**
 * One of them in text, for a backup's manifest: by which the newest stored head opens, since a new key may not have signed any yet; the first where
 * there is no head.
 */
export async function keyOfNewestHead(keys: readonly VerifierKey<'log'>[], pool: StorePool): Promise<string | null> {
  const newest = await lastCheckpoint(pool);
  const signed = newest === null ? undefined : keys.find((key) => openCheckpoint(utf8(newest.note), { log: [key] }).ok);
  const key = signed ?? keys[0];
  return key === undefined ? null : formatVerifierKey(key);
}

/** The last head that the sealer of this machine signed; none where it never did. Throws CommandError `usage` for a file that says no head. */
export function signedHead(config: Pick<Config, 'sealer' | 'dataDir'>, origin: string): Anchor[] {
  const path = sealerStateFile(config, origin);
  if (!existsSync(path)) return [];
  const { size, root } = jsonOf(readFileSync(path, 'utf8')) as { size?: unknown; root?: unknown };
  const bytes = typeof root === 'string' ? fromHex(root) : null;
  if (typeof size !== 'number' || bytes?.length !== 32) throw new CommandError(EXIT.usage, 'usage', `${path} is no signed head.`);
  return [{ kind: 'signed-head', name: path, size, root: bytes, witnesses: [] }];
}

/** What the stored log says of its keys. By itself it is nobody's word: see headKeysAt. */
export async function storedKeyNotices(client: StoreClient): Promise<PlacedKeyNotice[]> {
  const { mapSalt } = await readAuditedLog(client);
  const keysItem = mapKey(mapSalt, KEYS_TREE.group, KEYS_TREE.item);
  const rows = await readKeyNotices(client, keysItem, (await lastSeal(client))?.covers ?? 0);
  return rows.flatMap(({ logIndex, bytes }) => {
    const notice = readNotice(bytes);
    return notice?.kind === 'key' ? [{ index: BigInt(logIndex), key: notice.key }] : [];
  });
}

/**
 * Heads that were kept elsewhere: files with a checkpoint (C2SP tlog-checkpoint) as `custody checkpoint get` prints it. Where keys are known
 * it has to be signed by one of them, or by one that the log names at its size, as before a rotation: a head that anybody could have written is
 * held against nothing. A given key is believed whatever the stored log says of it, which is what is to be audited. Throws CommandError `usage`.
 */
export function pinnedHeads(files: readonly string[], keys: readonly VerifierKey<'log'>[], said: readonly PlacedKeyNotice[]): Anchor[] {
  return files.map((name) => {
    const note = readFileSync(name);
    const parsed = parseNote(note);
    const head = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed;
    if (!head.ok) throw new CommandError(EXIT.usage, 'usage', `--pin ${name}: ${head.fault.detail}.`);
    const { origin, size, root } = head.value;
    const opened = keys.length === 0 ? null : openCheckpoint(note, { log: [...keys, ...headKeysAt(keys, said, origin, Number(size))] });
    if (opened?.ok === false) throw new CommandError(EXIT.usage, 'usage', `--pin ${name}: ${opened.fault.detail}.`);
    return { kind: 'pin', name, size: Number(size), root, witnesses: [] };
  });
}

function jsonOf(text: string): object {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}
