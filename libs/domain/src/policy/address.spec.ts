import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { holdsAddress, parseAddressRange, type AddressRange } from '../index.ts';

const range = (text: string): AddressRange => {
  const read = parseAddressRange(text);
  if (!read.ok) throw new Error(`${text}: ${read.detail}`);
  return read.value;
};
const holds = (text: string, address: string): boolean => holdsAddress([range(text)], address);

describe('a range of addresses', () => {
  it('holds what has its first bits, and nothing else', () => {
    expect(holds('10.0.0.0/8', '10.255.0.1')).toBe(true);
    expect(holds('10.0.0.0/8', '11.0.0.1')).toBe(false);
    expect(holds('192.0.2.7', '192.0.2.7')).toBe(true);
    expect(holds('192.0.2.7', '192.0.2.8')).toBe(false);
    expect(holds('2001:db8::/32', '2001:db8:1::5')).toBe(true);
    expect(holds('2001:db8::/32', '2001:db9::5')).toBe(false);
    expect(holds('0.0.0.0/0', '::1')).toBe(false);
    expect(holds('::1', '127.0.0.1')).toBe(false);
  });

  it('takes an IPv4 address within IPv6 for that IPv4 address, in the range and in what is asked', () => {
    expect(holds('127.0.0.0/8', '::ffff:127.0.0.1')).toBe(true);
    expect(holds('::ffff:127.0.0.0/104', '127.0.0.1')).toBe(true);
    expect(holds('::ffff:127.0.0.1', '127.0.0.1')).toBe(true);
    expect(holds('::ffff:127.0.0.1', '127.0.0.2')).toBe(false);
  });

  it.each([
    [''],
    ['10.0.0.0/33'],
    ['10.0.0.1/8'],
    ['10.0.0.0/08'],
    ['010.0.0.1'],
    ['10.0.0'],
    ['10.0.0.256'],
    ['::1/129'],
    ['::ffff:10.0.0.0/95'],
    ['1:2:3:4:5:6:7:8:9'],
    ['1::2::3'],
    ['1:2:3:4:5:6:7::8'],
    [':1'],
    ['fe80::1%eth0'],
    ['localhost'],
    ['10.0.0.0/'],
    ['::ffff:10.0.0.0/8/8'],
  ])('is not %p', (text) => {
    expect(parseAddressRange(text)).toMatchObject({ ok: false, code: 'policy.address' });
  });

  it('of IPv4 and IPv6 agrees with the one that Node has', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(address, address, fc.integer({ min: 0, max: 128 }), (base, asked, bits) => {
        const family = isIP(base) === 4 ? 'ipv4' : 'ipv6';
        const prefix = family === 'ipv4' ? bits % 33 : bits;
        const whole = range(base);
        const behind = BigInt((whole.family === 4 ? 32 : 128) - prefix);
        // Node takes every IPv4 address for one of IPv6: there `::/0` holds it.
        if (range(asked).family !== whole.family || (whole.family === 4 && family === 'ipv6')) return true;
        const ours = { ...whole, value: (whole.value >> behind) << behind, bits: prefix };
        const node = new BlockList();
        node.addSubnet(base, prefix, family);
        const check = (text: string): boolean => node.check(text, isIP(text) === 4 ? 'ipv4' : 'ipv6');
        return holdsAddress([ours], asked) === check(asked) && holdsAddress([ours], base) === check(base);
      }),
      { numRuns: 2_000 },
    );
  });
});
