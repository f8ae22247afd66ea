import { spawnSync } from 'node:child_process';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { unzipSync, Zip, ZipDeflate, zipSync } from 'fflate';
import { bundleFiles, CAR, grownWorld, logKey } from './ledger-world.contract.ts';
import {
  BUNDLE_LIMITS,
  concatBytes,
  readBundleZip,
  sha256Hex,
  utf8,
  utf8Text,
  verifyBundle,
  verifyBundleZip,
  verifyBundleZipSteps,
  writeBundleZip,
  ZIP_FAULT_CODES,
  type Statement,
} from './index.ts';
import { crc32 } from './crc32.ts';

const FILES = new Map([
  ['proof.json', utf8('{"format":"custody-bundle/1"}')],
  ['events/000000000000.json', utf8('a'.repeat(3_000))],
  ['events/000000000001.json', utf8('Дальнее слово')],
  [`evidence/${'ab'.repeat(32)}`, Uint8Array.from({ length: 5_000 }, (_, n) => (n * n) >> 3)],
  ['README.txt', utf8('How to check this.\n')],
  ['verify.html', utf8('<!doctype html>')],
]);

function written(files: ReadonlyMap<string, Uint8Array> = FILES): Uint8Array {
  const zip = writeBundleZip(files);
  if (!zip.ok) throw new Error(zip.fault.detail);
  return zip.value;
}

/** Packed by somebody else. */
const packed = (files: Readonly<Record<string, Uint8Array>>, level: 0 | 9 = 9): Uint8Array => zipSync(files, { level });

const faultOf = (zip: Uint8Array): string => {
  const read = readBundleZip(zip);
  return read.ok ? (read.value.damaged?.code ?? 'none') : read.fault.code;
};

/** Little-endian number of `bytes` bytes, written over what is there. */
function patched(zip: Uint8Array, at: number, bytes: number, value: number): Uint8Array {
  const changed = Uint8Array.from(zip);
  for (let n = 0; n < bytes; n++) changed[at + n] = Math.floor(value / 2 ** (8 * n)) & 0xff;
  return changed;
}

/** Where the n-th record of this signature starts. */
function find(zip: Uint8Array, signature: number, n = 0): number {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.length);
  for (let at = 0; at + 4 <= zip.length; at++) if (view.getUint32(at, true) === signature && n-- === 0) return at;
  throw new Error('no such record');
}
const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];

