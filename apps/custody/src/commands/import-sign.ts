/**
 * `custody import --sign KEYFILE`: the agency stands by what it sent. When all lines are in, the list of their ids and hashes is signed and written into the
 * ledger as an event, one for each handling: whoever may see an event may see the list that it is in, and in that list nothing that he may not. The same
 * lines make the same lists, so that an import that was killed, or is made twice, leaves each once. What the ledger says to each is asked in the end.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { BATCH_MEMBERS_MAX, type BatchDocument, type EventAnswer, type Receipt, type SightingDocument } from '#lib/contracts';
import type { SignatureVerdict } from '#lib/domain';
import {
  batchText,
  canonicalize,
  formatVerifierKey,
  openCheckpoint,
  parseSigningKey,
  sha256Hex,
  signBatch,
  type SigningKey,
  utf8,
} from '#lib/ledger';
import { CASE_FORMAT } from '#lib/sources';
import { problemError, type Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { originShown } from '../log-trust.ts';
import { readPin } from '../pins.ts';

interface Member {
  readonly line: number;
  readonly id: string;
  readonly hash: string;
}

/** Why it is believed that the log is called so: a head signed by a key that is pinned here; a pin, and no head is shown; or the server's word alone. */
export type LogKnownBy = 'pinned-key' | 'pin' | 'server';

/** What was signed, and what the ledger says to it. */
export interface SignedLists {
  readonly log: string;
  readonly logKnownBy: LogKnownBy;
  readonly agency: string;
  readonly vkey: string;
  readonly events: number;
  /** `null`: the ledger had not judged it in time. */
  readonly lists: readonly { readonly id: string; readonly verdict: SignatureVerdict | null }[];
}

/** Of the id of a list: enough that no two are the same. */
const ID_HEX = 32;
/** Projectors are seconds behind at most; whoever waits for longer asks again: the same import adds nothing. */
const JUDGED_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 200;

/** Throws CommandError `usage` for a file without such a key; nothing of it is quoted. */
export function signerKey(path: string): SigningKey<'submitter'> {
  const key = parseSigningKey(readFileSync(path, 'utf8').trim(), 'submitter');
  if (key.ok) return key.value;
  throw new CommandError(EXIT.usage, 'usage', `--sign ${path}: ${key.fault.detail}.`);
}

export class ImportSignatures {
  readonly #key: SigningKey<'submitter'>;
  /** By handling, as canonical JSON. */
  readonly #members = new Map<string, Member[]>();
  #agency = '';
  #log = '';

  constructor(key: SigningKey<'submitter'>) {
    this.#key = key;
  }

