import { jest } from '@jest/globals';
import { explainTimeline, NO_DOCUMENT, type EventView, type ExplainSource, type TimelineView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { CommandError } from '../exit-codes.ts';
import { blame, blameText } from './blame.ts';

const NO_RELATIONS: EventView['relations'] = {
  targets: [],
  correctedBy: [],
  withdrawnBy: [],
  supersededBy: [],
  disputedBy: [],
  resolvedBy: [],
  markedBy: [],
  contradicts: [],
  contradictedBy: [],
};

function entry(id: string, members: Partial<EventView> = {}): EventView {
  return {
    agency: 'local',
    id,
    logIndex: 7,
    submittedBy: { agency: 'local', principal: 'kim', proved: true },
    reportedBy: { by: 'analyst', at: '2019-03-22T09:10:00Z', proved: false },
    captured: '2026-11-24T02:10:00.000000Z',
    recorded: '2026-11-24T02:10:01.000000Z',
    contentHash: 'a'.repeat(64),
    commitment: 'b'.repeat(64),
    document: { id, kind: 'observation', handling: { tlp: 'GREEN' }, place: { name: 'Busan' }, source: { kind: 'photo' } },
    display: { summary: 'observed', occurred: '2018-09-30', place: 'Busan', grade: 'not graded', items: ['VIN X'], source: 'photo' },
    evidence: [],
    parties: [],
    kind: 'observation',
    roles: ['subject'],
    standing: 'stands',
    places: true,
    mark: 'observed',
    flags: [],
    relations: NO_RELATIONS,
    handling: { tlp: 'GREEN' },
    ...members,
  };
}

function page(entries: readonly EventView[], next: string | null = null): TimelineView {
  const view: TimelineView = {
    item: { id: 'vin:X', scheme: 'vin', display: 'VIN X', check: { verdict: 'valid' }, facts: [] },
    coordinates: { asOf: { basis: 'log', logSize: 12 }, policy: 0 },
    entries: [...entries],
    waiting: [],
    openQuestions: [],
    notes: [],
    next,
  };
  const sources: ExplainSource[] = entries.map(({ agency, id, logIndex, submittedBy, reportedBy, captured, recorded, evidence }) => ({
    ...{ agency, id, logIndex, submittedBy, reportedBy, captured, recorded, evidence },
  }));
  return { ...view, explanation: explainTimeline(view, { sources, naming: entries }) };
}

const CITED = { sha256: 'c'.repeat(64), ref: 'bl.txt', locator: 'line:5', held: false as const };

describe('the text of a blame', () => {
  test('says of each record who stated it, who submitted it, when, and on what it rests', () => {
    const text = blameText([page([entry('one', { evidence: [CITED] }), entry('two', { reportedBy: null, recorded: null })])]);
    expect(text.split('\n')).toEqual([
      'VIN X',
      '',
      'one   2018-09-30   Busan   observed',
      '     place, source: stated by analyst at 2019-03-22T09:10:00Z (as it states)',
      '     submitted by local/kim (proved), captured 2026-11-24 02:10 UTC, recorded 2026-11-24 02:10 UTC (proved), log index 7',
      '     rests on bl.txt line:5 (not held here)',
      '',
      'two   2018-09-30   Busan   observed',
      '     place, source: stated by its submitter (no author named)',
      '     submitted by local/kim (proved), captured 2026-11-24 02:10 UTC, not sealed yet, log index 7',
      `     ${NO_DOCUMENT}`,
      '',
      '2 records, of which 1 cite no document.',
    ]);
  });

  test('names who made a standing what it is, and nobody where it is the record alone', () => {
    const fix = entry('fix', { submittedBy: { agency: 'local', principal: 'lee', proved: true }, logIndex: 9 });
    const corrected = entry('old', {
      standing: 'corrected',
      by: { agency: 'local', id: 'fix' },
      places: false,
      why: 'corrected',
      relations: { ...NO_RELATIONS, correctedBy: [{ agency: 'local', id: 'fix', standing: 'stands', inForce: true }] },
    });
    const text = blameText([page([corrected, fix])]);
    expect(text).toContain('standing corrected: by fix, submitted by local/lee (proved), captured 2026-11-24 02:10 UTC');
    expect(text).toContain('places nothing (corrected): by fix,');
    expect(text.match(/standing /g)).toHaveLength(1);
  });

  test('is told over all pages, each record once, and shows nothing that drives a terminal', async () => {
    const asked: unknown[] = [];
    const pages = [page([entry('one', { reportedBy: { by: '\u001b[2Jevil', proved: false } })], 'c'), page([entry('one'), entry('two')])];
    const client = { get: (_: string, query: unknown) => Promise.resolve(pages[asked.push(query) - 1]) } as unknown as Client;
    let out = '';
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    try {
      expect(await blame(client, 'vin:X', {})).toBe(0);
    } finally {
      write.mockRestore();
    }
    expect(asked).toEqual([expect.objectContaining({ explain: '1' }), expect.objectContaining({ explain: '1', cursor: 'c' })]);
    expect(out).toContain('⟨U+001B⟩[2Jevil');
    expect(out).toContain('2 records, of which 2 cite no document.');
  });

  test('refuses a server that does not explain, and no item', async () => {
    const { explanation: _, ...bare } = page([entry('one')]);
    expect(() => blameText([bare])).toThrow(CommandError);
    await expect(blame({} as Client, '', {})).rejects.toThrow(/Name an item/);
  });
});
