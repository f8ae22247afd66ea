/**
 * `custody key ls|rotate|revoke`: the keys of the embedded default, which lie in its data directory. They work on the files; the sealer says in
 * the log what changed when it starts next. Where keys are settings, the settings say all this.
 */
import { formatVerifierKey, fromHex, parseVerifierKey, signingKey, toHex } from '#lib/ledger';
import type { Config } from '#lib/runtime';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type FormFlags, printList, type RowForms } from '../listing.ts';
import { keepKeys, keptSeed, readKeptKeys, renewSeed } from '../key-files.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';
import { declaredKeys } from '../log-key.ts';

const AT_NEXT_START = 'In force, and said in the log, when the server starts next.';

/** `checkpoint` and `receipt`, as people call them, and what the log calls them. */
const USES = { checkpoint: 'log', receipt: 'receipt' } as const;

/** What this machine is configured to sign by and to stand by, under the name that the server's log has. */
export async function list(client: Client, flags: CommandFlags & FormFlags): Promise<ExitCode> {
  const [origin = ''] = (await client.text('/log/checkpoint')).split('\n', 1);
  const { key, formerKeys = [], receiptKeys = [], revokedKeys = [] } = await declaredKeys(localConfig(flags).config, origin);
  const rows = [
    { use: 'checkpoint', state: 'signs', vkey: formatVerifierKey(key) },
    ...formerKeys.map((former) => ({ use: 'checkpoint', state: 'signs as well', vkey: formatVerifierKey(former) })),
    ...receiptKeys.map((receipt, n) => ({ use: 'receipt', state: n === 0 ? 'signs' : 'certified', vkey: formatVerifierKey(receipt) })),
    ...revokedKeys.map((vkey) => ({ use: '', state: 'revoked', vkey })),
  ];
  printList(flags, { log: origin, keys: rows }, rows, FORMS);
  return EXIT.ok;
}

export const FORMS: RowForms<{ readonly use: string; readonly state: string; readonly vkey: string }> = {
  columns: { use: ({ use }) => use, state: ({ state }) => state, vkey: ({ vkey }) => vkey },
  text: (rows) => rows.map(({ use, state, vkey }) => `${use.padEnd(10)}  ${state.padEnd(13)}  ${vkey}\n`).join(''),
};

/** The old one is kept first, so that a rotation that breaks off loses nothing. */
export async function rotate(text: string, flags: CommandFlags & FormFlags): Promise<ExitCode> {
  if (!Object.hasOwn(USES, text))
    throw new CommandError(EXIT.usage, 'usage', `There is a key for checkpoint and one for receipt, none for ${text}.`);
  const use = USES[text as keyof typeof USES];
  const { config } = localConfig(flags);
  refuseConfigured(config, use);
  const seed = await keptSeed(config.dataDir, use);
  const kept = readKeptKeys(config.dataDir);
  // A key for receipts has nothing more to sign: its public half is what the log has still to certify.
  await keepKeys(
    config.dataDir,
    use === 'log'
      ? { ...kept, formerKeys: added(kept.formerKeys, toHex(seed)) }
      : { ...kept, receiptKeys: added(kept.receiptKeys, toHex(signingKey('receipt', 'any', seed).publicKey)) },
  );
  await renewSeed(config.dataDir, use);
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ rotated: text })}\n`);
  else
    process.stdout.write(
      use === 'log'
        ? `A new key for checkpoints is made; the former one signs beside it. ${AT_NEXT_START}\nOnce whoever checks the log knows the new key: custody key revoke VKEY\n`
        : `A new key for receipts is made; the log goes on standing by receipts of the former one. ${AT_NEXT_START}\n`,
    );
  return EXIT.ok;
}

/** Of a key that signs now nothing would be left to sign with: it is rotated first. */
export async function revoke(vkey: string, flags: CommandFlags & FormFlags): Promise<ExitCode> {
  const key = parseVerifierKey(vkey, 'receipt');
  if (!key.ok) throw new CommandError(EXIT.usage, 'usage', `${vkey}: ${key.fault.detail}.`);
  const { config } = localConfig(flags);
  const { dataDir, sealer, receiptKey } = config;
  const { publicKey } = key.value;
  const isOf = (seed: Uint8Array): boolean => toHex(signingKey('receipt', 'any', seed).publicKey) === toHex(publicKey);
  const present = await Promise.all([
    sealer.key === null ? keptSeed(dataDir, 'log') : Buffer.from(sealer.key, 'hex'),
    receiptKey === null ? keptSeed(dataDir, 'receipt') : Buffer.from(receiptKey, 'hex'),
  ]);
  if (present.some(isOf))
    throw new CommandError(
      EXIT.conflict,
      'key.revoked',
      'This key signs now: make a new one first (`custody key rotate`), start the server, then revoke it.',
    );
  const kept = readKeptKeys(dataDir);
  await keepKeys(dataDir, {
    formerKeys: kept.formerKeys.filter((hex) => !isOf(fromHex(hex) as Uint8Array)),
    receiptKeys: kept.receiptKeys.filter((hex) => hex !== toHex(publicKey)),
    revokedKeys: added(kept.revokedKeys, vkey),
  });
  process.stdout.write(flags.json === true ? `${JSON.stringify({ revoked: vkey })}\n` : `The key is revoked. ${AT_NEXT_START}\n`);
  return EXIT.ok;
}

function refuseConfigured({ sealer, receiptKey }: Config, use: 'log' | 'receipt'): void {
  const [key, setting] =
    use === 'log'
      ? [sealer.key, 'CUSTODY_SEALER_KEY and CUSTODY_SEALER_FORMER_KEYS']
      : [receiptKey, 'CUSTODY_RECEIPT_KEY and CUSTODY_SEALER_RECEIPT_KEYS'];
  if (key !== null) throw new CommandError(EXIT.usage, 'usage', `This key is a setting: it is rotated by ${setting}.`);
}

const added = (texts: readonly string[], text: string): string[] => [...new Set([...texts, text])];
