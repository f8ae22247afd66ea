/** The audit of writes over a real ledger: what the filters find is what reading every entry finds. */
import { readAuditQuery, type AuditRow, type AuditView, type SightingDocument } from '#lib/contracts';
import { ANONYMOUS, KINDS, ROOT_ACTOR } from '#lib/domain';
import { AUDIT_LOOKED_MAX } from '#lib/store';
import { readAudit } from './audit.ts';
import { readAsOf } from './coordinates.ts';
import { readerOf, readingOf } from './gateway-deps.ts';
import type { Reader } from './ledger-reads.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';

const CAR = 'vin:WDDSYNTH9JA000001';
const SHIP = 'imo:0000048';
const HASHES = ['a', 'b', 'c'].map((digit) => digit.repeat(64));

const batch = (id: string, members: readonly string[], more: object = {}): SightingDocument =>
  ({
    id,
    kind: 'batch',
    handling: { tlp: 'AMBER' },
    source: { kind: 'import' },
    evidence: [{ sha256: 'f'.repeat(64), ref: 'case.jsonl' }],
    extension: { batch: { batch: 'import-1', mapping: 'custody-case/1', members, ...more } },
  }) as SightingDocument;

/** Some of everything, so that every pair of filters has something and nothing. */
const documents: SightingDocument[] = Array.from({ length: 60 }, (_, n) =>
  seen(`e${n}`, n % 4 === 0 ? [] : n % 3 === 0 ? [subject(CAR), subject(SHIP)] : [subject(SHIP)], {
    ...(n % 5 === 0 ? { kind: 'statement', statement: 'said' } : {}),
    ...(n % 2 === 0 ? { evidence: [{ sha256: HASHES[n % 3], locator: `line:${n}` }] } : {}),
    ...(n % 7 === 0 ? { handling: { tlp: 'AMBER' } } : {}),
  }),
);
const hidden = ['h1', 'h2'].map((id) => seen(id, [subject(CAR)], { handling: { tlp: 'AMBER' }, evidence: [{ sha256: HASHES[0] }] }));

