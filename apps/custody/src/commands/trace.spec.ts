import { jest } from '@jest/globals';
import type { EventView, TimelineView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import { entry, NO_RELATIONS } from './shown-entry.contract.ts';
import { COLUMNS } from './trace-rows.ts';
import { overlapText } from './trace-times.ts';
import { timelineText, trace, type TraceOptions, wholeTimeline } from './trace.ts';

function timeline(members: Partial<TimelineView> = {}): TimelineView {
  return {
    item: { id: 'vin:X', scheme: 'vin', display: 'VIN X', check: { verdict: 'valid' }, facts: [] },
    coordinates: { asOf: { basis: 'log', logSize: 1_234 }, policy: 0 },
    entries: [],
    waiting: [],
    openQuestions: [],
    notes: [],
    next: null,
    ...members,
  };
}

const said = (id: string, members: Partial<EventView> = {}): EventView =>
  entry(id, { places: false, mark: 'statement', kind: 'statement', why: 'kind', ...members });
const linesOf = (view: TimelineView): string[] => timelineText(view).split('\n');

describe('the text of a trace', () => {
  test('says that more records contradict one than are read', () => {
    const by = (ids: string[]): EventView['relations'] => ({
      ...NO_RELATIONS,
      contradictedBy: ids.map((id) => ({ agency: 'other', id, standing: 'stands' })),
    });
    const lines = linesOf(
      timeline({
        entries: [
          entry('few', { relations: by(['a', 'b']) }),
          entry('many', { relations: by(['a', 'b']), moreContradictions: true }),
          entry('then', { moreContradictions: true }),
        ],
      }),
    );
    expect(lines.filter((line) => line.includes('contradicted')).map((line) => line.trim())).toEqual([
      'contradicted by a, b',
      'contradicted by a, b AND MORE than are read',
      'contradicted by MORE records than are read',
    ]);
  });

  describe('that was submitted to forge', () => {
    const forged = 'x\n\n  9  2020-01-01  Pyongyang\r';
    const view = timeline({
      entries: [
        entry('a', { display: { ...entry('a').display, summary: forged, place: forged, source: forged } }),
        entry('b', { reportedBy: { by: forged, proved: false }, evidence: [{ sha256: 'c'.repeat(64), ref: forged, held: false }] }),
      ],
      openQuestions: [{ code: 'contradiction', refs: [], display: forged }],
    });
    const forgedLines = (text: string): string[] => text.split('\n').filter((line) => /^ {1,3}9 {2}/.test(line));

    it('begins no line: it stays inside its own, with what is unseen in it shown', () => {
      const text = timelineText(view);
      expect(forgedLines(text)).toEqual([]);
      expect(text).toContain('x ⏎  ⏎   9  2020-01-01  Pyongyang⟨U+000D⟩');
      expect(text).not.toContain('\r');
    });

    it('would begin lines that look like entries if it were printed as it is', () => {
      expect(forgedLines(timelineText(view, null, (line) => line)).length).toBeGreaterThan(0);
    });
  });

  it('numbers what places the item, with its place, and nothing else', () => {
    const lines = linesOf(timeline({ entries: [entry('a'), said('b'), entry('c')] }));
    const heads = lines.filter((line) => /^ {2,}(~|\d)/.test(line));
    expect(heads).toEqual([
      '  1  2018-09-30   Busan, South Korea',
      '  ~  2018-09-30   [STATEMENT; places nothing]',
      '  2  2018-09-30   Busan, South Korea',
    ]);
    expect(lines.at(-2)).toBe('2 records place it, 1 speaks of it and places nothing.');
  });

  it.each<[string, Partial<EventView>, string]>([
    ['a statement', {}, 'STATEMENT'],
    ['an assessment', { mark: 'assessment', kind: 'assessment' }, 'ASSESSMENT'],
    ['a plan', { mark: 'planned', kind: 'observation' }, 'PLANNED'],
    ['a negative finding', { mark: 'negative', kind: 'observation' }, 'NEGATIVE'],
    [
      'a withdrawn observation',
      { mark: 'observed', kind: 'observation', standing: 'withdrawn', why: 'withdrawn' },
      'WITHDRAWN, OBSERVATION',
    ],
    ['a corrected statement', { standing: 'corrected', why: 'corrected' }, 'CORRECTED, STATEMENT'],
    ['an item in the background', { mark: 'observed', kind: 'observation', why: 'background' }, 'OBSERVATION, IN THE BACKGROUND'],
    ['a disputed record', { mark: 'observed', kind: 'observation', flags: ['disputed'] }, 'OBSERVATION, DISPUTED'],
  ])('marks %s as placing nothing, and tells its place only as what it speaks of', (_, members, mark) => {
    const lines = linesOf(timeline({ entries: [said('b', members)] }));
    expect(lines).toContain(`  ~  2018-09-30   [${mark}; places nothing]`);
    expect(lines.filter((line) => line.includes('Busan'))).toEqual(['     (speaks of Busan, South Korea)']);
  });

  it('speaks of no place where none is stated', () => {
    const { place: _, ...document } = entry('b').document;
    expect(timelineText(timeline({ entries: [said('b', { document })] }))).not.toContain('speaks of Busan');
  });

  it('says the note about a container right behind the loading into it', () => {
    const loading = entry('l', {
      kind: 'aggregation',
      document: {
        id: 'l',
        kind: 'aggregation',
        action: 'ADD',
        handling: { tlp: 'GREEN' },
        source: { kind: 'x' },
        items: [
          { id: 'vin:X', role: 'subject' },
          { id: 'container:SYNU0000014', role: 'container' },
        ],
      },
    });
    const note = 'After it went into container SYNU 000001 4, its records are in the journey.';
    const lines = linesOf(timeline({ entries: [entry('a'), loading, entry('z')], notes: [note] }));
    const at = lines.indexOf(`     > ${note}`);
    expect(at).toBeGreaterThan(lines.findIndex((line) => line.startsWith('  2  ')));
    expect(at).toBeLessThan(lines.findIndex((line) => line.startsWith('  3  ')));
  });

  it('tells the stated author apart from the proved submitter, and that evidence is not held', () => {
    const text = timelineText(
      timeline({
        entries: [
          entry('a', {
            reportedBy: { by: 'analyst', agency: 'Desk', at: '2019-01-01T00:00:00Z', proved: false },
            evidence: [
              { sha256: 'c'.repeat(64), ref: 'bl.txt', locator: 'line:5', held: false },
              { sha256: 'd'.repeat(64), synthetic: true, held: false },
            ],
          }),
        ],
      }),
    );
    expect(text).toContain(
      'bl.txt line:5 (not held here), dddddddddddd (synthetic, not held here) · reported by analyst, Desk at 2019-01-01T00:00:00Z (stated) · submitted by local/operator (as captured) · not sealed yet',
    );
    const recorded = timelineText(timeline({ entries: [entry('a', { recorded: '2026-11-26T01:02:59.999999Z' })] }));
    expect(recorded).toContain(' · submitted by local/operator (sealed) · recorded 2026-11-26 01:02 UTC (by the server)\n');
    // One place says what these words mean, and none that who submitted it is proved.
    expect(recorded.match(/\(sealed\): as the ledger had it/g)).toHaveLength(1);
    expect(recorded).not.toContain('(proved)');
  });

  it('explains the words that it has, and no others', () => {
    const wordsOf = (...entries: EventView[]): string[] => {
      const explained = linesOf(timeline({ entries })).filter((line) => line.startsWith('('));
      return explained.flatMap((line) => [...line.matchAll(/\(([^)]+)\):/g)].map(([, word = '']) => word));
    };
    const recorded = '2026-11-26T01:02:59.999999Z';
    const reportedBy = { by: 'analyst', proved: false } as const;
    const open = entry('a', { recorded: null, reportedBy: null });
    expect(wordsOf(open)).toEqual(['as captured']);
    expect(wordsOf({ ...open, reportedBy })).toEqual(['as captured', 'stated']);
    expect(wordsOf({ ...open, recorded })).toEqual(['sealed', 'by the server']);
    expect(wordsOf({ ...open, recorded }, { ...open, reportedBy })).toEqual(['sealed', 'as captured', 'by the server', 'stated']);
    expect(wordsOf()).toEqual([]);
  });

  it('cites a document whose hash nobody gave as such, and an author who gave no time', () => {
    const text = timelineText(
      timeline({
        entries: [
          entry('a', {
            reportedBy: { by: 'analyst', proved: false },
            evidence: [
              { sha256: null, ref: 'letter.pdf', locator: 'page:2', held: false },
              { sha256: null, type: 'photo', synthetic: true, held: false },
              { sha256: null, held: false },
            ],
          }),
        ],
      }),
    );
    expect(text).toContain(
      'letter.pdf page:2 (hash not given, not held here), photo (synthetic, hash not given, not held here), a document (hash not given, not held here) · reported by analyst (stated) · ',
    );
    expect(text).not.toContain('no document cited');
  });

  it('lists what waits, open questions and relations', () => {
    const text = timelineText(
      timeline({
        entries: [
          entry('a', {
            relations: {
              ...NO_RELATIONS,
              correctedBy: [{ agency: 'local', id: 'k', standing: 'stands' }],
              disputedBy: [{ agency: 'other', id: 'd', standing: 'stands' }],
            },
          }),
        ],
        waiting: [{ agency: 'local', id: 'w', kind: 'retraction', target: { agency: 'local', id: 'gone' } }],
        openQuestions: [{ code: 'contradiction', refs: [], display: 'Two records contradict each other.' }],
      }),
    );
    expect(text).toContain('corrected by k; disputed by d');
    expect(text).toContain('  retraction w speaks about local/gone');
    expect(text).toContain('Open questions:\n  Two records contradict each other.');
  });

  it('says that a check digit fails and which would fit', () => {
    const item = { ...timeline().item, check: { verdict: 'invalid' as const, expected: '4' } };
    expect(linesOf(timeline({ item }))[0]).toBe('VIN X   CHECK DIGIT FAILS, 4 expected: kept as written, merged with nothing');
  });

  it('ends with its point of view', () => {
    expect(linesOf(timeline()).at(-1)).toMatch(/^As of log size 1.234; none of it is sealed yet/);
    expect(linesOf(timeline({ entries: [entry('a', { recorded: '2026-11-26T01:02:59.999999Z' })] })).at(-1)).toMatch(
      /^As of log size 1.234; recorded up to 2026-11-26 01:02 UTC\.$/,
    );
  });
});

