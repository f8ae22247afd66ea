/** `custody drill tamper`: on a copy of the ledger, what tampering is found, by which check, and what only somebody else's paper finds. */
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ledgerConstants } from '#lib/store';
import { logKeys, openStore, type OpenedStore } from '../audited.ts';
import { drill, type DrillResult } from '../drill/drill.ts';
import { EVENTS_PER_ROUND, makeCopy } from '../drill/drill-copy.ts';
import { drillText } from '../drill/drill-report.ts';
import { SeededRandom } from '../drill/random.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';
import { progressBar } from '../progress.ts';

export interface DrillFlags extends CommandFlags {
  readonly mutations: string;
  readonly seed?: string;
  /** With a ledger of its own instead of a copy. */
  readonly own?: boolean;
  readonly json?: boolean;
}

const MUTATIONS_MAX = 1_000_000;
const SEED_END = 2 ** 32;

export async function tamper(flags: DrillFlags): Promise<ExitCode> {
  const mutations = wholeNumber('--mutations', flags.mutations, MUTATIONS_MAX);
  const seed = flags.seed === undefined ? randomInt(SEED_END) : wholeNumber('--seed', flags.seed, SEED_END - 1);
  const { config } = localConfig(flags);
  const hasData = config.databaseUrl !== null || existsSync(join(config.dataDir, 'FORMAT'));
  const source: OpenedStore | null = hasData && flags.own !== true ? await openStore(config, 'owner') : null;
  const random = new SeededRandom(seed);
  let copy: Awaited<ReturnType<typeof makeCopy>>;
  try {
    const sourceKeys = source === null ? [] : logKeys(config, (await ledgerConstants(source.pool)).origin);
    copy = await makeCopy({ source: source?.pool ?? null, sourceKeys, random, eventsPerRound: EVENTS_PER_ROUND });
  } finally {
    await source?.close();
  }
  try {
    const bar = progressBar('tamperings', mutations, flags.quiet !== true);
    const result = await drill({ copy, random, seed, mutations, onProgress: (done) => bar.update(done) });
    bar.finish();
    process.stdout.write(`${flags.json === true ? JSON.stringify(result, null, 2) : drillText(result)}\n`);
    return isAsClaimed(result) ? EXIT.ok : EXIT.unexpected;
  } finally {
    await copy.close();
  }
}

export const isAsClaimed = ({ classes, clean }: DrillResult): boolean => clean.alarms === 0 && classes.every(({ asClaimed }) => asClaimed);

function wholeNumber(name: string, text: string, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= most)) throw new CommandError(EXIT.usage, 'usage', `${name} ${text}: a whole number up to ${most}.`);
  return value;
}
