import { jest } from '@jest/globals';
import { explainTimeline, NO_DOCUMENT, type EventView, type ExplainSource, type TimelineView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import { blame, blameText } from './blame.ts';
import { entry as shownEntry, NO_RELATIONS } from './shown-entry.contract.ts';

const entry = (id: string, members: Partial<EventView> = {}): EventView =>
  shownEntry(id, {
    logIndex: 7,
    submittedBy: { agency: 'local', principal: 'kim', proved: true },
    reportedBy: { by: 'analyst', at: '2019-03-22T09:10:00Z', proved: false },
    recorded: '2026-11-24T02:10:01.000000Z',
    ...members,
  });

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
      'one   2018-09-30   Busan, South Korea   observed',
      '     place, source, handling: stated by analyst at 2019-03-22T09:10:00Z (as it states)',
      '     submitted by local/kim (sealed), captured 2026-11-24 02:10 UTC, recorded 2026-11-24 02:10 UTC (by the server), log index 7',
      '     rests on bl.txt line:5 (not held here)',
      '',
      'two   2018-09-30   Busan, South Korea   observed',
      '     place, source, handling: stated by its submitter (no author named)',
      '     submitted by local/kim (as captured), captured 2026-11-24 02:10 UTC, not sealed yet, log index 7',
      `     ${NO_DOCUMENT}`,
      '',
      '2 records: 1 cite a document, 0 a track alone, 1 nothing.',
    ]);
  });

  test('says what the signatures of its agency are worth, each, and how many are not told', () => {
    const list = { agency: 'local', vkey: 'local/import+6b1d1c1e+AQ' };
    const signatures: EventView['signatures'] = [
      { ...list, id: 'l-1', logIndex: 8, verdict: 'valid' },
      { ...list, id: 'l-2', logIndex: 9, verdict: 'revoked' },
      { agency: 'local', logIndex: 10, verdict: 'not-judged', more: 4 },
    ];
    const lines = blameText([page([entry('one', { signatures }), entry('two')])]).split('\n');
    expect(lines.filter((line) => line.includes('signed: '))).toEqual([
      '     signed: valid, by local/import (list l-1, log index 8); revoked, by local/import (list l-2, log index 9); 5 more lists not told, from log index 10 on',
    ]);
  });

  test('names who made a standing what it is, and nobody where it is the record alone', () => {
    const relating = (
      id: string,
      kind: 'correction' | 'retraction' | 'dispute',
      target: string,
      members: Partial<EventView> = {},
    ): EventView =>
      entry(id, {
        submittedBy: { agency: 'local', principal: 'lee', proved: true },
        logIndex: 9,
        document: { ...entry(id).document, kind, relations: { target } },
        relations: { ...NO_RELATIONS, targets: [{ agency: 'local', id: target, standing: 'stands' }] },
        ...members,
      });
    const fix = relating('fix', 'correction', 'old');
    const unsaid = relating('unsaid', 'retraction', 'doubt', { kind: 'retraction', places: false, why: 'kind' });
    const doubt = relating('doubt', 'dispute', 'fix', { kind: 'dispute', places: false, why: 'withdrawn', standing: 'withdrawn' });
    const corrected = entry('old', {
      standing: 'corrected',
      by: { agency: 'local', id: 'fix' },
      places: false,
      why: 'corrected',
      relations: { ...NO_RELATIONS, correctedBy: [{ agency: 'local', id: 'fix', standing: 'stands', inForce: true }] },
    });
    const disputed = {
      ...fix,
      relations: { ...fix.relations, disputedBy: [{ agency: 'local', id: 'doubt', standing: 'withdrawn', inForce: false } as const] },
    };
    const text = blameText([page([corrected, disputed, unsaid, doubt])]);
    expect(text).toContain('standing corrected: by fix, submitted by local/lee (sealed), captured 2026-11-24 02:10 UTC');
    expect(text).toContain('places nothing (corrected): by fix,');
    expect(text).toContain('standing withdrawn: by fix,');
    expect(text.match(/standing /g)).toHaveLength(2);
    expect(text).not.toContain('(kind)');
  });

  const by = (principal: string): Partial<EventView> => ({ submittedBy: { agency: 'local', principal, proved: true } });
  const about = (id: string, kind: NonNullable<EventView['kind']>, target: string, members: Partial<EventView> = {}): EventView => {
    const shown = entry(id, { kind, ...members });
    const targets = [{ agency: 'local', id: target, standing: 'stands' as const }];
    return {
      ...shown,
      document: { ...shown.document, kind: 'correction', as: 'observation', ...members.document },
      relations: { ...NO_RELATIONS, targets },
    };
  };
  const linesOf = (text: string, id: string): string[] =>
    text
      .slice(text.indexOf(`\n${id} `))
      .split('\n\n')[0]
      ?.trim()
      .split('\n')
      .slice(1) ?? [];

  test('of a retraction in force it does not name whom it withdraws, of a disputed claim only who disputes it still, for the flag', () => {
    const undo = about('undo', 'retraction', 'gone', {
      ...by('lee'),
      places: false,
      why: 'kind',
      document: { kind: 'retraction', handling: { tlp: 'GREEN' }, source: { kind: 'photo' } },
    });
    const gone = entry('gone', {
      ...by('max'),
      standing: 'withdrawn',
      by: { agency: 'local', id: 'undo' },
      places: false,
      why: 'withdrawn',
    });
    const claim = entry('claim', {
      kind: 'statement',
      places: false,
      why: 'kind',
      flags: ['disputed'],
      relations: {
        ...NO_RELATIONS,
        disputedBy: [
          { agency: 'local', id: 'hasty', standing: 'withdrawn', inForce: false },
          { agency: 'local', id: 'doubt', standing: 'stands', inForce: true },
        ],
        markedBy: ['mark-1', 'mark-2'].map((id) => ({ agency: 'local', id, standing: 'stands', inForce: true })),
      },
    });
    const others = ['hasty', 'doubt', 'mark-1', 'mark-2'].map((id) => entry(id, by(`of-${id}`)));
    const text = blameText([page([undo, gone, claim, ...others])]);
    expect(linesOf(text, 'undo').join('\n')).not.toMatch(/max|gone/);
    expect(linesOf(text, 'undo')).toHaveLength(3);
    expect(linesOf(text, 'gone')).toContainEqual(expect.stringMatching(/^ {5}standing withdrawn: by undo, submitted by local\/lee /));
    expect(linesOf(text, 'claim').slice(3)).toEqual([
      expect.stringMatching(/^ {5}flag disputed: by doubt, [^;]*$/),
      // Each marking is applied to what the ones before left.
      expect.stringMatching(/^ {5}handling GREEN: by mark-1, [^;]*; mark-2, [^;]*$/),
    ]);
  });

  test('says of each marking that needs an approver whether it waits, where its target stands and of itself', () => {
    const markedBy = (['awaited', 'approved'] as const).map((approval, n) => ({
      agency: 'local',
      id: `mark-${n}`,
      standing: 'stands' as const,
      inForce: true,
      approval,
    }));
    const claim = entry('claim', { relations: { ...NO_RELATIONS, markedBy } });
    const text = blameText([page([claim, entry('mark-0', { ...by('eva'), approval: 'awaited' }), entry('mark-1', by('max'))])]);
    expect(linesOf(text, 'claim').at(-1)).toMatch(
      /^ {5}handling GREEN: by mark-0 \(awaits approval: what it opens is not open\), submitted by local\/eva [^;]*; mark-1 \(approved\), submitted by local\/max /,
    );
    expect(linesOf(text, 'mark-0')).toContain('     (awaits approval: what it opens is not open)');
    expect(linesOf(text, 'mark-1').join()).not.toContain('approv');
  });

  test('of a correction that names no kind it says whose kind it has', () => {
    const document = { kind: 'correction' as const, handling: { tlp: 'GREEN' as const }, source: { kind: 'photo' } };
    const shown = about('resaid', 'statement', 'said', { places: false, why: 'kind' });
    const text = blameText([page([{ ...shown, document }, entry('said', by('max'))])]);
    expect(linesOf(text, 'resaid').slice(3)).toEqual([
      expect.stringMatching(/^ {5}kind statement, as that of what it corrects: by said, submitted by local\/max /),
    ]);
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
    expect(out).toContain('2 records: 0 cite a document, 0 a track alone, 2 nothing.');
  });

  test('refuses a server that does not explain, and no item', async () => {
    const { explanation: _, ...bare } = page([entry('one')]);
    expect(() => blameText([bare])).toThrow(CommandError);
    await expect(blame({} as Client, '', {})).rejects.toThrow(/Name an item/);
  });

  test('offers what a text without a scheme could be, as a trace does', async () => {
    const refused = new CommandError(EXIT.usage, 'identifier.scheme', 'No scheme.');
    const client = { get: () => Promise.reject(refused) } as unknown as Client;
    await expect(blame(client, 'WDDSYNTH9JA000001', {})).rejects.toMatchObject({
      remedy: expect.stringContaining('vin:WDDSYNTH9JA000001') as string,
    });
  });
});
