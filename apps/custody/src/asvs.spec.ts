/** docs/asvs.md: each requirement of level 1 and 2 of OWASP ASVS 5.0.0 is decided, once, and what is held names a test. */
import { linksIn, readPage } from './named-tests.contract.ts';

/** How many requirements each section has, by chapter; as published in `OWASP_Application_Security_Verification_Standard_5.0.0_en.csv`. */
const SECTIONS: readonly (readonly number[])[] = [
  [2, 10, 12, 3, 3],
  [3, 3, 5, 2],
  [1, 3, 5, 8, 8, 1, 5],
  [5, 5, 2, 4],
  [1, 6, 3, 3],
  [3, 12, 8, 6, 8, 4, 2, 4],
  [3, 4, 2, 5, 3, 2],
  [4, 4, 3, 2],
  [3, 4],
  [2, 3, 5, 16, 5, 2, 3],
  [4, 5, 5, 4, 2, 2, 2],
  [5, 2, 5],
  [4, 6, 4, 7],
  [2, 8, 3],
  [5, 5, 7, 4],
  [1, 5, 4, 3, 4],
  [2, 8, 2],
];
/** Those of level 3. */
const LEVEL_3 = new Set(
  `1.2.10 1.3.12 1.5.3 2.3.5 2.4.2 3.1.1 3.2.3 3.3.5 3.4.7 3.4.8 3.5.6 3.5.7 3.5.8 3.6.1 3.7.3 3.7.4 3.7.5 4.1.4 4.1.5 4.2.2 4.2.3 4.2.4 4.2.5
   5.2.4 5.2.5 5.2.6 5.3.3 6.3.5 6.3.6 6.3.7 6.3.8 6.4.5 6.4.6 6.5.6 6.5.7 6.5.8 6.6.4 6.7.1 6.7.2 7.5.3 8.1.3 8.1.4 8.2.4 8.3.2 8.3.3 8.4.2
   10.2.3 10.3.5 10.4.12 10.4.13 10.4.14 10.4.15 10.4.16 11.1.3 11.1.4 11.2.4 11.2.5 11.3.4 11.3.5 11.5.2 11.6.2 11.7.1 11.7.2 12.1.4 12.1.5
   12.3.5 13.1.2 13.1.3 13.1.4 13.2.6 13.3.3 13.3.4 13.4.6 13.4.7 14.2.5 14.2.6 14.2.7 14.2.8 15.1.4 15.1.5 15.2.4 15.2.5 15.4.1 15.4.2 15.4.3
   15.4.4 16.5.4 17.1.2 17.2.5 17.2.6 17.2.7 17.2.8`.split(/\s+/),
);
const ALL = SECTIONS.flatMap((sections, chapter) =>
  sections.flatMap((last, section) => Array.from({ length: last }, (_, at) => `${chapter + 1}.${section + 1}.${at + 1}`)),
);
const ASKED = ALL.filter((number) => !LEVEL_3.has(number));
const STATES = ['held', 'untested', 'not yet', 'not applicable'] as const;

interface Row {
  readonly chapter: string;
  readonly numbers: readonly string[];
  readonly state: string;
  readonly says: string;
}

function rowsOf(page: string): Row[] {
  return page.split(/^## V/m).flatMap((part) => {
    const chapter = /^\d+/.exec(part)?.[0] ?? '';
    return [...part.matchAll(/^\| (v5\.0\.0-[^|]*?) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$/gm)].map(
      ([, numbers = '', state = '', says = '']) => ({
        chapter,
        numbers: numbers.split(' ').map((number) => number.replace('v5.0.0-', '')),
        state,
        says,
      }),
    );
  });
}

/** What is wrong with the page's rows; a line each. */
function faultsOf(rows: readonly Row[]): string[] {
  const decided = rows.flatMap(({ numbers }) => numbers);
  return [
    ...ASKED.filter((number) => !decided.includes(number)).map((number) => `${number}: not decided`),
    ...decided.filter((number, at) => decided.indexOf(number) !== at).map((number) => `${number}: decided twice`),
    ...decided.filter((number) => !ASKED.includes(number)).map((number) => `${number}: no requirement of these levels`),
    ...rows.flatMap(({ chapter, numbers, state, says }) => [
      ...numbers.filter((number) => !number.startsWith(`${chapter}.`)).map((number) => `${number}: in chapter ${chapter}`),
      ...(STATES.some((each) => each === state) ? [] : [`${String(numbers[0])}: ${state}`]),
      ...(state === 'held' && linksIn(says).length === 0 ? [`${String(numbers[0])}: held, by no test`] : []),
    ]),
  ];
}

const page = readPage('docs/asvs.md');

test('the standard has 345 requirements, of which 92 are of level 3', () => {
  expect([ALL.length, LEVEL_3.size, ASKED.length]).toEqual([345, 92, 253]);
});

test('each requirement of level 1 and 2 is decided, once, in its chapter, and what is held names a test', () => {
  expect(faultsOf(rowsOf(page))).toEqual([]);
});

test('SECURITY.md says how many are in which state', () => {
  const inState = (state: string): number =>
    rowsOf(page)
      .filter((row) => row.state === state)
      .reduce((sum, { numbers }) => sum + numbers.length, 0);
  const [held, untested, notYet, notApplicable] = STATES.map(inState);
  expect(readPage('SECURITY.md').replaceAll('\n', ' ')).toContain(
    `of its ${ASKED.length} requirements of level 1 and 2, ${held} are held, ${untested} are held as far as the code can be read and have no test, ${notYet} are not held yet, ${notApplicable} do not apply`,
  );
});

describe('control: of a page', () => {
  const line = /^\| v5\.0\.0-1\.1\.1 \|.*$/m;

  test.each<[string, (line: string) => string, string]>([
    ['without a requirement', () => '', '1.1.1: not decided'],
    ['with one twice', (row) => `${row}\n${row}`, '1.1.1: decided twice'],
    ['with one of level 3', (row) => row.replace('1.1.1', '1.1.1 v5.0.0-1.2.10'), '1.2.10: no requirement of these levels'],
    ['with one that there is not', (row) => row.replace('1.1.1', '1.1.1 v5.0.0-1.1.3'), '1.1.3: no requirement of these levels'],
    ['with one in another chapter', (row) => `## V2\n\n${row}`, '1.1.1: in chapter 2'],
    ['with a state that is none', (row) => row.replace('| held |', '| fine |'), '1.1.1: fine'],
    ['with a claim that names no test', (row) => row.replace(/\.spec\.ts "[^"]+"/, '.md'), '1.1.1: held, by no test'],
  ])('%s it is named', (_, change, fault) => {
    expect(page).toMatch(line);
    expect(faultsOf(rowsOf(page.replace(line, (row) => change(row))))).toContain(fault);
  });
});
