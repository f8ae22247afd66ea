/**
 * (e) Capture's pipeline alone, on one thread: strict parse, validation, canonical bytes, field tree, commitment, header, MAC. No HTTP, no log.
 * Prints microseconds of CPU for a sighting.
 */
import { ACTOR_ROLES } from '#lib/domain';
import { acceptDocument, type AcceptContext } from '../../../capture/src/accept.ts';
import { sightings } from '../documents.ts';
import { AGENCY, PRINCIPAL, PUBLISHER_KEY } from '../records.ts';

const [seed = '1', count = '20000'] = process.argv.slice(2);
/** Enough for the compiler to have optimised what runs per sighting. */
const WARM_UP = 3_000;

const context: AcceptContext = {
  agency: AGENCY,
  principal: PRINCIPAL,
  roles: ACTOR_ROLES,
  captured: '2026-01-01T00:00:00.000000Z',
  publisherKey: PUBLISHER_KEY,
  requestId: 'bench',
};
const bytes = [...sightings({ seed: Number(seed), count: WARM_UP + Number(count), items: 20_000, itemsPerSighting: 1 })].map((document) =>
  Buffer.from(JSON.stringify(document)),
);

let refused = 0;
const accept = (from: number, to: number) => {
  for (const document of bytes.slice(from, to)) if (!acceptDocument(document, context, () => 'unused').ok) refused++;
};
accept(0, WARM_UP);
const before = process.cpuUsage();
const started = performance.now();
accept(WARM_UP, bytes.length);
const { user, system } = process.cpuUsage(before);
const measured = bytes.length - WARM_UP;
process.stdout.write(
  `${JSON.stringify({ measured, refused, cpuMicros: (user + system) / measured, wallMicros: ((performance.now() - started) * 1000) / measured })}\n`,
);
