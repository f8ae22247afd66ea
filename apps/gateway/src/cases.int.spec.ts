/** Cases on a real ledger: who sees one, what of it, and as of when. */
import type { CaseView, SightingDocument } from '#lib/contracts';
import { ROOT_ACTOR } from '#lib/domain';
import { testDatabase } from '../../../libs/store/test-database.ts';
import { readCase, readCases } from './cases.ts';
import { readAsOf } from './coordinates.ts';
import { readingOf } from './gateway-deps.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';

const CAR = 'serial:demo:CASE001';
const [GREEN, OWN] = [{ tlp: 'GREEN' as const }, { tlp: 'AMBER' as const }];
const observed = (id: string, handling: SightingDocument['handling'] = GREEN): SightingDocument => ({
  ...seen(id, [subject(CAR)]),
  handling,
  reported: { at: '2026-01-02T00:00:00Z' },
});
const opening = (id: string, handling: SightingDocument['handling']): SightingDocument => ({
  ...{ id, kind: 'case', handling, source: { kind: 'case' }, statement: 'what it is about', extension: { title: `Case ${id}` } },
});
const act = (id: string, of: string, said: object, more: Partial<SightingDocument> = {}): SightingDocument => ({
  ...{ id, kind: 'case-act', handling: { tlp: 'AMBER+STRICT' }, source: { kind: 'case' }, extension: { act: { of, ...said } } },
  ...more,
});
const added = (id: string, sighting: string, place: object = {}, of = 'c1'): SightingDocument =>
  act(id, of, { act: 'added', sighting, ...place }, { statement: `why ${id}` });

const ledgers: TestedLedger[] = [];
const opened = async (): Promise<TestedLedger> => {
  const ledger = await TestedLedger.open();
  ledgers.push(ledger);
  return ledger;
};
afterAll(async () => {
  for (const { database } of ledgers) await database.drop();
});

/** Captured one after the other, unless a time is said. */
async function say(
  ledger: TestedLedger,
  said: readonly (SightingDocument | readonly [SightingDocument, number])[],
  by = 'alpha/ann',
): Promise<void> {
  const [agency, principal] = by.split('/');
  for (const each of said) {
    const [document, captured] = 'kind' in each ? [each, (await ledger.reads.logSize()) + 100] : each;
    await ledger.add([document], agency, principal, captured);
  }
}
async function readAs(ledger: TestedLedger, by: string) {
  const [agency = '', principal = ''] = by.split('/');
  return readingOf({ reads: ledger.reads, breaksGlass: () => false }, { ...ROOT_ACTOR, agency, principal });
}
async function caseFor(
  ledger: TestedLedger,
  by: string,
  id = 'c1',
  asked: { asOf?: string; limit?: number; cursor?: string } = {},
): Promise<CaseView> {
  const { reader, reads } = await readAs(ledger, by);
  const asOf = await readAsOf(asked.asOf, reads);
  return readCase(reads, reader, { id, agency: 'alpha', asOf, limit: asked.limit ?? 100, cursor: asked.cursor });
}
const chosen = ({ entries }: CaseView): string[] => entries.map(({ event }) => event.id);
const refusalOf = (reading: Promise<unknown>): Promise<{ code: string; detail: string }> =>
  reading.then(
    () => ({ code: 'none', detail: '' }),
    (error: { code: string; message: string }) => ({ code: error.code, detail: error.message.replace(/log size \d+/, '') }),
  );

/** What Ann says. */
const BARE = [
  observed('s1'),
  observed('s3'),
  opening('c1', { tlp: 'AMBER', agencies: ['beta'] }),
  added('a1', 's1'),
  added('a3', 's3', { first: true }),
  act('n1', 'c1', { act: 'noted' }, { statement: 'on the case' }),
  act('n2', 'c1', { act: 'noted', entry: 'a3' }, { statement: 'on an entry' }),
  act('m1', 'c1', { act: 'moved', entry: 'a3' }),
] as const;
/** What nobody but her agency may see, captured between all that. */
const HIDDEN = [
  [observed('s2', OWN), 101],
  [added('a2', 's2', { first: true }), 103],
  [act('n3', 'c1', { act: 'noted', entry: 'a2' }, { statement: 'a secret' }), 104],
  [act('m2', 'c1', { act: 'moved', entry: 'a2', after: 'a1' }), 106],
] as const;

