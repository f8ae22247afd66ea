import { createHealth, type Health } from './health.ts';

/** One dependency whose clock and answers the test moves. */
function given(): { health: Health; at: (ms: number) => void; say: (answer: string | Error | null) => void; asked: () => number } {
  let nowMs = 0;
  let answer: string | Error | null = 'log size 7';
  let asked = 0;
  const health = createHealth(() => nowMs);
  health.dependency({
    name: 'gateway: database',
    ask: () => {
      asked++;
      if (answer === null) return new Promise(() => undefined);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  return { health, at: (ms) => (nowMs = ms), say: (next) => (answer = next), asked: () => asked };
}

const checkOf = (health: Health): unknown => health.components()[0];
const away = (code: string): Error => Object.assign(new Error('postgres://owner:hunter2@db'), { code });

test('a dependency that answers is shown with what it says', async () => {
  const { health } = given();
  await health.look();
  expect(checkOf(health)).toMatchObject({ name: 'gateway: database', ready: true, reason: null, detail: 'log size 7' });
});

test('one lost connection is no outage; two seconds without an answer are, and the first answer ends it', async () => {
  const { health, at, say } = given();
  await health.look();
  say(away('store.unavailable'));
  at(1_500);
  await health.look();
  expect(health.ready()).toBe(true);
  at(2_001);
  await health.look();
  expect(checkOf(health)).toMatchObject({ ready: false, reason: 'away: store.unavailable', detail: null });
  say('log size 8');
  await health.look();
  expect(checkOf(health)).toMatchObject({ ready: true, reason: null, detail: 'log size 8' });
});

test('why it is away is told by a code and never by the words of a driver', async () => {
  for (const error of [away('ECONNREFUSED'), away('57P01'), new Error('hunter2')]) {
    const { health, at, say } = given();
    say(error);
    at(3_000);
    await health.look();
    expect(checkOf(health)).toMatchObject({ ready: false, reason: 'away: unknown' });
    expect(JSON.stringify(checkOf(health))).not.toContain('hunter2');
  }
});

test('one that says nothing at all is away within the time of an answer, and holds one question open, not one for each look', async () => {
  const { health, at, say, asked } = given();
  say(null);
  at(3_000);
  const started = performance.now();
  await health.look();
  await health.look();
  expect(performance.now() - started).toBeLessThan(2 * 2_000 + 1_000);
  expect(checkOf(health)).toMatchObject({ ready: false, reason: 'away: no-answer' });
  expect(asked()).toBe(1);
  // Given up after ten seconds: a line that was cut never answers the old question.
  say('log size 9');
  at(13_001);
  await health.look();
  expect([asked(), health.ready()]).toEqual([2, true]);
}, 15_000);

test('is asked about once a second as long as it answers, however often somebody looks', async () => {
  const { health, at, asked } = given();
  for (let ms = 0; ms < 5_000; ms += 100) {
    at(ms);
    await health.look();
  }
  expect(asked()).toBe(5);
});
