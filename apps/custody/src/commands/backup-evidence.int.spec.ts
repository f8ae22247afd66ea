/** What a backup takes beside the tables, and what a restore is held against beside its own machine: bytes of evidence, and witnesses. */
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Cosigning, openSealer, storedConsistency, witnessClient } from '#app/sealer';
import { KINDS } from '#lib/domain';
import { openEvidenceFiles } from '#lib/evidence';
import { formatVerifierKey, parseNote, toHex, utf8 } from '#lib/ledger';
import { createLog } from '#lib/runtime';
import { lastCheckpoint, projectBatch } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../../libs/store/test-database.ts';
import { drillEvents } from '../drill/drill-events.ts';
import { drilledLedger, type DrilledLedger } from '../drill/drilled-ledger.contract.ts';
import { TestedWitness } from '../witnessed-log.contract.ts';
import { backup, restore } from './backup.ts';

jest.setTimeout(120_000);

const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const FILES = [Buffer.from('a bill of lading'), Buffer.alloc(3 * 1_048_576, 7), Buffer.from('gone since'), Buffer.from('changed since')];
const [BILL, SCAN, GONE, CHANGED] = FILES.map(sha) as [string, string, string, string];
const NEVER_SENT = sha(Buffer.from('cited, and never sent'));

let ledger: DrilledLedger;
let folder: string;
let said: string;
const targets: TestDatabase[] = [];
const path = (name: string): string => join(folder, name);
const fileOf = (store: string, hash: string): string => path(join(store, hash.slice(0, 2), hash.slice(2, 4), hash));

beforeAll(async () => {
  ledger = await drilledLedger(5, 8);
  folder = mkdtempSync(join(tmpdir(), 'backup-evidence-'));
  mkdirSync(path('machine'));
  writeFileSync(path('machine/checkpoint.key'), `${toHex(ledger.copy.key.seed)}\n`);
  const store = await openEvidenceFiles(path('machine/evidence'));
  for (const bytes of FILES) await store.put(sha(bytes), [bytes] as never, { owner: 'local', bytesMax: 10_000_000 });
  // Under way, and of nobody: no part of what was received.
  await store.put(sha(Buffer.from('x')), [Buffer.from('x')] as never, { owner: 'local', bytesMax: 1, whole: 2 });
  await ledger.copy.pool.transaction(async (client) => {
    await client.query(
      'alter table evidence.uploads no force row level security; alter table ledger.evidence_refs no force row level security',
    );
    for (const agency of ['local', 'other'])
      for (const hash of agency === 'local' ? [BILL, SCAN, GONE, CHANGED] : [BILL])
        await client.query(`insert into evidence.uploads values ($1, $2, 'p', 0, 1, 'text/plain', 'e')`, [
          Buffer.from(hash, 'hex'),
          agency,
        ]);
    const cites = async (hash: string, kind: (typeof KINDS)[number]): Promise<unknown> =>
      client.query('insert into ledger.evidence_refs select $1, min(id), 3, $2 from ledger.reader_groups', [
        Buffer.from(hash, 'hex'),
        KINDS.indexOf(kind),
      ]);
    for (const hash of [BILL, SCAN, GONE, NEVER_SENT]) await cites(hash, 'observation');
    // An act on it is no citation.
    await cites(CHANGED, 'evidence');
    await client.query('alter table evidence.uploads force row level security; alter table ledger.evidence_refs force row level security');
  });
}, 120_000);
afterAll(async () => {
  await ledger.copy.close();
  for (const target of targets) await target.drop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  said = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  for (const name of ['DATABASE_URL', 'CUSTODY_DATA_DIR', 'CUSTODY_LOG_LEVEL']) delete process.env[name];
});

function on(database: TestDatabase, dataDir: string): void {
  Object.assign(process.env, { DATABASE_URL: database.url, CUSTODY_DATA_DIR: path(dataDir), CUSTODY_LOG_LEVEL: 'silent' });
}

/** An empty database, and a machine without any file. */
async function elsewhere(name: string): Promise<TestDatabase> {
  const target = await testDatabase();
  targets.push(target);
  mkdirSync(path(name));
  on(target, name);
  return target;
}

