/** Handling: the Traffic Light Protocol 2.0 (FIRST, 2022) with named agencies, and the reader groups that follow from it. */
import { AGENCY_PATTERN } from './event-ref.ts';
import { accept, refuse, type DomainFault, type Result } from './result.ts';

/** From open to strict. */
export const TLP_LABELS = ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'] as const;
/** One label. */
export type TlpLabel = (typeof TLP_LABELS)[number];

/** Who may see a sighting; `readerGroups` says what follows from it. */
export interface Handling {
  readonly tlp: TlpLabel;
  /** Of GREEN: only this community; absent: every authenticated agency. */
  readonly community?: string;
  /** Of AMBER, AMBER+STRICT, RED: who sees it beside its owner. None, or an empty list: the owner alone. */
  readonly agencies?: readonly string[];
  /** Of RED: the persons it is for, checked when it is read. None, or an empty list: nobody is named. */
  readonly principals?: readonly string[];
}

/** As a validated document has it: optional members may be present and undefined. */
export type HandlingText = { readonly [member in keyof Handling]?: Handling[member] | undefined } & { readonly tlp: TlpLabel };

/** Most agencies or principals named by one handling: bounds the rows that one sighting makes. */
export const HANDLING_NAMES_MAX = 256;
/**
 * Rows of one table that one sighting may fill: identifiers (or what it speaks about, or aliases, or evidence) times reader groups. Without a bound, 13 KB
 * of JSON with 256 items for 257 agencies become 65,792 rows, some 11 MB, under the lock for which all projectors wait. So many let 256 items
 * be shared with 16 agencies, and 15 items with as many agencies as can be named.
 */
export const INDEX_ROWS_MAX = 4_096;

/**
 * Checks a handling. Faults: handling.tlp, handling.community (not under GREEN, or not a name), handling.agencies (under CLEAR or GREEN,
 * which are wider; or not agencies), handling.principals (not under RED, or empty names). A list is refused where it could not narrow,
 * so that nobody believes that it did.
 */
export function parseHandling(document: HandlingText): Result<Handling> {
  const { tlp, community, agencies, principals } = document;
  const rank = TLP_LABELS.indexOf(tlp);
  if (rank < 0) return refuse('handling.tlp', `${String(tlp)} is not a TLP 2.0 label: ${TLP_LABELS.join(', ')}.`, '/tlp');
  const fault = refusalOfCommunity(tlp, community) ?? refusalOfAgencies(rank, agencies) ?? refusalOfPrincipals(tlp, principals);
  if (fault !== undefined) return fault;
  return accept({
    tlp,
    ...(community === undefined ? {} : { community }),
    ...(agencies === undefined ? {} : { agencies }),
    ...(principals === undefined ? {} : { principals }),
  });
}

function refusalOfCommunity(tlp: TlpLabel, community: string | undefined): DomainFault | undefined {
  if (community === undefined) return undefined;
  if (tlp !== 'GREEN') return refuse('handling.community', `A community belongs to GREEN, not to ${tlp}.`, '/community');
  return AGENCY_PATTERN.test(community)
    ? undefined
    : refuse('handling.community', 'A community is 1-64 of a-z, 0-9 and hyphen.', '/community');
}

function refusalOfAgencies(rank: number, agencies: readonly string[] | undefined): DomainFault | undefined {
  if (agencies === undefined) return undefined;
  if (rank < AMBER) return refuse('handling.agencies', `Under ${TLP_LABELS[rank]} more than the named agencies would see it.`, '/agencies');
  if (agencies.length > HANDLING_NAMES_MAX)
    return refuse('handling.agencies', `At most ${HANDLING_NAMES_MAX} agencies are named.`, '/agencies');
  const bad = agencies.findIndex((agency) => !AGENCY_PATTERN.test(agency));
  return bad < 0 ? undefined : refuse('handling.agencies', 'An agency is 1-64 of a-z, 0-9 and hyphen.', `/agencies/${bad}`);
}

function refusalOfPrincipals(tlp: TlpLabel, principals: readonly string[] | undefined): DomainFault | undefined {
  if (principals === undefined) return undefined;
  if (tlp !== 'RED') return refuse('handling.principals', `Principals are named under RED only, not under ${tlp}.`, '/principals');
  if (principals.length > HANDLING_NAMES_MAX)
    return refuse('handling.principals', `At most ${HANDLING_NAMES_MAX} principals are named.`, '/principals');
  const bad = principals.indexOf('');
  return bad < 0 ? undefined : refuse('handling.principals', 'A principal has a name.', `/principals/${bad}`);
}

const AMBER = TLP_LABELS.indexOf('AMBER');
const OPEN: readonly string[] = ['clear'];
const GREEN: readonly string[] = ['green'];

/** The reader groups of a sighting submitted by `owner` under this handling: sorted, unique, at least one. */
export function readerGroups(handling: Handling, owner: string): readonly string[] {
  if (handling.tlp === 'CLEAR') return OPEN;
  // Whoever submits to a community sees it himself, member or not.
  if (handling.tlp === 'GREEN') return handling.community === undefined ? GREEN : [`agency:${owner}`, `community:${handling.community}`];
  if (handling.agencies === undefined || handling.agencies.length === 0) return [`agency:${owner}`];
  return [...new Set([owner, ...handling.agencies])].sort().map((agency) => `agency:${agency}`);
}
