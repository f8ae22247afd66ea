import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { encodeProofDocument, readBundleZip, sha256Hex, utf8, utf8Text, verifyBundleZip } from '#lib/ledger';
import { CAR, grownWorld, LedgerWorld, logKey } from '../../../../libs/ledger/src/ledger-world.contract.ts';
import type { Client } from '../client.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import { exportBundle } from './export-bundle.ts';

const world = grownWorld();
const asked: string[] = [];
const timelines: string[] = [];
/** @param entries of the item's timeline, which is asked for what is said of signatures */
const serverOf = (answer: Uint8Array, entries: readonly object[] = []): Client => ({
  base: 'http://127.0.0.1:1',
  get: <Body>(path: string, { asOf }: Readonly<Record<string, string | undefined>> = {}) => {
    timelines.push(`${path} ${asOf}`);
    return Promise.resolve({ entries, next: null } as unknown as Body);
  },
  post: () => Promise.reject(new Error('not asked')),
  text: () => Promise.reject(new Error('not asked')),
  open: () => Promise.resolve(new Response(null, { status: 404 })),
  head: () => Promise.reject(new Error('not asked')),
  put: () => Promise.reject(new Error('not asked')),
  delete: () => Promise.reject(new Error('not asked')),
  bytes: (path) => {
    asked.push(path);
    return Promise.resolve(answer);
  },
});
const honest = serverOf(world.encode(CAR));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  asked.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

test('a bundle is everything about the item, verified by whoever has the key of the log', async () => {
  expect(await exportBundle(honest, `item:${CAR}`, { output: path('a.zip') })).toBe(0);
  expect(asked).toEqual([`/v1/items/${encodeURIComponent(CAR)}/proof?events=true&inclusion=true`]);
  const zip = readFileSync(path('a.zip'));
  expect(verifyBundleZip(zip, { log: [logKey] }).verdict).toBe('verified');
  const files = readBundleZip(zip);
  const text = (name: string): string => (files.ok && utf8Text(files.value.files.get(name) ?? new Uint8Array())) || '';
  expect(text('README.txt')).toContain(`Item:    ${CAR}\nLog:     ledger.example/log\n`);
  expect(text('README.txt')).toContain('What a marking opened to one of these groups later is not in this bundle');
  expect(text('verify.html')).toContain("default-src 'none'");
});

test('written twice it is the same to the byte, with or without the word item; an earlier head is asked for by its size', async () => {
  await exportBundle(honest, `item:${CAR}`, { output: path('a.zip') });
  await exportBundle(honest, CAR, { output: path('b.zip'), size: '12' });
  expect(asked[1]).toMatch(/&size=12$/);
  expect(sha256Hex(readFileSync(path('a.zip')))).toBe(sha256Hex(readFileSync(path('b.zip'))));
});

test('what was there stays until the whole bundle can take its place, and nothing else is left', async () => {
  writeFileSync(path('a.zip'), 'before');
  await expect(exportBundle(serverOf(utf8('{}')), CAR, { output: path('a.zip') })).rejects.toMatchObject({ code: 'server.answer' });
  expect(readFileSync(path('a.zip'), 'utf8')).toBe('before');
  mkdirSync(path('b.zip'));
  await expect(exportBundle(honest, CAR, { output: path('b.zip') })).rejects.toMatchObject({ code: 'EISDIR' });
  await exportBundle(honest, CAR, { output: path('a.zip') });
  expect(readdirSync(folder).sort()).toEqual(['a.zip', 'b.zip']);
  expect(readFileSync(path('a.zip')).length).toBeGreaterThan(1_000);
});

test('an item that is none, and a bundle without a name, are refused before anything is asked', async () => {
  await expect(exportBundle(honest, 'item:nothing', { output: path('a.zip') })).rejects.toMatchObject({
    exitCode: 2,
    code: 'identifier.malformed',
  });
  await expect(exportBundle(honest, CAR, {})).rejects.toMatchObject({ exitCode: 2, code: 'usage' });
  expect(asked).toEqual([]);
  expect(existsSync(path('a.zip'))).toBe(false);
});

test('a proof that says more than its form is not packed', async () => {
  const more = JSON.stringify({ ...(JSON.parse(utf8Text(encodeProofDocument(world.prove(CAR))) as string) as object), more: 1 });
  await expect(exportBundle(serverOf(utf8(more)), CAR, { output: path('a.zip') })).rejects.toMatchObject({ code: 'server.answer' });
});

