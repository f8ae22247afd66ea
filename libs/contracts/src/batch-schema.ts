/** Kind `batch`: what one import did stands under `extension.batch`, closed. The file is the evidence that the document cites, the operator is who submitted it; a signed list cites none. */
import Type, { type Static } from 'typebox';
import type { Kind } from '#lib/domain';
import { closed } from './view-parts.ts';

/** Most ids of one batch document: its rows stay within what one document may fill. A larger import has several. */
export const BATCH_MEMBERS_MAX = 4_000;

const eventId = (description: string) => Type.String({ pattern: '^[A-Za-z0-9._:-]{1,128}$', description });
const count = () => Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

const Batch = Type.Object(
  {
    batch: eventId('Name of the import: the id of the document with its counts.'),
    mapping: Type.String({ minLength: 1, maxLength: 256, description: 'Name and version of how lines became documents.' }),
    members: Type.Array(eventId('An event of the same agency.'), {
      maxItems: BATCH_MEMBERS_MAX,
      description: "Ids of the same agency's events that it brought in.",
    }),
    hashes: Type.Optional(
      Type.Array(Type.String({ pattern: '^[0-9a-f]{64}$' }), {
        maxItems: BATCH_MEMBERS_MAX,
        description: 'Of a signed list: SHA-256 of the content of each member, in their order.',
      }),
    ),
    signature: Type.Optional(
      Type.Object(
        {
          vkey: Type.String({
            minLength: 40,
            maxLength: 512,
            description: 'Ed25519 verifier key, as in C2SP signed-note: name+id+base64.',
          }),
          value: Type.String({ minLength: 1, maxLength: 128, description: 'Base64, over the text that docs/proofs.md gives.' }),
        },
        { ...closed, description: 'By which the agency stands by the list. Judged where it is read, never refused.' },
      ),
    ),
    part: Type.Optional({ ...count(), description: 'Of a document that holds members alone, while the import went on: which, from 1.' }),
    counts: Type.Optional(
      Type.Object(
        { lines: count(), accepted: count(), duplicates: count(), rejected: count() },
        { ...closed, description: 'When it ended.' },
      ),
    ),
  },
  { ...closed, description: 'What one import brought in; the file is the evidence, the operator is who submitted this.' },
);
export type BatchDocument = Static<typeof Batch>;

/** The slot extension of the kind. */
export const batchExtension = () => Type.Object({ batch: Batch }, closed);

/** What a document of kind batch says; `undefined` for every other. */
export function batchOf({ kind, extension }: { readonly kind: Kind; readonly extension?: object }): BatchDocument | undefined {
  return kind === 'batch' ? (extension as { readonly batch: BatchDocument } | undefined)?.batch : undefined;
}
