/** The demo case, for specs. */
import { readdirSync, readFileSync } from 'node:fs';
import type { JsonObject } from '#lib/contracts';
import { caseWorld, type CaseWorld } from './cases.contract.ts';

const FOLDER = new URL('../../../demo/', import.meta.url);

export function readDemo(): CaseWorld {
  const lines = readFileSync(new URL('lux-and-loaded.jsonl', FOLDER), 'utf8').trimEnd().split('\n');
  const tracks = readdirSync(new URL('ais/', FOLDER)).map(
    (name) => [`ais/${name}`, readFileSync(new URL(`ais/${name}`, FOLDER), 'utf8')] as const,
  );
  return caseWorld(
    lines.map((line) => JSON.parse(line) as JsonObject),
    new Map(tracks),
  );
}
