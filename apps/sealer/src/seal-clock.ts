/** When something was recorded: a clock that never falls, and says when the machine's own was moved. */

/** What the wall clock may run away from the monotonic one between two readings: clocks are slewed, and a reading takes time. */
const SLACK_MICROS = 2_000_000;

/** The time that seals would say is not to be trusted: sealing stops until somebody has looked. */
export class ClockJump extends Error {
  override readonly name = 'ClockJump';
  readonly code = 'seal.clock';
}

export interface Clocks {
  /** Microseconds since 1970. */
  wall(): number;
  /** Microseconds since some moment; never falls, never jumps. */
  monotonic(): number;
}

export const SYSTEM_CLOCKS: Clocks = {
  wall: () => Date.now() * 1_000,
  monotonic: () => Math.floor(performance.now() * 1_000),
};

export class SealClock {
  private readonly clocks: Clocks;
  private last: number;
  private read: { readonly wall: number; readonly monotonic: number };

  /** @param last time of the newest seal; `null`: there is none. Throws ClockJump where the wall clock is behind it. */
  constructor(last: number | null, clocks: Clocks = SYSTEM_CLOCKS) {
    this.clocks = clocks;
    this.last = last ?? 0;
    this.read = { wall: clocks.wall(), monotonic: clocks.monotonic() };
    if (this.read.wall < this.last - SLACK_MICROS) throw new ClockJump(`The clock says a time before that of the newest seal.`);
  }

  /** Microseconds since 1970 for the next seal: now, and never before the last. Throws ClockJump where the wall clock was moved since the last reading. */
  next(): number {
    const now = { wall: this.clocks.wall(), monotonic: this.clocks.monotonic() };
    const moved = now.wall - this.read.wall - (now.monotonic - this.read.monotonic);
    if (Math.abs(moved) > SLACK_MICROS)
      throw new ClockJump(`The clock was moved by ${Math.round(moved / 1_000)} ms since the last seal was looked for.`);
    this.read = now;
    this.last = Math.max(this.last, now.wall);
    return this.last;
  }
}
