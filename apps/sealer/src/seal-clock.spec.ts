import { ClockJump, ClockUnconfirmed, SealClock, SYSTEM_CLOCKS } from './seal-clock.ts';

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
const START = Date.UTC(2026, 10, 25) * 1_000;

/** Of one machine, its database's too unless that is another's. */
function clocks() {
  let [wall, monotonic, apart] = [START, 5 * SECOND, 0];
  return {
    wall: () => wall,
    monotonic: () => monotonic,
    database: () => Promise.resolve(wall + apart),
    pass: (micros: number) => {
      wall += micros;
      monotonic += micros;
    },
    /** The clock of both. */
    move: (micros: number) => (wall += micros),
    /** That of this machine alone. */
    moveOwn: (micros: number) => {
      wall += micros;
      apart -= micros;
    },
  };
}

describe('the clock of seals', () => {
  it('says now, and never a time before the last seal', async () => {
    const time = clocks();
    const clock = new SealClock(null, { clocks: time });
    expect(await clock.next(time.database)).toBe(START);
    time.pass(SECOND);
    expect(await clock.next(time.database)).toBe(START + SECOND);
    time.move(-SECOND); // slewed back
    expect(await clock.next(time.database)).toBe(START + SECOND);
    expect(await new SealClock(START + SECOND, { clocks: time }).next(time.database)).toBe(START + SECOND);
  });

  it.each([
    ['ahead', 3600 * SECOND],
    ['back', -3600 * SECOND],
  ])('stops when somebody moved it %s, and the database knows nothing of that', async (_, by) => {
    const time = clocks();
    const clock = new SealClock(null, { clocks: time });
    time.pass(SECOND);
    await clock.next(time.database);
    time.moveOwn(by);
    await expect(clock.next(time.database)).rejects.toThrow(ClockJump);
    await expect(clock.next(time.database)).rejects.toThrow(ClockJump);
  });

  it('stops when it was moved back, whatever the database says', async () => {
    const time = clocks();
    const clock = new SealClock(null, { clocks: time });
    time.move(-3 * SECOND);
    await expect(clock.next(time.database)).rejects.toThrow(ClockJump);
  });

  it('stops when it was moved forward, though the database on the same machine says the same, until somebody has looked', async () => {
    const time = clocks();
    const clock = new SealClock(null, { clocks: time });
    const before = await clock.next(time.database);
    time.move(8 * 3600 * SECOND);
    for (let n = 0; n < 2; n++) await expect(clock.next(time.database)).rejects.toThrow('moved by 28800.0 s');
    // The clock was right: who looked starts the sealer again.
    expect(await new SealClock(before, { clocks: time }).next(time.database)).toBe(before + 8 * 3600 * SECOND);
    // It was not: nothing was sealed by it, so nothing bars the log once it is right again.
    time.move(-8 * 3600 * SECOND);
    expect(await new SealClock(before, { clocks: time }).next(time.database)).toBe(before);
  });

  it('has nothing to say of a machine that slept: its own elapsed time counts that', async () => {
    const time = clocks();
    const clock = new SealClock(null, { clocks: time });
    time.pass(8 * 3600 * SECOND);
    expect(await clock.next(time.database)).toBe(START + 8 * 3600 * SECOND);
  });

  it.each([
    ['ahead', 1.5],
    ['back', -1.5],
  ])('stops when small steps %s add up, each within what a reading may be off', async (_, by) => {
    const time = clocks();
    const clock = new SealClock(null, { clocks: time });
    const run = async (): Promise<void> => {
      for (let n = 0; n < 10; n++) {
        time.pass(SECOND);
        time.move(by * SECOND);
        await clock.next(time.database);
      }
    };
    await expect(run()).rejects.toThrow('in small steps');
  });

  it('is not stopped by a clock that is slewed for a year as fast as kernels do', async () => {
    const time = clocks();
    const clock = new SealClock(null, { clocks: time });
    for (let n = 0; n < 365; n++) {
      time.pass(DAY);
      for (let part = 0; part < 24; part++) {
        time.move(1.75 * SECOND);
        await clock.next(time.database);
      }
    }
  });

  it('does not begin behind the newest seal', () => {
    expect(() => new SealClock(START + 1_000 * SECOND, { clocks: clocks() })).toThrow(ClockJump);
  });

  it.each([
    ['years ahead of the newest seal', START - 3 * 365 * DAY, 0],
    ['an hour ahead of the database', START - SECOND, 3600 * SECOND],
    ['an hour behind the database', null, -3600 * SECOND],
    ['years ahead of the database, with nothing sealed yet', null, 3 * 365 * DAY],
  ])('does not seal %s, unless the operator says that this is the day', async (_, last, apart) => {
    const time = clocks();
    const database = () => Promise.resolve(time.wall() - apart);
    const begin = (confirmed: string | null) => new SealClock(last, { clocks: time, confirmed }).next(database);
    await expect(begin(null)).rejects.toThrow(ClockUnconfirmed);
    await expect(begin(null)).rejects.toMatchObject({ code: 'seal.clock-unconfirmed' });
    // Another day than the clock says confirms nothing: the setting of back then does not confirm the next mistake.
    await expect(begin('2026-11-20')).rejects.toThrow(ClockUnconfirmed);
    expect(await begin('2026-11-25')).toBe(START);
  });

  it('is believed after a rest of months', async () => {
    const time = clocks();
    expect(await new SealClock(START - 300 * DAY, { clocks: time }).next(time.database)).toBe(START);
  });

  it('reads elapsed time that never falls', () => {
    const read = Array.from({ length: 1_000 }, () => SYSTEM_CLOCKS.monotonic());
    expect(read).toEqual([...read].sort((a, b) => a - b));
  });
});