describe('an audit of writes', () => {
  let ledger: TestedLedger;
  beforeAll(async () => {
    ledger = await TestedLedger.open();
    await ledger.add(documents.slice(0, 30));
    await ledger.seal('2026-01-01T10:00:00.000000Z');
    await ledger.add(hidden, 'other');
    await ledger.add(documents.slice(30, 50), 'local', 'kim');
    await ledger.seal('2026-01-02T10:00:00.000000Z');
    await ledger.add(documents.slice(50), 'other', 'kim');
    await ledger.add([
      batch('import-1.1', ['e1', 'e2', 'e3'], { part: 1 }),
      batch('import-1', ['e40', 'e2'], { counts: { lines: 9, accepted: 4, duplicates: 3, rejected: 2 } }),
    ]);
  }, 60_000);
  afterAll(() => ledger.database.drop());

  const ask = async (text: string, of: { limit?: number; cursor?: string; asOf?: string; reader?: Reader } = {}): Promise<AuditView> => {
    const { limit = 1_000, cursor, asOf, reader } = of;
    const asked = { text, limit, asOf: await readAsOf(asOf, ledger.reads), ...(cursor === undefined ? {} : { cursor }) };
    return readAudit(ledger.reads, reader ?? (await ledger.reader()), asked);
  };
  const idsOf = async (text: string): Promise<string[]> => (await ask(text)).rows.map(({ id }) => id);

  /** The same by reading every row and asking it: the filters' own text, no index. */
  function matching(rows: readonly AuditRow[], text: string): string[] {
    const read = readAuditQuery(text, 'local');
    if (!read.ok) throw new Error(read.fault.detail);
    const { agency, principal, kind, item, evidence, batch: of } = read.query;
    const members = new Set(['e1', 'e2', 'e3', 'e40']);
    return rows
      .filter(
        (row) =>
          (agency === undefined || row.agency === agency) &&
          (principal === undefined || row.principal === principal) &&
          (kind === undefined || row.action === kind) &&
          (item === undefined || row.items.includes(item)) &&
          (evidence === undefined || row.evidence.some(({ sha256 }) => sha256 === evidence)) &&
          (of === undefined || (of.id === 'import-1' && of.agency === 'local' && row.agency === 'local' && members.has(row.id))),
      )
      .map(({ id }) => id);
  }

  test('lists every entry that the reader may see, newest first, with who, when, what and on which evidence', async () => {
    const { rows, next, coordinates } = await ask('');
    const visible = documents.filter((_, n) => n < 50 || n % 7 !== 0).length + 2;
    expect([rows.length, next, coordinates.asOf.logSize]).toEqual([visible, null, 66]);
    expect(rows.map(({ logIndex }) => logIndex)).toEqual(rows.map(({ logIndex }) => logIndex).sort((a, b) => b - a));
    expect(rows.find(({ id }) => id === 'e6')).toMatchObject({
      ...{ agency: 'local', principal: 'operator', action: 'observation', items: [CAR, SHIP], batch: null },
      ...{ recorded: '2026-01-01T10:00:00.000000Z', evidence: [{ sha256: HASHES[0], locator: 'line:6' }] },
    });
    expect(rows.find(({ id }) => id === 'e40')).toMatchObject({ principal: 'kim', batch: 'import-1' });
  });

  test('an import is one line with its counts, and its parts say that they are parts', async () => {
    const { rows } = await ask('action:batch');
    expect(rows.map(({ id, import: of }) => [id, of])).toEqual([
      [
        'import-1',
        { batch: 'import-1', mapping: 'custody-case/1', members: 2, counts: { lines: 9, accepted: 4, duplicates: 3, rejected: 2 } },
      ],
      ['import-1.1', { batch: 'import-1', mapping: 'custody-case/1', members: 3, part: 1 }],
    ]);
    expect(await idsOf('batch:import-1')).toEqual(['e40', 'e3', 'e2', 'e1']);
    expect(await idsOf(`evidence:${'f'.repeat(64)}`)).toEqual(['import-1', 'import-1.1']);
  });

  test('each filter, and every pair and triple of them, finds what reading all finds', async () => {
    const { rows } = await ask('');
    const filters = [
      ...['actor:kim', 'actor:other/kim', 'actor:nobody', 'action:statement', 'action:batch', `item:${CAR}`, `item:${SHIP}`],
      ...[`evidence:${HASHES[0]}`, `evidence:${HASHES[1]}`, 'batch:import-1', 'batch:import-2', 'batch:other/import-1'],
    ];
    let asked = 0;
    for (const [n, one] of filters.entries())
      for (const [m, two] of [...filters.entries(), [n, ''] as const].filter(([at]) => at >= n))
        for (const three of n === m ? [''] : ['', 'action:observation', `item:${SHIP}`]) {
          const text = [...new Set([one, two, three])].filter((word) => word !== '').join(' ');
          if (!readAuditQuery(text, 'local').ok) continue;
          asked++;
          expect([text, await idsOf(text)]).toEqual([text, matching(rows, text)]);
        }
    expect(asked).toBeGreaterThan(80);
  });

  test('since and until are by recorded time; what no seal covers is later than any', async () => {
    const all = await idsOf('');
    const [early, late] = [all.filter((id) => Number(id.slice(1)) < 30), all.filter((id) => /^e[34]\d$/.test(id))];
    expect(await idsOf('until:2026-01-01')).toEqual(early);
    expect(await idsOf('since:2026-01-02 until:2026-01-02')).toEqual(late);
    expect(await idsOf('since:2026-01-01T10:00:00.000001Z until:2026-01-02T09:59:59Z')).toEqual([]);
    expect(await idsOf('since:2026-01-03')).toEqual(all.filter((id) => !early.includes(id) && !late.includes(id)));
    expect(await idsOf('until:2025-12-31')).toEqual([]);
  });

  test('pages of any size are the whole, and stay at the size that they began with', async () => {
    const all = await idsOf('');
    for (const limit of [1, 7]) {
      const ids: string[] = [];
      let page = await ask('', { limit });
      for (;;) {
        ids.push(...page.rows.map(({ id }) => id));
        if (page.next === null) break;
        page = await ask('', { limit, cursor: page.next });
      }
      expect(ids).toEqual(all);
    }
    const first = await ask('action:statement', { limit: 1 });
    await expect(ask('', { cursor: first.next ?? '' })).rejects.toMatchObject({ code: 'cursor.malformed' });
  });

  test('what the reader may not see is as if it were absent, in rows, pages and batches', async () => {
    const reader = await readerOf({ reads: ledger.reads, breaksGlass: () => false }, ANONYMOUS);
    const { rows } = await ask('', { reader });
    expect(rows.every(({ batch: of, action }) => of === null && action !== 'batch')).toBe(true);
    expect(rows.map(({ id }) => id)).toEqual((await idsOf('')).filter((id) => id.startsWith('e') && Number(id.slice(1)) % 7 !== 0));
    for (const text of ['batch:local/import-1', `evidence:${'f'.repeat(64)}`]) expect((await ask(text, { reader })).rows).toEqual([]);
    expect((await ask(`evidence:${HASHES[0]}`)).rows.some(({ id }) => id.startsWith('h'))).toBe(false);
  });

  test('refuses what is no filter, and a point of view that is the word of authors', async () => {
    await expect(ask('who:kim')).rejects.toMatchObject({
      code: 'audit.filter',
      errors: [expect.objectContaining({ parameter: 'q', offset: 0 })],
    });
    await expect(ask('', { asOf: 'reported:2019-01-01' })).rejects.toMatchObject({ code: 'query.invalid' });
    expect((await ask('', { asOf: 'log:10' })).rows.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, n) => `e${9 - n}`));
  });
});

