import {
  encodeGenesis,
  encodeKeyNotice,
  formatVerifierKey,
  keyNoticeOf,
  signingKey,
  type KeyNotice,
  type KeyUse,
  type SigningKey,
} from '#lib/ledger';
import {
  declaredNotices,
  ForeignKeyNotice,
  keyIndexes,
  KeyRevoked,
  missingKeyNotices,
  OtherLogKey,
  type DeclaredKeys,
} from './key-notices.ts';

const LOG = 'ledger.example/log';
const seed = (n: number): Uint8Array => new Uint8Array(32).fill(n);
const logKey = (n: number): SigningKey<'log'> => signingKey('log', LOG, seed(n));
const receiptKey = (n: number): SigningKey<'receipt'> => signingKey('receipt', `${LOG}/receipt`, seed(n));
const text = formatVerifierKey;
const certify = (key: SigningKey<KeyUse>): KeyNotice => keyNoticeOf('certify', LOG, key);
const revoke = (key: SigningKey<KeyUse>): KeyNotice => keyNoticeOf('revoke', LOG, key);
const declared = (more: Partial<DeclaredKeys> = {}): DeclaredKeys => ({
  origin: LOG,
  key: logKey(1),
  receiptKeys: [receiptKey(1)],
  ...more,
});

describe('what a sealer has still to say of keys', () => {
  it('is at first that it stands by its own and those of capture, and then nothing', () => {
    const said = missingKeyNotices(declared(), []);
    expect(said).toEqual([certify(logKey(1)), certify(receiptKey(1))]);
    expect(missingKeyNotices(declared(), said)).toEqual([]);
  });

  it('is a new key beside the former one, and the revocation of that when it is asked for', () => {
    const first = [certify(logKey(1)), certify(receiptKey(1))];
    const rotating = declared({ key: logKey(2), formerKeys: [logKey(1)] });
    expect(missingKeyNotices(rotating, first)).toEqual([certify(logKey(2))]);
    const both = [...first, certify(logKey(2))];
    const over = declared({ key: logKey(2), revokedKeys: [text(logKey(1))] });
    expect(missingKeyNotices(over, both)).toEqual([revoke(logKey(1))]);
    expect(missingKeyNotices(over, [...both, revoke(logKey(1))])).toEqual([]);
  });

  it('is for what the key was certified, and for a key that the log never named what its name says', () => {
    expect(missingKeyNotices(declared({ receiptKeys: [receiptKey(2)], revokedKeys: [text(receiptKey(1))] }), [certify(logKey(1)), certify(receiptKey(1))])).toEqual([
      certify(receiptKey(2)), revoke(receiptKey(1)),
    ]); // prettier-ignore
    const never = missingKeyNotices(declared({ revokedKeys: [text(logKey(8)), text(receiptKey(8))] }), []);
    expect(never.slice(2)).toEqual([revoke(logKey(8)), revoke(receiptKey(8))]);
  });

  it('is nothing where a revoked key is to be used again, by the configuration or by the log', () => {
    expect(() => missingKeyNotices(declared({ revokedKeys: [text(logKey(1))] }), [])).toThrow(KeyRevoked);
    const code = 'key.revoked';
    for (const more of [{}, { key: logKey(2), formerKeys: [logKey(1)] }])
      expect(() => missingKeyNotices(declared(more), [certify(logKey(1)), revoke(logKey(1))])).toThrow(expect.objectContaining({ code }));
    expect(() => missingKeyNotices(declared(), [certify(receiptKey(1)), revoke(receiptKey(1))])).toThrow(KeyRevoked);
  });

  it('is nothing where the log stands by another key: it would open for nobody who knows the log', () => {
    const said = [certify(logKey(1)), certify(receiptKey(1))];
    expect(() => missingKeyNotices(declared({ key: logKey(2) }), said)).toThrow(OtherLogKey);
    expect(() => missingKeyNotices(declared({ key: logKey(2) }), said)).toThrow(expect.objectContaining({ code: 'key.other' }));
    expect(missingKeyNotices(declared({ key: logKey(2), formerKeys: [logKey(1)] }), said)).toHaveLength(1);
    expect(missingKeyNotices(declared({ key: logKey(2), revokedKeys: [text(logKey(1))] }), said)).toEqual([
      certify(logKey(2)),
      revoke(logKey(1)),
    ]);
  });
});

describe('an entry about a key', () => {
  const piece = (...entries: Uint8Array[]) => ({ notices: entries.map((bytes, n) => ({ logIndex: 10 + n, bytes: Buffer.from(bytes) })) });
  const genesis = encodeGenesis({ log: LOG, mapSalt: seed(0) });

  it('is sealed where the operator declared it, whatever else stands around it', () => {
    const own = declaredNotices(declared({ revokedKeys: [text(logKey(9))] }));
    const log = piece(
      genesis,
      encodeKeyNotice(certify(logKey(1))),
      encodeKeyNotice(revoke(logKey(9))),
      encodeKeyNotice(certify(logKey(9))),
    );
    expect(keyIndexes(log, own)).toEqual([11, 12, 13]);
    expect(keyIndexes(piece(genesis), own)).toEqual([]);
  });

  it('of somebody who can write to the database is not, be it for a key of his own or against the log\u2019s', () => {
    const own = declaredNotices(declared());
    for (const foreign of [certify(logKey(7)), certify(receiptKey(7)), revoke(logKey(1)), revoke(receiptKey(1))]) {
      expect(() => keyIndexes(piece(encodeKeyNotice(foreign)), own)).toThrow(ForeignKeyNotice);
      expect(() => keyIndexes(piece(encodeKeyNotice(foreign)), own)).toThrow(expect.objectContaining({ code: 'seal.foreign-key' }));
    }
  });
});