async function json(command: Promise<number>): Promise<{ code: number; evidence: Record<string, unknown>; [member: string]: unknown }> {
  said = '';
  const code = await command;
  return { code, ...(JSON.parse(said) as { evidence: Record<string, unknown> }) };
}

/** Every file of a folder, by its path within. */
function bytesIn(name: string): Record<string, string> {
  const names = readdirSync(path(name), { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names.filter((each) => statSync(path(join(name, each))).isFile()).map((each) => [each, sha(readFileSync(path(join(name, each))))]),
  );
}

const named = (...first: string[]) => ({ count: first.length, first });

test('a backup holds the bytes of everything that was received, each once, and is the same bytes when it is made again', async () => {
  on(ledger.database, 'machine');
  const { code, evidence } = await json(backup({ output: path('whole'), json: true }));
  expect(code).toBe(0);
  expect(evidence).toMatchObject({ files: 4, notHeld: 0, missing: named(), altered: named() });
  expect(evidence['bytes']).toBe(FILES.reduce((sum, { length }) => sum + length, 0));
  for (const bytes of FILES) expect(sha(readFileSync(fileOf('whole/evidence', sha(bytes))))).toBe(sha(bytes));
  expect(JSON.parse(readFileSync(path('whole/manifest.json'), 'utf8'))).toMatchObject({ evidence: { files: 4, notHeld: 0 } });
  expect(await backup({ output: path('again') })).toBe(0);
  expect(said).toContain('Evidence: 4 files');
  expect(bytesIn('again')).toEqual(bytesIn('whole'));
});

test('restored, the cited files are there and hashed again, and what was never sent is named', async () => {
  await elsewhere('restored');
  const { code, evidence, cited } = await json(
    restore(path('whole'), { verify: true, json: true, key: [formatVerifierKey(ledger.copy.key)] }),
  );
  expect(code).toBe(0);
  expect(evidence).toMatchObject({ files: 4, missing: named(), altered: named(), notHeld: named() });
  expect(cited).toMatchObject({ cited: 4, held: 3, notHeld: named(NEVER_SENT), altered: named() });
  for (const bytes of FILES) expect(readFileSync(fileOf('restored/evidence', sha(bytes))).equals(bytes)).toBe(true);
});

test('a backup of which a file is missing and another altered is restored without them, named, and does not end well', async () => {
  cpSync(path('whole'), path('damaged'), { recursive: true });
  rmSync(fileOf('damaged/evidence', BILL));
  chmodSync(fileOf('damaged/evidence', SCAN), 0o600);
  const scan = readFileSync(fileOf('damaged/evidence', SCAN));
  scan[1_500_000] = 8;
  writeFileSync(fileOf('damaged/evidence', SCAN), scan);
  await elsewhere('partly');
  const { code, evidence, cited } = await json(restore(path('damaged'), { verify: true, json: true }));
  expect(code).toBe(10);
  expect(evidence).toMatchObject({ files: 2, missing: named(BILL), altered: named(SCAN) });
  expect(cited).toMatchObject({ cited: 4, held: 1, altered: named() });
  expect(bytesIn('partly/evidence')).not.toHaveProperty([join(SCAN.slice(0, 2), SCAN.slice(2, 4), SCAN)]);
});

test('of which the list of evidence was changed restores nothing', async () => {
  cpSync(path('whole'), path('shorter'), { recursive: true });
  writeFileSync(path('shorter/evidence.tsv'), readFileSync(path('whole/evidence.tsv'), 'utf8').split('\n').slice(1).join('\n'));
  const target = await elsewhere('nothing');
  await expect(restore(path('shorter'), {})).rejects.toMatchObject({ exitCode: 5, code: 'restore.damaged' });
  expect((await target.pool('owner').query('select from ledger.entries')).rowCount).toBe(0);
});

test('what is not held any more, or not what it is called, is named when the backup is made and when it is restored', async () => {
  rmSync(fileOf('machine/evidence', GONE));
  on(ledger.database, 'machine');
  expect(await backup({ output: path('less') })).toBe(13);
  chmodSync(fileOf('machine/evidence', CHANGED), 0o600);
  writeFileSync(fileOf('machine/evidence', CHANGED), 'changed by now');
  const made = await json(backup({ output: path('least'), json: true }));
  expect(made).toMatchObject({ code: 10, evidence: { files: 2, notHeld: 2, missing: named(GONE), altered: named(CHANGED) } });
  await elsewhere('least-restored');
  expect(await restore(path('least'), { verify: true })).toBe(0);
  expect(said).toContain(`Received, and not held when the backup was made: 1 file\n  ${GONE}\n`);
  expect(said).toContain(`Received, and ALTERED already when the backup was made: 1 file\n  ${CHANGED}\n`);
  expect(said).toContain('Of 4 files that the ledger cites 2 are held here');
  for (const hash of [GONE, CHANGED, NEVER_SENT]) expect(said).toContain(hash);
  expect(said).toContain('NOT VERIFIED against witnesses: no policy');
});

describe('a witness that cosigned a newer head', () => {
  let witness: TestedWitness;

  beforeAll(async () => {
    const { copy, database } = ledger;
    witness = await new TestedWitness(folder, 'w1.example', copy.key, null, true).start();
    writeFileSync(
      path('policy.json'),
      JSON.stringify({ witnesses: [{ vkey: formatVerifierKey(witness.policy().key), url: witness.url }], threshold: 1 }),
    );
    const partition = { clusterId: 'drill', topicId: 'drill', topic: 'drill', partition: 0 };
    const at = copy.events.length;
    await projectBatch(database.pool('projector'), partition, at, at + 3, drillEvents(ledger.random, at, 3), []);
    const sealer = await openSealer({
      pool: database.pool('sealer'),
      origin: copy.origin,
      key: copy.key,
      signedHeadFile: path('signed.json'),
    });
    await sealer.seal();
    await cosigned();
  });
  afterAll(() => witness.kill());

  async function cosigned(): Promise<void> {
    const head = (await lastCheckpoint(ledger.copy.pool)) as { size: number; note: string };
    const note = parseNote(utf8(head.note));
    if (!note.ok) throw new Error(note.fault.detail);
    const ending = new AbortController();
    const cosigning = new Cosigning({
      policy: { witnesses: [witness.policy()], threshold: 1 },
      client: witnessClient(ending.signal),
      proof: (first, second) => storedConsistency(ledger.copy.pool, first, second),
      log: createLog({ level: 'silent', secrets: [] }),
    });
    await new Promise<void>((resolve) => cosigning.offer({ size: head.size, ...note.value }, () => Promise.resolve(resolve())));
    cosigning.withdraw();
    ending.abort();
  }

  test('keeps an older backup from being restored on a machine that knows nothing, and lets the newest in', async () => {
    const target = await elsewhere('refused');
    const asked = { witnesses: path('policy.json') };
    await expect(restore(path('whole'), { verify: true, ...asked })).rejects.toMatchObject({ exitCode: 5, code: 'restore.behind' });
    expect((await target.pool('owner').query('select from ledger.entries')).rowCount).toBe(0);
    expect(readdirSync(path('refused'))).toEqual([]);
    on(ledger.database, 'machine');
    await backup({ output: path('newest') });
    on(target, 'refused');
    said = '';
    expect(await restore(path('newest'), { verify: true, ...asked })).toBe(0);
    expect(said).toMatch(/the witness w1\.example \(http:.*\) shows: agrees/);
    expect(said).not.toContain('NOT VERIFIED');
  });

  test('is missed where it does not answer: the restore says so, and could not check', async () => {
    await witness.kill();
    await elsewhere('silent');
    expect(await restore(path('whole'), { verify: true, witnesses: path('policy.json') })).toBe(20);
    expect(said).toContain('NOT VERIFIED against witnesses: too few of them show a head of this log');
    expect(said).toContain('ECONNREFUSED');
  });

  test('is asked by the configured policy too, and a file that is none is refused before anything is changed', async () => {
    await elsewhere('configured');
    await expect(restore(path('whole'), { witnesses: path('newest/manifest.json') })).rejects.toMatchObject({ code: 'pin.policy' });
    process.env['CUSTODY_SEALER_WITNESSES'] = path('policy.json');
    try {
      const { code, witnesses } = await json(restore(path('whole'), { verify: true, json: true }));
      expect({ code, witnesses }).toMatchObject({ code: 20, witnesses: { isEnough: false, asked: [{ size: null }] } });
    } finally {
      delete process.env['CUSTODY_SEALER_WITNESSES'];
    }
  });
});
