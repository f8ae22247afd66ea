/** Bundles with one thing changed: in what a file says, in its bytes, in which files there are, in the zip around them. */
import { BUNDLE_PROOF, canonicalize, sha256Hex, utf8, utf8Text, writeBundleZip } from '#lib/ledger';
import { otherValue, pick, seeded, type Mutable, type Random } from '../../../libs/ledger/src/mutants.contract.ts';

type Files = Map<string, Uint8Array>;

/** A zip, and what was done to it. */
export interface BundleMutant {
  readonly what: string;
  readonly zip: Uint8Array;
}

function zipOf(files: Files): Uint8Array {
  const zip = writeBundleZip(files);
  if (!zip.ok) throw new Error(zip.fault.detail);
  return zip.value;
}

const flipped = (bytes: Uint8Array, random: Random): Uint8Array => bytes.with(random(bytes.length), random(256));

const eventsOf = (files: Files): string[] => [...files.keys()].filter((name) => name.startsWith('events/'));

/** Another value somewhere below; the text stays canonical, so that it is read to the end. */
function otherJson(bytes: Uint8Array, random: Random): Uint8Array {
  return utf8(canonicalize(otherValue(JSON.parse(utf8Text(bytes) as string) as Mutable, random)));
}

/** The signed note, with a character changed. */
function otherCheckpoint(files: Files, random: Random): Files {
  const proof = JSON.parse(utf8Text(files.get(BUNDLE_PROOF) as Uint8Array) as string) as { checkpoint: string };
  const at = random(proof.checkpoint.length);
  const checkpoint = proof.checkpoint.slice(0, at) + pick([...'aZ0+/ \n'], random) + proof.checkpoint.slice(at + 1);
  return files.set(BUNDLE_PROOF, utf8(canonicalize({ ...proof, checkpoint })));
}

/** What is changed in the files; the outcome is packed as it should be. */
const IN_FILES: Readonly<Record<string, (files: Files, random: Random) => Files>> = {
  'a value in the proof': (files, random) => files.set(BUNDLE_PROOF, otherJson(files.get(BUNDLE_PROOF) as Uint8Array, random)),
  'a value in an event': (files, random) => {
    const name = pick(eventsOf(files), random);
    return files.set(name, otherJson(files.get(name) as Uint8Array, random));
  },
  'a byte of a file': (files, random) => {
    const name = pick([...files.keys()], random);
    return files.set(name, flipped(files.get(name) as Uint8Array, random));
  },
  'a character of the signed head': otherCheckpoint,
  'a file gone': (files, random) => {
    files.delete(pick([...files.keys()], random));
    return files;
  },
  'two events exchanged': (files, random) => {
    const a = pick(eventsOf(files), random);
    const b = pick(
      eventsOf(files).filter((name) => name !== a),
      random,
    );
    const kept = files.get(a) as Uint8Array;
    return files.set(a, files.get(b) as Uint8Array).set(b, kept);
  },
  'an event too many': (files, random) => files.set(`events/9${String(random(1e9)).padStart(11, '0')}.json`, utf8('{}')),
};

/** What is changed in the zip. */
const IN_ZIP: Readonly<Record<string, (zip: Uint8Array, random: Random) => Uint8Array>> = {
  'a byte of the zip': flipped,
  'the end cut off': (zip, random) => zip.subarray(0, random(zip.length)),
};

/** As many draws in vain, one after the other, and a kind has no more. */
const DRAWS_MAX = 200;

/** So many, each once and none the bundle itself, of each kind in turn as long as it has more; the same for the same seed. Throws where all have no more. */
export function bundleMutants(files: ReadonlyMap<string, Uint8Array>, seed: number, count: number): BundleMutant[] {
  const random = seeded(seed);
  const whole = zipOf(new Map(files));
  const kinds: [string, () => Uint8Array][] = [
    ...Object.entries(IN_FILES).map(([what, change]): [string, () => Uint8Array] => [what, () => zipOf(change(new Map(files), random))]),
    ...Object.entries(IN_ZIP).map(([what, change]): [string, () => Uint8Array] => [what, () => change(whole, random)]),
  ];
  const seen = new Set([sha256Hex(whole)]);
  const drawn = (make: () => Uint8Array): Uint8Array | undefined => {
    for (let draw = 0; draw < DRAWS_MAX; draw++) {
      const zip = make();
      const hash = sha256Hex(zip);
      if (!seen.has(hash)) return seen.add(hash) && zip;
    }
    return undefined;
  };
  const mutants: BundleMutant[] = [];
  for (let n = 0; mutants.length < count; n++) {
    const [what, make] = kinds[n % kinds.length] as [string, () => Uint8Array];
    const zip = drawn(make);
    if (zip !== undefined) mutants.push({ what, zip });
    else kinds.splice(n % kinds.length, 1);
  }
  return mutants;
}
