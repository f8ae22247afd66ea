/** What else an item is, in words: by whom, how well graded, since and until when; and what joins nothing, with why. Synthetic. */
import type { IdentityView } from '#lib/contracts';
import { strictestOf } from './handlings.ts';
import { identityLines } from './identity-text.ts';
import { entry, of, timeline } from './told.contract.ts';

const NAME: IdentityView['names'][number] = {
  ...{ id: 'mmsi:671990004', scheme: 'mmsi', display: 'MMSI 671990004', claims: [of('flag'), of('hull')], grade: 'C3', tlp: 'AMBER' },
  ...{ since: '2018-01-01T00:00:00.000000Z', until: '2018-07-01T12:30:00.000000Z' },
};
const UNJOINED: IdentityView['unjoined'][number] = {
  ...{
    claim: of('one'),
    items: [
      { id: 'imo:0000036', display: 'IMO 0000036' },
      { id: 'imo:0000048', display: 'IMO 0000048' },
    ],
  },
  ...{ since: null, until: null, why: 'one-of', against: [], tlp: 'GREEN' },
};
const identity = (more: Partial<IdentityView>): IdentityView => ({
  names: [],
  moreNames: 0,
  unjoined: [],
  moreUnjoined: 0,
  isPartial: false,
  ...more,
});

test('a name is told with its claims, since and until, and what it is worth', () => {
  expect(identityLines(identity({ names: [NAME, { ...NAME, since: null, until: null }, { ...NAME, until: null }] }))).toEqual([
    'Also known as MMSI 671990004 since 2018-01-01 until 2018-07-01T12:30Z, by flag, hull   C3, AMBER',
    'Also known as MMSI 671990004, by flag, hull   C3, AMBER',
    'Also known as MMSI 671990004 since 2018-01-01, by flag, hull   C3, AMBER',
  ]);
});

test.each([
  ['one-of', [], 'One of several: IMO 0000036 or IMO 0000048, by one: which of them, nobody says; it joins nothing   not graded, GREEN'],
  [
    'denies',
    [],
    'Not one: IMO 0000036 and IMO 0000048, by one: it says so against who says that they are; it joins nothing   not graded, GREEN',
  ],
  ['denied', [of('not')], 'Claimed to be one: IMO 0000036 and IMO 0000048, by one: denied by not; it joins nothing   not graded, GREEN'],
  [
    'two-things',
    [of('two')],
    'Claimed to be one: IMO 0000036 and IMO 0000048, by one: two things would bear one identifier by it and two; it joins nothing   not graded, GREEN',
  ],
] as const)('a claim that joins nothing says why: %s', (why, against, line) => {
  expect(identityLines(identity({ unjoined: [{ ...UNJOINED, why, against: [...against] }] }))).toEqual([line]);
});

test('what is left out is said', () => {
  expect(identityLines(identity({ moreNames: 2, moreUnjoined: 3, isPartial: true }))).toEqual([
    '  2 names more.',
    '  3 more claims that join nothing.',
    'More says what else it is than is followed: nothing is joined here, and records under other names are not shown.',
  ]);
  expect(identityLines(undefined)).toEqual([]);
});

test('what is told of it is for whom its claims are', () => {
  const views = [timeline([entry('a')]), timeline([entry('a')], { identity: identity({ names: [NAME] }) })];
  expect(views.map((view) => strictestOf(view, null))).toEqual(['GREEN', 'AMBER']);
});
