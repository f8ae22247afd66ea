/** `custody checkpoint get|key|pin|compare`: the signed head of the log, the key by which others check it, and what is kept of it. */
import { readFileSync } from 'node:fs';
import {
  formatVerifierKey,
  keysAt,
  KEYS_TREE,
  openCheckpoint,
  parseNote,
  type Report,
  signingKey,
  toHex,
  type Trust,
  utf8,
  type VerifierKey,
  verifyConsistency,
  verifyProof,
} from '#lib/ledger';
import { type Client, createClient } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';
import { firstDifference } from '../log-difference.ts';
import { logKeySeed } from '../log-key.ts';
import { headOfNote, keyNoticesIn, namedKeys, pathBetween, provedKeys, trustFor, type TrustFlags } from '../log-trust.ts';
import { headOf, keepPin, policyOf, readPin } from '../pins.ts';
import { printVerdict } from './verify-report.ts';

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

export interface PinFlags extends TrustFlags {
  readonly json?: boolean;
}

/**
 * Keeps the log's key and head: what is checked later is held against them. With a key the head must be signed by it; without, the first time,
 * the key is the one that the log says it has, which is to be compared with what its operator says by another way.
 */
export async function pin(client: Client, flags: PinFlags): Promise<ExitCode> {
  const text = await client.text('/v1/log');
  const { checkpoint } = JSON.parse(text) as { checkpoint: string };
  const { origin } = headOfNote(checkpoint);
  const before = readPin(origin);
  const given = await trustFor(checkpoint, flags, client);
  const onFirstUse = given.trust.log.length === 0;
  const keys = onFirstUse ? await keysOfLog(client, origin, checkpoint) : given.trust.log;
  const trust: Trust = { ...given.trust, log: keys };
  const { report, keep } = verifyProof(utf8(text), trust, { log: true, isLatest: true });
  if (keep === null) return printVerdict(origin, report, flags);
  const witnesses = flags.witnesses === undefined ? (before?.witnesses ?? null) : readFileSync(flags.witnesses, 'utf8');
  if (witnesses !== null) policyOf(witnesses);
  const proved = await provedKeys(client, () => ({ log: keys }));
  const receiptKeys = 'keys' in proved ? proved.keys.receipt : (before?.receiptKeys ?? []);
  const file = keepPin({ origin, keys, receiptKeys, checkpoint, mapSalt: keep.mapSalt, trees: before?.trees ?? [], witnesses });
  const said = keys.map(formatVerifierKey).join('\n  ');
  const first =
    'The key is the one that the log itself says it has: compare it with `custody checkpoint key` of its operator, by another way.';
  return printVerdict(origin, report, { ...flags, kept: `Pinned in ${file}\n  ${said}${onFirstUse ? `\n  ${first}` : ''}` });
}

/** Of the keys that the log certifies those that signed this head. Throws `key.unknown` where there is none. */
async function keysOfLog(client: Client, origin: string, checkpoint: string): Promise<VerifierKey<'log'>[]> {
  const notices = keyNoticesIn(await client.text('/v1/log/keys'));
  const note = parseNote(utf8(checkpoint));
  const signed = new Set(note.ok ? note.value.signatures.map(({ name, id }) => `${name}+${id}`) : []);
  const keys = keysAt(notices, origin, headOfNote(checkpoint).size).log.filter(({ name, id }) => signed.has(`${name}+${id}`));
  if (keys.length === 0) {
    const remedy = 'Name the key with --key; its operator prints it with `custody checkpoint key`.';
    throw new CommandError(
      EXIT.usage,
      'key.unknown',
      `The log ${origin} names no key of its own (${KEYS_TREE.item}) that signed its head.`,
      remedy,
    );
  }
  return keys;
}

/**
 * Whether the head of the server and another (a file with a checkpoint, another server, or the pinned one) are of one log. Where they are not,
 * names the size below which they part, and between two servers the first entry.
 */