describe('when and where, in a trace', () => {
  type Occurred = NonNullable<EventView['document']['occurred']>;
  const at = (id: string, occurred: Occurred, place = 'Busan'): EventView =>
    entry(id, {
      document: { ...entry(id).document, occurred },
      display: { ...entry(id).display, occurred: occurred.from ?? `until ${occurred.to ?? ''}`, place },
    });
  const day = (from: string, to = from): Occurred => ({ from, to, precision: 'day' });
  const closing = (...entries: EventView[]): string[] => linesOf(timeline({ entries })).slice(-4, -2);

  it('an observation without a place is neither numbered nor counted, and said to say nothing of one', () => {
    const { place: _, ...document } = entry('b').document;
    const lines = linesOf(timeline({ entries: [entry('b', { document, places: false, why: 'no-place' })] }));
    expect(lines[2]).toBe('  -  2018-09-30   [OBSERVATION; says nothing of a place]');
    expect(lines.at(-2)).toBe('0 records place it, 1 speaks of it and places nothing.');
  });

  it('what was dated ahead of itself is marked so, and places nothing', () => {
    const ahead = entry('b', { places: false, why: 'future-dated', flags: ['future-dated'] });
    expect(linesOf(timeline({ entries: [ahead] }))[2]).toBe('  ~  2018-09-30   [OBSERVATION, FUTURE-DATED; places nothing]');
  });

  it('an interval is some time in it or all of it, and one time is as stated', () => {
    const heads = linesOf(
      timeline({
        entries: [
          at('a', day('2018-06-14', '2018-07-25')),
          at('b', { ...day('2018-08-01', '2018-08-03'), extent: 'throughout' }),
          at('c', day('2018-09-01')),
        ],
      }),
    ).filter((line) => /^ {2}\d/.test(line) || /^ {2,}\d+ {2}/.test(line));
    expect(heads).toEqual([
      '  1  some time between 2018-06-14 and 2018-07-25   Busan',
      '  2  throughout 2018-08-01 to 2018-08-03   Busan',
      '  3  2018-09-01   Busan',
    ]);
  });

  it('ends with where it was last placed', () => {
    expect(closing(at('a', day('2018-06-14')), at('b', day('2018-07-31'), 'Dalian'), said('c')).at(-1)).toBe(
      'Last placed 2018-07-31, Dalian (entry 2); no record here places it after that.',
    );
    expect(timelineText(timeline({ entries: [said('c')] }))).not.toContain('Last placed');
  });

  it('does not call a record the last where another, longer or undated, may be later', () => {
    expect(closing(at('a', day('2018-01-01', '2018-12-31')), at('b', day('2018-07-31')), entry('c')).at(-1)).toBe(
      'Last placed 2018-07-31, Busan (entry 2); entries 1 and 3 may be later.',
    );
  });

  it('nor where another ends before it does, and may lie behind it all the same', () => {
    const [a, c, b] = [at('a', day('2018-07-01', '2018-08-25')), at('c', day('2018-08-05')), at('b', day('2018-08-10', '2018-08-31'))];
    expect(closing(a, c, b)).toEqual([
      'Entry 1 overlaps entries 2 and 3 in time: where it stands among them is not known.',
      'Last placed some time between 2018-08-10 and 2018-08-31, Busan (entry 3); entry 1 may be later.',
    ]);
    expect(closing(at('a', day('2018-07-31')), at('b', day('2018-07-31'))).at(-1)).toMatch(/ \(entry 2\); entry 1 may be later\.$/);
    // The control: what ends as the last one begins does not.
    expect(closing(at('a', day('2018-07-01', '2018-08-09')), c, b).at(-1)).toMatch(/; no record here places it after that\.$/);
  });

  it('a record that says all of its time is followed only by one that ends after it', () => {
    const all = at('b', { ...day('2018-08-10', '2018-08-31'), extent: 'throughout' });
    const after = (to: string): string => closing(at('a', day('2018-07-01', to)), all).at(-1) ?? '';
    expect(after('2018-08-31')).toMatch(/ \(entry 2\); no record here places it after that\.$/);
    expect(after('2018-09-01')).toMatch(/ \(entry 2\); entry 1 may be later\.$/);
    const open = at('b', { from: '2018-08-10', precision: 'day', extent: 'throughout' });
    expect(closing(at('a', day('2018-07-01', '2018-09-01')), open).at(-1)).toMatch(/; no record here places it after that\.$/);
  });

  it('says once of which entries nobody knows the order', () => {
    const overlapping = [at('a', day('2018-01-01', '2018-01-05')), at('b', day('2018-01-04')), at('c', day('2018-01-04'))];
    expect(closing(...overlapping, at('d', day('2018-02-01'))).at(0)).toBe(
      'Entries 1, 2 and 3 overlap in time: which came first is not known.',
    );
    const apart = [at('e', day('2018-03-01', '2018-03-31')), at('f', day('2018-03-02')), at('g', day('2018-03-05'))];
    expect(overlapText([...overlapping, at('d', day('2018-02-01')), ...apart])).toEqual([
      'Entries 1, 2 and 3 overlap in time: which came first is not known.',
      'Entry 5 overlaps entries 6 and 7 in time: where it stands among them is not known.',
    ]);
    expect(timelineText(timeline({ entries: [at('a', day('2018-01-01')), at('b', day('2018-01-02'))] }))).not.toContain('overlap');
  });

  it('does not doubt the order of those that one long or open record overlaps', () => {
    const days = Array.from({ length: 300 }, (_, index) =>
      at(`d${index}`, day(new Date(Date.UTC(2018, 1, 1 + index)).toISOString().slice(0, 10))),
    );
    expect(overlapText([at('a', { from: '2018-01-01', precision: 'day' }), ...days])).toEqual([
      'Entry 1 overlaps entries 2 to 301 in time: where it stands among them is not known.',
    ]);
    // The control: without it all are certain; and two of one day are not, whatever overlaps them.
    expect(overlapText(days)).toEqual([]);
    const twice = [
      at('a', day('2018-01-01', '2018-12-31')),
      at('b', day('2018-02-01')),
      at('c', day('2018-02-01')),
      at('d', day('2018-02-02')),
    ];
    expect(overlapText(twice)).toEqual([
      'Entries 2 and 3 overlap in time: which came first is not known.',
      'Entry 1 overlaps entries 2, 3 and 4 in time: where it stands among them is not known.',
    ]);
  });

  it('tells of thousands of open ends in a few lines', () => {
    const days = Array.from({ length: 4_000 }, (_, index) => {
      const from = new Date(Date.UTC(2000, 0, 1 + index)).toISOString().slice(0, 10);
      return at(`d${index}`, index % 2 === 0 ? { from, precision: 'day' } : day(from));
    });
    const lines = overlapText(days);
    expect([lines.length, lines.at(-1)]).toEqual([
      11,
      'From entry 21 on more overlap in time: where they stand among each other is not known.',
    ]);
  });

  it('tells each pair that overlaps, in a group or by the one that begins first, and no other', () => {
    const chain = [
      at('a', day('2018-01-01', '2018-01-03')),
      at('b', day('2018-01-02', '2018-12-31')),
      at('c', day('2018-01-04')),
      entry('d'),
      at('e', day('2018-03-01')),
    ];
    expect(overlapText(chain)).toEqual([
      'Entries 1 and 2 overlap in time: which came first is not known.',
      'Entry 2 overlaps entries 3 and 5 in time: where it stands among them is not known.',
    ]);
  });

  it('tells the note of a carrier only behind the loading into that one, not into one whose identifier begins like it', () => {
    const into = (id: string, carrier: string): EventView =>
      entry(id, {
        kind: 'aggregation',
        document: {
          ...entry(id).document,
          action: 'ADD',
          items: [
            { id: 'vin:X', role: 'subject' },
            { id: `serial:demo:${carrier}`, role: 'container' },
          ],
        },
        display: { ...entry(id).display, items: ['VIN X', `demo ${carrier}`] },
      });
    const notes = ['After it went into demo C1, it is not followed.', 'After it went into demo C12, it is not followed.'];
    const text = timelineText(timeline({ entries: [into('a', 'C1'), into('b', 'C12')], notes }));
    expect(text.split('\n').filter((line) => line.includes('>'))).toEqual(notes.map((note) => `     > ${note}`));
  });

  it('gives the grade in words and the address of a source', () => {
    const graded = entry('a', {
      display: { ...entry('a').display, grade: 'B2: usually reliable, probably true' },
      document: { ...entry('a').document, source: { kind: 'photo', url: 'https://example.org/p' } },
    });
    expect(timelineText(timeline({ entries: [graded] }))).toContain(
      'a · B2: usually reliable, probably true · GREEN · photo <https://example.org/p> · no document cited',
    );
  });
});

