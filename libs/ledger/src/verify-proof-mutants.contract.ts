/** Mutants of a whole proof: honest ones with one thing changed, for each field of a document, and for what was kept from an earlier check; and for clocks. */
import { utf8Text } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import { encodeEntry } from './entry.ts';
import { CAR, GROUPS, LedgerWorld, logKey, MAP_SALT, OTHER_CAR, seedOf, witnessKeys } from './ledger-world.contract.ts';
import {
  copyOf,
  otherHex,
  otherLeaf,
  otherText,
  otherValue,
  otherWhole,
  pick,
  repeatedly,
  type Mutable,
  type Random,
} from './mutants.contract.ts';
import { encodeProofDocument } from './proof-document.ts';
import { CLOCKS_APART_SECONDS_MAX } from './verify-times.ts';
import type { Kept, Question, Trust } from './proof-question.ts';

export const world = new LedgerWorld().begin();
world.add([CAR]);
world.add([OTHER_CAR]);
const sealTimes = new Map<number, string>();
const sealed = (time: string): unknown => sealTimes.set(world.seal(time).size, time);
sealed('2026-01-01T00:00:01.000000Z');
/** Heads that a client may have kept: each begins the log as it is. */
const heads = [world.size];
world.add([CAR, OTHER_CAR], 'GREEN');
world.add([CAR]);
sealed('2026-01-01T00:00:01.000000Z');
heads.push(world.size);
world.add([OTHER_CAR]);
const SEALED_MS = Date.parse('2026-01-01T00:00:02Z');
sealed('2026-01-01T00:00:02.000000Z');
export const fork = new LedgerWorld().begin();
fork.add([CAR]);
fork.add([CAR]);
fork.seal();

export const trust = { log: [logKey] } satisfies Trust;
export const question: Question = { item: CAR, groups: GROUPS, allEvents: true, inclusion: true };
export const honest = world.prove(CAR);
export const bytes = encodeProofDocument(honest);
const honestText = utf8Text(bytes) as string;

/** What is put before the verifier. */
export interface ProofMutant {
  readonly text: string;
  readonly trust: Omit<Trust, 'kept'> & { readonly kept?: KeptHead };
}

export type Json = { [member: string]: Mutable };
type Change = (value: Mutable, random: Random) => Mutable;

const at = (document: Mutable, path: readonly (string | number)[]): Mutable =>
  path.reduce<Mutable>((value, name) => (value as Json)[name as string] as Mutable, document);
/** Changes the value at a path, once or more. */
function changed(path: readonly (string | number)[], change: Change): Change {
  const many = repeatedly(change);
  return (document, random) => {
    const parent = at(document, path.slice(0, -1)) as Json;
    const name = path.at(-1) as string;
    parent[name] = many(parent[name] as Mutable, random);
    return document;
  };
}
const text: Change = (value, random) => otherText(value as string, random);
const hex: Change = (value, random) => otherHex(value as string, random);
const number: Change = (value, random) => otherWhole(value as number, random);
const leaf: Change = (value, random) => (random(4) === 0 ? (otherValue(value, random) as Mutable) : otherLeaf(value, random));
/** Of JSON in a text. */
const json: Change = (value, random) => {
  try {
    return canonicalize(leaf(JSON.parse(value as string) as Mutable, random));
  } catch {
    return text(value, random);
  }
};
const randomHash = (random: Random): string => Buffer.from(seedOf(String(random(2 ** 31)))).toString('base64');
/** Base64 of bytes, of which some are others. */
const base64: Change = (value, random) => {
  const raw = Buffer.from(value as string, 'base64');
  const how = random(5);
  if (how < 2 && raw.length > 0) raw[random(raw.length)]! ^= 1 << random(8);
  else if (how === 2) return raw.subarray(0, Math.max(0, raw.length - pick([1, 32, 40], random))).toString('base64');
  else if (how === 3) return Buffer.concat([raw, raw.subarray(0, pick([1, 32, 40], random))]).toString('base64');
  else if (raw.length >= 80) {
    const [a, b] = [random(raw.length / 40), random(raw.length / 40)].map((n) => Math.floor(n) * 40) as [number, number];
    const kept = Buffer.from(raw.subarray(a, a + 40));
    raw.copy(raw, a, b, b + 40);
    kept.copy(raw, b);
  } else if (raw.length > 0) raw[0]! ^= 0x80;
  return raw.toString('base64');
};
/** Of hashes: one left out, doubled, exchanged with its neighbour, changed, made up; or all the other way round. */
const path: Change = (value, random) => {
  const given = [...(value as Mutable[])];
  const n = random(given.length);
  return pick<() => Mutable>(
    [
      () => given.toSpliced(n, 1),
      () => given.toSpliced(n, 0, given[n] ?? randomHash(random)),
      () => given.toSpliced(n, 0, randomHash(random)),
      () => (given.length < 2 ? [] : given.with(n, given[(n + 1) % given.length]!).with((n + 1) % given.length, given[n]!)),
      () => (given.length === 0 ? [] : given.with(n, base64(given[n]!, random))),
      () => [...given].reverse(),
    ],
    random,
  )();
};

