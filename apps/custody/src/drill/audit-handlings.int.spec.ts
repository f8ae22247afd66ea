/** What an audit says of handlings: nothing of those that markings in the log give, and each row that none of them does. */
import type { SightingDocument } from '#lib/contracts';
import { indexSighting, readSighting } from '#lib/contracts';
import { audit, type AuditReport, type RowName } from '#app/audit';
import { aliasKeys, searchKeys, type Handling } from '#lib/domain';
import { projectBatch, type EventIndex, type ProjectedEvent, type StoreClient } from '#lib/store';
import { eventOf } from './drill-events.ts';
import { drilledLedger, type DrilledLedger } from './drilled-ledger.contract.ts';

const CAPTURED = Date.UTC(2026, 0, 2) * 1_000;

let ledger: DrilledLedger;
let client: StoreClient;
let offset: number;
/** Log index by id. */
const at = new Map<string, number>();

function indexOf(content: Buffer, agency: string): EventIndex {
  const document = JSON.parse(content.toString()) as SightingDocument;
  const read = readSighting(document, { agency, id: document.id ?? '', principal: '' });
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return indexSighting(read.sighting);
}

async function say(by: string, ...documents: object[]): Promise<readonly ProjectedEvent[]> {
  const [agency = '', principal = ''] = by.split('/');
  const author = { agency, principal, capturedMicros: CAPTURED };
  const events = documents.map((document, n) => eventOf(document as SightingDocument, offset + n, Buffer.alloc(32, 9), author));
  const partition = { clusterId: 'drill', topicId: 'drill', topic: 'drill', partition: 0 };
  const keys = { ofItem: searchKeys, ofAlias: aliasKeys };
  await projectBatch(ledger.database.pool('projector'), partition, offset, offset + events.length, events, [], { keys, indexOf });
  offset += events.length;
  const { rows } = await client.query<{ id: string; n: number }>('select id, log_index as n from ledger.entries');
  for (const { id, n } of rows) at.set(id, n);
  return events;
}

const seen = (id: string, handling: Handling, ...items: string[]): object => ({
  id,
  kind: 'observation',
  handling,
  source: { kind: 'photo' },
  items: items.map((item) => ({ id: `serial:drill:${item}`, role: 'subject' })),
});
const ABOUT = { handling: { tlp: 'AMBER' }, source: { kind: 'handling' } };
const marking = (id: string, target: string, handling: Handling, contradicts: readonly string[] = []): object => ({
  id,
  kind: 'marking',
  ...ABOUT,
  relations: { target, handling, reason: 'asked for', ...(contradicts.length === 0 ? {} : { contradicts }) },
});

beforeAll(async () => {
  ledger = await drilledLedger(11, 4);
  client = await ledger.copy.pool.connect();
  offset = ledger.copy.events.length;
  // Before what it is about; of its own agency, of another, and of a marking; narrower, wider, and what is none's target.
  await say('local/eva', marking('h-early', 'h-late', { tlp: 'AMBER' }));
  await say(
    'local/operator',
    seen('h-late', { tlp: 'GREEN' }, 'A'),
    seen('h-open', { tlp: 'AMBER' }, 'A', 'B'),
    seen('h-bare', { tlp: 'AMBER' }),
  );
  await say('local/eva', marking('h-closed', 'h-late', { tlp: 'RED', principals: ['local/eva'] }, ['h-other']));
  await say('local/operator', seen('h-other', { tlp: 'GREEN' }, 'B'));
  await say('bolt/one', marking('h-foreign', 'local/h-other', { tlp: 'AMBER' }));
  await say('local/eva', marking('h-of-marking', 'h-closed', { tlp: 'AMBER+STRICT' }), marking('h-of-none', 'h-nowhere', { tlp: 'RED' }));
  for (const id of ['h-open', 'h-bare']) {
    const [wide] = await say('local/max', marking(`${id}-wide`, id, { tlp: 'AMBER', agencies: ['bolt'] }));
    const act = { act: 'marking.approve', marking: `${id}-wide`, sha256: (wide as ProjectedEvent).contentHash };
    await say('local/operator', { id: `${id}-approved`, kind: 'policy', ...ABOUT, extension: { policy: act } });
  }
  await say('local/eva', { id: 'h-undone', kind: 'retraction', ...ABOUT, relations: { target: 'h-bare-wide' } });
}, 120_000);
afterAll(async () => {
  client.release();
  await ledger.copy.close();
});

