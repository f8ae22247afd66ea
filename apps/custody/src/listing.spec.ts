import { jest } from '@jest/globals';
import { type FormFlags, printList, type RowForms } from './listing.ts';

interface Row {
  readonly id: string;
  readonly count: number | null;
}

const FORMS: RowForms<Row> = {
  columns: { id: ({ id }) => id, count: ({ count }) => count, isMany: ({ count }) => (count ?? 0) > 1 },
  text: (rows) => `${rows.length} rows\n`,
};
const ROWS: readonly Row[] = [
  { id: 'a', count: 2 },
  { id: 'b\tc\n9\u001b[2J', count: null },
];

function printed(flags: FormFlags, rows = ROWS, forms = FORMS): string {
  let out = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  printList(flags, { rows, next: null }, rows, forms);
  jest.restoreAllMocks();
  return out;
}

test('a list is text for people, one object, an object a line, or a line of cells', () => {
  expect(printed({})).toBe('2 rows\n');
  expect(printed({ json: true })).toBe(`${JSON.stringify({ rows: ROWS, next: null })}\n`);
  expect(printed({ jsonl: true }).trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual(ROWS); // prettier-ignore
  expect(printed({ plain: true }).split('\n')[0]).toBe('a\t2\ttrue');
  expect(printed({ jsonl: true }, ROWS, { ...FORMS, line: ({ id }) => ({ id, logSize: 4 }) })).toContain('{"id":"a","logSize":4}\n');
});

test('a row is one line of as many cells as every other, whatever stands in them', () => {
  const lines = printed({ plain: true }).split('\n');
  expect(lines).toEqual(['a\t2\ttrue', 'b⟨U+0009⟩c ⏎ 9⟨U+001B⟩[2J\t\tfalse', '']);
  expect(new Set(lines.slice(0, -1).map((line) => line.split('\t').length))).toEqual(new Set([3]));
});

test('of no rows a program gets none', () => {
  expect([printed({ plain: true }, []), printed({ jsonl: true }, []), printed({}, [])]).toEqual(['', '', '0 rows\n']);
});