describe('a trace of text without a scheme', () => {
  const refusing = (code: string): Client =>
    ({ base: '', get: () => Promise.reject(new CommandError(EXIT.usage, code, 'no scheme')) }) as unknown as Client;

  it('offers what the text could be', async () => {
    await expect(trace(refusing('identifier.scheme-missing'), 'WDDSYNTH9JA000001', {})).rejects.toMatchObject({
      exitCode: 2,
      remedy: expect.stringMatching(/^Did you mean vin:WDDSYNTH9JA000001\b.*\?$/) as string,
    });
  });

  it('offers nothing for what could be nothing, and leaves other failures alone', async () => {
    await expect(trace(refusing('identifier.scheme-missing'), '?', {})).rejects.toMatchObject({ remedy: undefined });
    await expect(trace(refusing('item.not-found'), 'WDDSYNTH9JA000001', {})).rejects.toMatchObject({ remedy: undefined });
  });
});

describe('a timeline of several pages', () => {
  it('is put together without showing anything twice', async () => {
    const waits = { agency: 'local', id: 'w', kind: 'retraction' as const, target: { agency: 'local', id: 'gone' } };
    const pages: Record<string, TimelineView> = {
      first: timeline({
        entries: [entry('a'), entry('k')],
        notes: ['n'],
        openQuestions: [{ code: 'disputed', refs: [], display: 'q' }],
        waiting: [waits],
        next: 'second',
      }),
      second: timeline({
        entries: [entry('k'), entry('b')],
        notes: ['n', 'm'],
        openQuestions: [
          { code: 'disputed', refs: [], display: 'q' },
          { code: 'disputed', refs: [{ agency: 'local', id: 'k' }], display: 'r' },
        ],
        waiting: [waits],
      }),
    };
    const client = {
      get: (_path: string, query: { cursor?: string } = {}) => Promise.resolve(pages[query.cursor ?? 'first']),
    } as unknown as Client;
    const whole = await wholeTimeline(client, 'vin:X');
    expect(whole.entries.map(({ id }) => id)).toEqual(['a', 'k', 'b']);
    expect([whole.notes, whole.openQuestions.map(({ display }) => display), whole.waiting, whole.next]).toEqual([
      ['n', 'm'],
      ['q', 'r'],
      [waits],
      null,
    ]);
  });
});

