/** The page that verifies, from a disk, in a real browser: it says what the verifier says in Node, and nothing else can happen in it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  ABSENT_EVIDENCE,
  canonicalize,
  encodeAbsentEvidence,
  formatVerifierKey,
  readBundleZip,
  sha256Hex,
  signingKey,
  encodeProofDocument,
  verifyBundleZip,
  verifyProof,
  writeBundleZip,
  type Trust,
  type VerifierKey,
} from '#lib/ledger';
import { bundleFiles, CAR, logKey, LedgerWorld, OTHER_CAR, seedOf, witnessKeys } from '../../../libs/ledger/src/ledger-world.contract.ts';
import { SEED } from '../../../libs/ledger/src/mutants.contract.ts';
import { bundleMutants } from './bundle-mutants.contract.ts';
import { ageless, expected, KEY, opened, PAGE, shownOf, SUITE_TIMEOUT_MS, type Shown } from './page-in-browser.contract.ts';
import { TITLES } from './words.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const MUTANTS = 500;

const world = new LedgerWorld().begin();
world.add([CAR]);
world.add([OTHER_CAR]);
world.seal();
world.add([CAR, OTHER_CAR], 'GREEN', { statement: 'Дальнее слово <script>alert(1)</script>' });
world.add([CAR]);
world.seal('2026-01-01T00:00:02.000000Z');

function zipOf(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const zip = writeBundleZip(files);
  if (!zip.ok) throw new Error(zip.fault.detail);
  return zip.value;
}
const recordsOf = (zip: Uint8Array): string[] => {
  const read = readBundleZip(zip);
  const records = read.ok ? [...read.value.files].filter(([name]) => name.startsWith('events/')) : [];
  return records.map(([name, bytes]) => `${name} ${sha256Hex(bytes)}`).sort();
};
const GOOD = zipOf(bundleFiles(world, CAR, { witnesses: witnessKeys }));
const GOOD_OF_NOBODY = zipOf(bundleFiles(world, CAR));
const gone = bundleFiles(world, CAR);
gone.delete([...gone.keys()].find((name) => name.startsWith('events/')) as string);
const INCOMPLETE = zipOf(gone);
const swapped = bundleFiles(world, CAR);
swapped.set([...swapped.keys()].find((name) => name.startsWith('events/')) as string, Buffer.from('{"handling":{"tlp":"CLEAR"}}'));
const ALTERED = zipOf(swapped);

const inNode = (zip: Uint8Array, log: readonly VerifierKey<'log'>[] = [logKey], more: Partial<Trust> = {}): Shown =>
  expected(verifyBundleZip(zip, { log, ...more }));

test(
  'a good bundle is verified, step by step, in the words of the verifier, and nothing is asked of any network',
  async () => {
    const { page, asked, faults, close } = await opened();
    const [shown] = (await shownOf(page, [GOOD])) as [Shown];
    expect(ageless(shown)).toEqual(inNode(GOOD));
    expect(shown.word).toBe('Verified');
    expect(shown.statements.map(({ title }) => title)).toContain(TITLES.inclusion);
    expect(await page.textContent('#summary')).toBe('Verified: bundle.zip');
    expect(await page.textContent('.head')).toContain('ledger.example/log');
    expect([asked, faults]).toEqual([[PAGE], []]);
    await close();
  },
  SUITE_TIMEOUT_MS,
);

test(
  'evidence that is missing from a bundle leaves it incomplete, unless the bundle says that it was left out',
  async () => {
    const cited = new LedgerWorld().begin();
    cited.add([CAR], 'CLEAR', { evidence: [{ sha256: sha256Hex(Buffer.from('a scan')) }] });
    cited.seal();
    const [missing, leftOut] = [bundleFiles(cited, CAR), bundleFiles(cited, CAR)];
    leftOut.set(ABSENT_EVIDENCE, encodeAbsentEvidence({ absent: new Set([sha256Hex(Buffer.from('a scan'))]), because: 'not-asked' }));
    const { page, close } = await opened();
    const zips = [zipOf(missing), zipOf(leftOut)];
    const shown = (await shownOf(page, zips)).map(ageless);
    expect(shown).toEqual(zips.map((zip) => inNode(zip)));
    expect(shown.map(({ word }) => word)).toEqual(['Incomplete', 'Verified']);
    await close();
  },
  SUITE_TIMEOUT_MS,
);

test(
  `of ${MUTANTS} bundles with one thing changed it says what the verifier says in Node, and names the same first step that is wrong`,
  async () => {
    const mutants = bundleMutants(bundleFiles(world, CAR), SEED, MUTANTS);
    const { page, asked, faults, close } = await opened();
    const started = performance.now();
    const shown = await shownOf(
      page,
      mutants.map(({ zip }) => zip),
    );
    const seconds = (performance.now() - started) / 1_000;
    const counts = new Map<string, number>();
    for (const [n, { what, zip }] of mutants.entries()) {
      const seen = shown[n] as Shown;
      expect({ what, seed: SEED, n, ...ageless(seen) }).toEqual({ what, seed: SEED, n, ...inNode(zip) });
      counts.set(seen.word, (counts.get(seen.word) ?? 0) + 1);
      // A proof that shows less, of fewer reader groups, is a proof; the records in it are what they were.
      if (seen.word === 'Verified') expect({ what, n, records: recordsOf(zip) }).toEqual({ what, n, records: recordsOf(GOOD) });
    }
    console.log(
      `${MUTANTS} mutants (seed ${SEED}) in ${seconds.toFixed(1)} s: ${[...counts].map(([word, count]) => `${count} × ${word}`).join(', ')}`,
    );
    expect(new Set([GOOD_OF_NOBODY, ...mutants.map(({ zip }) => zip)].map((zip) => sha256Hex(zip))).size).toBe(MUTANTS + 1);
    // Of each outcome that one bundle and one key can have there are some; what changed nothing that is said (README.txt, a time in the zip) is rare.
    for (const word of ['Altered', 'Key not trusted', 'Incomplete', 'Could not be checked']) expect(counts.get(word)).toBeGreaterThan(0);
    expect(counts.get('Verified') ?? 0).toBeLessThan(MUTANTS / 5);
    expect([asked, faults]).toEqual([[PAGE], []]);
    await close();
  },
  SUITE_TIMEOUT_MS,
);

test(
  'an item without a name leaves no gap where its name would stand',
  async () => {
    const files = bundleFiles(world, CAR);
    const proof = JSON.parse(Buffer.from(files.get('proof.json') as Uint8Array).toString()) as { item: object };
    const nameless = zipOf(files.set('proof.json', Buffer.from(canonicalize({ ...proof, item: { ...proof.item, item: '' } }))));
    const { page, close } = await opened();
    const [shown] = (await shownOf(page, [nameless])) as [Shown];
    expect(ageless(shown)).toEqual(inNode(nameless));
    expect(shown.statements.map(({ where }) => where)).toContain('[proof.groups-not-asked]');
    await close();
  },
  SUITE_TIMEOUT_MS,
);

test(
  'where the signature fails that alone is shown',
  async () => {
    const files = bundleFiles(world, CAR);
    const proof = Buffer.from(files.get('proof.json') as Uint8Array).toString();
    const { checkpoint } = JSON.parse(proof) as { checkpoint: string };
    const root = (checkpoint.split('\n')[2] as string).slice(0, 20);
    const forged = zipOf(
      files.set('proof.json', Buffer.from(proof.replace(root, `${root.slice(0, -1)}${root.endsWith('A') ? 'B' : 'A'}`))),
    );
    const { page, close } = await opened();
    const [shown] = (await shownOf(page, [forged])) as [Shown];
    expect(shown).toEqual(inNode(forged));
    expect(shown).toMatchObject({ word: 'Altered', statements: [{ title: TITLES.signature, state: 'Fails' }] });
    expect(await page.locator('#result svg').count()).toBe(2);
    await close();
  },
  SUITE_TIMEOUT_MS,
);

test(
  'a key that is not there, another, and one that is none: it says which, and never that the bundle is altered',
  async () => {
    const { page, close } = await opened();
    const other = signingKey('log', logKey.name, seedOf('other'));
    expect((await shownOf(page, [GOOD], ''))[0]).toEqual(inNode(GOOD, []));
    expect((await shownOf(page, [GOOD], formatVerifierKey(other)))[0]).toEqual(inNode(GOOD, [other]));
    expect(await page.textContent('#verdict-word')).toBe('Key not trusted');
    expect(await page.textContent('.head')).toContain(`Said to be signed by${logKey.name}+${logKey.id}`);
    await page.fill('#keys', 'no key');
    await page.click('#check');
    expect(await page.textContent('#keys-fault')).toMatch(/^Line 1 is no key of a log: /);
    expect(await page.getAttribute('#keys', 'aria-invalid')).toBe('true');
    expect(await page.isVisible('#result')).toBe(false);
    await page.fill('#keys', KEY);
    await page.click('#check');
    await page.waitForSelector('.verdict.verified');
    expect(await page.getAttribute('#keys', 'aria-invalid')).toBe('false');
    await close();
  },
  SUITE_TIMEOUT_MS,
);

test(
  'witnesses are asked for by the policy that is pasted',
  async () => {
    const { page, close } = await opened();
    const vkeys = witnessKeys.slice(0, 2).map((key) => ({ key, url: null }));
    const policy = { witnesses: vkeys, threshold: 2 };
    await page.click('#policy-part > summary');
    await page.fill('#policy', JSON.stringify({ threshold: 2, witnesses: vkeys.map(({ key }) => ({ vkey: formatVerifierKey(key) })) }));
    const lone = zipOf(bundleFiles(world, CAR, { witnesses: witnessKeys.slice(0, 1) }));
    const shown = (await shownOf(page, [GOOD, lone])).map(ageless);
    expect(shown).toEqual([inNode(GOOD, [logKey], { witnesses: policy }), inNode(lone, [logKey], { witnesses: policy })]);
    expect(shown.map(({ word }) => word)).toEqual(['Verified', 'Incomplete']);
    await page.fill('#policy', '{');
    await page.click('#check');
    expect(await page.textContent('#policy-fault')).toMatch(/^This is no policy of witnesses: /);
    await close();
  },
  SUITE_TIMEOUT_MS,
);

test(
  'whose word a time is it says as the verifier does, and one that is still to come it does not believe',
  async () => {
    const { page, close } = await opened();
    const sealed = (time: string): Uint8Array => {
      const log = new LedgerWorld().begin();
      log.add([CAR]);
      return zipOf(bundleFiles(log.seal(time), CAR, { witnesses: witnessKeys }));
    };
    const policy = { threshold: 1, witnesses: witnessKeys.map((key) => ({ key, url: null })) };
    const [before, late, toCome] = ['2019-01-01T00:00:00.000000Z', '2026-01-02T00:00:00.000000Z', '2199-01-01T00:00:00.000000Z'].map(
      sealed,
    );
    const [unseen] = (await shownOf(page, [toCome!])).map(ageless);
    expect([unseen?.word, unseen?.summary]).toEqual(['Incomplete', expect.stringMatching(/days ahead of this clock/)]);
    await page.click('#policy-part > summary');
    const vkeys = policy.witnesses.map(({ key }) => ({ vkey: formatVerifierKey(key) }));
    await page.fill('#policy', JSON.stringify({ threshold: 1, witnesses: vkeys }));
    const shown = (await shownOf(page, [before!, late!])).map(ageless);
    expect(shown).toEqual([inNode(before!, [logKey], { witnesses: policy }), inNode(late!, [logKey], { witnesses: policy })]);
    expect(shown.map(({ word }) => word)).toEqual(['Verified', 'Incomplete']);
    expect(shown[0]?.summary).toMatch(/^Unaltered since 2026-01-01 00:00:01 UTC by the word of 1 witness; its head was sealed 2019-01-01/);
    await close();
  },
  SUITE_TIMEOUT_MS,
);

test(
  'a bundle that is dropped on the page is opened, and the steps are explained to whoever asks',
  async () => {
    const { page, close } = await opened();
    await page.fill('#keys', KEY);
    await page.evaluate((base64) => {
      const bytes = Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], 'dropped.zip'));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    }, Buffer.from(GOOD).toString('base64'));
    await page.waitForSelector('.verdict.verified');
    expect(await page.textContent('#summary')).toBe('Verified: dropped.zip');
    expect(await page.locator('.plain:visible').count()).toBe(0);
    await page.click('#explain');
    expect(await page.locator('.plain:visible').count()).toBeGreaterThan(5);
    expect(await page.getAttribute('#explain', 'aria-pressed')).toBe('true');
    await close();
  },
  SUITE_TIMEOUT_MS,
);

test(
  'a proof without a bundle around it is checked too',
  async () => {
    const [proof, half] = [world.encode(CAR), world.encode(CAR).subarray(0, 500)];
    const { page, close } = await opened();
    const shown = (await shownOf(page, [proof, half])).map(ageless);
    expect(shown).toEqual([expected(verifyProof(proof, { log: [logKey] }).report), inNode(half)]);
    expect(shown.map(({ word }) => word)).toEqual(['Verified', 'Could not be checked']);
    await close();
  },
  SUITE_TIMEOUT_MS,
);

test(
  'what a bundle is about stands in its first line: a reader group that was taken out of it, an item that was',
  async () => {
    const fewer = zipOf(bundleFiles(world, CAR, { groups: ['clear'] }));
    const emptied = new Map([['proof.json', encodeProofDocument({ ...world.prove(CAR), item: null, events: [] })]]);
    const { page, close } = await opened();
    const shown = (await shownOf(page, [fewer, zipOf(emptied)])) as [Shown, Shown];
    expect(shown.map(({ word }) => word)).toEqual(['Verified', 'Incomplete']);
    expect(shown[0].summary).toMatch(
      /: all 2 events about \S+, as sealed for the reader group clear alone; of any other group, and of what a marking opened later, nothing is said\.$/,
    );
    expect(shown[1].summary).toMatch(/shows no item and no event/);
    await close();
  },
  SUITE_TIMEOUT_MS,
);

test(
  'it works where crypto.subtle is not there',
  async () => {
    const { page, close } = await opened({
      prepare: (fresh) => fresh.addInitScript(() => Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined })),
    });
    expect(await page.evaluate(() => typeof crypto.subtle)).toBe('undefined');
    expect(((await shownOf(page, [GOOD])) as [Shown])[0].word).toBe('Verified');
    await close();
  },
  SUITE_TIMEOUT_MS,
);

/** Runs in the page: all that a script in it could do to send something, or to have another script run. */
async function breakOut(): Promise<{ fetched: boolean; ran: boolean; wrote: boolean; blocked: string[] }> {
  const blocked = new Set<string>();
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => blocked.add(effectiveDirective));
  const isDone = (work: () => unknown): boolean => {
    try {
      work();
      return true;
    } catch {
      return false;
    }
  };
  await fetch('https://example.org/fetched').catch(() => undefined);
  new Image().src = 'https://example.org/pixel.png';
  isDone(() => navigator.sendBeacon('https://example.org/beacon', 'x'));
  isDone(() => {
    const script = document.createElement('script');
    script.append('globalThis.ran = true');
    document.body.append(script);
  });
  const wrote = isDone(() => (document.createElement('p').innerHTML = '<b>x</b>'));
  await new Promise((done) => setTimeout(done, 100));
  return { fetched: blocked.has('connect-src') === false, ran: 'ran' in globalThis, wrote, blocked: [...blocked].sort() };
}

