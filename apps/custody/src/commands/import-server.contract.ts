/** An import against a server whose answers are given. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../client.ts';
import { importCase, type ImportOptions } from './import.ts';
import type { ImportReport } from './import-report.ts';

export const line = (id: string): string =>
  JSON.stringify({ id, recordedAt: '2019-02-04T10:12:00Z', kind: 'observation', source: { kind: 'ais' }, tlp: 'GREEN' });
export interface Asked {
  readonly url: string;
  readonly rows: readonly { readonly id: string }[];
}
export type Put = typeof takeEvidence;
export type Reply = (asked: Asked, response: ServerResponse, request: IncomingMessage) => void;

export const accept: Reply = ({ rows }, response) =>
  response.end(rows.map(({ id }, row) => `${JSON.stringify({ row, status: 'accepted', id })}\n`).join(''));

/** A server that keeps no evidence has no such address. */
export function takeEvidence(
  { url = '' }: IncomingMessage,
  body: string,
  response: ServerResponse,
  files: Map<string, string> | undefined,
): void {
  if (files === undefined) return void response.writeHead(404).end(JSON.stringify({ code: 'not-found', title: 'Not found' }));
  const isKnown = files.has(url);
  files.set(url, body);
  response.writeHead(isKnown ? 200 : 201).end(JSON.stringify({ status: isKnown ? 'known' : 'received' }));
}

/** Imports the file from a server that replies so; gives the report, the exit code, and what was asked. */
export async function importFrom(
  reply: Reply,
  path: string,
  options: Partial<ImportOptions> & { readonly put?: Put } = {},
  files?: Map<string, string>,
): Promise<{ exit: number; report: ImportReport; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      if (request.method === 'PUT') return (options.put ?? takeEvidence)(request, body, response, files);
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
    const client = createClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { signal: options.signal });
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

/** A folder for case files, which a suite removes, and a case file of these lines in it. */
export function caseFolder(): { readonly folder: string; readonly file: (...lines: string[]) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'custody-import-'));
  const file = (...lines: string[]): string => {
    const path = join(folder, 'case.jsonl');
    writeFileSync(path, lines.map((text) => `${text}\n`).join(''));
    return path;
  };
  return { folder, file };
}
