/** The witnesses of the sealer: their policy file, the guard at its start, the collection of cosignatures, and what health says of it. */
import { readFile } from 'node:fs/promises';
import { checkWitnesses, Cosigning, type DeclaredKeys, storedConsistency, witnessClient } from '#app/sealer';
import { parseVerifierKey, parseWitnessPolicy, type VerifierKey, type WitnessPolicy } from '#lib/ledger';
import type { Log } from '#lib/runtime';
import type { StorePool } from '#lib/store';
import { CommandError, EXIT } from './exit-codes.ts';
import type { Parts } from './parts.ts';

export interface SealerWitnesses {
  readonly cosigning: Cosigning;
  /** Before anything is sealed: see checkWitnesses. */
  check(): Promise<void>;
}

/** Of heads that wait for so long health says that they do. */
const UNWITNESSED_MS = 30_000;

/** `null`: no policy is configured. Throws `config.invalid` where the file is no policy that a sealer can meet. */
export async function sealerWitnesses(
  { config, log, health }: Pick<Parts, 'config' | 'log' | 'health'>,
  pool: StorePool,
  declared: DeclaredKeys,
  ending: AbortSignal,
): Promise<SealerWitnesses | null> {
  if (config.sealer.witnesses === null) return null;
  const policy = await readPolicy(config.sealer.witnesses);
  const asking = { policy, pool, log, ending };
  const cosigning = cosigningOf(asking);
  health.dependency({
    name: 'witnesses',
    ask() {
      const { newest, published, unwitnessedMs } = cosigning.state();
      if (unwitnessedMs > UNWITNESSED_MS) return Promise.reject(Object.assign(new Error('unwitnessed'), { code: 'seal.unwitnessed' }));
      return Promise.resolve(newest === null ? 'nothing was offered' : `${published ?? 'none'} of ${newest} sealed entries are witnessed`);
    },
  });
  return { cosigning, check: () => checkCosigned(asking, declared) };
}

interface Asking {
  readonly policy: WitnessPolicy;
  readonly pool: StorePool;
  readonly log: Log;
  /** Of all questions. */
  readonly ending: AbortSignal;
}

/** Collects cosignatures of the heads that it is given. */
export function cosigningOf({ policy, pool, log, ending }: Asking): Cosigning {
  const proof = (first: bigint, second: bigint): Promise<Uint8Array[]> => storedConsistency(pool, first, second);
  return new Cosigning({ policy, client: witnessClient(ending), proof, log });
}

/** Before anything is sealed: see checkWitnesses. */
export function checkCosigned({ policy, pool, log, ending }: Asking, declared: DeclaredKeys): Promise<void> {
  const { key, formerKeys = [], revokedKeys = [] } = declared;
  const revoked = revokedKeys.flatMap((vkey) => logKeyOf(vkey, key.name));
  return checkWitnesses({ policy, client: witnessClient(ending), pool, key, formerKeys, revokedKeys: revoked, log });
}

/** Of a list that has keys for receipts as well. */
function logKeyOf(vkey: string, origin: string): VerifierKey<'log'>[] {
  const parsed = parseVerifierKey(vkey, 'log');
  return parsed.ok && parsed.value.name === origin ? [parsed.value] : [];
}

/** Throws CommandError `config.invalid`. */
export async function readPolicy(path: string): Promise<WitnessPolicy> {
  const invalid = (why: string): CommandError => new CommandError(EXIT.usage, 'config.invalid', `sealer.witnesses: ${path}: ${why}.`);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw invalid(`the file cannot be read (${error.code ?? 'unknown'})`);
  });
  const policy = parseWitnessPolicy(bytes);
  if (!policy.ok) throw invalid(`${policy.fault.detail} (${policy.fault.code})`);
  const asked = policy.value.witnesses.filter(({ url }) => url !== null).length;
  if (asked < policy.value.threshold)
    throw invalid(`${policy.value.threshold} witnesses have to cosign, and ${asked} have a url where they can be asked`);
  return policy.value;
}
