import fc from 'fast-check';
import { toHex, utf8, utf8Text } from './bytes.ts';
import { encodeEntry } from './entry.ts';
import { formatVerifierKey, signingKey } from './note-key.ts';
import { sha256 } from './primitives.ts';
import { detailLine } from './receipt.ts';
import {
  encodeFreeze,
  encodeGenesis,
  encodeKeyNotice,
  encodeSeal,
  logEnd,
  mapSaltHash,
  readNotice,
  type KeyNotice,
  type Seal,
} from './notices.ts';

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const number = fc.bigInt({ min: 0n, max: (1n << 53n) - 1n });
const time = fc
  .date({ min: new Date('1970-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().replace('Z', '123Z'));
const seals: fc.Arbitrary<Seal> = fc.record({
  log: fc.string({ unit: 'grapheme' }),
  covers: number,
  mapRoot: hash,
  mapSize: number,
  time,
  previous: fc.option(number),
  access: fc.option(fc.record({ size: number, root: hash })),
});

const LOG = 'ledger.example/log';
const vkeyOf = (use: 'log' | 'receipt', n: number, name = use === 'log' ? LOG : `${LOG}/receipt`) =>
  formatVerifierKey(signingKey(use, name, new Uint8Array(32).fill(n)));
const keyNotices: fc.Arbitrary<KeyNotice> = fc
  .record({ action: fc.constantFrom('certify', 'revoke'), use: fc.constantFrom('log', 'receipt'), n: fc.nat(255) })
  .map(({ action, use, n }) => ({ action, log: LOG, use, vkey: vkeyOf(use, n) }));

describe('what the operator says in the log', () => {
  it('is read as it was written', () => {
    fc.assert(fc.property(seals, (seal) => expect(readNotice(encodeSeal(seal))).toEqual({ kind: 'seal', seal })));
    fc.assert(
      fc.property(fc.string(), hash, (log, mapSalt) =>
        expect(readNotice(encodeGenesis({ log, mapSalt }))).toEqual({ kind: 'genesis', genesis: { log, mapSalt } }),
      ),
    );
  });

  it('says of a key what it signs, and nothing of one that could not have signed it', () => {
    fc.assert(
      fc.property(keyNotices, (key) => expect(readNotice(encodeKeyNotice(key))).toEqual({ kind: 'key', key })),
      { numRuns: 20 },
    );
    const key: KeyNotice = { action: 'certify', log: LOG, use: 'log', vkey: vkeyOf('log', 1) };
    expect(utf8Text(encodeKeyNotice(key))).toBe(`{"key":{"action":"certify","log":"${LOG}","use":"log","vkey":"${key.vkey}"},"v":1}`);
    const text = utf8Text(encodeKeyNotice(key)) as string;
    const others = [
      text.replace('certify', 'trust'), text.replace('"use":"log"', '"use":"witness"'), text.replace('"v":1', '"v":2'), text.replace('"log":"', '"log":"other.'),
      text.replace(key.vkey, vkeyOf('log', 1, 'other.example')), text.replace(key.vkey, key.vkey.slice(0, -4)), text.replace('},"v"', ',"w":1},"v"'), text.replace('"v":1', '"v":1,"w":1'),
      text.replace(/"vkey":"[^"]*"/, '"vkey":7'), text.replace('"action":"certify",', ''), text.replace('{"action"', '{ "action"'),
    ]; // prettier-ignore
    expect(others.map((other) => [other, readNotice(utf8(other))])).toEqual(others.map((other) => [other, null]));
    expect(() => encodeKeyNotice({ ...key, vkey: 'none' })).toThrow(RangeError);
    expect(() => encodeKeyNotice({ ...key, log: 'other.example' })).toThrow(RangeError);
  });

  it('says that the log ends and why, and where the one before it ended', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }), (log, text) => {
        const reason = detailLine(text);
        expect(readNotice(encodeFreeze({ log, reason }))).toEqual({ kind: 'freeze', freeze: { log, reason } });
      }),
    );
    expect(utf8Text(encodeFreeze({ log: LOG, reason: 'damaged disk' }))).toBe(`{"freeze":{"log":"${LOG}","reason":"damaged disk"},"v":1}`);
    for (const reason of ['', 'two\nlines', 'x'.repeat(1_001)]) expect(() => encodeFreeze({ log: LOG, reason })).toThrow(RangeError);
    expect(readNotice(utf8(`{"freeze":{"log":"${LOG}","reason":"two\\nlines"},"v":1}`))).toBeNull();
    fc.assert(
      fc.property(fc.string(), hash, number, hash, (log, mapSalt, size, root) => {
        const previous = logEnd({ origin: LOG, size, root }, 'text\n');
        expect(readNotice(encodeGenesis({ log, mapSalt, previous }))).toEqual({ kind: 'genesis', genesis: { log, mapSalt, previous } });
      }),
    );
    const text = utf8Text(encodeGenesis({ log: 'l', mapSalt: new Uint8Array(32), previous: logEnd({ origin: LOG, size: 7n, root: new Uint8Array(32) }, 'text\n') })) as string; // prettier-ignore
    expect(text).toBe(
      `{"genesis":{"log":"l","mapSalt":"${'0'.repeat(64)}","previous":{"checkpoint":"${toHex(sha256(utf8('text\n')))}","log":"${LOG}","root":"${'0'.repeat(64)}","size":7}},"v":1}`,
    );
    for (const other of [
      text.replace('"size":7', '"size":-7'),
      text.replace(',"size":7', ''),
      text.replace('"size":7', '"size":7,"w":1'),
      text.replace(/"previous":.*\},"v"/, '"previous":null},"v"'),
    ])
      expect([other, readNotice(utf8(other))]).toEqual([other, null]);
  });

  it('is read or refused whatever one character of it becomes, and never differs from what it says', () => {
    const encoded = [encodeKeyNotice({ action: 'revoke', log: LOG, use: 'receipt', vkey: vkeyOf('receipt', 9) }), encodeGenesis({ log: LOG, mapSalt: new Uint8Array(32) })]; // prettier-ignore
    fc.assert(
      fc.property(fc.constantFrom(...encoded), fc.nat(), fc.nat(255), (bytes, at, byte) => {
        const changed = bytes.slice();
        changed[at % bytes.length] = byte;
        const read = readNotice(changed);
        const again = read?.kind === 'key' ? encodeKeyNotice(read.key) : read?.kind === 'genesis' ? encodeGenesis(read.genesis) : changed;
        expect(toHex(again)).toBe(toHex(changed));
      }),
      { numRuns: 400 },
    );
  });

  it('has the published form', () => {
    const seal = {
      log: 'ledger.example/log',
      covers: 7n,
      mapRoot: new Uint8Array(32),
      mapSize: 3n,
      time: '2026-11-25T10:00:00.000000Z',
      previous: null,
      access: null,
    };
    expect(utf8Text(encodeSeal(seal))).toBe(
      `{"access":null,"covers":7,"log":"ledger.example/log","mapRoot":"${'0'.repeat(64)}","mapSize":3,"previous":null,"time":"2026-11-25T10:00:00.000000Z","v":1}`,
    );
    expect(utf8Text(encodeGenesis({ log: 'l', mapSalt: mapSaltHash(new Uint8Array(32)) }))).toBe(
      `{"genesis":{"log":"l","mapSalt":"${toHex(mapSaltHash(new Uint8Array(32)))}"},"v":1}`,
    );
  });

  it('is nothing else: no sighting, no other version, no second spelling', () => {
    expect(readNotice(encodeEntry('a'.repeat(64)))).toBeNull();
    expect(readNotice(Uint8Array.of(0xff))).toBeNull();
    expect(readNotice(utf8('{'))).toBeNull();
    const salt = '00'.repeat(32);
    expect(readNotice(utf8(`{"genesis":{"log":"l","mapSalt":"${salt}"},"v":1}`))?.kind).toBe('genesis');
    expect(readNotice(utf8(`{"genesis":{"log":"\\ud800","mapSalt":"${salt}"},"v":1}`))).toBeNull();
    const text = utf8Text(
      encodeSeal({
        log: 'l',
        covers: 7n,
        mapRoot: new Uint8Array(32),
        mapSize: 3n,
        time: '2026-11-25T10:00:00.000000Z',
        previous: 5n,
        access: null,
      }),
    ) as string;
    expect(readNotice(utf8(text))?.kind).toBe('seal');
    const others = [
      text.replace('"v":1', '"v":2'), text.replace('{', '{ '), text.replace(':7,', ':7.0,'), text.replace(':7,', ':-7,'), text.replace(':7,', ':9007199254740993,'),
      text.replace('"v":1', '"v":1,"w":1'), text.replace('"covers":7,', ''), text.replace('00', '0G'), text.replace('.000000Z', 'Z'), text.replace('"l"', '5'),
      text.replace('"access":null', '"access":{}'), text.replace('"previous":5', '"previous":"5"'),
    ]; // prettier-ignore
    expect(others.map((other) => [other, readNotice(utf8(other))])).toEqual(others.map((other) => [other, null]));
    expect(() =>
      encodeSeal({ log: 'l', covers: 1n << 53n, mapRoot: new Uint8Array(32), mapSize: 3n, time: '', previous: 5n, access: null }),
    ).toThrow(RangeError);
  });
});
