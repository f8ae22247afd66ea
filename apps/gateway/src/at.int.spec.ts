/** One time of an item over a real ledger: what is of it, page by page, and the same however much was recorded later. */
import fc from 'fast-check';
import type { AtView, JourneyView, SightingDocument, TimelineView } from '#lib/contracts';
import { ANONYMOUS } from '#lib/domain';
import { readAt } from './at-view.ts';
import { readAsOf } from './coordinates.ts';
import { readerOf } from './gateway-deps.ts';
import { readAtView, readJourney } from './journey.ts';
import type { Reader } from './ledger-reads.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';
import { readTimeline } from './timeline.ts';
import { ParsedTracks } from './track-files.ts';

const CAR = 'vin:WDDSYNTH9JA000001';
const BOX = 'container:SYNU0000014';
/** Behind all that the documents say: what begins later places nothing. */
const CAPTURED = Date.UTC(2026, 0, 1) * 1_000;
const deps = () => ({ parsed: new ParsedTracks(() => Promise.resolve(null)), notes: { evidence: new Map<string, string>() } });
const occurred = (from: string, to = from, precision = 'day') => ({ occurred: { from, to, precision } });
const somewhere = { place: { name: 'Busan', country: 'KR' } };
const moved = (id: string, action: 'ADD' | 'DELETE', day: string, more: object = {}): SightingDocument =>
  seen(id, [subject(CAR), { id: BOX, role: 'container' }], { kind: 'aggregation', action, ...occurred(day), ...more });

/** As somebody asks. */
class Asking {
  readonly ledger: TestedLedger;
  constructor(ledger: TestedLedger) {
    this.ledger = ledger;
  }
  async timeline(
    text: string,
    more: { asOf?: string; limit?: number; cursor?: string; item?: string; as?: Reader } = {},
  ): Promise<TimelineView> {
    const { reads } = this.ledger;
    const { asOf, limit = 1_000, cursor, item = CAR, as = await this.ledger.reader() } = more;
    const query = { item, asOf: await readAsOf(asOf, reads), at: readAt(text), limit, ...(cursor === undefined ? {} : { cursor }) };
    return readTimeline(reads, as, query);
  }
  async journey(text: string, asOf?: string): Promise<JourneyView> {
    const { reads } = this.ledger;
    return readJourney(reads, await this.ledger.reader(), deps(), CAR, await readAsOf(asOf, reads), readAt(text));
  }
  async then(text: string, { asOf, as }: { asOf?: string; as?: Reader } = {}): Promise<AtView> {
    const { reads } = this.ledger;
    const at = readAt(text);
    if (at === undefined) throw new Error('no time');
    return readAtView(reads, as ?? (await this.ledger.reader()), deps(), CAR, { asOf: await readAsOf(asOf, reads), at });
  }
}
const told = ({ entries }: TimelineView): string[] => entries.map(({ id, cover }) => `${cover ?? '-'} ${id}`);

