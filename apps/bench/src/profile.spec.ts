import { profilePage, summarise, type CpuProfile } from './profile.ts';

const ROOT = '/somewhere/project';
const node = (id: number, functionName: string, url = '') => ({ id, callFrame: { functionName, url } });
const of = (path: string): string => `file://${ROOT}/${path}`;

const PROFILE: CpuProfile = {
  nodes: [
    node(1, '(root)'),
    node(2, '(idle)'),
    node(3, 'leafHash', of('dist/libs/ledger/src/tree.js')),
    node(4, '', of('node_modules/@scope/wire/lib/index.js')),
    node(5, 'hash', 'node:internal/crypto/hash'),
    node(6, '(garbage collector)'),
  ],
  samples: [2, 3, 3, 4, 5, 6, 99],
  timeDeltas: [1_000_000, 300, 100, 200, 300, 100, 500],
};

test('shares are of the time that was not waited, by whose code it is and by function', () => {
  const { busyMs, areas, functions } = summarise([PROFILE], ROOT);
  expect(busyMs).toBe(1);
  expect(areas).toEqual([
    { name: 'libs/ledger', share: 0.4 },
    { name: 'Node', share: 0.3 },
    { name: '@scope/wire', share: 0.2 },
    { name: '(garbage collector)', share: 0.1 },
  ]);
  expect(functions.map(({ name }) => name)).toEqual([
    'leafHash · libs/ledger/src/tree.ts',
    'hash · node:internal/crypto/hash',
    '(anonymous) · node_modules/@scope/wire/lib/index.js',
    '(garbage collector)',
  ]);
});

test('threads of one process are summed up', () => {
  const { busyMs, areas } = summarise([PROFILE, PROFILE], ROOT);
  expect([busyMs, areas[0]]).toEqual([2, { name: 'libs/ledger', share: 0.4 }]);
});

test('the page names commit, machine and letters, and no folder of the machine', () => {
  const machine = { cores: 2, cpu: 'a processor', node: 'v24.0.0' } as Parameters<typeof profilePage>[0]['machine'];
  const run = { revision: { commit: 'abc123', dirty: false }, ended: '2030-01-02T03:04:05Z', machine, letters: ['e'] };
  const page = profilePage(run, new Map([['capture', summarise([PROFILE], ROOT)]]));
  for (const text of ['--only e', 'abc123', '2030-01-02', 'a processor', '## capture', '| libs/ledger | 40.0 % |'])
    expect(page).toContain(text);
  expect(page).not.toContain(ROOT);
});