export async function compare(client: Client, other: string | undefined, flags: PinFlags): Promise<ExitCode> {
  const note = await client.text(CHECKPOINT);
  const here = headOfNote(note);
  const there = await otherHead(here.origin, other);
  if (there.origin !== here.origin)
    throw new CommandError(EXIT.usage, 'checkpoint.other-log', `The heads are of two logs, ${here.origin} and ${there.origin}.`);
  const { trust } = await trustFor(note, flags, null);
  const keys = { log: [...trust.log, ...namedKeys(flags)], witness: trust.witnesses?.witnesses.map(({ key: one }) => one) ?? [] };
  for (const [name, given] of [
    ['server', note],
    [there.name, there.note],
  ] as const) {
    const opened = given === null ? null : openCheckpoint(utf8(given), keys);
    if (opened !== null && !opened.ok) return printVerdict(`${here.origin} (${name})`, untrusted(opened.fault), flags);
  }
  const [small, large] = here.size <= there.size ? [here, there] : [there, here];
  const path =
    small.size === large.size || small.size === 0n ? [] : await pathFrom(client, there.client, small.size, large.size, here.size);
  const agrees = path !== null && verifyConsistency(small.size, small.root, large.size, large.root, path);
  const sizes = `${here.size} (server) and ${there.size} (${there.name})`;
  if (agrees) return printVerdict(here.origin, agreed(here, `The heads of ${sizes} entries are of one log that only grew.`), flags);
  if (path === null) return printVerdict(here.origin, unknown(`Neither server has the path between the heads of ${sizes} entries.`), flags);
  const first = there.client === null ? null : await differenceOf(client, here.size, there.client, there.size);
  const where = first === null ? `below ${small.size}` : `at entry ${first}, below ${small.size}`;
  return printVerdict(
    here.origin,
    forked(here, `The heads of ${sizes} entries are of two logs: forked ${where}. Roots: ${toHex(here.root)} and ${toHex(there.root)}.`),
    flags,
  );
}

interface OtherHead {
  readonly name: string;
  readonly origin: string;
  readonly size: bigint;
  readonly root: Uint8Array;
  /** `null`: it was checked when it was pinned. */
  readonly note: string | null;
  readonly client: Client | null;
}

async function otherHead(origin: string, other: string | undefined): Promise<OtherHead> {
  if (other === undefined) {
    const pinned = readPin(origin);
    if (pinned === null)
      throw new CommandError(
        EXIT.usage,
        'pin.none',
        `No head of ${origin} is pinned to compare with: name a file or another server, or pin one.`,
      );
    return { name: 'pinned', origin, ...headOf(pinned), note: null, client: null };
  }
  if (/^https?:/.test(other)) {
    const client = createClient(other);
    const note = await client.text(CHECKPOINT);
    return { name: other, ...headOfNote(note), note, client };
  }
  const note = readFileSync(other, 'utf8');
  return { name: other, ...headOfNote(note), note, client: null };
}

/** From whichever server has both sizes. */
async function pathFrom(
  client: Client,
  other: Client | null,
  from: bigint,
  to: bigint,
  here: bigint,
): Promise<readonly Uint8Array[] | null> {
  const asked = here >= to || other === null ? client : other;
  return pathBetween(asked, from, to);
}

async function differenceOf(a: Client, aSize: bigint, b: Client, bSize: bigint): Promise<bigint | null> {
  const view = (client: Client, size: bigint) => ({ size, read: (path: string) => client.bytes(`/log/${path}`) });
  return firstDifference(view(a, aSize), view(b, bSize));
}

type Head = ReturnType<typeof headOfNote>;
const headView = ({ origin, size, root }: Head) => ({ origin, size, root, time: null });
const agreed = (head: Head, says: string): Report => ({
  verdict: 'verified',
  summary: says,
  statements: [{ step: 'kept', state: 'established', says }],
  head: headView(head),
});
const forked = (head: Head, says: string): Report => ({
  verdict: 'altered',
  summary: says,
  statements: [{ step: 'kept', state: 'failed', says, code: 'proof.forked' }],
  head: headView(head),
});
const unknown = (says: string): Report => ({
  verdict: 'not-checked',
  summary: says,
  statements: [{ step: 'kept', state: 'not-established', says, code: 'proof.consistency-unknown' }],
  head: null,
});
const untrusted = ({ code, detail }: { readonly code: string; readonly detail: string }): Report => ({
  verdict: code === 'note.unverified' || code === 'checkpoint.log-key' ? 'untrusted-key' : 'altered',
  summary: detail,
  statements: [{ step: 'signature', state: 'failed', says: detail, code }],
  head: null,
});
