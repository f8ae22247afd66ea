/** What a trace says of signatures and of markings that wait, so that nobody takes the one for proved or the other for done. */
import type { EventView } from '#lib/contracts';
import { entry, NO_RELATIONS } from './shown-entry.contract.ts';
import { timelineText } from './trace.ts';

const said = (id: string, members: Partial<EventView> = {}): EventView =>
  entry(id, { places: false, mark: 'statement', kind: 'statement', why: 'kind', ...members });
const traced = (...entries: EventView[]): string =>
  timelineText({
    item: { id: 'vin:X', scheme: 'vin', display: 'VIN X', check: { verdict: 'valid' }, facts: [] },
    coordinates: { asOf: { basis: 'log', logSize: 1_234 }, policy: 0 },
    entries,
    waiting: [],
    openQuestions: [],
    notes: [],
    next: null,
  });

describe('what its agency signed', () => {
  const list = { agency: 'local', vkey: 'local/import+6b1d1c1e+AQ' };
  const SIGNED: EventView['signatures'] = [
    { ...list, id: 'l-1', logIndex: 8, verdict: 'valid' },
    { ...list, id: 'l-2', logIndex: 9, verdict: 'revoked' },
    { agency: 'local', logIndex: 10, verdict: 'not-judged', more: 4 },
  ];

  test('is told with the verdict on each list, in the words of the API; what is not valid is flagged', () => {
    const text = traced(entry('a', { signatures: SIGNED }), said('b', { signatures: SIGNED.slice(1, 2) }));
    expect(text).toContain(
      '     signed: valid, by local/import (list l-1, log index 8); revoked, by local/import (list l-2, log index 9); 5 more lists not told, from log index 10 on\n',
    );
    expect(text).toContain('  1  2018-09-30   Busan, South Korea   [signature revoked]\n');
    expect(text).toContain('  ~  2018-09-30   [STATEMENT, SIGNATURE REVOKED; places nothing]\n');
    expect(text).toContain(
      "signed: by a key of its agency's own, with the verdict of the server, which a proof of the record does not show.",
    );
  });

  test('of what no list names nothing is said, and a valid one flags nothing', () => {
    expect(traced(entry('a'), said('b'))).not.toMatch(/sign/);
    expect(traced(entry('a', { signatures: SIGNED.slice(0, 1) }))).not.toContain('[signature');
  });
});

describe('a marking', () => {
  const link = { agency: 'local', standing: 'stands', inForce: true } as const;
  const marked = (...approvals: (EventView['approval'] | undefined)[]): string => {
    const markedBy = approvals.map((approval, n) => ({ ...link, id: `m${n}`, ...(approval === undefined ? {} : { approval }) }));
    return traced(entry('a', { relations: { ...NO_RELATIONS, markedBy } }));
  };

  test('that waits for an approver is told as waiting where its target stands, and what was approved or is void as that', () => {
    expect(marked('awaited')).toContain('     marked by m0 (awaits approval: what it opens is not open)\n');
    expect(marked(undefined, 'approved', 'void', 'undoing-awaited')).toContain(
      '     marked by m0, m1 (approved), m2 (void: it opens nothing), m3 (undone, which awaits approval: it takes away as before)\n',
    );
  });

  test('says so of itself, and a record under which handling it came in, where that is another now', () => {
    const waiting = said('m', { mark: 'relation', kind: 'marking', approval: 'awaited' });
    expect(traced(waiting)).toContain('     (awaits approval: what it opens is not open)\n');
    const text = traced(entry('a', { handling: { tlp: 'AMBER' } }), entry('b'));
    expect(text).toContain(' · AMBER (submitted as GREEN) · ');
    expect(text).toContain(' · GREEN · ');
  });
});
