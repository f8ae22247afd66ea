/** The key by which capture signs its records (HMAC-SHA-256) and the projector knows them. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config/settings.ts';

const KEY_BYTES = 32;
const KEY_FILE = 'publisher.key';

export interface PublisherKeyring {
  /** Signs what this process publishes. */
  readonly own: Uint8Array;
  /** All that the projector accepts, by the agency that each of them signs for; of the own agency, the own key first. */
  readonly accepted: ReadonlyMap<string, readonly Uint8Array[]>;
}

/**
 * The configured keys; where none is set, the one in the data directory (`publisher.key`, 64 hex digits, mode 0600), made at first use.
 * Two processes that start at once end up with the same key. Throws when the file is there and is no key: silently making another one
 * would turn every record on its way into a dead letter.
 *
 * @param ownAgency whose key the own one is, and an accepted one that names no agency
 */
export async function loadPublisherKeys(
  config: Pick<Config, 'publisherKey' | 'publisherKeysAccepted' | 'dataDir'>,
  ownAgency: string,
): Promise<PublisherKeyring> {
  const own = Buffer.from(config.publisherKey ?? (await keptKey(config.dataDir)), 'hex');
  const accepted = new Map<string, Uint8Array[]>([[ownAgency, [own]]]);
  for (const text of config.publisherKeysAccepted) {
    const [hex = '', agency = ownAgency] = text.split('=').reverse();
    accepted.set(agency, [...(accepted.get(agency) ?? []), Buffer.from(hex, 'hex')]);
  }
  return { own, accepted };
}

async function keptKey(dataDir: string): Promise<string> {
  const path = join(dataDir, KEY_FILE);
  await mkdir(dataDir, { recursive: true });
  const kept = await readIfThere(path);
  if (kept !== undefined) return checked(kept, path);
  // Written whole under another name first: a crash in between leaves no half key, and `link` refuses to replace one that came first.
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  return checked(await readFile(path, 'utf8'), path);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function checked(text: string, path: string): string {
  const hex = text.trim();
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new Error(`${path} holds no publisher key (64 lower-case hex digits)`);
  return hex;
}
