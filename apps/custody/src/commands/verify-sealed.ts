/**
 * A sealed receipt: an entry of the log, and which event its holder says that it is. Its agency, id, times, secret and places are words until
 * the whole event is held against them, and the places until the lists of the items are; the server is asked for both, and what it does not
 * show is left open.
 */
import {
  checkPlaceKept,
  checkPlaces,
  checkPromiseKept,
  checkSealedContent,
  established,
  failure,
  type ItemPlace,
  type Kept,
  leftOpen,
  openSealedReceipt,
  type OpenedSealedReceipt,
  type ProofFault,
  readProofDocument,
  type Report,
  reportOf,
  sealedNotAsked,
  type SealedReceipt,
  type SeenBy,
  type Statement,
  treesOf,
  type Trust,
  utf8,
  verifyHead,
  verifyProof,
  verifyTimes,
} from '#lib/ledger';
import type { Client } from '../client.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import { serverOfLog, headOfNote, pathBetween, trustFor, type HeadTrust, type VerifyFlags, withSaid } from '../log-trust.ts';
import { contentOf } from './own-content.ts';
import { type Beside, contentIn } from './receipt-forms.ts';

const INCOMPLETE = { verdict: 'incomplete' } as const;

/** @param text of the sealed receipt @param beside what the answer in which it stood says of it @param client `null`: nobody is asked */
export async function verifySealed(text: string, beside: Beside, given: Client | null, flags: VerifyFlags): Promise<Report> {
  const note = noteIn(text);
  const { client, said: strangers } = note === null ? { client: given, said: [] } : await serverOfLog(given, headOfNote(note).origin);
  const { trust, said }: Pick<HeadTrust, 'trust' | 'said'> =
    note === null ? { trust: { log: [] }, said: [] } : await trustFor(note, flags, client);
  const opened = openSealedReceipt(utf8(text), { log: trust.log, witness: trust.witnesses?.witnesses.map(({ key }) => key) ?? [] });
  if (!opened.ok) {
    const isUnknown = opened.fault.code === 'note.unverified' || opened.fault.code === 'checkpoint.log-key';
    return reportOf(
      [...said, failure(isUnknown ? 'signature' : 'receipt', opened.fault, isUnknown ? { verdict: 'untrusted-key' } : {})],
      null,
    );
  }
  const { sealed, checkpoint } = opened.value;
  const head = withSaid(verifyHead(note ?? '', trust), said);
  const { size } = checkpoint.checkpoint;
  const statements = [
    ...head.statements,
    established('inclusion', `The entry ${sealed.inclusion.index} of the ${size} has the receipt's commitment, ${sealed.commitment}.`),
    ...strangers,
  ];
  for await (const statement of client === null
    ? sealedNotAsked(sealed, trust, contentOf(flags))
    : asked(client, opened.value, { beside, trust, flags, seen: head.head?.seen })) {
    statements.push(statement);
    if (statement.state === 'failed') break;
  }
  return reportOf(statements, head.head);
}

/** The checkpoint in the proof in text; `null`: there is none that can be read. */
function noteIn(text: string): string | null {
  try {
    const { inclusion } = JSON.parse(text) as { inclusion?: unknown };
    if (typeof inclusion !== 'string') return null;
    const note = inclusion.slice(inclusion.indexOf('\n\n') + 2);
    headOfNote(note);
    return note;
  } catch {
    return null;
  }
}

const noContent = (why: string): Statement =>
  leftOpen(
    'receipt',
    'receipt.content-missing',
    `That the entry is the event that the receipt names, with its agency, id and times, is shown by the whole event alone: ${why}`,
    INCOMPLETE,
  );

interface Asked {
  readonly beside: Beside;
  readonly trust: Trust;
  readonly flags: VerifyFlags;
  /** By when its head was, as the witnesses say that were asked for. */
  readonly seen: SeenBy | undefined;
}

async function* asked(client: Client, opened: OpenedSealedReceipt, { beside, trust, flags, seen }: Asked): AsyncGenerator<Statement> {
  const { sealed } = opened;
  const { size, root, origin } = opened.checkpoint.checkpoint;
  const { agency, captured, id, principal } = sealed.envelope;
  const here: Kept = { size, root, mapSalt: null, trees: [], consistency: [] };
  const path = `/v1/events/${encodeURIComponent(id)}/proof?agency=${encodeURIComponent(agency)}&size=${size}`;
  const text = await answered(client, path);
  if (text instanceof CommandError) {
    yield noContent(`the server does not show it. ${text.message}`);
    return;
  }
  // The receipt's own head, and no other: its signatures were judged above.
  const { witnesses: _, ...trusted } = trust;
  const { report } = verifyProof(utf8(text), { ...trusted, kept: here }, { event: { agency, id }, isLatest: true });
  yield* report.statements.filter(({ step, state, verdict }) => OF_EVENT.has(step) || state === 'failed' || verdict !== undefined);
  // The inner check knew neither the pin nor the cosignatures.
  const time = report.head?.time ?? null;
  if (time !== null) yield* verifyTimes({ size, time, ...(seen === undefined ? {} : { seen }) }, trust);
  const content = contentIn(text);
  if (content === null) {
    yield noContent('the server shows some of its fields.');
    return;
  }
  const whole = checkSealedContent(sealed, utf8(content));
  if (!whole.ok) return yield failed(whole.fault);
  const promised = { log: origin, agency, id, captured, durability: 'single-node', ...beside } as const;
  const promise =
    beside.contentHash === undefined ? null : checkPromiseKept(opened, utf8(content), { ...promised, contentHash: beside.contentHash });
  if (promise?.ok === false) return yield failed(promise.fault);
  const places = checkPlaces(sealed, treesOf(agency, whole.value) ?? []);
  if (!places.ok) return yield failed(places.fault);
  yield established('receipt', `It is the event ${agency}/${id} of ${principal}, captured ${captured}.`);
  if (places.value.length > 0) yield* placesKept(client, opened, flags);
}

