/** A file of evidence of 128 MiB, in and out; the soak has one of 4 GiB. */
import { memoryOfEvidence } from './evidence-memory.ts';
import { projectRoot } from './project-root.ts';

/** Some minutes, and more beside other suites. */
const WITHIN_MS = 30 * 60_000;

test(
  'a large file takes little more memory than a small one, of server and command, both ways; holding it shows in each',
  async () => {
    const { problems, product, control } = await memoryOfEvidence({ root: projectRoot(), seed: 0, size: 'ci', note: () => undefined });
    expect(problems).toEqual([]);
    expect([product, control].map((each) => each.map(({ who, way }) => `${who} ${way}`))).toEqual([
      ['server upload', 'command upload', 'server download', 'command download'],
      ['server upload', 'command upload', 'server download', 'command download'],
    ]);
  },
  WITHIN_MS,
);
