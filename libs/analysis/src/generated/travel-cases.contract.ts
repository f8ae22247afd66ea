/**
 * Journeys drawn from a seed, and what is wrong with them by the one who made it so. Shares no code with the checks: a thing moves on a sphere, is
 * written down with the errors that people make, and what is planted is planted out of the reach of anything that flies.
 */
import { containerNumber, DAY, Draw, HOUR, imoNumber, type Minute, type Point, vinNumber } from './draw.contract.ts';
import {
  away,
  BEGIN,
  pathFrom,
  type Path,
  positionAt,
  STYLES,
  type Style,
  type Telling,
  toldOf,
  toTheMinute,
  toTheSecond,
} from './travel-path.contract.ts';

export interface TravelCase {
  readonly number: number;
  readonly item: string;
  readonly records: readonly Telling[];
  /** clone: two things of one identity. wrong: records that are wrong, each by itself. said: nothing but words that cannot be true. */
  readonly is: 'none' | 'clone' | 'wrong' | 'said';
  /** What is wrong or said. */
  readonly planted: readonly string[];
}

/** Of hundred cases 1 is a clone, 2 have a wrong record, 1 has two bad rows in one file of positions, 2 have words that cannot be true. */
export function travelCase(seed: number, number: number): TravelCase {
  const draw = new Draw(seed + number * 7_919);
  const made = new Made(draw, number);
  const at = number % 100;
  if (at === 17) return made.clone();
  if (at === 34 || at === 51) return made.wrong();
  if (at === 68) return made.badRows();
  if (at === 85 || at === 92) return made.said();
  return made.none();
}

class Made {
  private readonly draw: Draw;
  private readonly number: number;
  private readonly records: Telling[] = [];
  private readonly isShip: boolean;
  private readonly item: string;

  constructor(draw: Draw, number: number) {
    this.draw = draw;
    this.number = number;
    this.isShip = draw.chance(0.2);
    this.item = this.isShip ? imoNumber(draw) : draw.chance(0.5) ? vinNumber(draw) : containerNumber(draw);
  }

  none(): TravelCase {
    this.see(this.path(this.draw.between(4, 40)));
    this.addHarmless();
    return this.as('none', []);
  }

  /** Two things, far from each other for some days, each seen as often as things are in ports and at gates. */
  clone(): TravelCase {
    const days = this.draw.between(2, 5);
    const style = this.isShip ? STYLES.sea : STYLES.road;
    const start = this.start();
    const one = pathFrom(this.draw, start, BEGIN, days, style);
    const other = pathFrom(this.draw, away(start, this.draw.between(3_000, 13_000), this.draw.between(0, 359)), BEGIN, days, style);
    for (const path of [one, other]) {
      if (this.isShip) this.row(path, days * DAY);
      else this.meet(path, this.draw.between(18, 40), days * DAY);
    }
    return this.as('clone', []);
  }

  /** One record of another place, or of another time, that nothing which flies could have got to. */
  wrong(): TravelCase {
    const path = this.path(this.draw.between(4, 40));
    this.see(path);
    return this.as('wrong', [this.plant(path, this.isShip ? 'row' : 'seen')]);
  }

  /** Receivers have bad rows, and two of them are no second ship. */
  badRows(): TravelCase {
    const path = pathFrom(this.draw, this.start(), BEGIN, 8, STYLES.sea);
    this.row(path, 8 * DAY);
    return this.as('wrong', [this.plant(path, 'row'), this.plant(path, 'row')], imoNumber(this.draw));
  }

  said(): TravelCase {
    const path = this.path(this.draw.between(4, 40));
    this.see(path);
    return this.as('said', [this.plant(path, this.draw.one(['statement', 'plan'] as const))]);
  }

  /** Beside a record to the minute that is true, and beyond 1,350 km/h by far. */
  private plant(path: Path, is: Telling['is']): string {
    const at = BEGIN + this.draw.between(HOUR, 4 * DAY);
    const truth = positionAt(path, at);
    this.records.push({
      id: this.id(),
      is: this.isShip || is === 'row' ? 'row' : 'seen',
      point: truth,
      radius: 10,
      occurred: toTheMinute(this.draw, at),
      at,
    });
    const later = this.draw.between(-180, 180);
    const km = Math.min(17_000, 1_350 * 1.3 * ((Math.abs(later) + 4) / HOUR) + this.draw.between(200, 4_000));
    const point = away(truth, km, this.draw.between(0, 359));
    const id = this.id();
    this.records.push({ id, is, point, radius: this.draw.between(1, 50), occurred: toTheMinute(this.draw, at + later), at: at + later });
    return id;
  }

  /** True words, a look that found nothing, and where it never was: nothing of this cannot be true. */
  private addHarmless(): void {
    if (this.draw.chance(0.3)) {
      const at = this.draw.one(this.records).at;
      this.records.push({ id: this.id(), is: 'negative', point: this.start(), occurred: toTheMinute(this.draw, at), at });
    }
  }

  private path(days: number): Path {
    return pathFrom(this.draw, this.start(), BEGIN, days, this.style());
  }

  private style(): Style {
    return this.isShip ? STYLES.sea : this.draw.one([STYLES.road, STYLES.road, STYLES.sea, STYLES.air, STYLES.jet]);
  }

  /** Anywhere; now and then at the date line or a pole. */
  private start(): Point {
    const where = this.draw.next();
    if (where < 0.1) return { lat: this.draw.between(-60, 60), lon: this.draw.one([179.9, -179.9]) };
    if (where < 0.2) return { lat: this.draw.one([1, -1]) * (89.9 - this.draw.next() * 4), lon: this.draw.between(-180, 179) };
    return { lat: this.draw.between(-65, 65), lon: this.draw.between(-180, 179) };
  }

  private see(path: Path): void {
    const lasts = (path.at(-1)?.to ?? BEGIN) - BEGIN;
    if (this.isShip && this.draw.chance(0.7)) this.row(path, Math.min(lasts, 8 * DAY));
    else this.meet(path, this.draw.between(4, 25), lasts);
  }

  /** Often two authors write down the same minutes. */
  private meet(path: Path, count: number, lasts: Minute): void {
    for (let at = 0; at < count; at++) {
      const when = BEGIN + this.draw.between(1, lasts - 1);
      this.records.push(toldOf(this.draw, this.id(), path, when));
      if (this.draw.chance(0.35)) this.records.push(toldOf(this.draw, this.id(), path, when + this.draw.between(0, 30)));
    }
  }

  /** A file of positions, exact to some hundred metres. */
  private row(path: Path, lasts: Minute): void {
    for (let at = this.draw.between(1, 60); at < lasts; at += this.draw.between(10, 240)) {
      const point = away(positionAt(path, BEGIN + at), this.draw.next() * 0.8, this.draw.between(0, 359));
      this.records.push({ id: this.id(), is: 'row', point, occurred: toTheSecond(BEGIN + at), at: BEGIN + at });
    }
  }

  private id(): string {
    return `${this.number}-${this.records.length + 1}`;
  }

  private as(is: TravelCase['is'], planted: readonly string[], item = this.item): TravelCase {
    return { number: this.number, item, records: this.records, is, planted };
  }
}
