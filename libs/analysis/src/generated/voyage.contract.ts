/** Ships that sail from port to port, and the positions that a receiver hears of them. */
import { DAY, type Draw, HOUR, imoNumber, kilometres, type Minute, partWay, type Place, PORTS } from './draw.contract.ts';
import type { Row } from './records.contract.ts';

export interface Call {
  readonly port: Place;
  readonly arrives: Minute;
  readonly leaves: Minute;
}
export type Heard = Omit<Row, 'line'>;

export interface Ship {
  readonly imo: string;
  readonly mmsi: string;
  readonly name: string;
  readonly calls: readonly Call[];
  /** By time. Silences of more than twelve hours are at sea, or between the two ends of a stay in port. */
  readonly heard: readonly Heard[];
}

/** More than twelve hours by an hour at least; other steps are far below. */
const DARK_LEAST = 13 * HOUR;

/** @param arrives at the port `first` of the list, which is where the cargo waits */
export function sail(draw: Draw, ports: readonly Place[], first: number, arrives: Minute): Ship {
  const speed = draw.between(26, 40) / 60;
  const stays = ports.map(() => draw.between(20 * HOUR, 3 * DAY));
  const passages = ports.slice(1).map((port, at) => Math.ceil(kilometres(ports[at] as Place, port) / speed));
  const before = [...stays.slice(0, first), ...passages.slice(0, first)].reduce((sum, each) => sum + each, 0);
  let at = arrives - before;
  const calls = ports.map((port, n): Call => {
    const call = { port, arrives: at, leaves: at + (stays[n] as number) };
    at = call.leaves + (passages[n] ?? 0);
    return call;
  });
  const dark = draw.chance(0.45) ? draw.between(0, passages.length - 1) : -1;
  const heard = calls.flatMap((call, n) => {
    const next = calls[n + 1];
    return [...inPort(draw, call), ...(next === undefined ? [] : atSea(draw, call, next, n === dark))];
  });
  return { imo: imoNumber(draw), mmsi: `2${draw.digits(8)}`, name: `MV SYNTHETIC ${draw.digits(3)}`, calls, heard };
}

/** Within a kilometre of the anchor. */
function inPort(draw: Draw, { port, arrives, leaves }: Call): Heard[] {
  const near = (at: Minute): Heard => ({
    at,
    lat: port.lat + draw.between(-50, 50) / 10_000,
    lon: port.lon + draw.between(-50, 50) / 10_000,
  });
  const isQuiet = draw.chance(0.3);
  const heard = [near(arrives)];
  for (let at = arrives + draw.between(30, 5 * HOUR); at < leaves - 10; at += draw.between(30, 5 * HOUR))
    if (!isQuiet) heard.push(near(at));
  return [...heard, near(leaves)];
}

function atSea(draw: Draw, from: Call, to: Call, isDark: boolean): Heard[] {
  const heard: Heard[] = [];
  const whole = to.arrives - from.leaves;
  for (let at = from.leaves + draw.between(HOUR, 4 * HOUR); at < to.arrives - 30; at += draw.between(6 * HOUR, 10 * HOUR)) {
    const point = partWay(from.port, to.port, (at - from.leaves) / whole);
    if (PORTS.every((port) => kilometres(port, point) > 15)) heard.push({ at, ...point });
  }
  if (!isDark || whole < 2 * DAY) return heard;
  const begins = from.leaves + draw.between(4 * HOUR, whole - DARK_LEAST - 9 * HOUR);
  const ends = begins + draw.between(DARK_LEAST, Math.min(whole - 4 * HOUR - (begins - from.leaves), 20 * DAY));
  return heard.filter(({ at }) => at <= begins || at >= ends);
}
