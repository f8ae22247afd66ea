/** Who read which evidence: downloaded, drawn, listed, or asked where it was. */
import { ANONYMOUS } from '#lib/domain';
import type { ReadNotes } from '#lib/runtime';
import { actor, hashOf, ServedEvidence } from './served-evidence.contract.ts';

const BYTES = 'what is for some';
const OPEN = 'what is for everybody';

describe('a read of evidence', () => {
  let served: ServedEvidence;
  const ways = ['', '/view', '/custody'].map((way) => `/sha256/${hashOf(BYTES)}${way}`);
  beforeAll(async () => {
    served = await ServedEvidence.open();
    await served.put(hashOf(BYTES), BYTES);
    await served.put(hashOf(OPEN), OPEN);
    await served.cite('customs', 'for-some', hashOf(BYTES), { tlp: 'AMBER', agencies: ['police'] });
    await served.cite('customs', 'for-everybody', hashOf(OPEN), { tlp: 'CLEAR' });
  }, 120_000);
  afterAll(() => served.close());
  beforeEach(() => {
    served.asking = actor('police');
    served.recordFails = false;
    served.recorded.length = 0;
  });
  const said = ({ evidence, ...notes }: ReadNotes) => ({ evidence: Object.fromEntries(evidence), isRead: notes.items.size >= 0 });

  it('is recorded in each way, with the agency whose it is', async () => {
    for (const path of [...ways, '']) expect([path, (await served.get(path)).status]).toEqual([path, 200]);
    expect((await served.get(ways[0] ?? '', {}, 'HEAD')).status).toBe(200);
    expect((await served.get(ways[0] ?? '', { range: 'bytes=0-3' })).status).toBe(206);
    expect((await served.get(ways[0] ?? '', { 'if-none-match': `"${hashOf(BYTES)}"` })).status).toBe(304);
    const operations = ['getEvidence', 'viewEvidence', 'getCustody', 'listEvidence', 'headEvidence', 'getEvidence', 'getEvidence'];
    expect(served.recorded.map(({ operation }) => operation)).toEqual(operations);
    for (const { notes } of served.recorded) expect(said(notes).evidence).toEqual({ [hashOf(BYTES)]: 'customs' });
    const custody = served.recorded[2];
    expect(custody?.notes.shownEvents().map(({ agency, id }) => `${agency}/${id}`)).toContain('customs/for-some');
  });

  it('is none where the evidence is open to everybody, hidden, or not there', async () => {
    for (const path of [`/sha256/${hashOf(OPEN)}`, `/sha256/${hashOf(OPEN)}/view`]) expect((await served.get(path)).status).toBe(200);
    served.asking = ANONYMOUS;
    for (const path of [`/sha256/${hashOf(OPEN)}`, '']) expect((await served.get(path)).status).toBe(200);
    served.asking = actor('coast');
    for (const path of ways) expect((await served.get(path)).status).toBe(404);
    expect(served.recorded).toEqual([]);
  });

  it('that cannot be recorded gives no byte of it', async () => {
    served.recordFails = true;
    for (const path of [...ways, '']) {
      const answer = await served.get(path);
      const text = await answer.text();
      expect([path, answer.status, text.includes(BYTES), text.includes(hashOf(BYTES)) && path === '']).toEqual([path, 503, false, false]);
      expect(answer.headers.get('content-disposition')).toBeNull();
    }
  });
});
