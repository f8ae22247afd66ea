/** `custody checkpoint get|key|pin|compare`: the signed head of the log, the key by which others check it, and what is kept of it. */
import { readFileSync } from 'node:fs';
import {
  continuityOf,
  formatVerifierKey,
  type Kept,
  keysAt,
  KEYS_TREE,
  leftOpen,
  openCheckpoint,
  parseNote,
  type Report,
  reportOf,
  signingKey,
  type Statement,
  toHex,
  type Trust,
  utf8,
  type VerifierKey,
  verifyProof,
  witnessing,
} from '#lib/ledger';
import { type Client, createClient } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import type { FormFlags } from '../listing.ts';
import { type CommandFlags, localConfig } from '../local-config.ts';
import { firstDifference } from '../log-difference.ts';
import { logKeySeed } from '../log-key.ts';
import { type Head, judgedKeys, keyNoticesIn, movedKeys } from '../log-key-list.ts';
import { checkpointIn, headOfNote, namedKeys, pathBetween, trustFor, type TrustFlags, withSaid } from '../log-trust.ts';
import type { NoteFlags } from '../notes.ts';
import { headOf, keepPin, readPin } from '../pins.ts';
import { printVerdict } from './verify-report.ts';

const CHECKPOINT = '/log/checkpoint';

/** The note as it was signed: what to keep, to compare with a later one. */
export async function get(client: Client, { json }: FormFlags): Promise<ExitCode> {
  const checkpoint = await client.text(CHECKPOINT);
  process.stdout.write(json === true ? `${JSON.stringify({ checkpoint })}\n` : checkpoint);
  return EXIT.ok;
}

/**
 * The verifier key of the log in its standard form (C2SP signed-note): name, key id, public key. Where the log is sealed: it is this machine's
 * key under the name that the server's log has, and is printed only if that log's head is signed by it.
 */
export async function key(client: Client, flags: CommandFlags & FormFlags): Promise<ExitCode> {
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
  const verifierKey = formatVerifierKey(own);
  process.stdout.write(`${flags.json === true ? JSON.stringify({ verifierKey }) : verifierKey}\n`);
  return EXIT.ok;
}

export type PinFlags = TrustFlags & FormFlags & NoteFlags;

/**
 * Keeps the log's key and head: what is checked later is held against them. With a key the head must be signed by it; without, the first time,
 * the key is the one that the log says it has, which is to be compared with what its operator says by another way.
 */
export async function pin(client: Client, flags: PinFlags): Promise<ExitCode> {
  const text = await client.text('/v1/log');
  const checkpoint = checkpointIn(text) ?? '';
  const { origin, size } = headOfNote(checkpoint);
  const before = readPin(origin);
  const isNamed = namedKeys(flags).length > 0;
  const onFirstUse = !isNamed && before === null;
  const first = onFirstUse ? { key: (await keysOfLog(client, origin, checkpoint)).map(formatVerifierKey) } : {};
  const { trust, certified, said } = await trustFor(checkpoint, { ...flags, ...first }, client);
  const { report: checked, keep } = verifyProof(utf8(text), trust, { log: true, isLatest: true });
  const whole = withSaid(checked, said);
  if (keep === null || certified === null || whole.verdict !== 'verified')
    return printVerdict(origin, whole, { ...flags, headsAlone: true });
  const report = { ...whole, summary: `The head of ${size} entries is signed by the key of its log${kept(trust)}.` };
  const witnesses = flags.witnesses === undefined ? (before?.witnesses ?? null) : readFileSync(flags.witnesses, 'utf8');
  const moved = movedKeys({ keys: isNamed || before === null ? trust.log : before.keys, receiptKeys: [] }, certified, size);
  const keys = isNamed ? trust.log : moved.keys;
  const { receiptKeys } = moved;
  const { time, mapSalt } = keep;
  const trees = before?.trees ?? [];
  const file = keepPin({ origin, keys, receiptKeys, checkpoint, ...(time === undefined ? {} : { time }), mapSalt, trees, witnesses });
  const names = keys.map(formatVerifierKey).join('\n  ');
  const firstUse =
    'The key is the one that the log itself says it has: compare it with `custody checkpoint key` of its operator, by another way.';
  return printVerdict(origin, report, {
    ...flags,
    headsAlone: true,
    kept: `Pinned in ${file}\n  ${names}${onFirstUse ? `\n  ${firstUse}` : ''}`,
  });
}