describe('a long audit', () => {
  test('goes on over pages that hold nothing, and finds the one that is far back', async () => {
    const ledger = await TestedLedger.open();
    try {
      const rare = seen('rare', [subject(CAR)], { evidence: [{ sha256: HASHES[0] }] });
      await ledger.add([rare, ...Array.from({ length: 2 * AUDIT_LOOKED_MAX + 10 }, (_, n) => seen(`n${n}`, [subject(CAR)]))]);
      await ledger.add([seen('kim', [subject(CAR)])], 'local', 'kim');
      const asked = { text: `actor:operator item:${CAR}`, limit: 3_000, asOf: await readAsOf(undefined, ledger.reads) };
      const first = await readAudit(ledger.reads, await ledger.reader(), asked);
      expect([first.rows.length, first.next === null]).toEqual([AUDIT_LOOKED_MAX - 1, false]);
      let cursor = first.next;
      let found = first.rows.length;
      let last: string | undefined;
      while (cursor !== null) {
        const page = await readAudit(ledger.reads, await ledger.reader(), { ...asked, cursor });
        found += page.rows.length;
        last = page.rows.at(-1)?.id ?? last;
        cursor = page.next;
      }
      expect([found, last]).toEqual([2 * AUDIT_LOOKED_MAX + 11, 'rare']);
      expect(KINDS).toContain('batch');
    } finally {
      await ledger.database.drop();
    }
  }, 60_000);
});

describe('an audit of a ledger with records that name others', () => {
  let ledger: TestedLedger;
  beforeAll(async () => {
    ledger = await TestedLedger.open();
    const red: Pick<SightingDocument, 'handling'> = { handling: { tlp: 'RED', principals: ['max'] } };
    const cited = { evidence: [{ sha256: HASHES[0] as string }] };
    await ledger.add([seen('a', [subject(CAR)], cited), seen('b', [subject(CAR)], { ...cited, ...red }), seen('c', [subject(CAR)])]);
    await ledger.add([batch('import-1', ['a', 'b']), { ...batch('import-2', ['c'], { batch: 'import-2' }), ...red } as SightingDocument]);
    await ledger.add([custodyOf('received:a', HASHES[0] as string)]);
  }, 60_000);
  afterAll(() => ledger.database.drop());

  const custodyOf = (id: string, sha256: string): SightingDocument =>
    ({
      id,
      kind: 'evidence',
      handling: { tlp: 'AMBER' },
      source: { kind: 'custody' },
      extension: { evidence: { act: 'received', sha256, after: sha256, purpose: 'upload' } },
    }) as SightingDocument;
  const rowsFor = async (principal: string, text: string): Promise<AuditRow[]> => {
    const { reader, reads } = await readingOf({ reads: ledger.reads, breaksGlass: () => false }, { ...ROOT_ACTOR, principal });
    return (await readAudit(reads, reader, { text, limit: 100, asOf: await readAsOf(undefined, reads) })).rows;
  };

  test.each([
    '',
    'actor:operator',
    'actor:local/operator',
    `item:${CAR}`,
    `evidence:${HASHES[0]}`,
    'batch:import-1',
    'batch:import-2',
    'action:batch',
  ])('leaves out of %j what its reader is not named in; control: who is, and the author, find it', async (text) => {
    const ids = async (principal: string): Promise<string[]> => (await rowsFor(principal, text)).map(({ id }) => id);
    const whole = await ids('max');
    expect(whole).toEqual(await ids('operator'));
    const hidden = text === 'batch:import-2' ? ['c'] : ['b', 'import-2'];
    expect(await ids('eva')).toEqual(whole.filter((id) => !hidden.includes(id)));
    expect(whole.some((id) => hidden.includes(id))).toBe(true);
  });

  test('names no import that its reader may not know', async () => {
    const importOf = async (principal: string): Promise<unknown> => (await rowsFor(principal, '')).find(({ id }) => id === 'c')?.batch;
    expect([await importOf('max'), await importOf('eva')]).toEqual(['import-2', null]);
  });

  test('a page looks at as much, and ends where it would, if what is hidden were not there', async () => {
    const { reader, reads } = await readingOf({ reads: ledger.reads, breaksGlass: () => false }, { ...ROOT_ACTOR, principal: 'eva' });
    const size = await reads.logSize();
    const { logIndexes } = await reads.as(reader).auditPage({ reader, from: 0, before: size }, 2);
    expect(logIndexes).toEqual([5, 3]);
  });

  test('finds by its hash what cites a file and what says an act on it, and shows that', async () => {
    const rows = await rowsFor('eva', `evidence:${HASHES[0]}`);
    expect(rows.map(({ id, action, evidence }) => [id, action, evidence])).toEqual([
      ['received:a', 'evidence', [{ sha256: HASHES[0] }]],
      ['a', 'observation', [{ sha256: HASHES[0] }]],
    ]);
  });
});
