/** Blame over the whole demo: no field of any answer that leads to nobody, and none of a cited sighting that loses its document. */
import {
  blameIn,
  explainTimeline,
  NO_DOCUMENT,
  pointerToken,
  type Blame,
  type EventAnswer,
  type EventView,
  type Explanation,
  type SightingDocument,
  type TimelineView,
} from '#lib/contracts';
import { readAsOf } from './coordinates.ts';
import { demoDocuments } from './demo-case.contract.ts';
import { readEvents, readOne } from './events.controller.ts';
import { readItem } from './item.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';
import { readTimeline } from './timeline.ts';

type Explained = { readonly explanation?: Explanation };

/** Every value that has no members, by its pointer. */
function leavesOf(value: unknown, pointer = ''): string[] {
  if (typeof value !== 'object' || value === null) return [pointer];
  const members = Object.entries(value as object).filter(([, member]) => member !== undefined);
  if (members.length === 0) return [pointer];
  return members.flatMap(([name, member]) => leavesOf(member, `${pointer}${pointerToken(name)}`));
}

/** Fields of the answer that lead to no person, agency or sighting. */
function ownerless({ explanation, ...answer }: Explained): string[] {
  const blame = blameIn(explanation as Explanation);
  const leads = ({ sightings }: Blame): boolean =>
    sightings.length > 0 &&
    sightings.every(({ agency, id, submittedBy, captured }) =>
      [agency, id, submittedBy.agency, submittedBy.principal, captured].every((text) => text !== ''),
    );
  return leavesOf(answer).filter((pointer) => {
    const found = blame(pointer);
    return found === null || !leads(found);
  });
}

/** Fields of an entry's document that do not lead to exactly its own sighting and all that it cites, with locators. */
function wrongEvidence(explanation: Explanation, pointer: string, entry: EventView): string[] {
  const blame = blameIn(explanation);
  const cited = JSON.stringify(entry.evidence);
  return leavesOf(entry.document, `${pointer}/document`).filter((leaf) => {
    const found = blame(leaf);
    const own = found?.sightings.length === 1 && found.sightings[0]?.agency === entry.agency && found.sightings[0].id === entry.id;
    return !own || JSON.stringify(found.evidence) !== cited || found.sightings[0]?.recorded !== entry.recorded;
  });
}

