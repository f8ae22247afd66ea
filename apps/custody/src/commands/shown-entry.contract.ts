/** An entry as the API shows it, for suites of what is printed of it. */
import type { EventView } from '#lib/contracts';

export const NO_RELATIONS: EventView['relations'] = {
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

export function entry(id: string, members: Partial<EventView> = {}): EventView {
  return {
    agency: 'local',
    id,
    logIndex: 0,
    submittedBy: { agency: 'local', principal: 'operator', proved: true },
    reportedBy: null,
    captured: '2026-11-24T02:10:00.000000Z',
    recorded: null,
    contentHash: 'a'.repeat(64),
    commitment: 'b'.repeat(64),
    document: { id, kind: 'observation', handling: { tlp: 'GREEN' }, place: { name: 'Busan' }, source: { kind: 'photo' } },
    display: {
      summary: 'observed',
      occurred: '2018-09-30',
      place: 'Busan, South Korea',
      grade: 'not graded',
      items: ['VIN X', 'container SYNU 000001 4'],
      source: 'photo',
    },
    signatures: [],
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
