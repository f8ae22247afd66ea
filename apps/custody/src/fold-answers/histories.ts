/**
 * Small histories by whose timelines a fold is known: for each rule one of its name that the rule decides, and others for what the rules
 * say together. Documents as somebody would submit them, so that reading them is part of the answer.
 */
import type { RuleName } from '#lib/domain';
import { CHECKED, MIXED } from './more-histories.ts';
import { EARLY, history, item, LATE, on, type Told } from './told.ts';

/** Each rule decides something in the one of its name. */
const OF_RULES: Readonly<Record<RuleName, readonly Told[]>> = {
  ownAgencyOnly: history('foreign', {}, { id: 'fix', agency: 'beta', kind: 'correction', target: 'alpha/seen' }),
  retractionPrevails: history(
    'gone',
    {},
    { id: 'gone', kind: 'retraction', target: 'seen', reported: EARLY },
    { id: 'fix', kind: 'correction', target: 'seen', reported: LATE },
  ),
  laterReportedStands: history(
    'later',
    {},
    { id: 'b', kind: 'correction', target: 'seen', reported: EARLY },
    { id: 'a', kind: 'correction', target: 'seen', reported: LATE },
  ),
  greaterIdStands: history('greater', {}, { id: 'a', kind: 'correction', target: 'seen' }, { id: 'b', kind: 'correction', target: 'seen' }),
  withdrawnHasNoEffect: history(
    'undone',
    {},
    { id: 'fix', kind: 'correction', target: 'seen' },
    { id: 'undo', kind: 'retraction', target: 'fix' },
  ),
  outermostStands: history(
    'twice',
    {},
    { id: 'fix', kind: 'correction', target: 'seen' },
    { id: 'fix-2', kind: 'correction', target: 'fix' },
  ),
  kindFollowsTarget: history(
    'said',
    { kind: 'statement', statement: 'said so' },
    { id: 'fix', kind: 'correction', target: 'seen', statement: 'said otherwise' },
  ),
  waitingPlacesNothing: history('early', {}, { id: 'fix', kind: 'correction', as: 'observation', target: 'absent' }),
  cyclesAreVoid: history('round', {}, { id: 'a', kind: 'retraction', target: 'b' }, { id: 'b', kind: 'retraction', target: 'a' }),
  onlyStandingPlaces: history(
    'fallen',
    {},
    { id: 'fix', kind: 'correction', target: 'seen' },
    { id: 'other' },
    { id: 'gone', kind: 'retraction', target: 'other' },
  ),
  onlyPlacingKindsPlace: history(
    'words',
    { kind: 'statement', statement: 'said so' },
    { id: 'a', kind: 'assessment', subtype: 'last-known' },
    { id: 'i', kind: 'identification', subtype: 'same', items: [item('serial:demo:WORDS'), item('serial:demo:WORDS-2')] },
  ),
  onlyActualPlaces: history('planned', { modality: 'planned' }, { id: 'none', modality: 'negative' }),
  backgroundIsNotPlaced: history('near', { items: [item('serial:demo:NEAR', 'background')] }),
  placelessIsNotPlaced: history('nowhere', { place: undefined }),
  futureDatedIsNotPlaced: history('ahead', { occurred: on('2030-06-14') }),
  disputedStillPlaces: history('disputed', {}, { id: 'no', agency: 'beta', kind: 'dispute', target: 'alpha/seen' }),
  resolutionsSettle: history(
    'settled',
    {},
    { id: 'no', agency: 'beta', kind: 'dispute', target: 'alpha/seen' },
    { id: 'yes', agency: 'gamma', kind: 'resolution', resolves: ['alpha/seen'], upholds: ['alpha/seen'] },
  ),
  lastMarkingApplies: history(
    'marked',
    {},
    { id: 'm2', kind: 'marking', target: 'seen', reported: EARLY, marks: { tlp: 'CLEAR' } },
    { id: 'm1', kind: 'marking', target: 'seen', reported: LATE, marks: { tlp: 'RED' } },
  ),
  // Leaves the item out, and is earlier than what it corrects: it comes to the fold as what speaks about the page, behind it.
  incompleteIsFlagged: history(
    'left',
    {},
    { id: 'fix', kind: 'correction', target: 'seen', occurred: on('2018-06-01'), items: [item('serial:demo:ELSE')] },
  ),
  failingCheckIsFlagged: history('unchecked', { items: [item('container:SYNU0000042')] }),
  correctionClosesCheck: history(
    'misread',
    { items: [item('container:SYNU0000041')] },
    { id: 'fix', kind: 'correction', target: 'seen', items: [item('serial:demo:RIGHT'), item('container:SYNU0000041', 'background')] },
  ),
  // Two behind one sighting, of which the first to come is the later.
  orderedByTime: history(
    'order',
    {},
    { id: 'a', agency: 'beta', kind: 'dispute', target: 'alpha/seen', occurred: on('2018-06-09'), items: [item('serial:demo:ELSE')] },
    { id: 'b', agency: 'beta', kind: 'dispute', target: 'alpha/seen', occurred: on('2018-06-02'), items: [item('serial:demo:ELSE')] },
    { id: 'undated', occurred: undefined },
    { id: 'long', occurred: { from: '2018-06-14', to: '2018-06-20', precision: 'day' } },
    { id: 'first', occurred: on('2018-06-13') },
    { id: 'seen', agency: 'beta' },
  ),
};

/** By name. Ids, agencies and items of one are no other's, so that all of them may stand in one ledger. */
export const HISTORIES: Readonly<Record<string, readonly Told[]>> = { ...OF_RULES, ...MIXED, ...CHECKED };
