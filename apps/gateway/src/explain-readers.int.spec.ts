/** Blame under policies: to whom an answer leads is told to each reader of what he may see, and of documents whether they are open to him. */
import { blameIn, type Explanation, type SightingDocument } from '#lib/contracts';
import { ROOT_ACTOR, type Actor } from '#lib/domain';
import { insertUpload, ReaderContext, readerGroupIds } from '#lib/store';
import { readAsOf } from './coordinates.ts';
import { readOne } from './events.controller.ts';
import { readingOf } from './gateway-deps.ts';
import { readItem } from './item.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';
import { readTimeline } from './timeline.ts';

const CAR = 'vin:WDDSYNTH9JA000001';
const BILL = 'b'.repeat(64);
const cited = { evidence: [{ sha256: BILL, ref: 'bl.txt', locator: 'line:5' }] };
const actor = (agency: string, principal: string): Actor => ({ ...ROOT_ACTOR, agency, principal });
const MAX = actor('customs', 'max');
const EVA = actor('customs', 'eva');
const ANN = actor('police', 'ann');

describe('an explanation', () => {
  let ledger: TestedLedger;
  beforeAll(async () => {
    ledger = await TestedLedger.open();
    const openly = [seen('open', [subject(CAR)], cited)];
    const closely = [
      seen('amber', [subject(CAR)], { handling: { tlp: 'AMBER' } }),
      seen('doubt', [subject(CAR)], { kind: 'dispute', handling: { tlp: 'AMBER' }, relations: { target: 'open' } }),
      seen('red', [subject(CAR)], { handling: { tlp: 'RED', principals: ['max'] } }),
    ];
    await ledger.add(openly, 'customs', 'max');
    await ledger.add(closely as SightingDocument[], 'customs', 'kim');
    await ledger.add([seen('theirs', [subject(CAR)], { ...cited, handling: { tlp: 'AMBER' } })], 'police', 'ann');
  }, 60_000);
  afterAll(() => ledger.database.drop());

  /** Of the timeline, the item and the event `open`, as this reader is answered. */
  const explained = async (who: Actor): Promise<Explanation[]> => {
    const { reader, reads } = await readingOf({ reads: ledger.reads, breaksGlass: () => false }, who);
    const asOf = await readAsOf(undefined, reads);
    const answers = [
      await readTimeline(reads, reader, { item: CAR, asOf, limit: 10, explain: true }),
      await readItem(reads, reader, CAR, asOf, true),
      await readOne(reads, reader, { id: 'open', asOf, explain: true }),
    ];
    return answers.map(({ explanation }) => explanation as Explanation);
  };
  const named = async (who: Actor): Promise<string[]> =>
    [...new Set((await explained(who)).flatMap(({ sightings }) => sightings.map(({ agency, id }) => `${agency}/${id}`)))].sort();
  const restOf = async (who: Actor, id: string): Promise<string[]> =>
    (await explained(who)).flatMap(({ sightings }) => sightings.filter((sighting) => sighting.id === id).map(({ rests }) => rests));

  test('leads its reader to nothing that is hidden from him; control: who may see it is led there', async () => {
    expect(await named(MAX)).toEqual(['customs/amber', 'customs/doubt', 'customs/open', 'customs/red']);
    expect(await named(EVA)).toEqual(['customs/amber', 'customs/doubt', 'customs/open']);
    expect(await named(ANN)).toEqual(['customs/open', 'police/theirs']);
  });

  test('names the agency and person of each submission as they were stored', async () => {
    const [timeline] = await explained(MAX);
    const who = (timeline as Explanation).sightings.map(({ id, submittedBy }) => `${id} ${submittedBy.agency}/${submittedBy.principal}`);
    expect(who.sort()).toEqual(['amber customs/kim', 'doubt customs/kim', 'open customs/max', 'red customs/kim']);
    const [ofPolice] = await explained(ANN);
    expect(ofPolice?.sightings.find(({ id }) => id === 'theirs')?.submittedBy).toEqual({
      agency: 'police',
      principal: 'ann',
      proved: true,
    });
  });

  test('says of a document that it is held where its bytes are here and open to the reader, and of nobody else', async () => {
    const [not, held] = ['rests on bl.txt line:5 (not held here)', 'rests on bl.txt line:5 (held here)'];
    expect([...(await restOf(MAX, 'open')), ...(await restOf(ANN, 'theirs'))]).toEqual([not, not, not, not, not]);
    const pool = ledger.database.pool('evidence');
    const police = pool.as(new ReaderContext('police', await readerGroupIds(pool, ['clear', 'green', 'agency:police'])));
    const upload = { sha256: BILL, principal: 'ann', receivedMicros: 1, bytes: 3, mediaType: 'text/plain', eventId: 'received:b' };
    await insertUpload(police, { ...upload, agency: 'police' });
    // Its author sent it; who cites the same hash, and sees no event of its sender that does, is not told that it is here.
    expect([...(await restOf(MAX, 'open')), ...(await restOf(ANN, 'theirs'))]).toEqual([not, not, not, held, held]);
    const pointers = (await explained(ANN)).map((explanation) => blameIn(explanation)('/entries/1/evidence/0')?.evidence[0]?.held);
    expect(pointers[0]).toBe(true);
  });
});
