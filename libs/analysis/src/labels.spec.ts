/** Each conclusion is for no more readers than all that it follows from, and no better than the worst of it. */
import { parseAskedTime, type FoldInput, type TlpLabel } from '#lib/domain';
import { journeyAt, journeyOf, type Journey, type JourneyAt, type Known, type KnownItems, type Leg, type TrackPosition } from './index.ts';
import { at, BOX, CAR, into, journey, LOADED, of, ofFile, outOf, seen, SHIP, world } from './said.contract.ts';

const CRATE = 'serial:demo:crate';
const legTo = ({ legs }: Journey, depth: number): Leg | undefined => legs.find(({ chain }) => chain.length === depth);

describe('a stretch that a record which closes it restores', () => {
  const dark = ['2018-10-01T01:00Z', '2018-10-01T08:30Z', '2018-10-19T08:30Z', '2018-10-19T09:00Z'].map((time) => at(time, [35.5, 129.9]));
  const closed = (tlp: TlpLabel, grade: string): Journey =>
    journey(world([LOADED, outOf(CAR, SHIP, { at: '2018-10-19T18:00Z', tlp, grade })], { [SHIP]: dark }));

  test('is for nobody whom that record is not for, and no better than that is graded', () => {
    const { legs, placings, last } = closed('AMBER', 'E5');
    expect(legs).toMatchObject([{ grade: 'E5', handling: 'AMBER' }]);
    const inherited = placings.filter(({ leg }) => leg !== undefined);
    expect(inherited.map(({ grade, handling }) => `${grade ?? ''} ${handling}`)).toEqual(Array.from({ length: 4 }, () => 'E5 AMBER'));
    expect(last).toMatchObject({ grade: 'E5', handling: 'AMBER' });
    expect(closed('GREEN', 'B2').legs).toMatchObject([{ grade: 'B2', handling: 'GREEN' }]);
  });

  test('is so too where another record bounds the leg', () => {
    const items = (tlp: TlpLabel): KnownItems =>
      world(
        [
          into(CAR, BOX, { at: '2018-09-30T00:00Z' }),
          into(BOX, SHIP, { at: '2018-10-01T00:30Z' }),
          outOf(CAR, BOX, { at: '2018-10-19T10:00Z' }),
          outOf(BOX, SHIP, { at: '2018-10-19T18:00Z', tlp, grade: 'D4' }),
        ],
        { [SHIP]: dark },
      );
    expect(legTo(journey(items('AMBER')), 2)).toMatchObject({ grade: 'D4', handling: 'AMBER' });
    // In the box it is by other records.
    expect(legTo(journey(items('AMBER')), 1)).toMatchObject({ grade: 'B2', handling: 'GREEN' });
    expect(legTo(journey(items('GREEN')), 2)).toMatchObject({ handling: 'GREEN' });
  });
});

describe('the end of a containment is for nobody whom this is not for:', () => {
  const ending = (inputs: readonly FoldInput[], tracks: Readonly<Record<string, readonly TrackPosition[]>> = {}): string[] => {
    const { ending: made, handling } = of(CAR, world(inputs, tracks));
    return [made?.kind ?? 'none', handling];
  };

  test('elsewhere, the positions of the conveyance that rule it out, and not those that rule out another time', () => {
    const away = seen(CAR, { at: '2018-10-01T11:40Z', place: 'dalian' });
    const ship = (first: TlpLabel, second: TlpLabel) => ({
      [SHIP]: [...ofFile([at('2018-10-01T01:00Z', 'busan')], first), ...ofFile([at('2018-10-01T12:40Z', 'busan')], second)],
    });
    expect(ending([LOADED, away], ship('GREEN', 'AMBER'))).toEqual(['elsewhere', 'AMBER']);
    expect(ending([LOADED, away], ship('AMBER', 'GREEN'))).toEqual(['elsewhere', 'GREEN']);
    expect(ending([LOADED, { sighting: { ...away.sighting, handling: { tlp: 'AMBER' } } }], ship('GREEN', 'GREEN'))).toEqual([
      'elsewhere',
      'AMBER',
    ]);
  });

  test('in another country, the records before and behind, and the loadings of the conveyance into what they are of', () => {
    const away = seen(CAR, { day: '2018-12-01', country: 'DE' });
    const boxed = (tlp: TlpLabel) => into(CAR, BOX, { at: '2018-09-20T00:00Z', place: 'busan', tlp });
    const box = (tlp: TlpLabel) => seen(BOX, { at: '2019-05-05T00:00Z', place: 'dalian', tlp });
    expect(ending([boxed('GREEN'), away, box('GREEN')])).toEqual(['may-be-elsewhere', 'GREEN']);
    expect(ending([boxed('GREEN'), away, box('AMBER')])).toEqual(['may-be-elsewhere', 'AMBER']);
    const crate = seen(CRATE, { at: '2019-05-05T00:00Z', place: 'dalian' });
    const crated = (tlp: TlpLabel) => into(BOX, CRATE, { at: '2018-10-01T00:00Z', tlp });
    expect(ending([boxed('GREEN'), away, crate, crated('GREEN')])).toEqual(['may-be-elsewhere', 'GREEN']);
    expect(ending([boxed('GREEN'), away, crate, crated('AMBER')])).toEqual(['may-be-elsewhere', 'AMBER']);
  });

  test('unheard, every record by which it was heard so far', () => {
    const heard = (tlp: TlpLabel) => [
      seen(SHIP, { at: '2018-10-01T06:00Z', place: 'busan', tlp }),
      seen(SHIP, { at: '2018-10-01T17:00Z', place: 'osaka' }),
    ];
    expect(ending([LOADED, ...heard('AMBER')])).toEqual(['unheard', 'AMBER']);
    expect(ending([LOADED, ...heard('GREEN')])).toEqual(['unheard', 'GREEN']);
    expect(ending([LOADED])).toEqual(['unheard', 'GREEN']);
  });

  test('unread, the record that cites the file', () => {
    const unread = (tlp: TlpLabel): string => {
      const { sighting } = seen(SHIP, { at: '2018-10-01T06:00Z', place: 'busan', tlp });
      const citing: FoldInput = { sighting: { ...sighting, evidence: [{ sha256: 'b'.repeat(64), type: 'track' }] } };
      const items = new Map(world([LOADED, citing]));
      items.set(SHIP, { ...(items.get(SHIP) as Known), isTrackMissing: true });
      return of(CAR, items).handling;
    };
    expect([unread('AMBER'), unread('GREEN')]).toEqual(['AMBER', 'GREEN']);
  });
});