const partsOf = (of: LedgerWorld, item: string): Json[] =>
  at(JSON.parse(utf8Text(of.encode(item)) as string) as Mutable, ['item', 'groups']) as Json[];
const eventsOf = (of: LedgerWorld, item: string): Json[] =>
  at(JSON.parse(utf8Text(of.encode(item)) as string) as Mutable, ['events']) as Json[];
/** Other logs, of one entry and of more: what each says of an item is true of it, and of no other. */
const otherLogs = Array.from({ length: 8 }, (_, more) => {
  const log = new LedgerWorld().begin();
  for (let n = 0; n <= more; n++) log.add(n % 2 === 0 ? [CAR, OTHER_CAR] : [CAR]);
  log.seal();
  return log;
});
const NOBODIES = Array.from({ length: 12 }, (_, n) => `vin:NOBODY${n}`);
const ABSENT_PARTS = [world, fork, ...otherLogs].flatMap((log) => NOBODIES.flatMap((item) => partsOf(log, item)));
const FOREIGN_PARTS = [world, fork, ...otherLogs].flatMap((log) => [CAR, OTHER_CAR].flatMap((item) => partsOf(log, item)));
const FOREIGN_EVENTS = [eventsOf(world, CAR), eventsOf(world, OTHER_CAR), eventsOf(fork, CAR)].flat();
const forkHead = fork.checkpoint();
const group = GROUPS.indexOf('clear');
const inOrder = (parts: Mutable[], name: string): Mutable[] =>
  [...parts].sort((a, b) => ((a as Json)[name]! < (b as Json)[name]! ? -1 : (a as Json)[name]! > (b as Json)[name]! ? 1 : 0));
/** A name that was never there, among those that are. */
const someName = (random: Random): string =>
  pick(['agency:', 'community:', 'c', 'clear', 'green', ''], random) + random(1_000_000).toString(36);
const absent = (random: Random): Json => pick(ABSENT_PARTS, random);

