/** When something was recorded: a clock that never falls, says when the machine's own was moved, and is not believed against the database's. */
import { uptime } from 'node:os';

/** What the wall clock may run away from elapsed time between two readings: clocks are slewed, and a reading takes time. */
const SLACK_MICROS = 2_000_000;
/** And over all readings: as fast as a kernel slews. Steps that are each within the slack add up to more. */
const DRIFT = 500e-6;
/** How far this machine's clock and the database's may lie apart: more than two that are kept right ever do. */
const APART_MICROS = 60_000_000;
/**
 * How far ahead of the newest seal the clock is believed. A log rests for weeks; one that rested for longer is rarer than a clock that is years
 * ahead, and what that would seal bars the log until then, since recorded times never fall.
 */
const AHEAD_MICROS = 366 * 24 * 3_600_000_000;
/** Around noon of the day that the operator names: whatever his time zone. */
const CONFIRMED_MICROS = 36 * 3_600_000_000;

/** The time that seals would say is not to be trusted: sealing stops until somebody has looked. */
export class ClockJump extends Error {
  override readonly name = 'ClockJump';
  readonly code = 'seal.clock';
}

/** Nothing says that the clock is right, and something that it is not: sealing stops until the clock is set right, or the operator says that it is. */
export class ClockUnconfirmed extends Error {
  override readonly name = 'ClockUnconfirmed';
  readonly code = 'seal.clock-unconfirmed';
}

export interface Clocks {
  /** Microseconds since 1970. */
  wall(): number;
  /** Microseconds since some moment, also those in which the machine slept; never falls, never jumps. */
  monotonic(): number;
}

export const SYSTEM_CLOCKS: Clocks = {
  wall: () => Date.now() * 1_000,
  // Since the machine's start. Node's own monotonic clock stands still on Linux while a laptop sleeps, which then looks like a jump of the other.
  monotonic: () => Math.floor(uptime() * 1_000_000),
};

export interface SealClockOptions {
  readonly clocks?: Clocks;
  /** A day (`2026-11-25`) on which the operator says that the clock is right. */
  readonly confirmed?: string | null;
}

interface Reading {
  readonly wall: number;
  readonly monotonic: number;
}

export class SealClock {
  private readonly clocks: Clocks;
  private readonly options: SealClockOptions;
  private last: number;
  private read: Reading;
  /** From where on small steps are added up. */
  private readonly anchor: Reading;

  /** @param last time of the newest seal; `null`: there is none. Throws ClockJump where the wall clock is behind it. */
  constructor(last: number | null, options: SealClockOptions = {}) {
    this.clocks = options.clocks ?? SYSTEM_CLOCKS;
    this.options = options;
    this.last = last ?? 0;
    this.read = this.reading();
    this.anchor = this.read;
    if (this.read.wall < this.last - SLACK_MICROS) throw new ClockJump(`The clock says a time before that of the newest seal.`);
  }

  /**
   * Microseconds since 1970 for the next seal: now, and never before the last. Throws ClockJump where the wall clock was moved since the last
   * reading, or little by little since the first; ClockUnconfirmed where it is not the database's time, or far ahead of the newest seal.
   * A step forward stops it even where the database's clock agrees: mostly that is the same clock, and what is sealed by it bars the log until then.
   * @param database its clock, microseconds since 1970
   */
  async next(database: () => Promise<number>): Promise<number> {
    const asked = this.clocks.wall();
    const said = await database();
    const now = this.reading();
    const apart = said < asked ? asked - said : Math.max(0, said - now.wall);
    const isConfirmed = this.isConfirmed(now.wall);
    this.checkSteps(now);
    if (apart > APART_MICROS && !isConfirmed)
      throw new ClockUnconfirmed(`The clock and that of the database are ${seconds(apart)} s apart.`);
    if (this.last > 0 && now.wall - this.last > AHEAD_MICROS && !isConfirmed)
      throw new ClockUnconfirmed(`The clock is ${Math.floor((now.wall - this.last) / 86_400e6)} days ahead of the newest seal.`);
    this.read = now;
    this.last = Math.max(this.last, now.wall);
    return this.last;
  }

  private checkSteps(now: Reading): void {
    const step = moved(this.read, now);
    if (Math.abs(step) > SLACK_MICROS) throw new ClockJump(`The clock was moved by ${seconds(step)} s since the last seal was looked for.`);
    const drift = moved(this.anchor, now);
    if (Math.abs(drift) > SLACK_MICROS + DRIFT * (now.monotonic - this.anchor.monotonic))
      throw new ClockJump(`The clock was moved by ${seconds(drift)} s in small steps since sealing began.`);
  }

  private isConfirmed(wall: number): boolean {
    const { confirmed = null } = this.options;
    return confirmed !== null && Math.abs(wall - Date.parse(`${confirmed}T12:00:00Z`) * 1_000) <= CONFIRMED_MICROS;
  }

  private reading(): Reading {
    return { wall: this.clocks.wall(), monotonic: this.clocks.monotonic() };
  }
}

/** What the wall clock ran away from elapsed time, forward above 0. */
const moved = (from: Reading, to: Reading): number => to.wall - from.wall - (to.monotonic - from.monotonic);

const seconds = (micros: number): string => (micros / 1_000_000).toFixed(1);
