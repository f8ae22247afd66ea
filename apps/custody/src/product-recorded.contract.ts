/** When the running product recorded what it holds: set by its seals alone, whatever anyone states, and asked for by date. */
import type { EventAnswer, EventsView, EventView, StoredView, TimelineView } from '#lib/contracts';
import { CAR, timelinePath } from './product-tracing.contract.ts';
import { DEMO_ENTRIES, type Product, sighting } from './tested-product.contract.ts';

const RECORDED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const EARLIER = '2019-05-01';
/** What clocks of one machine may differ by: captured is in milliseconds. */
const SLACK_MS = 1_000;

type Recorded = Pick<StoredView, 'id' | 'captured' | 'recorded'>;

/** Ids of those that were not recorded by this product, since it runs and after it had captured them. */
function notOfToday(entries: readonly Recorded[], sinceMs: number): string[] {
  const now = Date.now() + SLACK_MS;
  const isOfToday = ({ captured, recorded }: Recorded): boolean => {
    const ms = RECORDED.test(recorded ?? '') ? Date.parse(recorded ?? '') : NaN;
    return ms >= sinceMs && ms <= now && ms >= Date.parse(captured) - SLACK_MS;
  };
  return entries.filter((entry) => !isOfToday(entry)).map(({ id }) => id);
}

/** Runs first: what is there at the ready line. */
export function sealedDemoContract(product: Product, sinceMs: () => number): void {
  it('has at its ready line a signed head over all of the demo, which was recorded at one moment', async () => {
    const { code, stdout } = await product.cli('checkpoint', 'get');
    const { events, coordinates } = await product.json<EventsView>('/v1/events?limit=500');
    expect([code, events.length]).toEqual([0, DEMO_ENTRIES]);
    expect(stdout.split('\n')[1]).toBe(String(coordinates.asOf.logSize));
    expect(new Set(events.map(({ recorded }) => recorded)).size).toBe(1);
    expect(notOfToday(events, sinceMs())).toEqual([]);
  });

  it('records a case whose authors wrote it down in 2019 today; by their word it would not be', async () => {
    const { events } = await product.json<EventsView>('/v1/events?limit=500');
    const stated = events.filter(({ reportedBy }) => reportedBy?.at?.startsWith('2019') === true);
    expect(stated.length).toBeGreaterThan(40);
    expect(notOfToday(stated, sinceMs())).toEqual([]);
    const byTheirWord = stated.map((event) => ({ ...event, recorded: `${event.reportedBy?.at?.slice(0, 19) ?? ''}.000000Z` }));
    expect(notOfToday(byTheirWord, sinceMs())).toHaveLength(stated.length);
  });
}