describe('what the server says of signatures', () => {
  const [first, second] = world.events.filter(({ items }) => items.includes(CAR)).map(({ index }) => Number(index));
  const list = { agency: 'local', id: 'list', logIndex: 0, vkey: 'local/import+6b1d1c1e+AQ' };
  const SIGNED = [
    { logIndex: first, signatures: [{ ...list, verdict: 'valid' }] },
    {
      logIndex: second,
      signatures: [
        { ...list, verdict: 'valid' },
        { ...list, id: 'late', verdict: 'revoked' },
      ],
    },
    { logIndex: 9_999, signatures: [{ ...list, verdict: 'bad' }] },
  ];
  const written = async (client: Client): Promise<ReadonlyMap<string, Uint8Array>> => {
    await exportBundle(client, CAR, { output: path('a.zip'), quiet: true });
    const files = readBundleZip(readFileSync(path('a.zip')));
    if (!files.ok) throw new Error(files.fault.detail);
    return files.value.files;
  };

  test('as of the head of the proof, of the events that it shows, lies in the bundle, and is told as its word for each verdict', async () => {
    timelines.length = 0;
    const files = await written(serverOf(world.encode(CAR), SIGNED));
    expect(timelines).toEqual([`/v1/items/${encodeURIComponent(CAR)}/timeline log:${world.size}`]);
    const said = JSON.parse(utf8Text(files.get('signatures.json') as Uint8Array) as string) as { events: { index: number }[] };
    expect(said.events.map(({ index }) => index)).toEqual([first, second]);
    expect(utf8Text(files.get('README.txt') as Uint8Array)).toContain('its word, which nothing here shows');
    const { verdict, statements } = verifyBundleZip(readFileSync(path('a.zip')), { log: [logKey] });
    const told = statements.filter(({ step }) => step === 'signatures');
    expect([verdict, told.map(({ state, code }) => `${state} ${code}`)]).toEqual([
      'verified',
      ['not-established bundle.signatures-word', 'not-established bundle.signatures-word'],
    ]);
    expect(told.map(({ says }) => says.slice(0, says.indexOf(':')))).toEqual([
      `"revoked" is what the log's server answered of 1 event, at index ${second}`,
      `"valid" is what the log's server answered of 2 events, the first at index ${first}`,
    ]);
  });

  test('is no file where no signed list names an event', async () => {
    const files = await written(serverOf(world.encode(CAR), [{ logIndex: first, signatures: [] }]));
    expect([...files.keys()].filter((name) => name.startsWith('sign'))).toEqual([]);
    expect(utf8Text(files.get('README.txt') as Uint8Array)).not.toContain('signatures');
  });

  test('and cannot be had of a timeline that is too large, or closed by now: that is said, and the bundle is written without', async () => {
    const failing = (code: string): Client => ({ ...honest, get: () => Promise.reject(new CommandError(EXIT.unexpected, code, 'No.')) });
    let told = '';
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((told += String(text)), true));
    await exportBundle(failing('answer.too-large'), CAR, { output: path('b.zip') });
    await exportBundle(failing('item.not-found'), CAR, { output: path('c.zip') });
    jest.restoreAllMocks();
    expect(told.match(/The bundle says nothing of signatures: No\./g)).toHaveLength(2);
    await written(honest);
    for (const name of ['b.zip', 'c.zip']) expect(readFileSync(path(name)).equals(readFileSync(path('a.zip')))).toBe(true);
    await expect(exportBundle(failing('server.unreachable'), CAR, { output: path('d.zip') })).rejects.toMatchObject({
      code: 'server.unreachable',
    });
  });
});

describe('evidence that the events cite', () => {
  const [scan, lost] = [utf8('a scan'), utf8('a letter')];
  const cited = new LedgerWorld().begin();
  cited.add([CAR], 'CLEAR', { evidence: [scan, lost].map((bytes) => ({ sha256: sha256Hex(bytes) })) });
  const answer = cited.seal().encode(CAR);
  /** A server that has one of both files. */
  const holding = (answered: () => Response): Client => ({
    ...serverOf(answer),
    open: (path) => Promise.resolve(path.endsWith(sha256Hex(scan)) ? answered() : new Response(null, { status: 404 })),
  });
  const report = () => verifyBundleZip(readFileSync(path('a.zip')), { log: [logKey] });
  const evidenceIn = (): readonly (string | undefined)[] => {
    const files = readBundleZip(readFileSync(path('a.zip')));
    return files.ok ? [...files.value.files.keys()].filter((name) => name.startsWith('evidence')) : [];
  };
  const open = () => report().statements.filter(({ step, code }) => step === 'evidence' && code !== undefined);

  test('comes with the bundle; what nobody has there is named in it, and left open', async () => {
    await exportBundle(
      holding(() => new Response(scan)),
      CAR,
      { output: path('a.zip') },
    );
    expect(evidenceIn()).toEqual(['evidence.json', `evidence/${sha256Hex(scan)}`]);
    expect([report().verdict, open().map(({ code }) => code)]).toEqual(['verified', ['evidence.not-held']]);
  });

  test('is left out where that was asked, which the bundle says', async () => {
    const refused = (): Response => {
      throw new Error('not asked');
    };
    await exportBundle(holding(refused), CAR, { output: path('a.zip'), evidence: false });
    expect(evidenceIn()).toEqual(['evidence.json']);
    expect([report().verdict, open().map(({ code }) => code)]).toEqual(['verified', ['evidence.left-out']]);
  });

  test('and has no room in a bundle is named in it, counted, and left open', async () => {
    const large = () => new Response(scan, { headers: { 'content-length': String(2 ** 40) } });
    let told = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((told += String(text)), true));
    await exportBundle(holding(large), CAR, { output: path('a.zip'), json: true });
    jest.restoreAllMocks();
    expect(JSON.parse(told)).toMatchObject({ evidence: { held: 0, absent: 2, noRoom: 1 } });
    expect(evidenceIn()).toEqual(['evidence.json']);
    expect([report().verdict, open()]).toMatchObject(['verified', [{ code: 'evidence.left-out' }]]);
    expect(open()[0]?.says).toContain('2 files of evidence cited and without room in the bundle, or not to be had where it was made');
  });
});