describe('blame over the whole demo', () => {
  let ledger: TestedLedger;
  const documents = demoDocuments();
  const items = [...new Set(documents.flatMap(({ items: of = [] }) => of.map(({ id }) => id)))];

  beforeAll(async () => {
    ledger = await TestedLedger.open();
    await ledger.add(documents);
    await ledger.seal('2026-11-25T10:00:00.000000Z');
  }, 60_000);
  afterAll(() => ledger.database.drop());

  const explained = async (item: string, of: { limit?: number; cursor?: string; asOf?: string } = {}): Promise<TimelineView> => {
    const { limit = 1_000, cursor, asOf } = of;
    const query = { item, limit, explain: true, asOf: await readAsOf(asOf, ledger.reads), ...(cursor === undefined ? {} : { cursor }) };
    return readTimeline(ledger.reads, await ledger.reader(), query);
  };
  const explainedEvent = async (id: string): Promise<EventAnswer> =>
    readOne(ledger.reads, await ledger.reader(), { id, explain: true, asOf: await readAsOf(undefined, ledger.reads) });

  test('every field of every timeline leads to a principal and a sighting, and where it cites to evidence and locator', async () => {
    let leaves = 0;
    for (const item of items) {
      const view = await explained(item);
      leaves += leavesOf({ ...view, explanation: undefined }).length;
      expect([item, ownerless(view)]).toEqual([item, []]);
      const wrong = view.entries.flatMap((entry, at) => wrongEvidence(view.explanation as Explanation, `/entries/${at}`, entry));
      expect([item, wrong]).toEqual([item, []]);
    }
    expect(leaves).toBeGreaterThan(5_000);
  });

  test('so it does in pages of three, and as its authors had reported it', async () => {
    for (const item of items) {
      let page = await explained(item, { limit: 3 });
      expect(ownerless(page)).toEqual([]);
      while (page.next !== null) {
        page = await explained(item, { limit: 3, cursor: page.next });
        expect(ownerless(page)).toEqual([]);
        expect(page.explanation?.complete).toBe(false);
        // Also of what is only referred to: all of it is sealed.
        expect(page.explanation?.sightings.filter(({ recorded }) => recorded === null)).toEqual([]);
      }
    }
  });

  test('as its authors had reported it, it leads to nobody who reported later, and where nobody had to nobody', async () => {
    const day = '2019-04-01';
    let known = 0;
    for (const item of items) {
      const view = await explained(item, { asOf: `reported:${day}` });
      known += view.entries.length;
      const sightings = view.explanation?.sightings ?? [];
      expect([item, sightings.filter(({ reportedBy }) => (reportedBy?.at ?? '').slice(0, 10) > day)]).toEqual([item, []]);
      if (sightings.length > 0) expect([item, ownerless(view)]).toEqual([item, []]);
      else expect(view.entries).toEqual([]);
    }
    expect(known).toBeGreaterThan(0);
  });

  test('so does every field of the list of events, in pages too; of an empty one nothing is said', async () => {
    const asOf = await readAsOf(undefined, ledger.reads);
    const first = await readEvents(ledger.reads, await ledger.reader(), { asOf, limit: 50, explain: true });
    expect([ownerless(first), first.explanation?.complete]).toEqual([[], false]);
    const rest = await readEvents(ledger.reads, await ledger.reader(), { asOf, limit: 50, explain: true, cursor: first.next ?? '' });
    expect([ownerless(rest), rest.next, rest.explanation?.complete]).toEqual([[], null, false]);
    const none = await readEvents(ledger.reads, await ledger.reader(), {
      asOf: await readAsOf('log:0', ledger.reads),
      limit: 50,
      explain: true,
    });
    expect([none.events, none.explanation?.sightings]).toEqual([[], []]);
  });

  test('so does every field of every event and of every item', async () => {
    for (const { id = '' } of documents) {
      const view = await explainedEvent(id);
      expect([id, ownerless(view)]).toEqual([id, []]);
      expect([id, wrongEvidence(view.explanation as Explanation, '/event', view.event)]).toEqual([id, []]);
    }
    for (const item of items) {
      const view = await readItem(ledger.reads, await ledger.reader(), item, await readAsOf(undefined, ledger.reads), true);
      expect([item, ownerless(view), view.explanation?.complete]).toEqual([item, [], true]);
      if (view.lastPlacedBy !== null)
        expect(wrongEvidence(view.explanation as Explanation, '/lastPlacedBy', view.lastPlacedBy)).toEqual([]);
    }
  });

  test('of 62 records 29 hold no document and say so, and 4 rest on a track alone', async () => {
    const views = await Promise.all(documents.map(async ({ id = '' }) => (await explainedEvent(id)).explanation?.sightings[0]));
    const without = views.filter((view) => view?.rests === NO_DOCUMENT);
    const track = views.filter((view) => view?.evidence.length === 1 && view.evidence[0]?.type === 'track');
    expect([views.length, without.length, track.length]).toEqual([62, 29, 4]);
    expect(without.every((view) => view?.evidence.length === 0)).toBe(true);
  });

  test('an answer without explain is what it was', async () => {
    const { explanation, ...rest } = await explained('container:SYNU0000014');
    expect(explanation).toBeDefined();
    expect(rest).toEqual(await ledger.timeline('container:SYNU0000014'));
  });

  test('control: a field whose rule is missing, or whose sighting is not given, is seen', async () => {
    const view = await explained('vin:WDDSYNTH9JA000001');
    const { explanation, ...answer } = view;
    const { fields = [] } = explanation ?? {};
    const without = (pointer: string): Explained => ({
      ...view,
      explanation: { ...(explanation as Explanation), fields: fields.filter((field) => field.pointer !== pointer) },
    });
    expect(ownerless(without('/entries/0/standing'))).toEqual(['/entries/0/standing']);
    expect(ownerless(without('/coordinates'))).toEqual(expect.arrayContaining(['/coordinates/asOf/logSize']));
    expect(ownerless({ ...view, entries: [{ ...view.entries[0], novel: 1 }] } as Explained)).toEqual(['/entries/0/novel']);
    const nobody: Explained = { ...answer, explanation: explainTimeline(answer, { sources: [], naming: [] }) };
    expect(ownerless(nobody)).toEqual(leavesOf(answer));
  });
});

