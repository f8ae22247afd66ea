/** A small sealed ledger in the database of a suite, for audits and drills. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  const copy = await sealRounds(pools, { random, eventsPerRound, signedHeadFile: join(folder, 'sealed.json') });
  const close = async (): Promise<void> => {
    await database.drop();
    rmSync(folder, { recursive: true });
  };
  return { database, copy: { ...copy, close }, random };
}
