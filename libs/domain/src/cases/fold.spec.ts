import fc from 'fast-check';
import { formatRef } from '../event-ref.ts';
import type { CaseAct } from './act.ts';
import { CASE_RULES, caseAsSeen, foldCase, type CaseRules } from './fold.ts';

const at = (n: number): number => 1_700_000_000_000_000 + n;

/** @param n of it: its id, and when it was captured */
function act(n: number, said: Partial<CaseAct> & Pick<CaseAct, 'act'>): CaseAct {
  return { id: `a${String(n).padStart(4, '0')}`, principal: `p${n % 3}`, captured: at(n), of: 'case-1', ...said };
}
const idOf = (n: number): string => `a${String(n).padStart(4, '0')}`;
const sighting = (id: string) => ({ agency: 'alpha', id });
const added = (n: number, of: string, place: Pick<CaseAct, 'after' | 'first'> = {}): CaseAct =>
  act(n, { act: 'added', sighting: sighting(of), ...place });
const shown = (acts: readonly CaseAct[], rules?: CaseRules): string =>
  foldCase(acts, rules)
    .entries.map((entry) => entry.sighting.id)
    .join(' ');

const STEP = fc.record({
  does: fc.constantFrom('added', 'added', 'added', 'moved', 'moved', 'removed', 'noted', 'noted', 'closed'),
  entry: fc.nat(),
  behind: fc.nat(),
  place: fc.constantFrom('first', 'last', 'behind', 'behind'),
  sighting: fc.nat(9),
  // Two captures at one moment are told apart by their ids.
  sameMoment: fc.boolean(),
});
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

interface Told {
  /** All that was said. */
  readonly acts: readonly CaseAct[];
  /** What would have been said of a case into which the hidden sightings were never put. */
  readonly bare: readonly CaseAct[];
  /** Ids of sightings in order, as a plain list has them. */
  readonly list: readonly string[];
}

/** People who work on a case one after the other, each seeing what is there: kept as a plain list, which knows nothing of the fold. */
function told(steps: readonly Step[], hidden: ReadonlySet<string>): Told {
  let list: { readonly id: string; readonly sighting: string }[] = [];
  const all: CaseAct[] = [];
  const bare: CaseAct[] = [];
  const isHidden = (entry: { readonly sighting: string } | undefined): boolean => entry !== undefined && hidden.has(entry.sighting);
  const say = (said: CaseAct, without: CaseAct | null): void => {
    all.push(said);
    if (without !== null) bare.push(without);
  };
  const insert = (entry: { readonly id: string; readonly sighting: string }, step: Step): [Place, Place] => {
    const rest = list.filter(({ id }) => id !== entry.id);
    const target = step.place === 'behind' ? rest[step.behind % Math.max(rest.length, 1)] : undefined;
    const index = step.place === 'first' ? 0 : target === undefined ? rest.length : rest.indexOf(target) + 1;
    list = rest.toSpliced(index, 0, entry);
    if (step.place !== 'first' && target === undefined) return [{}, {}];
    const seenBefore = rest
      .slice(0, index)
      .filter((each) => !isHidden(each))
      .at(-1);
    const without: Place = seenBefore === undefined ? { first: true } : { after: seenBefore.id };
    return [target === undefined ? { first: true } : { after: target.id }, without];
  };
  steps.forEach((step, n) => {
    const base = { ...act(n, { act: step.does as CaseAct['act'] }), captured: at(step.sameMoment ? n - (n % 2) : n) };
    const entry = list[step.entry % Math.max(list.length, 1)];
    if (step.does === 'added') {
      const of = `s${step.sighting}`;
      const [place, without] = insert({ id: base.id, sighting: of }, step);
      const why = { sighting: sighting(of), statement: `why ${n}` };
      say({ ...base, ...why, ...place }, hidden.has(of) ? null : { ...base, ...why, ...without });
    } else if (step.does === 'closed') {
      say({ ...base, statement: 'done' }, { ...base, statement: 'done' });
    } else if (step.does === 'noted') {
      const on = step.place === 'first' || entry === undefined ? {} : { entry: entry.id };
      const said = { ...base, ...on, statement: `note ${n}` };
      say(said, 'entry' in on && isHidden(entry) ? null : said);
    } else if (entry !== undefined && step.does === 'removed') {
      list = list.filter((each) => each !== entry);
      say({ ...base, entry: entry.id }, isHidden(entry) ? null : { ...base, entry: entry.id });
    } else if (entry !== undefined) {
      const [place, without] = insert(entry, step);
      say({ ...base, entry: entry.id, ...place }, isHidden(entry) ? null : { ...base, entry: entry.id, ...without });
    }
  });
  return { acts: all, bare, list: list.map((each) => each.sighting) };
}
type Place = Pick<CaseAct, 'after' | 'first'>;

