/** A metric that nothing sets reads as zero for ever: whoever watches it believes that all is well. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMetrics, METRICS } from '#lib/runtime';
import type { EventLog } from '#lib/event-log';
import { watchedAppends } from './readiness.ts';

const ROOT = join(import.meta.dirname, '../../..');
const program = ['apps/capture', 'apps/projector', 'apps/gateway', 'apps/custody', 'libs/runtime'].flatMap((folder) =>
  readdirSync(join(ROOT, folder, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name) && !/\.(spec|contract)\.ts$/.test(entry.name))
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8')),
);

const neverSet = (sources: readonly string[]): string[] =>
  Object.keys(METRICS).filter((key) => !sources.some((text) => new RegExp(`\\b${key}\\.(?:inc|set|observe)\\(`).test(text)));

test('every metric is set by some file of the program', () => {
  expect(neverSet(program)).toEqual([]);
});

test('control: one that nothing sets is found', () => {
  expect(neverSet(program.filter((text) => !text.includes('appendSeconds.observe(')))).toEqual(['appendSeconds']);
  expect(neverSet(program.filter((text) => !text.includes('deadLettersOpen.set(')))).toContain('deadLettersOpen');
});

test("the time of each of capture's appends is measured, with how it ended", async () => {
  const metrics = createMetrics();
  let append = (): Promise<void> => Promise.resolve();
  const { log } = watchedAppends({ append: () => append() } as unknown as EventLog, metrics);
  await log.append('events', []);
  append = () => Promise.reject(Object.assign(new Error('away'), { code: 'log.unavailable' }));
  await expect(log.append('events', [])).rejects.toThrow('away');
  const text = await metrics.expose();
  expect(text).toContain('custody_event_log_append_seconds_count{outcome="ok"} 1');
  expect(text).toContain('custody_event_log_append_seconds_count{outcome="failed"} 1');
});
