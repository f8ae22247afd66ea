import fc from 'fast-check';
import { toHex, utf8, utf8Text } from './bytes.ts';
import { encodeEntry } from './entry.ts';
import { encodeGenesis, encodeSeal, mapSaltHash, readNotice, type Seal } from './notices.ts';

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

describe('what the operator says in the log', () => {
  it('is read as it was written', () => {
    fc.assert(fc.property(seals, (seal) => expect(readNotice(encodeSeal(seal))).toEqual({ kind: 'seal', seal })));
    fc.assert(
      fc.property(fc.string(), hash, (log, mapSalt) =>
        expect(readNotice(encodeGenesis({ log, mapSalt }))).toEqual({ kind: 'genesis', genesis: { log, mapSalt } }),
      ),
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
