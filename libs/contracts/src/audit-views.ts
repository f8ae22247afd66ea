/** Who wrote what: the entries of the log as an auditor lists them. */
import Type, { type Static } from 'typebox';
import { KINDS } from '#lib/domain';
import { closed, hash, index, orNull, time } from './view-parts.ts';
import { Coordinates } from './coordinates-view.ts';

const ImportCounts = Type.Object({ lines: index(), accepted: index(), duplicates: index(), rejected: index() }, closed);

export const AuditRow = Type.Object(
  {
    logIndex: index(),
    recorded: orNull(time('As in every answer: the time of the seal that covers it; null: none within these coordinates does.')),
    captured: Type.String({ description: 'Clock of the server that accepted it: a claim.' }),
    agency: Type.String(),
    principal: Type.String(),
    action: Type.Enum(KINDS, { description: 'The kind of what was written.' }),
    id: Type.String(),
    items: Type.Array(Type.String(), { description: 'That it concerns, each once.' }),
    evidence: Type.Array(
      Type.Object(
        { sha256: hash('Of what it cites, or says an act on.'), ref: Type.Optional(Type.String()), locator: Type.Optional(Type.String()) },
        closed,
      ),
    ),
    contentHash: hash("SHA-256 of the document's canonical bytes."),
    batch: orNull(Type.String({ description: 'The import that says it brought this in, where the reader may see that import.' })),
    import: Type.Optional(
      Type.Object(
        {
          batch: Type.String(),
          mapping: Type.String(),
          members: index(),
          part: Type.Optional(index()),
          counts: Type.Optional(ImportCounts),
          signed: Type.Optional(Type.Literal(true, { description: 'A list that its agency signed; whether well, each event of it says.' })),
        },
        {
          ...closed,
          description:
            'Of action batch: an import as one line. Its file is the evidence; without counts it is a part, written while the import went on.',
        },
      ),
    ),
  },
  closed,
);
export type AuditRow = Static<typeof AuditRow>;

const Reader = Type.Object(
  {
    address: Type.String({ description: 'Network address that the request came from.' }),
    key: orNull(Type.String({ description: 'Id of the key that was shown.' })),
    via: Type.String(),
    behalf: orNull(Type.String({ description: 'On whose behalf, as the caller stated it: custody-on-behalf-of.' })),
  },
  { ...closed, description: 'Told to the agency of the reader alone.' },
);

export const AuditReadRow = Type.Object(
  {
    n: Type.Integer({ minimum: 0, description: 'Number of the record in the access log.' }),
    recorded: orNull(time('Of the first seal that names an access log with it; null: none within these coordinates does.')),
    at: time('Clock of the server that answered: its word.'),
    request: Type.String({ description: 'Id of the request.' }),
    agency: Type.String({ description: 'Of who read, with principal.' }),
    principal: Type.String(),
    action: Type.Literal('read'),
    operation: Type.String({ description: 'operationId of this API.' }),
    items: Type.Array(Type.String()),
    events: Type.Array(Type.String({ description: 'agency/id' })),
    evidence: Type.Array(hash('Of what was downloaded, drawn, or listed.')),
    deadLetters: Type.Array(index()),
    tlp: orNull(Type.String({ description: 'Highest label of what was shown; null: not known, as of what is told without its events.' })),
    policy: Type.Integer({
      minimum: 0,
      description: 'P of the answer (coordinates.policy), or of the grants alone where it rests on no marking.',
    }),
    emergency: Type.Boolean({ description: 'By an emergency that he had declared.' }),
    reader: orNull(Reader),
  },
  closed,
);
export type AuditReadRow = Static<typeof AuditReadRow>;

export const AuditView = Type.Object(
  {
    coordinates: Coordinates,
    rows: Type.Array(AuditRow, { description: 'What was written, newest first. A page may have few or none and still go on.' }),
    reads: Type.Array(AuditReadRow, {
      description:
        'What was read above TLP:CLEAR, newest first: by the own agency all of it, by others what was of the own agency. A page holds both as they come by time (captured, at), and is as long as both together.',
    }),
    next: orNull(Type.String()),
  },
  closed,
);
export type AuditView = Static<typeof AuditView>;
