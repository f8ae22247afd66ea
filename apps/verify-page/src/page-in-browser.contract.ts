/** The page in a real browser, as its suites use it: what a person gives it, and what he sees. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { formatVerifierKey, type Report, type Statement } from '#lib/ledger';
import { logKey } from '../../../libs/ledger/src/ledger-world.contract.ts';
import { OUTCOMES, STATES, TITLES } from './words.ts';

export const PAGE = pathToFileURL(join(import.meta.dirname, '../../../dist/apps/verify-page/verify.html')).href;
/** Sent to the page at a time. */
const BATCH = 50;
export const SUITE_TIMEOUT_MS = 240_000;
export const KEY = formatVerifierKey(logKey);

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: process.env['CUSTODY_TEST_CHROMIUM'] ?? 'chromium', args: ['--no-sandbox'] });
}, SUITE_TIMEOUT_MS);
afterAll(() => browser?.close());

/** The page as a person sees it. */
export interface Shown {
  readonly word: string;
  readonly summary: string;
  readonly statements: readonly { readonly title: string; readonly state: string; readonly says: string; readonly where: string }[];
}

/** A page that is watched: whatever it asks for beside itself is kept, and not given. */
export async function opened({
  url = PAGE,
  prepare,
  ...options
}: BrowserContextOptions & { url?: string; prepare?: (page: Page) => Promise<unknown> } = {}) {
  const context = await browser.newContext(options);
  const asked: string[] = [];
  await context.route('**', (route) => {
    asked.push(route.request().url());
    return route.request().url() === url ? route.continue() : route.abort();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(SUITE_TIMEOUT_MS / 2);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  await prepare?.(page);
  await page.goto(url);
  return { page, asked, faults, close: () => context.close() };
}

/** What the page shows of each zip, given to it as a person would, by its file chooser. */
export async function shownOf(page: Page, zips: readonly Uint8Array[], keys = KEY): Promise<Shown[]> {
  await page.fill('#keys', keys);
  const shown: Shown[] = [];
  for (let at = 0; at < zips.length; at += BATCH) {
    const batch = zips.slice(at, at + BATCH).map((zip) => Buffer.from(zip).toString('base64'));
    shown.push(...(await page.evaluate(checkEach, batch)));
  }
  return shown;
}

/** Runs in the page. */
async function checkEach(batch: readonly string[]): Promise<Shown[]> {
  const text = (within: Element, selector: string): string => within.querySelector(selector)?.textContent ?? '';
  const input = document.querySelector('#file') as HTMLInputElement;
  const result = document.querySelector('#result') as HTMLElement;
  const shown: Shown[] = [];
  for (const base64 of batch) {
    const bytes = Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], 'bundle.zip'));
    const checked = new Promise((done) => result.addEventListener('checked', done, { once: true }));
    input.files = files.files;
    input.dispatchEvent(new Event('change'));
    await checked;
    const statements = [...result.querySelectorAll('.statement')].map((line) => ({
      title: text(line.closest('.step') as Element, 'h3'),
      state: text(line, '.state'),
      says: text(line, '.what > bdi'),
      where: text(line, '.where'),
    }));
    shown.push({ word: text(result, '.verdict h2'), summary: text(result, '.summary'), statements });
  }
  return shown;
}

/** What a report should look like. The age is by another moment's clock. */
export function expected({ verdict, summary, statements }: Report): Shown {
  const lines = statements.map(({ step, state, says, about, code, pointer }: Statement) => ({
    title: TITLES[step],
    state: STATES[state].word,
    says,
    where: [about, pointer ? `at ${pointer}` : undefined, code === undefined ? undefined : `[${code}]`].filter(Boolean).join(' '),
  }));
  return { word: OUTCOMES[verdict].word, summary, statements: withoutAge(lines) };
}
const withoutAge = (lines: Shown['statements']): Shown['statements'] => lines.filter(({ title }) => title !== TITLES.age);
export const ageless = (shown: Shown): Shown => ({ ...shown, statements: withoutAge(shown.statements) });
