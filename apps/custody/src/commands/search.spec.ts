import { jest } from '@jest/globals';
import type { SearchView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { group } from '../progress.ts';
import { search } from './search.ts';

const ANSWER: SearchView = {
  query: 'x',
  coordinates: { asOf: { basis: 'log', logSize: 1_234 }, policy: 0 },
  results: [],
  complete: true,
  notes: [],
  next: null,
};

async function outputOf(
  answer: Partial<SearchView>,
  options: { json?: boolean } = {},
): Promise<{ code: ExitCode; out: string; err: string }> {
  const client = { get: () => Promise.resolve({ ...ANSWER, ...answer }) } as unknown as Client;
  const said = { out: '', err: '' };
  const out = jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((said.out += String(text)), true));
  const err = jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((said.err += String(text)), true));
  try {
    return { code: await search(client, 'x', options), ...said };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

describe('the text of a search', () => {
  test('names what was stated beside an identifier, safe for a terminal', async () => {
    const ship = { id: 'imo:0000048', scheme: 'imo', display: 'IMO 0000048', match: 'alias' } as const;
    const { code, out } = await outputOf({
      results: [
        { ...ship, alias: { kind: 'name', value: 'MV \u001b[2JX' } },
        { ...ship, id: 'imo:1', alias: { kind: 'callSign', value: 'PABC' } },
      ],
    });
    expect(code).toBe(EXIT.ok);
    expect(out).toContain('stated beside it: call sign PABC)');
    expect(out).not.toContain('\u001b');
  });

  test('says what it does not cover, beside what it found and where it found nothing', async () => {
    const notes = ['Not complete: more than 5000 items share these characters.'];
    expect(await outputOf({ complete: false, notes })).toEqual({
      code: EXIT.notFound,
      out: '',
      err: `Nothing found at log size ${group(1_234)}.\n${notes[0]}\n`,
    });
    const found = { id: 'vin:X', scheme: 'vin', display: 'VIN X', match: 'partial' } as const;
    expect(await outputOf({ complete: false, notes, results: [found], next: 'more' })).toEqual({
      code: EXIT.ok,
      out: 'vin:X  VIN X  (contains it)\n',
      err: `More found: narrow the text, or ask with a larger --limit.\n${notes[0]}\n`,
    });
    expect(JSON.parse((await outputOf({ complete: false, notes }, { json: true })).out)).toMatchObject({ complete: false, notes });
  });
});
