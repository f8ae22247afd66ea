/** Files that are sent to a server that does not hear them to their end. */
import { fstatSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from './client.ts';
import { hashFile, uploadFile } from './evidence-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'custody-evidence-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** More than the buffers between two processes hold. */
const path = join(folder, 'a.bin');
writeFileSync(path, Buffer.alloc(4 * 1024 * 1024));

/** Handles of this process on the file. */
function openHandles(): number {
  const { dev, ino } = statSync(path);
  const isOn = (fd: number): boolean => {
    try {
      const open = fstatSync(fd);
      return open.dev === dev && open.ino === ino;
    } catch {
      return false;
    }
  };
  return Array.from({ length: 256 }, (_, fd) => fd).filter(isOn).length;
}

/** How an upload ends at a server that answers so, and how many handles are open then. */
async function upload(listener: RequestListener | 'away'): Promise<[string, number]> {
  const server = listener === 'away' ? createServer() : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = createClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  if (listener === 'away') await new Promise((resolve) => server.close(resolve));
  try {
    const end = await uploadFile(client, await hashFile(path), {}, { retryForMs: 0 }).then(
      ({ status }) => status,
      (error: { code: string }) => error.code,
    );
    return [end, openHandles()];
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const answers =
  (status: number, answer: object): RequestListener =>
  (_, response) =>
    void response.writeHead(status).end(JSON.stringify(answer));

test.each<[string, string, RequestListener | 'away']>([
  ['is away', 'server.unreachable', 'away'],
  ['is busy before it has heard any of it', 'store.unavailable', answers(503, { code: 'store.unavailable', title: 'No', status: 503 })],
  ['has it already', 'known', answers(200, { status: 'known' })],
  ['breaks off', 'server.unreachable', (request) => request.once('data', () => request.destroy())],
  ['has another part of it each time', 'evidence.offset', answers(409, { code: 'evidence.offset', title: 'No', status: 409 })],
  [
    'hears all of it',
    'received',
    (request, response) => request.resume().on('end', () => answers(201, { status: 'received' })(request, response)),
  ],
])('no handle on a file stays open once its upload has ended at a server that %s', async (_, end, listener) => {
  expect(await upload(listener)).toEqual([end, 0]);
});

test('control: a handle that is open is counted', async () => {
  const handle = await open(path);
  expect(openHandles()).toBe(1);
  await handle.close();
  expect(openHandles()).toBe(0);
});
