/** A small world that is simulated: things packed into things, put aboard, taken off, with or without a record, and what is written of it. */
import { containerNumber, DAY, Draw, HOUR, imoNumber, type Minute, minuteOf, type Place, PORTS, vinNumber } from './draw.contract.ts';
import { type Fact, type Files, type GeneratedRecord, Records, told, toldRoughly } from './records.contract.ts';
import { type Call, type Heard, sail, type Ship } from './voyage.contract.ts';

export interface GeneratedCase {
  readonly seed: number;
  readonly number: number;
  /** As they came in: late ones late, some twice. */
  readonly log: readonly GeneratedRecord[];
  readonly files: Files;
  /** From the innermost outwards, ships left out. */
  readonly items: readonly string[];
  /** Identifiers that records name and whose check digit is wrong. */
  readonly failing: readonly string[];
}

export function generateCase(seed: number, number: number): GeneratedCase {
  const draw = new Draw(Math.imul(seed, 2_654_435_761) + number * 97);
  const world = new World(draw, `g${number}`);
  world.run();
  return {
    seed,
    number,
    log: world.log(),
    files: world.records.files,
    items: [...world.units, ...world.others, ...world.chassis],
    failing: world.failing,
  };
}

type LoadingFact = Extract<Fact, { is: 'loading' }>;
type UnloadingFact = Extract<Fact, { is: 'unloading' }>;

class World {
  readonly records: Records;
  readonly units: string[];
  readonly chassis: string[];
  private readonly draw: Draw;
  readonly others: string[] = [];
  readonly failing: string[] = [];
  private stays = 0;
  /** Where the cargo is, and since when nothing has happened to it. */
  private at: { port: Place; time: Minute };

  constructor(draw: Draw, prefix: string) {
    this.draw = draw;
    this.records = new Records(draw, prefix);
    const packs = draw.between(0, 3);
    const inner = Array.from({ length: Math.max(0, packs - 1) }, (_, n) => `serial:demo:${n === 0 ? 'CARTON' : 'CRATE'}-${draw.digits(5)}`);
    this.units = [vinNumber(draw), ...inner, ...(packs === 0 ? [] : [containerNumber(draw)])];
    this.chassis = draw.chance(0.5) ? Array.from({ length: draw.between(1, 2) }, () => `serial:demo:CHASSIS-${draw.digits(5)}`) : [];
    this.at = { port: draw.one(PORTS), time: minuteOf(draw.between(2016, 2021), draw.between(1, 12), draw.between(1, 28)) };
  }

  run(): void {
    const { draw, units } = this;
    const packings = units.slice(1).map((box, n) => this.load(units[n] as string, box, this.pass(3 * HOUR, 2 * DAY)));
    this.pass(4 * DAY, 9 * DAY);
    if (units.length > 1 && draw.chance(0.2)) this.beside();
    const hops = draw.between(1, 3);
    for (let n = 0; n < hops; n++) {
      this.maybeSeen(0.4);
      this.hop();
      this.pass(5 * DAY, 20 * DAY);
    }
    for (const packing of packings.reverse()) if (draw.chance(0.7)) this.unload(packing, this.pass(3 * HOUR, 2 * DAY), 0.6);
    this.pass(4 * DAY, 9 * DAY);
    this.maybeSeen(0.4);
    this.words();
  }

  /** By reported time but for some that come when they come; some come again. */
  log(): GeneratedRecord[] {
    const late = new Map(
      this.records.all.map((record) => [record, record.reported + (this.draw.chance(0.25) ? this.draw.between(0, 400) * DAY : 0)]),
    );
    const log = [...this.records.all].sort((a, b) => (late.get(a) as number) - (late.get(b) as number));
    for (const record of [...log])
      if (this.draw.chance(0.06)) log.splice(this.draw.between(log.indexOf(record) + 1, log.length), 0, record);
    return log;
  }

  private get outer(): string {
    return this.units.at(-1) as string;
  }

