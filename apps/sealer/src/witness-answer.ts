/** What an answer to add-checkpoint comes to (C2SP tlog-witness). Pure. */
import { type Cosignature, readCosignatures, readWitnessSize, utf8Text, type VerifierKey } from '#lib/ledger';
import type { WitnessReply } from './witness-client.ts';

export type WitnessAnswered =
  /** By one key of the policy at least, each verified. */
  | { readonly kind: 'cosigned'; readonly cosignatures: readonly Cosignature[] }
  /** 409: what it says that it cosigned last. Nothing is signed: it is a hint where to begin. */
  | { readonly kind: 'size'; readonly size: bigint }
  /** 403, 404, 422: asking the same again changes nothing. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Anything else: it may pass. */
  | { readonly kind: 'failed'; readonly reason: string };

const SIZE_TYPE = 'text/x.tlog.size';
const REASON_LENGTH_MAX = 200;
const REFUSALS: ReadonlySet<number> = new Set([403, 404, 422]);

/** @param text of the checkpoint that was sent. @param keys of the policy at this address. */
export function witnessAnswered(reply: WitnessReply, text: string, keys: readonly VerifierKey<'witness'>[]): WitnessAnswered {
  const { status, type, body } = reply;
  if (status === 200) {
    const read = readCosignatures(text, body, keys);
    return read.ok
      ? { kind: 'cosigned', cosignatures: read.value }
      : { kind: 'failed', reason: `its cosignature is none: ${read.fault.detail} (${read.fault.code})` };
  }
  if (status === 409) {
    const size = type === SIZE_TYPE ? readWitnessSize(body) : null;
    return size === null ? { kind: 'failed', reason: 'it answered 409 without its size' } : { kind: 'size', size };
  }
  const kind = REFUSALS.has(status) ? 'refused' : 'failed';
  return { kind, reason: `it answered ${status}${quoted(body)}` };
}

/** The first line of what it says, if that is a sentence: printable ASCII, cut. */
function quoted(body: Uint8Array): string {
  const line = utf8Text(body)?.split('\n', 1)[0] ?? '';
  return /^[\x20-\x7e]+$/.test(line) ? `: ${line.slice(0, REASON_LENGTH_MAX)}` : '';
}
