/**
 * `custody import --sign KEYFILE`: the agency stands by what it sent. When all lines are in, the list of their ids and hashes is signed and written into the
 * ledger as an event, one for each handling: whoever may see an event may see the list that it is in, and in that list nothing that he may not. The same
 * lines make the same lists, so that an import that was killed, or is made twice, leaves each once.
 */
import { readFileSync } from 'node:fs';
import { BATCH_MEMBERS_MAX, type BatchDocument, type Receipt, type SightingDocument } from '#lib/contracts';
import { batchText, canonicalize, formatVerifierKey, parseSigningKey, sha256Hex, signBatch, type SigningKey, utf8 } from '#lib/ledger';
import { CASE_FORMAT } from '#lib/sources';
import { problemError, type Client } from '../client.ts';
import { CommandError, EXIT } from '../exit-codes.ts';

interface Member {
  readonly line: number;
  readonly id: string;
  readonly hash: string;
}

/** Of the id of a list: enough that no two are the same. */
const ID_HEX = 32;

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

  constructor(key: SigningKey<'submitter'>) {
    this.#key = key;
  }

  /** @param body the document as sent: its hash is computed here, and not taken from the answer, or the server would say what is signed */
  add(line: number, body: string, { agency, id }: Receipt): void {
    const { handling, id: own = id } = JSON.parse(body) as SightingDocument;
    this.#agency = agency;
    const kind = canonicalize(handling as never);
    const members = this.#members.get(kind) ?? [];
    members.push({ line, id: own, hash: sha256Hex(utf8(body)) });
    this.#members.set(kind, members);
  }

  /** Writes the lists; returns how many there are. @param send repeats a request while the server is away */
  async close(client: Client, send: <Answer>(ask: () => Promise<Answer>) => Promise<Answer>): Promise<number> {
    let lists = 0;
    for (const [kind, members] of this.#members) {
      const handling = JSON.parse(kind) as SightingDocument['handling'];
      // Answers come in any order; the lists of the same file are the same.
      members.sort((a, b) => a.line - b.line);
      const most = Math.floor(BATCH_MEMBERS_MAX / (1 + (handling.agencies?.length ?? 0)));
      for (let from = 0; from < members.length; from += most, lists++) {
        const body = JSON.stringify(this.#document(handling, members.slice(from, from + most)));
        await send(async () => {
          const response = await client.post('/v1/events', 'application/json', body);
          if (!response.ok) throw await problemError(response);
        });
      }
    }
    return lists;
  }

  #document(handling: SightingDocument['handling'], given: readonly Member[]): SightingDocument {
    // A line that stands twice is one event.
    const unique = [...new Map(given.map((member) => [member.id, member])).values()];
    const list = { agency: this.#agency, members: unique.map(({ id, hash }) => [id, hash] as const) };
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