describe('a time that is asked about', () => {
  let ledger: TestedLedger;
  let asking: Asking;
  beforeAll(async () => {
    ledger = await TestedLedger.open();
    asking = new Asking(ledger);
    const minutes = Array.from({ length: 1_200 }, (_, n) => {
      const time = `2018-06-${String(1 + Math.floor(n / 60)).padStart(2, '0')}T10:${String(n % 60).padStart(2, '0')}Z`;
      return seen(`m${n}`, [subject('container:SYNU0000035')], { ...somewhere, ...occurred(time, time, 'minute') });
    });
    await ledger.add(
      [
        moved('in', 'ADD', '2018-08-01', somewhere),
        seen('box', [subject(BOX)], { ...somewhere, ...occurred('2018-08-05') }),
        seen('amber', [subject(BOX)], { place: { name: 'Dalian', country: 'CN' }, ...occurred('2018-08-10'), handling: { tlp: 'AMBER' } }),
        moved('out', 'DELETE', '2018-08-20', { reported: { at: '2018-09-15T00:00:00Z' } }),
        seen('month', [subject(CAR)], { ...somewhere, ...occurred('2018-08', '2018-08', 'month') }),
        seen('undated', [subject(CAR)], somewhere),
        seen('across', [subject(CAR)], { ...somewhere, ...occurred('2018-09-01T00:30:00+13:00', '2018-09-01T00:30:00+13:00', 'second') }),
        ...minutes,
        seen('nowhen', [subject('container:SYNU0000035')], somewhere),
      ],
      'local',
      'operator',
      CAPTURED,
    );
  }, 120_000);
  afterAll(() => ledger.database.drop());

  test('is told by the records that certainly, and that possibly are of it, with what speaks about them', async () => {
    expect(told(await asking.timeline('2018-08-01'))).toEqual(['certainly in', 'possibly month', 'possibly undated']);
    expect(told(await asking.timeline('2018-08-01T12:00:00Z'))).toEqual(['possibly in', 'possibly month', 'possibly undated']);
    const day = await asking.timeline('2018-09-01+13:00');
    expect(told(day)).toEqual(['possibly month', 'certainly across', 'possibly undated']);
    expect(day.entries[1]?.display).toMatchObject({ occurred: '2018-09-01T00:30:00+13:00', occurredUtc: '2018-08-31T11:30:00Z' });
    expect(day.at).toMatchObject({ unit: 'day', from: '2018-08-31T11:00:00.000000Z', until: '2018-09-01T11:00:00.000000Z' });
    expect(told(await asking.timeline('2018-08-31'))).toEqual(['possibly month', 'certainly across', 'possibly undated']);
  });

  test('has its records on pages that are the whole, whatever lies before and behind', async () => {
    const item = 'container:SYNU0000035';
    const whole = told(await asking.timeline('2018-06-19', { item }));
    expect(whole.filter((each) => each.startsWith('certainly'))).toHaveLength(60);
    expect(whole.at(-1)).toBe('possibly nowhen');
    const pages: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page: TimelineView = await asking.timeline('2018-06-19', { item, limit: 7, ...(typeof cursor === 'string' ? { cursor } : {}) });
      expect(page.entries.length).toBeLessThanOrEqual(7);
      pages.push(...told(page));
      cursor = page.next;
    } while (cursor !== null);
    expect(pages).toEqual(whole);
    await expect(
      asking.timeline('2018-06-18', { item, cursor: (await asking.timeline('2018-06-19', { item, limit: 7 })).next ?? '' }),
    ).rejects.toMatchObject({
      code: 'cursor.malformed',
    });
    expect(told(await asking.timeline('2017-01-01', { item }))).toEqual(['possibly nowhen']);
    await expect(asking.timeline('2018-06-19', { item: 'container:SYNU0000029' })).rejects.toMatchObject({ code: 'item.not-found' });
  });

  test('says where, in what, by which record, what was before and what comes after', async () => {
    const then = await asking.then('2018-08-05');
    expect(then.where).toMatchObject({ basis: 'inferred', undated: 1, before: { event: { id: 'in' } }, after: { event: { id: 'amber' } } });
    expect(then.where.placings.map(({ cover, event, carriers }) => [cover, event.id, carriers.map(({ loading }) => loading.id)])).toEqual([
      ['possibly', 'month', []],
      ['certainly', 'box', ['in']],
    ]);
    expect(then.inWhat).toMatchObject({
      basis: 'inferred',
      legs: [{ holds: 'throughout', carriers: [{ id: BOX, loading: { id: 'in' } }] }],
    });
    const between = await asking.then('2018-08-07T00:00:00Z');
    expect(between.where).toMatchObject({ basis: 'unknown', before: { event: { id: 'box' } }, after: { event: { id: 'amber' } } });
    expect(between.inWhat.basis).toBe('inferred');
  });

  test('is of both bases: without the unloading nothing confirms the container behind the last that was seen of it', async () => {
    expect((await asking.then('2018-08-15')).inWhat).toMatchObject({ basis: 'inferred', legs: [{ until: '2018-08-20T00:00:00.000000Z' }] });
    expect((await asking.then('2018-08-15', { asOf: 'log:3' })).inWhat).toMatchObject({
      basis: 'unknown',
      containments: [{ id: BOX, holds: 'last-recorded', until: '2018-08-10T00:00:00.000001Z' }],
    });
    const reported = await asking.then('2018-08-20', { asOf: 'reported:2018-09-15' });
    expect(reported).toMatchObject({ where: { basis: 'unknown' }, inWhat: { basis: 'unknown', legs: [] } });
  });

  test('is told a reader by what he may see: what is hidden is as if it never were', async () => {
    const anybody = await readerOf({ reads: ledger.reads, breaksGlass: () => false }, ANONYMOUS);
    const then = await asking.then('2018-08-10', { as: anybody });
    expect(JSON.stringify(then)).not.toMatch(/amber|Dalian/);
    expect(then.where).toMatchObject({ basis: 'unknown', before: { event: { id: 'box' } } });
  });

  test.each(['2018', '2018-13-01', '2018-08-01T10:00:00', 'now', ''])('is refused where it is none: %j', (text) => {
    expect(() => readAt(text)).toThrow(expect.objectContaining({ code: 'at.malformed' }) as Error);
  });

  test('of an address whose plus sign came as a space is refused with what to write', () => {
    expect(() => readAt('2018-09-01T00:30:00 13:00')).toThrow(/%2B/);
  });
});

