import { ClockJump, SealClock } from './seal-clock.ts';

const SECOND = 1_000_000;

function clocks(): { wall(): number; monotonic(): number; pass(micros: number): void; move(micros: number): void } {
  let [wall, monotonic] = [1_000 * SECOND, 5 * SECOND];
  return {
    wall: () => wall,
    monotonic: () => monotonic,
    pass: (micros) => {
      wall += micros;
      monotonic += micros;
    },
    move: (micros) => (wall += micros),
  };
}

describe('the clock of seals', () => {
  it('says now, and never a time before the last seal', () => {
    const time = clocks();
    const clock = new SealClock(null, time);
    expect(clock.next()).toBe(1_000 * SECOND);
    time.pass(SECOND);
    expect(clock.next()).toBe(1_001 * SECOND);
    time.move(-SECOND); // slewed back
    expect(clock.next()).toBe(1_001 * SECOND);
    expect(new SealClock(1_001 * SECOND, time).next()).toBe(1_001 * SECOND);
  });

  it.each([
    ['ahead', 3600 * SECOND],
    ['back', -3600 * SECOND],
  ])('stops when somebody moved it %s', (_, by) => {
    const time = clocks();
    const clock = new SealClock(null, time);
    time.pass(SECOND);
    clock.next();
    time.move(by);
    expect(() => clock.next()).toThrow(ClockJump);
    expect(() => clock.next()).toThrow(ClockJump);
  });

  it('does not begin behind the newest seal', () => {
    expect(() => new SealClock(2_000 * SECOND, clocks())).toThrow(ClockJump);
  });
});
