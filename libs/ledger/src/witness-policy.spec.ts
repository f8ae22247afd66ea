import fc from 'fast-check';
import { utf8 } from './bytes.ts';
import { type Cosignature, formatCheckpoint, openCheckpoint } from './checkpoint.ts';
import { cosign } from './cosignature.ts';
import { formatVerifierKey, signingKey } from './note-key.ts';
import { sha256 } from './primitives.ts';
import { formatNote, signText } from './signed-note.ts';
import { meetsPolicy, parseWitnessPolicy, type WitnessPolicy, witnessing, WITNESSES_MAX } from './witness-policy.ts';

const seed = (n: number) => new Uint8Array(32).fill(n);
const log = signingKey('log', 'log.example/demo', seed(1));
const keys = [2, 3, 4].map((n) => signingKey('witness', `w${n}.example`, seed(n)));
const vkeys = keys.map(formatVerifierKey);
const file = (threshold: unknown, witnesses: unknown = vkeys.map((vkey) => ({ vkey, url: 'https://w.example/' }))) =>
  utf8(JSON.stringify({ witnesses, threshold }));

function policy(threshold: number): WitnessPolicy {
  const parsed = parseWitnessPolicy(file(threshold));
  if (!parsed.ok) throw new Error(parsed.fault.detail);
  return parsed.value;
}

const text = formatCheckpoint({ origin: log.name, size: 7n, root: sha256(utf8('root')), extension: [] });

function cosignedBy(signers: readonly (typeof keys)[number][], known = keys): readonly Cosignature[] {
  const note = formatNote(text, [signText(log, text), ...signers.map((signer, n) => cosign(signer, text, 100n + BigInt(n)))]);
  const opened = openCheckpoint(note, { log: [log], witness: known });
  if (!opened.ok) throw new Error(opened.fault.detail);
  return opened.value.cosignatures;
}

test('a policy is met by as many of its witnesses as it asks for, whichever they are', () => {
  fc.assert(
    fc.property(fc.subarray(keys), fc.nat(3), (signers, threshold) => {
      expect(meetsPolicy(cosignedBy(signers), policy(threshold))).toBe(signers.length >= threshold);
    }),
  );
});

test('who cosigned, when, and who did not is said', () => {
  const [first, , third] = keys as [(typeof keys)[number], (typeof keys)[number], (typeof keys)[number]];
  expect(witnessing(cosignedBy([third, first]), policy(3))).toEqual({
    met: false,
    threshold: 3,
    cosigned: [
      { name: first.name, timestamp: 101n },
      { name: third.name, timestamp: 100n },
    ],
    missing: ['w3.example'],
  });
});

test('strangers, and one witness many times, count for nothing', () => {
  const stranger = signingKey('witness', 'stranger.example', seed(9));
  const found = cosignedBy([keys[0] as (typeof keys)[number], stranger], [...keys, stranger]);
  expect(found).toHaveLength(2);
  expect(meetsPolicy(found, policy(2))).toBe(false);
  expect(meetsPolicy([...found, ...found, ...found], policy(2))).toBe(false);
  // A key of the same name and id, but other bytes, is no witness of the policy.
  const collides = found.map((cosignature) => ({ ...cosignature, key: { ...cosignature.key, publicKey: stranger.publicKey } }));
  expect(meetsPolicy(collides, policy(1))).toBe(false);
  expect(meetsPolicy(found, policy(1))).toBe(true);
});

test('a policy is read with its prefixes, and without them', () => {
  expect(policy(2)).toMatchObject({
    threshold: 2,
    witnesses: keys.map(({ name, id }) => ({ key: { name, id }, url: 'https://w.example' })),
  });
  const urls = ['http://127.0.0.1:8090', 'https://w.example/a/b//', undefined];
  const parsed = parseWitnessPolicy(
    file(
      0,
      urls.map((url, n) => ({ vkey: vkeys[n], url })),
    ),
  );
  expect(parsed.ok && parsed.value.witnesses.map(({ url }) => url)).toEqual(['http://127.0.0.1:8090', 'https://w.example/a/b', null]);
  expect(parseWitnessPolicy(file(0, []))).toEqual({ ok: true, value: { witnesses: [], threshold: 0 } });
});

test('what is no policy has a fault of its own', () => {
  const [vkey] = vkeys;
  const twoNames = formatVerifierKey(signingKey('witness', 'another.example', seed(2)));
  const many = Array.from({ length: WITNESSES_MAX + 1 }, (_, n) => ({
    vkey: formatVerifierKey(signingKey('witness', `w${n}`, seed(n))),
  }));
  const cases: [Uint8Array, string | null][] = [
    [utf8(''), 'policy.json'],
    [utf8('{"threshold":0,"threshold":0,"witnesses":[]}'), 'policy.json'],
    [utf8('[]'), 'policy.member'],
    [utf8('null'), 'policy.member'],
    [utf8('{"witnesses":[]}'), 'policy.member'],
    [utf8('{"witnesses":[],"threshold":0,"quorum":1}'), 'policy.member'],
    [file(0, {}), 'policy.witnesses'],
    [file(0, many), 'policy.witnesses'],
    [file(0, many.slice(1)), null],
    [file(0, [vkey]), 'policy.member'],
    [file(0, [{ url: 'https://w.example' }]), 'policy.member'],
    [file(0, [{ vkey, name: 'w' }]), 'policy.member'],
    [file(0, [{ vkey: 5 }]), 'policy.vkey'],
    [file(0, [{ vkey: 'w' }]), 'policy.vkey'],
    [file(0, [{ vkey: formatVerifierKey(log) }]), 'policy.vkey'],
    ...['', 'w.example', 'ftp://w.example', 'https://a:b@w.example', 'https://w.example/?a', 'https://w.example/#a', 5, null].map(
      (url): [Uint8Array, string] => [file(0, [{ vkey, url }]), 'policy.url'],
    ),
    [file(0, [{ vkey }, { vkey }]), 'policy.duplicate'],
    [file(0, [{ vkey }, { vkey: twoNames }]), 'policy.duplicate'],
    ...[-1, 4, 1.5, '1', null].map((threshold): [Uint8Array, string] => [file(threshold), 'policy.threshold']),
  ];
  const code = (given: Uint8Array) => {
    const parsed = parseWitnessPolicy(given);
    return parsed.ok ? null : parsed.fault.code;
  };
  expect(cases.map(([given]) => code(given))).toEqual(cases.map(([, fault]) => fault));
});

test('one key under two names would meet a policy of two: its cosignature does not say the name', () => {
  const twin = signingKey('witness', 'another.example', seed(2));
  const [original] = keys as [(typeof keys)[number]];
  const { signature } = cosign(original, text, 5n);
  const note = formatNote(text, [signText(log, text), { ...cosign(original, text, 5n) }, { name: twin.name, id: twin.id, signature }]);
  const opened = openCheckpoint(note, { log: [log], witness: [original, twin] });
  const careless = { witnesses: [original, twin].map((key) => ({ key, url: null })), threshold: 2 };
  expect(opened.ok && meetsPolicy(opened.value.cosignatures, careless)).toBe(true);
  expect(
    parseWitnessPolicy(
      file(
        2,
        [original, twin].map((key) => ({ vkey: formatVerifierKey(key) })),
      ),
    ),
  ).toMatchObject({
    fault: { code: 'policy.duplicate' },
  });
});
