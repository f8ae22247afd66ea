import { encodeGenesis, leafHash, utf8 } from '#lib/ledger';
import { TestLedger } from '../test-ledger.ts';
import { type Auditor, createAuditor } from './auditor.ts';
import type { LogReader } from './log-reader.ts';
import { LogFrontier } from './log-frontier.ts';
import { Extension } from './map-audit.ts';
import { readMapLinks } from './map-links.ts';

interface Asked {
  bundles: number;
  links: string[];
}

/** An auditor of this ledger, and what it asked for. @param fail what becomes of the next answer */
function auditorOf(ledger: TestLedger, fail: { next: Error | null } = { next: null }): Auditor & { readonly asked: Asked } {
  const asked: Asked = { bundles: 0, links: [] };
  const reader: LogReader = {
    bundle: (index, width) => {
      asked.bundles++;
      return Promise.resolve(ledger.bundle(index, width));
    },
    links: async (from, to) => {
      asked.links.push(`${from}-${to}`);
      const { next } = fail;
      fail.next = null;
      if (next !== null) throw next;
      const links = readMapLinks(ledger.linkBytes(from, to), from, to);
      if (links === null) throw new Error('no links');
      return Promise.resolve(links);
    },
  };
  let refused: string | null = null;
  const refusals = {
    read: () => Promise.resolve(refused),
    keep: (sentence: string) => {
      refused = sentence;
      return Promise.resolve();
    },
  };
  return { ...createAuditor({ origin: ledger.key.name, reader, refusals, patienceMs: 60_000 }), asked };
}

test('a second genesis is refused, also one of 200,000 in one head, and each time that it is asked about', async () => {
  const ledger = new TestLedger();
  const genesis = (salt: string): Uint8Array => encodeGenesis({ log: ledger.key.name, mapSalt: utf8(salt.padEnd(32)) });
  ledger.entries.push(genesis('salt'));
  ledger.add('a');
  ledger.seal();
  const first = ledger.head();
  const tree = new LogFrontier();
  for (const entry of ledger.entries) tree.append(leafHash(entry));
  const second = genesis('second salt');
  const hash = leafHash(second);
  for (let n = 0; n < 200_000; n++) {
    ledger.entries.push(second);
    tree.append(hash);
  }
  ledger.seal();
  tree.append(leafHash(ledger.entries.at(-1) as Uint8Array));
  const head = { size: BigInt(tree.size), root: tree.root() };
  const auditor = auditorOf(ledger);
  // Control: up to the first seal there is one.
  expect(await auditor.check(first)).toEqual({ kind: 'holds' });
  for (let time = 0; time < 2; time++)
    expect(await auditor.check(head)).toEqual({ kind: 'refused', sentence: 'The seal at 200003 stands behind a second genesis, at 3.' });
}, 60_000);

test('a seal that covers more than there is is refused, and none of its links is asked for', async () => {
  const ledger = new TestLedger();
  ledger.seal(ledger.links, { covers: 2n ** 50n });
  const auditor = auditorOf(ledger);
  expect(await auditor.check(ledger.head())).toMatchObject({ kind: 'refused', sentence: expect.stringContaining('is not behind them') });
  expect(auditor.asked.links).toEqual([]);
});

test('no more links are asked for than there are entries, whatever the last seal says, and at least those of the next one', async () => {
  for (const [covers, asked] of [
    [2n ** 50n, '0-2'],
    [0n, '0-1'],
  ] as const) {
    const ledger = new TestLedger();
    ledger.add('a');
    ledger.seal();
    ledger.seal(ledger.links, { covers });
    const auditor = auditorOf(ledger);
    expect(await auditor.check(ledger.head())).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining('The seal at 2 covers'),
    });
    expect(auditor.asked.links).toEqual([asked]);
  }
});

test('after a failure that is not of the log nothing is gone on with: it reads from the beginning', async () => {
  const ledger = new TestLedger();
  ledger.add('a');
  ledger.seal();
  const failure = { next: new Error('of ours') };
  const auditor = auditorOf(ledger, failure);
  await expect(auditor.check(ledger.head())).rejects.toThrow('of ours');
  expect(await auditor.check(ledger.head())).toEqual({ kind: 'holds' });
  expect(auditor.asked.bundles).toBe(2);
  // Control: after a success it goes on from where it is.
  expect(await auditor.check(ledger.head())).toEqual({ kind: 'holds' });
  expect(auditor.asked.bundles).toBe(2);
});

test('a bundle of more entries than were asked for is none, and millions of them are not held to see that', () => {
  const many = new Uint8Array(256 * (2 + 65_535));
  const extension = new Extension(new LogFrontier());
  const before = process.resourceUsage().maxRSS;
  expect(extension.add(many, 256, 0)).toBe(false);
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(200_000);
  // Control: as many as were asked for.
  expect(extension.add(many.subarray(0, 2 * 256), 256, 0)).toBe(true);
});