const STEPS = fc.array(STEP, { minLength: 1, maxLength: 40 });
const SIGHTINGS = ['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9'];
const HIDDEN = fc.subarray(SIGHTINGS, { minLength: 1 }).map((of) => new Set(of));
const RUNS = { numRuns: 1_000 };

/** Whether a property is refuted, so that it is one. */
const isRefuted = (property: fc.IProperty<unknown>): boolean => fc.check(property, RUNS).failed;

describe('a case', () => {
  const comesTo = (rules: CaseRules) =>
    fc.property(STEPS, (steps) => {
      const { acts, list } = told(steps, new Set());
      expect(shown(acts, rules)).toBe(list.join(' '));
    });

  it('comes to what a plain list has come to', () => {
    fc.assert(comesTo(CASE_RULES), RUNS);
  });

  const inAnyOrder = (rules: CaseRules) =>
    fc.property(
      STEPS.chain((steps) => {
        const { acts } = told(steps, new Set());
        return fc.tuple(fc.constant(acts), fc.shuffledSubarray([...acts], { minLength: acts.length, maxLength: acts.length }));
      }),
      ([acts, shuffled]) => {
        expect(JSON.stringify(foldCase(shuffled, rules))).toBe(JSON.stringify(foldCase(acts, rules)));
      },
    );

  it('is one case, in whatever order its acts come, across partitions', () => {
    fc.assert(inAnyOrder(CASE_RULES), RUNS);
  });

  it('control: in the order in which they come it is another', () => {
    expect(isRefuted(inAnyOrder({ ...CASE_RULES, byCapture: false }) as fc.IProperty<unknown>)).toBe(true);
  });

  it('what was taken out is gone, also where that came in first', () => {
    const acts = [act(1, { act: 'removed', entry: idOf(2) }), added(2, 's2'), added(3, 's3')];
    expect(shown(acts)).toBe('s3');
    expect(shown(acts, { ...CASE_RULES, removedIsGone: false })).toBe('s2 s3');
  });

  it('what is put behind an entry that was taken out stands where that was', () => {
    const acts = [
      added(1, 's1'),
      added(2, 's2'),
      added(3, 's3'),
      act(4, { act: 'removed', entry: idOf(2) }),
      added(5, 's5', { after: idOf(2) }),
    ];
    expect(shown(acts)).toBe('s1 s5 s3');
    expect(shown(acts, { ...CASE_RULES, removedKeepsPlace: false })).toBe('s1 s3 s5');
  });

  it('what a clock dates before the entry that it speaks of waits for it', () => {
    const acts = [
      added(1, 's1', { after: idOf(3) }),
      act(2, { act: 'moved', entry: idOf(4), first: true }),
      added(3, 's3'),
      added(4, 's4'),
    ];
    expect(shown(acts)).toBe('s4 s3 s1');
    expect(shown(acts, { ...CASE_RULES, waits: false })).toBe('s3 s4 s1');
  });

  it('what was put behind something that never comes is in it, at its end', () => {
    expect(shown([added(1, 's1', { after: 'never' }), added(2, 's2', { after: idOf(1) }), added(3, 's3')])).toBe('s3 s1 s2');
  });

  it('acts that wait for each other in a circle are in it, each once', () => {
    const acts = [added(1, 's1', { after: idOf(2) }), added(2, 's2', { after: idOf(1) }), added(3, 's3', { after: idOf(3) })];
    expect(shown(acts).split(' ').sort()).toEqual(['s1', 's2', 's3']);
  });

  it('what speaks of an entry that is not there does nothing', () => {
    const acts = [
      added(1, 's1'),
      act(2, { act: 'moved', entry: 'never', first: true }),
      act(3, { act: 'moved', entry: idOf(1), after: 'never' }),
      act(4, { act: 'noted', entry: 'never', statement: 'on nothing' }),
      act(5, { act: 'removed', entry: 'never' }),
      act(6, { act: 'moved', entry: idOf(1), after: idOf(1) }),
    ];
    expect(JSON.stringify(foldCase(acts))).toBe(JSON.stringify(foldCase(acts.slice(0, 1))));
  });

  it('a note that was taken back is gone, and so are those of an entry that was', () => {
    const acts = [
      added(1, 's1'),
      act(2, { act: 'noted', statement: 'on the case' }),
      act(3, { act: 'noted', entry: idOf(1), statement: 'on the entry' }),
      act(4, { act: 'noted', entry: idOf(1), statement: 'a slip' }),
      act(5, { act: 'removed', entry: idOf(4) }),
    ];
    const { entries, notes } = foldCase(acts);
    expect(notes.map(({ text }) => text)).toEqual(['on the case']);
    expect(entries[0]?.notes.map(({ text }) => text)).toEqual(['on the entry']);
    expect(JSON.stringify(foldCase([...acts, act(6, { act: 'removed', entry: idOf(1) })]))).not.toContain('on the entry');
  });

  it('is closed by the first who closes it, and what was said behind that counts', () => {
    const acts = [act(1, { act: 'closed', statement: 'done' }), added(2, 's2'), act(3, { act: 'closed', statement: 'again' })];
    expect(foldCase(acts).closed).toMatchObject({ id: idOf(1), why: 'done' });
    expect(shown(acts)).toBe('s2');
    expect(foldCase(acts.slice(1, 2)).closed).toBeUndefined();
  });

  it('of 10,000 acts is folded at once, also where all wait for one', () => {
    const many = Array.from({ length: 10_000 }, (_, n) => added(n + 1, `s${n}`, { after: idOf(20_000) }));
    const begun = performance.now();
    expect(foldCase([...many, added(20_000, 'last')]).entries).toHaveLength(10_001);
    // Quadratic work on so many takes minutes.
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});

describe('a case of which some may not be seen', () => {
  const asIfNever = (seenOf: typeof caseAsSeen) =>
    fc.property(STEPS, HIDDEN, (steps, hidden) => {
      const { acts, bare } = told(steps, hidden);
      const sees = new Set(SIGHTINGS.filter((id) => !hidden.has(id)).map((id) => formatRef(sighting(id))));
      expect(JSON.stringify(seenOf(foldCase(acts), sees))).toBe(JSON.stringify(seenOf(foldCase(bare), sees)));
    });

  it('is, byte for byte, the case into which it was never put', () => {
    fc.assert(asIfNever(caseAsSeen), RUNS);
  });

  it('control: with its place left, or its number, it is not', () => {
    const numbered: typeof caseAsSeen = (folded, sees) => ({
      ...caseAsSeen(folded, sees),
      entries: caseAsSeen(folded, sees).entries.map((entry) => ({ ...entry, n: folded.entries.indexOf(entry) })),
    });
    const emptied: typeof caseAsSeen = (folded, sees) => ({
      ...folded,
      entries: folded.entries.map((entry) => (sees.has(formatRef(entry.sighting)) ? entry : { ...entry, sighting: sighting('') })),
    });
    expect(isRefuted(asIfNever(numbered) as fc.IProperty<unknown>)).toBe(true);
    expect(isRefuted(asIfNever(emptied) as fc.IProperty<unknown>)).toBe(true);
  });
});
