/** How often and how long: every count of the harness, in two sizes. `soak` has the counts that a release is held to. */

export interface Sizes {
  readonly name: 'ci' | 'soak';
  /** Sightings submitted in a row, unless it says otherwise. */
  readonly sightings: number;
  /** Of a row that is about processes: how fast they come in. */
  readonly ratePerSecond: number;
  /** Projector killed: at each of the five failpoints, and from outside at random. */
  readonly failpointKills: number;
  readonly randomKills: number;
  /** How many of these must have hit an open transaction. */
  readonly openTransactionsLeast: number;
  /** Kills after which the projector comes back into the same Kafka group, which waits for the dead member's session. */
  readonly sameGroupKills: number;
  readonly postgresKills: number;
  readonly brokerDownMs: number;
  readonly lostReplies: number;
  readonly zombies: number;
  readonly poisonOfEachClass: number;
  readonly rebalanceMs: number;
  readonly databaseDownMs: number;
  readonly concurrentReads: number;
  readonly races: number;
  /** Orders of target, two corrections, retraction and dispute: all 120, each over this many choices of partitions. */
  readonly partitionChoices: number;
  readonly importLines: number;
  readonly importKills: number;
  /** Sealer killed: at each of its failpoints, while it starts, and from outside at random, of which so many have to hit an open transaction. */
  readonly sealerFailpointKills: number;
  readonly sealerStartingKills: number;
  readonly sealerRandomKills: number;
  readonly sealerOpenTransactionsLeast: number;
  readonly sealerZombies: number;
  readonly sealerPostgresKills: number;
}

export const SIZES: Readonly<Record<Sizes['name'], Sizes>> = {
  ci: {
    name: 'ci',
    sightings: 1_600,
    ratePerSecond: 400,
    failpointKills: 1,
    randomKills: 5,
    openTransactionsLeast: 4,
    sameGroupKills: 1,
    postgresKills: 2,
    brokerDownMs: 6_000,
    lostReplies: 10,
    zombies: 1,
    poisonOfEachClass: 2,
    rebalanceMs: 10_000,
    databaseDownMs: 6_000,
    concurrentReads: 100,
    races: 100,
    partitionChoices: 3,
    importLines: 5_000,
    importKills: 3,
    sealerFailpointKills: 1,
    sealerStartingKills: 1,
    sealerRandomKills: 1,
    sealerOpenTransactionsLeast: 1,
    sealerZombies: 1,
    sealerPostgresKills: 1,
  },
  soak: {
    name: 'soak',
    sightings: 20_000,
    ratePerSecond: 400,
    failpointKills: 3,
    randomKills: 45,
    openTransactionsLeast: 40,
    sameGroupKills: 5,
    postgresKills: 20,
    brokerDownMs: 30_000,
    lostReplies: 100,
    zombies: 10,
    poisonOfEachClass: 50,
    rebalanceMs: 60_000,
    databaseDownMs: 60_000,
    concurrentReads: 200,
    races: 1_000,
    partitionChoices: 20,
    importLines: 100_000,
    importKills: 10,
    sealerFailpointKills: 3,
    sealerStartingKills: 10,
    sealerRandomKills: 50,
    sealerOpenTransactionsLeast: 40,
    sealerZombies: 18,
    sealerPostgresKills: 20,
  },
};
