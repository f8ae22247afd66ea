import fc from 'fast-check';
import { parseHandling, parseIdentifier, readerGroups, TLP_LABELS } from '#lib/domain';
import { formatVerifierKey, signingKey, type SigningKey } from './note-key.ts';
import { keyNoticeOf, keysAt, KEYS_TREE, receiptKeyName, type PlacedKeyNotice } from './log-keys.ts';
import type { KeyNotice, KeyUse } from './notices.ts';

const LOG = 'ledger.example/log';
const keyOf = <U extends KeyUse>(use: U, n: number): SigningKey<U> =>
  signingKey(use, use === 'log' ? LOG : receiptKeyName(LOG), new Uint8Array(32).fill(n));
const KEYS = [1, 2, 3].flatMap((n) => [keyOf('log', n), keyOf('receipt', n)]);
const certify = (index: bigint, key: SigningKey<KeyUse>): PlacedKeyNotice => ({ index, key: keyNoticeOf('certify', LOG, key) });
const revoke = (index: bigint, key: SigningKey<KeyUse>): PlacedKeyNotice => ({ index, key: keyNoticeOf('revoke', LOG, key) });
const names = (notices: readonly PlacedKeyNotice[], size: bigint, log = LOG): string[] => {
  const held = keysAt(notices, log, size);
  return [...held.log, ...held.receipt].map(formatVerifierKey);
};

describe('the keys that a log stands by', () => {
  const [first, second, receipts] = [keyOf('log', 1), keyOf('log', 2), keyOf('receipt', 1)] as const;
  const rotated = [certify(1n, first), certify(2n, receipts), certify(50n, second), revoke(90n, first)];

  it('hold behind the entry that certifies them, and up to the one that revokes them', () => {
    const text = formatVerifierKey;
    expect(names(rotated, 1n)).toEqual([]);
    expect(names(rotated, 2n)).toEqual([text(first)]);
    expect(names(rotated, 50n)).toEqual([text(first), text(receipts)]);
    expect(names(rotated, 51n)).toEqual([text(first), text(second), text(receipts)]);
    expect(names(rotated, 90n)).toEqual([text(first), text(second), text(receipts)]);
    expect(names(rotated, 91n)).toEqual([text(second), text(receipts)]);
    expect(keysAt(rotated, LOG, 51n).receipt.map(({ kind }) => kind)).toEqual(['receipt']);
  });

  it('are not those of another log, nor for another use', () => {
    expect(names(rotated, 91n, 'other.example')).toEqual([]);
    expect(keysAt([{ index: 0n, key: { ...keyNoticeOf('certify', LOG, receipts), use: 'receipt' } }], LOG, 1n).log).toEqual([]);
  });

  it('do not come back once they were revoked', () => {
    expect(names([...rotated, certify(95n, first)], 100n)).not.toContain(formatVerifierKey(first));
    expect(names([revoke(0n, first), certify(1n, first)], 2n)).toEqual([]);
  });

  it('are by the definition those certified before and not revoked before, in whatever order the entries come', () => {
    const said = fc.array(
      fc.record({ index: fc.bigInt({ min: 0n, max: 30n }), action: fc.constantFrom<KeyNotice['action']>('certify', 'revoke'), key: fc.constantFrom(...KEYS) }),
      { maxLength: 12 },
    ); // prettier-ignore
    fc.assert(
      fc.property(said, fc.bigInt({ min: 0n, max: 31n }), (all, size) => {
        const before = (action: string, vkey: string): boolean =>
          all.some((one) => one.action === action && one.index < size && formatVerifierKey(one.key) === vkey);
        const expected = KEYS.map(formatVerifierKey).filter((vkey) => before('certify', vkey) && !before('revoke', vkey));
        const notices = all.map(({ index, action, key }) => ({ index, key: keyNoticeOf(action, LOG, key) }));
        expect(names(notices, size).sort()).toEqual(expected.sort());
      }),
      { numRuns: 60 },
    );
  });
});

describe('the item tree of key notices', () => {
  it('is of a reader group that no handling gives, and of an identifier that no item has', () => {
    const agency = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,10}$/);
    const names = fc.array(fc.oneof(fc.constant('log'), agency), { minLength: 1, maxLength: 3 });
    const handlings = fc.oneof(
      fc.record({ tlp: fc.constant('GREEN' as const), community: fc.oneof(fc.constant('log'), agency) }, { requiredKeys: ['tlp'] }),
      fc.record({ tlp: fc.constantFrom('AMBER' as const, 'AMBER+STRICT' as const, 'RED' as const), agencies: names }),
      fc.record({ tlp: fc.constantFrom(...TLP_LABELS) }),
    );
    let taken = 0;
    fc.assert(
      fc.property(handlings, fc.oneof(fc.constant('log'), agency), (text, owner) => {
        const handling = parseHandling(text);
        if (!handling.ok) return;
        taken += 1;
        expect(readerGroups(handling.value, owner)).not.toContain(KEYS_TREE.group);
      }),
    );
    expect(taken).toBeGreaterThan(20);
    expect(parseIdentifier(KEYS_TREE.item).ok).toBe(false);
  });
});
