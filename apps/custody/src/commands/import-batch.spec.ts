import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BATCH_MEMBERS_MAX, batchOf, validateDocument, type BatchDocument, type SightingDocument } from '#lib/contracts';
import type { Client } from '../client.ts';
import { importBatch, type ImportBatch } from './import-batch.ts';

const COUNTS = { lines: 3, accepted: 2, duplicates: 1, rejected: 0 };

describe('the record of an import', () => {
  let folder: string;
  let file: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'custody-batch-'));
    file = join(folder, 'case.jsonl');
    writeFileSync(file, '{}\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function recorded(work: (batch: ImportBatch) => Promise<void>, status = 202): Promise<SightingDocument[]> {
    const sent: SightingDocument[] = [];
    const post = (_: string, __: string, body: string): Promise<Response> => {
      sent.push(JSON.parse(body) as SightingDocument);
      return Promise.resolve(new Response('{}', { status }));
    };
    await work(await importBatch({ post } as unknown as Client, file, (ask) => ask()));
    return sent;
  }
  const partsOf = (documents: readonly SightingDocument[]): (BatchDocument | undefined)[] => documents.map(batchOf);

  test('names file, mapping, counts and members, for the own agency alone, and is a valid document', async () => {
    const [document] = await recorded(async (batch) => {
      await batch.add(['a', 'b']);
      await batch.close(COUNTS);
    });
    expect(validateDocument(document as never)).toEqual([]);
    expect(document).toMatchObject({ kind: 'batch', handling: { tlp: 'AMBER' } });
    expect(document?.evidence).toEqual([
      { sha256: createHash('sha256').update('{}\n').digest('hex'), bytes: 3, type: 'case_file', ref: 'case.jsonl' },
    ]);
    expect(partsOf([document as SightingDocument])[0]).toMatchObject({
      batch: document?.id,
      mapping: 'custody-case/1',
      members: ['a', 'b'],
      counts: COUNTS,
    });
  });

  test('of a large import parts are written as it goes on, each valid, and no member is lost or doubled', async () => {
    const ids = Array.from({ length: 2 * BATCH_MEMBERS_MAX + 5 }, (_, n) => `id-${n}`);
    const documents = await recorded(async (batch) => {
      for (let at = 0; at < ids.length; at += 700) await batch.add(ids.slice(at, at + 700));
      await batch.close(COUNTS);
    });
    expect(documents.map(({ id = '' }) => id.replace(/^import-[0-9a-f-]{36}/, ''))).toEqual(['.1', '.2', '']);
    for (const document of documents) expect(validateDocument(document as never)).toEqual([]);
    expect(partsOf(documents).flatMap((part) => part?.members ?? [])).toEqual(ids);
    expect(partsOf(documents).map((part) => part?.counts === undefined)).toEqual([true, true, false]);
  });

  test('that brought nothing in is not kept, so that the same import again changes nothing', async () => {
    expect(await recorded((batch) => batch.close({ ...COUNTS, accepted: 0 }))).toEqual([]);
  });

  test('that broke off leaves a part without counts, and never fails by itself', async () => {
    const broken = async (batch: ImportBatch): Promise<void> => {
      await batch.add(['a']);
      await batch.breakOff();
    };
    expect(partsOf(await recorded(broken))).toMatchObject([{ part: 1, members: ['a'] }]);
    expect(partsOf(await recorded(broken, 503))).toHaveLength(1);
  });
});
