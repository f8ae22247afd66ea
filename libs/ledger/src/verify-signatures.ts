/** What a bundle says of signatures: that it is about the events that are shown, and whose word it is. */
import { SIGNATURE_VERDICTS, type SignatureVerdict } from '#lib/domain';
import type { EventPart } from './proof-document.ts';
import type { ProofRules } from './proof-rules.ts';
import { failure, leftOpen, type Statement } from './report.ts';
import { SAID_SIGNATURES, type SaidSignatures } from './said-signatures.ts';

/**
 * A statement for each verdict that is said, or the failure. None of them is established: neither the signed lists nor what made a key an agency's is shown.
 * @param said absent: nothing is said; `null`: what cannot be read @param size of the log
 */
export function* verifySaidSignatures(
  events: readonly Pick<EventPart, 'index'>[],
  said: SaidSignatures | null | undefined,
  size: bigint,
  rules: ProofRules,
): Generator<Statement> {
  if (said === undefined) return;
  if (rules.signaturesListed && !isOf(events, said, size)) return yield failure('signatures', BAD_LIST, { about: SAID_SIGNATURES });
  for (const verdict of SIGNATURE_VERDICTS) {
    const of = [...(said ?? [])].flatMap(([index, signatures]) => (signatures.some((each) => each.verdict === verdict) ? [index] : []));
    const [first] = of;
    if (first !== undefined) yield leftOpen('signatures', 'bundle.signatures-word', textOf(verdict, of.length, first));
  }
}

const BAD_LIST = {
  code: 'bundle.signatures',
  detail: 'What the bundle says of signatures cannot be read, or is about an event that is not shown, or a list that the log did not have.',
};

function isOf(events: readonly Pick<EventPart, 'index'>[], said: SaidSignatures | null, size: bigint): boolean {
  const shown = new Set(events.map(({ index }) => index));
  return said !== null && [...said].every(([index, lists]) => shown.has(index) && lists.every(({ logIndex }) => BigInt(logIndex) < size));
}

const MEANING: Readonly<Record<SignatureVerdict, string>> = {
  bad: 'a list that names it is not signed by the key that it names for this log',
  'other-bytes': 'its agency signed a list with another hash of it',
  'unknown-key': "a list that names it is signed by a key that was not its agency's there",
  revoked: 'a list that names it stands behind the revocation of the key that signed it',
  valid: 'a key of its agency signed a list with this hash of it',
  'not-judged': 'so many lists name it that some were not judged',
};

const textOf = (verdict: SignatureVerdict, count: number, first: bigint): string =>
  `"${verdict}" is what the log's server answered of ${count === 1 ? `1 event, at index ${first}` : `${count} events, the first at index ${first}`}: ${MEANING[verdict]}. It is the word of whoever made the bundle, and was not checked here.`;