describe('how far a containment is confirmed', () => {
  const HEARD = ['2018-07-01T12:00Z', '2018-07-01T18:00Z', '2018-07-02T00:00Z'].map((time) => at(time, 'dalian'));
  const boarded = (tlp: TlpLabel): FoldInput => into(BOX, SHIP, { at: '2018-07-01T11:00Z', tlp });
  const then = (text: string, loading: TlpLabel, track: TlpLabel, grade = 'B2', stuffed = '2018-06-30T08:00Z'): JourneyAt => {
    const items = world([into(CAR, BOX, { at: stuffed }), boarded(loading)], { [SHIP]: ofFile(HEARD, track, grade) });
    const asked = parseAskedTime(text);
    if (!asked.ok) throw new Error(asked.code);
    return journeyAt(journeyOf(CAR, items), items, [], asked.value);
  };
  const labels = ({ legs, containments }: JourneyAt): TlpLabel[] => [...legs, ...containments].map(({ handling }) => handling);

  test('is for nobody whom the last position, or the loading of the carrier into what has it, is not for', () => {
    const day = '2018-07-01';
    expect(then(day, 'GREEN', 'GREEN').legs.map(({ holds }) => holds)).toEqual(['throughout', 'partly']);
    expect(labels(then(day, 'GREEN', 'GREEN'))).toEqual(['GREEN', 'GREEN', 'GREEN']);
    expect(labels(then(day, 'GREEN', 'AMBER'))).toEqual(['AMBER', 'AMBER', 'AMBER']);
    expect(labels(then(day, 'AMBER', 'GREEN'))).toEqual(['AMBER', 'AMBER', 'AMBER']);
    expect(then(day, 'GREEN', 'GREEN', 'D5').legs[0]).toMatchObject({ grade: 'D5' });
  });

  test('and what is last recorded is for nobody whom the loadings around it are not for', () => {
    const last = (loading: TlpLabel) => then('2018-09-01', loading, 'GREEN').containments;
    expect(last('GREEN')).toMatchObject([{ holds: 'last-recorded', handling: 'GREEN', outer: [{ carrier: SHIP }] }]);
    expect(last('AMBER')).toMatchObject([{ holds: 'last-recorded', handling: 'AMBER', outer: [{ carrier: SHIP }] }]);
    // Also where the ship had fallen silent before, and confirms nothing of the car.
    const late = (loading: TlpLabel) => then('2018-10-01', loading, 'GREEN', 'B2', '2018-09-01T08:00Z').containments;
    expect(late('GREEN')).toMatchObject([{ handling: 'GREEN', outer: [{ carrier: SHIP }] }]);
    expect(late('AMBER')).toMatchObject([{ handling: 'AMBER', outer: [{ carrier: SHIP }] }]);
  });

  test('by two positions of one time, is for those whom either is for', () => {
    const [first, second] = [HEARD.slice(0, 3), HEARD.slice(2)];
    const items = world([into(CAR, BOX, { at: '2018-06-30T08:00Z' }), boarded('GREEN')], {
      [SHIP]: [...ofFile(first, 'GREEN'), ...ofFile(second, 'AMBER')],
    });
    const { legs } = journeyAt(journeyOf(CAR, items), items, [], { starts: HEARD[0]?.at ?? 0, ends: (HEARD[0]?.at ?? 0) + 1 });
    expect(legs[0]).toMatchObject({ handling: 'GREEN' });
  });
});