const CHANGES: Readonly<Record<string, Change>> = {
  'checkpoint, its text': changed(['checkpoint'], text),
  'checkpoint, size and root of another log': changed(['checkpoint'], (value, random) => {
    const lines = (value as string).split('\n');
    const n = pick([1, 2, 4], random);
    const other = n === 1 ? String(random(100_000)) : n === 2 ? randomHash(random) : `${(lines[n] ?? '').slice(0, -3)}${random(1_000)}`;
    return lines.with(n, random(4) === 0 ? (forkHead.split('\n')[n] ?? '') : other).join('\n');
  }),
  'checkpoint, signed by somebody else': changed(['checkpoint'], (value, random) => {
    const stranger = world.checkpoint({ signer: { ...logKey, seed: seedOf(String(random(2 ** 31))) } });
    return random(8) === 0 ? `${value as string}${stranger.split('\n').at(-2)}\n` : stranger;
  }),
  'seal, its entry': changed(['seal', 'entry'], json),
  'seal, its index': changed(['seal', 'index'], number),
  'seal, its path': changed(['seal', 'inclusion'], path),
  'salt, the genesis': changed(['salt', 'genesis', 'entry'], json),
  'salt, place of the genesis': changed(['salt', 'genesis', 'index'], number),
  'salt, path of the genesis': changed(['salt', 'genesis', 'inclusion'], path),
  'salt, the number itself': changed(['salt', 'mapSalt'], hex),
  'item, its name': changed(['item', 'item'], (value, random) =>
    pick([OTHER_CAR, otherText(value as string, random), someName(random)], random),
  ),
  'groups, left out, made up, of another item': (document, random) => {
    const groups = (at(document, ['item', 'groups']) as Json[]).filter(() => random(4) > 0);
    for (let more = random(3); more > 0; more--) groups.push({ ...pick(FOREIGN_PARTS, random), group: someName(random) });
    (document as { item: Json }).item['groups'] = inOrder(groups, 'group');
    return document;
  },
  'group, its name': (document, random) => {
    const groups = at(document, ['item', 'groups']) as Json[];
    const one = groups[random(3)]!;
    one['group'] = pick([someName(random), otherText(one['group'] as string, random)], random);
    (document as { item: Json }).item['groups'] = inOrder(groups, 'group');
    return document;
  },
  'map, its proof': changed(['item', 'groups', group, 'map'], base64),
  'map, that of another group, item or log': (document, random) => {
    for (let times = 1 + random(3); times > 0; times--) {
      const part = random(3) === 0 ? absent(random) : pick(FOREIGN_PARTS, random);
      const target = at(document, ['item', 'groups', random(3)]) as Json;
      target['map'] = part['map'] as Mutable;
      if (random(2) === 0) target['tree'] = copyOf(part['tree']);
    }
    return document;
  },
  'tree, hidden or made up': changed(['item', 'groups', group, 'tree'], (_, random) => {
    const entries = Buffer.concat(
      Array.from({ length: random(4) }, (_none, n) =>
        Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 0, 0, n + random(9)]), seedOf(String(random(1e9)))]),
      ),
    );
    return pick(
      [
        null,
        { entries: entries.toString('base64'), from: random(3), stretch: Array.from({ length: random(3) }, () => randomHash(random)) },
      ],
      random,
    );
  }),
  'tree, entries dropped, changed, moved': changed(['item', 'groups', group, 'tree', 'entries'], base64),
  'tree, where it begins': changed(['item', 'groups', group, 'tree', 'from'], number),
  'tree, hashes beside': changed(['item', 'groups', group, 'tree', 'stretch'], (value, random) => [
    ...(value as Mutable[]),
    ...Array.from({ length: 1 + random(2) }, () => randomHash(random)),
  ]),
  'events, left out, of another item or log': (document, random) => {
    const events = (at(document, ['events']) as Json[]).filter(() => random(4) > 0);
    for (let more = random(3); more > 0; more--)
      events.push({ ...(copyOf(pick(FOREIGN_EVENTS, random)) as Json), index: random(random(2) === 0 ? 9 : 1e6) });
    (document as Json)['events'] = inOrder(events, 'index');
    return document;
  },
  'event, its commitment': changed(['events', 0, 'commitment'], hex),
  'event, its index': (document, random) => {
    const events = at(document, ['events']) as Json[];
    const one = pick(events, random);
    one['index'] = otherWhole(one['index'] as number, random);
    (document as Json)['events'] = inOrder(events, 'index');
    return document;
  },
  'event, its path': changed(['events', 0, 'inclusion'], path),
  'event, its content': changed(['events', 0, 'shown', 'content'], json),
  'event, its envelope': changed(['events', 0, 'shown', 'envelope'], leaf),
  'event, its secret': changed(['events', 0, 'shown', 'secret'], hex),
  // The entries of sightings stand in the open, in the tiles of the log.
  'events, shown as entries of the operator': (document, random) => {
    const [events, hidden] = [[] as Json[], [] as Json[]];
    for (const event of at(document, ['events']) as Json[]) (random(2) === 0 ? events : hidden).push(event);
    const entryOf = ({ commitment }: Json): Mutable => {
      const entry = utf8Text(encodeEntry(commitment as string)) as string;
      return random(4) === 0 ? json(entry, random) : entry;
    };
    (document as Json)['events'] = events;
    (document as Json)['notices'] = hidden.map((event) => ({ entry: entryOf(event), index: event['index'] as Mutable }));
    return document;
  },
  'notices, made up': changed(['notices'], (_, random) => [
    { entry: json(pick([honest.seal.entry, honest.salt!.genesis.entry, '{"key":{}}'], random), random), index: random(10) },
  ]),
  'event, two swapped': repeatedly((document, random) => {
    const events = at(document, ['events']) as Json[];
    const [a, b] = [pick(events, random), pick(events, random)];
    const of = pick<(event: Json) => Json | Mutable[]>(
      [(event) => event, ({ shown }) => shown as Json, ({ inclusion }) => inclusion as Mutable[]],
      random,
    );
    swap(of(a), of(b), random);
    return document;
  }),
};