  private pass(least: number, most: number): Minute {
    this.at = { ...this.at, time: this.at.time + this.draw.between(least, most) };
    return this.at.time;
  }

  /** Another car in the same container; sometimes the container is said to be in what is in it. */
  private beside(): void {
    const car = vinNumber(this.draw);
    this.others.push(car);
    this.load(car, this.outer, this.pass(3 * HOUR, DAY));
    if (this.draw.chance(0.2)) this.load(this.outer, this.units[0] as string, this.pass(3 * HOUR, DAY));
    this.pass(4 * DAY, 6 * DAY);
  }

  /** Aboard a ship, by itself or on a chassis, or by a chassis alone. */
  private hop(): void {
    const { draw, chassis } = this;
    const on = chassis.length > 0 && draw.chance(0.6) ? draw.one(chassis) : undefined;
    const onto = on === undefined ? undefined : this.load(this.outer, on, this.pass(DAY, 2 * DAY));
    if (on !== undefined && draw.chance(0.3)) {
      this.unload(onto as LoadingFact, this.pass(3 * DAY, 9 * DAY), 0.6);
      return;
    }
    if (on !== undefined) this.pass(4 * DAY, 6 * DAY);
    const [ship, from, to] = this.ship();
    const cargo = on ?? this.outer;
    const discharge = draw.chance(0.5) ? to.port : undefined;
    const aboard = this.load(cargo, ship.imo, this.during(from), discharge);
    // A manifest names what is inside as if it were aboard by itself.
    if (draw.chance(0.25)) this.load(this.units[0] as string, ship.imo, this.during(from), discharge);
    this.impossible(from, to);
    this.unrecorded(from, to);
    this.at = { port: to.port, time: to.arrives };
    const off = this.during(to);
    this.unload(aboard, off, 0.6);
    this.at = { port: to.port, time: Math.max(off, to.leaves) };
    if (onto !== undefined) this.unload(onto, this.pass(4 * DAY, 8 * DAY), 0.5);
  }

  private during({ arrives, leaves }: Call): Minute {
    return this.draw.between(arrives + 60, leaves - 60);
  }

  /** One that comes here and goes on; its track, and what is written of its calls. */
  private ship(): [Ship, Call, Call] {
    const { draw, records } = this;
    const others = draw.shuffled(PORTS.filter(({ unlocode }) => unlocode !== this.at.port.unlocode));
    const first = draw.between(0, 1);
    const ports = [...others.slice(0, first), this.at.port, ...others.slice(first, first + draw.between(1, 2))];
    const ship = sail(draw, ports, first, this.pass(4 * DAY, 8 * DAY));
    if (draw.chance(0.85)) {
      const track = records.track(ship, this.filed(ship, first));
      if (draw.chance(0.06)) records.retract(track);
    }
    for (const call of ship.calls)
      if (draw.chance(0.3)) {
        const at = this.during(call);
        const when = draw.chance(0.2) ? toldRoughly(draw, at) : told(draw, at);
        records.say({ is: 'seen', item: ship.imo, place: call.port, when: when.when }, when);
      }
    return [ship, ship.calls[first] as Call, ship.calls[first + 1] as Call];
  }

  /** What of her track is in the file: often all; some begin while she loads, and some are of other years. */
  private filed({ calls, heard }: Ship, first: number): readonly Heard[] {
    const { draw } = this;
    if (draw.chance(0.1)) {
      const begins = this.during(calls[first] as Call);
      return heard.filter(({ at }) => at >= begins);
    }
    const later = draw.chance(0.1) ? draw.between(300, 1_500) * DAY : 0;
    return heard.map((each) => ({ ...each, at: each.at + later }));
  }

  private maybeSeen(part: number): void {
    for (const item of this.units) if (this.draw.chance(part)) this.seen(item, this.at.port, this.at.time, 'any');
  }

