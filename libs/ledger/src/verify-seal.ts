/** The seal under a head, and the salt of the item map: what the lists of an item are held against. */
import { equalBytes, toHex, utf8 } from './bytes.ts';
import type { Checkpoint } from './checkpoint.ts';
import { verifyInclusion } from './log-tree.ts';
import { leafHash } from './merkle.ts';
import { mapSaltHash, readNotice, type Seal } from './notices.ts';
import type { PlacedEntry, ProofDocument } from './proof-document.ts';
import { accept, refuse, type ProofResult } from './proof-fault.ts';
import type { ProofRules } from './proof-rules.ts';

/** What of a seal is used. */
export type CheckedSeal = Pick<Seal, 'covers' | 'time' | 'mapRoot' | 'mapSize'>;

/** The seal, where it is the last entry under this head. Faults: `proof.seal`, `proof.other-log`. */
export function checkSeal(placed: PlacedEntry, head: Checkpoint, rules: ProofRules): ProofResult<CheckedSeal> {
  if (rules.sealIsLast && placed.index !== head.size - 1n)
    return refuse('proof.seal', 'The seal is not the last entry under the head.', '/seal/index');
  if (rules.sealIncluded && !isIncluded(placed, head))
    return refuse('proof.seal', 'The head does not hold this seal at this index.', '/seal/inclusion');
  const notice = readNotice(utf8(placed.entry));
  if (notice?.kind !== 'seal') return refuse('proof.seal', 'The last entry under the head is no seal.', '/seal/entry');
  const { seal } = notice;
  if (rules.sealOfLog && seal.log !== head.origin) return refuse('proof.other-log', 'The seal is of another log.', '/seal/entry');
  if (rules.sealCoversPast && seal.covers > placed.index)
    return refuse('proof.seal', 'The seal covers more entries than stand before it.', '/seal/entry');
  return accept(seal);
}

/**
 * The salt that map keys are made with: shown with the genesis that commits to it, or kept from before; `null`: neither. Faults:
 * `proof.genesis`, `proof.other-log`, `proof.salt`.
 */
export function checkSalt(
  shown: ProofDocument['salt'],
  head: Checkpoint,
  kept: Uint8Array | null,
  rules: ProofRules,
): ProofResult<Uint8Array | null> {
  if (shown === null) return accept(kept);
  const { genesis, mapSalt } = shown;
  if (rules.genesisIncluded && !isIncluded(genesis, head))
    return refuse('proof.genesis', 'The head does not hold this genesis at this index.', '/salt/genesis/inclusion');
  const notice = readNotice(utf8(genesis.entry));
  if (notice?.kind !== 'genesis') return refuse('proof.genesis', 'This entry is no genesis.', '/salt/genesis/entry');
  if (rules.genesisOfLog && notice.genesis.log !== head.origin)
    return refuse('proof.other-log', 'The genesis is of another log.', '/salt/genesis/entry');
  if (rules.saltCommitted && !equalBytes(mapSaltHash(mapSalt), notice.genesis.mapSalt))
    return refuse('proof.salt', 'The salt is not the one that the genesis commits to.', '/salt/mapSalt');
  if (rules.saltKept && kept !== null && !equalBytes(kept, mapSalt))
    return refuse('proof.salt', `The salt is not the one that was kept (${toHex(mapSaltHash(kept))} by its hash).`, '/salt/mapSalt');
  return accept(mapSalt);
}

const isIncluded = ({ entry, index, inclusion }: PlacedEntry, { size, root }: Checkpoint): boolean =>
  verifyInclusion(leafHash(utf8(entry)), index, size, root, inclusion);