/** A member of two objects, or any hash of two paths. */
function swap(a: Json | Mutable[], b: Json | Mutable[], random: Random): void {
  const [at, other] = [pick(Object.keys(a), random), pick(Object.keys(b), random)];
  const [from, to] = [a as Json, b as Json];
  const name = Array.isArray(a) ? other : at;
  [from[at], to[name]] = [to[name] as Mutable, from[at] as Mutable];
}

/** An earlier head, and the path from it. */
type KeptHead = Omit<Kept, 'consistency'> & { readonly time: string; readonly consistency: readonly Uint8Array[] };

/** What an honest client kept of an earlier head. */
function keptAt(size: number, consistency = world.consistency(size)): KeptHead {
  return { size: BigInt(size), root: world.root(size), time: sealTimes.get(size) as string, mapSalt: MAP_SALT, trees: [], consistency };
}
const hashOf = (random: Random): Uint8Array => seedOf(String(random(2 ** 31)));
/** Logs of strangers, of many lengths. */
const STRANGERS = Array.from({ length: 24 }, (_, more) => {
  const log = new LedgerWorld(`stranger${more}.example/log`).begin();
  for (let n = 0; n <= more; n++) log.add([CAR]);
  return log.seal();
});
const OTHER_PATHS = [
  ...STRANGERS.flatMap((log) => Array.from({ length: log.size - 1 }, (_, n) => log.consistency(n + 1))),
  ...heads.flatMap((from) => heads.filter((to) => to > from).map((to) => world.consistency(from, to))),
  ...Array.from({ length: world.size - 1 }, (_, n) => world.consistency(n + 1)),
  fork.consistency(1),
  world.inclusion(1),
];
/** Hashes of a path in all places of a longer one: truncated, swapped, lengthened by its own. */
const ownHashes = (own: readonly Uint8Array[], random: Random): Uint8Array[] =>
  Array.from({ length: random(own.length + 4) }, () => pick(own, random));

const KEPT: Readonly<Record<string, (kept: KeptHead, random: Random) => KeptHead>> = {
  'kept head, root of another log': (kept, random) => ({ ...kept, root: random(4) === 0 ? fork.root() : hashOf(random) }),
  'kept head, one bit of its root': (kept, random) => {
    const root = Uint8Array.from(kept.root);
    for (let times = 1 + random(3); times > 0; times--) root[random(32)]! ^= 1 << random(8);
    return { ...kept, root };
  },
  'kept head, another size': (kept, random) => ({ ...kept, size: BigInt(otherWhole(Number(kept.size), random)) }),
  'kept head, a path of its own hashes: truncated, swapped, lengthened': (kept, random) => ({
    ...kept,
    consistency: ownHashes(kept.consistency, random),
  }),
  'kept head, a path with hashes of nobody': (kept, random) => {
    const own = [...kept.consistency];
    const n = random(own.length + 1);
    return { ...kept, consistency: random(2) === 0 ? own.toSpliced(n, 0, hashOf(random)) : own.toSpliced(n, 1, hashOf(random)) };
  },
  'kept head, the path of other heads or of another log': (kept, random) => {
    const foreign = pick(OTHER_PATHS, random);
    const n = random(foreign.length + 1);
    const rest = random(2) === 0 ? kept.consistency : pick(OTHER_PATHS, random);
    return { ...kept, consistency: random(4) === 0 ? foreign : [...foreign.slice(0, n), ...rest.slice(random(4))] };
  },
  'kept head, a time after that of the seal': (kept, random) => ({
    ...kept,
    time: new Date(SEALED_MS + 1 + (random(2) === 0 ? random(1_000) : random(2 ** 40)))
      .toISOString()
      .replace('Z', `${String(random(1_000)).padStart(3, '0')}Z`),
  }),
  'kept head, another salt': (kept, random) => ({ ...kept, mapSalt: hashOf(random) }),
  'kept list, that another entry begins': (kept, random) => ({
    ...kept,
    trees: [{ group: pick(GROUPS, random), item: CAR, n: BigInt(1 + random(5)), root: hashOf(random), size: 1n }],
  }),
};

