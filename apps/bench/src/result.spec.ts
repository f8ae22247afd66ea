import { join } from 'node:path';
import { parseOptions } from './options.ts';
import { filesOf, PARTS, type BenchResult } from './result.ts';

const RUN = { goals: [], measures: {} } as unknown as BenchResult;
const [PIPELINE = '', PROOF = '', JOURNEY = ''] = PARTS.map(({ path }) => join('/project', path));

test.each([
  [['--out', '/elsewhere/result.json'], ['/elsewhere/result.json']],
  [['--out', 'here/result.json'], ['/project/here/result.json']],
  [['--quick'], ['/project/.custody/bench/result.json']],
  [[], [PIPELINE, PROOF, JOURNEY]],
  [['--only', 'f,e'], [PIPELINE]],
  [['--only', 'j,n'], [PROOF]],
  [['--only', 'r,s'], [JOURNEY]],
])('of %j the result goes to %j', (args, files) => {
  expect(filesOf('/project', RUN, parseOptions(args)).map(([file]) => file)).toEqual(files);
});
