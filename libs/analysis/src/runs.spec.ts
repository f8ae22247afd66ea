/** Runs: what is certain of a stretch is told as that, and the rest of it is not lost. */
import { runsOf, type Sample } from './runs.ts';

/** One letter an hour: `.` certain, `?` in doubt, `-` it goes on from the one before in doubt, `|` it does not go on from the one before. */
const samplesOf = (text: string): Sample<'x'>[] =>
  [...text].map((letter, at) => ({
    at,
    doubts: letter === '?' ? ['x'] : [],
    link: at === 0 || letter === '|' ? null : letter === '-' ? ['x'] : [],
  }));
const told = (text: string, least = 3): string[] =>
  runsOf(samplesOf(text), least).map(({ first, last, doubts }) => `${first}-${last}${doubts.join('')}`);

test.each<[string, string[]]>([
  ['....', ['0-3']],
  ['...', []],
  ['.|..', []],
  ['..?.', ['0-3x']],
  ['..-.', ['0-3x']],
  ['????', ['0-3x']],
  ['.....?.', ['0-4']],
  ['.....?...', ['0-4', '4-8x']],
  ['....-....', ['0-3', '4-8']],
  ['..?....-.?..', ['0-3x', '3-6', '6-11x']],
  ['....|..?.', ['0-3', '4-8x']],
  ['', []],
])('%s is %j', (text, runs) => {
  expect(told(text)).toEqual(runs);
});