/** An honest client would not have this; by chance it is what an honest one has. */
export const isHonestKept = (kept: KeptHead): boolean =>
  heads.some((size) => keptText(keptAt(size)) === keptText(kept)) ||
  // From nothing, or from the same head, there is no path to show.
  (kept.size === BigInt(world.size) && keptText({ ...keptAt(world.size), consistency: [] }) === keptText(kept));
export const keptText = ({ size, root, time, mapSalt, trees, consistency }: KeptHead): string =>
  JSON.stringify([
    String(size),
    Buffer.from(root).toString('hex'),
    time,
    mapSalt === null ? null : Buffer.from(mapSalt).toString('hex'),
    trees.map((tree) => [tree.group, tree.item, String(tree.n), Buffer.from(tree.root).toString('hex')]),
    consistency.map((hash) => Buffer.from(hash).toString('hex')),
  ]);

/** More than clocks may lie apart, in seconds: a little, or years. */
const farApart = (random: Random): number => CLOCKS_APART_SECONDS_MAX + 1 + (random(2) === 0 ? random(10_000) : random(50_000_000));
/** How many witnesses a reader asks for; each of them cosigns. */
const asked = (random: Random) => ({
  witnesses: witnessKeys.map((key) => ({ key, url: null })),
  threshold: 1 + random(witnessKeys.length),
});
const cosignedAt = (seconds: number): string =>
  utf8Text(world.encode(CAR, { witnesses: witnessKeys, cosignedAt: BigInt(seconds) })) as string;

/** An honest proof whose times somebody else's word or clock contradicts. */
const TIMES: Readonly<Record<string, (random: Random) => ProofMutant>> = {
  'clock of the reader, before the seal': (random) => ({
    text: honestText,
    trust: { ...trust, nowMs: SEALED_MS - farApart(random) * 1_000, ...(random(2) === 0 ? {} : { ageSecondsMax: random(1_000) }) },
  }),
  'cosignatures, times before the seal': (random) => ({
    text: cosignedAt(SEALED_MS / 1_000 - farApart(random)),
    trust: { ...trust, witnesses: asked(random) },
  }),
  'cosignatures, times still to come': (random) => ({
    text: cosignedAt(SEALED_MS / 1_000 + farApart(random)),
    trust: { ...trust, witnesses: asked(random), nowMs: SEALED_MS },
  }),
};

/** Each class: a draw of it. */
export const PROOF_MUTANTS: Readonly<Record<string, (random: Random) => ProofMutant | undefined>> = {
  ...Object.fromEntries(
    Object.entries(CHANGES).map(([name, change]) => [
      name,
      (random: Random) => {
        const mutant = canonicalize(change(JSON.parse(honestText) as Mutable, random));
        return mutant === honestText ? undefined : { text: mutant, trust };
      },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(KEPT).map(([name, change]) => [
      name,
      (random: Random) => {
        const kept = change(keptAt(pick(heads, random)), random);
        return isHonestKept(kept) ? undefined : { text: honestText, trust: { ...trust, kept } };
      },
    ]),
  ),
  ...TIMES,
};

/** All that the verifier is given. */
export const mutantText = ({ text: given, trust: { kept, nowMs, witnesses } }: ProofMutant): string =>
  [given, kept === undefined ? '' : keptText(kept), nowMs, witnesses?.threshold].join('\n');
/** The same proof for a client who kept an earlier head. */
export const continued = heads.map((size): ProofMutant => ({ text: honestText, trust: { ...trust, kept: keptAt(size) } }));
