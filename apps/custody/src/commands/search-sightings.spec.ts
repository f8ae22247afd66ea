import { jest } from '@jest/globals';
import type { SightingsView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { asksSightings, searchSightings, type SightingFlags } from './search-sightings.ts';

type Result = SightingsView['results'][number];

const found = (id: string, more: object = {}, why: Result['why'] = []): Result => ({
  why,
  sighting: {
    agency: 'local',
    id,
    logIndex: 1,
    standing: 'stands',
    display: { summary: 'observed', occurred: '2018-09-27', place: '부산항', grade: 'not graded', items: [], source: 'photo' },
    ...more,
  } as unknown as Result['sighting'],
});
const page = (results: Result[], more: Partial<SightingsView> = {}): SightingsView => ({
  coordinates: { asOf: { basis: 'log', logSize: 1_234 }, policy: 0 },
  results,
  notes: [],
  next: null,
  ...more,
});

async function run(pages: SightingsView[], options: SightingFlags, text?: string) {
  const asked: unknown[] = [];
  const client = {
    get: (path: string, query: object) => (asked.push([path, JSON.parse(JSON.stringify(query))]), Promise.resolve(pages.shift())),
  } as unknown as Client;
  const said = { out: '', err: '' };
  const out = jest.spyOn(process.stdout, 'write').mockImplementation((each) => ((said.out += String(each)), true));
  const err = jest.spyOn(process.stderr, 'write').mockImplementation((each) => ((said.err += String(each)), true));
  try {
    const code: ExitCode = await searchSightings(client, text, options);
    return { code, asked, ...said };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

test('the words of the author come first, then why, and how it stands; safe for a terminal', async () => {
  const why: Result['why'] = [
    {
      text: 'ООО «Южный \u001b[2JПорт»',
      pointer: '/parties/0/name',
      filter: 'party',
      words: [{ asked: 'yuzhny', found: 'Южный', key: 'yuzhny', rule: 'BGN/PCGN, simplified' }],
    },
    { pointer: '/place', filter: 'near', certainty: 'possibly', metres: 12_340, point: 'unlocode' },
  ];
  const { out, code } = await run([page([found('a', { standing: 'withdrawn', by: { agency: 'local', id: 'undo' } }, why)])], {
    party: 'yuzhny',
  });
  expect(code).toBe(EXIT.ok);
  expect(out).not.toContain('\u001b');
  const lines = out.split('\n');
  expect(lines[0]).toMatch(/^"ООО «Южный .*Порт»" {2}\(party \/parties\/0\/name: yuzhny = Южный by BGN\/PCGN, simplified\)$/);
  expect(lines[1]).toBe('(near /place: possibly, 12.3 km, where a table has the port)');
  expect(lines[2]).toBe('  local/a  2018-09-27  부산항  not graded  WITHDRAWN by local/undo');
});

test('pages are followed until so many are found, and what is not covered is said', async () => {
  const pages = [
    page([found('a')], { next: 'c1' }),
    page([], { next: 'c2' }),
    page([found('b')], { next: 'c3', notes: ['Not looked at: x.'] }),
  ];
  const { asked, err, out } = await run(pages, { unidentified: true, limit: 2, plain: true }, 's600');
  expect(asked).toEqual([
    ['/v1/search/sightings', { text: 's600', unidentified: '1', limit: '2' }],
    ['/v1/search/sightings', { text: 's600', unidentified: '1', cursor: 'c1', limit: '1' }],
    ['/v1/search/sightings', { text: 's600', unidentified: '1', cursor: 'c2', limit: '1' }],
  ]);
  expect(out.split('\n').map((line) => line.split('\t')[1])).toEqual(['a', 'b', undefined]);
  expect(err).toContain('There may be more');
  expect(err).toContain('Not looked at: x.');
});

test('nothing found is said, with its exit code; one object has all with --json', async () => {
  expect(await run([page([])], { hs: '99' })).toMatchObject({
    code: EXIT.notFound,
    out: '',
    err: expect.stringContaining('Nothing found') as string,
  });
  const { out } = await run([page([found('a')], { next: 'c' }), page([found('b')])], { json: true, source: 'tip' });
  expect((JSON.parse(out) as SightingsView).results.map(({ sighting }) => sighting.id)).toEqual(['a', 'b']);
  await expect(run([], { limit: '0', hs: '1' })).rejects.toThrow('--limit');
});

test('any filter asks for sightings', () => {
  const asks: SightingFlags[] = [{ sightings: true }, { unidentified: true }, { asOf: 'log:1' }, { near: '1,1' }, { within: '1' }];
  expect(asks.map(asksSightings)).toEqual([true, true, true, true, true]);
  expect(asksSightings({ limit: 20, json: true })).toBe(false);
});
