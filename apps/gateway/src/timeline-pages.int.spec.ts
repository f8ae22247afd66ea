/** However a timeline is cut into pages, it is the same timeline: nothing twice, nothing missing, in one order. */
import fc from 'fast-check';
import type { SightingDocument, TimelineView } from '#lib/contracts';
import { foldTimeline, formatRef } from '#lib/domain';
import { CONTRADICTIONS_BYTES_MAX } from '#lib/store';
import { readApprovals } from './approvals.ts';
import { eventView, readEvent, type ReadEvent } from './event-view.ts';
import { RELATED_MAX } from './related-events.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';

const HISTORIES = 25;

const word = fc.record({
  kind: fc.constantFrom('observation', 'observation', 'correction', 'retraction', 'dispute', 'resolution', 'marking', 'statement'),
  beta: fc.constantFrom(false, false, true),
  names: fc.boolean(),
  about: fc.nat(11),
  settles: fc.nat(11),
  contradicts: fc.option(fc.nat(11)),
  day: fc.constantFrom('2018-06-14', '2018-06-15', '2018-06-16', undefined),
  reported: fc.constantFrom('2019-01-01T00:00:00Z', '2019-01-02T00:00:00Z', undefined),
});
type Word = typeof word extends fc.Arbitrary<infer T> ? T : never;

interface Said {
  readonly agency: string;
  readonly document: SightingDocument;
}

/** A history of its own item: what is said in it speaks about any of it and about what never comes. */
function said(words: readonly Word[], run: number): Said[] {
  const agencyOf = (at: number): string => (words[at]?.beta === true ? 'beta' : 'local');
  const ref = (at: number): string => `${agencyOf(at)}/r${run}-${at}`;
  const other = (about: number, at: number): string => ref(about === at ? at + 1 : about);
  return words.map(({ kind, names, about, settles, contradicts, day, reported }, at) => {
    const spokenOf = kind === 'resolution' ? { resolves: [other(about, at), other(settles, at)] } : { target: other(about, at) };
    const target = kind === 'observation' || kind === 'statement' ? {} : spokenOf;
    const relations = {
      ...target,
      ...(contradicts === null || contradicts === at ? {} : { contradicts: [ref(contradicts)] }),
      ...(kind === 'marking' ? { handling: { tlp: 'CLEAR' } } : {}),
    };
    const document = {
      ...seen(`r${run}-${at}`, [subject(names ? itemOf(run) : 'serial:acme:OTHER')]),
      kind,
      ...(kind === 'statement' ? { statement: 'Said.' } : {}),
      ...(Object.keys(relations).length === 0 ? {} : { relations }),
      ...(day === undefined ? {} : { occurred: { from: day, precision: 'day' } }),
      ...(reported === undefined ? {} : { reported: { at: reported } }),
      place: { name: 'Dalian' },
    } as unknown as SightingDocument;
    return { agency: agencyOf(at), document };
  });
}
const itemOf = (run: number): string => `serial:acme:H${run}`;

/** All pages of so many sightings as one view. Questions of the check digit name those of their page; there are none here. */
async function paged(ledger: TestedLedger, item: string, limit: number, asOf?: string): Promise<{ view: TimelineView; pages: number }> {
  const ask = { limit, ...(asOf === undefined ? {} : { asOf }) };
  let page = await ledger.timeline(item, ask);
  const parts = [page];
  while (page.next !== null) parts.push((page = await ledger.timeline(item, { ...ask, cursor: page.next })));
  const [first] = parts as [TimelineView];
  const view = {
    ...first,
    entries: parts.flatMap(({ entries }) => entries),
    waiting: parts.flatMap(({ waiting }) => waiting).sort(byText),
    openQuestions: parts.flatMap(({ openQuestions }) => openQuestions).sort(byText),
    ...(asOf === undefined ? {} : { withoutReported: parts.reduce((sum, { withoutReported = 0 }) => sum + withoutReported, 0) }),
    next: null,
  };
  return { view, pages: parts.length };
}
const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

