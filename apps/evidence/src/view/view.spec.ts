import { markup } from '#lib/contracts';
import { parseLocator } from '#lib/domain';
import { evidenceInMemory, HEAD_BYTES, mediaTypeOf } from '#lib/evidence';
import { createHash } from 'node:crypto';
import { pageHeaders, pageOf } from './page.ts';
import { renderingOf } from './shown.ts';
import { LENGTH_MAX, lineSplitter, readWindow, rowSplitter, SHOWN_MAX } from './window.ts';

const source = async function* (...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
};
const numbered = (count: number): string => Array.from({ length: count }, (_, n) => `line ${n + 1}\n`).join('');

/** What is shown of this content. */
async function shown(content: string | Buffer, locator?: string): Promise<{ html: string; notes: readonly string[]; hasImage: boolean }> {
  const bytes = Buffer.from(content);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const store = evidenceInMemory();
  await store.put(sha256, source(bytes), { owner: 'local', bytesMax: 1 << 30 });
  const head = bytes.subarray(0, HEAD_BYTES);
  const subject = { sha256, bytes: bytes.length, type: mediaTypeOf(head, bytes.length <= HEAD_BYTES), head };
  const rendering = await renderingOf(store, subject, locator === undefined ? undefined : parseLocator(locator));
  return { html: rendering?.content.html ?? '', notes: rendering?.notes ?? [], hasImage: rendering?.hasImage ?? false };
}

describe('a page about evidence', () => {
  it('has what evidence says as text, and shows what is not seen', () => {
    expect(markup`<td title="${'"><script>'}">${"<b>&'"}</td>`.html).toBe('<td title="&quot;&gt;&lt;script&gt;">&lt;b&gt;&amp;&#39;</td>');
    expect(markup`${'a\u202eb\u200bc\0d\x1b[2Je\tf'}`.html).toBe('a⟨U+202E⟩b⟨U+200B⟩c⟨U+0000⟩d⟨U+001B⟩[2Je\tf');
    expect(markup`${[markup`<i>${'<'}</i>`, markup`<i>2</i>`]}`.html).toBe('<i>&lt;</i><i>2</i>');
    const page = pageOf({
      title: '</title><script>',
      facts: [['<a>', '<b>']],
      notes: ['<c>'],
      content: markup`<p>${'<d>'}</p>`,
      download: '../x',
    });
    expect(page).not.toMatch(/<script|<a>|<b>|<c>|<d>/);
  });

  it('is sandboxed, runs nothing and asks for nothing; with an image, for that', () => {
    const policy = pageHeaders(false)['content-security-policy'] ?? '';
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-downloads$/,
    );
    const withImage = pageHeaders(true)['content-security-policy'] ?? '';
    expect(withImage).toContain("img-src 'self'");
    for (const each of [policy, withImage]) expect(each).not.toMatch(/script|unsafe|\*/);
  });
});

