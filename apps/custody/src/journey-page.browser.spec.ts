/**
 * The page of the demo's journey in a real browser, at three widths and printed: nothing overlaps, nothing is cut, nothing is asked of any network, and the
 * first screen answers what is asked first.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { type RunningCustody, runCustody, serveCustody, temporaryFolder } from '../test-process.ts';
import { QUESTIONS } from './journey-questions.contract.ts';
import { pdfPages } from './pdf-text.contract.ts';

const TIMEOUT_MS = 300_000;
const CAR = 'vin:WDDSYNTH9JA000001';
const DEMO = fileURLToPath(new URL('../../../demo/', import.meta.url));
/** Runs in the page; its types are not those of this program. */
const LAID_OUT = readFileSync(join(import.meta.dirname, '../test-processes/laid-out.mjs'), 'utf8');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const SCREENS = [
  [360, 800],
  [768, 1_024],
  [1_280, 800],
] as const;
/** Pixels between the margins of A4. */
const PRINTED_PX = 688;

const grades = new Map(
  readFileSync(join(DEMO, 'lux-and-loaded.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; grade: string })
    .map(({ id, grade }) => [id, grade]),
);
const graded = (answer: string): string => answer.replaceAll(/\{([^}]+)\}/g, (_, id: string) => grades.get(id) ?? `no grade of ${id}`);
interface Layout {
  readonly overlaps: readonly string[];
  readonly cut: readonly string[];
  readonly texts: number;
}
const within = <T>(page: Page, call: string): Promise<T> => page.evaluate<T>(`(() => {${LAID_OUT}\nreturn ${call};})()`);
const layoutOf = (page: Page): Promise<Layout> => within(page, 'layout()');
const firstScreen = async (page: Page): Promise<string> => bare(await within<string>(page, 'firstScreen()'));
/** Without blanks, and with letters that a print draws as one (ﬁ) apart. */
const bare = (text: string): string => text.normalize('NFKC').replaceAll(/\s+/g, '');

describe('the page of a journey', () => {
  const folder = temporaryFolder();
  let product: RunningCustody;
  let browser: Browser;
  let html = '';

  beforeAll(async () => {
    const env = { CUSTODY_DATA_DIR: join(folder.path, 'data') };
    product = await serveCustody(env);
    const traced = await runCustody(['trace', CAR, '--format', 'html'], { ...env, CUSTODY_SERVER: product.url });
    expect([traced.code, traced.stderr]).toEqual([0, '']);
    html = traced.stdout;
    browser = await chromium.launch({ executablePath: process.env['CUSTODY_TEST_CHROMIUM'] ?? 'chromium', args: ['--no-sandbox'] });
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    folder.remove();
  }, TIMEOUT_MS);

  /** From a disk; whatever it asks for beside itself is kept, and not given. */
  async function opened(options: BrowserContextOptions = {}): Promise<{ page: Page; asked: string[]; close: () => Promise<void> }> {
    const path = join(folder.path, 'journey.html');
    writeFileSync(path, html);
    const url = pathToFileURL(path).href;
    const context = await browser.newContext(options);
    const asked: string[] = [];
    await context.route('**', (route) => {
      if (route.request().url() === url) return route.continue();
      asked.push(route.request().url());
      return route.abort();
    });
    const page = await context.newPage();
    page.on('console', (message) => asked.push(message.text()));
    await page.goto(url);
    return { page, asked, close: () => context.close() };
  }

  it('has eight questions, with answers that the README of the demo gives', () => {
    const readme = bare(readFileSync(join(DEMO, 'README.md'), 'utf8'));
    expect(QUESTIONS).toHaveLength(8);
    for (const words of QUESTIONS.flatMap((question) => question.readme))
      expect([words, readme.includes(bare(words))]).toEqual([words, true]);
  });

  it.each(SCREENS)(
    'at a width of %d: nothing overlaps or is cut, nothing is asked of anybody, and the first screen answers the questions',
    async (width, height) => {
      const { page, asked, close } = await opened({ viewport: { width, height } });
      const { texts, ...layout } = await layoutOf(page);
      expect(layout).toEqual({ overlaps: [], cut: [] });
      expect(texts).toBeGreaterThan(200);
      const seen = await firstScreen(page);
      const missing = QUESTIONS.flatMap(({ asks, answer }) =>
        answer.filter((part) => !seen.includes(bare(graded(part)))).map((part) => `${asks} ${part}`),
      );
      expect(missing).toEqual([]);
      expect(asked).toEqual([]);
      await close();
    },
    TIMEOUT_MS,
  );

  it(
    'as a print: nothing overlaps or is cut, each page has its label above and below, and all of the text is there',
    async () => {
      const { page, close } = await opened({ viewport: { width: PRINTED_PX, height: 1_000 } });
      await page.emulateMedia({ media: 'print' });
      const { overlaps, cut } = await layoutOf(page);
      expect({ overlaps, cut }).toEqual({ overlaps: [], cut: [] });
      const blocks = await within<string[]>(page, 'blocks()');
      const pages = pdfPages(await page.pdf({ preferCSSPageSize: true, printBackground: true })).map(bare);
      expect(pages.length).toBeGreaterThan(2);
      for (const [n, text] of pages.entries())
        expect([n, text.split('TLP:AMBER+STRICT').length > 2, text.includes(bare(`page ${n + 1} of ${pages.length}`))]).toEqual([
          n,
          true,
          true,
        ]);
      const printed = pages.join('');
      const lost = blocks.map(bare).filter((block) => !printed.includes(block));
      expect(blocks.length).toBeGreaterThan(100);
      expect(lost).toEqual([]);
      await close();
    },
    TIMEOUT_MS,
  );

  it('draws the eighteen days, and what is behind the last that is proved, as unknown', async () => {
    const { page, close } = await opened();
    const rows = await page.evaluate<[string, [string, boolean][]][]>(`[...document.querySelectorAll('.chart tbody tr')].map((row) => [
      row.querySelector('th').textContent,
      [...row.querySelectorAll('.segment')].map((segment) => [
        segment.getAttribute('class'),
        segment.getBoundingClientRect().right > row.querySelector('svg').getBoundingClientRect().right - 2,
      ]),
    ])`);
    const row = (label: string) => rows.find(([name]) => name.startsWith(label))?.[1];
    expect(row('Leg 5: in IMO 0000048')).toEqual([
      ['segment inferred', false],
      ['segment unknown', false],
    ]);
    // To the end of what is drawn.
    expect(row('UNKNOWN where it was after 2018-10-01T08:30')).toEqual([['segment unknown', true]]);
    await close();
  });

  it('draws no line beyond the last position that is proved', async () => {
    const { stdout } = await runCustody(['trace', CAR, '--format', 'geojson'], {
      CUSTODY_DATA_DIR: join(folder.path, 'data'),
      CUSTODY_SERVER: product.url,
    });
    const { features } = JSON.parse(stdout) as { features: { geometry: unknown; properties: Record<string, unknown> }[] };
    const drawn = features.filter(({ geometry }) => geometry !== null);
    expect(drawn.length).toBeGreaterThan(400);
    for (const { properties } of drawn) {
      expect(['observed', 'inferred']).toContain(properties['class']);
      expect(String(properties['from']) <= '2018-10-01T08:30:00.000000Z').toBe(true);
      expect(JSON.stringify(properties)).not.toMatch(/Nakhodka|Vladivostok|Pyongyang|Pohang/);
    }
    const unknown = features.filter(({ properties }) => properties['class'] === 'unknown');
    expect(unknown.map(({ geometry, properties }) => [geometry, properties['kind'], properties['from']])).toEqual(
      expect.arrayContaining([
        [null, 'gap', '2018-10-01T08:30:00.000000Z'],
        [null, 'unknown', '2018-10-01T08:30:00.000001Z'],
      ]),
    );
  });

  it.each(['light', 'dark'] as const)(
    'keeps nobody out, by the rules of WCAG 2.2 AA, in %s colours',
    async (colorScheme) => {
      const { page, close } = await opened({ colorScheme });
      await page.evaluate(AXE);
      const run = `axe.run(document, { runOnly: ${JSON.stringify(WCAG)} })`;
      const violations = (): Promise<string[]> =>
        page.evaluate(
          `${run}.then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
        );
      expect(await violations()).toEqual([]);
      // Control: what has no name is found.
      await page.evaluate(`document.body.append(document.createElement('button'))`);
      expect(await violations()).toHaveLength(1);
      await close();
    },
    TIMEOUT_MS,
  );

  describe('control', () => {
    it('a label that was moved onto another is found, at each width', async () => {
      for (const [width, height] of SCREENS) {
        const { page, close } = await opened({ viewport: { width, height } });
        const moved = await page.evaluate<string[]>(`(() => {
          const [one, other] = document.querySelectorAll('svg.map text');
          for (const name of ['x', 'y', 'dx', 'dy']) other.setAttribute(name, one.getAttribute(name));
          return [one.textContent, other.textContent];
        })()`);
        const { overlaps } = await layoutOf(page);
        expect(overlaps).toContain(moved.join(' | '));
        await close();
      }
    });

    it('a text that is longer than the page is found', async () => {
      const { page, close } = await opened({ viewport: { width: 360, height: 800 } });
      await page.evaluate(`for (const cell of document.querySelectorAll('td')) cell.style.setProperty('white-space', 'nowrap')`);
      expect((await layoutOf(page)).cut.length).toBeGreaterThan(0);
      await close();
    });

    it('an answer that is not on the first screen is missed', async () => {
      const { page, close } = await opened({ viewport: { width: 360, height: 200 } });
      const seen = await firstScreen(page);
      expect(QUESTIONS.filter(({ answer }) => answer.every((part) => seen.includes(bare(graded(part))))).length).toBeLessThan(8);
      await close();
    });
  });
});
