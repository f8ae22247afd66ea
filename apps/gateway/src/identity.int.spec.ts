/** A thing under several names over a real ledger: its timeline and the journeys that follow it, and as if apart for whoever may not see the claim. Synthetic. */
import type { JourneyView, SightingDocument, TimelineView } from '#lib/contracts';
import { ANONYMOUS, ROOT_ACTOR } from '#lib/domain';
import { readAt } from './at-view.ts';
import { readAsOf } from './coordinates.ts';
import { readDiff } from './diff.ts';
import { readingOf } from './gateway-deps.ts';
import { CLAIM_ROWS_MAX, CLAIMS_WEIGHED_MAX, Identities, NAMES_MAX } from './identity.ts';
import { readJourney } from './journey.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';
import { readTimeline } from './timeline.ts';
import { ParsedTracks } from './track-files.ts';

const [HULL, OTHER, RADIO, CAR] = ['imo:0000048', 'imo:0000036', 'mmsi:671990004', 'vin:WDDSYNTH9JA000001'] as const;
const CAPTURED = Date.UTC(2026, 0, 1) * 1_000;
const deps = () => ({ parsed: new ParsedTracks(() => Promise.resolve(null)), notes: { evidence: new Map<string, string>() } });
const at = (time: string) => ({
  occurred: { from: time, to: time, precision: 'minute' },
  place: { name: 'Busan', country: 'KR' },
  grade: 'B2',
});
const claim = (id: string, items: readonly string[], more: object = {}): SightingDocument =>
  seen(
    id,
    items.map((item) => subject(item)),
    {
      ...{ kind: 'identification', subtype: 'same', grade: 'C3' },
      occurred: { from: '2018-01-01', to: '2018-06-30', precision: 'day', extent: 'throughout' },
      ...more,
    },
  );
const LOADED = seen('loaded', [subject(CAR), { id: HULL, role: 'conveyance' }], {
  kind: 'aggregation',
  action: 'ADD',
  ...at('2018-02-15T00:00Z'),
});
const RECORDS = [
  LOADED,
  seen('own', [subject(HULL)], at('2018-02-15T06:00Z')),
  seen('heard', [subject(RADIO)], at('2018-02-15T12:00Z')),
  seen('later', [subject(RADIO)], at('2018-09-01T12:00Z')),
];
const FLAG = claim('flag', [HULL, RADIO], { handling: { tlp: 'AMBER' } });
const undoes = (target: string, items: readonly string[], handling: object): SightingDocument =>
  seen(
    `no-${target}`,
    items.map((item) => subject(item)),
    { kind: 'retraction', relations: { target }, handling },
  );

interface Asked {
  readonly asOf?: string;
  readonly limit?: number;
  readonly anonymous?: boolean;
  /** Another than the operator; he is told to whom each field leads. */
  readonly principal?: string;
  readonly at?: string;
}

class Asking {
  readonly ledger: TestedLedger;
  constructor(ledger: TestedLedger) {
    this.ledger = ledger;
  }
  static async of(documents: readonly SightingDocument[]): Promise<Asking> {
    const ledger = await TestedLedger.open();
    await ledger.add(documents, 'local', 'operator', CAPTURED);
    return new Asking(ledger);
  }
  private async reading(anonymous: boolean, principal?: string) {
    const deps = { reads: this.ledger.reads, breaksGlass: () => false };
    if (anonymous) return readingOf(deps, ANONYMOUS);
    if (principal !== undefined) return readingOf(deps, { ...ROOT_ACTOR, principal });
    return { reader: await this.ledger.reader(), reads: this.ledger.reads };
  }
  /** All pages of so many. */
  async timeline(item: string, { asOf, at: text, limit = 1_000, anonymous = false, principal }: Asked = {}): Promise<TimelineView> {
    const { reader, reads } = await this.reading(anonymous, principal);
    const query = { item, asOf: await readAsOf(asOf, reads), at: readAt(text), limit, explain: principal !== undefined };
    const whole = await readTimeline(reads, reader, query);
    const entries = [...whole.entries];
    for (let next = whole.next; next !== null;) {
      const page = await readTimeline(reads, reader, { ...query, cursor: next });
      entries.push(...page.entries);
      next = page.next;
    }
    return { ...whole, entries, next: null };
  }
  async journey(item: string, { asOf, anonymous = false }: Asked = {}): Promise<JourneyView> {
    const { reader, reads } = await this.reading(anonymous);
    return readJourney(reads, reader, deps(), item, await readAsOf(asOf, reads));
  }
}

