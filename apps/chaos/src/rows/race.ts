/** One id with two contents, raced through two captures: one stands, the other is kept and shown to who submitted it, and none vanishes. */
import type { ConflictsView } from '#lib/contracts';
import { documentAt, rivalAt } from '../documents.ts';
import type { Harness, Row } from '../harness.ts';
import { contentHashOf, readEntries } from '../ledger-state.ts';
import { readOperations } from '../operations.ts';
import { outcomeOf, type Outcome } from '../outcome.ts';
import type { Scene } from '../scene.ts';

export const race: Row = {
  name: 'race',
  fault: 'same id',
  title: 'one id with other bytes raced through two captures',
  needsKafka: true,
  run: (harness) =>
    harness.scene({ name: 'race', log: 'kafka' }, async (scene) => {
      const product = await raceAll(harness, scene);
      const control = await harness.scene({ name: 'drops-conflicts', log: 'kafka', topic: scene.topic }, async (second) => {
        second.startOwn('controls/broken-projector.js drops-conflicts');
        await second.drained();
        return outcomeOf(await second.judge(undefined, { operationsFile: scene.operationsFile }));
      });
      return { product, control: { title: 'known by the id alone', shows: 'are lost', ...control } };
    }),
};

async function raceAll(harness: Harness, scene: Scene): Promise<Outcome> {
  const { races } = harness.sizes;
  const inputs = harness.inputs(races);
  const [one, other] = await Promise.all([scene.start('capture,gateway'), scene.start('capture'), scene.start('projector')]);
  await scene.race(inputs, [one.base, other.base]);
  await scene.drained();
  const verdict = await scene.judge(inputs, { api: one.base });
  const hashes = new Map(
    Array.from({ length: races }, (_, n) => [documentAt(inputs, n).id, [documentAt(inputs, n), rivalAt(inputs, n)].map(contentHashOf)]),
  );
  const standing = new Map((await readEntries(scene.database.pool)).map(({ id, contentHash }) => [id, contentHash]));
  const told = await refusedOrShown(scene, one.base);
  const unsettled = [...hashes].filter(([id, pair]) => {
    const rest = pair.filter((hash) => hash !== standing.get(id));
    return rest.length !== 1 || !told.has(`${id} ${rest[0] ?? ''}`);
  });
  const problems = unsettled.length === 0 ? [] : [`${unsettled.length} of ${races} races left no conflict to be seen by the submitter`];
  return outcomeOf(verdict, {
    problems,
    measured: { races, 'conflicts kept': verdict.conflicts, 'refused at once': refusedAtOnce(scene).size },
  });
}

/** `id hash` of what was refused to its submitter. */
const refusedAtOnce = ({ operationsFile }: Scene): Set<string> =>
  new Set(readOperations(operationsFile).flatMap(({ id, hash, outcome }) => (outcome === 'conflict' ? [`${id} ${hash}`] : [])));

/** The same, and of what is listed among his conflicts. */
async function refusedOrShown(scene: Scene, base: string): Promise<Set<string>> {
  const told = refusedAtOnce(scene);
  for (let next: string | null = ''; next !== null;) {
    const page = (await (
      await fetch(`${base}/v1/conflicts?limit=500${next === '' ? '' : `&cursor=${encodeURIComponent(next)}`}`)
    ).json()) as ConflictsView;
    for (const { id, contentHash } of page.conflicts) told.add(`${id} ${contentHash}`);
    next = page.next;
  }
  return told;
}