const kept = ({ kept: before }: Trust): string => (before === undefined ? '' : `, and continues the pinned one of ${before.size}`);

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
 * names the size below which they part, and between two servers the first entry. A server that is behind the pinned head was put back. Of a head
 * in a file `--max-age` says nothing: its seal, which has its time, is no part of it.
 */
export async function compare(client: Client, other: string | undefined, flags: PinFlags): Promise<ExitCode> {
  const { note, text } = await shownHead(client, flags);
  const here = headOfNote(note);
  const there = await otherHead(here.origin, other, flags);
  const shown = { ...flags, headsAlone: true };
  if (there.origin !== here.origin)
    throw new CommandError(EXIT.usage, 'checkpoint.other-log', `The heads are of two logs, ${here.origin} and ${there.origin}.`);
  const { trust } = await trustFor(note, flags, null);
  const judged = { keys: trust.log, witnesses: trust.witnesses, pin: null };
  const heads = [
    { name: 'server', note, head: here, client },
    ...(there.note === null ? [] : [{ name: there.name, note: there.note, head: there, client: there.client ?? client }]),
  ];
  const unwitnessed: Statement[] = [];
  const witness = trust.witnesses?.witnesses.map(({ key: one }) => one) ?? [];
  for (const { name, note: given } of heads) {
    const opened = openCheckpoint(utf8(given), { log: trust.log, witness });
    if (!opened.ok) return printVerdict(`${here.origin} (${name})`, untrusted(opened.fault), shown);
    if (trust.witnesses !== undefined) {
      const { met, missing, threshold } = witnessing(opened.value.cosignatures, trust.witnesses);
      const why = `The head of ${name} has fewer cosignatures than the ${threshold} of the policy; missing: ${missing.join(', ')}.`;
      if (!met) unwitnessed.push(leftOpen('witnesses', 'proof.witnesses', why, { verdict: 'incomplete' }));
    }
  }
  const report = await related(here, there, client);
  if (report.verdict !== 'verified') return printVerdict(here.origin, report, shown);
  const said: Statement[] = [...unwitnessed];
  for (const one of [{ name: 'server', text }, there]) if (one.text !== null) said.push(...agedAs(one, trust));
  for (const one of heads) said.push(...(await judgedKeys(one.client, { ...judged, ...one })).said);
  return printVerdict(here.origin, withKeys(report, said), shown);
}

/** The newest head of a server; with an age to be held against, the document that has its seal as well, which alone says how old it is. */
async function shownHead(client: Client, { maxAge }: Pick<PinFlags, 'maxAge'>): Promise<{ note: string; text: string | null }> {
  if (maxAge === undefined) return { note: await client.text(CHECKPOINT), text: null };
  const text = await client.text('/v1/log');
  return { note: checkpointIn(text) ?? '', text };
}

/** How old the head is by its seal; whatever of its document does not hold is said as well. */
function agedAs(
  { name, text }: { readonly name: string; readonly text: string | null },
  { kept: _, witnesses: __, ...trust }: Trust,
): Statement[] {
  const { report } = verifyProof(utf8(text ?? ''), trust, { log: true });
  return report.statements
    .filter(({ step, state, verdict }) => step === 'age' || state === 'failed' || verdict !== undefined)
    .map((statement) => ({ ...statement, about: `the head of ${name}` }));
}