async function audited(...tampering: readonly string[]): Promise<AuditReport> {
  await client.query('begin');
  try {
    await client.query('set local session_replication_role = replica');
    for (const text of tampering) expect([text, (await client.query(text)).rowCount]).not.toEqual([text, 0]);
    return await audit(client, { keys: ledger.copy.keys });
  } finally {
    await client.query('rollback');
  }
}
const of = (id: string): number => at.get(id) as number;
const named = ({ findings }: AuditReport): RowName[] => findings.map(({ table, key }) => ({ table, key }));

test('of what markings give nothing is found', async () => {
  const { rows } = await client.query<{ n: number }>(`select count(*)::integer as n from ledger.timeline where map_key = ''`);
  expect(rows[0]?.n).toBe(3);
  expect(await audited()).toMatchObject({ verdict: 'verified', counts: {}, findings: [] });
});

test('an event is named that no marking of its own agency speaks of, and is hidden or shown by a row', async () => {
  for (const id of ['h-other', 'h-foreign-none', 'drill-0']) {
    const logIndex = at.get(id) ?? 1_000_000;
    const hidden = await audited(`insert into ledger.marked values (${logIndex})`);
    expect(hidden).toMatchObject({ verdict: 'altered', counts: { 'audit.handling': 1 } });
    expect(named(hidden)).toEqual([{ table: 'ledger.marked', key: { log_index: logIndex } }]);
    const shown = await audited(`insert into ledger.handlings select ${logIndex}, grps, handling from ledger.handlings limit 1`);
    expect(named(shown)).toEqual([{ table: 'ledger.handlings', key: { log_index: logIndex } }]);
  }
  const beyond = await audited('insert into ledger.marked values (9223372036854775807), (-9223372036854775807)');
  expect(beyond).toMatchObject({ verdict: 'altered', counts: { 'audit.handling': 2 } });
});

test('so is one whose handling is gone, or for others than it is shown to', async () => {
  const [late, marked] = [of('h-late'), of('h-closed')];
  const key = { log_index: late };
  expect(named(await audited(`delete from ledger.handlings where log_index = ${late}`))).toEqual([{ table: 'ledger.handlings', key }]);
  expect(named(await audited(`delete from ledger.marked where log_index = ${late}`))).toEqual([{ table: 'ledger.marked', key }]);
  const both = ['marked', 'handlings'].map((table) => `delete from ledger.${table} where log_index = ${late}`);
  expect(named(await audited(...both))).toEqual([{ table: 'ledger.handlings', key }]);
  for (const change of [`grps = '{}'`, `grps = grps || 1000`, `handling = '{"tlp":"CLEAR"}'`, `handling = 'none'`])
    expect(named(await audited(`update ledger.handlings set ${change} where log_index = ${late}`))).toEqual([
      { table: 'ledger.handlings', key },
    ]);
  expect(named(await audited(`update ledger.handlings set grps = '{}' where log_index = ${marked}`))).toEqual([
    { table: 'ledger.handlings', key: { log_index: marked } },
  ]);
});

test('and a row of another reader group that no marking opened it to, or that says what its document does not', async () => {
  const put = (id: string, more: Readonly<Record<string, string>>): string => {
    const columns = ['item', 'grp', 'starts', 'ends', 'agency', 'id', 'log_index', 'kind', 'map_key'];
    const values = { map_key: `''`, grp: '1000', ...more };
    const select = columns.map((name) => (values as Readonly<Record<string, string>>)[name] ?? name);
    return `insert into ledger.timeline (${columns.join(', ')}) select ${select.join(', ')} from ledger.timeline where log_index = ${of(id)} limit 1`;
  };
  const bolt = `(select id from ledger.reader_groups where name = 'agency:bolt')`;
  for (const [id, more] of [
    ['drill-0', {}],
    ['h-late', { grp: bolt }],
    ['h-open', {}],
    ['h-open', { grp: bolt, item: `'serial:drill:C'` }],
    ['h-open', { grp: bolt, starts: 'starts - 1' }],
    ['h-open', { grp: 'grp', item: `'serial:drill:C'` }],
  ] as const) {
    const report = await audited(put(id, more));
    expect([id, more, report.verdict, report.counts]).toEqual([id, more, 'altered', { 'audit.timeline': 1 }]);
    expect(named(report)).toMatchObject([{ table: 'ledger.timeline', key: { log_index: of(id) } }]);
  }
});
