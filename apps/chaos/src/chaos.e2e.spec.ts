/** The rows of the fault matrix that need no broker, with small counts, on the embedded default. */
import { ROWS } from './rows/index.ts';
import { testRows } from './rows.contract.ts';

/** Two to three minutes on two quiet cores. */
const RUN_WITHIN_MS = 12 * 60_000;

testRows(ROWS.filter(({ needsKafka }) => !needsKafka), RUN_WITHIN_MS); // prettier-ignore