describe('lines', () => {
  it('are numbered, and the cited ones are marked with what stands around them', async () => {
    const { html: text, notes } = await shown(numbered(100), 'line:50-51');
    expect([...text.matchAll(/<tr class="cited" id="line-(\d+)">/g)].map(([, n]) => n)).toEqual(['50', '51']);
    expect(text).toContain('<mark>line 50</mark>');
    expect([...text.matchAll(/<th scope="row">(\d+)/g)].map(([, n]) => Number(n))).toEqual(Array.from({ length: 42 }, (_, n) => n + 30));
    expect(notes).toEqual(['Only a part is shown: the file has more lines.']);
  });

  it('are read across pieces, with or without an end, and of a Windows file', async () => {
    const read = async (...chunks: string[]): Promise<string[]> =>
      (await readWindow(source(...chunks), lineSplitter(), undefined)).parts.map(({ part }) => part);
    expect(await read('a', 'b\nc', '\n', 'd')).toEqual(['ab', 'c', 'd']);
    expect(await read('a\r\nb\r\n')).toEqual(['a', 'b']);
    expect(await read('')).toEqual([]);
    const [first = '', second = ''] = ['평', '양'].map((sign) => Buffer.from(sign).toString('latin1'));
    const bytes = Buffer.from(first + second, 'latin1');
    const cut = await readWindow(source(bytes.subarray(0, 4), bytes.subarray(4)), lineSplitter(), undefined);
    expect(cut.parts[0]?.part).toBe('평양');
  });

  it('are bounded in number, in length and in what is read for them', async () => {
    const all = await shown(numbered(SHOWN_MAX + 10));
    expect(all.html.match(/<tr>/g)).toHaveLength(SHOWN_MAX);
    const long = await shown(`${'x'.repeat(LENGTH_MAX + 5)}\nshort\n`);
    expect(long.html).toContain(`${'x'.repeat(LENGTH_MAX)} … 5 more characters`);
    const piece = Buffer.alloc(1 << 18, 'x\n');
    let given = 0;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) {
        given += piece.length;
        yield await Promise.resolve(piece);
      }
    };
    const beyond = { from: 1e9, to: 1e9 };
    const most = 1 << 20;
    expect(await readWindow(endless(), lineSplitter(), beyond, most)).toEqual({ parts: [], more: true, isBeyond: true });
    expect(given).toBe(most);
  });

  it('that are not there are told of', async () => {
    expect((await shown(numbered(3), 'line:9')).notes).toEqual(['The file ends, or is read here, before the cited line: it is not shown.']);
    expect((await shown(numbered(3), 'page:2')).notes).toEqual(['A page cannot be marked in this file: it is shown from its beginning.']);
  });
});

describe('rows', () => {
  it('are those of a table, and the cited one is marked', async () => {
    const { html: text } = await shown('time,place\n1,"Busan, KR"\n2,"say ""so"""\n', 'row:2');
    expect(text).toContain(
      '<tr class="cited" id="row-2"><th scope="row">2</th><td><mark>1</mark></td><td><mark>Busan, KR</mark></td></tr>',
    );
    expect(text).toContain('<td>say &quot;so&quot;</td>');
    expect((await shown('a,b\n1,2\n', 'line:2')).html).toContain('<mark>1,2</mark>');
  });

  it('may go over several lines, end anywhere, and have too many fields', async () => {
    const read = async (...chunks: string[]) =>
      (await readWindow(source(...chunks), rowSplitter(), undefined)).parts.map(({ part }) => part);
    expect(await read('a,"b\nc"\r\n', 'd', ',e')).toEqual([['a', 'b\nc'], ['d', 'e']]); // prettier-ignore
    expect(await read('a,"b')).toEqual([['a', 'b']]);
    expect(await read('a"b,c\n\n')).toEqual([['a"b', 'c'], ['']]);
    expect((await read(','.repeat(1_000)))[0]).toHaveLength(64);
  });
});

describe('an image', () => {
  const png = (width: number, height: number): Buffer => {
    const bytes = Buffer.from('89504e470d0a1a0a0000000d4948445200000000000000000806000000', 'hex');
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    return bytes;
  };

  it('is drawn from where it lies, with the cited region marked in its pixels', async () => {
    const { html: text, hasImage, notes } = await shown(png(640, 480), 'region:x=10,y=20,w=30,h=40');
    expect(text).toMatch(/<image href="\.\.\/[0-9a-f]{64}" width="640" height="480"\/>/);
    expect(text).toContain('<rect id="region" x="10" y="20" width="30" height="40"');
    expect([hasImage, notes]).toEqual([true, []]);
    expect((await shown(png(640, 480), 'region:x=700,y=20,w=30,h=40')).notes).toEqual(['The cited region lies outside of the image.']);
  });

  it('that says to be enormous, or nothing, is only downloaded', async () => {
    for (const bytes of [
      png(100_000, 100_000),
      png(1, 1).subarray(0, 18),
      Buffer.from('%PDF-1.7'),
      Buffer.from('PK\x03\x04'),
      Buffer.from([0, 1, 2]),
    ])
      expect(await shown(bytes)).toMatchObject({ html: '', hasImage: false, notes: [expect.stringMatching(/ownload it/)] });
  });
});
