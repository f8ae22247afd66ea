/** A trace as GeoJSON and as a page, and which forms exclude each other. */
import { jest } from '@jest/globals';
import type { TimelineView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { entry } from './shown-entry.contract.ts';
import { trace, type TraceOptions } from './trace.ts';

describe('a trace as a drawing', () => {
  const JOURNEY = { item: { id: 'vin:X' }, placings: [], legs: [], containments: [], inWhat: [], conflicts: [], moreConflicts: 0 };
  const BESIDE = { rings: [], tooDeep: [], tracks: [], vessels: [], moreVessels: 0, lastProved: null, lastConveyance: null };
  const CUSTODY = { holdings: [], moreHoldings: 0, uncovered: [], moreUncovered: 0 };
  const TRAVEL = { alarms: [], moreAlarms: 0, clones: [], moreClones: 0, isPartial: false };
  const view: TimelineView = {
    item: { id: 'vin:X', scheme: 'vin', display: 'VIN X', check: { verdict: 'valid' }, facts: [] },
    coordinates: { asOf: { basis: 'log', logSize: 1_234 }, policy: 0 },
    entries: [entry('a'), entry('b', { places: false, mark: 'statement', kind: 'statement', why: 'kind' })],
    ...{ waiting: [], openQuestions: [], notes: [], next: null },
  };
  const asked: [string, object | undefined][] = [];
  const client = {
    get: (path: string, query?: object) => {
      asked.push([path, query]);
      return Promise.resolve(path.endsWith('/journey') ? { ...JOURNEY, ...BESIDE, custody: CUSTODY, travel: TRAVEL } : view);
    },
  } as unknown as Client;
  const printed = async (options: TraceOptions): Promise<string> => {
    let out = '';
    asked.length = 0;
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    await trace(client, 'vin:X', options).finally(() => jest.restoreAllMocks());
    return out;
  };

  test('is GeoJSON, or a page, of the log size of its timeline', async () => {
    const json = JSON.parse(await printed({ format: 'geojson' })) as { type: string; features: { properties: { class: string } }[] };
    expect([json.type, json.features.map(({ properties }) => properties.class)]).toEqual([
      'FeatureCollection',
      ['observed', 'stated', 'unknown'],
    ]);
    expect(asked.at(-1)).toEqual(['/v1/items/vin%3AX/journey', { asOf: 'log:1234', at: undefined }]);
    expect(await printed({ format: 'html' })).toMatch(/^<!doctype html>[^]*As of log size 1 234; none of it is sealed yet[^]*<\/html>\n$/);
  });

  test('as json it is what --json gives, as table what is printed without', async () => {
    expect(await printed({ format: 'json' })).toBe(await printed({ json: true }));
    expect(await printed({ format: 'json', json: true })).toBe(await printed({ json: true }));
    expect(await printed({ format: 'table' })).toBe(await printed({}));
  });

  test.each<[string, TraceOptions]>([
    ['--json', { format: 'html', json: true }],
    ['--json', { format: 'table', json: true }],
    ['--jsonl', { format: 'json', jsonl: true }],
    ['--plain', { format: 'geojson', plain: true }],
    ['--at', { format: 'html', at: '2018-10-01' }],
    ['--at', { format: 'geojson', at: '2018-10-01' }],
  ])('%s beside another form is refused: %j', async (flag, options) => {
    await expect(printed(options)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(`${flag} means nothing`) });
  });
});
