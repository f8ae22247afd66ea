import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestLedger } from '../test-ledger.ts';
import { logReader, LogUnread } from './log-reader.ts';

let ledger: TestLedger;
let served: { readonly prefix: string; readonly server: Server };

beforeEach(async () => {
  ledger = new TestLedger();
  ledger.add('a');
  ledger.seal();
  served = await ledger.serve();
});
afterEach(() => {
  served.server.closeAllConnections();
  served.server.close();
});

test('an answer with more bytes than what was asked for can have is refused', async () => {
  const reader = logReader(served.prefix, new AbortController().signal);
  const longest = 2 + 65_535;
  ledger.instead.set('tile/entries/000.p/2', new Uint8Array(2 * longest + 1));
  await expect(reader.bundle(0, 2)).rejects.toThrow(LogUnread);
  ledger.instead.set('tile/entries/000.p/2', new Uint8Array(2 * longest));
  expect(await reader.bundle(0, 2)).toHaveLength(2 * longest);
});

test('an answer with links of more entries than were asked for is refused', async () => {
  const reader = logReader(served.prefix, new AbortController().signal);
  ledger.instead.set('links/0-1', ledger.linkBytes(0, 2));
  await expect(reader.links(0, 1)).rejects.toThrow(LogUnread);
  ledger.instead.clear();
  expect(await reader.links(0, 1)).toMatchObject({ to: 1, length: 1 });
});

test('a key is shown for the stream of map keys, and for nothing that everybody may read', async () => {
  const shown: (readonly [string | undefined, string | undefined])[] = [];
  const log = createServer((request, response) => {
    shown.push([request.url, request.headers.authorization]);
    response.end(request.url?.startsWith('/links/') === true ? ledger.linkBytes(0, 1) : new Uint8Array(2));
  });
  await new Promise<void>((resolve) => log.listen(0, '127.0.0.1', resolve));
  try {
    const reader = logReader(`http://127.0.0.1:${(log.address() as AddressInfo).port}`, new AbortController().signal, 'custody_key');
    await reader.bundle(0, 1);
    await reader.links(0, 1);
    expect(shown).toEqual([
      ['/tile/entries/000.p/1', undefined],
      ['/links/0-1', 'Bearer custody_key'],
    ]);
  } finally {
    log.closeAllConnections();
    log.close();
  }
});
