/** The copy that a drill tampers with: a ledger of its own in a Postgres of its own, sealed with a key that is thrown away. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Anchor } from '#app/audit';
import { openSealer } from '#app/sealer';
import { aliasKeys, searchKeys } from '#lib/domain';
import { openCheckpoint, signingKey, type SigningKey, utf8, type VerifierKey } from '#lib/ledger';
import {
  createPool,
  lastCheckpoint,
  ledgerConstants,
  migrate,
  projectBatch,
  resetData,
  restoreBackup,
  startEmbedded,
  type ProjectedEvent,
  type StorePool,
  writeBackup,
} from '#lib/store';
import { storedKeyNotices } from '../audited.ts';
import { drillEvents } from './drill-events.ts';
import type { SeededRandom } from './random.ts';

export interface DrillCopy {
  /** The superuser's. */
  readonly pool: StorePool;
  readonly origin: string;
  readonly key: SigningKey<'log'>;
  /** By which checkpoints of the copy are signed: the ones given, and the drill's. */
  readonly keys: readonly VerifierKey<'log'>[];
  /** Kept outside: the head after each round, the first first; of them the one in the middle, and the newest. */
  readonly heads: readonly Anchor[];
  readonly older: Anchor;
  readonly newest: Anchor;
  /** The drill's own events, all of them sealed. */
  readonly events: readonly ProjectedEvent[];
  close(): Promise<void>;
}

export interface CopyOptions {
  /** Owner's pool of the ledger to copy; `null`: the drill's own events alone. */
  readonly source: StorePool | null;
  readonly sourceKeys: readonly VerifierKey<'log'>[];
  readonly random: SeededRandom;
  /** Of the drill's own, in each of three rounds with a seal behind it. */
  readonly eventsPerRound: number;
}

const ROUNDS = 3;
/** Three rounds are more than two tiles of the log: full ones, one that is not, and one above them. */
export const EVENTS_PER_ROUND = 200;
const SEED_BYTES = 32;
const CONNECTIONS = 4;
const PARTITION = { clusterId: 'drill', topicId: 'drill', topic: 'drill', partition: 0 };

/** Some seconds, most of them for making a database cluster. */
export async function makeCopy({ source, sourceKeys, random, eventsPerRound }: CopyOptions): Promise<DrillCopy> {
  const folder = mkdtempSync(join(tmpdir(), 'custody-drill-'));
  const dataDir = join(folder, 'data');
  const server = await startEmbedded({ dataDir, log: () => {} });
  const open: StorePool[] = [];
  const poolOf = (role: 'owner' | 'projector' | 'sealer'): StorePool => {
    const pool = createPool({ url: server.url(role), max: CONNECTIONS, statementTimeoutMs: 0, applicationName: `drill ${role}` });
    open.push(pool);
    return pool;
  };
  const close = async (): Promise<void> => {
    await Promise.all(open.map((pool) => pool.close()));
    await server.stop();
    await resetData(dataDir);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await copyInto(server.url('owner'), source, join(folder, 'backup'));
    const pools = { owner: poolOf('owner'), projector: poolOf('projector'), sealer: poolOf('sealer') };
    const revokedKeys = await keysStoodBy(pools.owner);
    const copy = await sealRounds(pools, { random, eventsPerRound, signedHeadFile: join(folder, 'sealed.json'), revokedKeys });
    return { ...copy, keys: [...sourceKeys, copy.key], close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface SealedRounds {
  readonly random: SeededRandom;
  readonly eventsPerRound: number;
  readonly signedHeadFile: string;
  /** In whose place the drill's key comes. */
  readonly revokedKeys?: readonly string[];
}

/** The drill's own events come into a ledger, in three rounds, each sealed by a key of its own that nobody else has. */
export async function sealRounds(
  { owner: pool, projector, sealer }: Readonly<Record<'owner' | 'projector' | 'sealer', StorePool>>,
  { random, eventsPerRound, signedHeadFile, revokedKeys = [] }: SealedRounds,
): Promise<Omit<DrillCopy, 'close'>> {
  const { origin } = await ledgerConstants(pool);
  const key = signingKey('log', origin, random.bytes(SEED_BYTES));
  const [events, heads]: [ProjectedEvent[], Anchor[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const some = drillEvents(random, events.length, eventsPerRound);
    const keys = { ofItem: searchKeys, ofAlias: aliasKeys };
    await projectBatch(projector, PARTITION, events.length, events.length + some.length, some, [], { keys });
    events.push(...some);
    const opened = await openSealer({ pool: sealer, origin, key, signedHeadFile, revokedKeys });
    while ((await opened.seal()) !== null);
    heads.push(await anchorOf(pool, key, round));
  }
  return { pool, origin, key, keys: [key], heads, older: heads[1] as Anchor, newest: heads.at(-1) as Anchor, events };
}

/**
 * A log that says by which keys it stands is sealed by no other. The drill has none of them, and wants none: in the copy they are revoked, as if
 * they had been lost, from where its own events begin.
 */
async function keysStoodBy(pool: StorePool): Promise<string[]> {
  const said = await pool.transaction(storedKeyNotices);
  const texts = (what: 'certify' | 'revoke') =>
    said.flatMap(({ key: { use, action, vkey } }) => (use === 'log' && action === what ? [vkey] : []));
  const revoked = new Set(texts('revoke'));
  return [...new Set(texts('certify'))].filter((vkey) => !revoked.has(vkey));
}

async function copyInto(url: string, source: StorePool | null, folder: string): Promise<void> {
  if (source === null) {
    await migrate(url);
    return;
  }
  await writeBackup(source, { folder, logKey: null });
  await restoreBackup(url, { folder });
}

async function anchorOf(pool: StorePool, key: VerifierKey<'log'>, round: number): Promise<Anchor> {
  const last = await lastCheckpoint(pool);
  const opened = openCheckpoint(utf8(last?.note ?? ''), { log: [key] });
  if (!opened.ok) throw new Error(opened.fault.detail);
  const { size, root } = opened.value.checkpoint;
  return { kind: 'pin', name: `the head of round ${round + 1}`, size: Number(size), root, witnesses: [] };
}