  /** @param body the document as sent: its hash is computed here, and not taken from the answer, or the server would say what is signed */
  add(line: number, body: string, { agency, id, log }: Receipt): void {
    const { handling, id: own = id } = JSON.parse(body) as SightingDocument;
    if (this.#log !== '' && (this.#log !== log || this.#agency !== agency))
      throw new CommandError(
        EXIT.unexpected,
        'import.answer',
        `The server answers for ${agency} in ${log}, and did for ${this.#agency} in ${this.#log}.`,
      );
    this.#agency = agency;
    this.#log = log;
    const kind = canonicalize(handling as never);
    const members = this.#members.get(kind) ?? [];
    members.push({ line, id: own, hash: sha256Hex(utf8(body)) });
    this.#members.set(kind, members);
  }

  /**
   * Writes the lists, and waits a while for what the ledger says to them. `undefined`: nothing is in that could be signed. Throws CommandError where the log of
   * this name is pinned here, and the server's is signed by none of its keys: then nothing was signed.
   * @param send repeats a request while the server is away
   */
  async close(client: Client, send: Sending, withinMs = JUDGED_WITHIN_MS): Promise<SignedLists | undefined> {
    if (this.#members.size === 0) return undefined;
    const logKnownBy = await send(() => knownBy(client, this.#log));
    const written: { readonly id: string; readonly member: string }[] = [];
    const events = new Set<string>();
    for (const [kind, members] of this.#members) {
      const handling = JSON.parse(kind) as SightingDocument['handling'];
      // Answers come in any order; the lists of the same file are the same.
      members.sort((a, b) => a.line - b.line);
      const most = Math.floor(BATCH_MEMBERS_MAX / (1 + (handling.agencies?.length ?? 0)));
      for (let from = 0; from < members.length; from += most) {
        const document = this.#document(handling, members.slice(from, from + most));
        await send(async () => {
          const response = await client.post('/v1/events', 'application/json', JSON.stringify(document));
          if (!response.ok) throw await problemError(response);
        });
        written.push({ id: document.id, member: members[from]?.id ?? '' });
      }
      for (const { id } of members) events.add(id);
    }
    const deadline = performance.now() + withinMs;
    const lists: SignedLists['lists'][number][] = [];
    for (const { id, member } of written)
      lists.push({ id, verdict: await send(() => verdictOf(client, { agency: this.#agency, member, id }, deadline)) });
    return { log: this.#log, logKnownBy, agency: this.#agency, vkey: formatVerifierKey(this.#key), events: events.size, lists };
  }

  #document(handling: SightingDocument['handling'], given: readonly Member[]): SightingDocument & { readonly id: string } {
    // A line that stands twice is one event.
    const unique = [...new Map(given.map((member) => [member.id, member])).values()];
    const list = { log: this.#log, agency: this.#agency, members: unique.map(({ id, hash }) => [id, hash] as const) };
    const vkey = formatVerifierKey(this.#key);
    const id = `signed-${sha256Hex(utf8(`${vkey}\n${canonicalize(handling as never)}\n${batchText(list)}`)).slice(0, ID_HEX)}`;
    const batch: BatchDocument = {
      batch: id,
      mapping: CASE_FORMAT,
      members: unique.map((member) => member.id),
      hashes: unique.map(({ hash }) => hash),
      signature: { vkey, value: signBatch(this.#key, list) },
    };
    return { id, kind: 'batch', handling, source: { kind: 'import' }, extension: { batch } as never };
  }
}

type Sending = <Answer>(ask: () => Promise<Answer>) => Promise<Answer>;

async function knownBy(client: Client, log: string): Promise<LogKnownBy> {
  const pin = readPin(log);
  if (pin === null) return 'server';
  if ((await originShown(client)) === null) return 'pin';
  const opened = openCheckpoint(await client.bytes('/log/checkpoint'), { log: pin.keys });
  if (opened.ok && opened.value.checkpoint.origin === log) return 'pinned-key';
  const why = opened.ok ? `its head is that of ${opened.value.checkpoint.origin}` : opened.fault.detail;
  throw new CommandError(
    EXIT.untrustedKey,
    opened.ok ? 'checkpoint.other-log' : opened.fault.code,
    `The server says that its log is ${log}, which is pinned here, and ${why}. The lines are in; nothing was signed.`,
  );
}

/** What the ledger says of the list to one of its members; `null`: nothing until the deadline. */
async function verdictOf(
  client: Client,
  { agency, member, id }: { readonly agency: string; readonly member: string; readonly id: string },
  deadline: number,
): Promise<SignatureVerdict | null> {
  for (;;) {
    const { event } = await client.get<EventAnswer>(`/v1/events/${encodeURIComponent(member)}`, { agency }).catch((error: unknown) => {
      if (error instanceof CommandError && error.exitCode === EXIT.notFound) return { event: null };
      throw error;
    });
    const said = event?.signatures.find((signature) => signature.id === id);
    if (said !== undefined) return said.verdict;
    if (performance.now() > deadline) return null;
    await sleep(LOOK_EVERY_MS);
  }
}

/** What a script hears of the signatures alone: a key that is not the agency's is one that nobody need trust; a list that was not judged is not done. */
export function exitOfSigned(signed: SignedLists | undefined): ExitCode {
  const verdicts = signed?.lists.map(({ verdict }) => verdict) ?? [];
  if (verdicts.some((verdict) => verdict !== 'valid' && verdict !== null)) return EXIT.untrustedKey;
  return verdicts.includes(null) ? EXIT.incomplete : EXIT.ok;
}
