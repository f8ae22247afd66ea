/** The key by which capture signs its records (HMAC-SHA-256) and the projector knows them. */
import type { Config } from './config/settings.ts';
import { keptKey } from './kept-key.ts';

const KEY_FILE = 'publisher.key';

/** In place of an agency: by this key capture signs for each of them, since it is capture that knows who submits. */
export const ANY_AGENCY = '';

export interface PublisherKeyring {
  /** Signs what this process publishes. */
  readonly own: Uint8Array;
  /** All that the projector accepts, by the agency that each of them signs for; under ANY_AGENCY the own key first. */
  readonly accepted: ReadonlyMap<string, readonly Uint8Array[]>;
}

/**
 * The configured keys; where none is set, the one in the data directory (`publisher.key`, 64 hex digits, mode 0600), made at first use.
 * Two processes that start at once end up with the same key. Throws when the file is there and is no key: silently making another one
 * would turn every record on its way into a dead letter.
 *
 * @param ownAgency whose key an accepted one is that names no agency
 */
export async function loadPublisherKeys(
  config: Pick<Config, 'publisherKey' | 'publisherKeysAccepted' | 'dataDir'>,
  ownAgency: string,
): Promise<PublisherKeyring> {
  const own = Buffer.from(config.publisherKey ?? (await keptKey(config.dataDir, KEY_FILE, 'publisher key')), 'hex');
  const accepted = new Map<string, Uint8Array[]>([[ANY_AGENCY, [own]]]);
  for (const text of config.publisherKeysAccepted) {
    const [hex = '', named = ownAgency] = text.split('=').reverse();
    const agency = named === '*' ? ANY_AGENCY : named;
    accepted.set(agency, [...(accepted.get(agency) ?? []), Buffer.from(hex, 'hex')]);
  }
  return { own, accepted };
}
