/** The result as a table: on the terminal, and as the page docs/chaos.md. */
import { type Bound, type Control, holds, isGreen, isRed, percentile, type RowResult } from './outcome.ts';
import type { SoakResult } from './soak.ts';

const HEAD = [
  'fault',
  'what happens',
  'acked',
  'lost',
  'doubled',
  'ghosts',
  'fenced',
  'dead letters',
  'recovery ms p50 / p99',
  'product',
  'control',
  'its outcome',
];

/** Of a control, behind what it is red by: more of them prove no more. */
const CONTROL_PROBLEMS_BEHIND = 2;

/** Aligned columns, then what was measured besides, row by row. */
export function chaosTable(rows: readonly RowResult[], seed: number, size: string): string {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const aligned = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const besides = rows.flatMap((row) => notes(row).map((note) => `${row.fault}: ${note}`));
  return `${aligned.join('\n')}\n\n${besides.join('\n')}\n\nseed ${seed}, size ${size}, ${rows.filter(holds).length} of ${rows.length} rows hold`;
}

function cells({ fault, title, product, control }: RowResult): string[] {
  const { acknowledged, lost, duplicated, ghosts, fenced, deadLetters, recoveryMs = [] } = product;
  const counts = [acknowledged, lost, duplicated, ghosts, fenced, deadLetters].map((count) => (count === undefined ? '' : String(count)));
  const recovery = recoveryMs.length === 0 ? '' : `${Math.round(percentile(recoveryMs, 50))} / ${Math.round(percentile(recoveryMs, 99))}`;
  return [fault, title, ...counts, recovery, colour(isGreen(product)), control.title, colour(!isRed(control))];
}

const colour = (green: boolean): string => (green ? 'green' : 'red');

const kept = ({ what, ms, msMax }: Bound): string => `${what} ${Math.round(ms)} ms of at most ${msMax}: ${ms <= msMax ? 'kept' : 'MISSED'}`;

function notes({ product, control, failedBefore = 0 }: RowResult): string[] {
  const measured = Object.entries({ ...product.measured }).map(([name, value]) => `${name} ${value}`);
  return [
    ...(measured.length === 0 ? [] : [measured.join(', ')]),
    ...(product.bounds ?? []).map(kept),
    ...(failedBefore === 0 ? [] : [`did not hold in ${failedBefore} earlier ${failedBefore === 1 ? 'run' : 'runs'} on the same code`]),
    ...product.problems.map((problem) => `PROBLEM: ${problem}`),
    ...controlNotes(control),
  ];
}

/** What it is red by comes first; what else came of it stands behind. */
function controlNotes(control: Control): string[] {
  const isShown = (problem: string): boolean => problem.includes(control.shows ?? '');
  const { problems } = control;
  const told = [
    ...problems.filter(isShown).slice(0, 1),
    ...problems.filter((problem) => !isShown(problem)).slice(0, CONTROL_PROBLEMS_BEHIND),
  ];
  const more = problems.length - told.length;
  const sentences = told.map((problem) => honest(problem, control)).join('; ');
  return told.length === 0 ? [] : [`control (${control.title}): ${sentences}${more > 0 ? `; and ${more} more` : ''}`];
}

/**
 * Results that were made before missing was told from lost call both lost: of more than were acknowledged it is known that they are missing, and
 * of so many alone that they may be lost.
 */
function honest(problem: string, { acknowledged }: Control): string {
  const [whole, count] = /^(\d+) acknowledged sightings are lost/.exec(problem) ?? [];
  if (whole === undefined || acknowledged === undefined || Number(count) <= acknowledged) return problem;
  return `${count} sightings of the inputs are not there, ${acknowledged} had been acknowledged${problem.slice(whole.length)}`;
}

/** Said where it is so: of older results only that the control had some problem. */
const redBy = (rows: readonly RowResult[]): string =>
  rows.every(({ control }) => control.shows !== undefined)
    ? '- What a control had to be red by stands first below, what else came of it behind.\n'
    : '- These results are older than the demand that a control be red by words of its own: each had some problem, told below.\n';

/** docs/chaos.md. */
export function chaosPage({ commit, seed, machine, started, ended, rows }: SoakResult): string {
  const line = (values: readonly string[]): string => `| ${values.join(' | ')} |`;
  return `# Faults

What was done to the program on real servers, and what became of it. Made by \`npm run soak\`; \`npm run chaos\` does the same with smaller counts
in a few minutes. Nothing here is edited by hand.

- Commit ${commit}, seed ${seed}, from ${started} to ${ended}.
- ${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}; load average ${machine.load} at the start.
- Kafka (one broker, KRaft) and Postgres (\`fsync\` on) are the real ones; the program's processes are started, stopped and killed from outside.
- The load generator, the injector and the oracle are three processes. Each outcome is on the disk before anybody judges. The oracle reads the
  ledger by SQL and by the API: lost and doubled sightings, dense log indexes, every commitment recomputed, every timeline compared with that of
  an undisturbed run of the same inputs.
- *ghosts*: committed though the client was told of a failure; the next attempt was told that it is there already.
- Each row has a control, which has to be red, or the row shows nothing. Most are the program, or its projector, sealer or import in the harness,
  with one defence off. In F3, F4 and F11 it is the client library as it comes (kafkajs, pg), without any code of the program; in F8 and F9 a
  projector of the harness, with and without the defence.
${redBy(rows)}- Times: in F3, F10 and F11 how soon it is back, or answers, belongs to what the row demands, and one that is too long is a problem. In the others a time
  stands beside the row as kept or missed and turns it no colour: this machine has other work, and a slow answer is no lost one.

${line(HEAD)}
${line(HEAD.map(() => '---'))}
${rows.map((row) => line(cells(row))).join('\n')}

## Measured besides

${rows
  .map(
    (row) =>
      `- **${row.fault}, ${row.title}** (${row.seconds} s)${notes(row)
        .map((note) => `\n  - ${note}`)
        .join('')}`,
  )
  .join('\n')}
`;
}
