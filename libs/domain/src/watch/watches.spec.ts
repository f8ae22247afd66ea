/** What acts on watches come to: each reason against an act, and what a watch was at any place of the log. */
import {
  alertHandling,
  foldWatches,
  nextAlerts,
  parseWatchAct,
  watchAt,
  WATCHES_MAX,
  type Condition,
  type Handling,
  type PlacedWatchAct,
  type WatchAct,
  type WatchActText,
} from '../index.ts';

const AMBER: Handling = { tlp: 'AMBER' };
const RED: Handling = { tlp: 'RED', principals: ['eva'] };
const wants = (...kinds: NonNullable<Condition['kinds']>): Condition => ({ kinds });
const placed = (logIndex: number, act: WatchAct, by = 'eva', handling = AMBER): PlacedWatchAct => ({
  ...{ logIndex, id: `w${logIndex}`, principal: by, handling, act },
});
const added: WatchAct = { act: 'added', condition: wants('transfer') };

describe('an act on a watch', () => {
  it('is read with its condition; a change and an end name the watch', () => {
    expect(parseWatchAct({ act: 'added', title: 'T', condition: { kinds: ['transfer'] } })).toEqual({
      ok: true,
      value: { act: 'added', title: 'T', condition: { kinds: ['transfer'] } },
    });
    expect(parseWatchAct({ act: 'removed', watch: 'w1', reason: 'done' })).toMatchObject({ ok: true, value: { watch: 'w1' } });
  });

  it.each([
    ['watch.name', '/watch', { act: 'removed' }],
    ['watch.name', '/watch', { act: 'changed', watch: 'a/b', condition: { kinds: ['transfer'] } }],
    ['condition.empty', '/condition', { act: 'added' }],
    ['condition.item', '/condition/items/0', { act: 'added', condition: { items: ['x'] } }],
  ])('is refused as %s at %s', (code, pointer, text) => {
    expect(parseWatchAct(text as WatchActText)).toMatchObject({ ok: false, code, pointer });
  });
});

describe('the watches of an agency', () => {
  const change = (watch: string, condition = wants('observation')): WatchAct => ({ act: 'changed', watch, condition });
  const end = (watch: string): WatchAct => ({ act: 'removed', watch });

  it('are at each place of the log what was said below it', () => {
    const { watches, flagged } = foldWatches('acme', [placed(3, added), placed(5, change('w3')), placed(9, end('w3'))]);
    const watch = watches.get('w3');
    if (watch === undefined) throw new Error('there is none');
    expect([3, 4, 5, 6, 9, 10].map((index) => watchAt(watch, index)?.condition)).toEqual([
      ...[undefined, wants('transfer'), wants('transfer'), wants('observation'), wants('observation'), null],
    ]);
    expect(flagged.size).toBe(0);
  });

  it.each([
    ['absent', [placed(5, change('w3'))]],
    ['removed', [placed(3, added), placed(4, end('w3')), placed(5, change('w3'))]],
    ['not-shown', [placed(3, added, 'eva', RED), placed(5, end('w3'), 'bob')]],
    ['too-many', [...Array.from({ length: WATCHES_MAX }, (_, n) => placed(n - WATCHES_MAX, added)), placed(5, added)]],
  ] as const)('are not what is said of them without effect: %s', (reason, acts) => {
    const { flagged } = foldWatches('acme', acts);
    expect([...flagged]).toEqual([[5, reason]]);
  });

  it('of persons are those persons’ to change, whole or by name, and their author’s', () => {
    for (const principals of [['acme/bob'], ['bob'], ['max']]) {
      const acts = [placed(3, added, 'eva', { tlp: 'RED', principals }), placed(5, end('w3'), principals[0] === 'max' ? 'eva' : 'bob')];
      expect(foldWatches('acme', acts).flagged.size).toBe(0);
    }
  });
});

describe('an alert', () => {
  const sighting = (handling: Handling) => ({ agency: 'bolt', principal: 'bob', handling });

  it('has the stricter label of both, no other agency, and the persons whom both name', () => {
    const of = (watch: Handling, handling: Handling) => alertHandling('acme', { principal: 'eva', handling: watch }, sighting(handling));
    expect(of(AMBER, { tlp: 'CLEAR' })).toEqual({ tlp: 'AMBER+STRICT' });
    expect(of(AMBER, { tlp: 'RED', agencies: ['acme'] })).toEqual({ tlp: 'RED' });
    expect(of(RED, { tlp: 'GREEN' })).toEqual({ tlp: 'RED', principals: ['acme/eva'] });
    expect(of(RED, { tlp: 'RED', principals: ['acme/max', 'eva', 'bolt/bob'] })).toEqual({ tlp: 'RED', principals: ['acme/eva'] });
    expect(of(RED, { tlp: 'RED', principals: ['bolt/eva'] })).toBeUndefined();
  });

  it('follows what was told and what holds, and says nothing twice', () => {
    const told = (handling: Handling, state: 'raised' | 'recalled' = 'raised') => ({ n: 4, state, handling });
    expect(nextAlerts(undefined, undefined)).toEqual([]);
    expect(nextAlerts(undefined, AMBER)).toEqual([{ n: 0, state: 'raised', handling: AMBER }]);
    expect(nextAlerts(told(AMBER), AMBER)).toEqual([]);
    expect(nextAlerts(told(AMBER), undefined)).toEqual([{ n: 5, state: 'recalled', handling: AMBER }]);
    expect(nextAlerts(told(AMBER, 'recalled'), undefined)).toEqual([]);
    expect(nextAlerts(told(AMBER, 'recalled'), RED)).toEqual([{ n: 5, state: 'raised', handling: RED }]);
    expect(nextAlerts(told(AMBER), RED).map(({ n, state, handling }) => [n, state, handling])).toEqual([
      [5, 'recalled', AMBER],
      [6, 'raised', RED],
    ]);
    expect(nextAlerts(told(RED), AMBER)).toEqual([{ n: 5, state: 'raised', handling: AMBER }]);
  });
});