/** What the proof of the event says beside the head that was judged before. */
const OF_EVENT: ReadonlySet<string> = new Set(['seal', 'age', 'events', 'inclusion']);

const failed = (fault: ProofFault, about?: string): Statement =>
  failure(about === undefined ? 'receipt' : 'tree', fault, about === undefined ? {} : { about });

async function answered(client: Client, path: string): Promise<string | CommandError> {
  try {
    return await client.text(path);
  } catch (error) {
    if (error instanceof CommandError && error.exitCode !== EXIT.temporary && error.exitCode !== EXIT.interrupted) return error;
    throw error;
  }
}

/** The item trees of the newest head, which continues the receipt's, have the entry where the receipt says. */
async function* placesKept(client: Client, opened: OpenedSealedReceipt, flags: VerifyFlags): AsyncGenerator<Statement> {
  const { sealed } = opened;
  const { size: from, root: before } = opened.checkpoint.checkpoint;
  const note = await client.text('/log/checkpoint');
  const { size, root } = headOfNote(note);
  const { trust, pin, said } = await trustFor(note, flags, client);
  const path = size <= from ? { consistency: [] } : await pathBetween(client, from, size);
  const grown = verifyHead(note, { ...trust, kept: { size: from, root: before, mapSalt: null, trees: [], ...path } }, { isLatest: true });
  const newest = withSaid(verifyHead(note, trust, { isLatest: true }), said);
  const open = [...grown.statements, ...newest.statements].filter(({ state, verdict }) => state === 'failed' || verdict !== undefined);
  if (open.length > 0) return yield* open;
  const newestTrust: Trust = { log: trust.log, kept: { size, root, mapSalt: pin?.mapSalt ?? null, trees: [], consistency: [] } };
  const demanded = [...groupsOfSubmitter(sealed), ...(flags.group ?? [])];
  for (const place of sealed.places) yield await placeKept(client, sealed, place, { trust: newestTrust, demanded });
}

/** How a server refuses the list of a reader group that the caller is not in. */
const NOT_YOUR_GROUP = 'query.invalid';

/** A receipt is for who submitted it, and he is in these whatever a server says: each event is in a list of at least one of them. */
const groupsOfSubmitter = ({ envelope }: SealedReceipt): readonly string[] => [`agency:${envelope.agency}`, 'clear', 'green'];

interface Listing {
  /** With the head under which the list is to be proved as the kept one: no other will do. */
  readonly trust: Trust;
  /** Reader groups whose lists have to be shown. */
  readonly demanded: readonly string[];
}

async function placeKept(
  client: Client,
  sealed: SealedReceipt,
  { group, item, n }: ItemPlace,
  { trust, demanded }: Listing,
): Promise<Statement> {
  const about = `${item} for ${group}`;
  const query = `group=${encodeURIComponent(group)}&from=${n}&to=${n + 1n}&size=${trust.kept?.size}`;
  const text = await answered(client, `/v1/items/${encodeURIComponent(item)}/proof?${query}`);
  if (text instanceof CommandError && text.code === NOT_YOUR_GROUP && !demanded.includes(group)) {
    const says = `By the word of the server its place ${n} is in a list that you may not see: who may can hold the receipt against it.`;
    return leftOpen('tree', 'sealed.other-group', says, { about });
  }
  if (text instanceof CommandError)
    return leftOpen('tree', text.code, `The server proves nothing about it: ${text.message}`, { about, ...INCOMPLETE });
  const question = { item, groups: [group], stretch: { from: n, to: n + 1n }, isLatest: true };
  const { report } = verifyProof(utf8(text), trust, question);
  const open = report.statements.find(({ state, verdict }) => state === 'failed' || verdict !== undefined);
  if (open !== undefined) return { ...open, about };
  const document = readProofDocument(utf8(text));
  const tree = document.ok ? document.value.item?.groups.find((part) => part.group === group)?.tree : undefined;
  if (tree === undefined || tree === null)
    return failed({ code: 'sealed.left-out', detail: 'The item has no such entry in the log: it was left out.' }, about);
  const kept = checkPlaceKept(sealed, { group, item }, tree);
  return kept.ok ? established('tree', `The entry is number ${n} of its list, as the receipt says.`, about) : failed(kept.fault, about);
}
