/**
 * Blame: to whom each field of an answer leads (`explain=1`). What is in an answer was said by somebody in a sighting, was written by the
 * ledger about one, or follows from several; whoever reads a field can ask which, who, when, and on what evidence.
 */
import Type, { type Static } from 'typebox';
import { closed, Evidence, index, orNull, ReportedBy, SubmittedBy } from './view-parts.ts';

const ExplainedSighting = Type.Object(
  {
    agency: Type.String(),
    id: Type.String(),
    logIndex: index(),
    submittedBy: SubmittedBy,
    reportedBy: orNull(ReportedBy),
    captured: Type.String({ description: 'Clock of the server that accepted it: a claim.' }),
    recorded: orNull(Type.String({ description: 'As in the answer: time of the seal that covers it.' })),
    evidence: Type.Array(Evidence, { description: 'What it cites, each with its locator.' }),
    rests: Type.String({ description: 'The same in a sentence: on which documents it rests, or that none is held.' }),
  },
  closed,
);
export type ExplainedSighting = Static<typeof ExplainedSighting>;

const ExplainedField = Type.Object(
  {
    pointer: Type.String({
      description: 'RFC 6901, into this answer. It stands for everything below it that no longer pointer of this list stands for.',
    }),
    basis: Type.Enum(['stated', 'ledger', 'derived'], {
      description:
        'stated: the words of a sighting. ledger: what the ledger itself wrote about it (who submitted it, when, where in the log). derived: what follows from these sightings by the rules of the fold.',
    }),
    sightings: Type.Array(index(), { minItems: 1, description: 'Places in `sightings`.' }),
    evidence: Type.Optional({ ...index(), description: 'Place in the evidence of its one sighting; absent: all that they cite.' }),
  },
  closed,
);
export type ExplainedField = Static<typeof ExplainedField>;

export const Explanation = Type.Object(
  {
    sightings: Type.Array(ExplainedSighting, { description: 'Each once, in the order in which they are first named.' }),
    fields: Type.Array(ExplainedField),
    complete: Type.Boolean({
      description:
        'false: what the answer says of the item as a whole rests on more sightings than are named here; its timeline has them all.',
    }),
  },
  {
    ...closed,
    description:
      'Every field of the answer but this one leads to at least one sighting, and by it to a person and an agency; an answer that lists nothing may rest on none.',
  },
);
export type Explanation = Static<typeof Explanation>;

/** What one field of an answer leads to. */
export interface Blame {
  readonly basis: ExplainedField['basis'];
  readonly sightings: readonly ExplainedSighting[];
  /** Of all of these sightings, or the one entry that the field is about. */
  readonly evidence: ExplainedSighting['evidence'];
}

/** Looks fields of one explanation up; builds its table once. `null`: the field leads to nobody, as some do in an answer that lists nothing. */
export function blameIn({ sightings, fields }: Explanation): (pointer: string) => Blame | null {
  const byPointer = new Map(fields.map((field) => [field.pointer, field]));
  return (pointer) => {
    for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      const field = byPointer.get(at);
      if (field === undefined) continue;
      const of = field.sightings.flatMap((place) => sightings[place] ?? []);
      const cited = of.flatMap(({ evidence }) => evidence);
      return {
        basis: field.basis,
        sightings: of,
        evidence: field.evidence === undefined ? cited : cited.slice(field.evidence, field.evidence + 1),
      };
    }
    return null;
  };
}

/** Of evidence, as far as the sentence needs it. */
type Cited = Pick<ExplainedSighting['evidence'][number], 'sha256' | 'type' | 'ref' | 'locator'> & { readonly held: boolean };

export const NO_DOCUMENT = "no document held, rests on the analyst's statement";

/** On what a sighting rests, for a person. */
export function restsOn(evidence: readonly Cited[]): string {
  return evidence.length === 0 ? NO_DOCUMENT : `rests on ${evidence.map(citedText).join(', ')}`;
}

/** One piece of evidence by its name, its place in it, and whether its bytes are here. */
export function citedText({ sha256, type, ref, locator, held }: Cited): string {
  const name = ref ?? (sha256 === null ? (type ?? 'a document without a name') : `SHA-256 ${sha256.slice(0, 12)}`);
  const hash = sha256 === null ? 'hash not given, ' : '';
  return `${name}${locator === undefined ? '' : ` ${locator}`} (${hash}${held ? 'held here' : 'not held here'})`;
}
