/**
 * The fold against the rules written down as a person would say them: slow, recursive, one sighting at a time, and sharing no code with
 * resolve.ts. Where there is no circle the two must agree.
 */
import fc from 'fast-check';
import { histories } from './histories.contract.ts';
import { BOX, CAR } from './example-sightings.ts';
import { foldTimeline, PLACING_KINDS, rulesWithout, type FoldInput, type Kind, type Rules, type Sighting, RULES } from './index.ts';

function spokenRules(all: readonly Sighting[]) {
  const find = (agency: string, id: string) => all.find((each) => each.agency === agency && each.id === id);
  const targetOf = (s: Sighting) => s.relations.target && find(s.relations.target.agency, s.relations.target.id);
  const owns = (s: Sighting) => s.relations.target?.agency === s.agency;
  const about = (s: Sighting, kind: Kind) => all.filter((each) => each.kind === kind && owns(each) && targetOf(each) === s);

  const winner = (s: Sighting): Sighting | undefined =>
    about(s, 'correction')
      .filter((each) => !withdrawn(each))
      .sort((a, b) => (a.reported?.at ?? -1) - (b.reported?.at ?? -1) || (a.id < b.id ? -1 : 1))
      .at(-1);
  /** The kind named by the outermost correction that names one. */
  const renamed = (s: Sighting): Kind | undefined => {
    const by = winner(s);
    return by && (renamed(by) ?? by.as);
  };
  const withdrawn = (s: Sighting): boolean => about(s, 'retraction').some((each) => !withdrawn(each) && renamed(each) === undefined);
  /** It has a place that its content could take. */
  const inPlace = (s: Sighting): boolean => {
    if (withdrawn(s)) return false;
    if (s.kind !== 'correction' || !owns(s)) return true;
    const target = targetOf(s);
    return target !== undefined && winner(target) === s && inPlace(target);
  };
  const kind = (s: Sighting): Kind | undefined => {
    if (s.kind !== 'correction') return (s.kind === 'retraction' || s.kind === 'marking') && !owns(s) ? 'dispute' : s.kind;
    const target = targetOf(s);
    if (!owns(s) || (target !== undefined && rootDisputes(target))) return 'dispute';
    return s.as ?? (target && kind(target));
  };
  const rootDisputes = (s: Sighting): boolean => {
    if (s.kind === 'correction' && owns(s)) return targetOf(s) !== undefined && rootDisputes(targetOf(s) as Sighting);
    return s.kind === 'correction' && !owns(s);
  };
  const places = (s: Sighting): boolean =>
    inPlace(s) && winner(s) === undefined && s.place !== undefined && (PLACING_KINDS as readonly string[]).includes(kind(s) ?? '');
  return { withdrawn, places };
}

const agrees = (given: readonly FoldInput[], rules: Rules): boolean => {
  const { withdrawn, places } = spokenRules(given.map(({ sighting }) => sighting));
  return [CAR, BOX].every((item) =>
    foldTimeline(item, given, rules).entries.every(
      (entry) =>
        entry.places === (entry.roles.length > 0 && places(entry.sighting)) &&
        (entry.standing === 'withdrawn') === withdrawn(entry.sighting),
    ),
  );
};

test('the fold says what the rules say', () => {
  fc.assert(
    fc.property(histories(true), (given) => agrees(given, RULES)),
    { numRuns: 3000 },
  );
});

test.each([
  'retractionPrevails',
  'laterReportedStands',
  'withdrawnHasNoEffect',
  'outermostStands',
  'ownAgencyOnly',
  'kindFollowsTarget',
  'placelessIsNotPlaced',
] as const)('a fold without %s is told apart', (name) => {
  expect(
    fc.check(
      fc.property(histories(true), (given) => agrees(given, rulesWithout(name))),
      { numRuns: 3000 },
    ).failed,
  ).toBe(true);
});
