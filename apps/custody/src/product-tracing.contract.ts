/** What the running product says about the demo case: traces, points of view, corrections, pages, entity tags, search. */
import type { EventsView, JourneyView, EventView, ItemView, SearchView, SightingsView, TimelineView } from '#lib/contracts';
import { readSighting } from '#lib/contracts';
import { foldTimeline, rulesWithout, RULES, type Rules } from '#lib/domain';
import { DEMO_ENTRIES, DEMO_SIGHTINGS, type Product } from './tested-product.contract.ts';

export const CAR = 'vin:WDDSYNTH9JA000001';
const CONTAINER = 'container:SYNU0000014';
const SHIP = 'imo:0000048';
const MISREAD = 'container:SYNU0000041';
/** Where statements, a tip and assessments put the cars, and no observation does. */
const NEVER_THERE = /Pyongyang|Nakhodka|Vladivostok/;

const keyOf = ({ id }: Pick<EventView, 'id'>): string => id;
export const timelinePath = (item: string, query = ''): string => `/v1/items/${encodeURIComponent(item)}/timeline?limit=500${query}`;

/** Lines of a trace that put the item at such a place: outside of an entry, or in an entry that is not marked as placing nothing. */
export function impliedPlaces(trace: string): string[] {
  return trace.split('\n\n').flatMap((block) => {
    const marked = /^ {2}[~-] .*; (?:places nothing|says nothing of a place)\]$/m.test(block.split('\n')[0] ?? '');
    return marked ? [] : block.split('\n').filter((line) => NEVER_THERE.test(line));
  });
}

/** Entries that say where the item was, and name such a place. */
export const placedThere = (entries: readonly EventView[]): string[] =>
  entries.filter((entry) => entry.places && NEVER_THERE.test(JSON.stringify(entry))).map(keyOf);

