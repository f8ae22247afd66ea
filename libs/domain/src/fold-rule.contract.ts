/** What the specs of the fold share: short ways to ask, and the check that a rule has its control. */
import { CAR, example, type Example } from './example-sightings.ts';
import { foldTimeline, rulesWithout, type RuleName, type Timeline, type TimelineEntry } from './index.ts';

/** Rules that have a test. */
export const ruled = new Set<RuleName>();

export const entry = ({ entries }: Pick<Timeline, 'entries'>, id: string): TimelineEntry => {
  const found = entries.find(({ sighting }) => sighting.id === id);
  if (found === undefined) throw new Error(`no entry ${id}`);
  return found;
};
export const standings = (timeline: Timeline) =>
  Object.fromEntries(timeline.entries.map(({ sighting, standing }) => [sighting.id, standing]));
export const placing = (timeline: Timeline) => timeline.entries.filter(({ places }) => places).map(({ sighting }) => sighting.id);
export const fold = (given: readonly Example[], item = CAR) => foldTimeline(item, given.map(example));

/** The claim holds; with the rule switched off the very same expectation fails. */
export function rule(name: RuleName, claim: string, given: readonly Example[], then: (timeline: Timeline) => void, item = CAR): void {
  ruled.add(name);
  test(`${claim} [${name}]`, () => {
    then(foldTimeline(item, given.map(example)));
    expect(() => then(foldTimeline(item, given.map(example), rulesWithout(name)))).toThrow();
  });
}

export const seen: Example = { id: 'seen' };
export const corrected: Example = { id: 'fix', kind: 'correction', target: 'seen', day: '2018-06-15' };
export const retracted: Example = { id: 'gone', kind: 'retraction', target: 'seen' };
