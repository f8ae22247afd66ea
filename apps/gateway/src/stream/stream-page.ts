/** One page of a stream: the next events of the log that a reader may see. By the reads of all lists, so that what is hidden there is hidden here. */
import { answerNames, type StreamedEvent } from '#lib/contracts';
import { type Actor, KINDS, type Kind } from '#lib/domain';
import type { ReadNotes } from '#lib/runtime';
import type { StreamFound } from '#lib/store';
import { coordinatesOf } from '../coordinates.ts';
import { readEvent, storedView } from '../event-view.ts';
import { type GatewayDeps, notedReading } from '../gateway-deps.ts';
import { pageOf } from '../page.ts';
import { readSignatures, type SignaturesOf } from '../signatures.ts';

export interface StreamFilter {
  readonly kind?: Kind;
  /** Normalised. */
  readonly item?: string;
}

/** Of one page, beside the number that the statement finds at most: what a stream holds in memory follows from both. At least one document, which has at most 1 MiB. */
const PAGE_BYTES_MAX = 1024 * 1024;

export interface StreamPage {
  readonly events: readonly StreamedEvent[];
  /** Where the next page begins; `size` where there is nothing more below it. */
  readonly next: number;
}

/**
 * @param actor as he is now: what he was given or lost meanwhile holds for this page
 * @param notes of this page alone: to be recorded before any of it is sent
 * @param size of the log, which was reached
 */
export async function readStreamPage(
  deps: Pick<GatewayDeps, 'reads' | 'breaksGlass' | 'grantsPoint'>,
  actor: Actor,
  notes: ReadNotes,
  { kind, item }: StreamFilter,
  from: number,
  size: number,
): Promise<StreamPage> {
  const { reader, reads } = await notedReading(deps, actor, notes);
  const own = reads.as(reader);
  const policy = await reads.policyPoint();
  const found = await own.streamPage({ reader, from, before: size, item, kind: kind === undefined ? undefined : KINDS.indexOf(kind) });
  const wanted = found.logIndexes;
  const { shown } = pageOf(await own.visibleEvents(wanted, reader.groups, PAGE_BYTES_MAX), wanted.length, PAGE_BYTES_MAX);
  const signatures = await readSignatures(own, reader, size, shown);
  const events = shown.map((stored) => streamed(readEvent(stored), signatures, policy));
  notes.showed(answerNames({ events }));
  return { events, next: nextOf(found, shown.at(-1)?.logIndex, shown.length) };
}

/**
 * Where fewer are shown than were found the page was cut by its bytes, or something was marked meanwhile: which of them is not told from what is shown, so
 * the next page begins behind the last that is, or behind the first that was found. What is hidden by then is not found again.
 */
function nextOf({ logIndexes, next }: StreamFound, last: number | undefined, shown: number): number {
  const [first] = logIndexes;
  return first === undefined || shown === logIndexes.length ? next : (last ?? first) + 1;
}

/**
 * As the log was with it as its last entry: what is said later of it, seals among that, is told by other events and other answers. But by the policy of
 * now, as every answer: what a marking closed is not sent, and its handling is the one in effect.
 */
function streamed(event: ReturnType<typeof readEvent>, signaturesOf: SignaturesOf, policy: number): StreamedEvent {
  const logSize = event.stored.logIndex + 1;
  const signatures: SignaturesOf = (of) => signaturesOf(of).filter(({ logIndex }) => logIndex < logSize);
  return { coordinates: coordinatesOf({ basis: 'log', logSize, policy }), event: storedView(event, { recorded: () => null, signatures }) };
}
