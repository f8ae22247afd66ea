/** Files that lie beside a proof, and evidence that its events cite: each is what it is called, and none is there that nothing names. */
import type { JsonObject, JsonValue } from './json-value.ts';
import { sha256Hex } from './primitives.ts';
import type { FilesBeside } from './proof-question.ts';
import type { ProofRules } from './proof-rules.ts';
import { established, failure, leftOpen, type Statement } from './report.ts';

const HASH = /^[0-9a-f]{64}$/;

/** SHA-256 of each file of evidence that a document cites. */
export function citedEvidence({ evidence = [] }: JsonObject): readonly string[] {
  if (!Array.isArray(evidence)) return [];
  return (evidence as readonly JsonValue[]).flatMap((given) => {
    const sha256 = typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as JsonObject)['sha256'] : undefined;
    return typeof sha256 === 'string' && HASH.test(sha256) ? [sha256] : [];
  });
}

/**
 * Statements about the files, or the first that fails. Cost: a hash of all bytes of evidence.
 * @param cited by the events that are shown
 */
export function* verifyEvidence(cited: ReadonlySet<string>, files: FilesBeside | undefined, rules: ProofRules): Generator<Statement> {
  const held = files?.evidence ?? new Map<string, Uint8Array>();
  for (const [hash, bytes] of held) {
    const fault = faultOf(hash, bytes, cited, rules);
    if (fault !== null) return yield failure('evidence', fault, { about: `evidence/${hash}` });
  }
  const missing = [...cited].filter((hash) => !held.has(hash));
  if (held.size > 0) yield established('evidence', `${filesOf(held.size)} evidence held here, cited by hash: unaltered.`);
  if (missing.length > 0)
    yield leftOpen(
      'evidence',
      'evidence.not-held',
      `${filesOf(missing.length)} evidence cited and not held here, first ${missing[0]}: whether it is to be had, and says so, is not shown.`,
    );
}

function faultOf(hash: string, bytes: Uint8Array, cited: ReadonlySet<string>, rules: ProofRules): { code: string; detail: string } | null {
  if (rules.evidenceHashed && sha256Hex(bytes) !== hash)
    return { code: 'bundle.evidence-bytes', detail: 'A file of evidence has not the hash that it is named by.' };
  if (rules.evidenceCited && !cited.has(hash))
    return { code: 'bundle.evidence-not-cited', detail: 'A file of evidence is cited by no event that is shown.' };
  return null;
}

const filesOf = (n: number): string => `${n} ${n === 1 ? 'file' : 'files'} of`;
