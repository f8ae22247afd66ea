/** Reports of an import against a server whose answers are given: complete, cut off, wrong, busy. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../client.ts';
import { importCase, type ImportOptions, type ImportReport } from './import.ts';

const folder = mkdtempSync(join(tmpdir(), 'custody-import-'));
afterAll(() => rmSync(folder, { recursive: true }));

const line = (id: string): string =>
  JSON.stringify({ id, recordedAt: '2019-02-04T10:12:00Z', kind: 'observation', source: { kind: 'ais' }, tlp: 'GREEN' });
const file = (...lines: string[]): string => {
  const path = join(folder, 'case.jsonl');
  writeFileSync(path, lines.map((text) => `${text}\n`).join(''));
  return path;
};

interface Asked {
  readonly url: string;
  readonly rows: readonly { readonly id: string }[];
}
type Reply = (asked: Asked, response: ServerResponse, request: IncomingMessage) => void;

const accept: Reply = ({ rows }, response) =>
  response.end(rows.map(({ id }, row) => `${JSON.stringify({ row, status: 'accepted', id })}\n`).join(''));

/** Imports the file from a server that replies so; gives the report, the exit code, and what was asked. */
async function importFrom(
  reply: Reply,
  path: string,
  options: Partial<ImportOptions> = {},
): Promise<{ exit: number; report: ImportReport; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const rows = body
        .split('\n')
        .filter((text) => text !== '')
        .map((text) => JSON.parse(text) as { id: string });
      asked.push({ url: request.url ?? '', rows });
      reply(asked.at(-1) as Asked, response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const client = createClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const reports: ImportReport[] = [];
    const exit = await importCase(client, path, {
      onError: 'proceed',
      quiet: true,
      onWait: () => undefined,
      onReport: (report) => reports.push(report),
      ...options,
    });
    return { exit, report: reports[0] as ImportReport, asked };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('an import', () => {
  it('accounts for every line: accepted, already there, rejected here, refused there', async () => {
    const mixed: Reply = ({ rows }, response) => {
      const answers = rows.map(({ id }, row) => {
        if (id === 'b') return { row, status: 'duplicate', id };
        if (id === 'c') return { row, status: 'refused', id, errors: [{ code: 'event.id-conflict', pointer: '/id', detail: 'taken' }] };
        return { row, status: 'accepted', id };
      });
      response.end(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''));
    };
    const { exit, report } = await importFrom(mixed, file(line('a'), '{', line('b'), line('c')));
    expect([exit, report.lines, report.accepted, report.duplicates]).toEqual([6, 4, 1, 1]);
    expect(report.rejected.map(({ line: number, faults }) => `${number} ${faults[0]?.code ?? ''}`)).toEqual([
      '2 json.syntax',
      '4 event.id-conflict',
    ]);
  });

  it('sends a long file in parts, each line once and in order', async () => {
    const ids = Array.from({ length: 1_203 }, (_, n) => `n-${n}`);
    const { exit, report, asked } = await importFrom(accept, file(...ids.map(line)));
    expect([exit, report.accepted]).toEqual([0, 1_203]);
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.flatMap(({ rows }) => rows.map(({ id }) => id))).toEqual(ids);
  });

  it('judges a whole file before it keeps the first line under rollback, and stops there if one is bad', async () => {
    const good = await importFrom(accept, file(line('a'), line('b')), { onError: 'rollback' });
    expect(good.asked.map(({ url }) => url.includes('dryRun=true'))).toEqual([true, false]);
    const bad = await importFrom(accept, file(line('a'), '{'), { onError: 'rollback' });
    expect([bad.exit, bad.asked.map(({ url }) => url.includes('dryRun=true'))]).toEqual([6, [true]]);
  });

  it('waits for a server that is busy and sends the same again', async () => {
    let turns = 0;
    const busyOnce: Reply = (asked, response, request) => {
      if (turns++ > 0) return accept(asked, response, request);
      response.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1' });
      response.end(JSON.stringify({ code: 'log.unavailable', title: 'Event log not available', status: 503 }));
    };
    const { exit, report, asked } = await importFrom(busyOnce, file(line('a')));
    expect([exit, report.accepted, asked.length]).toEqual([0, 1, 2]);
    expect(asked[1]?.rows).toEqual(asked[0]?.rows);
  });

  it('whose answer breaks off sends the same again: `server.interrupted` is no reason to give up', async () => {
    let turns = 0;
    const breaksOff: Reply = (asked, response, request) => {
      if (turns++ > 0) return accept(asked, response, request);
      response.write(`${JSON.stringify({ row: 0, status: 'accepted', id: 'a' })}\n`, () => response.destroy());
    };
    const { exit, asked } = await importFrom(breaksOff, file(line('a'), line('b')));
    expect([exit, asked.length]).toEqual([0, 2]);
  });

  it('does not take an answer for fewer or other rows than it sent', async () => {
    const fewer: Reply = (_, response) => response.end(`${JSON.stringify({ row: 0, status: 'accepted', id: 'a' })}\n`);
    await expect(importFrom(fewer, file(line('a'), line('b')))).rejects.toMatchObject({ code: 'import.answer', exitCode: 75 });
    const other: Reply = (_, response) => response.end(`${JSON.stringify({ row: 7, status: 'accepted', id: 'a' })}\n`);
    await expect(importFrom(other, file(line('a')))).rejects.toMatchObject({ code: 'import.answer' });
  });

  it('of a refusal that waiting does not mend ends at once with its code', async () => {
    const refuses: Reply = (_, response) => {
      response.writeHead(415, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ code: 'media-type', title: 'Media type not taken', status: 415, remedy: 'Set content-type.' }));
    };
    await expect(importFrom(refuses, file(line('a')))).rejects.toMatchObject({
      code: 'media-type',
      exitCode: 2,
      remedy: 'Set content-type.',
    });
  });

  it('of a file that is not there says so and asks nobody', async () => {
    await expect(importFrom(accept, join(folder, 'nowhere.jsonl'))).rejects.toMatchObject({ code: 'import.no-file', exitCode: 2 });
  });

  it('refuses bytes that are not UTF-8 at their offset, never alters them, and writes them out as they were', async () => {
    const bad = Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xe9]), Buffer.from('"}\r')]);
    const path = join(folder, 'latin.jsonl');
    writeFileSync(path, Buffer.concat([Buffer.from(`${line('a')}\r\n\r\n`), bad, Buffer.from(`\n${line('b')}`)]));
    const rejects = join(folder, 'latin-rejects.jsonl');
    const { exit, report, asked } = await importFrom(accept, path, { rejects });
    expect([exit, report.lines, asked.flatMap(({ rows }) => rows.map(({ id }) => id))]).toEqual([6, 3, ['a', 'b']]);
    expect(report.rejected).toMatchObject([{ line: 3, faults: [{ code: 'json.encoding', offset: 7 }] }]);
    expect(readFileSync(rejects)).toEqual(Buffer.concat([bad, Buffer.from('\n')]));
  });

  it('reads lines that end in other pieces of the file than they begin in, and one longer than a piece', async () => {
    const ids = Array.from({ length: 600 }, (_, n) => `${'p'.repeat(100)}-${n}`);
    const padded = `${' '.repeat(200_000)}${line('long')}`;
    const { report, asked } = await importFrom(accept, file(...ids.map(line), padded));
    expect([report.accepted, asked.flatMap(({ rows }) => rows.map(({ id }) => id))]).toEqual([601, [...ids, 'long']]);
  });

  it('asks nobody where its rejected lines could not be written, or would be written over the file itself', async () => {
    const path = file(line('a'), '{');
    const link = join(folder, 'link.jsonl');
    symlinkSync(path, link);
    const before = readFileSync(path, 'utf8');
    let asked = 0;
    const counts: Reply = (...all) => {
      asked++;
      accept(...all);
    };
    await expect(importFrom(counts, path, { rejects: join(folder, 'nowhere/rejects.jsonl') })).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(importFrom(counts, path, { rejects: folder })).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(importFrom(counts, path, { rejects: link })).rejects.toMatchObject({ code: 'usage', exitCode: 2 });
    expect([asked, readFileSync(path, 'utf8')]).toEqual([0, before]);
  });

  it.each([
    ['a folder', () => folder],
    ['standard input', () => '-'],
    ['what is no plain file', () => '/dev/null'],
  ])('of %s says that it is no file that can be imported', async (_, path) => {
    await expect(importFrom(accept, path())).rejects.toMatchObject({ code: 'import.not-a-file', exitCode: 2 });
  });

  it('that loses its server says once that it waits, then how many lines are in and to run it again', async () => {
    let turns = 0;
    const away: Reply = (asked, response, request) => {
      if (turns++ === 0) return accept(asked, response, request);
      response.writeHead(503, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ code: 'log.unavailable', title: 'Event log not available', status: 503 }));
    };
    const said: string[] = [];
    const ids = Array.from({ length: 600 }, (_, n) => `n-${n}`);
    const run = importFrom(away, file(...ids.map(line)), { retryForMs: 700, onWait: (sentence) => said.push(sentence) });
    await expect(run).rejects.toMatchObject({
      exitCode: 75,
      code: 'log.unavailable',
      message: expect.stringMatching(/ (?:500|100) of 600 lines are known to be in\.$/) as string,
      remedy: expect.stringMatching(/^Run the same import again/) as string,
    });
    expect(turns).toBeGreaterThan(3);
    expect(said).toEqual([expect.stringMatching(/^Waiting for the server, up to 1 s: Event log not available/)]);
  });
});
