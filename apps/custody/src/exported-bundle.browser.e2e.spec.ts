/**
 * A bundle that the command made from a running ledger, on the page that came with it: opened from a disk in a real browser it says what `custody verify`
 * says of the same file, as it was made and with something changed in it.
 */
import { rmSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import {
  BUNDLE_PROOF,
  canonicalize,
  formatVerifierKey,
  readBundleZip,
  type Report,
  sha256Hex,
  signingKey,
  type Statement,
  utf8,
  utf8Text,
  writeBundleZip,
} from '#lib/ledger';
import { resetData } from '#lib/store';
import { otherText, otherValue, pick, SEED, seeded, type Mutable } from '../../../libs/ledger/src/mutants.contract.ts';
import { type RunningCustody, runCustody, serveCustody, temporaryFolder } from '../test-process.ts';

const TIMEOUT_MS = 400_000;
const CAR = 'vin:WDDSYNTH9JA000001';
/** Of the program; a page takes milliseconds for each, a process of the program a second. */
const RANDOM_MUTANTS = 12;
const WORDS: Readonly<Record<Report['verdict'], string>> = {
  verified: 'Verified',
  altered: 'Altered',
  'not-in-log': 'Not in the log',
  'untrusted-key': 'Key not trusted',
  incomplete: 'Incomplete',
  'not-checked': 'Could not be checked',
};
const STATE_WORDS: Readonly<Record<Statement['state'], string>> = { established: 'Holds', 'not-established': 'Not shown', failed: 'Fails' };

type Files = ReadonlyMap<string, Uint8Array>;
interface Line {
  readonly title: string;
  readonly state: string;
  readonly says: string;
  readonly where: string;
}
/** As a person sees it, and as the command prints it in the same words. */
interface Said {
  readonly word: string;
  readonly summary: string;
  readonly lines: readonly Line[];
}

/** Runs in the page; its types are not those of this program. */
const SHOWN_RESULT = readFileSync(join(import.meta.dirname, '../test-processes/shown-result.mjs'), 'utf8');
const within = <T>(page: Page, call: string): Promise<T> => page.evaluate<T>(`(() => {${SHOWN_RESULT}\nreturn ${call};})()`);

const folder = temporaryFolder();
const path = (name: string): string => join(folder.path, name);
const dataDir = path('data');
let product: RunningCustody;
let browser: Browser;
let key = '';
let zip: Uint8Array = new Uint8Array();
let files: Files = new Map();
/** Of each step that the command names, how the page calls it: one name for one step. */
const titles = new Map<string, string>();

beforeAll(async () => {
  product = await serveCustody({ CUSTODY_DATA_DIR: dataDir, CUSTODY_SEALER_INTERVAL_MS: '100' });
  browser = await chromium.launch({ executablePath: process.env['CUSTODY_TEST_CHROMIUM'] ?? 'chromium', args: ['--no-sandbox'] });
  key = (await command('checkpoint', 'key')).stdout.trim();
  const exported = await command('export', `item:${CAR}`, '-o', path('bundle.zip'));
  if (exported.code !== 0) throw new Error(exported.stderr);
  zip = readFileSync(path('bundle.zip'));
  const read = readBundleZip(zip);
  if (!read.ok) throw new Error(read.fault.detail);
  files = read.value.files;
  writeFileSync(path('verify.html'), fileOf('verify.html'));
  // From here on nobody is asked: what is checked is the file.
  await product.stop();
}, TIMEOUT_MS);
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await resetData(dataDir);
  folder.remove();
}, TIMEOUT_MS);

/** A server that is sealing beside other suites may be busy (75). */
async function command(...args: string[]): ReturnType<typeof runCustody> {
  const env = { CUSTODY_DATA_DIR: dataDir, CUSTODY_SERVER: product.url, CUSTODY_PINS_DIR: path('pins') };
  let done = await runCustody(args, env);
  for (let again = 0; done.code === 75 && again < 20; again++) done = await runCustody(args, env);
  return done;
}

function fileOf(name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw new Error(`the bundle has no ${name}: ${[...files.keys()].join(' ')}`);
  return bytes;
}
const named = (prefix: string): string[] => [...files.keys()].filter((name) => name.startsWith(prefix));

function packed(changed: Files): Uint8Array {
  const written = writeBundleZip(changed);
  if (!written.ok) throw new Error(written.fault.detail);
  return written.value;
}
const withFile = (name: string, bytes: Uint8Array): Uint8Array => packed(new Map(files).set(name, bytes));
function without(name: string): Uint8Array {
  fileOf(name);
  return packed(new Map([...files].filter(([each]) => each !== name)));
}
const other = (name: string, change: (text: string) => string): Uint8Array =>
  withFile(name, utf8(change(utf8Text(fileOf(name)) as string)));

