/** What the gateway's controllers work with, and who asks. */
import { groupsOfActor, type Actor } from '#lib/domain';
import type { EventLog } from '#lib/event-log';
import type { SigningKey } from '#lib/ledger';
import type { LedgerReads, Reader } from './ledger-reads.ts';

export const GATEWAY_DEPS = Symbol('gateway deps');

export interface GatewayDeps {
  readonly reads: LedgerReads;
  /** Signs rejections: the key by which capture signs receipts. */
  readonly receiptKey: SigningKey<'receipt'>;
  readonly deadLetters: DeadLetterRetry;
  /** Whether `/log/links` is served. */
  readonly mapLinks: boolean;
}

/** Appends a dead letter to the event log again and marks it, in this order: a crash in between makes it come twice, which does no harm. */
export interface DeadLetterRetry {
  readonly log: EventLog;
  /** `false`: another request did it at the same time; then it came twice, which does no harm. */
  markRetried(seq: number): Promise<boolean>;
}

/** Groups that are not there yet have nothing to show; they may come with the next event, so nothing is remembered here. */
export async function readerOf({ reads }: Pick<GatewayDeps, 'reads'>, actor: Actor): Promise<Reader> {
  const groupNames = groupsOfActor(actor);
  return { agency: actor.agency, principal: actor.principal, groupNames, groups: await reads.groupNumbers(groupNames) };
}