describe('a case', () => {
  let ledger: TestedLedger;
  let bare: TestedLedger;
  beforeAll(async () => {
    [ledger, bare] = [await opened(), await opened()];
    await say(ledger, BARE);
    await say(ledger, HIDDEN);
    await say(bare, BARE);
  }, 120_000);

  it('holds what was chosen, in its order, with what was noted and by whom', async () => {
    const view = await caseFor(ledger, 'alpha/ann');
    expect(view.case).toMatchObject({ agency: 'alpha', id: 'c1', title: 'Case c1', about: 'what it is about', closed: null });
    expect(chosen(view)).toEqual(['s1', 's2', 's3']);
    expect(view.entries[0]).toMatchObject({ id: 'a1', why: 'why a1', by: { agency: 'alpha', principal: 'ann', proved: true } });
    expect(view.entries[2]?.notes.map(({ text }) => text)).toEqual(['on an entry']);
    expect(view.notes.map(({ text }) => text)).toEqual(['on the case']);
  });

  it('is to who may not see a sighting of it the case into which that was never put, byte for byte', async () => {
    const [seenBy, never] = [await caseFor(ledger, 'beta/ben'), await caseFor(bare, 'beta/ben')];
    expect(chosen(seenBy)).toEqual(['s1', 's3']);
    const text = ({ coordinates: _, ...view }: CaseView): string => JSON.stringify(view);
    expect(text(seenBy)).toBe(text(never));
    // Control: to who sees it the two are not the same.
    expect(text(await caseFor(ledger, 'alpha/ann'))).not.toBe(text(await caseFor(bare, 'alpha/ann')));
  });

  it('page by page it is the same', async () => {
    for (const by of ['alpha/ann', 'beta/ben']) {
      const whole = await caseFor(ledger, by);
      const entries: CaseView['entries'] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page: CaseView = await caseFor(ledger, by, 'c1', { limit: 1, ...(cursor === undefined ? {} : { cursor }) });
        entries.push(...page.entries);
        cursor = page.next;
      }
      expect(JSON.stringify(entries)).toBe(JSON.stringify(whole.entries));
    }
  });

  it('is as if absent to who may not see it, as is what is no case', async () => {
    const [hidden, never, none] = await Promise.all(
      [caseFor(ledger, 'gamma/gus'), caseFor(ledger, 'gamma/gus', 'never'), caseFor(ledger, 'alpha/ann', 's1')].map(refusalOf),
    );
    expect(hidden?.code).toBe('case.not-found');
    expect([hidden, none]).toEqual([never, never]);
    const { reader, reads } = await readAs(ledger, 'gamma/gus');
    const list = await readCases(reads, reader, { asOf: await readAsOf(undefined, reads), limit: 10 });
    expect(list.cases).toEqual([]);
  });

  it('is listed to who may see it, and its acts are no cases', async () => {
    for (const by of ['alpha/ann', 'beta/ben']) {
      const { reader, reads } = await readAs(ledger, by);
      const list = await readCases(reads, reader, { asOf: await readAsOf(undefined, reads), limit: 10 });
      expect([by, list.cases.map(({ id }) => id), list.next]).toEqual([by, ['c1'], null]);
    }
  });

  it('its acts are no events of anybody else', async () => {
    const { reader, reads } = await readAs(ledger, 'beta/ben');
    const own = reads.as(reader);
    const size = await reads.logSize();
    expect((await own.eventsFrom(0, reader, size, 100)).map(({ id }) => id)).toEqual(['s1', 's3', 'c1']);
    expect((await own.caseActs({ agency: 'alpha', id: 'c1' }, size)).acts.length).toBeGreaterThan(6);
  });

  it('nobody is told its acts by the database who does not see it; control: without that question he is', async () => {
    const told = async (): Promise<number> => {
      const { reader, reads } = await readAs(ledger, 'gamma/gus');
      return (await reads.as(reader).caseActs({ agency: 'alpha', id: 'c1' }, await reads.logSize())).acts.length;
    };
    expect(await told()).toBe(0);
    const owner = ledger.database.pool('owner');
    const { rows } = await owner.query<{ text: string }>(`select pg_get_functiondef('ctx.case_acts'::regproc) as text`);
    const text = rows[0]?.text ?? '';
    await owner.query(text.replace('if not exists (', 'if false and not exists ('));
    expect(await told()).toBeGreaterThan(6);
    await owner.query(text);
    expect(await told()).toBe(0);
  });

  it('shows of a corrected sighting that it was, and what is in its place', async () => {
    await say(ledger, [{ ...observed('s1-corrected'), kind: 'correction', relations: { target: 's1' }, place: { name: 'Elsewhere' } }]);
    const [first] = (await caseFor(ledger, 'beta/ben')).entries;
    expect(first?.event).toMatchObject({ id: 's1', standing: 'corrected' });
    expect(first?.event.relations.correctedBy.map(({ id }) => id)).toEqual(['s1-corrected']);
    expect(first?.inPlace).toMatchObject({ id: 's1-corrected', document: { place: { name: 'Elsewhere' } } });
  });

  it('at a log size it is what it was at that size', async () => {
    const grown = await opened();
    const all = [...BARE.slice(2, 3), ...HIDDEN, ...BARE.filter((_, n) => n !== 2), act('x1', 'c1', { act: 'removed', entry: 'a1' })];
    const then: string[] = [];
    for (const [n, each] of all.entries()) {
      await say(grown, [each]);
      then.push(JSON.stringify(await caseFor(grown, 'alpha/ann', 'c1', { asOf: `log:${n + 1}` })));
    }
    for (const [n, text] of then.entries())
      expect(JSON.stringify(await caseFor(grown, 'alpha/ann', 'c1', { asOf: `log:${n + 1}` }))).toBe(text);
    expect(new Set(then).size).toBe(then.length);
    expect(await refusalOf(caseFor(grown, 'alpha/ann', 'c1', { asOf: 'log:0' }))).toMatchObject({ code: 'case.not-found' });
  }, 60_000);

  it('as reported it is what was said by then, of what was reported by then', async () => {
    const view = await caseFor(ledger, 'alpha/ann', 'c1', { asOf: 'reported:2026-01-01' });
    expect([chosen(view), view.withoutReported]).toEqual([[], 0]);
    expect(chosen(await caseFor(ledger, 'alpha/ann', 'c1', { asOf: 'reported:2026-01-03' }))).toEqual(['s1', 's2', 's3']);
  });

  it('that is closed says by whom, and lists what was said behind that', async () => {
    await say(ledger, [opening('c2', OWN), act('end', 'c2', { act: 'closed' }, { statement: 'done' }), added('late', 's1', {}, 'c2')]);
    const view = await caseFor(ledger, 'alpha/ann', 'c2');
    expect(view.case.closed).toMatchObject({ id: 'end', why: 'done', by: { principal: 'ann' } });
    expect(chosen(view)).toEqual(['s1']);
  });
});

