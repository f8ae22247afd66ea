/** (j) Kafka to *proved*: the projector and the sealer as they are shipped, from a full topic until the last event is under a signed checkpoint. */
import type { Bench } from '../bench.ts';
import type { Child } from '../child-process.ts';
import { ID } from '../goals.ts';
import { startProjector, startProjectorAndSealer, startSealer } from '../product.ts';
import { watchProgress } from '../progress.ts';
import { provedEntries } from '../proved-entries.ts';
import type { Figures } from '../figures.ts';
import type { Measure } from '../rounds.ts';
import { withClient } from '../servers.ts';
import { assertWhole, POLL_MS, RUN_TIMEOUT_MS } from './projector.ts';

const DATABASE = 'bench_proved';

export function provedMeasure(bench: Bench, processes: 1 | 2): Measure {
  return {
    id: ID.proved(processes),
    title: `j: Kafka to proved, 1 item a sighting, projector and sealer in ${processes === 1 ? 'one process' : 'a process each'}`,
    run: () => prove(bench, processes),
  };
}

/**
 * The clock runs from the first committed row, as in (a), and stands still when a signed checkpoint covers the last one: what lies between
 * the last row and its checkpoint counts, and the last event counts as done only then.
 */
async function prove(bench: Bench, processes: 1 | 2): Promise<Figures> {
  const { events } = bench.options.sizes;
  const { topic } = await bench.topic(1, events);
  const url = await bench.servers.freshDatabase(DATABASE);
  const role = { topic, database: DATABASE };
  const children: Child[] = [];
  try {
    const sealer = processes === 2 ? await startSealer(bench, role) : undefined;
    if (sealer !== undefined) children.push(sealer);
    children.push(processes === 2 ? startProjector(bench, { ...role, index: 0 }) : startProjectorAndSealer(bench, role));
    return await withClient(url, async (client) => {
      const { figures } = await watchProgress({
        done: async () => {
          const { committed, proved } = await provedEntries(client);
          return proved === events ? events : Math.min(committed, events - 1);
        },
        total: events,
        pollMs: POLL_MS,
        timeoutMs: RUN_TIMEOUT_MS,
        workers: children,
        postgresPid: bench.servers.postgresPid,
        brokerPid: bench.brokerPid(),
        ...(sealer === undefined ? {} : { sealer }),
      });
      await assertWhole(client, events);
      const { rows } = await client.query<{ seals: string }>('select count(*) as seals from proof.seals');
      return { ...figures, seals: Number(rows[0]?.seals) };
    });
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await bench.servers.dropDatabase(DATABASE);
  }
}
