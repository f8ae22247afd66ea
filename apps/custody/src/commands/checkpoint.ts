/** `custody checkpoint get|key`: the signed head of the log, and the key by which others check it. */
import { formatVerifierKey, openCheckpoint, signingKey, utf8 } from '#lib/ledger';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';
import { logKeySeed } from '../log-key.ts';

const CHECKPOINT = '/log/checkpoint';

/** The note as it was signed: what to keep, to compare with a later one. */
export async function get(client: Client): Promise<ExitCode> {
  process.stdout.write(await client.text(CHECKPOINT));
  return EXIT.ok;
}

/**
 * The verifier key of the log in its standard form (C2SP signed-note): name, key id, public key. Where the log is sealed: it is this machine's
 * key under the name that the server's log has, and is printed only if that log's head is signed by it.
 */
export async function key(client: Client, flags: CommandFlags): Promise<ExitCode> {
  const note = await client.text(CHECKPOINT);
  const [origin = ''] = note.split('\n', 1);
  const own = signingKey('log', origin, await logKeySeed(localConfig(flags).config));
  const opened = openCheckpoint(utf8(note), { log: [own] });
  if (!opened.ok)
    throw new CommandError(
      EXIT.conflict,
      'key.other',
      `The log at ${client.base} is not signed by the key of this machine: ${opened.fault.detail}.`,
    );
  process.stdout.write(`${formatVerifierKey(own)}\n`);
  return EXIT.ok;
}
