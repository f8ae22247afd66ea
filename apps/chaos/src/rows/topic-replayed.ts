/** F5: the whole topic is delivered again, to the same ledger and to a second one: nothing changes, and the second is the same. */
import type { Harness, Row } from '../harness.ts';
import { readEntries } from '../ledger-state.ts';
import { metric } from '../metric.ts';
import { outcomeOf, type Outcome } from '../outcome.ts';
import type { Scene } from '../scene.ts';

export const topicReplayed: Row = {
  name: 'topic-replayed',
  fault: 'F5',
  title: 'whole topic delivered again',
  needsKafka: true,
  run: (harness) =>
    harness.scene({ name: 'topic-replayed', log: 'kafka' }, async (scene) => {
      const inputs = harness.inputs(harness.sizes.sightings);
      const { base, child } = await scene.start('capture,projector,gateway');
      await scene.load(inputs, { targets: [base], rowsPerRequest: 100 }).done;
      await scene.drained();
      await child.stop();
      const product = await replay(harness, scene);
      const control = await harness.scene({ name: 'without-keys', log: 'kafka', topic: scene.topic }, async (second) => {
        await second.database.pool.query('alter table ledger.entries drop constraint entries_event');
        await second.database.pool.query('alter table ledger.timeline drop constraint timeline_pkey');
        await project(second);
        return replay(harness, second);
      });
      return { product, control: { title: 'no unique key on (agency, id)', shows: 'are doubled', ...control } };
    }),
};

/** @param scene whose ledger holds the topic once, and whose projector is stopped */
async function replay(harness: Harness, scene: Scene): Promise<Outcome> {
  const inputs = harness.inputs(harness.sizes.sightings);
  const before = await identities(scene);
  await scene.database.pool.query('update ledger.offsets set next = 0');
  const duplicates = await project(scene);
  const verdict = await scene.judge(inputs, { timelinesFile: await harness.undisturbed(inputs) });
  const records = await scene.records();
  const secondLedger = await harness.scene({ name: `${scene.database.name}-second`, log: 'kafka', topic: scene.topic }, async (second) => {
    await project(second);
    return identities(second);
  });
  const problems = [
    ...(sameSet(before, await identities(scene)) ? [] : ['the entries changed']),
    ...(sameSet(before, secondLedger) ? [] : ['a second ledger over the same topic has other entries']),
    ...(duplicates === records ? [] : [`${duplicates} of ${records} records were taken for duplicates`]),
  ];
  return outcomeOf(verdict, { problems, measured: { 'records replayed': records, 'found known': duplicates } });
}

/** Takes all that waits, and ends in order. Returns how many records were known already. */
async function project(scene: Scene): Promise<number> {
  const { child, base } = await scene.start('projector');
  await scene.drained();
  const duplicates = await metric(base, 'custody_projector_records_total', 'outcome="duplicate"');
  await child.stop();
  return duplicates;
}

/** Identity, commitment and content of every entry, without its place: second ledgers may interleave partitions in another way. */
const identities = async (scene: Scene): Promise<Set<string>> =>
  new Set(
    (await readEntries(scene.database.pool)).map(
      ({ agency, id, commitment, contentHash }) => `${agency} ${id} ${commitment} ${contentHash}`,
    ),
  );

const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => a.size === b.size && [...a].every((value) => b.has(value));
