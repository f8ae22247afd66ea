import { bundleFiles, CAR, grownWorld, logKey, OTHER_CAR } from './ledger-world.contract.ts';
import { bundleOf, sha256Hex, utf8, utf8Text, verifyBundle, writeBundleZip } from './index.ts';

const world = grownWorld();
const extras = { page: utf8('<!doctype html>'), readme: 'How to check this.\n' };

test('a bundle is verified, and holds its events as they were submitted, each in a file', () => {
  const files = bundleOf(world.prove(CAR), extras);
  expect(verifyBundle(files, { log: [logKey] }).verdict).toBe('verified');
  const own = world.events.filter(({ items }) => items.includes(CAR));
  expect([...files.keys()].filter((name) => name.startsWith('events/'))).toHaveLength(own.length);
  for (const { index, content } of own)
    expect(utf8Text(files.get(`events/${String(index).padStart(12, '0')}.json`) as Uint8Array)).toBe(content);
  for (const [name, bytes] of bundleFiles(world, CAR)) expect(files.get(name)).toEqual(bytes);
});

test('page and text prove nothing: others in their place change no verdict', () => {
  const files = bundleOf(world.prove(CAR), { page: utf8('<script>'), readme: '' });
  expect(verifyBundle(files, { log: [logKey] }).verdict).toBe('verified');
});

test('the same proof gives the same zip to the byte; of another item, another', () => {
  const hashOf = (item: string): string => {
    const zip = writeBundleZip(bundleOf(world.prove(item), extras));
    return zip.ok ? sha256Hex(zip.value) : zip.fault.detail;
  };
  expect(hashOf(CAR)).toBe(hashOf(CAR));
  expect(hashOf(OTHER_CAR)).not.toBe(hashOf(CAR));
});
