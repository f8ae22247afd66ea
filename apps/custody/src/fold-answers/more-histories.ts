/** Histories of what the rules say together, and of identifiers, places and times. */
import { EARLY, type Given, history, item, LATE, on, type Told } from './told.ts';

const fix: Given = { id: 'fix', kind: 'correction', target: 'seen' };
const gone: Given = { id: 'gone', kind: 'retraction', target: 'seen' };
const no: Given = { id: 'no', agency: 'beta', kind: 'dispute', target: 'alpha/seen' };
const yes: Given = { id: 'yes', agency: 'gamma', kind: 'resolution', resolves: ['alpha/seen'] };
const packed = (action: 'ADD' | 'DELETE', name: string): Omit<Given, 'id'> => ({
  kind: 'aggregation',
  action,
  items: [item(`serial:demo:${name}`), item(`serial:demo:${name}-BOX`, 'container')],
});
const at = (from: string, precision: 'minute' | 'hour' | 'day' | 'month' | 'year') => ({ from, to: from, precision });

/** Who stands, what is disputed, how it is marked. */
export const MIXED: Readonly<Record<string, readonly Told[]>> = {
  'a retraction and a marking by another agency dispute': history(
    'theirs',
    {},
    { ...gone, agency: 'beta', target: 'alpha/seen' },
    { id: 'mark', agency: 'beta', kind: 'marking', target: 'alpha/seen', marks: { tlp: 'RED' } },
  ),
  'a correction by another agency disputes, whatever it is corrected into': history(
    'persists',
    {},
    { ...fix, agency: 'beta', target: 'alpha/seen' },
    { id: 'again', agency: 'beta', kind: 'correction', as: 'observation', target: 'fix' },
    { id: 'again-2', agency: 'beta', kind: 'correction', as: 'observation', target: 'again' },
  ),
  'a retraction prevails over an earlier correction, and over what corrects that': history(
    'prevails',
    {},
    { ...gone, reported: LATE },
    { ...fix, reported: EARLY },
    { id: 'fix-2', kind: 'correction', target: 'fix' },
  ),
  'a correction without a reported time is the earliest': history(
    'undated-word',
    {},
    { ...fix, id: 'z' },
    { ...fix, id: 'a', reported: EARLY },
  ),
  'the correction that won is retracted': history(
    'loser',
    {},
    { ...fix, id: 'a' },
    { ...fix, id: 'b' },
    { ...gone, target: 'b' },
    { ...fix, id: 'c', target: 'a' },
  ),
  'what corrects a superseded correction is superseded with it': history(
    'along',
    {},
    { ...fix, id: 'a' },
    { ...fix, id: 'b' },
    { ...fix, id: 'c', target: 'a' },
  ),
  'a retraction is retracted': history('back', {}, gone, { ...gone, id: 'gone-2', target: 'gone' }),
  'a retraction is retracted, and that too': history(
    'and-forth',
    {},
    gone,
    { ...gone, id: 'gone-2', target: 'gone' },
    { ...gone, id: 'gone-3', target: 'gone-2' },
  ),
  'two retractions of one sighting': history('twofold', {}, { ...gone, reported: LATE }, { ...gone, id: 'gone-2', reported: EARLY }),
  'a corrected retraction still withdraws': history('kept', {}, gone, { ...fix, target: 'gone' }),
  'a retraction corrected into an observation withdraws nothing': history('turned', {}, gone, {
    ...fix,
    target: 'gone',
    as: 'observation',
  }),
  'a correction puts in place the kind that it names': history(
    'named',
    { kind: 'statement', statement: 'said so' },
    { ...fix, as: 'registration' },
    { ...fix, id: 'fix-2', target: 'fix' },
  ),
  'a correction of what waits, waits': history('waits', {}, { ...fix, target: 'absent' }, { ...fix, id: 'fix-2', target: 'fix' }),
  'every kind of word waits for what is absent': history(
    'alone',
    {},
    { ...gone, target: 'absent' },
    { ...no, target: 'alpha/absent' },
    { id: 'mark', kind: 'marking', target: 'absent', marks: { tlp: 'RED' } },
    { id: 'both', kind: 'resolution', resolves: ['seen', 'absent'] },
    { ...gone, id: 'gone-2', target: 'gone' },
  ),
  'a circle of corrections, withdrawn from outside': history(
    'opened',
    {},
    { ...fix, id: 'a', target: 'b' },
    { ...fix, id: 'b', target: 'a' },
    { ...gone, target: 'a' },
  ),
  'a circle of corrections with one that hangs on it': history(
    'circle',
    {},
    { ...fix, id: 'a', target: 'b' },
    { ...fix, id: 'b', target: 'a' },
    { ...fix, id: 'c', target: 'a', as: 'observation' },
    { id: 'no', agency: 'beta', kind: 'dispute', target: 'alpha/a' },
  ),
  'a dispute is withdrawn by its own agency': history('taken-back', {}, no, { ...gone, agency: 'beta', target: 'no' }),
  'a dispute is not withdrawn by the other agency': history('not-theirs', {}, no, { ...gone, target: 'beta/no' }),
  'a dispute of what was withdrawn, and of what was corrected': history(
    'moot',
    {},
    no,
    gone,
    { id: 'two' },
    { ...no, id: 'no-2', target: 'alpha/two' },
    { ...fix, target: 'two' },
  ),
  'a resolution that upholds the other side, and one that is withdrawn': history(
    'sides',
    {},
    no,
    { ...yes, upholds: ['beta/no'] },
    { id: 'two' },
    { ...no, id: 'no-2', target: 'alpha/two' },
    { ...yes, id: 'yes-2', resolves: ['alpha/two'] },
    { ...gone, agency: 'gamma', target: 'yes-2' },
  ),
  'contradictions that are open, settled, and withdrawn': history(
    'but',
    { contradicts: ['absent'] },
    { id: 'b1', agency: 'beta', kind: 'statement', statement: 'not so', contradicts: ['alpha/seen'] },
    { id: 'two' },
    { id: 'b2', agency: 'beta', contradicts: ['alpha/two'], reported: LATE },
    { id: 'b3', agency: 'gamma', contradicts: ['alpha/two'], reported: EARLY },
    { ...yes, resolves: ['beta/b2'] },
    { id: 'three' },
    { id: 'b4', agency: 'beta', contradicts: ['alpha/three'] },
    { ...yes, id: 'yes-2', resolves: ['alpha/three'] },
    { id: 'four' },
    { id: 'b5', contradicts: ['four'] },
    { ...gone, target: 'b5' },
  ),
  'a marking is withdrawn': history(
    'unmarked',
    {},
    { id: 'm1', kind: 'marking', target: 'seen', marks: { tlp: 'RED' }, reported: EARLY },
    { ...gone, target: 'm1' },
  ),
  'markings of one time are told by agency and id': history(
    'marks',
    {},
    { id: 'm2', kind: 'marking', target: 'seen', marks: { tlp: 'CLEAR' } },
    { id: 'm1', kind: 'marking', target: 'seen', marks: { tlp: 'RED' } },
  ),
  'words about words stand behind what they are about': history(
    'behind',
    {},
    { ...no, items: [item('serial:demo:BEHIND-2')] },
    { ...no, id: 'no-2', agency: 'gamma', target: 'beta/no', items: [item('serial:demo:BEHIND-3')] },
    { id: 'last', occurred: on('2018-07-01') },
  ),
};

