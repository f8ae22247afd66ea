/** The rows of the fault matrix that are about Kafka, with small counts, on servers of their own: they kill the broker, so they cannot share one. */
import { ROWS } from './rows/index.ts';
import { testRows } from './rows.contract.ts';

/** Five minutes on two quiet cores. */
const RUN_WITHIN_MS = 15 * 60_000;

testRows(ROWS.filter(({ needsKafka }) => needsKafka), RUN_WITHIN_MS); // prettier-ignore