export function recordedContract(product: Product, sinceMs: () => number): void {
  const one = async (id: string, query = ''): Promise<EventView> => (await product.json<EventAnswer>(`/v1/events/${id}${query}`)).event;
  const submitted = async (id: string, members: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<EventView> => {
    const count = await product.sightings();
    expect((await product.post(sighting(id, members), headers)).status).toBe(202);
    await product.untilProjected(count + 1);
    await product.untilSealed();
    return one(id);
  };

  describe('recorded time', () => {
    it('is changed by no input, whatever times it states and wherever', async () => {
      for (const [id, time] of [
        ['stated-early', '2019-01-01T00:00:00.000000Z'],
        ['stated-late', '2190-01-01T00:00:00.000000Z'],
      ] as const) {
        const members = {
          reported: { at: time, by: time },
          occurred: { from: time, to: time, precision: 'microsecond' },
          extension: { x: { recorded: time, recordedAt: time, captured: time, time, seal: { time } } },
        };
        const event = await submitted(id, members, { date: time, ce_time: time, 'x-recorded': time });
        expect(notOfToday([event], sinceMs())).toEqual([]);
        expect(event.document.reported?.at).toBe(time);
      }
    });

    it('never falls along the log', async () => {
      await product.untilSealed();
      const times: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: EventsView = await product.json<EventsView>(`/v1/events?limit=500${cursor === '' ? '' : `&cursor=${cursor}`}`);
        times.push(...page.events.map(({ recorded }) => recorded ?? ''));
        cursor = page.next;
      }
      expect(new Set(times).size).toBeGreaterThan(1);
      expect(times).toEqual([...times].sort());
    });
  });

  describe('as recorded by', () => {
    const item = { items: [{ id: 'serial:demo:BY1', role: 'subject' }] };
    const path = timelinePath('serial:demo:BY1');
    let [first, second] = ['', ''];
    beforeAll(async () => {
      first = (await submitted('by-1', item)).recorded ?? '';
      second = (await submitted('by-2', item)).recorded ?? '';
    });
    const idsBy = async (time: string): Promise<string[]> =>
      (await product.json<TimelineView>(`${path}&asOf=${time}`)).entries.map(({ id }) => id);

    it('a time, an item holds what was sealed by then, that time included', async () => {
      expect(first < second).toBe(true);
      expect([await idsBy(first), await idsBy(second)]).toEqual([['by-1'], ['by-1', 'by-2']]);
      const justBefore = new Date(Date.parse(first) - 1).toISOString();
      expect(await product.problem(`${path}&asOf=${justBefore}`)).toMatchObject({ status: 404, code: 'item.not-found' });
      expect(await product.problem(`/v1/events/by-2?asOf=${first}`)).toMatchObject({ status: 404, code: 'event.not-found' });
      expect(await one('by-2', `?asOf=${second}`)).toMatchObject({ recorded: second });
    });

    it('a date, it holds what was sealed by its end, and the answer names the date, the seal and its log size', async () => {
      const date = second.slice(0, 10);
      const view = await product.json<TimelineView>(`${path}&asOf=${date}`);
      expect(view.entries.map(({ id, recorded }) => [id, recorded])).toEqual([
        ['by-1', first],
        ['by-2', second],
      ]);
      expect(view.coordinates.asOf).toEqual({
        basis: 'recorded',
        logSize: expect.any(Number),
        recorded: date,
        sealed: expect.stringMatching(RECORDED),
      });
      const { code, stdout } = await product.cli('trace', 'serial:demo:BY1', '--as-of', date);
      expect([code, stdout]).toEqual([0, expect.stringContaining(`As recorded up to the end of ${date} (UTC): by the seal of `)]);
      expect(stdout).toMatch(/submitted by local\/operator \(sealed\) · recorded \d{4}-\d\d-\d\d \d\d:\d\d UTC \(by the server\)$/m);
    });

    it('a date before the log began, nothing is known, and the answer says since when and what else may be meant', async () => {
      expect(await product.problem(timelinePath(CAR, `&asOf=${EARLIER}`))).toMatchObject({
        status: 404,
        code: 'item.not-found',
        detail: expect.stringMatching(/as recorded by 2019-05-01 \(.*first seal.*as of reported:2019-05-01\)/),
      });
      const { code, stderr } = await product.cli('trace', CAR, '--as-of', EARLIER);
      expect([code, stderr]).toEqual([3, expect.stringContaining(`as of reported:${EARLIER}`)]);
    });

    it('a time, the list of events is what the log had sealed by then, in pages of any size, and of none before the first seal', async () => {
      const whole = await product.json<EventsView>(`/v1/events?limit=1000&asOf=${first}`);
      expect(whole.coordinates.asOf).toMatchObject({ basis: 'recorded', recorded: first, sealed: first });
      expect(whole.events.at(-1)?.id).toBe('by-1');
      expect(whole.events.every(({ recorded }) => recorded !== null && recorded <= first)).toBe(true);
      const paged: StoredView[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: EventsView = await product.json<EventsView>(
          `/v1/events?limit=40&asOf=${first}${cursor === '' ? '' : `&cursor=${cursor}`}`,
        );
        paged.push(...page.events);
        cursor = page.next;
      }
      expect(paged).toEqual(whole.events);
      const before = await product.json<EventsView>(`/v1/events?asOf=${EARLIER}`);
      expect(before).toEqual({
        coordinates: { asOf: { basis: 'recorded', logSize: 0, recorded: EARLIER }, policy: 0 },
        events: [],
        next: null,
      });
      const stated = await product.json<EventsView>('/v1/events?limit=1000&asOf=reported:2019-03-22');
      expect(stated.events.length).toBeGreaterThan(0);
      expect(stated.events.filter(({ reportedBy }) => (reportedBy?.at ?? '9') > '2019-03-23').map(({ id }) => id)).toEqual([]);
      expect(stated.withoutReported).toBeGreaterThan(0);
    });

    it('a date, pages are of one seal, whatever is sealed between them', async () => {
      const today = second.slice(0, 10);
      const page = (cursor: string): Promise<TimelineView> =>
        product.json<TimelineView>(`/v1/items/serial:demo:BY1/timeline?limit=1&asOf=${today}${cursor}`);
      const begun = await page('');
      await submitted('by-3', { ...item, occurred: { from: '1999-01-01', precision: 'day' } });
      const rest = await page(`&cursor=${begun.next ?? ''}`);
      expect(rest.coordinates).toEqual(begun.coordinates);
      expect([...begun.entries, ...rest.entries].map(({ id }) => id)).toEqual(['by-1', 'by-2']);
      expect(rest.next).toBeNull();
      expect(await idsBy(today)).toEqual(['by-3', 'by-1', 'by-2']);
    });

    it('of one log size the answer has one entity tag, before its entries are sealed and after', async () => {
      const count = await product.sightings();
      expect((await product.post(sighting('tagged', { items: [{ id: 'serial:demo:TAG1', role: 'subject' }] }))).status).toBe(202);
      await product.untilProjected(count + 1);
      const size = (await one('tagged')).logIndex + 1;
      const at = timelinePath('serial:demo:TAG1', `&asOf=log:${size}`);
      const before = await product.get(at);
      const text = await before.text();
      await product.untilSealed();
      const after = await product.get(at, { 'if-none-match': before.headers.get('etag') ?? '' });
      expect([after.status, await after.text()]).toEqual([304, '']);
      expect(await (await product.get(at)).text()).toBe(text);
      // What the log says now is another answer, at another size.
      expect((JSON.parse(text) as TimelineView).entries).toMatchObject([{ recorded: null }]);
      expect(await one('tagged')).toMatchObject({ recorded: expect.stringMatching(RECORDED) });
    });
  });
}
