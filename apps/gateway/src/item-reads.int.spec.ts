/** Search and items as they are answered from a real ledger: what an answer leaves out, it says. */
import type { TimelineView } from '#lib/contracts';
import { CONTRADICTIONS_MAX, ITEMS_PER_KEY_MAX } from '#lib/store';
import { readAsOf } from './coordinates.ts';
import { REPORTED_READ_MAX } from './item.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';
import { readTimeline } from './timeline.ts';

describe('a search', () => {
  let ledger: TestedLedger;
  const CARS = ITEMS_PER_KEY_MAX + 500;
  const car = (n: number): string => `vin:WDDSYNTH9JA${String(n).padStart(6, '0')}`;

  beforeAll(async () => {
    ledger = await TestedLedger.open();
    await ledger.add([
      seen('ship', [subject('imo:0000048', { name: 'MV Synthetic Liner', mmsi: '244990001' })]),
      seen('again', [subject('imo:0000048', { name: 'MV Synthetic Liner' })]),
      seen('radio', [subject('mmsi:244990001')]),
      seen('part', [subject('serial:acme:0000048')]),
      seen('short', [subject('serial:acme:X12')]),
      ...Array.from({ length: CARS }, (_, n) => seen(`car-${n}`, [subject(car(n))])),
      seen('badge', [subject('serial:wdd:SYNTH9JA')]),
    ]);
  }, 120_000);
  afterAll(() => ledger.database.drop());

  test('names the alias that has the text, and claims none for what another scheme explains', async () => {
    expect(await ledger.found('synthetic liner')).toEqual(['alias imo:0000048 MV Synthetic Liner']);
    expect(await ledger.found('24499')).toEqual(['partial mmsi:244990001', 'alias imo:0000048 244990001']);
    expect(await ledger.found('mmsi:244990001')).toEqual(['exact mmsi:244990001', 'alias imo:0000048 244990001']);
    expect(await ledger.found('imo:0000048')).toEqual(['exact imo:0000048']);
    expect(await ledger.found('imo:244990001')).toEqual([]);
    // Pieces of a name and of a number make no name.
    expect(await ledger.found('liner 24499')).toEqual([]);
  });

  test('for a short text finds whole values, and else says that it is too short', async () => {
    expect(await ledger.search('X12')).toMatchObject({ results: [{ id: 'serial:acme:X12' }], complete: true });
    expect((await ledger.search('X12')).notes).toEqual([expect.stringMatching(/^Fewer than 5 letters and digits/)]);
    await expect(ledger.search(' ')).rejects.toMatchObject({
      code: 'query.too-short',
      detail: expect.stringMatching(/^The text is empty; it needs 5 letters/),
    });
    for (const text of ['.', 'SYN', 'vin:WDDS', 'X1'])
      await expect(ledger.search(text)).rejects.toMatchObject({
        code: 'query.too-short',
        detail: expect.stringContaining('at log size 5506'),
      });
    await expect(ledger.search('A'.repeat(201))).rejects.toMatchObject({ code: 'query.invalid' });
  });

  test('that more items share than are looked at says that it is not complete, and how to narrow it', async () => {
    const cut = await ledger.search('WDDSY');
    expect(cut).toMatchObject({
      complete: false,
      notes: [expect.stringMatching(/^Not complete: more than 5000 items .*Give more characters/)],
    });
    expect(cut.results).toHaveLength(100);
    expect(await ledger.search(car(CARS - 1).slice(-5))).toMatchObject({ complete: true, notes: [], results: [{ id: car(CARS - 1) }] });
    expect(await ledger.search(car(CARS - 1))).toMatchObject({ complete: true, results: [{ id: car(CARS - 1), match: 'exact' }] });
  });

  test('finds an identifier that is spelt in full, however many others share all its pieces', async () => {
    // The last of the index: it is not among the candidates of a part of it.
    expect((await ledger.search('WDDSYNTH9JA', { limit: 1000 })).results.map(({ id }) => id)).not.toContain('serial:wdd:SYNTH9JA');
    expect(await ledger.search('serial:wdd:SYNTH9JA')).toMatchObject({
      complete: false,
      results: [{ id: 'serial:wdd:SYNTH9JA', match: 'exact' }],
    });
  });

  test('in pages gives each result once, though more comes in between them', async () => {
    const ids: string[] = [];
    let page = await ledger.search('H9JA0000', { limit: 30 });
    expect(page).toMatchObject({ complete: true });
    for (; ; page = await ledger.search('H9JA0000', { limit: 30, cursor: page.next ?? '' })) {
      ids.push(...page.results.map(({ id }) => id));
      if (page.next === null) break;
      // Sorts before everything that was shown.
      await ledger.add([seen(`between-${ids.length}`, [subject(`container:AAAU${String(ids.length).padStart(7, '0')}`)])]);
      await ledger.add([seen(`sorted-${ids.length}`, [subject(`serial:h9ja0000:A${ids.length}`)])]);
    }
    expect(ids.filter((id) => id.startsWith('vin:'))).toEqual(Array.from({ length: 100 }, (_, n) => car(n)));
    expect(new Set(ids).size).toBe(ids.length);
    await expect(ledger.search('H9JA0001', { cursor: (await ledger.search('H9JA0000', { limit: 1 })).next ?? '' })).rejects.toMatchObject({
      code: 'cursor.malformed',
    });
  });

  test('finds an item as soon as the ledger has it', async () => {
    expect((await ledger.search('NEWCAR')).results).toEqual([]);
    await ledger.add([seen('new', [subject('serial:acme:NEWCAR', { name: 'Blue one' })])]);
    const after = await ledger.search('NEWCAR');
    expect(after).toMatchObject({
      results: [{ id: 'serial:acme:NEWCAR' }],
      coordinates: { asOf: { logSize: await ledger.reads.logSize() } },
    });
    expect(await ledger.found('blue one')).toEqual(['alias serial:acme:NEWCAR Blue one']);
  });
});