const told = ({ entries }: TimelineView): string[] =>
  entries.map(({ id, through }) => (through === undefined ? id : `${id} as ${through.id}`));
const placed = ({ placings }: JourneyView): string[] => placings.map(({ event, tlp, grade }) => `${event.id} ${grade ?? '-'} ${tlp}`);
const same = (view: TimelineView | JourneyView): string => JSON.stringify({ ...view, coordinates: null });

describe('a ship under her number and her radio', () => {
  let asking: Asking;
  let apart: Asking;
  beforeAll(async () => {
    const owner = { handling: { tlp: 'AMBER' } };
    asking = await Asking.of([...RECORDS, FLAG, undoes('flag', [HULL, RADIO], owner.handling)]);
    // The same log, but for what its claim and its retraction speak of.
    apart = await Asking.of([
      ...RECORDS,
      claim('flag', ['imo:0000050', 'mmsi:440990003'], owner),
      undoes('flag', ['imo:0000050'], owner.handling),
    ]);
  }, 60_000);
  afterAll(async () => {
    await asking.ledger.database.drop();
    await apart.ledger.database.drop();
  });

  it('has one timeline while the claim holds, with what the radio was in then', async () => {
    const view = await asking.timeline(HULL, { asOf: 'log:5' });
    expect(told(view)).toEqual(['flag', 'loaded', 'own', `heard as ${RADIO}`]);
    expect(view.entries.at(-1)?.through?.claims).toEqual([{ agency: 'local', id: 'flag' }]);
    expect(view.identity).toMatchObject({
      names: [{ id: RADIO, since: '2018-01-01T00:00:00.000000Z', until: '2018-07-01T00:00:00.000000Z', grade: 'C3', tlp: 'AMBER' }],
      unjoined: [],
      isPartial: false,
    });
    expect(told(await asking.timeline(RADIO, { asOf: 'log:5' }))).toEqual([
      'flag',
      `loaded as ${HULL}`,
      `own as ${HULL}`,
      'heard',
      'later',
    ]);
  });

  it.each([1, 2, 3])('is the same in pages of %s', async (limit) => {
    for (const item of [HULL, RADIO])
      expect(told(await asking.timeline(item, { asOf: 'log:5', limit }))).toEqual(told(await asking.timeline(item, { asOf: 'log:5' })));
  });

  it('carries on a journey by what her radio was heard of, under the label and the grade of the claim', async () => {
    expect(placed(await asking.journey(CAR, { asOf: 'log:4' }))).toEqual(['loaded B2 CLEAR', 'own B2 CLEAR']);
    const followed = await asking.journey(CAR, { asOf: 'log:5' });
    expect(placed(followed)).toEqual(['loaded B2 CLEAR', 'own B2 CLEAR', 'heard C3 AMBER']);
    expect(followed.identity).toBeUndefined();
    expect((await asking.journey(HULL, { asOf: 'log:5' })).identity?.names).toMatchObject([{ id: RADIO, claims: [{ id: 'flag' }] }]);
  });

  it('is as before the claim once that is withdrawn, but for the claim and what withdraws it', async () => {
    for (const item of [HULL, RADIO, CAR]) {
      expect(same(await asking.journey(item))).toBe(same(await asking.journey(item, { asOf: 'log:4' })));
      const [before, after] = [await asking.timeline(item, { asOf: 'log:4' }), await asking.timeline(item)];
      expect(same({ ...after, entries: after.entries.filter(({ id }) => !id.endsWith('flag')) })).toBe(same(before));
    }
    const [then, now] = [await asking.journey(HULL, { asOf: 'log:5' }), await asking.journey(HULL)];
    expect(same(then)).not.toBe(same(now));
  });

  it('is asked about one time under all of its names', async () => {
    expect(told(await asking.timeline(HULL, { asOf: 'log:5', at: '2018-02-15T12Z' }))).toEqual(['flag', `heard as ${RADIO}`]);
    expect(told(await asking.timeline(HULL, { at: '2018-02-15T12Z' }))).not.toContain(`heard as ${RADIO}`);
  });

  it('is two to who may not see the claim, byte for byte as where there is none', async () => {
    for (const asOf of ['log:5', 'log:6'])
      for (const item of [HULL, RADIO, CAR]) {
        const [mine, theirs] = await Promise.all([asking, apart].map((each) => each.timeline(item, { asOf, anonymous: true })));
        expect(JSON.stringify(mine)).toBe(JSON.stringify(theirs));
        const [my, their] = await Promise.all([asking, apart].map((each) => each.journey(item, { asOf, anonymous: true })));
        expect(JSON.stringify(my)).toBe(JSON.stringify(their));
      }
    // Control: who may see it is told otherwise.
    expect(same(await asking.journey(HULL, { asOf: 'log:5' }))).not.toBe(same(await apart.journey(HULL, { asOf: 'log:5' })));
  });

  it('says in a comparison what the claim, and its end, made of the journey', async () => {
    const { reads } = asking.ledger;
    const [from, to] = [await readAsOf('log:4', reads), await readAsOf('log:5', reads)];
    const { changes, journey } = await readDiff(reads, await asking.ledger.reader(), deps(), HULL, from, to);
    expect(changes.map(({ change, event }) => `${change} ${event.id}`)).toEqual(['learnt flag']);
    expect([journey?.lastBefore?.event.id, journey?.lastAfter?.event.id]).toEqual(['own', 'heard']);
  });
});

