/** Which lines of a case file are corrected or withdrawn by others of it. Only those are kept in memory. */
import { isJsonObject, type JsonObject } from '#lib/contracts';
import { parseStrict } from '#lib/ledger';
import type { CaseContext } from '#lib/sources';
import { caseFolder } from '../case-folder.ts';
import { interrupted } from '../patience.ts';
import { caseLines } from './case-lines.ts';

export interface Targets extends CaseContext {
  readonly lines: number;
  fileOf: ReturnType<typeof caseFolder>;
}

/** Reads the file twice where a line names another. */
export async function collectTargets(file: string, signal: AbortSignal | undefined): Promise<Targets> {
  const wanted = new Set<string>();
  let lines = 0;
  for await (const { bytes } of caseLines(file)) {
    if (signal?.aborted === true) throw interrupted('Interrupted before anything was sent.');
    lines++;
    if (MAY_NAME_ONE.some((part) => bytes.includes(part))) for (const id of targetsIn(bytes)) wanted.add(id);
  }
  const found = new Map<string, JsonObject>();
  const unreadable = new Set<string>();
  if (wanted.size > 0) {
    for await (const { bytes } of caseLines(file)) {
      if (signal?.aborted === true) throw interrupted('Interrupted before anything was sent.');
      const parsed = parseStrict(bytes);
      if (!parsed.ok) for (const id of idsWrittenIn(bytes)) if (wanted.has(id)) unreadable.add(id);
      if (!parsed.ok || !isJsonObject(parsed.value)) continue;
      const { id } = parsed.value;
      if (typeof id === 'string' && wanted.has(id) && !found.has(id)) found.set(id, parsed.value);
    }
  }
  const targetOf: Targets['targetOf'] = (id) => found.get(id) ?? (unreadable.has(id) ? 'refused' : undefined);
  return { lines, targetOf, fileOf: caseFolder(file) };
}

/** Most lines name none: only those that may are parsed for it. A name with an escape in it is the same name. */
const MAY_NAME_ONE = ['"corrects"', '"target"', '"targets"', '\\u'] as const;

function targetsIn(bytes: Buffer): string[] {
  const parsed = parseStrict(bytes);
  if (!parsed.ok || !isJsonObject(parsed.value)) return [];
  const { corrects, target, targets } = parsed.value;
  return [corrects, target, targets].flat().filter((id) => typeof id === 'string');
}

/** Event ids that stand in a line which is not read as JSON: one of them is what the line would have been. */
function idsWrittenIn(bytes: Buffer): string[] {
  return [...bytes.toString('latin1').matchAll(/"id"\s*:\s*"([A-Za-z0-9._:-]{1,128})"/g)].flatMap(([, id]) => id ?? []);
}
