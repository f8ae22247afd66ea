/** The text of a PDF as Chromium (Skia) writes them: objects in the open, glyphs by fonts that say which letters they are. No reader of other PDFs. */
import { inflateSync } from 'node:zlib';

/** Of each page, in the order in which it was drawn, without anything between: words are compared without blanks. */
export function pdfPages(pdf: Uint8Array): string[] {
  const file = Buffer.from(pdf).toString('latin1');
  const objects = new Map([...file.matchAll(/(?<=^|\n)(\d+) 0 obj\s([\s\S]*?)\nendobj/g)].map(([, id = '', body = '']) => [id, body]));
  const letters = new Map<string, ReadonlyMap<string, string>>();
  const lettersOf = (font: string): ReadonlyMap<string, string> => {
    const before = letters.get(font);
    if (before !== undefined) return before;
    const map = /\/ToUnicode (\d+) 0 R/.exec(objects.get(font) ?? '')?.[1];
    const made = map === undefined ? new Map<string, string>() : cmapOf(streamOf(objects.get(map) ?? ''));
    letters.set(font, made);
    return made;
  };
  const pages = [...objects.values()].filter((body) => /\/Type \/Page\b/.test(body));
  return pages.map((page) => {
    const resources = resourcesOf(page, objects);
    const fonts = new Map(
      [...(/\/Font\s*<<(.*?)>>/s.exec(resources)?.[1] ?? '').matchAll(/\/(\S+) (\d+) 0 R/g)].map(([, name = '', id = '']) => [name, id]),
    );
    const contents = [...(/\/Contents (\[[^\]]*\]|\d+ 0 R)/.exec(page)?.[1] ?? '').matchAll(/(\d+) 0 R/g)];
    const drawing = contents.map(([, id = '']) => streamOf(objects.get(id) ?? '')).join('\n');
    return shownText(drawing, (name) => lettersOf(fonts.get(name) ?? ''));
  });
}

function resourcesOf(page: string, objects: ReadonlyMap<string, string>): string {
  const apart = /\/Resources (\d+) 0 R/.exec(page)?.[1];
  return apart === undefined ? page : (objects.get(apart) ?? '');
}

function streamOf(body: string): string {
  const from = /stream\r?\n/.exec(body);
  if (from === null) return '';
  const bytes = Buffer.from(body.slice(from.index + from[0].length, body.lastIndexOf('\nendstream')), 'latin1');
  return body.slice(0, from.index).includes('/FlateDecode') ? inflateSync(bytes).toString('latin1') : bytes.toString('latin1');
}

/** Code in hexadecimal, as it stands in a drawing, to letters. */
function cmapOf(text: string): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  const letter = (hex: string): string => Buffer.from(hex, 'hex').swap16().toString('utf16le');
  for (const [, part = ''] of text.matchAll(/beginbfchar\s([\s\S]*?)endbfchar/g))
    for (const [, code = '', to = ''] of part.matchAll(/<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>/g)) map.set(code.toLowerCase(), letter(to));
  for (const [, part = ''] of text.matchAll(/beginbfrange\s([\s\S]*?)endbfrange/g))
    for (const [, low = '', high = '', to = ''] of part.matchAll(/<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>/g))
      for (let code = parseInt(low, 16); code <= parseInt(high, 16); code++) {
        const first = parseInt(to, 16) + code - parseInt(low, 16);
        map.set(code.toString(16).padStart(low.length, '0'), String.fromCodePoint(first));
      }
  return map;
}

function shownText(drawing: string, lettersOf: (font: string) => ReadonlyMap<string, string>): string {
  let font: ReadonlyMap<string, string> = new Map();
  let text = '';
  for (const [, name, hex] of drawing.matchAll(/\/(\S+)\s+[\d.]+\s+Tf|<([0-9A-Fa-f]+)>/g)) {
    if (name !== undefined) font = lettersOf(name);
    else if (hex !== undefined) {
      const size = [...font.keys()][0]?.length ?? 4;
      for (let at = 0; at < hex.length; at += size) text += font.get(hex.slice(at, at + size).toLowerCase()) ?? '';
    }
  }
  return text;
}