describe('what follows from several sightings', () => {
  let ledger: TestedLedger;
  const VIN = 'vin:WDDSYNTH9JA000001';
  beforeAll(async () => {
    ledger = await TestedLedger.open();
    const evidence = [
      { sha256: 'a'.repeat(64), ref: 'one.txt', locator: 'line:1' },
      { sha256: 'b'.repeat(64), ref: 'two.txt', locator: 'page:2' },
    ];
    await ledger.add([
      seen('first', [subject(VIN)], { evidence }),
      seen('fix', [subject(VIN)], { kind: 'correction', as: 'observation', relations: { target: 'first' } }),
    ] as SightingDocument[]);
    await ledger.add(
      [
        seen('doubt', [subject(VIN)], { kind: 'dispute', relations: { target: 'local/fix' } }),
        seen('doubt-2', [subject(VIN)], { kind: 'dispute', relations: { target: 'local/fix' } }),
        seen('unsaid', [subject(VIN)], { kind: 'retraction', relations: { target: 'doubt-2' } }),
      ] as SightingDocument[],
      'other',
    );
    const about = (id: string, kind: string, relations: object): object => seen(id, [subject(VIN)], { kind, relations });
    await ledger.add([
      seen('kept', [subject(VIN)], {
        parties: [
          { role: 'consignee', lei: '529900T8BM49AURSDO55' },
          { role: 'consignor', name: 'K' },
        ],
      }),
      seen('early', [subject(VIN)], { reported: { at: '2019-03-01T00:00:00Z' } }),
      seen('late', [subject(VIN)], { reported: { at: '2024-03-01T00:00:00Z' } }),
      ...['KE1', 'KE12'].map((carrier) =>
        seen(`into-${carrier}`, [subject(VIN), { id: `serial:acme:${carrier}`, role: 'conveyance' }], {
          kind: 'aggregation',
          action: 'ADD',
        }),
      ),
      seen('gone', [subject(VIN)]),
      about('undo', 'retraction', { target: 'gone' }),
      about('mark-1', 'marking', { target: 'kept', handling: { tlp: 'GREEN' } }),
      about('mark-2', 'marking', { target: 'kept', handling: { tlp: 'AMBER' } }),
      about('mark-3', 'marking', { target: 'kept', handling: { tlp: 'RED' } }),
      about('unmark', 'retraction', { target: 'mark-3' }),
      seen('said', [subject(VIN)], { kind: 'statement', statement: 'It left.' }),
      about('resaid', 'correction', { target: 'said' }),
    ] as SightingDocument[]);
    await ledger.add(
      [
        about('quarrel', 'dispute', { target: 'local/said' }),
        about('quarrel-2', 'dispute', { target: 'local/resaid' }),
        about('hasty', 'dispute', { target: 'local/resaid' }),
        about('sorry', 'retraction', { target: 'hasty' }),
        about('usurper', 'correction', { target: 'local/kept' }),
      ] as SightingDocument[],
      'other',
    );
  }, 60_000);
  afterAll(() => ledger.database.drop());

  /** Who is told of a field of one of the entries. */
  async function whoIn(point?: string): Promise<{ view: TimelineView; who: (id: string, member: string) => string[] }> {
    const asOf = await readAsOf(point, ledger.reads);
    const view = await readTimeline(ledger.reads, await ledger.reader(), { item: VIN, asOf, limit: 100, explain: true });
    const blame = blameIn(view.explanation as Explanation);
    const who = (id: string, member: string): string[] => {
      const at = view.entries.findIndex((entry) => entry.id === id);
      return (blame(`/entries/${at}${member}`)?.sightings ?? []).map((sighting) => `${sighting.agency}/${sighting.id}`);
    };
    return { view, who };
  }

  test("what stands is nobody else's doing: neither that of the record it corrects or withdraws, nor that of who disputes it", async () => {
    const { view, who } = await whoIn();
    const of = (id: string): EventView | undefined => view.entries.find((entry) => entry.id === id);
    expect(['fix', 'undo', 'resaid', 'usurper'].map((id) => of(id)?.standing)).toEqual(['stands', 'stands', 'stands', 'stands']);
    expect([who('fix', '/standing'), who('fix', '/places'), who('fix', '/kind')]).toEqual([['local/fix'], ['local/fix'], ['local/fix']]);
    for (const member of ['/standing', '/places', '/why', '/kind', '/mark'])
      expect([member, who('undo', member)]).toEqual([member, ['local/undo']]);
    expect([of('usurper')?.kind, who('usurper', '/why'), who('usurper', '/kind')]).toEqual([
      'dispute',
      ['other/usurper'],
      ['other/usurper'],
    ]);
    expect(who('gone', '/standing')).toEqual(['local/gone', 'local/undo']);
    expect(who('said', '/why')).toEqual(['local/said', 'local/resaid']);
  });

  test('a correction that names no kind counts as what it corrects, and so leads there; who disputes it decides nothing', async () => {
    const { view, who } = await whoIn();
    const resaid = view.entries.find(({ id }) => id === 'resaid');
    expect([resaid?.kind, resaid?.why, resaid?.flags]).toEqual(['statement', 'kind', ['disputed']]);
    expect(who('resaid', '/kind')).toEqual(['local/resaid', 'local/said']);
    expect(who('resaid', '/why')).toEqual(['local/resaid', 'local/said']);
    expect(who('resaid', '/standing')).toEqual(['local/resaid']);
    expect(who('kept', '/places')).toEqual(['local/kept']);
  });

  test('a flag does not lead to a dispute that was withdrawn; a handling leads to each marking, for one that was withdrawn by one person alone goes on taking away', async () => {
    const { view, who } = await whoIn();
    const resaid = view.entries.find(({ id }) => id === 'resaid');
    expect(resaid?.relations.disputedBy.map(({ id, inForce }) => [id, inForce])).toEqual([
      ['hasty', false],
      ['quarrel-2', true],
    ]);
    expect(who('resaid', '/flags/0')).toEqual(['local/resaid', 'other/quarrel-2']);
    const kept = view.entries.find(({ id }) => id === 'kept');
    expect(kept?.relations.markedBy).toHaveLength(3);
    expect(kept?.handling).toEqual({ tlp: 'RED' });
    expect(who('kept', '/handling')).toEqual(['local/kept', 'local/mark-1', 'local/mark-2', 'local/mark-3']);
  });

  test('a check of a party is no word of the sighting', async () => {
    const { view } = await whoIn();
    const blame = blameIn(view.explanation as Explanation);
    const parties = `/entries/${view.entries.findIndex(({ id }) => id === 'kept')}/parties`;
    const basis = (pointer: string): string | undefined => blame(`${parties}${pointer}`)?.basis;
    expect([basis('/0/check/verdict'), basis('/0/lei'), basis('/1/name')]).toEqual(['derived', 'stated', 'stated']);
  });

  test('a note leads to who put the item into that carrier, not into one whose name goes on', async () => {
    const { view } = await whoIn();
    const blame = blameIn(view.explanation as Explanation);
    const of = view.notes.map((note, at) => [/serial (\w+),/.exec(note)?.[1], blame(`/notes/${at}`)?.sightings.map(({ id }) => id)]);
    expect(of.sort()).toEqual([
      ['KE1', ['into-KE1']],
      ['KE12', ['into-KE12']],
    ]);
  });

  test('as reported by a date, what states no time is named, since it is counted; what was reported later is not', async () => {
    const { view } = await whoIn('reported:2019-04-01');
    const named = view.explanation?.sightings.map(({ id }) => id) ?? [];
    expect(view.entries.map(({ id }) => id)).toEqual(['early']);
    expect(view.withoutReported).toBe(named.length - 1);
    expect(named).toEqual(expect.arrayContaining(['early', 'kept', 'hasty']));
    expect(named).not.toContain('late');
  });

  test('a standing leads to who made it, a flag to who raised it, one piece of evidence to itself alone', async () => {
    const asOf = await readAsOf(undefined, ledger.reads);
    const view = await readTimeline(ledger.reads, await ledger.reader(), { item: VIN, asOf, limit: 100, explain: true });
    const blame = blameIn(view.explanation as Explanation);
    const at = (id: string): string => `/entries/${view.entries.findIndex((entry) => entry.id === id)}`;
    const who = (pointer: string): string[] => (blame(pointer)?.sightings ?? []).map(({ agency, id }) => `${agency}/${id}`);
    expect(who(`${at('first')}/standing`)).toEqual(['local/first', 'local/fix']);
    expect(who(`${at('first')}/relations/correctedBy/0/id`)).toEqual(['local/fix', 'local/first']);
    expect(who(`${at('fix')}/flags/0`)).toEqual(['local/fix', 'other/doubt']);
    // What stands is the word of its author alone, and a dispute does not decide whether it places the item.
    for (const member of ['standing', 'places', 'why']) expect(who(`${at('fix')}/${member}`)).toEqual(['local/fix']);
    expect(who(`${at('unsaid')}/places`)).toEqual(['other/unsaid']);
    expect(who(`${at('doubt-2')}/standing`)).toEqual(['other/doubt-2', 'other/unsaid']);
    expect([blame(`${at('fix')}/display/summary`)?.basis, blame(`${at('first')}/evidence/0/held`)?.basis]).toEqual(['derived', 'ledger']);
    expect(who(`${at('fix')}/document/source/kind`)).toEqual(['local/fix']);
    expect(blame(`${at('first')}/evidence/1/locator`)?.evidence).toEqual([
      { sha256: 'b'.repeat(64), ref: 'two.txt', locator: 'page:2', held: false },
    ]);
    expect(blame(`${at('first')}/document/items/0/id`)?.evidence).toHaveLength(2);
    expect(blame(`${at('fix')}/document/kind`)?.sightings[0]?.rests).toBe(NO_DOCUMENT);
    expect(blame(`${at('first')}/logIndex`)?.sightings[0]?.rests).toBe(
      'rests on one.txt line:1 (not held here), two.txt page:2 (not held here)',
    );
    expect([blame(`${at('first')}/document/kind`)?.basis, blame(`${at('first')}/recorded`)?.basis]).toEqual(['stated', 'ledger']);
  });
});
