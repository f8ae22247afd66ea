/** Answers that anyone can check by himself: proof documents (libs/ledger, proof-document.ts), and paths between heads. */
import { Type, type Static } from 'typebox';

const closed = { additionalProperties: false };
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const index = () => Type.Integer({ minimum: 0 });
const base64 = (description?: string) => Type.String({ contentEncoding: 'base64', ...(description === undefined ? {} : { description }) });
const hex32 = () => Type.String({ pattern: '^[0-9a-f]{64}$' });
const path = () => Type.Array(base64(), { description: 'RFC 9162, section 2.1.3: from the leaf upward.' });

const Placed = Type.Object(
  { entry: Type.String({ description: 'Canonical JSON: the bytes of an entry of the operator.' }), inclusion: path(), index: index() },
  closed,
);
const Group = Type.Object(
  {
    group: Type.String({ description: 'One of your reader groups.' }),
    map: base64('A path of the item map, to the item or to where it would be.'),
    tree: orNull(
      Type.Object(
        {
          entries: base64('For each entry its log index (8 bytes, big-endian) and the hash of its leaf (32).'),
          from: index(),
          stretch: Type.Array(base64()),
        },
        closed,
      ),
    ),
  },
  closed,
);
const Shown = Type.Union([
  Type.Object(
    {
      content: orNull(Type.String({ description: 'The document as submitted, byte for byte.' })),
      envelope: Type.Object({ agency: Type.String(), captured: Type.String(), id: Type.String(), principal: Type.String() }, closed),
      secret: hex32(),
    },
    closed,
  ),
  Type.Object({ opening: Type.Object({}, { description: 'Some slots of the event (docs/proofs.md).' }) }, closed),
]);

/** See docs/proofs.md. */
export const ProofView = Type.Object(
  {
    checkpoint: Type.String({ description: 'The signed head (C2SP tlog-checkpoint).' }),
    events: Type.Array(Type.Object({ commitment: hex32(), inclusion: orNull(path()), index: index(), shown: Shown }, closed)),
    format: Type.Literal('custody-proof/1'),
    item: orNull(Type.Object({ groups: Type.Array(Group), item: Type.String() }, closed)),
    notices: Type.Array(Type.Object({ entry: Type.String(), index: index() }, closed)),
    salt: orNull(Type.Object({ genesis: Placed, mapSalt: hex32() }, closed)),
    seal: Placed,
  },
  { ...closed, description: 'Canonical JSON (RFC 8785): `custody verify` and the page verify.html take its bytes.' },
);
export type ProofView = Static<typeof ProofView>;

/** See docs/proofs.md. */
export const ReadProofView = Type.Object(
  {
    checkpoint: Type.String({ description: 'The signed head (C2SP tlog-checkpoint).' }),
    format: Type.Literal('custody-read/1'),
    inclusion: path(),
    n: index(),
    record: Type.String({ description: 'The record, byte for byte: canonical JSON.' }),
    seal: Placed,
    secret: hex32(),
  },
  { ...closed, description: 'Canonical JSON (RFC 8785): `custody verify` takes its bytes.' },
);
export type ReadProofView = Static<typeof ReadProofView>;

export const ConsistencyView = Type.Object(
  {
    from: index(),
    to: index(),
    hashes: Type.Array(base64(), { description: 'RFC 9162, section 2.1.4.' }),
    root: Type.String({ ...base64(), description: 'Of the log at `from`: where another root of that size is held, it shows a fork.' }),
  },
  closed,
);
export type ConsistencyView = Static<typeof ConsistencyView>;
