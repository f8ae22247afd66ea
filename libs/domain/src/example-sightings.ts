/** Sightings for the specs of the fold: short to write, complete as the type wants them. */
import type { FoldInput } from './resolved.ts';
import { parseOccurred, type OccurredText } from './interval.ts';
import type { Place } from './place.ts';
import { parseInstant } from './time.ts';
import type { Kind, Role, Sighting } from './sighting.ts';

/** What a spec says of a sighting; all else is a plain actual GREEN subject somewhere. References are `id` (same agency) or `agency/id`. */
export interface Example {
  readonly id: string;
  readonly agency?: string;
  readonly kind?: Kind;
  readonly as?: Kind;
  readonly subtype?: string;
  readonly modality?: Sighting['modality'];
  /** Item ids, or [id, role]. */
  readonly items?: readonly (string | readonly [string, Role])[];
  /** A UTC day; null: undated. */
  readonly day?: string | null;
  /** In place of the day. */
  readonly occurred?: OccurredText;
  /** null: none. */
  readonly place?: Place | null;
  readonly action?: 'ADD' | 'DELETE';
  /** Date-time at which it was taken in. */
  readonly captured?: string;
  /** Date-time at which it says it was written down. */
  readonly reported?: string;
  readonly target?: string;
  readonly resolves?: readonly string[];
  readonly upholds?: readonly string[];
  readonly contradicts?: readonly string[];
  readonly marks?: Sighting['handling'];
  readonly handling?: Sighting['handling'];
  readonly logIndex?: number;
}

const SOMEWHERE: Place = { name: 'Busan', country: 'KR' };

/** The item most examples are about. */
export const CAR = 'serial:demo:car-1';
/** Another one. */
export const BOX = 'serial:demo:box-1';

/** One input of the fold. */
export function example(stated: Example): FoldInput {
  const { id, agency = 'alpha', kind = 'observation', day = '2018-06-14', place = SOMEWHERE } = stated;
  const occurred = stated.occurred ?? (day === null ? null : { from: day, to: day, precision: 'day' });
  const ref = (text: string) =>
    text.includes('/') ? { agency: text.split('/')[0] as string, id: text.split('/')[1] as string } : { agency, id: text };
  const sighting: Sighting = {
    agency,
    id,
    principal: 'operator',
    kind,
    ...(stated.as === undefined ? {} : { as: stated.as }),
    ...(stated.subtype === undefined ? {} : { subtype: stated.subtype }),
    modality: stated.modality ?? 'actual',
    handling: stated.handling ?? { tlp: 'GREEN' },
    ...(stated.action === undefined ? {} : { action: stated.action }),
    ...(occurred === null ? {} : { occurred: sure(parseOccurred(occurred)) }),
    ...(place === null ? {} : { place }),
    items: (stated.items ?? [CAR]).map((item) =>
      typeof item === 'string' ? { id: item, role: 'subject' } : { id: item[0], role: item[1] },
    ),
    parties: [],
    source: { kind: 'test' },
    evidence: [],
    relations: {
      ...(stated.target === undefined ? {} : { target: ref(stated.target) }),
      ...(stated.marks === undefined ? {} : { handling: stated.marks }),
      contradicts: (stated.contradicts ?? []).map(ref),
      links: [],
      basis: [],
      resolves: (stated.resolves ?? []).map(ref),
      upholds: (stated.upholds ?? []).map(ref),
    },
    ...(stated.reported === undefined ? {} : { reported: { at: sure(parseInstant(stated.reported)) } }),
  };
  return {
    sighting,
    ...(stated.logIndex === undefined ? {} : { logIndex: stated.logIndex }),
    ...(stated.captured === undefined ? {} : { captured: sure(parseInstant(stated.captured)) }),
  };
}

function sure<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: string }): T {
  if (!result.ok) throw new Error(result.code);
  return result.value;
}
