/**
 * A proof bundle, version 1, once it is unpacked: `proof.json`, a proof document whose events have their contents in files of their own,
 * `events/<log index, 12 digits>.json`, each the canonical bytes as submitted. What else lies beside them (a page that verifies, a text for
 * people) proves nothing and is not looked at.
 */
import { verifyProof, verifySteps, type Question, type Trust } from './verify-proof.ts';
import { failure, leftOpen, reportOf, type Report, type Statement } from './report.ts';

/** The document of a bundle. */
export const BUNDLE_PROOF = 'proof.json';
const INDEX_DIGITS = 12;
const EVENT_FILE = /^events\/\d{12,16}\.json$/;

/** Name of the file with an event's content. */
export const eventFile = (index: bigint): string => `events/${index.toString().padStart(INDEX_DIGITS, '0')}.json`;

/** Files by their names. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>;

/**
 * Whether a bundle shows what it says: verifyProof, with each listed entry shown, each in its place, and no file of an event that the proof
 * does not name. Never throws. Cost: see verifyProof.
 */
export function verifyBundle(files: BundleFiles, trust: Trust): Report {
  const proof = files.get(BUNDLE_PROOF);
  if (proof === undefined) return reportOf([MISSING], null);
  const asked = questionOf(files);
  const { report } = verifyProof(proof, trust, asked.question);
  const strange = asked.unread();
  return report.verdict === 'verified' && strange !== undefined
    ? reportOf([...report.statements, strangeFile(strange)], report.head)
    : report;
}

/** The same, one statement after the other as they are made. */
export function* verifyBundleSteps(files: BundleFiles, trust: Trust): Generator<Statement, Report> {
  const proof = files.get(BUNDLE_PROOF);
  if (proof === undefined) {
    yield MISSING;
    return reportOf([MISSING], null);
  }
  const asked = questionOf(files);
  const report = yield* verifySteps(proof, trust, asked.question);
  const strange = asked.unread();
  if (report.verdict !== 'verified' || strange === undefined) return report;
  yield strangeFile(strange);
  return reportOf([...report.statements, strangeFile(strange)], report.head);
}

const MISSING: Statement = leftOpen('document', 'bundle.proof-missing', `The bundle has no ${BUNDLE_PROOF}.`, { verdict: 'incomplete' });

const strangeFile = (name: string): Statement =>
  failure('events', { code: 'bundle.file', detail: `The file ${name} belongs to no event of the proof.` });

function questionOf(files: BundleFiles): { readonly question: Question; unread(): string | undefined } {
  const read = new Set<string>();
  const contentOf = (index: bigint): Uint8Array | undefined => {
    read.add(eventFile(index));
    return files.get(eventFile(index));
  };
  return {
    question: { allEvents: true, inclusion: true, contentOf },
    unread: () => [...files.keys()].find((name) => EVENT_FILE.test(name) && !read.has(name)),
  };
}
