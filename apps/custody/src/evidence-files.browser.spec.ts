/**
 * Hostile files in a real browser: each is opened by its download address and as a page of ours, alone and within a frame. No script of any of
 * them runs, nothing is asked for elsewhere, and nothing is shown as what it pretends to be.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { chromium, type Browser } from 'playwright-core';
import { createHash } from 'node:crypto';
import { type RunningCustody, serveCustody, temporaryFolder } from '../test-process.ts';
import { join } from 'node:path';

const TIMEOUT_MS = 300_000;
/** Where a script that runs calls. */
const CANARY = 'http://canary.invalid/ran';
const CALL = `fetch('${CANARY}');top.ran=1;window.ran=1;document.title='ran';new Image().src='${CANARY}'`;
const SCRIPT = `<script>${CALL}</script>`;
const PNG = pngOf(4, 4);

function pngOf(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(data.length, 0);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, data, Buffer.alloc(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(Math.min(height, 4) * (Math.min(width, 4) + 1)));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const svg = (inner: string, attributes = ''): string => `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${inner}</svg>`;
const FILES: readonly (readonly [string, string | Buffer])[] = [
  ['html', `<!doctype html><html><body>${SCRIPT}</body></html>`],
  ['html, event handlers', `<img src=x onerror="${CALL}"><body onload="${CALL}"><details open ontoggle="${CALL}">`],
  [
    'html, base and meta',
    `<base href="${CANARY}"><meta http-equiv="refresh" content="0;url=${CANARY}"><link rel=stylesheet href="${CANARY}">`,
  ],
  [
    'html, frames',
    `<iframe srcdoc="${SCRIPT.replaceAll('"', '&quot;')}"></iframe><iframe src="javascript:${CALL}"></iframe><object data="${CANARY}"></object>`,
  ],
  ['html, form', `<form action="${CANARY}"><input autofocus onfocus="${CALL}"></form>`],
  ['html, template of ours closed', `</mark></td></tr></tbody></table></div></main>${SCRIPT}`],
  ['html, attribute closed', `" autofocus onfocus="${CALL}" x="`],
  ['html, comment tricks', `<!--><img src=x onerror="${CALL}">--><![CDATA[${SCRIPT}]]>`],
  ['html, style', `<style>@import '${CANARY}';*{background:url(${CANARY})}</style>`],
  ['html in UTF-16', Buffer.from(`\ufeff${SCRIPT}`, 'utf16le')],
  ['html in UTF-7', `+ADw-script+AD4-${CALL}+ADw-/script+AD4-`],
  ['html behind a byte order mark', `\ufeff${SCRIPT}`],
  ['html behind NUL', `\0\0\0${SCRIPT}`],
  ['svg', svg(SCRIPT, `onload="${CALL}"`)],
  ['svg, foreign object', svg(`<foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="${CALL}"/></foreignObject>`)],
  ['svg, links', svg(`<image href="${CANARY}"/><use href="${CANARY}#x"/><a href="javascript:${CALL}"><text>x</text></a>`)],
  ['xml with a style sheet', `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="${CANARY}"?><a/>`],
  ['xml with entities', `<!DOCTYPE a [<!ENTITY x SYSTEM "${CANARY}"><!ENTITY a "&x;&x;">]><a>&a;</a>`],
  ['xhtml', `<html xmlns="http://www.w3.org/1999/xhtml"><script>${CALL}</script></html>`],
  [
    'mhtml',
    `MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n${SCRIPT}\r\n--x--`,
  ],
  ['polyglot of gif and script', `GIF89a/*\x01\0\x01\0\0\0\0*/=1;${CALL}`],
  ['polyglot of gif and html', `GIF89a\x01\0\x01\0\0\0\0${SCRIPT}`],
  ['polyglot of png and html', Buffer.concat([PNG, Buffer.from(SCRIPT)])],
  ['polyglot of jpeg and html', Buffer.concat([Buffer.from('ffd8ffe00004aaaaffc0001108000100010301', 'hex'), Buffer.from(SCRIPT)])],
  ['polyglot of pdf and html', `%PDF-1.7\n${SCRIPT}\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.launchURL('${CANARY}'))>>>>endobj`],
  ['polyglot of zip and html', `PK\x03\x04${SCRIPT}`],
  ['bomb: image that says to be enormous', pngOf(60_000, 60_000)],
  ['bomb: gzip', gzipSync(Buffer.alloc(50_000_000))],
  ['bomb: one line of megabytes', `${'<b>'.repeat(1_000_000)}${SCRIPT}`],
  ['bomb: a row of a hundred thousand fields', `${'<i>,'.repeat(100_000)}\n${SCRIPT},b\n`],
  ['script', CALL],
  ['csv with formulas and html', `name,value\n"=HYPERLINK(""${CANARY}"")",${SCRIPT}\n@SUM(1),"<img src=x onerror=${CALL}>"\n`],
  ['names that lead elsewhere', `../../../etc/passwd\r\nContent-Type: text/html\r\n\r\n${SCRIPT}\0.html`],
  ['terminal and direction tricks', `\x1b]0;ran\x07\u202e${SCRIPT}\u2066`],
];

const LOCATORS = ['', '?locator=line:1', '?locator=row:1', '?locator=region:x=1,y=1,w=1,h=1', `?locator=${encodeURIComponent(SCRIPT)}`];

describe('hostile evidence in a browser', () => {
  const folder = temporaryFolder();
  let product: RunningCustody;
  let browser: Browser;
  const hashes = new Map<string, string>();

  beforeAll(async () => {
    product = await serveCustody({ CUSTODY_DATA_DIR: join(folder.path, 'data'), CUSTODY_DEMO: 'false' });
    browser = await chromium.launch({ executablePath: process.env['CUSTODY_TEST_CHROMIUM'] ?? 'chromium', args: ['--no-sandbox'] });
    for (const [name, content] of FILES) {
      const body = Buffer.from(content as string);
      const sha256 = createHash('sha256').update(body).digest('hex');
      hashes.set(name, sha256);
      const answer = await fetch(`${product.url}/v1/evidence/sha256/${sha256}`, {
        method: 'PUT',
        body,
        headers: { 'content-type': 'text/html' },
      });
      if (answer.status !== 201) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
    }
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    folder.remove();
  }, TIMEOUT_MS);

  interface Seen {
    /** Requests that went to anywhere but this server's addresses of this evidence. */
    readonly elsewhere: string[];
    readonly ran: boolean;
    readonly downloads: number;
    readonly scripts: number;
    readonly text: string;
  }

  /** What happens when a person opens the address. */
  async function opened(url: string, own: (url: string) => boolean): Promise<Seen> {
    const context = await browser.newContext({ acceptDownloads: true });
    const elsewhere: string[] = [];
    await context.route('**', (route) => {
      const asked = route.request().url();
      if (own(asked)) return route.continue();
      elsewhere.push(asked);
      return route.abort();
    });
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT_MS / 4);
    let downloads = 0;
    let dialogs = 0;
    page.on('download', () => (downloads += 1));
    page.on('dialog', (dialog) => {
      dialogs += 1;
      void dialog.dismiss();
    });
    // An address that is downloaded ends no navigation.
    await page.goto(url).catch((error: unknown) => {
      if (!/Download is starting|ERR_ABORTED/.test(String(error))) throw error;
    });
    await page.waitForTimeout(100);
    // By the debugger, which a page's policy does not bind.
    const { ran, scripts, text } = await page.evaluate<Pick<Seen, 'ran' | 'scripts' | 'text'>>(
      `({ ran: 'ran' in window || document.title === 'ran', scripts: document.scripts.length, text: (document.body?.innerText ?? '').slice(0, 500000) })`,
    );
    await context.close();
    return { elsewhere, ran: ran || dialogs > 0, downloads, scripts, text };
  }

  const addressOf = (name: string, path = ''): string => `${product.url}/v1/evidence/sha256/${hashes.get(name) ?? ''}${path}`;
  const ownOf = (name: string) => (asked: string) => asked.startsWith(addressOf(name));

  it('is at least thirty files, of each kind that browsers were ever fooled by', () => {
    expect(FILES.length).toBeGreaterThanOrEqual(30);
    expect(new Set(hashes.values()).size).toBe(FILES.length);
  });

  it.each(FILES.map(([name]) => name))(
    '%s: downloaded, and shown as what it is',
    async (name) => {
      const download = await opened(addressOf(name), ownOf(name));
      expect([download.elsewhere, download.ran, download.downloads, download.text]).toEqual([[], false, 1, '']);
      // Each in a context of its own, so all at once.
      const pages = await Promise.all(LOCATORS.map((locator) => opened(addressOf(name, `/view${locator}`), ownOf(name))));
      for (const [index, { elsewhere, ran, scripts, text, downloads }] of pages.entries()) {
        const locator = LOCATORS[index];
        expect([locator, elsewhere, ran, scripts, downloads]).toEqual([locator, [], false, 0, 0]);
        expect(text).toContain(hashes.get(name));
      }
    },
    TIMEOUT_MS,
  );

  it(
    'an image is drawn, in a page that may not run anything',
    async () => {
      const url = `${addressOf('polyglot of png and html', '/view')}?locator=region:x=1,y=1,w=2,h=2`;
      const { headers } = await fetch(url);
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox allow-downloads allow-same-origin$/);
      const page = await (await browser.newContext()).newPage();
      const answered: number[] = [];
      page.on('response', (answer) => answered.push(answer.status()));
      await page.goto(url);
      const drawn = await page.evaluate<number>(`document.querySelector('svg image').getBoundingClientRect().width`);
      expect([answered, drawn, await page.locator('#region').count()]).toEqual([[200, 200], 4, 1]);
      await page.context().close();
    },
    TIMEOUT_MS,
  );

  describe('control', () => {
    let careless: Server;
    let url: string;
    beforeAll(async () => {
      const html = FILES.find(([name]) => name === 'html')?.[1] ?? '';
      careless = createServer((_, answer) => answer.writeHead(200, { 'content-type': 'text/html' }).end(html));
      await new Promise<void>((resolve) => careless.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(careless.address() as AddressInfo).port}/`;
    });
    afterAll(() => new Promise((resolve) => careless.close(resolve)));

    it(
      'a server that shows such a file as it comes runs its script and asks elsewhere, and this suite sees both',
      async () => {
        const { ran, elsewhere, scripts } = await opened(url, (asked) => asked.startsWith(url));
        expect([ran, scripts > 0, elsewhere.includes(CANARY)]).toEqual([true, true, true]);
      },
      TIMEOUT_MS,
    );
  });
});
