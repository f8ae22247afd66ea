import { createLog } from '#lib/runtime';
import { runInBackground } from './background.ts';

const quiet = createLog({ level: 'silent', secrets: [] });
const untilTrue = async (done: () => boolean): Promise<void> => {
  for (let turn = 0; !done(); turn++) {
    if (turn > 400) throw new Error('not within two seconds');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

describe('a background step', () => {
  it('runs on at once while there is more, and rests when there is not', async () => {
    let left = 50;
    let steps = 0;
    const background = runInBackground('test', quiet, () => {
      steps++;
      return Promise.resolve(left-- > 0);
    });
    await untilTrue(() => left < 0);
    const rested = steps;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([rested, steps]).toEqual([51, 51]);
    await background.close();
  });

  it('that rests is woken at once', async () => {
    let steps = 0;
    const background = runInBackground('test', quiet, () => Promise.resolve(++steps < 0));
    await untilTrue(() => steps === 1);
    const started = performance.now();
    background.wake();
    await untilTrue(() => steps === 2);
    expect(performance.now() - started).toBeLessThan(500);
    await background.close();
  });

  it('woken while it works runs once more, so that nothing new is overlooked', async () => {
    let steps = 0;
    let finish: () => void = () => undefined;
    const background = runInBackground('test', quiet, async () => {
      if (++steps === 1) await new Promise<void>((resolve) => (finish = resolve));
      return false;
    });
    await untilTrue(() => steps === 1);
    background.wake();
    finish();
    await untilTrue(() => steps === 2);
    await background.close();
  });

  it('that throws is tried again, and the tries are told without what was thrown', async () => {
    const lines: string[] = [];
    const log = createLog({ level: 'warn', secrets: [], destination: { write: (line: string) => void lines.push(line) } });
    let steps = 0;
    const background = runInBackground('test', log, () =>
      ++steps < 3 ? Promise.reject(new Error('content: WDDSYNTH')) : Promise.resolve(false),
    );
    await untilTrue(() => steps === 3);
    expect(lines.map((line) => (JSON.parse(line) as { attempt: number }).attempt)).toEqual([1, 2]);
    expect(lines.join('')).not.toContain('WDDSYNTH');
    await background.close();
  });

  it('that is closed finishes what it does and begins nothing more', async () => {
    let finished = 0;
    const background = runInBackground('test', quiet, async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      finished++;
      return true;
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    await background.close();
    expect(finished).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(finished).toBe(1);
  });
});
