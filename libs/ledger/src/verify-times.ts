/**
 * When a head was sealed: whose word that is, and what speaks against it. The time in a seal is its operator's word; that of a cosignature is
 * its witness's, that the head was there by then. Neither says when one entry came: only that it was there, the head being over it.
 */
import { capturedMicros } from './captured.ts';
import type { Cosignature } from './checkpoint.ts';
import { PROOF_RULES, type ProofRules } from './proof-rules.ts';
import type { Trust } from './proof-question.ts';
import { COSIGNED_LATE_SECONDS, secondsOf, seenText, spanOf, timeOf } from './head-times.ts';
import { established, failure, leftOpen, type CheckedHead, type Statement } from './report.ts';

/**
 * How far the clocks of a sealer, a witness and a reader may lie apart: more than any two that are kept right ever do, and less than would
 * make a date another one. Cosignatures bear whole seconds besides.
 */
export const CLOCKS_APART_SECONDS_MAX = 300;
const MS_PER_SECOND = 1_000;

/** Cosignatures with a time that is still to come by the reader's clock: they say nothing of when (C2SP tlog-cosignature lets them be rejected). */
export const isToCome = ({ timestamp }: Pick<Cosignature, 'timestamp'>, { nowMs }: Pick<Trust, 'nowMs'>, rules: ProofRules): boolean =>
  rules.notAhead && nowMs !== undefined && Number(timestamp) > nowMs / MS_PER_SECOND + CLOCKS_APART_SECONDS_MAX;

/** A head whose seal was read. */
type SealedHead = Pick<CheckedHead, 'size' | 'seen'> & { readonly time: string };

/** The seal's time against what was kept, and against what the witnesses say that were asked for. Ends with the first failure. */
export function* verifyTimes(head: SealedHead, trust: Trust, rules: ProofRules = PROOF_RULES): Generator<Statement> {
  const kept = againstKept(head, trust, rules);
  if (kept !== null) yield kept;
  if (kept?.state !== 'failed') yield againstWitnesses(head, rules);
}

/** Recorded times never fall: the later of two heads has the later seal. `null`: there is nothing to say. */
function againstKept({ size, time }: SealedHead, { kept }: Trust, rules: ProofRules): Statement | null {
  if (kept === undefined) return null;
  const isSame = kept.size === size;
  if (kept.time === undefined) {
    const says = 'With the kept head no time was kept: whether recorded times only rose since then is not shown.';
    return isSame ? null : leftOpen('time', 'proof.time-unknown', says);
  }
  const [first, second] = kept.size < size ? [kept.time, time] : [time, kept.time];
  const rises = isSame ? first === second : capturedMicros(first) <= capturedMicros(second);
  if (!rises && rules.timeKept)
    return failure('time', {
      code: 'proof.time-kept',
      detail: `The seal of the head of ${size} entries says ${time}, and that of the kept one of ${kept.size} ${kept.time}: recorded times never fall, so one of them is false.`,
      pointer: '/seal/entry',
    });
  return isSame ? null : established('time', `Its time and that of the kept head, ${kept.time}, are in the order of the heads.`);
}

function againstWitnesses({ time, seen }: SealedHead, rules: ProofRules): Statement {
  if (seen === undefined) {
    const says = `That it was sealed ${time} is the word of the operator: no cosignature that was asked for says by when it was there.`;
    return leftOpen('time', 'proof.time-word', says);
  }
  const say = seen.witnesses === 1 ? 'says that it' : 'say that they';
  const by = `${seenText(seen)} ${say} saw the head by ${timeOf(seen.seconds)}`;
  const lateBy = Number(seen.seconds) - secondsOf(time);
  if (lateBy < -CLOCKS_APART_SECONDS_MAX && rules.timeWitnessed)
    // A wrong clock of one witness where one is asked for is enough: nothing that was sealed is shown to be altered.
    return leftOpen(
      'time',
      'proof.time-witnessed',
      `${by}, and its seal says ${time}, which is ${spanOf(-lateBy)} later: one of both is wrong.`,
      { verdict: 'incomplete' },
    );
  if (lateBy > COSIGNED_LATE_SECONDS)
    return leftOpen(
      'time',
      'proof.time-window',
      `${by}, ${spanOf(lateBy)} after the time in its seal, ${time}. That it was there before is the word of the operator.`,
    );
  return established('time', `${by}, which agrees with its seal; the time in that, ${time}, is the word of the operator.`);
}

/** How old the head is by its seal, where the reader has a clock. */
export function* verifyAge({ time }: SealedHead, { nowMs, ageSecondsMax }: Trust, rules: ProofRules): Generator<Statement> {
  if (nowMs === undefined) return;
  const seconds = Math.round(nowMs / MS_PER_SECOND - secondsOf(time));
  if (seconds < -CLOCKS_APART_SECONDS_MAX && rules.notAhead) {
    const says = `The seal says ${time}, ${spanOf(-seconds)} ahead of this clock: one of both is wrong, and how old the head is is not known.`;
    yield leftOpen('age', 'proof.ahead', says, { verdict: 'incomplete' });
  } else if (ageSecondsMax !== undefined && seconds > ageSecondsMax && rules.fresh)
    yield leftOpen('age', 'proof.age', `The head is ${spanOf(seconds)} old, and may be ${spanOf(ageSecondsMax)}.`, {
      verdict: 'incomplete',
    });
  else
    yield established('age', seconds < 0 ? `The head is ${spanOf(-seconds)} ahead of this clock.` : `The head is ${spanOf(seconds)} old.`);
}