/** What the command says of a file, asked without a server and told the key alone. */
async function byCommand(bundle: Uint8Array, keys: readonly string[] = [key]): Promise<{ code: number | null; said: Said }> {
  writeFileSync(path('asked.zip'), bundle);
  const trust = keys.flatMap((each) => ['--key', each]);
  const args = ['verify', path('asked.zip'), '--offline', '--json', ...trust];
  const { code, stdout } = await runCustody(args, { CUSTODY_PINS_DIR: path('no-pins'), CUSTODY_DATA_DIR: path('no-data') });
  rmSync(path('asked.zip'));
  const { verdict, summary, statements } = JSON.parse(stdout) as Pick<Report, 'verdict' | 'summary' | 'statements'>;
  // How old the head is each says by its own clock; that the log's list of keys was not asked for only the command says, which could have.
  const lines = statements
    .filter(({ step, code: said }) => step !== 'age' && said !== 'key.not-asked')
    .map(({ step, state, says, about, pointer, code: said }) => ({
      title: step,
      state: STATE_WORDS[state],
      says,
      where: [about, pointer ? `at ${pointer}` : undefined, said === undefined ? undefined : `[${said}]`].filter(Boolean).join(' '),
    }));
  return { code, said: { word: WORDS[verdict], summary, lines } };
}

/** The page of the bundle itself, from a disk: given each file as a person would. Whatever it asks for beside itself is kept, and not given. */
async function byPage(bundles: readonly Uint8Array[], keys: string = key): Promise<{ shown: Said[]; asked: string[]; faults: string[] }> {
  const url = pathToFileURL(path('verify.html')).href;
  const context = await browser.newContext();
  const [asked, faults]: [string[], string[]] = [[], []];
  await context.route('**', (route) => {
    asked.push(route.request().url());
    return route.request().url() === url ? route.continue() : route.abort();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS / 2);
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(url);
  await page.fill('#keys', keys);
  const shown: Said[] = [];
  for (const bundle of bundles) {
    const checked = within(page, 'checked()');
    await page.setInputFiles('#file', { name: 'bundle.zip', mimeType: 'application/zip', buffer: Buffer.from(bundle) });
    await checked;
    shown.push(await within<Said>(page, 'shown()'));
  }
  await context.close();
  return { shown: shown.map(({ lines, ...said }) => ({ ...said, lines: lines.filter(({ title }) => title !== 'Age') })), asked, faults };
}

/** In all but how a step is called; and of what could not be read each has a sentence of its own above its lines. */
function comparable({ word, summary, lines }: Said): object {
  const isUnread = word === WORDS['not-checked'];
  return { word, summary: isUnread ? null : summary, lines: lines.map(({ title: _, ...line }) => line) };
}

/** The same, and each step has one name throughout. */
function expectSame(what: string, shown: Said | undefined, said: Said): void {
  expect({ what, seed: SEED, ...comparable(shown as Said) }).toEqual({ what, seed: SEED, ...comparable(said) });
  for (const [n, { title: step }] of said.lines.entries()) {
    const title = shown?.lines[n]?.title ?? '';
    expect([step, title]).toEqual([step, titles.get(step) ?? title]);
    titles.set(step, title);
  }
}

test(
  'is verified by both, with its evidence, and the page asks nobody for anything',
  async () => {
    expect([named('events/').length, named('evidence/').length].every((count) => count > 1)).toBe(true);
    const { code, said } = await byCommand(zip);
    const { shown, asked, faults } = await byPage([zip]);
    expectSame('as it was made', shown[0], said);
    expect([code, said.word]).toEqual([0, 'Verified']);
    expect(said.lines.filter(({ title, state }) => title === 'evidence' && state === 'Holds').length).toBeGreaterThan(0);
    expect([asked, faults]).toEqual([[pathToFileURL(path('verify.html')).href], []]);
    // The page is the program's own, to the byte.
    expect(sha256Hex(fileOf('verify.html'))).toBe(
      sha256Hex(readFileSync(join(import.meta.dirname, '../../../dist/apps/verify-page/verify.html'))),
    );
  },
  TIMEOUT_MS,
);

/** What was changed, and which outcome and first failing step it has. */
const CHANGED: readonly (readonly [what: string, change: () => Uint8Array, code: number, step: string | null])[] = [
  [
    'a word in an event',
    () => other(named('events/')[0] ?? '', (text) => text.replace(/"kind":"\w+"/, '"kind":"statement"')),
    10,
    'events',
  ],
  ['an event gone', () => without(named('events/').at(-1) ?? ''), 13, null],
  [
    'two events exchanged',
    () => {
      const [a = '', b = ''] = named('events/');
      return packed(new Map(files).set(a, fileOf(b)).set(b, fileOf(a)));
    },
    10,
    'events',
  ],
  ['a byte in a file of evidence', () => flippedIn(named('evidence/')[0] ?? ''), 10, 'evidence'],
  ['a file of evidence gone', () => without(named('evidence/')[0] ?? ''), 13, null],
  ['a file of evidence that nobody cites', () => withFile(`evidence/${sha256Hex(utf8('of nobody'))}`, utf8('of nobody')), 10, 'evidence'],
  ['the text of the README', () => other('README.txt', (text) => `${text}Nothing was changed.\n`), 0, null],
  ['the page beside it', () => other('verify.html', (text) => text.replace('<title>', '<title>Another: ')), 0, null],
  [
    'the root of the signed head',
    () => otherNote((note) => note.replace(/^(.+\n\d+\n)(.)/, (_, head: string, first: string) => head + (first === 'A' ? 'B' : 'A'))),
    10,
    'signature',
  ],
  [
    'the size of the signed head',
    () => otherNote((note) => note.replace(/^(.+\n)(\d+)/, (_, head: string, size: string) => head + String(Number(size) + 1))),
    10,
    'signature',
  ],
  ['a byte of the page, in the zip', () => flippedAt(Buffer.from(zip).indexOf(fileOf('verify.html').subarray(0, 200)) + 5_000), 20, null],
  ['the end cut off', () => zip.subarray(0, zip.length - 7), 20, null],
];

function flippedAt(at: number): Uint8Array {
  return zip.with(at, (zip[at] ?? 0) ^ 1);
}
function flippedIn(name: string): Uint8Array {
  const bytes = fileOf(name);
  return withFile(name, bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 1));
}
function otherNote(change: (note: string) => string): Uint8Array {
  const proof = JSON.parse(utf8Text(fileOf(BUNDLE_PROOF)) as string) as { checkpoint: string };
  return withFile(BUNDLE_PROOF, utf8(canonicalize({ ...proof, checkpoint: change(proof.checkpoint) })));
}