describe('what is in doubt at a time', () => {
  let ledger: TestedLedger;
  let asking: Asking;
  beforeAll(async () => {
    ledger = await TestedLedger.open();
    asking = new Asking(ledger);
    const about = (id: string, kind: string, target: string): SightingDocument =>
      seen(id, [subject(CAR)], { kind, relations: { target } }) as SightingDocument;
    const year = occurred('2018', '2018', 'year');
    await ledger.add(
      [
        moved('in', 'ADD', '2018-08-01', somewhere),
        seen('box', [subject(BOX)], { ...somewhere, ...occurred('2018-08-05') }),
        seen('car', [subject(CAR)], { ...somewhere, ...occurred('2018-10-05') }),
        seen('old', [subject(CAR)], { ...somewhere, ...occurred('2015-10-05') }),
        about('gone', 'retraction', 'old'),
        about('gone-too', 'retraction', 'car'),
        about('not-gone', 'retraction', 'gone-too'),
        ...Array.from({ length: 210 }, (_, n) => seen(`year-${n}`, [subject(CAR)], { ...somewhere, ...year })),
      ],
      'local',
      'operator',
      CAPTURED,
    );
    await ledger.add(
      [
        seen('doubt', [subject(BOX)], { kind: 'dispute', relations: { target: 'local/box' } }) as SightingDocument,
        seen('doubt-in', [subject(CAR)], { kind: 'dispute', relations: { target: 'local/in' } }) as SightingDocument,
      ],
      'other',
      'lee',
    );
  }, 120_000);
  afterAll(() => ledger.database.drop());

  test('stays in view: a disputed record is marked where it places, by itself or by what it was in, and who disputes it is named', async () => {
    const { where, inWhat, against } = await asking.then('2018-08-05');
    expect(where.placings.filter(({ cover }) => cover === 'certainly')).toMatchObject([{ event: { id: 'box' }, isDisputed: true }]);
    expect(inWhat.legs).toMatchObject([{ isDisputed: true }]);
    expect(inWhat.containments).toMatchObject([{ isDisputed: true, reasons: [] }]);
    expect(against.conflicts.map(({ kind, by, against: of, isOpen }) => [kind, by.event.id, of.event.id, isOpen]).sort()).toEqual([
      ['disputes', 'doubt', 'box', true],
      ['disputes', 'doubt-in', 'in', true],
    ]);
    const later = await asking.then('2018-10-05');
    expect(later.where.placings.filter(({ cover }) => cover === 'certainly')).toMatchObject([{ event: { id: 'car' }, isDisputed: false }]);
  });

  test('is told behind what is certain, of which none is left out', async () => {
    const { where } = await asking.then('2018-10-05');
    expect([where.basis, where.placings.length, where.morePlacings]).toEqual(['observed', 200, 11]);
    expect(where.placings.at(-1)).toMatchObject({ event: { id: 'car' }, cover: 'certainly' });
  });

  test('a word about another record is of the time of that one, whenever it was said', async () => {
    const words = (view: TimelineView): string[] => told(view).filter((each) => !each.includes('year-'));
    expect(words(await asking.timeline('2018-10-05'))).toEqual(['certainly car', '- gone-too', '- not-gone']);
    expect(words(await asking.timeline('2015-10-05'))).toEqual(['certainly old', '- gone']);
    expect(words(await asking.timeline('2011-10-05'))).toEqual([]);
    expect(words(await asking.timeline('2018-08-01'))).toEqual(['certainly in', '- doubt-in']);
  });
});

test('as of any log size is what the ledger answered when it held so much, byte for byte', async () => {
  const ledger = await TestedLedger.open();
  try {
    const asking = new Asking(ledger);
    const day = fc.integer({ min: 1, max: 28 }).map((n) => `2018-08-${String(n).padStart(2, '0')}`);
    const word = fc.record({ what: fc.constantFrom('in', 'out', 'car', 'box', 'fix', 'gone'), day, about: fc.nat(20) });
    const [words = []] = fc.sample(fc.array(word, { minLength: 24, maxLength: 24 }), { numRuns: 1, seed: 20_181_001 });
    const made = words.map(({ what, day: when, about }, n): SightingDocument => {
      const id = `e${n}`;
      if (what === 'in' || what === 'out') return moved(id, what === 'in' ? 'ADD' : 'DELETE', when, somewhere);
      if (what === 'car' || what === 'box') return seen(id, [subject(what === 'car' ? CAR : BOX)], { ...somewhere, ...occurred(when) });
      const target = { relations: { target: `e${about % Math.max(n, 1)}` } };
      return seen(id, [subject(CAR), subject(BOX)], {
        kind: what === 'fix' ? 'correction' : 'retraction',
        ...target,
        ...(what === 'fix' ? { ...somewhere, ...occurred(when) } : {}),
      });
    });
    const times = ['2018-08-01', '2018-08-09T12:00:00Z', '2018-08-15', '2018-08-31T23:59:59Z', '2018-08-20+14:00'];
    const answers = async (asOf?: string): Promise<string> =>
      JSON.stringify(
        await Promise.all(
          times.map(async (text) => [await asking.journey(text, asOf), await asking.timeline(text, asOf === undefined ? {} : { asOf })]),
        ),
      );
    await ledger.add([seen('first', [subject(CAR)], { ...somewhere, ...occurred('2018-08-03') })], 'local', 'operator', CAPTURED);
    const then: string[] = [];
    for (const document of made) {
      then.push(await answers());
      await ledger.add([document], 'local', 'operator', CAPTURED);
    }
    for (const [n, answer] of then.entries()) expect(await answers(`log:${n + 1}`)).toBe(answer);
  } finally {
    await ledger.database.drop();
  }
}, 180_000);
