/** What the gateway's controllers work with, and who asks. */
import type { FastifyRequest } from 'fastify';
import { groupsOfActor, type Actor } from '#lib/domain';
import type { EventLog } from '#lib/event-log';
import type { SigningKey } from '#lib/ledger';
import { actorOf, notesOf, type ReadNotes } from '#lib/runtime';
import { ReaderContext } from '#lib/store';
import type { DeadLetterHead, LedgerReads, Reader, StoredDeadLetter } from './ledger-reads.ts';
import { readsFor } from './named-readers.ts';
import { notedReads } from './noted-reads.ts';
import type { StreamLimits } from './stream/open-streams.ts';
import type { StreamTimes } from './stream/stream-times.ts';

export const GATEWAY_DEPS = Symbol('gateway deps');

export interface GatewayDeps {
  readonly reads: LedgerReads;
  /** Whether he has declared an emergency that lasts (break-glass.open). */
  breaksGlass(actor: Actor): boolean | Promise<boolean>;
  /** Log size from which on the grants hold by which callers are known; absent: none are followed. */
  grantsPoint?(): Promise<number>;
  /** Signs rejections: the key by which capture signs receipts. */
  readonly receiptKey: SigningKey<'receipt'>;
  readonly deadLetters: DeadLetterRetry;
  /** Whether `/log/links` is served. */
  readonly mapLinks: boolean;
  readonly streams: StreamDeps;
  /** The bytes of a file of evidence, up to a size; null: they are not on this machine. */
  readonly evidenceBytes: EvidenceBytes;
}

export type EvidenceBytes = (sha256: string, bytesMax: number) => Promise<Buffer | 'too-large' | null>;

export interface StreamDeps extends StreamLimits {
  /** Told how many are open, whenever that changes. */
  onCount?(open: number): void;
  /** Others than those of the product: for suites. */
  readonly times?: StreamTimes;
}

export interface DeadLetterReads {
  /** Newest first, below a number. */
  list(before: number | undefined, limit: number): Promise<DeadLetterHead[]>;
  read(seq: number): Promise<StoredDeadLetter | null>;
}

/**
 * Dead letters of whoever runs the ledger, read with the operator's rights: his own, and of records that nobody signed. A retry, of whosesoever, appends one
 * to the event log again and marks it, in this order: a crash in between makes it come twice, which does no harm.
 */
export interface DeadLetterRetry extends DeadLetterReads {
  readonly log: EventLog;
  /** `false`: another request did it at the same time; then it came twice, which does no harm. */
  markRetried(seq: number): Promise<boolean>;
}

/** Groups that are not there yet have nothing to show; they may come with the next event, so nothing is remembered here. */
export async function readerOf({ reads, breaksGlass }: Pick<GatewayDeps, 'reads' | 'breaksGlass'>, actor: Actor): Promise<Reader> {
  const groupNames = groupsOfActor(actor);
  const { agency, principal } = actor;
  const groups = await reads.groupNumbers(groupNames);
  // Nobody in particular is of no agency.
  const context = new ReaderContext(agency === '' ? null : agency, groups);
  return { agency, principal, breaksGlass: await breaksGlass(actor), groupNames, groups, context };
}

/** Whoever asks, and what he may read. */
export async function readingOf(
  deps: Pick<GatewayDeps, 'reads' | 'breaksGlass' | 'grantsPoint'>,
  actor: Actor,
): Promise<{ reader: Reader; reads: LedgerReads }> {
  const grants = (await deps.grantsPoint?.()) ?? 0;
  const reader = await readerOf(deps, actor);
  const policyPoint = async (): Promise<number> => Math.max(grants, await deps.reads.policyPoint());
  return { reader, reads: { ...readsFor(deps.reads, reader), policyPoint } };
}

type Request = Pick<FastifyRequest, 'actor' | 'notes'>;

/** Of a request: what is read for it is noted, for the access log. */
export async function readingFor(
  deps: Pick<GatewayDeps, 'reads' | 'breaksGlass' | 'grantsPoint'>,
  request: Request,
): Promise<NotedReading> {
  return notedReading(deps, actorOf(request), notesOf(request));
}

export interface NotedReading {
  readonly reader: Reader;
  readonly reads: LedgerReads;
  readonly notes: ReadNotes;
}

/** The same where the answer leaves in pieces, each with notes of its own. */
export async function notedReading(
  deps: Pick<GatewayDeps, 'reads' | 'breaksGlass' | 'grantsPoint'>,
  actor: Actor,
  notes: ReadNotes,
): Promise<NotedReading> {
  const { reader, reads } = await readingOf(deps, actor);
  // Asked once, before anything is read: the record of the read says what the answer says.
  const policy = await reads.policyPoint();
  notes.policy = policy;
  return { reader, reads: notedReads({ ...reads, policyPoint: () => Promise.resolve(policy) }, reader, notes.open()), notes };
}
