/** Sightings that a drill adds to its copy, so that there is something to tamper with: committed to as capture does, by secrets that the seed gives. */
import { indexSighting, readSighting, type SightingDocument } from '#lib/contracts';
import { formatInstant, OPERATING_AGENCY, ROOT_PRINCIPAL } from '#lib/domain';
import { canonicalize, commit, type Envelope, type JsonObject, sha256Hex } from '#lib/ledger';
import type { ProjectedEvent } from '#lib/store';
import type { SeededRandom } from './random.ts';

/** Whom every policy admits: an audit says of a stranger that he is one. */
export const DRILL_AGENCY = OPERATING_AGENCY;
const ITEMS = 12;
const LABELS = ['CLEAR', 'GREEN', 'AMBER'] as const;
const CAPTURED_MICROS = Date.UTC(2026, 0, 1) * 1_000;
const SECRET_BYTES = 32;

/** @param from number of the first, which is its offset too */
export function drillEvents(random: SeededRandom, from: number, count: number): ProjectedEvent[] {
  return Array.from({ length: count }, (_, n) => drillEvent(random, from + n));
}

function drillEvent(random: SeededRandom, offset: number): ProjectedEvent {
  // Every second concerns one item, to all readers: its tree grows beyond what one tile of a log would hold.
  const isBusy = random.below(2) === 0;
  const subject = `serial:drill:${isBusy ? 0 : random.below(ITEMS)}`;
  const document = {
    id: `drill-${offset}`,
    kind: 'observation',
    handling: { tlp: isBusy ? LABELS[0] : random.pick(LABELS) },
    source: { kind: 'photo' },
    statement: `Seen in a drill, number ${offset}.`,
    items: [
      { id: subject, role: 'subject' },
      ...(random.below(3) === 0 ? [{ id: `serial:crate:${random.below(ITEMS)}`, role: 'background' }] : []),
    ],
  } as unknown as SightingDocument;
  return eventOf(document, offset, random.bytes(SECRET_BYTES));
}

/** Of whom an event is said to be: with write access to the ledger, of anybody. */
export interface Author {
  readonly agency: string;
  readonly principal: string;
  readonly capturedMicros: number;
}

/** What capture and projector make of a document. @param secret 32 bytes @param of default: the drill's own, captured one microsecond after another */
export function eventOf(
  document: SightingDocument,
  offset: number,
  secret: Uint8Array,
  { agency, principal, capturedMicros }: Author = {
    agency: DRILL_AGENCY,
    principal: ROOT_PRINCIPAL,
    capturedMicros: CAPTURED_MICROS + offset,
  },
): ProjectedEvent {
  const content = Buffer.from(canonicalize(document as unknown as JsonObject), 'utf8');
  const ref = { agency, id: document.id ?? '', principal };
  const read = readSighting(document, ref);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  const index = indexSighting(read.sighting);
  return {
    ...ref,
    ...index,
    commitment: commit(envelopeOf(ref, capturedMicros), document as unknown as JsonObject, secret),
    contentHash: sha256Hex(content),
    secret: Buffer.from(secret).toString('hex'),
    capturedMicros,
    content,
    offset,
    raw: content,
  };
}

export const envelopeOf = (
  { agency, id, principal }: { readonly agency: string; readonly id: string; readonly principal: string },
  capturedMicros: number,
): Envelope => ({ agency, id, principal, captured: formatInstant(capturedMicros) });
