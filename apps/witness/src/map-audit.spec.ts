import fc from 'fast-check';
import { encodeGenesis, leafHash, merkleRoot, sha256Hex, utf8 } from '#lib/ledger';
import { type Link, TestLedger } from '../test-ledger.ts';
import { LogFrontier } from './log-frontier.ts';
import { type AuditFault, MapAudit } from './map-audit.ts';
import { linksBetween, type MapLinks, readMapLinks } from './map-links.ts';

function linksOf(ledger: TestLedger, from: number, to: number): MapLinks[] {
  if (from >= to) return [];
  const links = readMapLinks(ledger.linkBytes(from, to), from, to);
  if (links === null) throw new Error('no links');
  return [links];
}

/** Follows the ledger to its end; what stopped it. */
function follow(audit: MapAudit, ledger: TestLedger): AuditFault | 'entries' | null {
  const extension = audit.extend();
  const size = ledger.size;
  while (extension.size < size) {
    const index = Math.floor(extension.size / 256);
    const width = Math.min(256, size - index * 256);
    if (!extension.add(ledger.bundle(index, width), width, extension.size % 256)) return 'entries';
  }
  if (!audit.accept(extension, ledger.head().root)) return 'entries';
  for (let next = audit.next(); next !== null; next = audit.next()) {
    const fault = audit.apply(linksOf(ledger, next.from, next.to));
    if (fault !== null) return fault;
  }
  return null;
}

const auditOf = (ledger: TestLedger): MapAudit => new MapAudit(ledger.key.name);

test('a tree that is only extended has the root of RFC 9162 at every size, and a copy goes on by itself', () => {
  const leaves = Array.from({ length: 70 }, (_, n) => leafHash(utf8(`${n}`)));
  const frontier = new LogFrontier();
  for (const [n, leaf] of leaves.entries()) {
    frontier.append(leaf);
    const copy = new LogFrontier(frontier);
    copy.append(leafHash(utf8('other')));
    expect(Buffer.from(frontier.root())).toEqual(merkleRoot(leaves.slice(0, n + 1)));
  }
});

describe('the stream of links', () => {
  const key = (n: number): Buffer => Buffer.from(sha256Hex(`${n}`), 'hex');
  const bytes = (to: number, ...rows: [number, Buffer][]): Buffer => {
    const whole = Buffer.alloc(8 + rows.length * 40);
    whole.writeBigUInt64BE(BigInt(to));
    rows.forEach(([index, value], n) => {
      whole.writeBigUInt64BE(BigInt(index), 8 + n * 40);
      value.copy(whole, 16 + n * 40);
    });
    return whole;
  };
  const [low, high] = [key(1), key(2)].sort((a, b) => Buffer.compare(a, b)) as [Buffer, Buffer];

  it('is read where it rises and stays within what was asked for', () => {
    const links = readMapLinks(bytes(9, [3, low], [3, high], [5, low]), 3, 10);
    expect([links?.to, links?.length, links?.logIndex(2), links?.key(1).equals(high)]).toEqual([9, 3, 5, true]);
    expect(linksBetween(links as MapLinks, 4, 9).length).toBe(1);
  });

  it.each<[string, Buffer]>([
    ['of half a row', bytes(9, [3, low]).subarray(0, -1)],
    ['of nothing', Buffer.alloc(0)],
    ['for no entry', bytes(3)],
    ['for more entries than were asked for', bytes(11)],
    ['of an entry before', bytes(9, [2, low])],
    ['of an entry that it does not answer for', bytes(4, [4, low])],
    ['with a row twice', bytes(9, [3, low], [3, low])],
    ['with keys that fall', bytes(9, [3, high], [3, low])],
    ['with indexes that fall', bytes(9, [4, low], [3, high])],
  ])('%s is none', (_what, given) => {
    expect(readMapLinks(given, 3, 10)).toBeNull();
  });

  it('is never thrown over, whatever it is', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (given) => [null, 0].includes(readMapLinks(given, 0, 5)?.length ?? null)));
  });
});

