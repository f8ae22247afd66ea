/**
 * The chain of custody of one evidence: what its acts come to, in the order of the log. Whatever was said stays in it; what does not count is
 * shown with the reason, and decides nothing.
 */
import { formatRef, type EventRef } from '../event-ref.ts';
import type { Instant } from '../time.ts';
import type { EvidenceAct, TransferStep } from './act.ts';

/** One act as the log has it. */
export interface LoggedAct extends EventRef {
  readonly principal: string;
  readonly logIndex: number;
  /** When capture took it: the claim of its clock. */
  readonly captured: Instant;
  readonly act: EvidenceAct;
  /** Its own agency took it back. */
  readonly isWithdrawn: boolean;
}

/** Why an act does not count. */
export type ChainFlag =
  /** What was measured is not what the evidence is called. */
  | 'hash-mismatch'
  | 'withdrawn'
  /** It answers a transfer that is to somebody else. */
  | 'not-by-receiver'
  /** It goes on with an offer of somebody else. */
  | 'not-by-giver'
  /** It answers what nobody offered or provided, as far as this reader sees. */
  | 'never-provided'
  | 'already-answered'
  /** It releases a hold that is none, or ended. */
  | 'never-held'
  | 'not-by-holder';

/** An act with what follows from it. */
export interface ChainStep extends LoggedAct {
  readonly counts: boolean;
  readonly flags: readonly ChainFlag[];
}

/** What became of one offer. */
export interface Transfer {
  /** The act that began it. */
  readonly offer: EventRef;
  readonly from: string;
  readonly to: string;
  /** Neither offered nor provided is a transfer yet: nothing has changed hands. */
  readonly state: TransferStep;
  /** The act by which it is in that state. */
  readonly by: EventRef;
}

/** Who says to have it, since when. */
export interface Holder {
  readonly agency: string;
  readonly since: Instant;
  readonly by: EventRef;
}

/** A legal hold that was not released. */
export interface Hold {
  readonly agency: string;
  readonly authority: string;
  readonly since: Instant;
  readonly by: EventRef;
}

/** See foldCustody. */
export interface CustodyChain {
  readonly sha256: string;
  readonly steps: readonly ChainStep[];
  /** Agencies that have bytes of it, by the first act of each that counts. */
  readonly holders: readonly Holder[];
  /** Who answers for it: the last that accepted it, else the first that has it. Absent: nobody says. */
  readonly custodian: Holder | undefined;
  readonly transfers: readonly Transfer[];
  readonly holds: readonly Hold[];
  /** Acts whose hashes are not the one that they should be. */
  readonly mismatches: number;
}

/** What the fold holds to, each to be switched off by a suite that shows what it is for. */
export interface ChainRules {
  readonly hashesAreCompared: boolean;
  readonly withdrawnDoesNotCount: boolean;
  readonly receiverAloneAnswers: boolean;
  readonly giverAloneProvides: boolean;
  readonly answersNeedAnOffer: boolean;
  readonly oneAnswer: boolean;
  readonly holderAloneReleases: boolean;
}

/** All of them. */
export const CHAIN_RULES: ChainRules = {
  hashesAreCompared: true,
  withdrawnDoesNotCount: true,
  receiverAloneAnswers: true,
  giverAloneProvides: true,
  answersNeedAnOffer: true,
  oneAnswer: true,
  holderAloneReleases: true,
};

interface State {
  readonly sha256: string;
  readonly rules: ChainRules;
  readonly holders: Map<string, Holder>;
  readonly transfers: Map<string, Transfer>;
  readonly holds: Map<string, Hold>;
  custodian: Holder | undefined;
}

