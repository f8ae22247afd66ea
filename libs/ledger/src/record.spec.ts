import fc from 'fast-check';
import * as reference from '../vectors/reference.mjs';
import {
  canonicalize,
  capturedMicros,
  checkRecordMac,
  decodeRecord,
  encodeRecord,
  PRINCIPAL_LENGTH_MAX,
  recordMac,
  sha256Hex,
  type RecordHeader,
} from './index.ts';

const content = Buffer.from('{"kind":"observation"}\n{"not":"split here"}');
const header: RecordHeader = {
  agency: 'local',
  captured: '2026-02-28T23:59:59.999999Z',
  commitment: 'ab'.repeat(32),
  content: sha256Hex(content),
  id: 'lux-0017',
  principal: 'operator',
  secret: '0f'.repeat(32),
};
const key = Buffer.alloc(32, 5);

/** The value with this text in its header's place. */
const valueOf = (text: string, body: Buffer = content) => Buffer.concat([Buffer.from(`${text}\n`, 'utf8'), body]);
const headerText = (members: Readonly<Record<string, unknown>> = {}) => canonicalize({ ...header, alg: 'none', v: 1, ...members } as never);

const digits = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const principal = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\u001f', 'é', '😀', 'a'), minLength: 1, maxLength: 10 }),
  )
  .filter((text) => !text.includes('\0') && text.length <= PRINCIPAL_LENGTH_MAX);
const captured = fc
  .date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().replace('Z', '789Z'));
const headers: fc.Arbitrary<RecordHeader> = fc.record({
  agency: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,63}$/),
  captured,
  commitment: digits,
  content: digits,
  id: fc.stringMatching(/^[A-Za-z0-9._:-]{1,128}$/),
  principal,
  secret: digits,
});
const contents = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes));

describe('the event-log value', () => {
  test('what was encoded is decoded, as the format says, and nothing of the content is touched', () => {
    fc.assert(
      fc.property(headers, contents, (given, body) => {
        const value = encodeRecord(given, body);
        expect(value.equals(reference.record(given, body))).toBe(true);
        const decoded = decodeRecord(value);
        if (!decoded.ok) throw new Error(decoded.fault.detail);
        expect(decoded.header).toEqual(given);
        expect(decoded.content.equals(body)).toBe(true);
        expect(decoded.content.buffer).toBe(value.buffer);
      }),
    );
  });

  test.each<[claim: string, value: Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['no line feed', Buffer.from(headerText())],
    ['no header', valueOf('')],
    ['no content', valueOf(headerText(), Buffer.alloc(0))],
    ['a header of another version', valueOf(headerText({ v: 2 }))],
    ['an unknown algorithm', valueOf(headerText({ alg: 'aes' }))],
    ['an unknown member', valueOf(headerText({ x: 1 }))],
    ['a member missing', valueOf(headerText().replace('"id":"lux-0017",', ''))],
    ['a member twice', valueOf(headerText().replace('"id"', '"id":"x","id"'))],
    ['members in another order', valueOf(JSON.stringify({ v: 1, alg: 'none', ...header }))],
    ['space', valueOf(headerText().replace(':', ': '))],
    ['upper-case digits', valueOf(headerText({ secret: 'AB'.repeat(32) }))],
    ['a hash too short', valueOf(headerText({ content: 'ab'.repeat(31) }))],
    ['an agency in upper case', valueOf(headerText({ agency: 'Local' }))],
    ['an id with a slash', valueOf(headerText({ id: 'a/b' }))],
    ['an id too long', valueOf(headerText({ id: 'x'.repeat(129) }))],
    ['no principal', valueOf(headerText({ principal: '' }))],
    ['a principal too long', valueOf(headerText({ principal: 'x'.repeat(PRINCIPAL_LENGTH_MAX + 1) }))],
    ['a principal with NUL', valueOf(headerText({ principal: 'a\0' }))],
    ['a principal in another spelling', valueOf(headerText().replace('operator', '\\u006fperator'))],
    ['a principal with half a surrogate pair', valueOf(headerText().replace('operator', '\\ud800'))],
    ['a principal that is not UTF-8', Buffer.from(valueOf(headerText()).toString('latin1').replace('operator', 'op\u00ffrator'), 'latin1')],
    ['milliseconds only', valueOf(headerText({ captured: '2026-01-01T00:00:00.000Z' }))],
    ['a day that does not exist', valueOf(headerText({ captured: '2026-02-29T00:00:00.000000Z' }))],
    ['a megabyte of header', valueOf(headerText({ principal: 'x'.repeat(1_000_000) }))],
  ])('%s is malformed', (_claim, value) => {
    expect(decodeRecord(value)).toEqual({ ok: false, fault: { code: 'record.malformed', detail: expect.any(String) } });
  });

  test('what would not be read is not written', () => {
    expect(decodeRecord(valueOf(headerText())).ok).toBe(true);
    for (const wrong of [
      { agency: 'A' },
      { id: '' },
      { principal: '' },
      { commitment: 'x' },
      { content: '' },
      { secret: 'ab' },
      { captured: 'now' },
      { id: 'a","v":1}\n' },
    ]) {
      expect(() => encodeRecord({ ...header, ...wrong }, content)).toThrow(RangeError);
    }
  });

  test('random bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => decodeRecord(Buffer.from(bytes)).ok === false),
      { numRuns: 1_000 },
    );
  });
});

