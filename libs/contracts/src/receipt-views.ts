/** What a submitter is told of what he submitted. */
import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;

export const ReceiptStatus = Type.Object(
  {
    status: Type.Enum(['pending', 'sealed', 'rejected'], {
      description:
        'pending: the ledger has it, and no published checkpoint covers it yet, or a dead letter of it was sent again. sealed: a checkpoint holds it. rejected: it did not become an entry, and will not unless it is sent again.',
    }),
    log: Type.String({ description: 'Origin of the log.' }),
    agency: Type.String(),
    id: Type.String(),
    contentHash: Type.String({
      pattern: '^[0-9a-f]{64}$',
      description: 'SHA-256 of the canonical bytes that this is about. Without `content` in the request: of those that stand under the id.',
    }),
    sealed: Type.Union([Type.String(), Type.Null()], {
      description:
        'Of status sealed: the sealed receipt, exactly these bytes in UTF-8 (canonical JSON; docs/proofs.md). It carries the secret of the event: it is for its submitter.',
    }),
    rejection: Type.Union([Type.String(), Type.Null()], {
      description: 'Of status rejected: why, as a signed note by the key for receipts (docs/proofs.md).',
    }),
  },
  closed,
);
export type ReceiptStatus = Static<typeof ReceiptStatus>;
