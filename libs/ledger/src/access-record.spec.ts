import { accessCommitment, encodeAccessRecord, readAccessRecord, type AccessRecord } from './access-record.ts';
import { toHex, utf8, utf8Text } from './bytes.ts';

const RECORD: AccessRecord = {
  log: 'ledger.example/log/access',
  tenant: 'customs',
  at: '2026-11-24T02:08:00.000000Z',
  request: 'r1',
  operation: 'getEvent',
  agency: 'customs',
  principal: 'eva',
  reader: { address: '127.0.0.1', key: 'k1', via: 'key', behalf: null },
  policy: 7,
  emergency: false,
  tlp: 'RED',
  items: ['imo:0000048', 'vin:WDDSYNTH9JA000001'],
  events: ['customs/e1'],
  evidence: ['ab'.repeat(32)],
  deadLetters: [1, 20],
};
const TEXT =
  '{"agency":"customs","at":"2026-11-24T02:08:00.000000Z","deadLetters":[1,20],"emergency":false,"events":["customs/e1"],' +
  `"evidence":["${'ab'.repeat(32)}"],"items":["imo:0000048","vin:WDDSYNTH9JA000001"],"log":"ledger.example/log/access","operation":"getEvent",` +
  '"policy":7,"principal":"eva","reader":{"address":"127.0.0.1","behalf":null,"key":"k1","via":"key"},"request":"r1","tenant":"customs","tlp":"RED","v":1}';

/** By another program: SHA-256 over 0x00, the tag, 32 bytes of 0x01 and the text. */
const KNOWN = 'a954fd2364bb3dad738a2f7d7ffa463d4801eca02fd60a7c41d7c9c7b64caa36';

describe('a record of the access log', () => {
  it('is one text, read back as it was', () => {
    expect(utf8Text(encodeAccessRecord(RECORD))).toBe(TEXT);
    expect(readAccessRecord(utf8(TEXT))).toEqual(RECORD);
    expect(readAccessRecord(encodeAccessRecord({ ...RECORD, reader: null, policy: 0, tlp: null }))).not.toBeNull();
  });

  it.each([
    ['another order', TEXT.replace('"v":1}', '"v":1,"a":1}')],
    ['another member', TEXT.replace('"operation"', '"more":1,"operation"')],
    ['no policy', TEXT.replace('"policy":7', '"policy":null')],
    ['another version', TEXT.replace('"v":1', '"v":2')],
    ['names in another order', TEXT.replace('"imo:0000048","vin:WDDSYNTH9JA000001"', '"vin:WDDSYNTH9JA000001","imo:0000048"')],
    ['a name twice', TEXT.replace('[1,20]', '[1,1]')],
    ['a space', `${TEXT} `],
    ['no time', TEXT.replace('2026-11-24T02:08:00.000000Z', '2026-11-24')],
    ['another reader', TEXT.replace('"via":"key"', '"via":1')],
    ['half a character', TEXT.replace('"eva"', '"\\ud800"')],
    ['a member twice', TEXT.replace('"v":1}', '"v":1,"v":1}')],
    ['no JSON', '{'],
  ])('is none with %s', (_, text) => {
    expect(readAccessRecord(utf8(text))).toBeNull();
  });

  it('is committed to under its own tag: a known answer', () => {
    expect(toHex(accessCommitment(new Uint8Array(32).fill(1), utf8(TEXT)))).toBe(KNOWN);
    expect(toHex(accessCommitment(new Uint8Array(32).fill(2), utf8(TEXT)))).not.toBe(KNOWN);
    expect(() => accessCommitment(new Uint8Array(31), utf8(TEXT))).toThrow(RangeError);
  });
});
