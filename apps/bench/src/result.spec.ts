import { join } from 'node:path';
import { parseOptions } from './options.ts';
import { RESULT_PATH, resultFile } from './result.ts';

test.each([
  [['--out', '/elsewhere/result.json'], '/elsewhere/result.json'],
  [['--out', 'here/result.json'], '/project/here/result.json'],
  [['--quick'], '/project/.custody/bench/result.json'],
  [[], join('/project', RESULT_PATH)],
])('of %j the result goes to %s', (args, file) => {
  expect(resultFile('/project', parseOptions(args))).toBe(file);
});
