/** What a generated record says, as the generator knows it, and the line of a case file that says so. */
import { createHash } from 'node:crypto';
import { DAY, dateTime, dayText, type Draw, minuteOf, minuteText, type Minute, type Place, startOfDay } from './draw.contract.ts';

/** Some minute in it; `to` is not included. */
export interface When {
  readonly from: Minute;
  readonly to: Minute;
}

export interface Row {
  readonly at: Minute;
  readonly lat: number;
  readonly lon: number;
  /** Line of its file. */
  readonly line: number;
}

/** Where things were, by one record. */
export type Fact =
  | (Facts & { readonly is: 'loading'; readonly item: string; readonly carrier: string; readonly stay: number; readonly discharge?: Place })
  /** No carrier: its author does not say out of what. */
  | (Facts & { readonly is: 'unloading'; readonly item: string; readonly carrier?: string; readonly stay: number })
  | (Facts & { readonly is: 'seen'; readonly item: string })
  | (Facts & { readonly is: 'track'; readonly item: string; readonly rows: readonly Row[] })
  /** Said, planned, looked for in vain, concluded: wherever that is, nothing was there because of it. */
  | (Facts & { readonly is: 'word'; readonly item: string });

interface Facts {
  readonly when: When;
  readonly place?: Place;
}

export interface GeneratedRecord {
  readonly id: string;
  readonly reported: Minute;
  readonly fact?: Fact;
  /** It takes the place of that one. */
  readonly corrects?: string;
  /** It withdraws that one. */
  readonly retracts?: string;
  readonly line: Line;
}
export type Line = Readonly<Record<string, unknown>>;

/** An interval as an author writes it, and what it covers. */
export interface Told {
  readonly when: When;
  readonly occurred: Line;
}

/** To the minute, the day, or some days around; in some zone. */
export function told(draw: Draw, at: Minute, how: 'minute' | 'any' = 'any'): Told {
  const offset = draw.chance(0.3) ? draw.one([540, -300, 345, 60, -660]) : 0;
  if (how === 'minute' || draw.chance(0.5)) {
    const text = draw.chance(0.5) ? minuteText(at, offset) : dateTime(at, offset);
    return { when: { from: at, to: at + 1 }, occurred: { from: text, to: text, precision: 'minute' } };
  }
  const [before, behind] = draw.chance(0.7) ? [0, 0] : [draw.between(0, 1), draw.between(0, 2)];
  const [first, last] = [startOfDay(at, offset) - before * DAY, startOfDay(at, offset) + behind * DAY];
  return {
    when: { from: first, to: last + DAY },
    occurred: { from: dayText(first, offset), to: dayText(last, offset), precision: 'day' },
  };
}

/** To the month or the year, as registers are. */
export function toldRoughly(draw: Draw, at: Minute): Told {
  const date = new Date(at * 60_000);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
  if (draw.chance(0.5)) {
    const when = { from: minuteOf(year, 1, 1), to: minuteOf(year + 1, 1, 1) };
    return { when, occurred: { from: String(year), to: String(year), precision: 'year' } };
  }
  const text = `${year}-${String(month).padStart(2, '0')}`;
  const when = { from: minuteOf(year, month, 1), to: minuteOf(year, month + 1, 1) };
  return { when, occurred: { from: text, to: text, precision: 'month' } };
}

/** Everything else about a sighting than what it says of things. */
function head(id: string, kind: string, reported: Minute, draw: Draw): Line {
  return {
    id,
    recordedAt: dateTime(reported, draw.chance(0.2) ? draw.one([540, -300]) : 0),
    recordedBy: draw.one(['trade-analyst', 'ais-analyst', 'port-liaison']),
    agency: draw.one(['Meridian Research (fictional)', 'Eastern Ports Desk (fictional)']),
    kind,
    source: { kind: draw.one(['trade_record', 'cargo_tracking', 'customs', 'ais']), title: 'made by a generator' },
    grade: draw.one(['A1', 'B2', 'C3']),
    tlp: 'GREEN',
    schema: draw.one(['custody-case/1', 'custody-demo-sighting/1']),
  };
}

/** `scheme` and `value` apart, as case files have them. */
function named(id: string): Line {
  const at = id.indexOf(':');
  const [scheme, value] = [id.slice(0, at), id.slice(at + 1)];
  if (scheme === 'serial') return { scheme, value: value.slice(value.indexOf(':') + 1), maker: value.slice(0, value.indexOf(':')) };
  return { scheme: scheme === 'container' ? 'iso6346' : scheme, value };
}

const placed = (place: Place | undefined): Line => (place === undefined ? {} : { place: { ...place } });

export type Body = readonly [kind: string, members: Line];

