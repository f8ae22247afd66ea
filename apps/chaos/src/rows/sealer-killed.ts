/**
 * S1: the sealer dies: at each of its failpoints by its own hand (before the commit: failed and not persisted; behind it: failed, but
 * persisted and not yet signed or not yet published), while it starts, and from outside, stopped and looked at before (as in projector-killed).
 * The next one waits for its lock already. After every death the whole log is audited against all that was ever served.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SEAL_FAILPOINTS, type SealFailpoint } from '#app/sealer';
import type { Harness, Row } from '../harness.ts';
import type { Outcome } from '../outcome.ts';
import type { Random } from '../random.ts';
import type { Scene } from '../scene.ts';
import {
  launchSealer,
  SEALER_AIMS,
  observe,
  outcomeOfSealing,
  publishes,
  sealerEnv,
  seals,
  sealingState,
  Steps,
  type SealerProcess,
} from '../sealing.ts';
import { freezeInTransaction } from '../transactions.ts';

/** A seal every few hundred milliseconds has some entries. More would make the audits after each death longer than all else: they are of the whole log, each time. */
const ENTRIES_PER_SECOND = 40;
const ROWS_PER_REQUEST = 5;
/** More than any run takes in. */
const SIGHTINGS_MAX = 100_000;
const ALIVE_WITHIN_MS = 60_000;
const MACHINE = 'one';

export const sealerKilled: Row = {
  name: 'sealer-killed',
  fault: 'S1',
  title: 'sealer killed at each failpoint and at random',
  needsKafka: false,
  async run(harness) {
    const product = await harness.scene({ name: 'sealer-killed', log: 'embedded' }, (scene) => killSealers(harness, scene));
    const control = await harness.scene({ name: 'signs-first', log: 'embedded' }, (scene) => signsFirst(harness, scene));
    return { product, control: { title: 'signed and published before it is committed', shows: 'audit.', ...control } };
  },
};

type Kill = SealFailpoint | 'random' | 'starting';

async function killSealers(harness: Harness, scene: Scene): Promise<Outcome> {
  const { sizes } = harness;
  const random = harness.random('sealer-killed');
  const kills = planned(harness);
  const { base } = await scene.start('capture,projector,gateway');
  const observer = await observe(scene, base);
  const steps = new Steps(observer);
  const load = scene.load(harness.inputs(SIGHTINGS_MAX), {
    targets: [base],
    ratePerSecond: ENTRIES_PER_SECOND,
    rowsPerRequest: ROWS_PER_REQUEST,
  });
  const start = (n: number): SealerProcess => {
    const at = kills[n] ?? 'none';
    const failpoint = at === 'random' || at === 'starting' || at === 'none' ? undefined : `${at}:${random.between(1, 3)}`;
    return launchSealer(scene, `sealer-${n}`, MACHINE, failpoint);
  };
  const recoveryMs: number[] = [];
  let seenOpen = 0;
  let unpublished = 0;
  let diedAt: number | null = null;
  let current = start(0);
  for (const [n, at] of kills.entries()) {
    await seals(scene, current);
    const next = start(n + 1);
    if (at === 'starting') await sleep(random.between(0, 60));
    else if (at === 'random') {
      await publishes(scene, current.child);
      if (diedAt !== null) recoveryMs.push(performance.now() - diedAt);
      await sleep(random.between(20, 250));
      if ((await freezeInTransaction(scene, current.child, random, current.name, SEALER_AIMS)) > 0) seenOpen++;
    } else await Promise.race([current.child.exited, sleep(ALIVE_WITHIN_MS)]);
    const wasAlive = current.child.running;
    await current.child.kill();
    diedAt = performance.now();
    if (wasAlive && at !== 'random' && at !== 'starting') steps.problems.push(`the sealer never came to ${at}`);
    // Most often seen before the next one has the lock and publishes it.
    const { sealed, published } = await sealingState(scene.database.pool);
    if (sealed > published) unpublished++;
    await steps.after(`death ${n + 1} (${at})`);
    current = next;
  }
  await seals(scene, current);
  return outcomeOfSealing(
    scene,
    { base, steps, observer, load },
    {
      problems: [
        ...(seenOpen < sizes.sealerOpenTransactionsLeast ? [`only ${seenOpen} kills hit an open transaction`] : []),
        ...(unpublished === 0 ? ['only deaths that left nothing to be published were seen'] : []),
      ],
      recoveryMs,
      measured: {
        kills: kills.length,
        'at random': sizes.sealerRandomKills,
        'open, by pg_stat_activity': seenOpen,
        'persisted, not published': unpublished,
      },
    },
  );
}

/** Every failpoint in turn, then from outside. */
function planned({ sizes }: Harness): Kill[] {
  const points = SEAL_FAILPOINTS.flatMap((at) => Array.from({ length: sizes.sealerFailpointKills }, (): Kill => at));
  const starting = Array.from({ length: sizes.sealerStartingKills }, (): Kill => 'starting');
  return [...points, ...starting, ...Array.from({ length: sizes.sealerRandomKills }, (): Kill => 'random')];
}

/** A sealer that publishes what it is about to commit, and dies before it does; then the product goes on. */
async function signsFirst(harness: Harness, scene: Scene): Promise<Outcome> {
  const random: Random = harness.random('signs-first');
  const { base } = await scene.start('capture,projector,gateway');
  const observer = await observe(scene, base);
  const steps = new Steps(observer);
  const load = scene.load(harness.inputs(SIGHTINGS_MAX), {
    targets: [base],
    ratePerSecond: ENTRIES_PER_SECOND,
    rowsPerRequest: ROWS_PER_REQUEST,
  });
  const child = scene.startOwn('controls/broken-sealer.js signs-first', {
    ...sealerEnv(scene, 'broken', MACHINE),
    CUSTODY_TEST_SEAL_FAILPOINT: `before_commit:${random.between(1, 3)}`,
  });
  await Promise.race([child.exited, sleep(ALIVE_WITHIN_MS)]);
  await child.kill();
  await steps.after('its death');
  const heir = launchSealer(scene, 'heir', MACHINE);
  await publishes(scene, heir.child, 2);
  await steps.after('going on');
  load.enough();
  await observer.child.kill();
  return { problems: steps.problems };
}
