/**
 * On the embedded default, with every role that `custody serve` starts by itself: everything (server, Postgres with its backends, the import
 * itself) is killed at once, again and again, during the import of a case file; then the import again: every line is there, once.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCaseFile } from '../case-lines.ts';
import type { Inputs } from '../documents.ts';
import type { Harness, Row } from '../harness.ts';
import { Installation, type Said } from '../installation.ts';
import { readCounts, type Counts } from '../ledger-state.ts';
import { askOracle } from '../oracle-process.ts';
import { outcomeOf, type Outcome } from '../outcome.ts';
import { until } from '../wait.ts';

const IMPORTED_WITHIN_MS = 600_000;
/** Enough that each kill comes during an import. */
const CONTROL_LINES = 5_000;
const CONTROL_KILLS = 2;
const BEYOND = 'entries more than the file has lines';

export const importKilled: Row = {
  name: 'import-killed',
  fault: 'import',
  title: 'everything killed during an import',
  needsKafka: false,
  async run(harness) {
    const product = await killProduct(harness);
    return { product, control: { title: 'lines named anew by each import', shows: BEYOND, ...(await killForgetful(harness)) } };
  },
};

async function killProduct(harness: Harness): Promise<Outcome> {
  const { importKills, importLines } = harness.sizes;
  const { stack } = harness;
  const inputs = harness.inputs(importLines);
  const file = await caseFile(harness, inputs);
  const undisturbed = await Installation.open(stack, { name: 'import-undisturbed', file });
  await undisturbed.importAll();
  const wasSettled = await undisturbed.settled();
  const timelinesFile = join(stack.workDir, 'import-timelines.json');
  await askOracle({ what: 'timelines', databaseUrl: undisturbed.databaseUrl(), answerFile: timelinesFile });
  await undisturbed.close();
  const installation = await Installation.open(stack, { name: 'import-killed', file });
  const { said, underWay, recoveryMs, settled } = await killOften(harness, installation, importLines, importKills);
  const verdict = await askOracle({
    what: 'verdict', databaseUrl: installation.databaseUrl(), answerFile: join(installation.folder, 'verdict.json'), inputs, timelinesFile, api: installation.base,
  }); // prettier-ignore
  const audited = await installation.audit();
  await installation.close();
  const problems = [
    ...beyond(verdict, importLines),
    ...(said.rejected > 0 || said.accepted + said.duplicates !== importLines ? [`the last import said ${JSON.stringify(said)}`] : []),
    ...(verdict.deadLetters > 0 ? [`${verdict.deadLetters} good records became dead letters`] : []),
    ...(wasSettled && settled ? [] : ['what was imported was not in the ledger and sealed in time']),
    ...(audited === 0 ? [] : [`the audit of the whole log ended with ${audited}`]),
    ...(underWay < importKills ? [`only ${underWay} of ${importKills} kills came during the import`] : []),
  ];
  return outcomeOf(verdict, {
    problems,
    acknowledged: said.accepted + said.duplicates,
    recoveryMs,
    measured: {
      kills: importKills,
      lines: importLines,
      'accepted by the last import': said.accepted,
      'import batches': verdict.batches,
    },
  });
}

/** The same kills; the import does not keep the ids of its lines. */
async function killForgetful(harness: Harness): Promise<Outcome> {
  const file = await caseFile(harness, harness.inputs(CONTROL_LINES));
  const importsWith = fileURLToPath(new URL('../controls/forgetful-import.js', import.meta.url));
  const installation = await Installation.open(harness.stack, { name: 'import-forgetful', file, importsWith });
  await killOften(harness, installation, CONTROL_LINES, CONTROL_KILLS);
  const counts = await installation.withLedger(readCounts);
  await installation.close();
  return { problems: beyond(counts, CONTROL_LINES) };
}

async function caseFile({ stack }: Harness, inputs: Inputs): Promise<string> {
  const file = join(stack.workDir, `import-${inputs.count}.jsonl`);
  await writeCaseFile(file, inputs);
  return file;
}

interface Imported {
  /** By the last import, which was left alone. */
  readonly said: Said;
  /** Kills that came during an import. */
  readonly underWay: number;
  readonly recoveryMs: readonly number[];
  readonly settled: boolean;
}

async function killOften(harness: Harness, installation: Installation, lines: number, kills: number): Promise<Imported> {
  const random = harness.random('import-killed');
  const recoveryMs: number[] = [];
  let underWay = 0;
  for (let kill = 0; kill < kills; kill++) {
    const importer = installation.startImport();
    // Each import begins at the first line: what is there already is passed quickly, then comes what is new.
    const enough = Math.floor((lines * (kill + random.between(5, 75) / 100)) / kills);
    await until('the import to get on', IMPORTED_WITHIN_MS, async () => !importer.running || (await installation.judged()) > enough, 1);
    if (importer.running) underWay++;
    const killedAt = performance.now();
    await installation.killAll(importer);
    await installation.start();
    recoveryMs.push(performance.now() - killedAt);
  }
  const said = await installation.importAll();
  return { said, underWay, recoveryMs, settled: await installation.settled() };
}

/** What an import says of itself is none of its lines. */
function beyond({ entries, batches }: Pick<Counts, 'entries' | 'batches'>, lines: number): string[] {
  const more = entries - batches - lines;
  return more === 0 ? [] : [more > 0 ? `${more} ${BEYOND}` : `${-more} lines have no entry`];
}