test('a party whose LEI fails its check is said to, and one whose LEI fits or is not stated is not listed', () => {
  const parties: EventView['parties'] = [
    { role: 'seller', name: 'Example', lei: '5493001KJTIIGC8Y1R21', check: { verdict: 'invalid', reason: 'computed 12', expected: '12' } },
    { role: 'buyer', lei: '5493001KJTIIGC8Y1R12', check: { verdict: 'valid' } },
  ];
  const text = timelineText(timeline({ entries: [entry('sold', { parties })] }));
  expect(text).toContain('(seller Example: LEI 5493001KJTIIGC8Y1R21 FAILS ITS CHECK, 12 expected: kept as written)');
  expect(text).not.toContain('buyer');
});

describe('the rows of a trace', () => {
  const printed = async (options: TraceOptions): Promise<{ out: string; err: string }> => {
    const valid = { agency: 'local', id: 'l', logIndex: 3, vkey: 'k+1+A', verdict: 'valid' as const };
    const markedBy = [{ agency: 'local', id: 'm', standing: 'stands' as const, approval: 'awaited' as const }];
    const entries = [
      entry('a', { signatures: [valid, { ...valid, verdict: 'bad' }], relations: { ...NO_RELATIONS, markedBy } }),
      said('b', { document: { ...entry('b').document, place: { country: 'KP' } } }),
      entry('c'),
    ];
    const view = timeline({ entries, openQuestions: [{ code: 'contradiction', refs: [], display: 'Which one?' }] });
    const spoken = { out: '', err: '' };
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((spoken.out += String(text)), true));
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((spoken.err += String(text)), true));
    await trace({ get: () => Promise.resolve(view) } as unknown as Client, 'vin:X', options);
    jest.restoreAllMocks();
    return spoken;
  };

  test('have a number and a place where the record places the item; what a statement speaks of is no place', async () => {
    const names = Object.keys(COLUMNS);
    const cells = (await printed({ plain: true })).out.trimEnd().split('\n').map((line) => line.split('\t')); // prettier-ignore
    const of = (name: string): (string | undefined)[] => cells.map((row) => row[names.indexOf(name)]);
    expect(of('id')).toEqual(['a', 'b', 'c']);
    expect(of('number')).toEqual(['1', '', '2']);
    expect(of('place')).toEqual(['Busan, South Korea', '', 'Busan, South Korea']);
    expect(of('speaks_of')).toEqual(['', 'Busan, South Korea', '']);
    expect([of('signatures')[0], of('awaits')[0], of('signatures')[1]]).toEqual(['valid bad', 'm', '']);
  });

  test('of --jsonl are the entries of --json; what stands beside them is said, unless it is not wanted', async () => {
    const { out, err } = await printed({ jsonl: true });
    const { entries } = JSON.parse((await printed({ json: true })).out) as TimelineView;
    expect(out.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual(entries); // prettier-ignore
    expect(err).toMatch(/^open question: Which one\?\nAs of log size 1 234/);
    expect((await printed({ jsonl: true, quiet: true })).err).toBe('');
    expect((await printed({ json: true })).err).toBe('');
  });
});