test(
  'with something changed gets one verdict of both, and the same first step that fails',
  async () => {
    const changed = CHANGED.map(([, change]) => change());
    expect(new Set(changed.map((bytes) => sha256Hex(bytes))).size).toBe(CHANGED.length);
    const { shown, asked, faults } = await byPage(changed);
    for (const [n, [what, , code, step]] of CHANGED.entries()) {
      const found = await byCommand(changed[n] ?? new Uint8Array());
      expectSame(what, shown[n], found.said);
      const failed = found.said.lines.find(({ state }) => state === 'Fails')?.title ?? null;
      expect([what, found.code, failed]).toEqual([what, code, step]);
    }
    expect([asked.length, faults]).toEqual([1, []]);
  },
  TIMEOUT_MS,
);

test(
  `with something changed that a seed draws, of its text, its bytes or the zip around them, gets one verdict of both (${RANDOM_MUTANTS} times)`,
  async () => {
    const random = seeded(SEED);
    const draws: readonly (readonly [string, () => Uint8Array])[] = [
      ['a value in the proof', () => withFile(BUNDLE_PROOF, utf8(canonicalize(otherValue(JSON.parse(utf8Text(fileOf(BUNDLE_PROOF)) as string) as Mutable, random))))],
      ['the text of an event', () => other(pick(named('events/'), random), (text) => otherText(text, random))],
      ['a file gone', () => without(pick([...files.keys()], random))],
      ['a byte of the zip', () => zip.with(random(zip.length), random(256))],
    ]; // prettier-ignore
    const mutants = Array.from({ length: RANDOM_MUTANTS }, (_, n) => draws[n % draws.length] as (typeof draws)[number]).map(
      ([what, draw], n) => [`${what} (${n})`, draw()] as const,
    );
    const { shown, faults } = await byPage(mutants.map(([, bytes]) => bytes));
    for (const [n, [what, bytes]] of mutants.entries()) expectSame(what, shown[n], (await byCommand(bytes)).said);
    expect(faults).toEqual([]);
  },
  TIMEOUT_MS,
);

test(
  'is nobody’s for who has another key or none, and that is no word against it',
  async () => {
    const another = formatVerifierKey(signingKey('log', key.split('+', 1)[0] ?? '', new Uint8Array(32).fill(7)));
    for (const [what, keys] of [['without a key', []], ['with another', [another]]] as const) {
      const { shown } = await byPage([zip], keys.join('\n'));
      const found = await byCommand(zip, keys);
      expectSame(what, shown[0], found.said);
      expect([what, found.code, shown[0]?.word]).toEqual([what, 12, 'Key not trusted']);
    } // prettier-ignore
  },
  TIMEOUT_MS,
);
