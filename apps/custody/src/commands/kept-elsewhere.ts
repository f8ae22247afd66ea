/** What an audit is held against that its database cannot change: kept heads, with the cosignatures of a policy's witnesses, and sealed receipts. */
import { readFileSync } from 'node:fs';
import { type Anchor, headKeysAt } from '#app/audit';
import {
  formatVerifierKey,
  openCheckpoint,
  openSealedReceipt,
  parseVerifierKey,
  parseWitnessPolicy,
  type PlacedKeyNotice,
  toHex,
  utf8,
  type VerifierKey,
  witnessing,
  type Cosignature,
  type WitnessPolicy,
} from '#lib/ledger';
import { pinnedHeads } from '../audited.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import { receiptIn } from './receipt-forms.ts';

export interface KeptElsewhere {
  /** Files with a checkpoint each. */
  readonly pin?: readonly string[];
  /** Files with sealed receipts, one a line. */
  readonly receipts?: readonly string[];
  /** File of a witness policy that each of these heads has to meet, and the newest that the log published. */
  readonly witnesses?: string;
}

/**
 * The heads to hold the ledger against. A sealed receipt is one too: its entry stands under the head that it carries, so that where the ledger
 * comes to this head the entry is in it, at its place. Keys that the log itself names are believed at the sizes for which it names them. Throws CommandError `usage` for what is no head or receipt of this log or cannot be
 * believed without a key, `pin.policy` for a file that is no policy; 13 where a head has fewer cosignatures than the policy asks for.
 */
export function keptElsewhere(
  { pin = [], receipts = [], witnesses }: KeptElsewhere,
  keys: readonly VerifierKey<'log'>[],
  said: readonly PlacedKeyNotice[] = [],
): Anchor[] {
  const policy = witnesses === undefined ? null : policyOf(witnesses);
  const witness = policy?.witnesses.map(({ key }) => key) ?? [];
  const ever = everKeys(keys, said);
  const pinned = pinnedHeads(pin, keys, said).map((anchor) => {
    if (policy === null) return anchor;
    const opened = openCheckpoint(readFileSync(anchor.name), { log: ever, witness });
    if (!opened.ok) throw new CommandError(EXIT.usage, 'usage', `--pin ${anchor.name}: ${opened.fault.detail}.`);
    return { ...anchor, witnesses: cosigned(anchor.name, opened.value.cosignatures, policy) };
  });
  const heads = new Map<string, Anchor>();
  for (const file of receipts)
    for (const [n, line] of linesOf(file)) {
      const name = `${file}, line ${n}`;
      const opened = openSealedReceipt(utf8(sealedIn(line, name)), { log: ever, witness });
      if (!opened.ok) throw new CommandError(EXIT.usage, 'usage', `--receipts ${name}: ${opened.fault.detail}`);
      const { checkpoint, cosignatures, signatures } = opened.value.checkpoint;
      const { origin, size, root } = checkpoint;
      const allowed = new Set([...keys, ...headKeysAt(keys, said, origin, Number(size))].map(formatVerifierKey));
      if (!signatures.some(({ key }) => allowed.has(formatVerifierKey(key))))
        throw new CommandError(EXIT.usage, 'usage', `--receipts ${name}: its head is signed by a key that the log had revoked.`);
      const by = policy === null ? [] : cosigned(name, cosignatures, policy);
      // Receipts of one head say the same of the log.
      heads.set(`${size} ${toHex(root)}`, { kind: 'pin', name, size: Number(size), root, witnesses: by });
    }
  return [...pinned, ...heads.values()];
}

/** The keys that are given, and those that the log certified at any time: which of them held at a head is looked at with its size. */
export function everKeys(given: readonly VerifierKey<'log'>[], said: readonly PlacedKeyNotice[]): VerifierKey<'log'>[] {
  const certified = said.flatMap(({ key }) => {
    const parsed = key.action === 'certify' && key.use === 'log' ? parseVerifierKey(key.vkey, 'log') : null;
    return parsed?.ok === true ? [parsed.value] : [];
  });
  return [...new Map([...given, ...certified].map((key) => [formatVerifierKey(key), key])).values()];
}

/** Throws CommandError `pin.policy`. */
export function policyOf(file: string): WitnessPolicy {
  const policy = parseWitnessPolicy(readFileSync(file));
  if (!policy.ok) throw new CommandError(EXIT.usage, 'pin.policy', `--witnesses ${file}: ${policy.fault.detail}.`);
  return policy.value;
}

function cosigned(name: string, cosignatures: readonly Cosignature[], policy: WitnessPolicy): string[] {
  const found = witnessing(cosignatures, policy);
  if (!found.met)
    throw new CommandError(
      EXIT.incomplete,
      'audit.unwitnessed',
      `${name}: the head is cosigned by ${found.cosigned.length} of the policy's witnesses, and ${found.threshold} have to.`,
    );
  return found.cosigned.map((each) => each.name);
}

/** The sealed receipt itself, or the one in the answer of a server, as `verify` takes it. What is neither is left to whoever opens it. */
function sealedIn(line: string, name: string): string {
  const held = receiptIn(line);
  if (held === null) return line;
  if (held.form === 'sealed') return held.text;
  throw new CommandError(
    EXIT.usage,
    'usage',
    `--receipts ${name}: this is no sealed receipt, and carries no head to hold the log against.`,
    'Name what `GET /v1/receipts/{agency}/{id}` answers once the event is sealed.',
  );
}

/**
 * The newest head that the log has published, held against a policy: the database's own, so it is no anchor, but its cosignatures are others' word.
 * Throws CommandError 13 `audit.unwitnessed` where there is none, or where fewer witnesses cosigned it than the policy asks for.
 */
export function publishedUnder(
  policyFile: string,
  published: { readonly size: number; readonly note: string } | null,
  keys: readonly VerifierKey<'log'>[],
  said: readonly PlacedKeyNotice[] = [],
): { readonly size: number; readonly witnesses: string[] } {
  const policy = policyOf(policyFile);
  if (published === null)
    throw new CommandError(EXIT.incomplete, 'audit.unwitnessed', 'The log has published no head that a witness could have cosigned.');
  const { size, note } = published;
  const name = `the newest published checkpoint, of ${size} entries`;
  const opened = openCheckpoint(utf8(note), { log: everKeys(keys, said), witness: policy.witnesses.map(({ key }) => key) });
  // Of a note that does not open no cosignature counts.
  return { size, witnesses: cosigned(name, opened.ok ? opened.value.cosignatures : [], policy) };
}

function linesOf(file: string): [number, string][] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, n): [number, string][] => (line.trim() === '' ? [] : [[n + 1, line.replace(/\r$/, '')]]));
}
