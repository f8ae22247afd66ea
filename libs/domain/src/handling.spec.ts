import { parseHandling, readerGroups, type HandlingText } from './index.ts';

const OWNER = 'alpha';

test.each([
  [{ tlp: 'CLEAR' }, ['clear']],
  [{ tlp: 'GREEN' }, ['green']],
  [{ tlp: 'GREEN', community: 'ports' }, ['agency:alpha', 'community:ports']],
  [{ tlp: 'AMBER' }, ['agency:alpha']],
  [{ tlp: 'AMBER', agencies: [] }, ['agency:alpha']],
  [{ tlp: 'AMBER', agencies: ['gamma', 'beta', 'gamma', 'alpha'] }, ['agency:alpha', 'agency:beta', 'agency:gamma']],
  [{ tlp: 'AMBER+STRICT', agencies: ['beta'] }, ['agency:alpha', 'agency:beta']],
  [{ tlp: 'RED', agencies: ['beta'], principals: ['judge'] }, ['agency:alpha', 'agency:beta']],
] as const)('%j is seen by %j', (handling, groups) => {
  expect(parseHandling(handling)).toEqual({ ok: true, value: handling });
  expect(readerGroups(handling, OWNER)).toEqual(groups);
});

test.each([
  [{ tlp: 'WHITE' }, 'handling.tlp', '/tlp'],
  [{ tlp: 'CLEAR', community: 'ports' }, 'handling.community', '/community'],
  [{ tlp: 'AMBER', community: 'ports' }, 'handling.community', '/community'],
  [{ tlp: 'GREEN', community: 'Ports' }, 'handling.community', '/community'],
  [{ tlp: 'CLEAR', agencies: ['beta'] }, 'handling.agencies', '/agencies'],
  [{ tlp: 'GREEN', agencies: [] }, 'handling.agencies', '/agencies'],
  [{ tlp: 'AMBER', agencies: ['beta', 'Bad'] }, 'handling.agencies', '/agencies/1'],
  [{ tlp: 'AMBER', principals: ['judge'] }, 'handling.principals', '/principals'],
  [{ tlp: 'RED', principals: ['judge', ''] }, 'handling.principals', '/principals/1'],
])('%j is refused: %s', (handling, code, pointer) => {
  expect(parseHandling(handling as HandlingText)).toMatchObject({ ok: false, code, pointer });
});