describe('the handling of a case', () => {
  let ledger: TestedLedger;
  beforeAll(async () => {
    ledger = await opened();
    await say(ledger, BARE);
  }, 60_000);

  it('of persons is for those, and so is what is said of it by one', async () => {
    const handling = { tlp: 'RED' as const, principals: ['ann', 'ada'] };
    await say(ledger, [
      opening('red', handling),
      added('r1', 's1', {}, 'red'),
      act('r2', 'red', { act: 'noted' }, { statement: 'for Ann', handling: { tlp: 'RED', principals: ['ann'] } }),
    ]);
    expect((await caseFor(ledger, 'alpha/ann', 'red')).notes).toHaveLength(1);
    expect(await caseFor(ledger, 'alpha/ada', 'red')).toMatchObject({ notes: [], entries: [{ event: { id: 's1' } }] });
    expect(await refusalOf(caseFor(ledger, 'alpha/eve', 'red'))).toMatchObject({ code: 'case.not-found' });
  });

  it('that is marked stricter takes all of it away, what was said before as well', async () => {
    expect(chosen(await caseFor(ledger, 'beta/ben'))).toEqual(['s1', 's3']);
    await say(ledger, [
      { id: 'mark', kind: 'marking', handling: OWN, source: { kind: 'handling' }, relations: { target: 'c1', handling: OWN } },
    ]);
    expect(await refusalOf(caseFor(ledger, 'beta/ben'))).toMatchObject({ code: 'case.not-found' });
    const { reader, reads } = await readAs(ledger, 'beta/ben');
    expect((await reads.as(reader).caseActs({ agency: 'alpha', id: 'c1' }, await reads.logSize())).acts).toEqual([]);
    expect((await caseFor(ledger, 'alpha/ann')).case.handling).toEqual(OWN);
  });

  it('an act of another agency says nothing of it', async () => {
    await say(ledger, [added('theirs', 'alpha/s3')], 'beta/ben');
    expect(chosen(await caseFor(ledger, 'alpha/ann'))).toEqual(['s1', 's3']);
  });
});

it('a database without cases has the function, and grants it to the gateway alone', async () => {
  const database = await testDatabase();
  try {
    const signature = 'ctx.case_acts(text, text, bigint, integer, bigint)';
    const { rows } = await database
      .pool('owner')
      .query<{ role: string }>(
        `select role from unnest(array['gateway', 'capture', 'projector', 'evidence', 'access', 'sealer']) role where has_function_privilege('custody_' || role, $1, 'execute')`,
        [signature],
      );
    expect(rows.map(({ role }) => role)).toEqual(['gateway']);
  } finally {
    await database.drop();
  }
});
