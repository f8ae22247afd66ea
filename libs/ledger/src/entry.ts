/** An entry of the log: the small record that commits to one sighting, and says nothing else. */
import { latin1Bytes } from './primitives.ts';

/**
 * The entry's bytes, which are the data of its leaf: the RFC 8785 text of `{commitment, v: 1}`.
 * @param commitment 64 lower-case hex digits; throws RangeError for anything else
 */
export function encodeEntry(commitment: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/.test(commitment)) throw new RangeError('a commitment has 64 lower-case hex digits');
  return latin1Bytes(`{"commitment":"${commitment}","v":1}`);
}
