/** The event by which an agency is told: its id follows from what it says, so that saying it again says nothing new. */
import { readSighting, type AlertDocument, type SightingDocument } from '#lib/contracts';
import { type Because, type Handling, type SaidAlert, type Sighting } from '#lib/domain';
import { canonicalize, sha256Hex } from '#lib/ledger';
import type { EventRow } from '#lib/store';

/** No principal can be added under this name: nobody writes, or reads, as it. */
export const ALERT_PRINCIPAL = 'custody:alerts';

/** Which alert of a watch of its agency and an entry of the log. */
export interface AlertKey {
  readonly watch: string;
  readonly index: number;
  readonly n: number;
}

/** Of the same agency; a watch may be called as long as any event, so that its name stands in a hash. */
export const alertId = ({ watch, index, n }: AlertKey): string =>
  `alert:${sha256Hex(Buffer.from(canonicalize(['custody/alert/v1', watch, index, n]), 'utf8'))}`;

/** By what a watch was met: by which of its acts, and which words of that. */
export interface MetBy {
  readonly act: number;
  readonly because: readonly Because[];
}

/** @param met of one that is raised; undefined: what once met it is asked about no more */
export function alertDocument(key: AlertKey, { state, handling }: SaidAlert, met: MetBy | undefined): SightingDocument {
  const said: AlertDocument = {
    ...{ watch: key.watch, index: key.index, n: key.n, state },
    ...(state === 'raised' && met !== undefined ? { act: met.act, because: met.because.map(reasonOf) } : {}),
  };
  return {
    id: alertId(key),
    kind: 'alert',
    handling: { ...handling, ...(handling.principals === undefined ? {} : { principals: [...handling.principals] }) } as Mutable<Handling>,
    source: { kind: 'watch' },
    extension: { alert: said } as never,
  };
}

type Mutable<T> = SightingDocument['handling'] & T;

const reasonOf = ({ member, at, certain }: Because) => ({ member, at, ...(certain ? {} : { certain: false as const }) });

/** What an alert in the ledger says; throws for what is none. */
export function saidIn(row: EventRow): SaidAlert & AlertKey {
  const { extension, handling } = documentOf(row);
  const { watch, index, n, state } = (extension as { readonly alert: AlertDocument }).alert;
  return { watch, index, n, state, handling: handling as Handling };
}

export const documentOf = ({ content }: EventRow): SightingDocument => JSON.parse(content.toString('utf8')) as SightingDocument;

/** Throws for bytes that capture can never have accepted. */
export function sightingOf(row: EventRow): Sighting {
  const read = readSighting(documentOf(row), row);
  if (!read.ok) throw new Error(`entry ${row.logIndex} holds a document that is not acceptable: ${read.faults[0]?.code ?? 'unknown'}`);
  return read.sighting;
}

/** As its agency marked it, or as it came in. */
export const handlingOf = (row: EventRow, own: Handling): Handling =>
  row.handling === null || row.handling === undefined ? own : (JSON.parse(row.handling) as Handling);
