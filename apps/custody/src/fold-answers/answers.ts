/**
 * Known answers of the fold: what this program makes of a built-in set of histories and of the demo case, against what this version was
 * released with. Timelines are folded when they are read and stored nowhere, so nothing in a ledger shows that a rule was changed; these do.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isJsonObject, readSighting, type JsonObject, type SightingDocument } from '#lib/contracts';
import { foldTimeline, parseInstant, RULES, timelineKey, type FoldInput, type Rules } from '#lib/domain';
import { mapCaseLine } from '#lib/sources';
import { OPERATOR } from '../operator.ts';
import { packageRoot } from '../package-root.ts';
import { HISTORIES } from './histories.ts';
import { RELEASED } from './released.ts';
import { CAPTURED, type Told } from './told.ts';

/** By the name of the history: SHA-256 in hex over the canonical text of the timeline of each of its items. */
export type FoldAnswers = Readonly<Record<string, string>>;

/** How this program's fold compares with that of its release. */
export interface RulesFound {
  readonly cases: number;
  /** SHA-256 in hex over all answers. */
  readonly sha256: string;
  readonly released: string;
  /** Histories that come out otherwise than in the release: most have the name of the rule that decides them. */
  readonly differing: readonly string[];
}

const DEMO = 'the demo case';

/** About 50 ms. Throws where the demo case is not there or cannot be read: it belongs to the program. @param rules others only for a control */
export async function foldAnswers(rules: Rules = RULES): Promise<FoldAnswers> {
  const histories = { ...HISTORIES, [DEMO]: await demoCase() };
  return Object.fromEntries(Object.entries(histories).map(([name, told]) => [name, answerOf(name, told, rules)]));
}

export function compareAnswers(found: FoldAnswers, released: FoldAnswers = RELEASED): RulesFound {
  const names = [...new Set([...Object.keys(released), ...Object.keys(found)])];
  return {
    cases: Object.keys(found).length,
    sha256: digestOf(found),
    released: digestOf(released),
    differing: names.filter((name) => found[name] !== released[name]),
  };
}

function digestOf(answers: FoldAnswers): string {
  const lines = Object.entries(answers).map(([name, answer]) => `${answer}  ${name}\n`);
  return createHash('sha256').update(lines.sort().join('')).digest('hex');
}

function answerOf(name: string, told: readonly Told[], rules: Rules): string {
  const inputs = told.map((event) => inputOf(name, event));
  const items = new Set(inputs.flatMap(({ sighting }) => sighting.items.map(({ id }) => id)));
  const hash = createHash('sha256');
  for (const item of [...items].sort()) hash.update(`${timelineKey(foldTimeline(item, inputs, rules))}\n`);
  return hash.digest('hex');
}

function inputOf(name: string, { agency, id, document }: Told): FoldInput {
  const read = readSighting(document, { agency, id, principal: OPERATOR.principal });
  const captured = parseInstant(CAPTURED);
  if (!read.ok) throw new Error(`${id} of the history "${name}" is not acceptable: ${read.faults[0]?.detail ?? 'unknown'}`);
  if (!captured.ok) throw new Error(captured.code);
  return { sighting: read.sighting, captured: captured.value };
}

/** As import makes it, but for the hashes of files beside it. */
async function demoCase(): Promise<readonly Told[]> {
  const text = await readFile(fileURLToPath(new URL('demo/lux-and-loaded.jsonl', packageRoot())), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as unknown).filter(isJsonObject); // prettier-ignore
  const byId = new Map<unknown, JsonObject>(lines.map((line) => [line['id'], line]));
  return lines.map((line) => {
    const mapped = mapCaseLine(line, { targetOf: (id) => byId.get(id) });
    if (!mapped.ok) throw new Error(`a line of the demo case is not acceptable: ${mapped.faults[0]?.code ?? 'unknown'}`);
    const document: SightingDocument = mapped.document;
    return { agency: OPERATOR.agency, id: document.id ?? '', document };
  });
}
