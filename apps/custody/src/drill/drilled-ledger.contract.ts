/** A small sealed ledger in the database of a suite, for audits and drills. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessCommitment, accessLogName, encodeAccessRecord, type AccessRecord } from '#lib/ledger';
import { appendReads, ledgerConstants, type ReadRow, type StorePool } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../../libs/store/test-database.ts';
import { type DrillCopy, sealRounds } from './drill-copy.ts';
import { SeededRandom } from './random.ts';

export interface DrilledLedger {
  readonly database: TestDatabase;
  readonly copy: DrillCopy;
  readonly random: SeededRandom;
}

export async function drilledLedger(seed: number, eventsPerRound: number): Promise<DrilledLedger> {
  const database = await testDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'drilled-'));
  const random = new SeededRandom(seed);
  const pools = { owner: database.pool('owner'), projector: database.pool('projector'), sealer: database.pool('sealer') };
  // Before the first seal, which names them.
  await appendReads(database.pool('access'), drilledReads(await originOf(pools.owner), 5), true);
  const copy = await sealRounds(pools, { random, eventsPerRound, signedHeadFile: join(folder, 'sealed.json') });
  const close = async (): Promise<void> => {
    await database.drop();
    rmSync(folder, { recursive: true });
  };
  return { database, copy: { ...copy, close }, random };
}

const originOf = async (pool: StorePool): Promise<string> => (await ledgerConstants(pool)).origin;

/** Records of so many reads. */
export function drilledReads(origin: string, count: number): ReadRow[] {
  return Array.from({ length: count }, (_, n) => {
    const record: AccessRecord = {
      log: accessLogName(origin),
      tenant: 'drill',
      at: `2026-01-01T00:00:0${n}.000000Z`,
      request: `request-${n}`,
      operation: 'getEvent',
      agency: 'drill',
      principal: 'eva',
      reader: { address: '127.0.0.1', key: null, via: 'local', behalf: null },
      policy: 0,
      emergency: false,
      tlp: 'GREEN',
      items: [`imo:${n}`],
      events: [`drill/e${n}`],
      evidence: [],
      deadLetters: [],
    };
    const [secret, bytes] = [Buffer.alloc(32, n), encodeAccessRecord(record)];
    const { tenant, agency, principal, items, evidence } = record;
    return { tenant, agency, principal, items, evidence, secret, bytes, commitment: accessCommitment(secret, bytes) };
  });
}
