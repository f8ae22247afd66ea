/**
 * What this user trusts of logs, and what he kept of earlier checks: a file for each log, readable by him alone. A log cannot change what was
 * pinned; whoever deletes a pin begins again from nothing.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  capturedMicros,
  formatVerifierKey,
  fromHex,
  type Kept,
  type KeptTree,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  parseWitnessPolicy,
  toHex,
  utf8,
  type VerifierKey,
  type WitnessPolicy,
} from '#lib/ledger';
import { CommandError, EXIT } from './exit-codes.ts';
import { localConfig } from './local-config.ts';

/** One log as it was pinned. */
export interface Pin {
  readonly origin: string;
  readonly keys: readonly VerifierKey<'log'>[];
  /** Those that the log certified under that head. */
  readonly receiptKeys: readonly VerifierKey<'receipt'>[];
  /** The newest head that was checked, as its note. */
  readonly checkpoint: string;
  /** In the seal of that head, RFC 3339; absent: it was pinned by a version that kept no time. */
  readonly time?: string;
  readonly mapSalt: Uint8Array | null;
  readonly trees: readonly KeptTree[];
  /** Text of a policy file; `null`: no witness is asked for. */
  readonly witnesses: string | null;
}

/** Item trees that are kept: of more the oldest are forgotten. */
const TREES_MAX = 1_000;
const OWNER_ONLY = { folder: 0o700, file: 0o600 };

/** The configured one, or beside the user's other settings. */
const pinsFolder = (): string =>
  localConfig({}).config.pinsDir ?? join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'custody', 'pins');

const fileOf = (origin: string): string => join(pinsFolder(), `${encodeURIComponent(origin)}.json`);

/** `null`: this log was never pinned. Throws `pin.damaged` for a file that is none: what was trusted is never guessed. */
export function readPin(origin: string): Pin | null {
  const path = fileOf(origin);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const pin = pinOf(origin, text);
  if (pin === null) throw new CommandError(EXIT.conflict, 'pin.damaged', `${path} is no pin of ${origin}.`);
  return pin;
}

/** On the disk when it returns, or the one before is. */
export function keepPin({ origin, keys, receiptKeys, checkpoint, time, mapSalt, trees, witnesses }: Pin): string {
  const path = fileOf(origin);
  mkdirSync(pinsFolder(), { recursive: true, mode: OWNER_ONLY.folder });
  const json = {
    checkpoint,
    keys: keys.map(formatVerifierKey),
    mapSalt: mapSalt === null ? null : toHex(mapSalt),
    receiptKeys: receiptKeys.map(formatVerifierKey),
    time,
    trees: trees
      .slice(-TREES_MAX)
      .map(({ group, item, n, root, size }) => ({ group, item, n: String(n), root: toHex(root), size: String(size) })),
    v: 1,
    witnesses,
  };
  writeFileSync(`${path}.new`, `${JSON.stringify(json, null, 2)}\n`, { mode: OWNER_ONLY.file, flush: true });
  renameSync(`${path}.new`, path);
  return path;
}

/** The head of a pin, without its signatures. */
export function headOf({ checkpoint }: Pick<Pin, 'checkpoint'>): { readonly size: bigint; readonly root: Uint8Array } {
  const note = parseNote(utf8(checkpoint));
  const head = note.ok ? parseCheckpoint(note.value.text) : note;
  if (!head.ok) throw new CommandError(EXIT.conflict, 'pin.damaged', `A pinned checkpoint is none: ${head.fault.detail}.`);
  return head.value;
}

/** What a pin keeps for the next check. @param path see Kept */
export const keptOf = (pin: Pin, path: Pick<Kept, 'consistency' | 'claimed'>): Kept => ({
  ...headOf(pin),
  ...(pin.time === undefined ? {} : { time: pin.time }),
  mapSalt: pin.mapSalt,
  trees: pin.trees,
  ...path,
});

/** Kept trees with those of a check: of two of one name the longer, of equal ones that of the earlier head; the last checked last. */
export function withTrees(kept: readonly KeptTree[], checked: readonly KeptTree[]): readonly KeptTree[] {
  const nameOf = ({ group, item }: KeptTree): string => `${group} ${item}`;
  const before = new Map(kept.map((tree) => [nameOf(tree), tree]));
  const names = new Set(checked.map(nameOf));
  const longer = checked.map((tree) => {
    const known = before.get(nameOf(tree));
    return known !== undefined && known.n >= tree.n ? known : tree;
  });
  return [...kept.filter((tree) => !names.has(nameOf(tree))), ...longer];
}

/** Throws `pin.policy` for a text that is no policy. */
export function policyOf(text: string): WitnessPolicy {
  const policy = parseWitnessPolicy(utf8(text));
  if (!policy.ok) throw new CommandError(EXIT.usage, 'pin.policy', `This is no witness policy: ${policy.fault.detail}.`);
  return policy.value;
}

function pinOf(origin: string, text: string): Pin | null {
  try {
    const { checkpoint, keys, mapSalt, receiptKeys, time, trees, v, witnesses } = JSON.parse(text) as Record<string, unknown>;
    if (v !== 1 || typeof checkpoint !== 'string' || !Array.isArray(keys) || !Array.isArray(receiptKeys) || !Array.isArray(trees))
      return null;
    if (time !== undefined && (typeof time !== 'string' || Number.isNaN(capturedMicros(time)))) return null;
    const parsed = keys.map((key) => parseVerifierKey(String(key), 'log'));
    const receipts = receiptKeys.map((key) => parseVerifierKey(String(key), 'receipt'));
    const kept = trees.map((tree) => treeOf(tree as Record<string, unknown>, headOf({ checkpoint }).size));
    const salt = typeof mapSalt === 'string' ? fromHex(mapSalt) : null;
    if ([...parsed, ...receipts].some((key) => !key.ok) || kept.includes(null) || (witnesses !== null && typeof witnesses !== 'string'))
      return null;
    const pin = { origin, checkpoint, ...(time === undefined ? {} : { time }), mapSalt: salt, trees: kept as KeptTree[], witnesses };
    const pinned = {
      ...pin,
      keys: parsed.flatMap((key) => (key.ok ? [key.value] : [])),
      receiptKeys: receipts.flatMap((key) => (key.ok ? [key.value] : [])),
    };
    headOf(pinned);
    return pinned;
  } catch {
    return null;
  }
}

/** @param pinned size of the pinned head, which stands for the one of the tree where an older version kept none */
function treeOf({ group, item, n, root, size: kept }: Record<string, unknown>, pinned: bigint): KeptTree | null {
  const size = kept ?? String(pinned);
  const hash = typeof root === 'string' ? fromHex(root) : null;
  if (typeof group !== 'string' || typeof item !== 'string' || typeof n !== 'string' || !/^\d+$/.test(n) || hash === null) return null;
  if (typeof size !== 'string' || !/^\d+$/.test(size)) return null;
  return { group, item, n: BigInt(n), root: hash, size: BigInt(size) };
}