describe('a bundle as a zip', () => {
  test('holds what went into it', () => {
    const read = readBundleZip(written());
    expect(read.ok && new Map([...read.value.files].map(([name, bytes]) => [name, Uint8Array.from(bytes)]))).toEqual(FILES);
  });

  test('has the same bytes in whatever order the files came, for ever', () => {
    const zip = written();
    const shuffled = new Map([...FILES].reverse());
    expect(sha256Hex(written(shuffled))).toBe(sha256Hex(zip));
    // A change of this line is a change of what others may have pinned.
    expect(sha256Hex(zip)).toBe('5d4d9f110b998a00f5cd4241c260828f8bf4eb9f8db856e4385dd7ee0874e3fb');
  });

  test('has the same bytes by the clocks of all time zones, and at any time', () => {
    const source = `
      import { readBundleZip, sha256Hex, writeBundleZip } from './index.ts';
      const files = new Map([['proof.json', Uint8Array.of(1)], ['events/000000000000.json', Uint8Array.of(2)]]);
      const zones = Intl.supportedValuesOf('timeZone');
      const hashes = new Set();
      for (const zone of zones) {
        process.env.TZ = zone;
        hashes.add(sha256Hex(writeBundleZip(files).value) + (new Date(1980, 0, 1).getHours() === 0 ? '' : zone));
      }
      console.log(zones.length, hashes.size, new Date(0).getTimezoneOffset());`;
    const { outputFiles } = buildSync({
      stdin: { contents: source, resolveDir: import.meta.dirname },
      bundle: true,
      conditions: ['source'],
      format: 'esm',
      platform: 'node',
      write: false,
    });
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-'], {
      input: outputFiles[0]?.text ?? '',
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const [zones, hashes] = stdout.split(' ').map(Number);
    expect(zones).toBeGreaterThan(300);
    expect(hashes).toBe(1);
  });

  test('tells the time of nobody: midnight of the first day that a zip can say, in every record', () => {
    const zip = written();
    for (let n = 0; n < FILES.size; n++) {
      const [local, central] = [find(zip, LOCAL, n), find(zip, CENTRAL, n)];
      expect([...zip.subarray(local + 10, local + 14), ...zip.subarray(central + 12, central + 16)]).toEqual([0, 0, 33, 0, 0, 0, 33, 0]);
    }
  });

  test('is opened by a reader that knows nothing of bundles', () => {
    expect(Object.entries(unzipSync(written())).map(([name, bytes]) => [name, sha256Hex(bytes)])).toEqual(
      [...FILES].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, bytes]) => [name, sha256Hex(bytes)]),
    );
  });

  test('is not written with a file that no bundle has, nor beyond its bounds', () => {
    expect(writeBundleZip(new Map([['../proof.json', utf8('')]]))).toMatchObject({ ok: false, fault: { code: 'bundle.file-name' } });
    const many = new Map(
      Array.from({ length: BUNDLE_LIMITS.filesMax + 1 }, (_, n) => [`events/${String(n).padStart(12, '0')}.json`, new Uint8Array()]),
    );
    expect(writeBundleZip(many)).toMatchObject({ ok: false, fault: { code: 'bundle.too-many-files' } });
    const large = { length: BUNDLE_LIMITS.fileBytesMax + 1 } as Uint8Array;
    expect(writeBundleZip(new Map([['proof.json', large]]))).toMatchObject({
      ok: false,
      fault: { code: 'bundle.too-large', file: 'proof.json' },
    });
    const half = { length: BUNDLE_LIMITS.fileBytesMax } as Uint8Array;
    const together = new Map(['a', 'b', 'c'].map((digit) => [`evidence/${digit.repeat(64)}`, half]));
    expect(writeBundleZip(together)).toMatchObject({ ok: false, fault: { code: 'bundle.too-large' } });
  });
});