export function tracingContract(product: Product): void {
  const timeline = async (item: string, query = ''): Promise<TimelineView> => product.json<TimelineView>(timelinePath(item, query));

  describe('a trace', () => {
    it('gives the direct sightings of the car in order, each numbered with its place', async () => {
      const { code, stdout } = await product.cli('trace', CAR);
      expect(code).toBe(0);
      const heads = stdout
        .split('\n')
        .filter((line) => /^ {2,}\d+ {2}\S/.test(line))
        .map((line) => line.trim().replaceAll(/ {2,}/g, ' | '));
      expect(heads).toEqual([
        '1 | 2018-02-19 | Sindelfingen (plant gate, demo), Germany',
        '2 | 2018-06-11T13:20Z | Rotterdam (NLRTM), Netherlands',
        '3 | 2018-06-14 | Rotterdam (NLRTM), Netherlands',
        "4 | 2018-07-31 | Dalian (CNDLC), People's Republic of China",
      ]);
    });

    it('neither says nor implies a place where the car was only said to be', async () => {
      const { stdout } = await product.cli('trace', CAR);
      const { entries } = await timeline(CAR);
      // The names are there, as what others said: the check has something to look at.
      expect(stdout).toMatch(NEVER_THERE);
      expect(impliedPlaces(stdout)).toEqual([]);
      expect(placedThere(entries)).toEqual([]);
      const { lastPlacedBy } = await product.json<ItemView>(`/v1/items/${CAR}`);
      expect(lastPlacedBy).toMatchObject({ id: 'lux-0017', display: { place: "Dalian (CNDLC), People's Republic of China" } });
    });

    it('would put it there by a fold that takes statements for observations', async () => {
      const { events } = await product.json<EventsView>('/v1/events?limit=500');
      const inputs = events.flatMap((event) => {
        const read = readSighting(event.document, { agency: event.agency, id: event.id, principal: event.submittedBy.principal });
        return read.ok && read.sighting.items.some(({ id }) => id === CAR) ? [{ sighting: read.sighting, logIndex: event.logIndex }] : [];
      });
      const placedBy = (rules: Rules): string[] =>
        foldTimeline(CAR, inputs, rules)
          .entries.filter(({ places, sighting }) => places && NEVER_THERE.test(sighting.place?.name ?? ''))
          .map(({ sighting }) => sighting.id);
      expect(placedBy(RULES)).toEqual([]);
      expect(placedBy(rulesWithout('onlyPlacingKindsPlace'))).toEqual(expect.arrayContaining(['lux-0049', 'lux-0050']));
    });

    it('begins with the journey: last proved aboard DN5505 before it went dark, inferred, and unknown from then on', async () => {
      const { stdout } = await product.cli('trace', CAR);
      const journey = stdout.split('\n\n')[1] ?? '';
      expect(journey).toMatch(
        /Last proved 2018-10-01T08:30:00Z, .*: INFERRED from lux-0040 line 32 of IMO 0000048, .*lux-0009, lux-0037; C3, AMBER\./,
      );
      expect(journey).toContain('Where it was after that is UNKNOWN');
      expect(journey).toMatch(
        /In what\? container SYNU 000001 4 .*IMO 0000048 \(lux-0037\), last recorded, not confirmed since 2018-10-01T08:30Z/,
      );
      expect(journey).not.toMatch(NEVER_THERE);
      expect(journey).not.toMatch(/Pohang|2018-10-2|2019/);
      for (const pair of [
        'lux-0020 (statement, B3) contradicts lux-0017',
        'lux-0050 (statement, D4) contradicts lux-0049',
        'lux-0057 (statement, C4) contradicts',
      ])
        expect(journey).toContain(pair);
      expect(journey).toMatch(
        /lux-0040 line 2 \(observed, by leg \d+, C3\) and lux-0051 \(statement, withdrawn, E5\), at once: not open, one is withdrawn {3}AMBER\+STRICT/,
      );
      expect(journey).not.toContain('Two things may bear this identity');
      expect(journey).toMatch(
        /IMO 0000048 since 2018-10-01T08:30Z, which places the item nowhere: .*lux-0045 against lux-0044; lux-0042 against lux-0041/,
      );
      const { placings, tracks } = await product.json<JourneyView>(`/v1/items/${CAR}/journey`);
      expect(placings.filter(({ from }) => from === null || from > '2018-10-01T08:30:00.000000Z')).toEqual([]);
      expect(tracks.map(({ state }) => state)).toEqual(['read', 'read', 'read', 'read']);
    });

    it('tells that the car was aboard a ship that was dark for 18 days, and of the ship herself when, where she called, and that coverage is unknown', async () => {
      const car = (await product.cli('trace', CAR)).stdout.split('\n\n')[1] ?? '';
      expect(car).toMatch(
        /gap: the item was aboard a ship that was dark for 18 days, 2018-10-01T08:30Z to 2018-10-19T08:30Z; coverage unknown {3}\(leg \d+\) {3}AMBER/,
      );
      expect(car).not.toMatch(/port visit: .*2018-10/);
      const { stdout } = await product.cli('trace', SHIP);
      expect(stdout).toContain('  gap: dark for 18 days, 2018-10-01T08:30Z to 2018-10-19T08:30Z; coverage unknown   ');
      expect(stdout).toMatch(
        / {2}port visit: perhaps .*\(KRPUS\), 2018-10-19T16:30Z to 2018-10-22T00:00Z, confidence 4 of 4; not certain: /,
      );
      expect(car + stdout).not.toMatch(/intentional|deliberate/i);
      const { vessels } = await product.json<JourneyView>(`/v1/items/${SHIP}/journey`);
      expect(
        vessels.map(({ id, gaps, encounters, loitering }) => [
          id,
          gaps.filter(({ until }) => until !== null).length,
          encounters,
          loitering,
        ]),
      ).toEqual([[SHIP, 1, [], []]]);
      expect(vessels[0]?.gaps[0]).toMatchObject({ hours: 432, certainty: 'certain', unsure: [], coverage: { state: 'unknown' } });
    });

    it('says behind the loading that what is recorded of the container is in the journey', async () => {
      const { stdout } = await product.cli('trace', CAR);
      const blocks = stdout.split('\n\n');
      const loading = blocks.findIndex((block) => block.includes('into container SYNU 000001 4:'));
      expect(loading).toBeGreaterThan(0);
      expect(blocks[loading + 1]).toMatch(
        /^ +> .*container SYNU 000001 4.* the journey has it, as long as this item was provably inside\.$/,
      );
      expect((await timeline(CAR)).notes).toHaveLength(1);
    });

    it('tells apart who reported (stated) and who submitted (sealed), and that evidence is held', async () => {
      const { stdout } = await product.cli('trace', CAR);
      expect(stdout).toContain('evidence/build-sheets.txt line:5 (synthetic, held here)');
      expect(stdout).toContain(
        'reported by factory-liaison, Maker Traceability Desk (fictional) at 2019-03-20T14:00:00Z (stated) · submitted by local/operator (sealed)',
      );
      for (const entry of (await timeline(CAR)).entries) {
        expect(entry).toMatchObject({
          submittedBy: { agency: 'local', principal: 'operator', proved: true },
          reportedBy: { proved: false },
          recorded: expect.stringMatching(/^20\d\d-.*Z$/),
        });
      }
    });

    it('as JSON is the timeline that the API gives', async () => {
      const { stdout } = await product.cli('trace', CAR, '--json');
      expect(JSON.parse(stdout)).toEqual(await timeline(CAR));
    });
  });

  describe('as known at', () => {
    it('a log size, a timeline holds exactly the entries below it', async () => {
      const { entries, coordinates } = await timeline(CAR);
      const now = coordinates.asOf.logSize;
      expect([coordinates, now > DEMO_SIGHTINGS]).toEqual([{ asOf: { basis: 'log', logSize: now }, policy: 0 }, true]);
      for (const size of [now, 40, 20]) {
        const then = await product.get(timelinePath(CAR, `&asOf=log:${size}`));
        const known = entries.filter(({ logIndex }) => logIndex < size).map(keyOf);
        if (known.length === 0) expect(then.status).toBe(404);
        else expect(((await then.json()) as TimelineView).entries.map(keyOf)).toEqual(known);
      }
      expect(await product.problem(timelinePath(CAR, '&asOf=log:0'))).toMatchObject({ status: 404, code: 'item.not-found' });
      expect(await product.problem(timelinePath(CAR, '&asOf=log:100000'))).toMatchObject({ status: 400, code: 'asof.ahead' });
    });

    it('a reported time, Osaka is 3 September until the correction was written down, and 31 August from then on', async () => {
      const osaka = async (reported: string): Promise<string[]> => {
        const { stdout, code } = await product.cli('trace', CONTAINER, '--as-of', `reported:${reported}`);
        expect(code).toBe(0);
        return stdout
          .split('\n')
          .filter((line) => /^ {2,}\d+ .*Osaka/.test(line))
          .map((line) => /\d{4}-\d{2}-\d{2}/.exec(line)?.[0] ?? line);
      };
      expect(await osaka('2019-05-09T12:59:59Z')).toEqual(['2018-09-03']);
      expect(await osaka('2019-05-09T13:00:00Z')).toEqual(['2018-08-31']);
      expect(await osaka('2019-05-01')).toEqual(['2018-09-03']);
    });

    it('a reported date before 20 April 2020, nobody says who held the cars in Italy', async () => {
      const first = async (reported: string): Promise<string | undefined> =>
        (await timeline(CAR, `&asOf=reported:${reported}`)).entries[0]?.id;
      expect(await first('2019-12-31')).toBe('lux-0007');
      expect(await first('2020-04-20')).toBe('lux-0061');
      expect((await timeline(CAR, '&asOf=reported:2019-12-31')).coordinates.asOf).toEqual({
        basis: 'reported',
        logSize: expect.any(Number),
        reported: '2019-12-31',
      });
    });

    it('a reported date, an item counts what was reported by then, as its timeline shows', async () => {
      for (const reported of ['2019-12-31', '2020-04-20']) {
        const then = await timeline(CAR, `&asOf=reported:${reported}`);
        const { events, withoutReported } = await product.json<ItemView>(`/v1/items/${CAR}?asOf=reported:${reported}`);
        expect([events, withoutReported]).toEqual([then.entries.filter(({ roles }) => roles.length > 0).length, 0]);
      }
      expect((await product.json<ItemView>(`/v1/items/${CAR}?asOf=reported:2019-12-31`)).events).toBeLessThan(
        (await product.json<ItemView>(`/v1/items/${CAR}`)).events ?? 0,
      );
    });

    it('a log size, what is not there is told with it, and with the check digit that fails', async () => {
      // Of no size is it known what is in it: a log of several partitions takes the demo in any order.
      const said = 'at log size 0. It fails its check (The check digit is 1, computed';
      expect(await product.problem(`/v1/items/${MISREAD}?asOf=log:0`)).toMatchObject({
        status: 404,
        detail: expect.stringContaining(said),
      });
      const { code, stderr } = await product.cli('trace', MISREAD, '--as-of', 'log:0');
      expect([code, stderr]).toEqual([3, expect.stringContaining(said)]);
    });

    it('what is no size, no date and no reported date, there is no answer', async () => {
      expect(await product.problem(timelinePath(CAR, '&asOf=yesterday'))).toMatchObject({ status: 400, code: 'asof.malformed' });
    });
  });

  describe('a correction', () => {
    const entry = async (item: string, id: string): Promise<EventView | undefined> =>
      (await timeline(item)).entries.find((each) => each.id === id);

    it('of a date (K1) takes the place of what it corrects, which stays and says so', async () => {
      expect(await entry(CONTAINER, 'lux-0026')).toMatchObject({
        standing: 'corrected',
        places: false,
        inPlace: { agency: 'local', id: 'lux-0027' },
      });
      expect(await entry(CONTAINER, 'lux-0027')).toMatchObject({ standing: 'stands', places: true, kind: 'observation' });
    });

    it('of a misread container (K2) keeps the number as written, flagged, shows on both, and closes the question', async () => {
      const misread = await timeline(MISREAD);
      expect(misread.item.check).toMatchObject({ verdict: 'invalid' });
      const before = await timeline(MISREAD, '&asOf=reported:2019-03-26T15:29:59Z');
      expect(before.openQuestions).toMatchObject([{ code: 'check-digit', refs: [{ id: 'lux-0022' }] }]);
      expect(misread.openQuestions).toEqual([]);
      expect(misread.entries.map(keyOf)).toEqual(['lux-0022', 'lux-0023']);
      for (const { flags } of misread.entries) expect(flags).toEqual(['check-digit']);
      expect(misread.entries.filter(({ places }) => places)).toEqual([]);
      expect(await entry(CONTAINER, 'lux-0023')).toMatchObject({
        places: true,
        kind: 'aggregation',
        relations: { targets: [{ id: 'lux-0022' }] },
      });
      // Never merged into a near match.
      expect(await entry(CONTAINER, 'lux-0022')).toBeUndefined();
    });

    it('an observation that names no place stands and places nothing', async () => {
      expect(await entry('imo:0000048', 'lux-0040')).toMatchObject({
        standing: 'stands',
        mark: 'observed',
        places: false,
        why: 'no-place',
      });
      for (const item of [CAR, CONTAINER, 'imo:0000048'])
        for (const { id, places, document, roles } of (await timeline(item)).entries)
          if (places && document.place === undefined) expect([id, roles, document.action]).toEqual([id, ['subject'], expect.any(String)]);
    });

    it('a tip that was withdrawn (K3) stays, withdrawn', async () => {
      expect(await entry(CAR, 'lux-0051')).toMatchObject({ standing: 'withdrawn', places: false, by: { agency: 'local', id: 'lux-0052' } });
    });
  });

  describe('an answer in pages', () => {
    it.each([CAR, CONTAINER, 'imo:0000048'])('of three entries is the whole timeline of %s', async (item) => {
      const whole = await timeline(item);
      const paged: EventView[] = [];
      let pages = 0;
      for (let cursor: string | null = ''; cursor !== null; pages++) {
        const page: TimelineView = await product.json<TimelineView>(
          `/v1/items/${item}/timeline?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
        );
        paged.push(...page.entries);
        cursor = page.next;
      }
      expect(pages).toBeGreaterThan(1);
      expect(paged).toEqual(whole.entries);
    });

    it('lists all events of the log once, in its order', async () => {
      const ids: number[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: EventsView = await product.json<EventsView>(`/v1/events?limit=25${cursor === '' ? '' : `&cursor=${cursor}`}`);
        ids.push(...page.events.map(({ logIndex }) => logIndex));
        cursor = page.next;
      }
      expect(ids).toHaveLength(DEMO_ENTRIES);
      expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    });

    it('goes on only by a cursor of the same question', async () => {
      const { next } = await product.json<TimelineView>(`/v1/items/${CAR}/timeline?limit=3`);
      expect(await product.problem(`/v1/items/${CONTAINER}/timeline?limit=3&cursor=${next ?? ''}`)).toMatchObject({
        status: 400,
        code: 'cursor.malformed',
      });
      expect(await product.problem('/v1/events?cursor=xyz')).toMatchObject({ status: 400, code: 'cursor.malformed' });
      expect(await product.problem('/v1/events?limit=0')).toMatchObject({ status: 400, code: 'query.invalid' });
      expect(await product.problem('/v1/events?limt=1')).toMatchObject({ status: 400, code: 'query.unknown' });
    });
  });

  it('an unchanged answer is told by its entity tag and not sent again', async () => {
    const first = await product.get(timelinePath(CAR));
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^"[0-9a-f]{32}"$/);
    const again = await product.get(timelinePath(CAR), { 'if-none-match': tag });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag]);
    expect((await product.get(timelinePath(CAR), { 'if-none-match': '"other"' })).status).toBe(200);
  });

  describe('search finds', () => {
    const found = async (text: string): Promise<string[]> =>
      (await product.json<SearchView>(`/v1/search?q=${encodeURIComponent(text)}`)).results.map(({ id, match }) => `${match} ${id}`);

    it.each([
      ['an exact identifier', 'WDDSYNTH9JA000001', `exact ${CAR}`],
      ['part of a VIN', 'SYNTH9JA', `partial ${CAR}`],
      ['letters that a scanner misread', 'SYNU OOOOO1 4', `look-alike ${CONTAINER}`],
      ['a misread VIN', 'WDDSYNTH9JAOOOOO1', `look-alike ${CAR}`],
      ["a ship's stated name", 'DN5505', 'alias imo:0000048'],
      ["a ship's stated MMSI", '671990004', 'alias imo:0000048'],
    ])('%s', async (_, text, first) => {
      expect((await found(text))[0]).toBe(first);
      const { code, stdout } = await product.cli('search', text);
      expect([code, stdout.split(/\s/)[0]]).toEqual([0, first.split(' ')[1]]);
    });

    it('sightings by what they say, those too that name no item, in another script', async () => {
      const { code, stdout } = await product.cli('search', 's600', '--unidentified', '--since', '2019-01', '--until', '2019-02', '--jsonl');
      expect(code).toBe(0);
      expect(
        stdout.split('\n').flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as SightingsView['results'][number]).sighting.id])),
      ).toEqual(['lux-0003', 'lux-0002', 'lux-0001']);
      expect((await product.cli('search', '--place', 'Осака')).stdout).toMatch(
        /^"Osaka[^"]*"  \(place \/place\/name: Осака = Osaka by ISO 9\)$/m,
      );
      expect((await product.cli('search', 'no such word', '--sightings')).code).toBe(3);
    });

    it('says which name or number was stated, and claims none for what another scheme has', async () => {
      const { results } = await product.json<SearchView>('/v1/search?q=671990004');
      expect(results).toMatchObject([{ id: 'imo:0000048', match: 'alias', alias: { kind: 'mmsi', value: '671990004' } }]);
      expect((await product.cli('search', '671990004')).stdout).toMatch(/^imo:0000048 .*stated beside it: MMSI 671990004\)$/m);
      expect(await found('imo:671990004')).toEqual([]);
    });

    it('says at which log size it looked, and whether there may be more', async () => {
      expect(await product.json('/v1/search?q=WDDSYNTH9JA000001')).toMatchObject({
        coordinates: { asOf: { basis: 'log', logSize: expect.any(Number) } },
        complete: true,
        notes: [],
      });
    });

    it('nothing for what is not there, and asks for five letters and digits or a whole value', async () => {
      expect(await found('ZZZZZZZZ9')).toEqual([]);
      expect(await product.cli('search', 'ZZZZZZZZ9')).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/^Nothing found at log size \d+\.\n$/),
      });
      for (const text of ['.', 'SYN', 'vin:WDDS'])
        expect(await product.problem(`/v1/search?q=${encodeURIComponent(text)}`)).toMatchObject({ status: 400, code: 'query.too-short' });
    });
  });
}
