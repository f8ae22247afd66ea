import { createHash } from 'node:crypto';
import { KINDS } from '#lib/domain';
import { testDatabase, type TestDatabase } from '../../test-database.ts';
import {
  evidenceActsOn,
  evidenceCitedBy,
  insertUpload,
  listEvidence,
  projectBatch,
  readableEvidence,
  readerGroupIds,
  uploadOf,
  uploadedAfter,
  type ProjectedEvent,
  type StorePool,
} from '../index.ts';
import { READABLE_EVIDENCE } from './evidence.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const partition = { clusterId: 'c', topicId: 't', topic: 's', partition: 0 };

describe('evidence in the ledger', () => {
  let database: TestDatabase;
  let projector: StorePool;
  let pool: StorePool;
  let offset = 0;
  beforeAll(async () => {
    database = await testDatabase();
    projector = database.pool('projector');
    pool = database.pool('evidence');
  }, 60_000);
  afterAll(() => database.drop());

  const add = async (agency: string, id: string, kind: (typeof KINDS)[number], more: Partial<ProjectedEvent>): Promise<void> => {
    const content = Buffer.from(JSON.stringify({ id }));
    const hash = hashOf(`${agency}/${id}`);
    const base = { agency, id, principal: 'p', commitment: hash, contentHash: hash, secret: hash, capturedMicros: 1, content };
    const index = { kind: KINDS.indexOf(kind), starts: null, ends: null, items: [], groups: ['clear'], targets: [] };
    await projectBatch(projector, partition, offset, offset + 1, [{ ...base, ...index, offset, raw: content, ...more }], []);
    offset += 1;
  };
  const upload = (sha256: string, agency: string): Promise<void> =>
    insertUpload(pool, { sha256, agency, principal: 'p', receivedMicros: 5, bytes: 3, mediaType: 'text/plain', eventId: 'e' });
  const readerOf = async (agency: string) => ({
    agency,
    groups: await readerGroupIds(pool, agency === '' ? ['clear'] : ['clear', 'green', `agency:${agency}`]),
  });
  const mayRead = async (agency: string, sha256: string, from: StorePool = pool): Promise<boolean> =>
    (await readableEvidence(from, await readerOf(agency), [sha256])).has(sha256);

  it('is open to who sent it, and to who sees an event of his that cites it', async () => {
    const [secret, shared, open] = [hashOf('secret'), hashOf('shared'), hashOf('open')];
    for (const hash of [secret, shared, open]) await upload(hash, 'customs');
    await add('customs', 'a', 'observation', { evidence: [secret], groups: ['agency:customs'] });
    await add('customs', 'b', 'observation', { evidence: [shared], groups: ['agency:customs', 'agency:police'] });
    await add('customs', 'c', 'observation', { evidence: [open, open], groups: ['clear'] });
    const rights = await Promise.all(
      ['customs', 'police', 'port', ''].map(async (agency) => [
        agency,
        ...(await Promise.all([secret, shared, open].map((hash) => mayRead(agency, hash)))),
      ]),
    );
    expect(rights).toEqual([
      ['customs', true, true, true],
      ['police', false, true, true],
      ['port', false, false, true],
      ['', false, false, true],
    ]);
    const listed = await listEvidence(pool, await readerOf('police'), '', 10);
    expect(listed.map(({ sha256 }) => sha256.toString('hex'))).toEqual([shared, open].sort());
    expect(await listEvidence(pool, await readerOf('police'), [shared, open].sort()[0] ?? '', 10)).toHaveLength(1);
  });

  it('is not opened by a citation of somebody who never had it, and is by one who has; control: without that rule it would be', async () => {
    const hash = hashOf('guarded');
    await upload(hash, 'customs');
    await add('port', 'guess', 'observation', { evidence: [hash], groups: ['agency:port'] });
    expect(await mayRead('port', hash)).toBe(false);
    const text = READABLE_EVIDENCE.text.replace('where e.agency = u.agency', 'where true');
    const careless: StorePool = { ...pool, run: (statement, values) => pool.run({ ...statement, name: 'careless', text }, values) };
    expect(await mayRead('port', hash, careless)).toBe(true);
    await upload(hash, 'port');
    expect([await mayRead('port', hash), await mayRead('police', hash)]).toEqual([true, false]);
    expect(await uploadOf(pool, hash, 'port')).toMatchObject({ agency: 'port', bytes: 3, receivedMicros: 5 });
    expect(await uploadOf(pool, hash, 'police')).toBeNull();
  });

  it('names the acts on it and the events that cite it apart, in log order, to who may see them, as known at a size', async () => {
    const hash = hashOf('chain');
    const first = offset;
    await add('customs', 'in', 'evidence', { evidence: [hash], groups: ['agency:customs'] });
    await add('customs', 'cites', 'observation', { evidence: [hash], groups: ['clear'] });
    await add('customs', 'sent', 'evidence', { evidence: [hash], groups: ['agency:customs', 'agency:police'] });
    await add('port', 'no', 'retraction', { targets: [{ agency: 'customs', id: 'sent' }] });
    const ids = async (agency: string, logSize = 1_000): Promise<string[][]> => {
      const asked = { sha256: hash, groups: (await readerOf(agency)).groups, logSize, limit: 10, contentBytesMax: 1_000 };
      const told = (rows: { id: string; isWithdrawn: boolean }[]): string[] =>
        rows.map((row) => `${row.id}${row.isWithdrawn ? ' withdrawn' : ''}`);
      return [told(await evidenceActsOn(pool, asked)), told(await evidenceCitedBy(pool, asked))];
    };
    expect(await ids('customs')).toEqual([['in', 'sent'], ['cites']]);
    expect(await ids('police')).toEqual([['sent'], ['cites']]);
    expect(await ids('')).toEqual([[], ['cites']]);
    expect(await ids('customs', first + 2)).toEqual([['in'], ['cites']]);
    await add('customs', 'yes', 'retraction', { targets: [{ agency: 'customs', id: 'sent' }] });
    expect(await ids('customs')).toEqual([['in', 'sent withdrawn'], ['cites']]);
  });

  it('is listed whole for who checks the store, by piece', async () => {
    const all = await uploadedAfter(pool, '', 100);
    const pieces: string[] = [];
    for (let after = ''; ;) {
      const piece = await uploadedAfter(pool, after, 2);
      pieces.push(...piece.map(({ sha256 }) => sha256.toString('hex')));
      if (piece.length < 2) break;
      after = pieces.at(-1) ?? '';
    }
    expect(pieces).toEqual(all.map(({ sha256 }) => sha256.toString('hex')));
    expect(new Set(pieces).size).toBe(pieces.length);
  });

  it('is written by its own role alone', async () => {
    for (const role of ['capture', 'projector', 'gateway', 'operator', 'sealer'] as const)
      await expect(
        insertUpload(database.pool(role), {
          sha256: hashOf('x'),
          agency: 'a',
          principal: 'p',
          receivedMicros: 0,
          bytes: 0,
          mediaType: '',
          eventId: '',
        }),
      ).rejects.toMatchObject({ code: '42501' });
    await expect(pool.query('delete from evidence.uploads')).rejects.toMatchObject({ code: '42501' });
    await expect(pool.query(`insert into ledger.entries values (999, 'a', 'b', sha256(''), sha256(''))`)).rejects.toMatchObject({
      code: '42501',
    });
  });
});
