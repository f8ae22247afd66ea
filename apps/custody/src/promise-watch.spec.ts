import { promiseWatch } from './promise-watch.ts';

describe('the promise of receipts', () => {
  const NOW_MS = 1_800_000_000_000;
  const captured = (secondsAgo: number): number => (NOW_MS - secondsAgo * 1_000) * 1_000;
  const given = () => {
    const lines: unknown[] = [];
    const watch = promiseWatch({
      error: (_, fields) => lines.push(['error', fields?.code]),
      info: (_, fields) => lines.push(['info', fields?.code]),
    });
    return { lines, look: (secondsAgo: number | null): void => watch(secondsAgo === null ? null : captured(secondsAgo), NOW_MS) };
  };

  it('is missed where an entry waits for longer than 60 s, and said once until it is kept again', () => {
    const { lines, look } = given();
    for (const seconds of [null, 1, 60]) look(seconds);
    expect(lines).toEqual([]);
    for (const seconds of [61, 70, 4_000]) look(seconds);
    expect(lines).toEqual([['error', 'seal.overdue']]);
    for (const seconds of [null, 5]) look(seconds);
    look(90);
    expect(lines).toEqual([
      ['error', 'seal.overdue'],
      ['info', 'seal.overdue'],
      ['error', 'seal.overdue'],
    ]);
  });
});
