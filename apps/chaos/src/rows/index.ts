/** The rows of the table, in its order. */
import type { Row } from '../harness.ts';
import { brokerKilled } from './broker-killed.ts';
import { databaseDown } from './database-down.ts';
import { importKilled } from './import-killed.ts';
import { permutations } from './permutations.ts';
import { poison } from './poison.ts';
import { poolExhausted } from './pool-exhausted.ts';
import { postgresKilled } from './postgres-killed.ts';
import { projectorKilled } from './projector-killed.ts';
import { race } from './race.ts';
import { rebalances } from './rebalances.ts';
import { repliesLost } from './replies-lost.ts';
import { sealerKilled } from './sealer-killed.ts';
import { sealerPostgresKilled } from './sealer-postgres-killed.ts';
import { sealerZombie } from './sealer-zombie.ts';
import { topicReplayed } from './topic-replayed.ts';
import { zombie } from './zombie.ts';

export const ROWS: readonly Row[] = [
  projectorKilled, postgresKilled, brokerKilled, repliesLost, topicReplayed, permutations, poison, rebalances, zombie, databaseDown,
  poolExhausted, race, importKilled, sealerKilled, sealerZombie, sealerPostgresKilled,
]; // prettier-ignore
