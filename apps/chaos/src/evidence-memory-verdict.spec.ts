import { EXTRA_BYTES_MAX, memoryProblems, type Extra } from './evidence-memory-verdict.ts';
import { statusBytes } from './resident.ts';

const extra = (extraBytes: number): Extra => ({ who: 'server', way: 'upload', bytes: 1 << 28, extraBytes, ms: 1 });

test('as much as is allowed is too much; a control below it shows nothing', () => {
  expect(memoryProblems([extra(EXTRA_BYTES_MAX - 1), extra(-5)], [extra(EXTRA_BYTES_MAX)])).toEqual([]);
  expect(memoryProblems([extra(EXTRA_BYTES_MAX)], [extra(EXTRA_BYTES_MAX - 1)])).toEqual([
    'server, upload of 268435456 bytes: 67108864 bytes more in memory, not below 67108864',
    'a program that holds the file does not show: server, upload of 268435456 bytes: 67108863 bytes more in memory',
  ]);
});

test('what was not measured does not hold, and neither does a measure without a control', () => {
  expect(memoryProblems([extra(NaN)], [extra(NaN)])).toHaveLength(2);
  expect(memoryProblems([extra(0)], [])).toEqual(['there is no control']);
});

test('memory is read as the kernel writes it', () => {
  const text = 'Name:\tnode\nVmPeak:\t 1300000 kB\nVmHWM:\t  120000 kB\nVmRSS:\t  100000 kB\nThreads:\t11\n';
  expect([statusBytes(text, 'VmHWM'), statusBytes(text, 'VmRSS')]).toEqual([122_880_000, 102_400_000]);
  expect(statusBytes('Name:\tnode\nState:\tZ (zombie)\n', 'VmRSS')).toBeNull();
});
