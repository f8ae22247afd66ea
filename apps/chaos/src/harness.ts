/** What rows are given: the stack, the sizes, seeds, and the undisturbed runs that disturbed ones are compared with. */
import { join } from 'node:path';
import type { Inputs } from './documents.ts';
import { askOracle } from './oracle-process.ts';
import type { RowOutcome } from './outcome.ts';
import { seededRandom, type Random } from './random.ts';
import { Scene, type SceneOptions } from './scene.ts';
import type { Sizes } from './sizes.ts';
import type { Stack } from './stack.ts';

export interface Harness {
  readonly stack: Stack;
  readonly sizes: Sizes;
  readonly seed: number;
  readonly note: (line: string) => void;
  /** The same for the same seed and name. */
  random(name: string): Random;
  inputs(count: number): Inputs;
  /** Opens a scene, works in it, closes it. */
  scene<T>(options: SceneOptions, work: (scene: Scene) => Promise<T>): Promise<T>;
  /** File with the timelines of an undisturbed run of these inputs: made once. */
  undisturbed(inputs: Inputs): Promise<string>;
}

export interface Row {
  /** As on the command line. */
  readonly name: string;
  readonly fault: string;
  readonly title: string;
  /** Otherwise the embedded event log is all it works with, and no broker is started. */
  readonly needsKafka: boolean;
  run(harness: Harness): Promise<RowOutcome>;
}

export function createHarness(stack: Stack, sizes: Sizes, seed: number, note: (line: string) => void): Harness {
  const references = new Map<number, Promise<string>>();
  const harness: Harness = {
    stack,
    sizes,
    seed,
    note,
    random: (name) => seededRandom([...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, seed)),
    inputs: (count) => ({ seed, count }),
    async scene(options, work) {
      const scene = await Scene.open(stack, options);
      try {
        return await work(scene);
      } finally {
        await scene.close();
      }
    },
    undisturbed(inputs) {
      const known = references.get(inputs.count);
      if (known !== undefined) return known;
      const made = undisturbedRun(harness, inputs);
      references.set(inputs.count, made);
      return made;
    },
  };
  return harness;
}

/** One process with all roles, no faults. */
async function undisturbedRun(harness: Harness, inputs: Inputs): Promise<string> {
  const answerFile = join(harness.stack.workDir, `undisturbed-${inputs.count}.json`);
  await harness.scene({ name: `undisturbed-${inputs.count}`, log: 'embedded' }, async (scene) => {
    const { base } = await scene.start('capture,projector,gateway');
    await scene.load(inputs, { targets: [base], rowsPerRequest: 100 }).done;
    await scene.drained();
    await askOracle({ what: 'timelines', databaseUrl: scene.database.url, answerFile });
  });
  return answerFile;
}