describe('a timeline in pages', () => {
  let ledger: TestedLedger;
  beforeAll(async () => {
    ledger = await TestedLedger.open();
  });
  afterAll(() => ledger.database.drop());

  test('of every size is the whole fold of the ledger, whoever speaks about whom', async () => {
    let run = 0;
    let spread = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 4, maxLength: 12 }), async (words) => {
        run++;
        const history = said(
          [{ ...(words[0] as Word), kind: 'observation', names: true, reported: '2019-01-01T00:00:00Z' }, ...words.slice(1)],
          run,
        );
        for (const agency of ['local', 'beta']) {
          const documents = history.filter((each) => each.agency === agency).map(({ document }) => document);
          await ledger.add(documents, agency);
        }
        const item = itemOf(run);
        const whole = (await paged(ledger, item, 1_000)).view;
        expect(whole.entries).toEqual(await folded(ledger, item));
        for (let limit = 1; limit <= history.length; limit++) {
          expect((await paged(ledger, item, limit)).view).toEqual(whole);
          const then = 'reported:2019-01-01';
          expect((await paged(ledger, item, limit, then)).view).toEqual((await paged(ledger, item, 1_000, then)).view);
        }
        spread += whole.entries.filter(({ roles, relations }) => roles.length === 0 && relations.targets.length > 1).length;
      }),
      { numRuns: HISTORIES },
    );
    // Some that name the item not speak about two of its sightings: pages that showed them with each would have shown them twice.
    expect(spread).toBeGreaterThan(0);
  }, 120_000);

  test('shows a resolution of two sightings once, right behind the first of them', async () => {
    const day = (from: string): object => ({ occurred: { from, precision: 'day' } });
    await ledger.add([
      seen('late', [subject('serial:acme:TWO')], day('2018-06-16')),
      seen('early', [subject('serial:acme:TWO')], day('2018-06-14')),
      seen('between', [subject('serial:acme:TWO')], day('2018-06-15')),
      seen('settled', [], { kind: 'resolution', relations: { resolves: ['late', 'early'] } }),
    ]);
    const idsOf = async (limit: number): Promise<string[]> =>
      (await paged(ledger, 'serial:acme:TWO', limit)).view.entries.map(({ id }) => id);
    for (const limit of [1, 2, 3]) expect(await idsOf(limit)).toEqual(['early', 'settled', 'between', 'late']);
  });

  test('ends sooner where too much speaks about its sightings, and says so where it is one alone', async () => {
    const item = 'serial:acme:FLOOD';
    await ledger.add([
      ...['a', 'b', 'c', 'd'].map((id) => seen(`flood-${id}`, [subject(item)])),
      ...['a', 'b', 'c', 'd'].flatMap((id) =>
        [1, 2].map((n) => seen(`flood-${id}-${n}`, [], { kind: 'dispute', relations: { target: `flood-${id}` } })),
      ),
    ]);
    const whole = await ledger.timeline(item);
    expect(whole.entries).toHaveLength(12);
    const two = await ledger.timeline(item, {}, { ...RELATED_MAX, records: 4 });
    expect([two.entries, two.next === null]).toEqual([whole.entries.slice(0, 6), false]);
    const size = whole.entries[1] === undefined ? 0 : JSON.stringify(whole.entries[1].document).length;
    const one = await ledger.timeline(item, {}, { ...RELATED_MAX, contentBytes: 2 * size });
    expect(one.entries).toEqual(whole.entries.slice(0, 3));
    for (const max of [{ records: 1 }, { contentBytes: 2 * size - 1 }, { steps: 0 }]) {
      const asked = ledger.timeline(item, { limit: 1 }, { ...RELATED_MAX, ...max });
      if ('steps' in max) expect((await asked).entries).toHaveLength(3);
      else await expect(asked).rejects.toMatchObject({ code: 'answer.too-large' });
    }
  });

  test('reads of large contradictions the first of the log, and says that there may be more', async () => {
    const statement = 'x'.repeat(CONTRADICTIONS_BYTES_MAX / 2);
    await ledger.add([
      seen('large', [subject('serial:acme:LARGE')]),
      ...[1, 2, 3, 4, 5].map((n) => seen(`large-${n}`, [], { statement, relations: { contradicts: ['large'] } })),
    ]);
    const entryAt = async (of: string): Promise<TimelineView['entries'][number] | undefined> =>
      (await ledger.timeline('serial:acme:LARGE', { asOf: of })).entries[0];
    const size = await ledger.reads.logSize();
    expect((await entryAt(`log:${size}`))?.relations.contradictedBy.map(({ id }) => id)).toEqual(['large-1', 'large-2']);
    expect(await entryAt(`log:${size}`)).toMatchObject({ moreContradictions: true });
    expect(await entryAt(`log:${size - 4}`)).not.toHaveProperty('moreContradictions');
  });

  test('goes on when the ledger grows in between, also by the first event of a reader group', async () => {
    const item = 'serial:acme:GROUPS';
    await ledger.add(['g1', 'g2', 'g3'].map((id) => seen(id, [subject(item)])));
    const first = await ledger.timeline(item, { limit: 1 });
    const before = (await ledger.reader()).groups;
    const all = await ledger.timeline(item);
    await ledger.add([seen('g0', [subject(item)], { handling: { tlp: 'GREEN' } })]);
    // Else its question would be the same by their numbers too.
    expect((await ledger.reader()).groups.length).toBeGreaterThan(before.length);
    const rest = await ledger.timeline(item, { cursor: first.next ?? '' });
    expect([...first.entries, ...rest.entries]).toEqual(all.entries);
    expect(rest.coordinates).toEqual(all.coordinates);
    await expect(ledger.timeline(item, { cursor: first.next ?? '', asOf: 'log:1' })).rejects.toMatchObject({ code: 'cursor.malformed' });
  });
});

/** What the fold makes of everything that is there, shown like an answer. */
async function folded(ledger: TestedLedger, item: string): Promise<TimelineView['entries']> {
  const reader = await ledger.reader();
  const size = await ledger.reads.logSize();
  const own = ledger.reads.as(reader);
  const events = (await own.eventsFrom(0, reader, size, size)).map(readEvent);
  const approval = await readApprovals(own, events);
  const byRef = new Map(events.map((event) => [formatRef(event.sighting), event]));
  return foldTimeline(item, events).entries.map((entry) =>
    eventView(
      entry,
      byRef.get(formatRef(entry.sighting)) as ReadEvent,
      { recorded: () => null, held: new Set(), signatures: () => [], approval },
      item,
    ),
  );
}
