/**
 * Projects the events of test-events.ts from where the ledger stands. Arguments: URL, a failpoint or `none`, and the batch (from 0, counted in
 * offsets) at which the failpoint kills this process with SIGKILL.
 */
import { createPool, projectBatch, readOffset } from '#lib/store';
import { BATCH_SIZE, batchAt, BATCHES, PARTITION } from './test-events.ts';

const [url = '', failpoint, batch] = process.argv.slice(2);
const pool = createPool({ url, applicationName: 'test projector', max: 2, role: 'projector' });
for (;;) {
  const from = (await readOffset(pool, PARTITION)) ?? 0;
  if (from >= BATCHES * BATCH_SIZE) break;
  await projectBatch(pool, PARTITION, from, from + BATCH_SIZE, batchAt(from), [], {
    hooks: {
      failpoint: (name) => {
        if (name === failpoint && from === Number(batch) * BATCH_SIZE) process.kill(process.pid, 'SIGKILL');
      },
    },
  });
}
await pool.close();
