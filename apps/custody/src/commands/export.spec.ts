/** What an export makes of records, against a server whose answers are given. */
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject, SightingDocument } from '#lib/contracts';
import { mapCaseLine } from '#lib/sources';
import { createClient } from '../client.ts';
import { exportCase } from './export.ts';

const folder = mkdtempSync(join(tmpdir(), 'custody-export-'));
afterAll(() => rmSync(folder, { recursive: true }));

const VIN = 'vin:WDDSYNTH9JA000001';
const line = (members: JsonObject): JsonObject => ({ source: { kind: 'ais' }, tlp: 'GREEN', item: VIN, ...members });
const map = (each: JsonObject, file: readonly JsonObject[]): SightingDocument => {
  const mapped = mapCaseLine(each, { targetOf: (id) => file.find((other) => other['id'] === id) });
  if (!mapped.ok) throw new Error(JSON.stringify(mapped.faults));
  return mapped.document;
};

/** The lines that come out of a ledger of these records, and which of them it was asked for by name. */
async function exported(documents: readonly SightingDocument[]): Promise<{ lines: JsonObject[]; asked: string[] }> {
  const asked: string[] = [];
  const events = documents.map((document) => ({ id: document.id, agency: 'local', document }));
  const server = createServer(({ url = '' }, response) => {
    const id = /^\/v1\/events\/([^?]+)\?agency=local$/.exec(url)?.[1];
    if (id === undefined) return response.end(JSON.stringify({ events, next: null }));
    asked.push(id);
    const event = events.find((each) => each.id === id);
    if (event !== undefined) return response.end(JSON.stringify({ event }));
    response.writeHead(404, { 'content-type': 'application/problem+json' });
    return response.end(JSON.stringify({ code: 'event.not-found', title: 'No such event', status: 404 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const path = join(folder, 'case.jsonl');
  try {
    await exportCase(createClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), { output: path, quiet: true });
  } finally {
    server.closeAllConnections();
    server.close();
  }
  const text = readFileSync(path, 'utf8').trimEnd().split('\n');
  return { lines: text.map((each) => JSON.parse(each) as JsonObject), asked };
}

describe('a correction that was imported from another file than its plan', () => {
  const plan = line({ id: 'a', kind: 'transfer', claimType: 'scheduled' });
  const correction = line({ id: 'b', kind: 'correction', corrects: 'a', as: 'transfer', place: { name: 'Nakhodka' } });
  const alone = map(correction, []);

  it('comes out so that it stays what it is beside that plan', async () => {
    expect([alone.modality, map(correction, [plan]).modality]).toEqual([undefined, 'planned']);
    const { lines } = await exported([map(plan, []), alone]);
    expect(lines.map((each) => map(each, lines))).toMatchObject([
      { id: 'a', kind: 'transfer', modality: 'planned' },
      { id: 'b', kind: 'correction', as: 'transfer', modality: 'actual', place: { name: 'Nakhodka' } },
    ]);
  });

  it('comes out as its line where the plan is not there, or it was made beside it', async () => {
    expect(await exported([alone])).toEqual({ lines: [correction], asked: ['a'] });
    const beside = map(correction, [plan]);
    expect((await exported([map(plan, []), beside])).lines).toEqual([plan, correction]);
  });

  it('asks for no target where the line says itself what it is', async () => {
    const stated = { ...correction, modality: 'actual' };
    expect(await exported([map(plan, []), map(stated, [])])).toEqual({ lines: [plan, stated], asked: [] });
    const { extension: _, ...submitted } = alone;
    expect((await exported([map(plan, []), submitted])).asked).toEqual([]);
  });
});
