/** A line that corrects or withdraws another is what that one makes of it: where the file has it and it cannot be read, nobody knows what. */
import { foldTimeline } from '#lib/domain';
import { type JsonObject, readSighting, type SightingDocument } from '#lib/contracts';
import { mapCaseLine, type CaseContext } from './case-file.ts';

const CAR = 'vin:WDDSYNTH9JA000001';
const line = (members: JsonObject): JsonObject => ({
  id: 'a',
  recordedAt: '2018-09-01T00:00:00Z',
  kind: 'observation',
  item: { scheme: 'vin', value: 'WDDSYNTH9JA000001' },
  place: { name: 'Nakhodka', country: 'RU' },
  occurred: '2018-10-05',
  source: { kind: 'tip' },
  tlp: 'GREEN',
  ...members,
});
const contextOf = (file: readonly JsonObject[]): CaseContext => ({ targetOf: (id) => file.find((each) => each['id'] === id) });
const faultsOf = (each: JsonObject, context: CaseContext): string[] => {
  const mapped = mapCaseLine(each, context);
  return mapped.ok ? [] : mapped.faults.map(({ code, pointer }) => `${code} ${pointer}`);
};
const map = (each: JsonObject, context: CaseContext): SightingDocument => {
  const mapped = mapCaseLine(each, context);
  if (!mapped.ok) throw new Error(JSON.stringify(mapped.faults));
  return mapped.document;
};

/** A plan whose ship has a number where a text belongs, and the plan as its author mends it. */
const REFUSED = line({ claimType: 'scheduled', item: { scheme: 'vin', value: 'WDDSYNTH9JA000001', mmsi: 671990004 } });
const MENDED = line({ claimType: 'scheduled' });
const CORRECTION = line({ id: 'b', kind: 'correction', corrects: 'a', occurred: '2018-10-06', recordedAt: '2019-01-01T00:00:00Z' });

describe('the correction of a line that is rejected', () => {
  it.each<[string, JsonObject, string]>([
    ['a correction', CORRECTION, '/corrects'],
    ['a correction that says itself what it puts in place', { ...CORRECTION, as: 'observation', modality: 'actual' }, '/corrects'],
    ['a retraction', line({ id: 'b', kind: 'retraction', target: 'a' }), '/target'],
    ['a retraction of a list of one', line({ id: 'b', kind: 'retraction', targets: ['a'] }), '/targets'],
  ])('is rejected with it: %s', (_, each, pointer) => {
    expect(faultsOf(each, contextOf([REFUSED, each]))).toEqual([`import.target-refused ${pointer}`]);
    // So is one of a line that is not even JSON.
    expect(faultsOf(each, { targetOf: () => 'refused' })).toEqual([`import.target-refused ${pointer}`]);
    // And what corrects that one.
    const next = line({ id: 'c', kind: 'correction', corrects: 'b' });
    expect(faultsOf(next, contextOf([REFUSED, each, next]))).toEqual(['import.target-refused /corrects']);
  });

  it('is taken once that is mended, as planned as its target', () => {
    expect(map(CORRECTION, contextOf([MENDED, CORRECTION]))).toMatchObject({ as: 'observation', modality: 'planned' });
  });

  it('control: taken for the correction of what is elsewhere, it would be where the car was seen', () => {
    const placed = (correction: SightingDocument): (string | boolean)[] => {
      const inputs = [map(MENDED, contextOf([])), correction].map((document) => {
        const read = readSighting(document, { agency: 'local', principal: 'operator', id: document.id ?? '' });
        if (!read.ok) throw new Error(JSON.stringify(read.faults));
        return { sighting: read.sighting };
      });
      return foldTimeline(CAR, inputs).entries.flatMap(({ sighting, places }) => [sighting.id, places]);
    };
    expect(placed(map(CORRECTION, contextOf([])))).toEqual(['a', false, 'b', true]);
    expect(placed(map(CORRECTION, contextOf([MENDED])))).toEqual(['a', false, 'b', false]);
  });

  it('says which line it is about', () => {
    expect(mapCaseLine(CORRECTION, contextOf([REFUSED]))).toMatchObject({
      ok: false,
      faults: [{ detail: expect.stringMatching(/^a stands in the same file and was rejected/) as string }],
    });
  });
});

describe('a line that only speaks about one that is rejected', () => {
  it.each<[string, JsonObject]>([
    ['a dispute', line({ id: 'b', kind: 'dispute', corrects: 'a', reason: 'not so' })],
    ['a marking', line({ id: 'b', kind: 'marking', corrects: 'a', tlp: 'AMBER' })],
    ['a resolution', line({ id: 'b', kind: 'resolution', targets: ['a', 'c'], upholds: 'a' })],
    ['a line that links to it', line({ id: 'b', links: ['a'] })],
  ])('is taken and waits for it: %s', (_, each) => {
    expect(faultsOf(each, contextOf([REFUSED]))).toEqual([]);
  });
});

describe('a correction of a correction', () => {
  /** `c-0` is a plan; each of the others corrects the one before it. */
  const chain = Array.from({ length: 18 }, (_, n) =>
    n === 0 ? line({ id: 'c-0', claimType: 'scheduled' }) : line({ id: `c-${n}`, kind: 'correction', corrects: `c-${n - 1}` }),
  );

  it('is a plan still where sixteen stand one behind another, and is rejected beyond: it would be an observation', () => {
    for (const each of chain.slice(0, 17)) expect(map(each, contextOf(chain)).modality).toBe('planned');
    expect(faultsOf(chain[17] as JsonObject, contextOf(chain))).toEqual(['import.target-refused /corrects']);
  });

  it('is one with what it corrects where the two go round in a circle, which puts nothing in place', () => {
    const circle = ['a', 'b', 'c'].map((id, n, ids) => line({ id, kind: 'correction', corrects: ids[(n + 1) % 3] as string }));
    for (const each of circle) expect(faultsOf(each, contextOf(circle))).toEqual([]);
  });
});
