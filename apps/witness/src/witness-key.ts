/** The witness's own key: a file that is made on the first start. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  formatSigningKey,
  MAP_WITNESS_SUFFIX,
  parseSigningKey,
  randomSecret,
  signingKey,
  type SigningKey,
  utf8,
  utf8Text,
} from '#lib/ledger';
import { readIfThere, writeDurably } from './durable-file.ts';
import { WitnessError } from './errors.ts';

const KEY_FILE = 'witness.key';
const MAP_KEY_FILE = 'witness-map.key';
const OTHERS_MAY = 0o077;

/**
 * The key in `witness.key` of the folder, one line in the form of formatSigningKey, mode 0600. Made where there is none, which needs a name.
 * Throws `data.witness-key` where the file holds no key, where others may read it, where it has another name than the one given, and where
 * none is there and no name is given: another key would be another witness, which nobody trusts. Throws it also for a name that ends with `/map`,
 * given or of the key that is there: readers take whoever has one for a witness that made the item map again.
 * @param name of the witness: a URL without its scheme, by convention
 */
export async function loadWitnessKey(folder: string, name: string | null): Promise<SigningKey<'witness'>> {
  // Before a key is made, and again of the one that was there.
  if (name !== null) refuseMapName(name);
  const key = await loadKey(join(folder, KEY_FILE), name);
  refuseMapName(key.name);
  return key;
}

function refuseMapName(name: string): void {
  if (name.endsWith(MAP_WITNESS_SUFFIX))
    throw new WitnessError('data.witness-key', `${name} is a name of keys that audit maps: a witness gets one beside its own, by --map.`);
}

/**
 * The key by which an auditing witness says that it has audited the map too: another public key, as tlog-cosignature asks for, in
 * `witness-map.key`, under the witness's name with `/map`. Throws as loadWitnessKey does.
 */
export async function loadMapKey(folder: string, { name }: SigningKey<'witness'>): Promise<SigningKey<'witness'>> {
  return loadKey(join(folder, MAP_KEY_FILE), `${name}${MAP_WITNESS_SUFFIX}`);
}

async function loadKey(path: string, name: string | null): Promise<SigningKey<'witness'>> {
  const kept = await readIfThere(path);
  if (kept !== null) return checked(path, kept, name);
  if (name === null) throw new WitnessError('data.witness-key', `${path} is not there. On its first start a witness needs a name.`);
  const key = signingKey('witness', name, randomSecret());
  await writeDurably(path, utf8(`${formatSigningKey(key)}\n`));
  return key;
}

async function checked(path: string, kept: Uint8Array, name: string | null): Promise<SigningKey<'witness'>> {
  const key = parseSigningKey(utf8Text(kept)?.trimEnd() ?? '', 'witness');
  if (!key.ok) throw new WitnessError('data.witness-key', `${path} holds no key of a witness: ${key.fault.detail}.`);
  const { mode } = await stat(path);
  // Windows has no such modes: there it says 0666 of every file.
  if (process.platform !== 'win32' && (mode & OTHERS_MAY) !== 0)
    throw new WitnessError(
      'data.witness-key',
      `${path} may be used by others than its owner: set its mode to 0600, if nobody has read it.`,
    );
  if (name !== null && name !== key.value.name)
    throw new WitnessError('data.witness-key', `${path} is the key of ${key.value.name}, not of ${name}. A witness keeps its name.`);
  return key.value;
}
