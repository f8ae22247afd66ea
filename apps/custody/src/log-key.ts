/** The keys by which this installation signs and stands: the configured ones, or those that are kept in the data directory. */
import type { DeclaredKeys } from '#app/sealer';
import { fromHex, parseVerifierKey, receiptKeyName, signingKey, type SigningKey, toHex, verifierKey, type VerifierKey } from '#lib/ledger';
import type { Config } from '#lib/runtime';
import { CommandError, EXIT } from './exit-codes.ts';
import { keptSeed, readKeptKeys } from './key-files.ts';

type KeyConfig = Pick<Config, 'sealer' | 'receiptKey' | 'roles' | 'dataDir'>;

/** The Ed25519 seed by which checkpoints are signed, 32 bytes. Makes the key where there is none. */
export async function logKeySeed({ sealer, dataDir }: Pick<Config, 'sealer' | 'dataDir'>): Promise<Uint8Array> {
  return sealer.key === null ? keptSeed(dataDir, 'log') : seedOf(sealer.key);
}

/** Signs receipts and rejections, nothing else. Makes the key where there is none. */
export async function receiptSigningKey(
  { receiptKey, dataDir }: Pick<Config, 'receiptKey' | 'dataDir'>,
  origin: string,
): Promise<SigningKey<'receipt'>> {
  return signingKey('receipt', receiptKeyName(origin), receiptKey === null ? await keptSeed(dataDir, 'receipt') : seedOf(receiptKey));
}

/** What the log is to say of keys, and what signs its checkpoints. Throws CommandError `config.invalid` for a verifier key that is none. */
export async function declaredKeys(config: KeyConfig, origin: string): Promise<DeclaredKeys> {
  const key = signingKey('log', origin, await logKeySeed(config));
  const kept = readKeptKeys(config.dataDir);
  const formerKeys = [...config.sealer.formerKeys, ...kept.formerKeys].map((hex) => signingKey('log', origin, seedOf(hex)));
  const own = signsReceipts(config) ? [await receiptSigningKey(config, origin)] : [];
  const before = kept.receiptKeys.flatMap((hex) => {
    const known = verifierKey('receipt', receiptKeyName(origin), fromHex(hex) as Uint8Array);
    return known.ok ? [known.value] : [];
  });
  const revokedKeys = [...new Set([...config.sealer.revokedKeys, ...kept.revokedKeys])];
  for (const vkey of revokedKeys) checkedKey('sealer.revokedKeys', vkey);
  const isRevoked = new Set(revokedKeys.map((vkey) => toHex(checkedKey('sealer.revokedKeys', vkey).publicKey)));
  const configured = config.sealer.receiptKeys.map((vkey) => checkedKey('sealer.receiptKeys', vkey));
  return {
    origin,
    key,
    // A rotation that broke off half-way left the present key among the former ones.
    formerKeys: distinct(formerKeys).filter(({ id, publicKey }) => id !== key.id && !isRevoked.has(toHex(publicKey))),
    // One that signed before and is revoked now is not certified anew; the one that signs now is for the sealer to refuse.
    receiptKeys: distinct([...own, ...configured, ...before.filter(({ publicKey }) => !isRevoked.has(toHex(publicKey)))]),
    revokedKeys,
  };
}

const signsReceipts = ({ receiptKey, roles }: KeyConfig): boolean =>
  receiptKey !== null || roles.includes('capture') || roles.includes('gateway');

function checkedKey(setting: string, vkey: string): VerifierKey<'receipt'> {
  const key = parseVerifierKey(vkey, 'receipt');
  if (!key.ok) throw new CommandError(EXIT.usage, 'config.invalid', `${setting}: ${key.fault.detail}.`);
  return key.value;
}

const seedOf = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

const distinct = <K extends VerifierKey>(keys: readonly K[]): K[] => [
  ...new Map(keys.map((key) => [`${key.name} ${key.id}`, key])).values(),
];
