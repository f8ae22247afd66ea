/**
 * A proof bundle, version 1, once it is unpacked: `proof.json`, a proof document whose events have their contents in files of their own,
 * `events/<log index, 12 digits>.json`, each the canonical bytes as submitted; `evidence/<SHA-256>`, files that these events cite;
 * `evidence.json`, where some that they cite is not there; `signatures.json`, where their agencies signed some of them, what the server said of that. The
 * page that verifies and the text for people beside them prove nothing and are not looked at; nothing else may be there.
 */
import { ABSENT_EVIDENCE, readAbsentEvidence } from './absent-evidence.ts';
import type { FilesBeside, Question, Trust } from './proof-question.ts';
import { PROOF_RULES, type ProofRules } from './proof-rules.ts';
import { verifySteps } from './verify-proof.ts';
import { leftOpen, reportOf, type Report, type Statement } from './report.ts';
import { readSaidSignatures, SAID_SIGNATURES } from './said-signatures.ts';

/** The document of a bundle. */
export const BUNDLE_PROOF = 'proof.json';
const FOR_PEOPLE = ['README.txt', 'verify.html'];
const INDEX_DIGITS = 12;
const EVIDENCE_FILE = /^evidence\/([0-9a-f]{64})$/;

/** Name of the file with an event's content. */
export const eventFile = (index: bigint): string => `events/${index.toString().padStart(INDEX_DIGITS, '0')}.json`;

/** Files by their names. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>;

/** What the reader of a bundle expects it to be about; what he does not say is taken from the bundle, and said in the first line. */
export type BundleQuestion = Pick<Question, 'item' | 'groups' | 'reader'>;

/**
 * Whether a bundle shows what it says: verifyProof, with each listed entry shown, each in its place, each file of evidence there, cited and
 * of its hash, and no file that belongs to nothing. Never throws. Cost: see verifyProof, and a hash of the evidence.
 */
export function verifyBundle(files: BundleFiles, trust: Trust, asked: BundleQuestion = {}, rules: ProofRules = PROOF_RULES): Report {
  const steps = verifyBundleSteps(files, trust, asked, rules);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** The same, one statement after the other as they are made. */
export function* verifyBundleSteps(
  files: BundleFiles,
  trust: Trust,
  { item, groups, reader }: BundleQuestion = {},
  rules: ProofRules = PROOF_RULES,
): Generator<Statement, Report> {
  const proof = files.get(BUNDLE_PROOF);
  if (proof === undefined) {
    yield MISSING;
    return reportOf([MISSING], null);
  }
  const asked = {
    ...(item === undefined ? {} : { item }),
    ...(groups === undefined ? {} : { groups }),
    ...(reader === undefined ? {} : { reader }),
  };
  return yield* verifySteps(proof, trust, { ...asked, allEvents: true, inclusion: true, files: filesBeside(files) }, rules);
}

const MISSING: Statement = leftOpen('document', 'bundle.proof-missing', `The bundle has no ${BUNDLE_PROOF}.`, { verdict: 'incomplete' });

function filesBeside(files: BundleFiles): FilesBeside {
  const known = new Set([BUNDLE_PROOF, ...FOR_PEOPLE]);
  const evidence = new Map<string, Uint8Array>();
  for (const [name, bytes] of files) {
    const hash = EVIDENCE_FILE.exec(name)?.[1];
    if (hash === undefined) continue;
    evidence.set(hash, bytes);
    known.add(name);
  }
  const absent = files.get(ABSENT_EVIDENCE);
  if (absent !== undefined) known.add(ABSENT_EVIDENCE);
  const signatures = files.get(SAID_SIGNATURES);
  if (signatures !== undefined) known.add(SAID_SIGNATURES);
  return {
    ...(absent === undefined ? {} : { absent: readAbsentEvidence(absent) }),
    ...(signatures === undefined ? {} : { signatures: readSaidSignatures(signatures) }),
    contentOf: (index) => {
      known.add(eventFile(index));
      return files.get(eventFile(index));
    },
    evidence,
    strange: () => [...files.keys()].find((name) => !known.has(name)),
  };
}
