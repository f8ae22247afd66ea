/**
 * What one import did, kept in the ledger as an event of its own: who ran it, of which file (by hash), by which mapping, what came of the
 * lines, and which events it brought in. A large import writes parts as it goes, so that one that is killed is known up to its last part.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { BATCH_MEMBERS_MAX, type BatchDocument, type SightingDocument } from '#lib/contracts';
import { CASE_FORMAT } from '#lib/sources';
import { problemError, type Client } from '../client.ts';

export interface ImportBatch {
  readonly name: string;
  /** Ids that were accepted; a part is written whenever there are enough for one. */
  add(ids: readonly string[]): Promise<void>;
  /** Writes the document with the counts; none where nothing was brought in, so that the same import again changes nothing. */
  close(counts: NonNullable<BatchDocument['counts']>): Promise<void>;
  /** The import broke off: what is not in a part yet is written as one, if the server can be reached at once. */
  breakOff(): Promise<void>;
}

/**
 * @param client is not ended with the import, so that an interrupt still leaves its part
 * @param send repeats a request while the server is away
 */
export async function importBatch(
  client: Client,
  file: string,
  send: <Answer>(ask: () => Promise<Answer>) => Promise<Answer>,
): Promise<ImportBatch> {
  const name = `import-${randomUUID()}`;
  const evidence: SightingDocument['evidence'] = [
    { sha256: await hashOf(file), bytes: (await stat(file)).size, type: 'case_file', ref: basename(file) },
  ];
  let members: string[] = [];
  let parts = 0;
  const write = async (more: Pick<BatchDocument, 'part' | 'counts'>, of: readonly string[]): Promise<void> => {
    const id = more.part === undefined ? name : `${name}.${more.part}`;
    const batch: BatchDocument = { batch: name, mapping: CASE_FORMAT, members: [...of], ...more };
    // The owner's alone: it names what others may not see.
    const document: SightingDocument = {
      id,
      kind: 'batch',
      handling: { tlp: 'AMBER' },
      source: { kind: 'import' },
      evidence,
      extension: { batch } as never,
    };
    const response = await client.post('/v1/events', 'application/json', JSON.stringify(document));
    if (!response.ok) throw await problemError(response);
  };
  return {
    name,
    async add(ids) {
      members.push(...ids);
      while (members.length >= BATCH_MEMBERS_MAX) {
        const full = members.slice(0, BATCH_MEMBERS_MAX);
        // Before anything is awaited: chunks come in beside each other.
        members = members.slice(BATCH_MEMBERS_MAX);
        const part = ++parts;
        await send(() => write({ part }, full));
      }
    },
    async close(counts) {
      if (members.length === 0 && parts === 0) return;
      await send(() => write({ counts }, members));
    },
    async breakOff() {
      if (members.length === 0) return;
      await write({ part: ++parts }, members).catch(() => undefined);
    },
  };
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file) as AsyncIterable<Buffer>) hash.update(piece);
  return hash.digest('hex');
}