describe('claims that join nothing', () => {
  let asking: Asking;
  beforeAll(async () => {
    asking = await Asking.of([
      ...RECORDS,
      claim('one', [HULL, RADIO]),
      claim('two', [OTHER, RADIO]),
      seen('other', [subject(OTHER)], at('2018-03-01T12:00Z')),
      claim('several', [CAR, 'vin:WDDSYNTH0JA000002'], { subtype: 'one-of', occurred: undefined }),
    ]);
  }, 60_000);
  afterAll(() => asking.ledger.database.drop());

  it('of one number on two hulls leave two, and say so', async () => {
    const [hull, other, radio] = await Promise.all([HULL, OTHER, RADIO].map((item) => asking.timeline(item)));
    expect([hull, other, radio].map((view) => told(view as TimelineView))).toEqual([
      ['one', 'loaded', 'own'],
      ['two', 'other'],
      ['one', 'two', 'heard', 'later'],
    ]);
    expect(hull?.identity).toMatchObject({ names: [], unjoined: [{ claim: { id: 'one' }, why: 'two-things', against: [{ id: 'two' }] }] });
    expect(radio?.identity?.unjoined.map(({ claim: { id }, why }) => `${id} ${why}`)).toEqual(['one two-things', 'two two-things']);
  });

  it('of one of several show the candidates, and place nothing', async () => {
    const view = await asking.journey(CAR);
    expect(view.identity).toMatchObject({
      names: [],
      unjoined: [{ claim: { id: 'several' }, why: 'one-of', items: [{ id: 'vin:WDDSYNTH0JA000002' }, { id: CAR }] }],
    });
    expect(view.placings.map(({ event }) => event.id)).toEqual(['loaded', 'own']);
  });
});