/** What places, when, and by which identifier. */
export const CHECKED: Readonly<Record<string, readonly Told[]>> = {
  'background and conveyance at once places': history('both-roles', {
    items: [item('serial:demo:BOTH-ROLES', 'background'), item('serial:demo:BOTH-ROLES', 'conveyance'), item('serial:demo:BOTH-ROLES-2')],
  }),
  'packing without a place places what is packed': history('packed', { ...packed('ADD', 'PACKED'), place: undefined }),
  'unpacking without a place places what comes out': history('out', { ...packed('DELETE', 'OUT'), place: undefined }),
  'packing at a place places both': history('packed-at', packed('ADD', 'PACKED-AT')),
  'kinds that place': history(
    'kinds',
    { kind: 'transfer' },
    { id: 'registered', kind: 'registration' },
    { id: 'declared', kind: 'declaration' },
    { id: 'nowhere', kind: 'transfer', place: undefined },
  ),
  'a correction replaces the place too': history(
    'replaced',
    {},
    { ...fix, place: undefined },
    { id: 'two' },
    { ...fix, ...packed('ADD', 'REPLACED'), id: 'fix-2', kind: 'correction', as: 'aggregation', target: 'two', place: undefined },
  ),
  'a correction moves a sighting to another item': history(
    'moved',
    { items: [item('serial:demo:MOVED')] },
    { ...fix, items: [item('serial:demo:MOVED-2'), item('serial:demo:MOVED', 'background')] },
  ),
  'a retraction leaves out an item, and is withdrawn': history(
    'part',
    { items: [item('serial:demo:PART'), item('serial:demo:PART-2')] },
    { ...gone, items: [item('serial:demo:PART')] },
    { ...gone, id: 'gone-2', target: 'gone' },
  ),
  'a day is ahead only beyond the next one': history('days', { occurred: on('2026-11-26') }, { id: 'next', occurred: on('2026-11-27') }),
  'a minute is ahead beyond an hour': history(
    'minutes',
    { occurred: at('2026-11-25T01:00Z', 'minute') },
    { id: 'next', occurred: at('2026-11-25T01:01Z', 'minute') },
    { id: 'hour', occurred: at('2026-11-25T02Z', 'hour') },
  ),
  'the time that its author states makes it ahead as well': history(
    'author',
    { occurred: on('2019-06-14'), reported: { at: '2019-03-01T00:00:00Z' } },
    { id: 'month', occurred: at('2027-01', 'month') },
    { id: 'open', occurred: { to: '2030-06-30', precision: 'day' } },
  ),
  'plans and words may speak of what comes': history(
    'plans',
    { occurred: on('2030-06-14'), modality: 'planned' },
    { id: 'said', occurred: on('2030-06-14'), kind: 'statement', statement: 'will be' },
    { id: 'not', occurred: on('2030-06-14'), modality: 'negative' },
  ),
  'what was ahead is corrected, or withdrawn': history(
    'mended',
    { occurred: on('2030-06-14') },
    fix,
    { id: 'two', occurred: on('2030-06-14') },
    { ...gone, target: 'two' },
  ),
  'a failing identifier that one sighting still says': history(
    'still',
    { items: [item('container:SYNU0000043'), item('serial:demo:STILL')] },
    { id: 'other', items: [item('container:SYNU0000043')] },
    { ...fix, items: [item('serial:demo:STILL-2'), item('serial:demo:STILL'), item('container:SYNU0000043', 'background')] },
    { ...no, items: [item('container:SYNU0000043')] },
    { ...no, id: 'no-2', target: 'alpha/other', items: [item('container:SYNU0000043')] },
    { id: 'near', items: [item('serial:demo:STILL'), item('container:SYNU0000043', 'background')] },
  ),
  'a failing identifier that its correction says again': history(
    'again',
    { items: [item('container:SYNU0000044')] },
    { ...fix, items: [item('container:SYNU0000044')] },
  ),
};