describe('an audit of the map', () => {
  it('follows an honest log in any steps, over entries of no item, of many, and of the same again', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 4 }), { maxLength: 40 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        (seals, looks) => {
          const ledger = new TestLedger();
          const audit = auditOf(ledger);
          for (const [n, entries] of seals.entries()) {
            for (const items of entries) ledger.add(...new Set(items.map((item) => `item ${item}`)));
            ledger.seal();
            if (looks[n] === true) expect(follow(audit, ledger)).toBeNull();
          }
          expect(follow(audit, ledger)).toBeNull();
          expect([audit.size, audit.items]).toEqual([ledger.size, new Set(ledger.links.map((link) => link.key.toString('hex'))).size]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('finds every map that differs from the links by one link, and names the seal', () => {
    fc.assert(
      fc.property(fc.nat({ max: 39 }), fc.constantFrom('left out', 'another key', 'one too many'), (at, how) => {
        const ledger = new TestLedger();
        for (let n = 0; n < 20; n++) ledger.add(`item ${n % 5}`, `item ${n}+`);
        const link = ledger.links[at] as Link;
        const other = { ...link, key: Buffer.from(sha256Hex('other'), 'hex') };
        const rest = ledger.links.filter((some) => some !== link);
        ledger.seal(
          how === 'left out' ? rest : how === 'another key' ? [...rest, other].sort((a, b) => a.index - b.index) : [...ledger.links, other],
        );
        expect(follow(auditOf(ledger), ledger)).toMatchObject({
          kind: 'map',
          sentence: expect.stringContaining('The map of the seal at 20'),
        });
      }),
      { numRuns: 40 },
    );
  });

  it('finds a second genesis, with whose salt every item would have another place', () => {
    const ledger = new TestLedger();
    const genesis = (salt: string): number => ledger.entries.push(encodeGenesis({ log: ledger.key.name, mapSalt: utf8(salt.padEnd(32)) }));
    genesis('salt');
    ledger.add('a');
    ledger.seal();
    const audit = auditOf(ledger);
    expect(follow(audit, ledger)).toBeNull();
    genesis('other salt');
    ledger.seal();
    expect(follow(audit, ledger)).toMatchObject({ kind: 'map', sentence: 'The seal at 4 stands behind a second genesis, at 3.' });
    expect(follow(auditOf(ledger), ledger)).toMatchObject({ kind: 'map' });
  });

  it('reads past entries of the operator that are none, half a character among them', () => {
    const ledger = new TestLedger();
    ledger.entries.push(utf8(`{"genesis":{"log":"\\ud800","mapSalt":"${'00'.repeat(32)}"},"v":1}`));
    ledger.add('a');
    ledger.seal();
    expect(follow(auditOf(ledger), ledger)).toBeNull();
  });

  it('finds a stream that says another history than it said before', () => {
    const ledger = new TestLedger();
    for (let n = 0; n < 9; n++) ledger.add(`item ${n}`);
    ledger.seal();
    for (let n = 0; n < 9; n++) ledger.add(`item ${n}`);
    ledger.seal();
    expect(follow(auditOf(ledger), ledger)).toBeNull();
    const { links } = ledger;
    for (const changed of [
      links.filter((_, n) => n !== 4),
      links.map((link, n) => (n === 4 ? { ...link, key: Buffer.from(sha256Hex('other'), 'hex') } : link)),
      [...links.slice(0, 4), { index: 4, key: Buffer.alloc(32) }, ...links.slice(4)],
    ]) {
      ledger.links = changed;
      expect(follow(auditOf(ledger), ledger)).toMatchObject({ kind: 'map' });
    }
    ledger.links = links;
    expect(follow(auditOf(ledger), ledger)).toBeNull();
  });

  it('holds a seal that no checkpoint ended with: what was published meanwhile under others is audited too', () => {
    const ledger = new TestLedger();
    ledger.add('a');
    ledger.add('b');
    ledger.seal(ledger.links.slice(1));
    ledger.add('c');
    ledger.seal();
    expect(follow(auditOf(ledger), ledger)).toMatchObject({ kind: 'map', sentence: expect.stringContaining('seal at 2 ') });
  });

  it.each<[string, { size: bigint; root: Uint8Array } | null]>([
    ['is gone', null],
    ['has fewer records', { size: 1n, root: new Uint8Array(32) }],
    ['is another of the same size', { size: 2n, root: new Uint8Array(32).fill(1) }],
  ])('refuses a seal whose access log %s', (_what, access) => {
    const ledger = new TestLedger();
    const named = { size: 2n, root: new Uint8Array(32) };
    for (const each of [null, named, named, { ...named, size: 3n }]) {
      ledger.add('a');
      ledger.seal(ledger.links, { access: each });
    }
    expect(follow(auditOf(ledger), ledger)).toBeNull();
    const other = new TestLedger();
    for (const each of [named, access]) {
      other.add('a');
      other.seal(other.links, { access: each });
    }
    expect(follow(auditOf(other), other)).toMatchObject({ kind: 'map', sentence: expect.stringContaining('access log') });
  });

  it.each<[string, object, string]>([
    ['names another log', { log: 'other.example' }, 'another log'],
    ['names another seal before it', { previous: 0n }, 'as the seal before'],
    ['covers fewer entries than the one before', { covers: 0n }, 'covers fewer entries'],
    ['covers itself', { covers: 6n }, 'is not behind them'],
    ['says an earlier time', { time: '2025-11-26T00:00:00.000000Z' }, 'a time before'],
    ['says another number of items', { mapSize: 3n }, 'says 3 items'],
  ])('refuses a seal that %s', (_what, changes, why) => {
    const ledger = new TestLedger();
    ledger.add('a');
    ledger.seal();
    ledger.add('b');
    ledger.add('c', 'd');
    ledger.seal(ledger.links, changes);
    expect(follow(auditOf(ledger), ledger)).toMatchObject({ kind: 'map', sentence: expect.stringContaining(why) });
  });

  it('takes in no entries that do not hash to the head, and can still take in those that do', () => {
    const ledger = new TestLedger();
    ledger.add('a');
    ledger.seal();
    const audit = auditOf(ledger);
    const forged = audit.extend();
    expect(forged.add(new TestLedger().bundle(0, 0), 2, 0)).toBe(false);
    ledger.add('b');
    forged.add(ledger.bundle(0, 3), 3, 0);
    expect(audit.accept(forged, ledger.head(2).root)).toBe(false);
    ledger.seal();
    expect(follow(audit, ledger)).toBeNull();
  });

  it('takes no link of an entry of the operator', () => {
    const ledger = new TestLedger();
    ledger.add('a');
    ledger.seal();
    ledger.add('b');
    ledger.links.push({ index: 1, key: Buffer.alloc(32) });
    ledger.links.sort((a, b) => a.index - b.index);
    ledger.seal();
    expect(follow(auditOf(ledger), ledger)).toMatchObject({ kind: 'links' });
  });

  it('cannot know of a link that the log never showed: it has no content (submitters and audit --full do)', () => {
    const ledger = new TestLedger();
    ledger.add('a', 'left out from the beginning');
    ledger.links = ledger.links.slice(1);
    ledger.seal();
    expect(follow(auditOf(ledger), ledger)).toBeNull();
  });
});