/** @param acts on this evidence, in the order of the log. Cost: linear. */
export function foldCustody(sha256: string, acts: readonly LoggedAct[], rules: ChainRules = CHAIN_RULES): CustodyChain {
  const state: State = { sha256, rules, holders: new Map(), transfers: new Map(), holds: new Map(), custodian: undefined };
  const steps = acts.map((logged): ChainStep => {
    const own = flagsOf(logged, state);
    const flags = own.length > 0 ? own : apply(logged, state);
    return { ...logged, flags, counts: flags.length === 0 };
  });
  return {
    sha256,
    steps,
    holders: [...state.holders.values()],
    custodian: state.custodian ?? [...state.holders.values()][0],
    transfers: [...state.transfers.values()],
    holds: [...state.holds.values()],
    mismatches: steps.filter(({ flags }) => flags.includes('hash-mismatch')).length,
  };
}

/** What an act is by itself. */
function flagsOf({ act, isWithdrawn }: LoggedAct, { sha256, rules }: State): ChainFlag[] {
  const flags: ChainFlag[] = [];
  const isOther = (hash: string | undefined): boolean => hash !== undefined && hash !== sha256;
  // A redaction makes other evidence; nothing else changes a byte.
  if (rules.hashesAreCompared && (isOther(act.before) || (act.act !== 'redacted' && isOther(act.after)))) flags.push('hash-mismatch');
  if (rules.withdrawnDoesNotCount && isWithdrawn) flags.push('withdrawn');
  return flags;
}

/** What follows from an act beside others; flags: nothing does. */
function apply(logged: LoggedAct, state: State): readonly ChainFlag[] {
  const { act, agency, captured } = logged;
  switch (act.act) {
    case 'collected':
    case 'received':
    case 'copied':
      hold(state, logged);
      return NO_FLAGS;
    case 'transferred':
      return transfer(logged, state);
    case 'held':
      state.holds.set(formatRef(logged), { agency, authority: act.authority ?? '', since: captured, by: refOf(logged) });
      return NO_FLAGS;
    case 'released':
      return release(logged, state);
    default:
      return NO_FLAGS;
  }
}

const NO_FLAGS: readonly ChainFlag[] = Object.freeze([]);
const refOf = ({ agency, id }: EventRef): EventRef => ({ agency, id });

function hold(state: State, logged: LoggedAct): Holder {
  const { agency, captured } = logged;
  const holder = state.holders.get(agency) ?? { agency, since: captured, by: refOf(logged) };
  state.holders.set(agency, holder);
  return holder;
}

function transfer(logged: LoggedAct, state: State): readonly ChainFlag[] {
  const { act, agency } = logged;
  const { rules, transfers } = state;
  const { step = 'offered', to = '' } = act;
  const by = refOf(logged);
  const given = act.of === undefined ? undefined : transfers.get(formatRef(act.of));
  if (step === 'offered' || (step === 'provided' && act.of === undefined)) {
    transfers.set(formatRef(logged), { offer: by, from: agency, to, state: step, by });
    return NO_FLAGS;
  }
  if (given === undefined) {
    if (step === 'accepted' && !rules.answersNeedAnOffer) accept(logged, state);
    return ['never-provided'];
  }
  if (rules.oneAnswer && (given.state === 'accepted' || given.state === 'rejected')) return ['already-answered'];
  if (step === 'provided') {
    if (rules.giverAloneProvides && given.from !== agency) return ['not-by-giver'];
  } else if (rules.receiverAloneAnswers && given.to !== agency) return ['not-by-receiver'];
  transfers.set(formatRef(given.offer), { ...given, state: step, by });
  if (step === 'accepted') accept(logged, state);
  return NO_FLAGS;
}

/** It answers for it from now on, whatever it had before. */
function accept(logged: LoggedAct, state: State): void {
  hold(state, logged);
  state.custodian = { agency: logged.agency, since: logged.captured, by: refOf(logged) };
}

function release({ act, agency }: LoggedAct, { holds, rules }: State): readonly ChainFlag[] {
  const key = act.of === undefined ? '' : formatRef(act.of);
  const held = holds.get(key);
  if (held === undefined) return ['never-held'];
  if (rules.holderAloneReleases && held.agency !== agency) return ['not-by-holder'];
  holds.delete(key);
  return NO_FLAGS;
}
