/**
 * S2: two sealers at once. One is stopped (SIGSTOP), at a failpoint or between two seals, loses what made it the one that seals, and is
 * continued (SIGCONT) after the other took over: it may write nothing more. While it sleeps come statements that name no item: entries of items
 * would stop it by the primary keys of the item trees too, and here the token alone has to.
 */
import type { SealFailpoint } from '#app/sealer';
import { outputOf, processState } from '../child-process.ts';
import type { Harness, Row } from '../harness.ts';
import type { Outcome } from '../outcome.ts';
import type { Scene } from '../scene.ts';
import {
  allSealed,
  launchSealer,
  observe,
  outcomeOfSealing,
  publishes,
  sealerEnv,
  seals,
  sealingState,
  Steps,
  takeLockFrom,
} from '../sealing.ts';
import { endSessions, freeze } from '../transactions.ts';
import { until } from '../wait.ts';

/** Sightings of a round before one falls asleep: it seals several times. Then as many that name no item, and again as many behind its wake. */
const OF_EACH = 60;
const PER_SECOND = 40;
const STOPPED_WITHIN_MS = 60_000;
const NOTICED_WITHIN_MS = 20_000;
/** What a zombie that nothing stops does at once. */
const AWAKE_MS = 10_000;

type Asleep = SealFailpoint | 'between';

/** In this order: a run of one has a seal that is committed, and whose head another publishes first. */
const ASLEEP: readonly Asleep[] = [
  'after_commit', 'before_commit', 'between', 'after_items', 'before_sign', 'after_head', 'after_sign', 'before_begin', 'after_publish',
  'before_head',
]; // prettier-ignore
/** There its transaction is open, and holds the token's row: its sessions end as a whole, as the server ends them by itself after 30 s. */
const IN_TRANSACTION: ReadonlySet<Asleep> = new Set(['after_items', 'before_head', 'after_head', 'before_commit']);

export const sealerZombie: Row = {
  name: 'sealer-zombie',
  fault: 'S2',
  title: 'two sealers at once, one stopped and woken after the other took over',
  needsKafka: false,
  async run(harness) {
    const product = await harness.scene({ name: 'sealer-zombie', log: 'embedded' }, (scene) => wakeSealers(harness, scene));
    const control = await harness.scene({ name: 'not-fenced', log: 'embedded' }, (scene) => notFenced(harness, scene));
    return { product, control: { title: 'no fencing token', shows: 'audit.seal', ...control } };
  },
};

async function wakeSealers(harness: Harness, scene: Scene): Promise<Outcome> {
  const { sealerZombies } = harness.sizes;
  const random = harness.random('sealer-zombie');
  const { base } = await scene.start('capture,projector,gateway');
  const observer = await observe(scene, base);
  const steps = new Steps(observer);
  let fenced = 0;
  let failed = 0;
  for (let round = 0; round < sealerZombies; round++) {
    const at = ASLEEP[round % ASLEEP.length] as Asleep;
    const victim = launchSealer(
      scene,
      `victim-${round}`,
      `v${round}`,
      at === 'between' ? undefined : `${at}:${random.between(1, 2)}:SIGSTOP`,
    );
    await seals(scene, victim);
    const heir = launchSealer(scene, `heir-${round}`, `h${round}`);
    const [come] = await Promise.all([arrive(harness, scene, base, round), scene.ready(heir.child)]);
    if (at === 'between') await allSealed(scene).then(() => freeze(victim.child));
    else await until(`${victim.name} to stop`, STOPPED_WITHIN_MS, () => processState(victim.child.pid) === 'T', 5);
    await (IN_TRANSACTION.has(at) ? endSessions(scene, victim.name) : takeLockFrom(scene, victim.name));
    await seals(scene, heir);
    await come('nothing');
    await allSealed(scene);
    await steps.after(`taking over (${at})`);
    victim.child.signal('SIGCONT');
    const noticed = await until(`${victim.name} to notice`, NOTICED_WITHIN_MS, () => noticedBy(outputOf(victim.child.logFile)), 20).catch(
      () => null,
    );
    if (noticed === 'fenced') fenced++;
    if (noticed === 'failed') failed++;
    if (noticed === null) steps.problems.push(`only its death would have stopped the sealer that slept (${at})`);
    await come('items');
    await allSealed(scene);
    await steps.after(`waking (${at})`);
    await Promise.all([victim.child.stop(), heir.child.stop()]);
  }
  launchSealer(scene, 'sealer-last', 'last');
  const measured = { zombies: sealerZombies, 'whose sessions were gone': failed };
  return outcomeOfSealing(scene, { base, steps, observer }, { fenced, measured });
}

/** Fenced by the token, or by the end of the connection in whose transaction it slept. */
function noticedBy(output: string): 'fenced' | 'failed' | null {
  if (output.includes('seal.fenced')) return 'fenced';
  return output.includes('sealing failed') ? 'failed' : null;
}

/** The sightings of a round, its first part at once; returns what makes the other two come. */
async function arrive(
  harness: Harness,
  scene: Scene,
  base: string,
  round: number,
): Promise<(what: 'items' | 'nothing') => Promise<unknown>> {
  const count = (round + 1) * 2 * OF_EACH;
  const load = (from: number, namesNothing: boolean, ratePerSecond = PER_SECOND): Promise<unknown> =>
    scene.load(
      { ...harness.inputs(harness.sizes.sealerZombies * 2 * OF_EACH), ...(namesNothing ? { namesNothing: true } : {}) },
      { targets: [base], from, to: from + OF_EACH, ratePerSecond, rowsPerRequest: 5, connections: 2 },
    ).done;
  await load(count - 2 * OF_EACH, false);
  return (what) => load(count - OF_EACH, what === 'nothing', 1_000);
}

/** One that looks for no token falls asleep with nothing to do, and wakes after the product has taken over. */
async function notFenced(harness: Harness, scene: Scene): Promise<Outcome> {
  const { base } = await scene.start('capture,projector,gateway');
  const observer = await observe(scene, base);
  const steps = new Steps(observer);
  const victim = scene.startOwn('controls/broken-sealer.js not-fenced', sealerEnv(scene, 'victim', 'victim'));
  await victim.line(/^Ready$/m, STOPPED_WITHIN_MS);
  const come = await arrive(harness, scene, base, 0);
  await allSealed(scene);
  await freeze(victim);
  const heir = launchSealer(scene, 'heir', 'heir');
  await seals(scene, heir);
  await come('nothing');
  await allSealed(scene);
  await steps.after('taking over');
  const { seals: before } = await sealingState(scene.database.pool);
  victim.signal('SIGCONT');
  await until('the zombie to seal', AWAKE_MS, async () => (await sealingState(scene.database.pool)).seals > before, 20).catch(
    () => undefined,
  );
  await steps.after('waking');
  await victim.kill();
  await come('items');
  await publishes(scene, heir.child);
  await steps.after('going on');
  await observer.child.kill();
  return { problems: steps.problems };
}