describe('a claim that names persons', () => {
  let asking: Asking;
  beforeAll(async () => {
    asking = await Asking.of([...RECORDS, claim('flag', [HULL, RADIO], { handling: { tlp: 'RED', principals: ['max'] } })]);
  }, 60_000);
  afterAll(() => asking.ledger.database.drop());

  it('joins for them alone', async () => {
    const [max, eva] = await Promise.all(['max', 'eva'].map((principal) => asking.timeline(HULL, { principal })));
    expect([max, eva].map((view) => told(view as TimelineView))).toEqual([
      ['flag', 'loaded', 'own', `heard as ${RADIO}`],
      ['loaded', 'own'],
    ]);
    expect(eva?.identity).toBeUndefined();
  });

  it('is named where what follows from it is explained', async () => {
    const { explanation } = await asking.timeline(HULL, { principal: 'max' });
    const leads = (pointer: string) =>
      explanation?.fields.find((field) => field.pointer === pointer)?.sightings.map((at) => explanation.sightings[at]?.id);
    expect(leads('/identity/names/0')).toEqual(['flag']);
    expect(leads('/entries/3/through')).toEqual(['heard', 'flag']);
  });
});

describe('more claims than are followed', () => {
  let asking: Asking;
  const badge = (n: number): string => `serial:demo:B${n}`;
  const few = (n: number): string => `serial:demo:F${n}`;
  /** Ten things, of eight of which all claims together are as many as are weighed. */
  const FEW = Array.from({ length: 10 }, (_, n) => n);
  beforeAll(async () => {
    const many = Array.from({ length: NAMES_MAX }, (_, n) => claim(`n${n}`, [badge(0), badge(n + 1)]));
    const flood = Array.from({ length: CLAIM_ROWS_MAX + 1 }, (_, n) => claim(`f${n}`, [RADIO, 'mmsi:440990003'], { subtype: 'one-of' }));
    const each = CLAIMS_WEIGHED_MAX / 8;
    const weighed = FEW.flatMap((n) =>
      Array.from({ length: each }, (_, k) => claim(`w${n}-${k}`, [few(n), 'serial:demo:Q'], { subtype: 'one-of' })),
    );
    asking = await Asking.of([
      ...weighed,
      seen('a', [subject(badge(1))], at('2018-02-01T00:00Z')),
      ...many,
      claim('flag', [HULL, RADIO]),
      ...flood,
    ]);
  }, 60_000);
  afterAll(() => asking.ledger.database.drop());

  it('join nothing, and the answer says so', async () => {
    expect((await asking.journey(badge(1))).identity).toEqual({ names: [], moreNames: 0, unjoined: [], moreUnjoined: 0, isPartial: true });
    expect((await asking.journey(HULL)).identity?.isPartial).toBe(true);
    expect((await asking.timeline(HULL)).identity?.isPartial).toBe(true);
  });

  it('are weighed up to a bound for all things of one answer, each thing once', async () => {
    const reader = await asking.ledger.reader();
    const asOf = await readAsOf(undefined, asking.ledger.reads);
    const identities = new Identities(asking.ledger.reads.as(reader), reader, asOf.logSize);
    const partial: number[] = [];
    for (const n of [...FEW, ...FEW]) if ((await identities.of(few(n), asOf)).isPartial) partial.push(n);
    expect(partial).toEqual([8, 9, 8, 9]);
  });

  it('are read by one statement a step, and of what nobody claims anything by one', async () => {
    let asked = 0;
    const reader = await asking.ledger.reader();
    const own = asking.ledger.reads.as(reader);
    const counted = Object.fromEntries(
      (['claimsAbout', 'speakersAbout', 'byRefs'] as const).map((name) => [
        name,
        (...given: never[]) => (asked++, (own[name] as (...of: never[]) => unknown)(...given)),
      ]),
    ) as unknown as typeof own;
    const asOf = await readAsOf(undefined, asking.ledger.reads);
    await new Identities(counted, reader, asOf.logSize).of('imo:0000050', asOf);
    expect(asked).toBe(1);
    await new Identities(counted, reader, asOf.logSize).of(badge(1), asOf);
    expect(asked).toBeLessThan(8);
  });
});
