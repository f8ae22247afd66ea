/** The Ed25519 seed by which checkpoints are signed: the configured one, or the one that is kept in the data directory. */
import { type Config, keptKey } from '#lib/runtime';

const LOG_KEY_FILE = 'checkpoint.key';

/** 32 bytes. Makes the key where there is none. */
export async function logKeySeed({ sealer, dataDir }: Pick<Config, 'sealer' | 'dataDir'>): Promise<Uint8Array> {
  return Buffer.from(sealer.key ?? (await keptKey(dataDir, LOG_KEY_FILE, 'log key')), 'hex');
}