describe("the publisher's MAC", () => {
  const value = encodeRecord(header, content);
  const mac = recordMac(key, header, value);
  /** As the projector sees a record: decoded, then checked by the MAC beside it. */
  const isTaken = (bytes: Buffer, beside: string, by: Uint8Array = key): boolean => {
    const decoded = decodeRecord(bytes);
    return decoded.ok && checkRecordMac(by, decoded.header, bytes, beside);
  };

  test('is what the format says', () => {
    fc.assert(
      fc.property(headers, contents, fc.uint8Array({ minLength: 1, maxLength: 100 }), (given, body, by) => {
        const bytes = encodeRecord(given, body);
        expect(recordMac(by, given, bytes)).toBe(reference.recordMac(by, given, bytes));
      }),
    );
  });

  test('notices every change of one byte, in header and content', () => {
    expect(isTaken(value, mac)).toBe(true);
    let decodable = 0;
    for (let at = 0; at < value.length; at++) {
      for (const flip of [0x01, 0x20, 0x80]) {
        const changed = Buffer.from(value);
        changed[at] = (changed[at] as number) ^ flip;
        if (decodeRecord(changed).ok) decodable++;
        if (isTaken(changed, mac)) throw new Error(`byte ${at} changed by ${flip} and was taken`);
      }
    }
    // Control: the form alone lets most changes of names, hashes and content through; it is the MAC that notices them.
    expect(decodable).toBeGreaterThan(150);
  });

  test('notices every byte removed, doubled or added', () => {
    for (let at = 0; at <= value.length; at++) {
      expect(isTaken(Buffer.concat([value.subarray(0, at), value.subarray(at + 1)]), mac)).toBe(at === value.length);
      expect(isTaken(Buffer.concat([value.subarray(0, at), Buffer.from(' '), value.subarray(at)]), mac)).toBe(false);
    }
  });

  test('is itself noticed when any digit of it is another, or it is cut, or by another key', () => {
    for (let at = 0; at < mac.length; at++) {
      const other = mac[at] === '0' ? '1' : '0';
      expect(isTaken(value, mac.slice(0, at) + other + mac.slice(at + 1))).toBe(false);
      expect(isTaken(value, mac.slice(0, at))).toBe(false);
      // One more bit in the code unit, same low byte.
      expect(isTaken(value, mac.slice(0, at) + String.fromCharCode(mac.charCodeAt(at) + 0x100) + mac.slice(at + 1))).toBe(false);
    }
    expect(isTaken(value, mac.toUpperCase())).toBe(false);
    expect(isTaken(value, `${mac}0`)).toBe(false);
    expect(isTaken(value, mac, Buffer.alloc(32, 6))).toBe(false);
  });

  test('binds agency, principal and id: no record speaks for another', () => {
    for (const name of ['agency', 'principal', 'id'] as const) expect(recordMac(key, { ...header, [name]: 'other' }, value)).not.toBe(mac);
  });
});

describe("capture's clock", () => {
  test.each<[text: string, micros: number]>([
    ['1970-01-01T00:00:00.000000Z', 0],
    ['1970-01-01T00:00:00.000001Z', 1],
    ['1969-12-31T23:59:59.999999Z', -1],
    ['2000-02-29T12:34:56.789012Z', 951_827_696_789_012],
    ['2026-02-28T23:59:59.999999Z', 1_772_323_199_999_999],
    ['0001-01-01T00:00:00.000000Z', Number.NaN],
    ['2255-01-01T00:00:00.000000Z', 8_993_721_600_000_000],
    ['2256-01-01T00:00:00.000000Z', Number.NaN],
    ['2026-02-29T00:00:00.000000Z', Number.NaN],
    ['2100-02-29T00:00:00.000000Z', Number.NaN],
    ['2026-04-31T00:00:00.000000Z', Number.NaN],
    ['2026-01-01T24:00:00.000000Z', Number.NaN],
    ['2026-01-01T00:00:60.000000Z', Number.NaN],
    ['2026-01-01T00:00:00Z', Number.NaN],
    ['2026-01-01t00:00:00.000000z', Number.NaN],
    ['2026-01-01T00:00:00.000000+00:00', Number.NaN],
    ['2026-01-01T00:00:00.000000Z\n', Number.NaN],
    ['', Number.NaN],
  ])('%j is %d', (text, micros) => {
    expect(capturedMicros(text)).toBe(micros);
  });

  test('agrees with the calendar of the engine, on any day in any order', () => {
    fc.assert(
      fc.property(captured, (text) => {
        expect(capturedMicros(text)).toBe(Date.parse(text.replace('789Z', 'Z')) * 1_000 + 789);
      }),
    );
  });
});
