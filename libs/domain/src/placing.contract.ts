/** Which sightings say where an item was. */
import { BOX, CAR, type Example } from './example-sightings.ts';
import { corrected, entry, fold, placing, retracted, rule, seen } from './fold-rule.contract.ts';

export function placingContract(): void {
  describe('what places', () => {
    rule(
      'onlyPlacingKindsPlace',
      'statements, assessments and identifications place nothing',
      [
        { id: 's', kind: 'statement' },
        { id: 'a', kind: 'assessment' },
        { id: 'i', kind: 'identification' },
      ],
      (timeline) => {
        expect(placing(timeline)).toEqual([]);
        expect(timeline.entries.map(({ mark }) => mark)).toEqual(['assessment', 'identification', 'statement']);
      },
    );

    rule(
      'onlyActualPlaces',
      'plans and negative findings place nothing',
      [
        { id: 'p', modality: 'planned' },
        { id: 'n', modality: 'negative' },
      ],
      (timeline) => {
        expect(timeline.entries.map(({ mark, places, why }) => [mark, places, why])).toEqual([
          ['negative', false, 'modality'],
          ['planned', false, 'modality'],
        ]);
      },
    );

    rule(
      'backgroundIsNotPlaced',
      'what is in the background is not placed',
      [{ id: 'b', items: [[CAR, 'background'], BOX] }],
      (timeline) => {
        expect(entry(timeline, 'b')).toMatchObject({ roles: ['background'], places: false, why: 'background' });
      },
    );

    test('an item named as background and as conveyance is placed', () => {
      expect(
        entry(
          fold([
            {
              id: 'b',
              items: [
                [CAR, 'background'],
                [CAR, 'conveyance'],
              ],
            },
          ]),
          'b',
        ),
      ).toMatchObject({ roles: ['conveyance', 'background'], places: true });
    });
  });

  describe('what says nothing of a place', () => {
    rule(
      'placelessIsNotPlaced',
      'an observation without a place says that the item was seen, not where',
      [{ id: 'o', place: null }],
      (timeline) => {
        expect(entry(timeline, 'o')).toMatchObject({ standing: 'stands', mark: 'observed', places: false, why: 'no-place' });
      },
    );

    test.each(['transfer', 'transformation', 'registration', 'declaration'] as const)('a %s without a place places nothing', (kind) => {
      expect(entry(fold([{ id: 'x', kind, place: null }]), 'x')).toMatchObject({ places: false, why: 'no-place' });
    });

    test.each(['ADD', 'DELETE'] as const)(
      'an aggregation (%s) without a place places what it moves, and not what it goes into',
      (action) => {
        const packed: Example = { id: 'x', kind: 'aggregation', action, place: null, items: [CAR, [BOX, 'container']] };
        expect(entry(fold([packed]), 'x').places).toBe(true);
        expect(entry(fold([packed], BOX), 'x')).toMatchObject({ places: false, why: 'no-place' });
        expect(entry(fold([{ ...packed, place: { name: 'Dalian' } }], BOX), 'x').places).toBe(true);
      },
    );

    test('a correction replaces the whole sighting: one that names no place leaves the item unplaced', () => {
      expect(entry(fold([seen, { ...corrected, place: null }]), 'fix')).toMatchObject({
        standing: 'stands',
        places: false,
        why: 'no-place',
      });
      const packed: Example = { ...corrected, as: 'aggregation', action: 'ADD', place: null, items: [CAR, [BOX, 'container']] };
      expect(placing(fold([seen, packed]))).toEqual(['fix']);
    });
  });

  describe('what had not begun when it was written down', () => {
    const minute = (from: string): NonNullable<Example['occurred']> => ({ from, to: from, precision: 'minute' });
    const ahead = (given: Partial<Example>): boolean => {
      const { flags, places } = entry(fold([{ id: 'x', ...given }]), 'x');
      expect(places).toBe(!flags.includes('future-dated'));
      return !places;
    };

    rule(
      'futureDatedIsNotPlaced',
      'a sighting of a day after the one on which it was taken in is flagged, an open question, and places nothing',
      [seen, { id: 'ahead', day: '2030-06-14', captured: '2026-11-25T12:00:00Z' }],
      (timeline) => {
        expect(entry(timeline, 'ahead')).toMatchObject({ standing: 'stands', places: false, why: 'future-dated', flags: ['future-dated'] });
        expect(timeline.openQuestions).toEqual([{ code: 'future-dated', refs: [{ agency: 'alpha', id: 'ahead' }] }]);
      },
    );

    test('its own author’s time counts as much as the clock of capture: the earlier decides', () => {
      const given = { day: '2019-06-14', captured: '2026-11-25T12:00:00Z' };
      expect(ahead(given)).toBe(false);
      expect(ahead({ ...given, reported: '2019-03-01T00:00:00Z' })).toBe(true);
      expect(ahead({ day: '2030-06-14', captured: '2026-11-25T12:00:00Z', reported: '2031-01-01T00:00:00Z' })).toBe(true);
      expect(ahead({ day: '2030-06-14' })).toBe(false);
    });

    test('clocks differ by up to an hour, and a day may have begun up to a day earlier where its author is', () => {
      const captured = '2018-06-13T12:00:00Z';
      expect(ahead({ captured, occurred: minute('2018-06-13T13:00Z') })).toBe(false);
      expect(ahead({ captured, occurred: minute('2018-06-13T13:01Z') })).toBe(true);
      expect(ahead({ captured, day: '2018-06-14' })).toBe(false);
      expect(ahead({ captured, day: '2018-06-15' })).toBe(true);
    });

    test('what began before, or nobody says when, is not ahead', () => {
      const captured = '2018-06-14T12:00:00Z';
      expect(ahead({ captured, occurred: { from: '2018-06-01', to: '2019-06-30', precision: 'day' } })).toBe(false);
      expect(ahead({ captured, occurred: { to: '2030-06-30', precision: 'day' } })).toBe(false);
      expect(ahead({ captured, day: null })).toBe(false);
    });

    test('plans, statements and assessments may speak of what comes; a negative finding may not', () => {
      const given = { day: '2030-06-14', captured: '2026-11-25T12:00:00Z' };
      const flags = (more: Partial<Example>) => entry(fold([{ id: 'x', ...given, ...more }]), 'x').flags;
      expect([flags({ modality: 'planned' }), flags({ kind: 'statement' }), flags({ kind: 'assessment' })]).toEqual([[], [], []]);
      expect(flags({ modality: 'negative' })).toEqual(['future-dated']);
    });

    test('its agency’s correction, with what was seen then, closes the question and places; so does a retraction, which places nothing', () => {
      const given: Example[] = [{ id: 'seen', day: '2030-06-14', captured: '2026-11-25T12:00:00Z' }];
      const mended = fold([...given, { ...corrected, captured: '2030-06-15T00:00:00Z', day: '2030-06-14' }]);
      expect([mended.openQuestions, placing(mended)]).toEqual([[], ['fix']]);
      const withdrawn = fold([...given, retracted]);
      expect([withdrawn.openQuestions, placing(withdrawn)]).toEqual([[], []]);
      expect(entry(withdrawn, 'seen').flags).toEqual(['future-dated']);
    });
  });
}
