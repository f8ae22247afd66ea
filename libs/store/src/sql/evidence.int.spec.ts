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
  ReaderContext,
  type ProjectedEvent,
  type Statements,
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
    const index = { kind: KINDS.indexOf(kind), starts: null, ends: null, items: [], groups: ['clear'], targets: [], word: null };
    await projectBatch(projector, partition, offset, offset + 1, [{ ...base, ...index, offset, raw: content, ...more }], []);
    offset += 1;
  };
  const upload = async (sha256: string, agency: string): Promise<void> =>
    insertUpload((await readerOf(agency)).from, {
      sha256,
      agency,
      principal: 'p',
      receivedMicros: 5,
      bytes: 3,
      mediaType: 'text/plain',
      eventId: 'e',
    });
  const readerOf = async (agency: string, principal = 'p', breaksGlass = false) => {
    const groups = await readerGroupIds(pool, agency === '' ? ['clear'] : ['clear', 'green', `agency:${agency}`]);
    return { agency, principal, breaksGlass, groups, from: pool.as(new ReaderContext(agency === '' ? null : agency, groups)) };
  };
  type AsReader = Awaited<ReturnType<typeof readerOf>>;
  const opens = async (reader: AsReader, sha256: string, from: Statements = reader.from): Promise<boolean> =>
    (await readableEvidence(from, reader, [sha256])).has(sha256);
  const mayRead = async (agency: string, sha256: string): Promise<boolean> => opens(await readerOf(agency), sha256);
  const listedFor = async (agency: string, after = ''): Promise<string[]> => {
    const reader = await readerOf(agency);
    return (await listEvidence(reader.from, reader, after, 10)).map(({ sha256 }) => sha256.toString('hex'));
  };

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
    expect(await listedFor('police')).toEqual([shared, open].sort());
    expect(await listedFor('police', [shared, open].sort()[0])).toHaveLength(1);
  });

  it('is not opened by a citation of somebody who never had it, and is by one who has; control: without that rule it would be', async () => {
    const hash = hashOf('guarded');
    await upload(hash, 'customs');
    await add('port', 'guess', 'observation', { evidence: [hash], groups: ['agency:port'] });
    expect(await mayRead('port', hash)).toBe(false);
    const text = READABLE_EVIDENCE.text.replace('where e.agency = u.agency', 'where true');
    const careless = (from: Statements): Statements => ({
      ...from,
      run: (statement, values) => from.run({ ...statement, name: 'careless', text }, values),
    });
    const port = await readerOf('port');
    const owner = database.pool('owner');
    expect(await opens(port, hash, careless(owner))).toBe(true);
    // Where the statement forgets it, the policy of uploads does not; control: nor does it where it forgets it too.
    expect(await opens(port, hash, careless(port.from))).toBe(false);
    await owner.query('create policy careless on evidence.uploads for select to custody_evidence using (true)');
    expect(await opens(port, hash, careless(port.from))).toBe(true);
    await owner.query('drop policy careless on evidence.uploads');
    await upload(hash, 'port');
    expect([await mayRead('port', hash), await mayRead('police', hash)]).toEqual([true, false]);
    expect(await uploadOf(port.from, hash, 'port')).toMatchObject({ agency: 'port', bytes: 3, receivedMicros: 5 });
    expect(await uploadOf(port.from, hash, 'police')).toBeNull();
  });

  it('is not opened, named or listed by TLP:RED that names others; by the same without names it is', async () => {
    const hash = hashOf('named');
    await upload(hash, 'customs');
    const groups = ['agency:customs', 'agency:police'];
    const content = Buffer.from(JSON.stringify({ handling: { principals: ['police/ann', 'bob'], tlp: 'RED' } }));
    await add('customs', 'red', 'observation', { evidence: [hash], groups, content });
    const found = async (agency: string, principal: string, breaksGlass = false): Promise<unknown[]> => {
      const reader = await readerOf(agency, principal, breaksGlass);
      const citing = await evidenceCitedBy(reader.from, { sha256: hash, reader, logSize: 1_000, limit: 10, contentBytesMax: 1_000 });
      const listed = await listEvidence(reader.from, reader, '', 1_000);
      return [await opens(reader, hash), listed.some(({ sha256 }) => sha256.toString('hex') === hash), citing.length];
    };
    const [everything, nothing] = [
      [true, true, 1],
      [false, false, 0],
    ];
    expect(await found('police', 'ann')).toEqual(everything);
    expect(await found('police', 'bob')).toEqual(everything);
    expect(await found('police', 'eve')).toEqual(nothing);
    expect(await found('police', 'eve', true)).toEqual(everything);
    // The bytes are his agency's; the event is its author's.
    expect(await found('customs', 'p')).toEqual(everything);
    expect(await found('customs', 'eve')).toEqual([true, true, 0]);
    const plain = Buffer.from(JSON.stringify({ handling: { tlp: 'RED' } }));
    await add('customs', 'plain', 'observation', { evidence: [hash], groups, content: plain });
    expect(await found('police', 'eve')).toEqual(everything);
  });

  it('is not opened by an act on it, whoever says it; control: without that rule it would be', async () => {
    const [hash, original] = [hashOf('acted on'), hashOf('redacted from')];
    for (const each of [hash, original]) await upload(each, 'customs');
    const everybody = ['agency:customs', 'clear', 'green'];
    await add('customs', 'received', 'evidence', { evidence: [hash], groups: everybody });
    await add('customs', 'redacted', 'evidence', { evidence: [hash, original], groups: everybody });
    await add('port', 'held', 'evidence', { evidence: [hash], groups: ['agency:port', 'green'] });
    const port = await readerOf('port');
    expect(await Promise.all([hash, original].map((each) => opens(port, each)))).toEqual([false, false]);
    expect((await listedFor('port')).filter((each) => [hash, original].includes(each))).toEqual([]);
    const text = READABLE_EVIDENCE.text.replace(`and r.kind <> ${KINDS.indexOf('evidence')}`, '');
    const careless = (from: Statements): Statements => ({
      ...from,
      run: (statement, values) => from.run({ ...statement, name: 'careless of acts', text }, values),
    });
    // Where the statement forgets it, the policy of uploads does not.
    expect([await opens(port, hash, careless(database.pool('owner'))), await opens(port, hash, careless(port.from))]).toEqual([
      true,
      false,
    ]);
    // What cites it does.
    await add('customs', 'shows', 'observation', { evidence: [hash], groups: ['agency:customs', 'agency:port'] });
    expect(await Promise.all([hash, original].map((each) => opens(port, each)))).toEqual([true, false]);
  });

  it("is hidden from a statement that reads for nobody, and from one that asks for groups that are not the reader's", async () => {
    const hash = hashOf('hidden');
    await upload(hash, 'customs');
    await add('customs', 'own', 'observation', { evidence: [hash], groups: ['agency:customs'] });
    const rows = async (from: Statements): Promise<number[]> => [
      (await from.query('select from evidence.uploads where sha256 = $1', [Buffer.from(hash, 'hex')])).rowCount,
      (await from.query('select from ledger.evidence_refs where sha256 = $1', [Buffer.from(hash, 'hex')])).rowCount,
    ];
    expect(await rows(pool)).toEqual([0, 0]);
    expect(await rows((await readerOf('port')).from)).toEqual([0, 0]);
    expect(await rows((await readerOf('customs')).from)).toEqual([1, 1]);
    const customs = await readerOf('customs');
    expect(await opens(customs, hash, (await readerOf('port')).from)).toBe(false);
  });

  it('is received for the agency of the context, and for no other', async () => {
    const row = {
      sha256: hashOf('foreign'),
      agency: 'customs',
      principal: 'p',
      receivedMicros: 5,
      bytes: 3,
      mediaType: 'a/b',
      eventId: 'e',
    };
    for (const from of [pool, (await readerOf('port')).from])
      await expect(insertUpload(from, row)).rejects.toMatchObject({ code: '42501' });
  });

  it('names the acts on it and the events that cite it apart, in log order, to who may see them, as known at a size', async () => {
    const hash = hashOf('chain');
    const first = offset;
    await add('customs', 'in', 'evidence', { evidence: [hash], groups: ['agency:customs'] });
    await add('customs', 'cites', 'observation', { evidence: [hash], groups: ['clear'] });
    await add('customs', 'sent', 'evidence', { evidence: [hash], groups: ['agency:customs', 'agency:police'] });
    await add('port', 'no', 'retraction', { targets: [{ agency: 'customs', id: 'sent' }] });
    const ids = async (agency: string, logSize = 1_000): Promise<string[][]> => {
      const reader = await readerOf(agency);
      const asked = { sha256: hash, reader, logSize, limit: 10, contentBytesMax: 1_000 };
      const told = (rows: { id: string; isWithdrawn: boolean }[]): string[] =>
        rows.map((row) => `${row.id}${row.isWithdrawn ? ' withdrawn' : ''}`);
      return [told(await evidenceActsOn(reader.from, asked)), told(await evidenceCitedBy(reader.from, asked))];
    };
    expect(await ids('customs')).toEqual([['in', 'sent'], ['cites']]);
    expect(await ids('police')).toEqual([['sent'], ['cites']]);
    expect(await ids('')).toEqual([[], ['cites']]);
    expect(await ids('customs', first + 2)).toEqual([['in'], ['cites']]);
    const retract = async (id: string, of: string, more: Partial<ProjectedEvent> = {}): Promise<void> => {
      const word = { agency: 'customs', id: of };
      await add('customs', id, 'retraction', { targets: [word], word, ...more });
    };
    // What a retraction of something else contradicts stands.
    await retract('beside', 'other', { targets: ['other', 'in', 'sent'].map((of) => ({ agency: 'customs', id: of })) });
    expect(await ids('customs')).toEqual([['in', 'sent'], ['cites']]);
    await retract('yes', 'sent');
    expect(await ids('customs')).toEqual([['in', 'sent withdrawn'], ['cites']]);
    await retract('back', 'yes');
    expect(await ids('customs')).toEqual([['in', 'sent'], ['cites']]);
    await retract('again', 'back');
    expect(await ids('customs')).toEqual([['in', 'sent withdrawn'], ['cites']]);
    await retract('hidden', 'again', { groups: ['agency:police'] });
    expect(await ids('customs')).toEqual([['in', 'sent withdrawn'], ['cites']]);
  });

  it('is listed whole for who checks the store, by piece', async () => {
    const operator = database.pool('operator');
    const all = await uploadedAfter(operator, '', 100);
    expect(all.length).toBeGreaterThan(3);
    const pieces: string[] = [];
    for (let after = ''; ;) {
      const piece = await uploadedAfter(operator, after, 2);
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
