import { foldTimeline } from '#lib/domain';
import { NO_APPROVALS } from './approvals.ts';
import { eventView, readEvent } from './event-view.ts';

const ITEM = 'serial:acme:1';
const document = (parties: readonly object[]): object => ({
  id: 'sold',
  kind: 'transfer',
  handling: { tlp: 'CLEAR' },
  source: { kind: 'trade_record' },
  items: [{ id: ITEM, role: 'subject' }],
  parties,
});

function partiesOf(parties: readonly object[]) {
  const hash = Buffer.alloc(32);
  const event = readEvent({
    logIndex: 0,
    agency: 'local',
    id: 'sold',
    principal: 'operator',
    capturedMicros: 1,
    content: Buffer.from(JSON.stringify(document(parties))),
    commitment: hash,
    contentHash: hash,
    secret: hash,
  });
  return foldTimeline(ITEM, [event]).entries.map(
    (entry) =>
      eventView(entry, event, { recorded: () => null, held: new Set(), signatures: () => [], approval: NO_APPROVALS }, ITEM).parties,
  )[0];
}

describe('a party', () => {
  it('is shown as stated, with the verdict on its LEI: one that fails ISO 17442 is kept and said to', () => {
    const seller = { role: 'seller', name: 'Example', lei: '5493001KJTIIGC8Y1R12' };
    const misread = { ...seller, lei: '5493001KJTIIGC8Y1R21' };
    expect(partiesOf([seller, misread, { role: 'buyer' }])).toEqual([
      { ...seller, check: { verdict: 'valid' } },
      { ...misread, check: { verdict: 'invalid', expected: '12', reason: expect.stringContaining('12') } },
      { role: 'buyer' },
    ]);
  });
});