/** What a line says of a fact: its kind and members. */
export function bodyOf(fact: Exclude<Fact, { is: 'track' | 'word' }>, { occurred }: Told): Body {
  const { place, item } = fact;
  if (fact.is === 'seen') {
    const name = item.startsWith('imo:') ? 'vessel' : 'item';
    return ['observation', { occurred, ...placed(place), [name]: named(item) }];
  }
  const parent = fact.carrier === undefined ? {} : { parent: named(fact.carrier) };
  const discharge = fact.is === 'loading' ? fact.discharge : undefined;
  return [
    fact.is === 'loading' ? 'aggregation' : 'disaggregation',
    {
      ...{ occurred, ...placed(place), item: named(item), ...parent, action: fact.is === 'loading' ? 'ADD' : 'DELETE' },
      ...(discharge === undefined ? {} : { conveyance: { discharge: { ...discharge } } }),
    },
  ];
}

/** Files of positions by the name that lines give them. */
export type Files = Map<string, string>;

export class Records {
  readonly all: GeneratedRecord[] = [];
  readonly files: Files = new Map();
  private readonly draw: Draw;
  private readonly prefix: string;

  constructor(draw: Draw, prefix: string) {
    this.draw = draw;
    this.prefix = prefix;
  }

  /** @param after when its author can first have known of it */
  add(after: Minute, [kind, members]: Body, more: Pick<GeneratedRecord, 'fact' | 'corrects' | 'retracts'>): GeneratedRecord {
    const id = `${this.prefix}-${String(this.all.length + 1).padStart(3, '0')}`;
    const reported = after + this.draw.between(1, 200 * DAY);
    const record = { id, reported, ...more, line: { ...head(id, kind, reported, this.draw), ...members } };
    this.all.push(record);
    return record;
  }

  say(fact: Exclude<Fact, { is: 'track' | 'word' | 'unloading' }> | (Fact & { is: 'unloading' }), when: Told): GeneratedRecord {
    return this.add(fact.when.to, bodyOf(fact, when), { fact });
  }

  correct(target: GeneratedRecord, fact: Exclude<Fact, { is: 'track' | 'word' }>, when: Told): GeneratedRecord {
    const [, members] = bodyOf(fact, when);
    const body: Body = ['correction', { ...members, corrects: target.id, correctionReason: 'Misread.' }];
    return this.add(Math.max(fact.when.to, target.reported), body, { fact, corrects: target.id });
  }

  retract(target: GeneratedRecord): GeneratedRecord {
    const body: Body = ['retraction', { corrects: target.id, correctionReason: 'Of another voyage.' }];
    return this.add(target.reported, body, { retracts: target.id });
  }

  /** Its rows as a file, and the sighting that cites it. */
  track(ship: { imo: string; mmsi: string; name: string }, positions: readonly Omit<Row, 'line'>[]): GeneratedRecord {
    const ref = `ais/${this.prefix}-${this.files.size + 1}.csv`;
    // A file is not always in order.
    const order = this.draw.chance(0.3) ? this.draw.shuffled(positions) : positions;
    const rows = order.map((row, at) => ({ ...row, line: at + 2 }));
    const cells = rows.map(({ at, lat, lon }) =>
      [
        ship.mmsi,
        dateTime(at).slice(0, 19),
        lat.toFixed(5),
        lon.toFixed(5),
        '12.0',
        '90.0',
        ship.name,
        ship.imo.replace(':', '').toUpperCase(),
      ].join(),
    );
    const text = ['MMSI,BaseDateTime,LAT,LON,SOG,COG,VesselName,IMO', ...cells, ''].join('\n');
    this.files.set(ref, text);
    const [first, last] = [positions[0] as Row, positions.at(-1) as Row];
    const when = { from: startOfDay(first.at), to: startOfDay(last.at) + DAY };
    const occurred = { from: dayText(when.from), to: dayText(last.at), precision: 'day' };
    const cited = { track: ref, trackSha256: createHash('sha256').update(text).digest('hex') };
    const body: Body = ['observation', { occurred, vessel: { ...named(ship.imo), name: ship.name, mmsi: ship.mmsi }, ...cited }];
    return this.add(when.to, body, { fact: { is: 'track', item: ship.imo, rows, when } });
  }

  /** What is said of an item, and places nothing. */
  word(item: string, place: Place, at: Minute, into: string): GeneratedRecord {
    const when = told(this.draw, at);
    const what = { occurred: when.occurred, ...placed(place), item: named(item) };
    const loaded = { ...what, parent: named(into), action: 'ADD' };
    const body = this.draw.one<Body>([
      ['claim', { ...what, statement: 'It was seen there.' }],
      ['claim', { ...loaded, statement: 'It was loaded there.' }],
      ['assessment', { ...what, assessment: 'hypothesis', statement: 'It may have been there.' }],
      ['observation', { ...what, negative: true }],
      ['observation', { ...what, claimType: 'scheduled' }],
      ['aggregation', { ...loaded, claimType: 'scheduled' }],
      ['aggregation', { ...loaded, negative: true }],
    ]);
    return this.add(when.when.to, body, { fact: { is: 'word', item, when: when.when, place } });
  }
}