  private seen(item: string, place: Place, at: Minute, how: 'minute' | 'any' | 'roughly'): void {
    const when = how === 'roughly' ? toldRoughly(this.draw, at) : told(this.draw, at, how);
    const fact = { is: 'seen', item, place, when: when.when } as const;
    const record = this.records.say(fact, when);
    if (how === 'any' && this.draw.chance(0.1)) this.records.correct(record, fact, when);
    else if (this.draw.chance(0.05)) this.records.retract(record);
  }

  /** Seen to the minute on the other side of the world while the ship is at sea. */
  private impossible(from: Call, to: Call): void {
    if (!this.draw.chance(0.15)) return;
    const far = this.draw.one(PORTS.filter(({ unlocode }) => unlocode !== from.port.unlocode && unlocode !== to.port.unlocode));
    this.seen(this.draw.one(this.units), far, this.draw.between(from.leaves, to.arrives), 'minute');
  }

  /** Seen by itself at a port between, at which no record says that the ship called. */
  private unrecorded(from: Call, to: Call): void {
    const { draw } = this;
    if (!draw.chance(0.15)) return;
    const between = draw.one(PORTS.filter(({ unlocode }) => unlocode !== from.port.unlocode && unlocode !== to.port.unlocode));
    this.seen(draw.one(this.units), between, draw.between(from.leaves, to.arrives), draw.chance(0.3) ? 'roughly' : 'any');
  }

  private load(item: string, carrier: string, at: Minute, discharge?: Place): LoadingFact {
    const { draw, records } = this;
    const when = told(draw, at);
    const place = draw.chance(0.85) ? { place: this.at.port } : {};
    const fact: LoadingFact = {
      ...{ is: 'loading', item, carrier, stay: ++this.stays, when: when.when, ...place },
      ...(discharge === undefined ? {} : { discharge }),
    };
    const how = draw.next();
    if (how < 0.12) {
      const wrong = told(draw, at - draw.between(-DAY, 2 * DAY));
      const record = records.say({ ...fact, when: wrong.when }, wrong);
      records.correct(record, fact, when);
      if (draw.chance(0.3)) records.correct(record, { ...fact, when: wrong.when, place: this.at.port }, wrong);
    } else if (how < 0.24) {
      const record = records.say({ ...fact, carrier: this.misread(carrier) }, when);
      const corrected = draw.chance(0.7) ? records.correct(record, fact, when) : undefined;
      if (draw.chance(0.2)) records.retract(corrected ?? record);
    } else {
      const record = records.say(fact, when);
      if (draw.chance(0.1)) records.retract(record);
    }
    return fact;
  }

  /** Another of the kind, of which nothing else is recorded; often its check digit fails. */
  private misread(carrier: string): string {
    const isRight = this.draw.chance(0.3);
    if (!/^(?:imo|container):/.test(carrier)) return `serial:demo:OTHER-${this.draw.digits(5)}`;
    const misread = carrier.startsWith('imo:') ? imoNumber(this.draw, isRight) : containerNumber(this.draw, isRight);
    if (!isRight) this.failing.push(misread);
    return misread;
  }

  private unload({ item, carrier, stay }: LoadingFact, at: Minute, recorded: number): void {
    const { draw, records } = this;
    if (!draw.chance(recorded)) return;
    const when = told(draw, at);
    const place = draw.chance(0.85) ? { place: this.at.port } : {};
    const fact: UnloadingFact = {
      ...{ is: 'unloading', item, stay, when: when.when, ...place },
      ...(draw.chance(0.85) ? { carrier } : {}),
    };
    const record = records.say(fact, when);
    if (draw.chance(0.1)) records.retract(record);
    else if (draw.chance(0.1)) {
      const late = told(draw, at + draw.between(0, DAY));
      records.correct(record, { ...fact, when: late.when }, late);
    }
  }

  private words(): void {
    const { draw, records } = this;
    for (let n = draw.between(0, 4); n > 0; n--)
      records.word(draw.one(this.units), draw.one(PORTS), this.at.time - draw.between(0, 60 * DAY), imoNumber(draw));
  }
}
