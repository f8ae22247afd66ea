/** The measure of the soak, with few pairs: it runs over every route, and a planted leak shows. How near to a half the product lies is for the soak to say. */
import { timingOfHidden } from './timing.ts';
import { timingTable } from './timing-verdict.ts';
import { projectRoot } from './project-root.ts';

const SEED = Math.floor(Math.random() * 1_000_000);
/** Some minutes, and more beside other suites. */
const WITHIN_MS = 30 * 60_000;

test(
  `what is hidden answers as what never was, each timed, and a planted leak is seen (seed ${SEED})`,
  async () => {
    const lines: string[] = [];
    const { problems, product, control } = await timingOfHidden({
      root: projectRoot(),
      seed: SEED,
      size: 'ci',
      note: (line) => void lines.push(line),
    });
    if (problems.length > 0) throw new Error([...problems, timingTable([...product, ...control]), ...lines].join('\n'));
    expect(product.length).toBeGreaterThanOrEqual(19);
    expect(product.every(({ auc, pairs }) => auc >= 0 && auc <= 1 && pairs === 60)).toBe(true);
    expect(control.map(({ route }) => route)).toEqual(['event', 'evidence', 'evidence shown', 'proof of an event']);
  },
  WITHIN_MS,
);