/** What the two heads are to each other, by a path from whichever server gives one that holds. */
async function related(here: Head, there: OtherHead, client: Client): Promise<Report> {
  const [small, large] = here.size <= there.size ? [here, there] : [there, here];
  const sizes = `${here.size} (server) and ${there.size} (${there.name})`;
  if (there.note === null && here.size < there.size)
    return forked(
      here,
      'proof.stale',
      `The log shows a head of ${here.size} entries, and ${there.size} were pinned: an older state was put back.`,
    );
  let isForked = false;
  const needsNone = small.size === large.size || small.size === 0n;
  const asked = [client, ...(there.client === null ? [] : [there.client])];
  for (const one of needsNone ? [null] : here.size >= there.size ? asked : asked.reverse()) {
    const { consistency, claimed }: Pick<Kept, 'consistency' | 'claimed'> =
      one === null ? { consistency: [] } : await pathBetween(one, small.size, large.size);
    if (!Array.isArray(consistency)) continue;
    const continuity = continuityOf([small.size, small.root], [large.size, large.root], consistency as readonly Uint8Array[], claimed);
    if (continuity === 'continues') return agreed(here, `The heads of ${sizes} entries are of one log that only grew.`);
    isForked ||= continuity === 'forked';
  }
  if (!isForked) {
    const why = `No server that was asked gives a path that shows it between the heads of ${sizes} entries, as the one with the larger head can: whether they are of one log is not shown.`;
    return reportOf([leftOpen('kept', 'proof.consistency-missing', why, { verdict: 'incomplete' })], null);
  }
  const first = there.client === null ? null : await differenceOf(client, here.size, there.client, there.size);
  const where = first === null ? `below ${small.size}` : `at entry ${first}, below ${small.size}`;
  const roots = `Roots: ${toHex(here.root)} and ${toHex(there.root)}.`;
  return forked(here, 'proof.forked', `The heads of ${sizes} entries are of two logs: forked ${where}. ${roots}`);
}

interface OtherHead {
  readonly name: string;
  readonly origin: string;
  readonly size: bigint;
  readonly root: Uint8Array;
  /** `null`: it was checked when it was pinned. */
  readonly note: string | null;
  /** Document of the log with its seal; `null`: its age is not asked for, or nobody is there to say it. */
  readonly text: string | null;
  readonly client: Client | null;
}

async function otherHead(origin: string, other: string | undefined, flags: PinFlags): Promise<OtherHead> {
  if (other === undefined) {
    const pinned = readPin(origin);
    if (pinned === null)
      throw new CommandError(
        EXIT.usage,
        'pin.none',
        `No head of ${origin} is pinned to compare with: name a file or another server, or pin one.`,
      );
    return { name: 'pinned', origin, ...headOf(pinned), note: null, text: null, client: null };
  }
  if (/^https?:/.test(other)) {
    const client = createClient(other, { verbose: flags.verbose });
    const { note, text } = await shownHead(client, flags);
    return { name: other, ...headOfNote(note), note, text, client };
  }
  const note = readFileSync(other, 'utf8');
  return { name: other, ...headOfNote(note), note, text: null, client: null };
}

/** `null`: the servers do not show it. */
async function differenceOf(a: Client, aSize: bigint, b: Client, bSize: bigint): Promise<bigint | null> {
  const view = (client: Client, size: bigint) => ({ size, read: (path: string) => client.bytes(`/log/${path}`) });
  try {
    return await firstDifference(view(a, aSize), view(b, bSize));
  } catch (error) {
    if (error instanceof CommandError && error.exitCode !== EXIT.interrupted) return null;
    throw error;
  }
}

const headView = ({ origin, size, root }: Head) => ({ origin, size, root, time: null });
const agreed = (head: Head, says: string): Report => ({
  verdict: 'verified',
  summary: says,
  statements: [{ step: 'kept', state: 'established', says }],
  head: headView(head),
});
const forked = (head: Head, code: string, says: string): Report => ({
  verdict: 'altered',
  summary: says,
  statements: [{ step: 'kept', state: 'failed', says, code }],
  head: headView(head),
});
/** With what is said of the keys; where that is all well, the summary stays. */
function withKeys(report: Report, said: readonly Statement[]): Report {
  const whole = reportOf([...said, ...report.statements], report.head);
  return whole.verdict === 'verified' ? { ...whole, summary: report.summary } : whole;
}
const untrusted = ({ code, detail }: { readonly code: string; readonly detail: string }): Report => ({
  verdict: code === 'note.unverified' || code === 'checkpoint.log-key' ? 'untrusted-key' : 'altered',
  summary: detail,
  statements: [{ step: 'signature', state: 'failed', says: detail, code }],
  head: null,
});