test(
  'its policy lets nothing out and no other script in; a copy without the policy would',
  async () => {
    const kept = await opened();
    const tried = await kept.page.evaluate(breakOut);
    expect(tried).toMatchObject({ fetched: false, ran: false, wrote: false });
    expect(tried.blocked).toEqual(expect.arrayContaining(['connect-src', 'img-src']));
    expect(kept.asked).toEqual([PAGE]);
    await kept.close();

    const folder = mkdtempSync(join(tmpdir(), 'page-'));
    const copy = join(folder, 'open.html');
    writeFileSync(copy, readFileSync(new URL(PAGE), 'utf8').replace('http-equiv="Content-Security-Policy"', 'name="nothing"'));
    const open = await opened({ url: pathToFileURL(copy).href });
    expect(await open.page.evaluate(breakOut)).toEqual({ fetched: true, ran: true, wrote: true, blocked: [] });
    expect(open.asked).toEqual(expect.arrayContaining(['https://example.org/fetched', 'https://example.org/pixel.png']));
    await open.close();
    rmSync(folder, { recursive: true });
  },
  SUITE_TIMEOUT_MS,
);

test.each(['light', 'dark'] as const)(
  'nobody is kept out, by the rules of WCAG 2.2 AA, in %s colours: before and after a check, whatever comes out',
  async (colorScheme) => {
    const { page, close } = await opened({ colorScheme });
    const violations = async (): Promise<string[]> => {
      const { violations: found } = await page.evaluate(
        (tags) =>
          (
            globalThis as unknown as {
              axe: { run: (at: Document, options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
            }
          ).axe.run(document, { runOnly: tags }),
        WCAG,
      );
      return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    };
    await page.evaluate(AXE);
    expect(await violations()).toEqual([]);
    for (const [zip, word] of [
      [GOOD, 'Verified'],
      [ALTERED, 'Altered'],
      [INCOMPLETE, 'Incomplete'],
      [GOOD.subarray(9), 'Could not be checked'],
    ] as const) {
      expect(((await shownOf(page, [zip])) as [Shown])[0].word).toBe(word);
      await page.click('#explain');
      expect(await violations()).toEqual([]);
    }
    expect(((await shownOf(page, [GOOD], '')) as [Shown])[0].word).toBe('Key not trusted');
    expect(await violations()).toEqual([]);
    await page.fill('#keys', 'none');
    await page.click('#check');
    expect(await violations()).toEqual([]);
    // Control: what has no name is found.
    await page.evaluate(() => document.body.append(document.createElement('button')));
    expect(await violations()).toHaveLength(1);
    await close();
  },
  SUITE_TIMEOUT_MS,
);

test(
  'a bundle of 200 events is verified',
  async () => {
    const large = new LedgerWorld().begin();
    for (let n = 0; n < 200; n++)
      large.add([CAR], 'CLEAR', { statement: `number ${n}. ${'What the source says of it, at some length. '.repeat(10)}` });
    large.seal();
    const zip = zipOf(bundleFiles(large, CAR));
    const { page, close } = await opened();
    const shown = await shownOf(page, [zip, zip, zip]);
    expect(shown.map(({ word }) => word)).toEqual(['Verified', 'Verified', 'Verified']);
    console.log(
      `a bundle of 200 events, ${Math.round(zip.length / 1024)} KB: ${await page.textContent('.head > dd:last-child')} (issue: 1 s)`,
    );
    await close();
  },
  SUITE_TIMEOUT_MS,
);
