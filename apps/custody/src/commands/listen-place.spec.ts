/** What a listener's place takes for its output: nothing of any other file is ever cut off. */
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListenPlace } from './listen-place.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'custody-place-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const fileOf = (name: string): string => join(folder, name);
const textOf = (name: string): string => readFileSync(fileOf(name), 'utf8');
async function kept(text: string, cursor = 'c'): Promise<void> {
  const place = new ListenPlace(fileOf('place'), fileOf('output'));
  await place.keep(text, cursor);
  place.close();
}
const open = (output: string): void => new ListenPlace(fileOf('place'), fileOf(output)).close();
/** Longer than what a place looks at. */
const LONG = `${'x'.repeat(10_000)}\n`;

test.each([
  ['some lines', 'one\ntwo\n'],
  ['many', LONG],
  ['nothing yet', ''],
])('what lies behind the place of an output with %s is cut off, as often as it is opened', async (_, text) => {
  await kept(text);
  for (let kills = 0; kills < 2; kills++) {
    appendFileSync(fileOf('output'), 'written, and not kept\n');
    open('output');
    expect(textOf('output')).toBe(text);
  }
  await kept('more\n', 'd');
  expect(textOf('output')).toBe(`${text}more\n`);
});

test.each([
  ['some lines', 'one\ntwo\n'],
  ['many', LONG],
  ['nothing yet', ''],
])('another file is refused by the place of an output with %s, and stays as it is', async (_, text) => {
  await kept(text);
  const foreign = `a file of somebody else's\n${LONG}${LONG}`;
  writeFileSync(fileOf('other'), foreign);
  expect(() => open('other')).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
  expect(textOf('other')).toBe(foreign);
  // Control: beside its own output the same place is good.
  open('output');
});

test('an output that was moved elsewhere goes on there, and one that is shorter than it was is refused', async () => {
  await kept(LONG);
  copyFileSync(fileOf('output'), fileOf('restored'));
  open('restored');
  writeFileSync(fileOf('restored'), LONG.slice(0, -1));
  expect(() => open('restored')).toThrow('another output');
  expect(textOf('restored')).toBe(LONG.slice(0, -1));
});

test('a file that is no cursor file is refused, and stays as it is', () => {
  for (const text of [
    'x',
    '{}',
    '{"v":2,"cursor":"c"}',
    '{"v":1,"cursor":"c","output":{"bytes":-1,"mark":""}}',
    '{"v":1,"cursor":"c","output":7}',
  ]) {
    writeFileSync(fileOf('place'), text);
    expect(() => open('output')).toThrow('is no cursor file');
    expect(textOf('place')).toBe(text);
  }
});
