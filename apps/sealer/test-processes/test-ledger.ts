/** A database of its own for a test of the sealer, with the folder in which a sealer keeps what it signed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledgerConstants, projectBatch, type StorePool } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../libs/store/test-database.ts';
import { BATCH_SIZE, batchAt, PARTITION } from '../../../libs/store/test-processes/test-events.ts';

export class TestLedger {
  #projected = 0;

  private constructor(
    readonly database: TestDatabase,
    readonly owner: StorePool,
    /** The log's name. */
    readonly log: string,
    readonly folder = mkdtempSync(join(tmpdir(), 'sealer-')),
  ) {}

  static async create(): Promise<TestLedger> {
    const database = await testDatabase();
    const owner = database.pool('owner');
    return new TestLedger(database, owner, (await ledgerConstants(owner)).origin);
  }

  async drop(): Promise<void> {
    await this.database.drop();
    rmSync(this.folder, { recursive: true });
  }

  /** The next batches of events enter the log. */
  async project(batches = 1): Promise<void> {
    const pool = this.database.pool('projector');
    for (let n = 0; n < batches; n++, this.#projected += BATCH_SIZE)
      await projectBatch(pool, PARTITION, this.#projected, this.#projected + BATCH_SIZE, batchAt(this.#projected), []);
  }

  /** As in a database that was put back to before its last seal. */
  async forgetLastSeal(): Promise<void> {
    await this.owner.query('alter table ledger.notices disable trigger all');
    const last = 'select max(log_index) from proof.seals';
    await this.owner.query(`delete from ledger.notices where log_index = (${last})`);
    await this.owner.query(`delete from proof.seals where log_index = (${last})`);
  }
}
