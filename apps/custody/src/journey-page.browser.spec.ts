/**
 * The page of the demo's journey in a real browser, at three widths and printed: nothing overlaps, nothing is cut, nothing is asked of any network, and the
 * first screen answers what is asked first.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import type { JourneyView, TimelineView } from '#lib/contracts';
import { journeyPage } from '#lib/report';
import { operatorKeyFor } from './operator-key.ts';
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

const NAMES = ['W'.repeat(40), '釜山港湾'.repeat(9), 'مدينة على البحر '.repeat(4), '﷽'.repeat(8), 'il'.repeat(30), 'Ǆ @%&… M'.repeat(5)];

/** With other names, spread over a part of the sea, some on top of each other. */
function renamed(timeline: TimelineView, journey: JourneyView): [TimelineView, JourneyView] {
  const nameAt = (n: number): string => NAMES[n % NAMES.length] ?? '';
  const placings = journey.placings.map((placing, n) => {
    const at = placing.line === undefined ? { lat: 30 + ((n * 7) % 10), lon: 120 + ((n * 3) % 17) } : {};
    return { ...placing, ...at, place: nameAt(n) };
  });
  const entries = timeline.entries.map((entry, n) => {
    const name = nameAt(n);
    const display = { ...entry.display, summary: name.repeat(3), place: name, source: name };
    return { ...entry, display, document: { ...entry.document, place: { name, lat: 31 + ((n * 5) % 9), lon: 121 + ((n * 11) % 15) } } };
  });
  return [
    { ...timeline, entries },
    { ...journey, placings },
  ];
}

describe('the page of a journey', () => {
  const folder = temporaryFolder();
  let product: RunningCustody;
  let browser: Browser;
  let html = '';

  beforeAll(async () => {
    product = await serveCustody({ CUSTODY_DATA_DIR: join(folder.path, 'data') });
    html = await traced(CAR, 'html');
    browser = await chromium.launch({ executablePath: process.env['CUSTODY_TEST_CHROMIUM'] ?? 'chromium', args: ['--no-sandbox'] });
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    folder.remove();
  }, TIMEOUT_MS);

  /** A server beside other suites may be busy (75). */
  async function traced(item: string, format: string): Promise<string> {
    const env = { CUSTODY_DATA_DIR: join(folder.path, 'data'), CUSTODY_SERVER: product.url };
    let done = await runCustody(['trace', item, '--format', format], env);
    while (done.code === 75) done = await runCustody(['trace', item, '--format', format], env);
    expect([done.code, done.stderr]).toEqual([0, '']);
    return done.stdout;
  }

  /** From a disk; whatever it asks for beside itself is kept, and not given. */
  async function opened(
    options: BrowserContextOptions = {},
    text = html,
  ): Promise<{ page: Page; asked: string[]; close: () => Promise<void> }> {
    const path = join(folder.path, 'journey.html');
    writeFileSync(path, text);
    const url = pathToFileURL(path).href;
    const context = await browser.newContext(options);
    const asked: string[] = [];
    await context.route('**', (route) => {
      if (route.request().url() === url) return route.continue();
      asked.push(route.request().url());
      return route.abort();
    });
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT_MS / 4);
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

  /** Faults at each of these widths; empty: none. */
  async function laidOut(text: string, widths: readonly number[]): Promise<[number, readonly string[]][]> {
    const found: [number, readonly string[]][] = [];
    for (const width of widths) {
      const { page, close } = await opened({ viewport: { width, height: 800 } }, text);
      const { overlaps, cut } = await layoutOf(page);
      if (overlaps.length + cut.length > 0) found.push([width, [...overlaps, ...cut]]);
      await close();
    }
    return found;
  }

  it(
    'is laid out at widths between and beyond these, too',
    async () => {
      expect(await laidOut(html, [320, 480, 600, 601, 899, 900, 1_024, 1_920])).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it.each(['container:SYNU0000014', 'imo:0000048'])(
    'of %s is laid out as well',
    async (item) => {
      expect(await laidOut(await traced(item, 'html'), [360, 768, 1_280])).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'with names of any length, script and width of letters is laid out as well',
    async () => {
      const headers = { authorization: `Bearer ${operatorKeyFor(join(folder.path, 'data'), product.url)?.key ?? ''}` };
      const asked = async <T>(path: string): Promise<T> => {
        let answer = await fetch(`${product.url}/v1/items/${CAR}/${path}`, { headers });
        // A server beside other suites may be busy.
        for (; answer.status === 503; answer = await fetch(answer.url, { headers }))
          await new Promise((resolve) => setTimeout(resolve, 1_000));
        expect(answer.status).toBe(200);
        return (await answer.json()) as T;
      };
      const timeline = await asked<TimelineView>('timeline?limit=500');
      const journey = await asked<JourneyView>('journey');
      expect([timeline.entries.length, journey.placings.length > 400]).toEqual([17, true]);
      const text = journeyPage(...renamed(timeline, journey), 'As of a size of the log.');
      expect(text).toContain('textLength=');
      expect(await laidOut(text, [360, 768, 1_280])).toEqual([]);
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
    const { features } = JSON.parse(await traced(CAR, 'geojson')) as {
      features: { geometry: unknown; properties: Record<string, unknown> }[];
    };
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