describe('a zip that comes from outside', () => {
  test('is read where others packed the same files again: deflated, in another order, or as a stream with its sizes behind', () => {
    const again = packed(Object.fromEntries([...FILES].reverse()));
    expect(again.length).toBeLessThan(written().length);
    const chunks: Uint8Array[] = [];
    const stream = new Zip((error, chunk) => {
      expect(error).toBeNull();
      chunks.push(chunk);
    });
    for (const [name, bytes] of FILES) {
      const file = new ZipDeflate(name);
      stream.add(file);
      file.push(bytes, true);
    }
    stream.end();
    for (const zip of [again, concatBytes(...chunks)]) {
      const read = readBundleZip(zip);
      expect(read.ok && [...read.value.files].map(([name, bytes]) => [name, utf8Text(bytes) ?? bytes.length]).sort()).toEqual(
        [...FILES].map(([name, bytes]) => [name, utf8Text(bytes) ?? bytes.length]).sort(),
      );
    }
  });

  test.each([
    '../proof.json',
    '/etc/passwd',
    'events/../proof.json',
    'events\\000000.json',
    'events/',
    'events/1.json',
    'PROOF.JSON',
    'proof.json\0.txt',
    'prööf.json',
    `evidence/${'AB'.repeat(32)}`,
    '',
  ])('has no file of the name %j', (name) => {
    expect(readBundleZip(packed({ [name]: utf8('x') }))).toMatchObject({ ok: false, fault: { code: 'bundle.file-name' } });
  });

  test('quotes nothing of a name that could do something to a terminal', () => {
    const read = readBundleZip(packed({ '\u001b[31m.json': utf8('') }));
    expect(!read.ok && read.fault.detail).toBe('A bundle has no file of this name: ?[31m.json.');
  });

  test('has no name twice: two readers would see two bundles', () => {
    const zip = packed({ 'events/000000000000.json': utf8('a'), 'events/000000000001.json': utf8('b') }, 0);
    const twice = [find(zip, LOCAL, 1) + 30, find(zip, CENTRAL, 1) + 46].reduce((bytes, at) => patched(bytes, at + 18, 1, 0x30), zip);
    expect(faultOf(twice)).toBe('bundle.duplicate-file');
    // Control: with another digit they are two files.
    expect(faultOf(zip)).toBe('none');
  });

  test('says the same in its directory and before each file', () => {
    const zip = packed({ 'events/000000000000.json': utf8('a') }, 0);
    expect(faultOf(patched(zip, find(zip, LOCAL) + 30 + 18, 1, 0x31))).toBe('bundle.zip');
    expect(faultOf(patched(zip, find(zip, CENTRAL) + 46 + 18, 1, 0x31))).toBe('bundle.zip');
    expect(faultOf(patched(zip, find(zip, LOCAL) + 8, 2, 8))).toBe('bundle.zip');
    expect(faultOf(patched(zip, find(zip, CENTRAL) + 20, 4, 2))).toBe('bundle.zip');
    expect(faultOf(patched(zip, find(zip, CENTRAL) + 42, 4, 1))).toBe('bundle.zip');
    expect(faultOf(patched(zip, find(zip, END) + 10, 2, 2))).toBe('bundle.zip');
    expect(faultOf(patched(zip, find(zip, END) + 16, 4, 0xffffffff))).toBe('bundle.zip');
    expect(faultOf(concatBytes(utf8('#!/bin/sh\n'), zip))).toBe('bundle.zip');
    expect(faultOf(concatBytes(zip, utf8('more')))).toBe('bundle.zip');
  });

  test('is known as none where it is none, or only its beginning', () => {
    const zip = written();
    for (const bytes of [new Uint8Array(), utf8('{"format":"custody-bundle/1"}'), zip.subarray(0, zip.length - 1), zip.subarray(0, 100)])
      expect(faultOf(bytes)).toBe('bundle.zip');
  });

  test('may be neither encrypted nor packed in a way that not every reader knows', () => {
    const zip = packed({ 'proof.json': utf8('x') }, 0);
    expect(faultOf(patched(zip, find(zip, CENTRAL) + 8, 2, 1))).toBe('bundle.compression');
    expect(faultOf(patched(zip, find(zip, CENTRAL) + 10, 2, 93))).toBe('bundle.compression');
  });

  test('whose bytes are not what was written is never called one of which nothing is known to be wrong', () => {
    const zip = packed({ 'README.txt': utf8('x'.repeat(1_000)) }, 0);
    const report = verifyBundleZip(patched(zip, find(zip, LOCAL) + 40, 1, 0x79), { log: [] });
    expect(report).toMatchObject({
      verdict: 'not-checked',
      summary: expect.stringMatching(/^Not checked: README\.txt: .*damaged, or changed/) as string,
    });
    expect(report.summary).not.toMatch(/nothing is known|on its way/);
  });

  test('is damaged where a file has another checksum or length than it should, or cannot be unpacked', () => {
    const text = utf8('x'.repeat(1_000));
    const zip = packed({ 'proof.json': text }, 9);
    const central = find(zip, CENTRAL);
    expect(faultOf(patched(zip, central + 16, 4, crc32(text) ^ 1))).toBe('bundle.damaged');
    for (const size of [0, 999, 1_001, 5_000_000]) expect(faultOf(patched(zip, central + 24, 4, size))).toBe('bundle.damaged');
    // The block type that DEFLATE does not have.
    expect(faultOf(patched(zip, find(zip, LOCAL) + 40, 1, 0xff))).toBe('bundle.damaged');
    const stored = packed({ 'proof.json': text }, 0);
    expect(faultOf(patched(stored, find(stored, LOCAL) + 40, 1, 0x79))).toBe('bundle.damaged');
  });

  test('is not unpacked beyond its bounds, whatever sizes it states', () => {
    const bomb = packed({ 'proof.json': new Uint8Array(16 * 1024 ** 2) });
    expect(bomb.length).toBeLessThan(20_000);
    const central = find(bomb, CENTRAL);
    // It says that it is small: found after a piece.
    const started = performance.now();
    expect(faultOf(patched(bomb, central + 24, 4, 10))).toBe('bundle.damaged');
    console.log(`a bomb that is said to have 10 bytes is refused after ${(performance.now() - started).toFixed(0)} ms`);
    expect(faultOf(patched(bomb, central + 24, 4, BUNDLE_LIMITS.fileBytesMax + 1))).toBe('bundle.too-large');
    // Many names for the same packed bytes.
    const names = Array.from({ length: 9 }, (_, n) => `events/00000000000${n}.json`);
    const many = packed(Object.fromEntries(names.map((name) => [name, utf8('x')])));
    const large = names.reduce((zip, _, n) => patched(zip, find(zip, CENTRAL, n) + 24, 4, BUNDLE_LIMITS.fileBytesMax), many);
    expect(faultOf(large)).toBe('bundle.too-large');
  });

  test('never throws and never gives other content, whichever bytes are changed', () => {
    const zips = [written(), packed(Object.fromEntries(FILES))];
    const original = [...FILES].map(([name, bytes]) => `${name} ${sha256Hex(bytes)}`).sort();
    fc.assert(
      fc.property(fc.nat(1), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, at, mask) => {
        const zip = Uint8Array.from(zips[which] as Uint8Array);
        zip[at % zip.length] = (zip[at % zip.length] as number) ^ mask;
        const read = readBundleZip(zip);
        if (read.ok && read.value.damaged !== null) expect(read.value.damaged.code).toBe('bundle.damaged');
        else if (read.ok) expect([...read.value.files].map(([name, bytes]) => `${name} ${sha256Hex(bytes)}`).sort()).toEqual(original);
        else expect(ZIP_FAULT_CODES).toContain(read.fault.code);
      }),
      { numRuns: 500 },
    );
  });

  test('may be any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => expect(faultOf(bytes)).toBe('bundle.zip')));
  });
});

