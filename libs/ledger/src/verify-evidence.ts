/** Files that lie beside a proof, and evidence that its events cite: each is what it is called, and none is there that nothing names. */
import { ABSENT_EVIDENCE, type AbsentEvidence } from './absent-evidence.ts';
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
 * @param cited by the events that are shown @param files absent: the proof is no bundle, and brings no evidence
 */
export function* verifyEvidence(cited: ReadonlySet<string>, files: FilesBeside | undefined, rules: ProofRules): Generator<Statement> {
  const held = files?.evidence ?? new Map<string, Uint8Array>();
  for (const [hash, bytes] of held) {
    const fault = faultOf(hash, bytes, cited, rules);
    if (fault !== null) return yield failure('evidence', fault, { about: `evidence/${hash}` });
  }
  const missing = [...cited].filter((hash) => !held.has(hash));
  const listed = files?.absent;
  if (rules.evidenceListed && listed !== undefined && !isListOf(missing, listed))
    return yield failure('evidence', BAD_LIST, { about: ABSENT_EVIDENCE });
  if (held.size > 0) yield established('evidence', `${filesOf(held.size)} evidence held here, cited by hash: unaltered.`);
  const said = listed === undefined || listed === null ? new Set<string>() : listed.absent;
  const [leftOut, lost] = [missing.filter((hash) => said.has(hash)), missing.filter((hash) => !said.has(hash))];
  if (leftOut.length > 0) yield leftOutOf(leftOut, listed?.because);
  if (lost.length === 0) return;
  if (files === undefined || !rules.evidenceComplete) yield notHere(lost);
  else
    yield leftOpen(
      'evidence',
      'bundle.evidence-missing',
      `${filesOf(lost.length)} evidence cited and missing from the bundle, which does not say that it was left out, first ${lost[0]}.`,
      { verdict: 'incomplete' },
    );
}

const BAD_LIST = {
  code: 'bundle.evidence-list',
  detail: 'The list of evidence that is not in the bundle is none, or names what no event cites, or what is there.',
};

/** Each of them is missing: cited by an event, and not there. */
const isListOf = (missing: readonly string[], listed: AbsentEvidence | null): boolean =>
  listed !== null && [...listed.absent].every((hash) => missing.includes(hash));

const notHere = (hashes: readonly string[]): Statement =>
  leftOpen('evidence', 'evidence.not-held', `${filesOf(hashes.length)} evidence cited and not held here, first ${hashes[0]}: ${NOT_SHOWN}`);

const ABSENT: Readonly<Record<AbsentEvidence['because'], readonly [code: string, why: string]>> = {
  'not-asked': ['evidence.left-out', 'left out when the bundle was made'],
  'not-held': ['evidence.not-held', 'not to be had where the bundle was made'],
  'too-large': ['evidence.left-out', 'without room in the bundle, or not to be had where it was made'],
};

function leftOutOf(hashes: readonly string[], because: AbsentEvidence['because'] | undefined): Statement {
  const [code, why] = because === undefined ? ABSENT['not-held'] : ABSENT[because];
  return leftOpen(
    'evidence',
    code,
    `${filesOf(hashes.length)} evidence cited and ${why}, as it says itself, first ${hashes[0]}: ${NOT_SHOWN}`,
  );
}

const NOT_SHOWN = 'whether it is to be had, and says so, is not shown.';

function faultOf(hash: string, bytes: Uint8Array, cited: ReadonlySet<string>, rules: ProofRules): { code: string; detail: string } | null {
  if (rules.evidenceHashed && sha256Hex(bytes) !== hash)
    return { code: 'bundle.evidence-bytes', detail: 'A file of evidence has not the hash that it is named by.' };
  if (rules.evidenceCited && !cited.has(hash))
    return { code: 'bundle.evidence-not-cited', detail: 'A file of evidence is cited by no event that is shown.' };
  return null;
}

const filesOf = (n: number): string => `${n} ${n === 1 ? 'file' : 'files'} of`;
