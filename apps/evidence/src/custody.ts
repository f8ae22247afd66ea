/** The chain of custody of one evidence and the events that cite it, as one reader may see them. */
import { type EvidenceListView, type EvidenceView, readSighting, type SightingDocument } from '#lib/contracts';
import { evidenceActOf, foldCustody, formatInstant, type ChainStep, type Instant, type LoggedAct, type Sighting } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import { ACTS_MAX, CITED_BY_MAX, type CitingRow, type EvidenceReader, type EvidenceReads, type UploadRow } from './evidence-reads.ts';

/** `null`: nothing is here, and nothing that the reader sees names it. Throws `answer.too-large`. */
export async function readCustody(reads: EvidenceReads, reader: EvidenceReader, sha256: string): Promise<EvidenceView | null> {
  const [logSize, policy] = await Promise.all([reads.logSize(), reads.policyPoint()]);
  const [row, acts, citing] = await Promise.all([
    reads.readable(reader, sha256),
    reads.actsOn(reader, sha256, logSize),
    reads.citedBy(reader, sha256, logSize),
  ]);
  if (row === undefined && acts.length === 0 && citing.length === 0) return null;
  if (acts.length > ACTS_MAX)
    throw new DomainError('answer.too-large', `More than ${ACTS_MAX} acts on one evidence are not read at once.`, [], {
      tells: { tellsOfMore: true },
    });
  const read = acts.map(readRow);
  const logged = read.flatMap(({ row: stored, sighting }) => loggedAct(stored, sighting, sha256) ?? []);
  const chain = foldCustody(sha256, logged);
  // What names it beside the evidence that it is about: another's redaction, a form.
  const beside = read.filter(({ row: { logIndex } }) => logged.every((act) => act.logIndex !== logIndex));
  const cited = [...beside, ...citing.slice(0, CITED_BY_MAX).map(readRow)].sort((a, b) => a.row.logIndex - b.row.logIndex);
  const { holders, custodian, transfers, holds, mismatches, steps } = chain;
  return {
    coordinates: { asOf: { basis: 'log', logSize }, policy },
    sha256,
    held: row !== undefined,
    bytes: row?.bytes ?? null,
    mediaType: row?.mediaType ?? null,
    custodian: custodian === undefined ? null : timed(custodian),
    holders: holders.map(timed),
    holds: holds.map(timed),
    transfers: transfers.map((transfer) => ({ ...transfer })),
    mismatches,
    acts: steps.map(stepView),
    citedBy: cited.map(({ row: stored, sighting }) => citationView(stored, sighting, sha256)),
    moreCitedBy: citing.length > CITED_BY_MAX,
  };
}

interface ReadRow {
  readonly row: CitingRow;
  readonly sighting: Sighting;
}

/** Throws for bytes that capture can never have accepted: the ledger is damaged, and an answer without them would hide it. */
function readRow(row: CitingRow): ReadRow {
  const read = readSighting(JSON.parse(row.content.toString('utf8')) as SightingDocument, row);
  if (!read.ok) throw new Error(`entry ${row.logIndex} holds a document that is not acceptable: ${read.faults[0]?.code ?? 'unknown'}`);
  return { row, sighting: read.sighting };
}

function loggedAct(
  { agency, id, principal, logIndex, capturedMicros, isWithdrawn }: CitingRow,
  sighting: Sighting,
  sha256: string,
): LoggedAct | undefined {
  const act = evidenceActOf(sighting);
  if (act === undefined || act.sha256 !== sha256) return undefined;
  return { agency, id, principal, logIndex, captured: capturedMicros as Instant, act, isWithdrawn };
}

const timed = <T extends { readonly since: Instant }>({ since, ...rest }: T) => ({ ...rest, since: formatInstant(since) });

function stepView({ agency, id, principal, logIndex, captured, act, counts, flags }: ChainStep): EvidenceView['acts'][number] {
  const { of, ...said } = act;
  return {
    event: { agency, id },
    principal,
    logIndex,
    captured: formatInstant(captured),
    ...(said as Omit<EvidenceView['acts'][number], 'event' | 'principal' | 'logIndex' | 'captured' | 'counts' | 'flags'>),
    ...(of === undefined ? {} : { of }),
    counts,
    flags: [...flags],
  };
}

function citationView(
  { agency, id, logIndex, isWithdrawn }: CitingRow,
  { kind, evidence }: Sighting,
  sha256: string,
): EvidenceView['citedBy'][number] {
  const own = evidence.filter((each) => each.sha256 === sha256);
  return {
    event: { agency, id },
    logIndex,
    kind,
    withdrawn: isWithdrawn,
    locators: own.flatMap(({ locator }) => locator ?? []),
    refs: [...new Set(own.flatMap(({ ref }) => ref ?? []))],
  };
}

/** @param limit rows; one more was read to know whether there are more */
export function listView(rows: readonly UploadRow[], limit: number): EvidenceListView {
  const shown = rows.slice(0, limit);
  return {
    evidence: shown.map(({ sha256, bytes, mediaType, agency, principal, receivedMicros }) => ({
      sha256: sha256.toString('hex'),
      bytes,
      mediaType,
      receivedBy: { agency, principal },
      received: formatInstant(receivedMicros as Instant),
    })),
    next: rows.length > limit ? (shown.at(-1)?.sha256.toString('hex') ?? null) : null,
  };
}