test('a zip is verified as its files are; one that cannot be read is not checked, and nothing is said against it', () => {
  const files = bundleFiles(grownWorld(), CAR);
  const zip = written(files);
  const trust = { log: [logKey] };
  expect(verifyBundleZip(zip, trust)).toEqual(verifyBundle(files, trust));
  expect(verifyBundleZip(zip, trust).verdict).toBe('verified');
  const cut = verifyBundleZip(zip.subarray(0, 1_000), trust);
  expect(cut).toMatchObject({ verdict: 'not-checked', statements: [{ step: 'document', state: 'not-established', code: 'bundle.zip' }] });
  for (const given of [zip, zip.subarray(0, 1_000)]) {
    const steps = verifyBundleZipSteps(given, trust);
    const made: Statement[] = [];
    let next = steps.next();
    for (; next.done !== true; next = steps.next()) made.push(next.value);
    expect([made, next.value]).toEqual([next.value.statements, verifyBundleZip(given, trust)]);
  }
});

test('one that is not as it was written is altered where its proof does not hold any more, by the step that says so; else it is not checked', () => {
  const files = new Map([...bundleFiles(grownWorld(), CAR), ['README.txt', utf8('How to check this.\n')]]);
  const trust = { log: [logKey] };
  const zip = written(files);
  const changedIn = (name: string): Uint8Array => {
    const at = Buffer.from(zip).indexOf(Buffer.from(files.get(name) as Uint8Array)) + 1;
    expect(at).toBeGreaterThan(0);
    return patched(zip, at, 1, (zip[at] as number) ^ 1);
  };
  const event = [...files.keys()].find((name) => name.startsWith('events/')) as string;
  for (const name of ['proof.json', event]) {
    const bytes = changedIn(name);
    const read = readBundleZip(bytes);
    expect(read.ok && read.value.damaged?.file).toBe(name);
    expect(verifyBundleZip(bytes, trust)).toEqual(verifyBundle(read.ok ? read.value.files : new Map(), trust));
    expect(verifyBundleZip(bytes, trust)).toMatchObject({ verdict: 'altered' });
    expect([...verifyBundleZipSteps(bytes, trust)]).toEqual(verifyBundleZip(bytes, trust).statements);
  }
  // What no step looks at, and a checksum that is itself what was changed.
  const crcAt = find(zip, CENTRAL) + 16;
  for (const bytes of [changedIn('README.txt'), patched(zip, crcAt, 1, (zip[crcAt] as number) ^ 1)])
    expect(verifyBundleZip(bytes, trust)).toMatchObject({ verdict: 'not-checked', statements: [{ code: 'bundle.damaged' }] });
});

test('CRC-32 of the check string of ISO 3309', () => {
  expect(crc32(utf8('123456789'))).toBe(0xcbf43926);
});
