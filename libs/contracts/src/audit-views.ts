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

export const AuditView = Type.Object(
  {
    coordinates: Coordinates,
    rows: Type.Array(AuditRow, { description: 'Newest first. A page may have few or none and still go on.' }),
    next: orNull(Type.String()),
  },
  closed,
);
export type AuditView = Static<typeof AuditView>;
