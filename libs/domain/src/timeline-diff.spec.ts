import fc from 'fast-check';
import { CAR, example, type Example } from './example-sightings.ts';
import { formatRef } from './event-ref.ts';
import { histories } from './histories.contract.ts';
import { diffTimelines, type TimelineChange } from './timeline-diff.ts';
import type { FoldInput } from './resolved.ts';
import { foldTimeline, type Timeline } from './timeline.ts';

const foldOf = (inputs: readonly FoldInput[]): Timeline => foldTimeline(CAR, inputs);
/** What changes when the second part of a history comes. */
const changes = (before: readonly Example[], then: readonly Example[]): TimelineChange[] => [
  ...diffTimelines(foldOf(before.map(example)), foldOf([...before, ...then].map(example))),
];
const told = (list: readonly TimelineChange[]): string[] =>
  list.map(
    ({ change, ref, by }) =>
      `${change} ${ref.id}${by.length === 0 ? '' : ` by ${by.map(({ agency, id }) => `${agency}/${id}`).join(', ')}`}`,
  );

const seen: Example = { id: 'seen' };
const fix: Example = { id: 'fix', kind: 'correction', as: 'observation', target: 'seen' };
const gone: Example = { id: 'gone', kind: 'retraction', target: 'seen' };
const doubt: Example = { id: 'doubt', agency: 'beta', kind: 'dispute', target: 'alpha/seen' };

describe('what changed in an item between two points', () => {
  test('what was learnt, corrected, withdrawn, disputed, each with who did it', () => {
    expect(told(changes([], [seen]))).toEqual(['learnt seen by alpha/seen']);
    expect(told(changes([seen], [fix]))).toEqual(expect.arrayContaining(['corrected seen by alpha/fix', 'learnt fix by alpha/fix']));
    expect(told(changes([seen], [gone]))).toEqual(expect.arrayContaining(['withdrawn seen by alpha/gone', 'learnt gone by alpha/gone']));
    expect(told(changes([seen], [doubt]))).toEqual(expect.arrayContaining(['disputed seen by beta/doubt', 'learnt doubt by beta/doubt']));
  });

  test('a correction that is withdrawn restores what it corrected, by whoever withdrew it', () => {
    const list = told(changes([seen, fix], [{ id: 'undo', kind: 'retraction', target: 'fix' }]));
    expect(list).toEqual(
      expect.arrayContaining(['restored seen by alpha/undo', 'withdrawn fix by alpha/undo', 'learnt undo by alpha/undo']),
    );
  });

  test('a dispute is settled by its resolution, and a second one is told as well', () => {
    const settled: Example = { id: 'end', kind: 'resolution', resolves: ['seen'] } as Example;
    expect(told(changes([seen, doubt], [settled]))).toEqual(expect.arrayContaining(['settled seen by alpha/end']));
    const more: Example = { ...doubt, id: 'doubt-2', agency: 'gamma' };
    expect(told(changes([seen, doubt], [more]))).toEqual(expect.arrayContaining(['disputed seen by gamma/doubt-2']));
  });

  test('another handling is told, with who marked it', () => {
    const mark: Example = { id: 'mark', kind: 'marking', target: 'seen', marks: { tlp: 'RED' } };
    expect(told(changes([seen], [mark]))).toEqual(expect.arrayContaining(['marked seen by alpha/mark']));
  });

  test('a correction that waited is told as counting otherwise once its target is there', () => {
    const list = changes([fix], [seen]);
    expect(told(list)).toEqual(expect.arrayContaining(['learnt seen by alpha/seen', 'corrected seen by alpha/fix']));
    expect(list.find(({ ref }) => ref.id === 'fix')).toMatchObject({ before: { standing: 'waiting' }, after: { standing: 'stands' } });
  });

  test('of any history: nothing between a point and itself, and the changes lead from one fold to the other', () => {
    fc.assert(
      fc.property(histories(), fc.nat(10), (inputs, cut) => {
        const [before, after] = [foldOf(inputs.slice(0, cut)), foldOf(inputs)];
        expect(diffTimelines(after, after)).toEqual([]);
        const list = diffTimelines(before, after);
        const had = new Map(before.entries.map((entry) => [formatRef(entry.sighting), entry]));
        for (const entry of after.entries) {
          const key = formatRef(entry.sighting);
          const own = list.filter(({ ref }) => formatRef(ref) === key);
          const then = had.get(key);
          expect([key, own.some(({ change }) => change === 'learnt')]).toEqual([key, then === undefined]);
          const state = (of: typeof entry): unknown => ({ standing: of.standing, places: of.places, flags: of.flags });
          for (const change of own) expect([change.before, change.after]).toEqual([then === undefined ? null : state(then), state(entry)]);
          if (then !== undefined && JSON.stringify(state(then)) !== JSON.stringify(state(entry)))
            expect([key, own.length > 0]).toEqual([key, true]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
