/** Imports whose server is busy or away, and what is told of those that break off; lines whose identifiers fail their check. */
import { createServer, type ServerResponse } from 'node:http';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { JsonObject } from '#lib/contracts';
import { createClient } from '../client.ts';
import { hashFile, uploadFile } from '../evidence-client.ts';
import { accept, caseFolder, importFrom, line, type Put, type Reply, takeEvidence } from './import-server.contract.ts';
import type { ImportReport } from './import-report.ts';

const { folder, file } = caseFolder();
afterAll(() => rmSync(folder, { recursive: true }));

describe('an import whose server is busy or away while it takes evidence', () => {
  const caseOf = (...names: string[]): string => {
    const where = mkdtempSync(join(folder, 'busy-'));
    for (const name of names) writeFileSync(join(where, name), `bytes of ${name}`);
    const lines = names.map((name) => JSON.stringify({ ...(JSON.parse(line(name)) as JsonObject), track: name }));
    const path = join(where, 'case.jsonl');
    writeFileSync(path, [...lines, '{'].map((text) => `${text}\n`).join(''));
    return path;
  };
  const problem = (response: ServerResponse, status: number, retryAfter = '1'): void =>
    void response
      .writeHead(status, { 'content-type': 'application/problem+json', 'retry-after': retryAfter })
      .end(JSON.stringify({ code: 'store.unavailable', title: 'Ledger not available', status }));

  it.each([503, 429])('waits for it as for lines, as Retry-After of its %i says, and sends what is left', async (status) => {
    const at: number[] = [];
    const put: Put = (request, body, response, files) => {
      at.push(performance.now());
      if (at.length === 2) return problem(response, status);
      takeEvidence(request, body, response, files);
    };
    const said: string[] = [];
    const onWait = (sentence: string): number => said.push(sentence);
    const { report } = await importFrom(accept, caseOf('a.txt', 'b.txt', 'c.txt'), { put, onWait }, new Map());
    expect(report.evidence).toMatchObject({ received: 3, known: 0 });
    expect((at[2] as number) - (at[1] as number)).toBeGreaterThanOrEqual(950);
    expect(said).toEqual([expect.stringMatching(/^Waiting for the server, up to 60 s: Ledger not available/)]);
  });

  it.each<[string, (path: string) => void, object]>([
    ['is gone', rmSync, { code: 'ENOENT', message: expect.stringMatching(/^There is no such file or folder: .*\/b\.txt\. /) as string }],
    [
      'is shorter',
      (path) => truncateSync(path, 3),
      { code: 'evidence.changed', message: expect.stringMatching(/\/b\.txt had 14 bytes when it was hashed, and has 3\. /) as string },
    ],
  ])('waits for no server where a file %s by the time that it is sent, and names it', async (_, change, failure) => {
    const path = caseOf('a.txt', 'b.txt');
    const reply: Reply = (...asked) => {
      change(join(dirname(path), 'b.txt'));
      accept(...asked);
    };
    const said: string[] = [];
    const options = { onWait: (sentence: string) => said.push(sentence), retryForMs: 2_000 };
    await expect(importFrom(reply, path, options, new Map())).rejects.toMatchObject({ exitCode: 2, ...failure });
    expect(said).toEqual([]);
  });

  it('nor where it is cut while it is sent', async () => {
    const path = caseOf('a.txt');
    const cited = join(dirname(path), 'a.txt');
    writeFileSync(cited, Buffer.alloc(8 * 1024 * 1024));
    const server = createServer((request) => request.once('data', () => truncateSync(cited, 10)).resume());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const client = createClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      await expect(uploadFile(client, await hashFile(cited))).rejects.toMatchObject({ exitCode: 2, code: 'evidence.changed' });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('gives up within the time that it says, then tells lines and files that are in, and the rejected lines where they belong', async () => {
    const put: Put = (request, body, response, files) =>
      body.endsWith('a.txt') ? takeEvidence(request, body, response, files) : problem(response, 503, '3600');
    const rejects = join(folder, 'busy-rejects.jsonl');
    const reports: ImportReport[] = [];
    const options = { put, rejects, retryForMs: 300, onReport: (report: ImportReport) => reports.push(report) };
    const started = performance.now();
    await expect(importFrom(accept, caseOf('a.txt', 'b.txt', 'c.txt'), options, new Map())).rejects.toMatchObject({
      exitCode: 75,
      code: 'store.unavailable',
      message: expect.stringMatching(
        / 3 of 4 lines are known to be in\. Of 3 files of evidence 1 is known to be in: a\.txt\. Not known of: b\.txt, c\.txt\.$/,
      ) as string,
      remedy: expect.stringMatching(/^Run the same import again when the server answers/) as string,
    });
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(reports).toMatchObject([{ accepted: 3, rejected: [{ line: 4 }], evidence: { received: 1, open: ['b.txt', 'c.txt'] } }]);
    expect(readFileSync(rejects, 'utf8')).toBe('{\n');
  });

  it('that it loses between its lines tells the rejected ones all the same, and keeps those of before where it knows of none', async () => {
    const away: Reply = (_, response) => problem(response, 503);
    const rejects = join(folder, 'away-rejects.jsonl');
    const options = { rejects, retryForMs: 100 };
    await expect(importFrom(away, caseOf('a.txt'), options)).rejects.toMatchObject({
      message: expect.stringMatching(/ 0 of 2 lines are known to be in\.$/) as string,
    });
    expect(readFileSync(rejects, 'utf8')).toBe('{\n');
    await expect(importFrom(away, file(line('a')), options)).rejects.toMatchObject({ exitCode: 75 });
    expect(readFileSync(rejects, 'utf8')).toBe('{\n');
  });
});

describe('an import of identifiers that fail their check', () => {
  const WRONG = 'vin:1HGCM82633A00435X';
  const withItem = (id: string, item: string): string => JSON.stringify({ ...(JSON.parse(line(id)) as JsonObject), item });

  it.each([false, true])('counts the lines that are accepted with them, and knows each (dry run: %s)', async (dryRun) => {
    const mixed: Reply = ({ rows }, response) =>
      response.end(rows.map(({ id }, row) => `${JSON.stringify({ row, status: id === 'd' ? 'duplicate' : 'accepted', id })}\n`).join(''));
    const path = file(withItem('a', WRONG), withItem('b', 'vin:1HGCM82633A004352'), withItem('c', 'imo:0000048'), withItem('d', WRONG));
    const { report, exit } = await importFrom(mixed, path, { dryRun });
    expect([exit, report.accepted]).toEqual([0, 3]);
    expect(report.failingChecks).toEqual([
      {
        line: 1,
        id: 'a',
        identifiers: [{ id: WRONG, reason: expect.stringMatching(/^The check digit \(position 9\) is 3, computed 2\.$/) as string }],
      },
    ]);
  });
});
