/** The demo case as documents, mapped as import maps it, for specs. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isJsonObject, type JsonObject, type SightingDocument } from '#lib/contracts';
import { mapCaseLine } from '#lib/sources';

const FOLDER = new URL('../../../demo/', import.meta.url);

export function demoDocuments(): SightingDocument[] {
  const lines = readFileSync(new URL('lux-and-loaded.jsonl', FOLDER), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JsonObject);
  const byId = new Map(lines.map((line) => [line['id'], line]));
  const targetOf = (id: string): JsonObject | undefined => byId.get(id);
  return lines.map((line) => {
    const mapped = mapCaseLine(line, { targetOf, fileOf });
    if (!mapped.ok || !isJsonObject(mapped.document as never)) throw new Error(JSON.stringify(mapped));
    return mapped.document;
  });
}

function fileOf(ref: string): { sha256: string; bytes: number } | undefined {
  const path = new URL(ref, FOLDER);
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
}