describe('an item', () => {
  let ledger: TestedLedger;
  const CAR = 'vin:WDDSYNTH9JA000001';
  const FLOOD = REPORTED_READ_MAX + 1;
  const PLACED = { occurred: { from: '2018-08-31', precision: 'day' }, place: { name: 'Dalian' } };
  const at = (time: string): object => ({ reported: { at: time } });

  beforeAll(async () => {
    ledger = await TestedLedger.open();
    await ledger.add([
      seen('seen', [subject(CAR)], at('2019-03-01T00:00:00Z')),
      seen('later', [subject(CAR)], at('2019-05-01T00:00:00Z')),
      seen('unsaid', [subject(CAR)]),
      ...Array.from({ length: FLOOD }, (_, n) =>
        seen(`no-${n}`, [subject('container:SYNU0000014')], {
          ...at('2019-04-01T00:00:00Z'),
          ...PLACED,
          relations: { contradicts: ['seen'] },
        }),
      ),
    ]);
  }, 120_000);
  afterAll(() => ledger.database.drop());

  test('that is not there is told with the point of view, and with the check that it fails', async () => {
    const detail = async (id: string, asOf?: string): Promise<unknown> =>
      ledger.item(id, asOf).then(
        () => 'there',
        ({ code, detail: said }: { code: string; detail: string }) => [code, said],
      );
    const size = 3 + FLOOD;
    expect(await detail('container:SYNU0000035')).toEqual([
      'item.not-found',
      `Nothing is known of container SYNU 000003 5 at log size ${size}.`,
    ]);
    expect(await detail(CAR, 'log:0')).toEqual(['item.not-found', 'Nothing is known of VIN WDDSYNTH9JA000001 at log size 0.']);
    expect(await detail('container:SYNU0000041', 'reported:2019-03-01')).toEqual([
      'item.not-found',
      `Nothing is known of container SYNU 000004 1 at log size ${size}, as reported by 2019-03-01. It fails its check (The check digit is 1, computed 0) and may be misread: search finds identifiers by a part.`,
    ]);
    const timeline = readTimeline(ledger.reads, await ledger.reader(), {
      item: 'container:SYNU0000041',
      asOf: await readAsOf('log:7', ledger.reads),
      limit: 1,
    });
    await expect(timeline).rejects.toMatchObject({
      code: 'item.not-found',
      detail: expect.stringMatching(/at log size 7\. It fails its check/),
    });
  });

  test('counts what was reported by the time that is asked for, and says what states no time', async () => {
    expect(await ledger.item(CAR)).toMatchObject({ events: 3 });
    expect(await ledger.item(CAR)).not.toHaveProperty('withoutReported');
    expect(await ledger.item(CAR, 'log:2')).toMatchObject({ events: 2 });
    const counts = async (asOf: string): Promise<unknown> => {
      const { events, withoutReported } = await ledger.item(CAR, asOf);
      return [events, withoutReported];
    };
    expect(await counts('reported:2019-05-01')).toEqual([2, 1]);
    expect(await counts('reported:2019-03-01')).toEqual([1, 1]);
    expect(await counts('reported:2018-12-31')).toEqual([0, 1]);
  });

  test('with more records than are read for the count is not counted, instead of counted wrong', async () => {
    expect(await ledger.item('container:SYNU0000014', 'reported:2019-05-01')).toMatchObject({ events: null, withoutReported: null });
  });

  test('whose latest records place nothing says that no earlier one was looked at, and not that there is none', async () => {
    // Captured, says this suite, in 1970: dated ahead of itself, each of them.
    expect(await ledger.item('container:SYNU0000014')).toMatchObject({ lastPlacedBy: null, lastPlacedByNotFound: true });
    expect(await ledger.item(CAR)).not.toHaveProperty('lastPlacedByNotFound');
  });
  test('contradicted by 1,000 records shows each; by more, the first of them, and says that there are more', async () => {
    const seenAt = async (asOf: string): Promise<TimelineView['entries'][number] | undefined> => {
      const of = { item: CAR, asOf: await readAsOf(asOf, ledger.reads), limit: 10 };
      return (await readTimeline(ledger.reads, await ledger.reader(), of)).entries.find(({ id }) => id === 'seen');
    };
    const few = await seenAt(`log:${3 + CONTRADICTIONS_MAX}`);
    expect(few?.relations.contradictedBy).toHaveLength(CONTRADICTIONS_MAX);
    expect(few).not.toHaveProperty('moreContradictions');
    const many = await seenAt(`log:${3 + FLOOD}`);
    expect(many).toMatchObject({ standing: 'stands', moreContradictions: true });
    expect(many?.relations.contradictedBy).toHaveLength(CONTRADICTIONS_MAX + 1);
    // Also from a point of view that leaves out those that were read.
    expect(await seenAt('reported:2019-03-15')).toMatchObject({ moreContradictions: true, relations: { contradictedBy: [] } });
    expect((await ledger.item(CAR)).lastPlacedBy).toBeNull();
  });
});
