/** `custody signer`: the keys by which an agency signs the batches that it submits. */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { formatSigningKey, formatVerifierKey, isKeyName, parseVerifierKey, signingKey } from '#lib/ledger';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { note } from '../notes.ts';
import { actOfOwnAgency, type PeopleOptions } from './people.ts';

const SEED_BYTES = 32;

/** Makes a key in a file that only its owner reads, and prints its verifier key. Never overwrites. */
export function make(path: string, options: PeopleOptions): Promise<ExitCode> {
  const name = options.name ?? '';
  if (!isKeyName(name)) throw usage('--name is not empty and has no spaces, plus signs or control characters.');
  const key = signingKey('submitter', name, randomBytes(SEED_BYTES));
  const file = openNew(path);
  try {
    writeSync(file, `${formatSigningKey(key)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  const vkey = formatVerifierKey(key);
  process.stdout.write(options.json === true ? `${JSON.stringify({ vkey })}\n` : `${vkey}\n`);
  note(options, `The private key is in ${path}. An admin of your agency registers it: custody signer add VKEY.`);
  return Promise.resolve(EXIT.ok);
}

/** Checked here too: a key that would be refused is not sent. */
export async function add(client: Client, vkey: string, options: PeopleOptions): Promise<ExitCode> {
  const key = parseVerifierKey(vkey, 'submitter');
  if (!key.ok) throw new CommandError(EXIT.usage, 'policy.submitter-key', `The key is refused: ${key.fault.detail}.`);
  return actOfOwnAgency(
    client,
    { act: 'submitter-key.add', vkey },
    options,
    `What the key ${key.value.name} signs from now on is your agency's.`,
  );
}

export const revoke = (client: Client, vkey: string, options: PeopleOptions): Promise<ExitCode> =>
  actOfOwnAgency(
    client,
    { act: 'submitter-key.revoke', vkey },
    options,
    'What the key signs from now on is flagged; what it signed before stays.',
  );

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw usage(`${path} is there already, and may be a key.`);
    throw error;
  }
}

const usage = (message: string): CommandError => new CommandError(EXIT.usage, 'usage', message);
