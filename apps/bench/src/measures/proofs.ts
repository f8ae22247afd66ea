/**
 * (n) Proofs out of the largest ledger of (k), over HTTP from the gateway as it is shipped, one after the other on one connection: an event's
 * place in the log, all entries of an item, a stretch of a long one; and a bundle of 200 events through the command line.
 */
import { execFile } from 'node:child_process';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { formatVerifierKey, readProofDocument, signingKey, utf8, type ProofDocument } from '#lib/ledger';
import type { Bench } from '../bench.ts';
import type { Figures } from '../figures.ts';
import { ID } from '../goals.ts';
import { get } from '../http-get.ts';
import { startGateway } from '../product.ts';
import { medianOf, percentile, type Measure } from '../rounds.ts';
import { GROUP, LONG_ITEM, sealedItem, WHOLE_ITEM, wholeSightings } from '../sealed-ledger.ts';
import { seededRandom } from '../../../chaos/src/random.ts';
import { SEALER_SEED } from '../sealer-seed.ts';
import { withClient } from '../servers.ts';
import { sealedDatabase, WHOLE_SIGHTINGS } from './sealing.ts';

/** Reads before the clock starts: the version's upper map, prepared plans, compiled code. */
const WARM_UP = 100;
const STRETCH = 1_400;
const COMMAND_RUNS = 5;
const COMMAND_TIMEOUT_MS = 60_000;
/** What a cosignature takes: key id, time, signature (C2SP tlog-cosignature); of two. */
const COSIGNATURES_BYTES = 2 * (4 + 8 + 64);
const ENTRY_BYTES = 8 + 32;

export function proofsMeasure(bench: Bench, items: number): Measure {
  const database = sealedDatabase(items);
  return {
    id: ID.proofs(items),
    title: `n: proofs out of ${items} items`,
    async run(round) {
      const gateway = await startGateway(bench, { topic: 'bench.gateway', database });
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const ask = (path: string): Promise<string> => get(agent, `${gateway.base}/v1/${path}`);
      const itemProof = (item: string, more = ''): Promise<string> => ask(`items/${encodeURIComponent(item)}/proof?group=${GROUP}${more}`);
      try {
        const random = seededRandom(bench.options.seed + round);
        const reads = bench.options.sizes.proofReads;
        const events = wholeSightings(bench.options.seed, WHOLE_SIGHTINGS);
        const inclusion = await timed(reads, () => ask(`events/${encodeURIComponent(random.pick(events).id)}/proof?open=kind`));
        const short = await timed(reads, () => itemProof(sealedItem(random.below(items))));
        const middle = await timed(reads, () => itemProof(WHOLE_ITEM));
        const long = await longest(bench, database);
        const length = Math.min(STRETCH, Math.floor(long / 2));
        const stretchOf = (): Promise<string> => {
          const from = random.below(long - length);
          return itemProof(LONG_ITEM, `&from=${from}&to=${from + length}`);
        };
        const stretch = await timed(Math.ceil(reads / 10), stretchOf);
        return {
          ...percentiles('inclusion', inclusion),
          ...percentiles('shortItem', short),
          ...percentiles('item', middle),
          ...percentiles('stretch', stretch),
          itemProofBytes: binaryBytes(documentOf(await itemProof(WHOLE_ITEM))) - ENTRY_BYTES * WHOLE_SIGHTINGS,
          bytesPerInclusion: await inclusionBytes(itemProof),
          stretchBytesPerEntry: stretchBytes(documentOf(await stretchOf())) / length,
          stretchMicrosPerEntry: percentile(stretch, 0.5) / length,
          ...(await bundle(bench, database, gateway.base)),
        };
      } finally {
        agent.destroy();
        await gateway.child.stop();
      }
    },
  };
}

const percentiles = (name: string, micros: readonly number[]): Figures => ({
  [`${name}P50Micros`]: percentile(micros, 0.5),
  [`${name}P99Micros`]: percentile(micros, 0.99),
});

async function timed(reads: number, read: () => Promise<unknown>): Promise<number[]> {
  const micros: number[] = [];
  for (let n = -WARM_UP; n < reads; n++) {
    const started = performance.now();
    await read();
    if (n >= 0) micros.push((performance.now() - started) * 1000);
  }
  return micros;
}

/** Leaves of the vessel's tree. */
const longest = (bench: Bench, database: string): Promise<number> =>
  withClient(bench.servers.databaseUrl(database), async (client) => {
    const { rows } = await client.query<{ n: string }>('select count(*) as n from ledger.timeline where item = $1', [LONG_ITEM]);
    return Number(rows[0]?.n);
  });

function documentOf(text: string): ProofDocument {
  const read = readProofDocument(utf8(text));
  if (!read.ok) throw new Error(`${read.fault.code}: ${read.fault.detail}`);
  return read.value;
}

const HASH_BYTES = 32;

/**
 * What a completeness proof holds, each hash and number in binary: the checkpoint with two cosignatures, the seal with its place, the map's
 * path and the tree's hashes, the entries. Not the genesis entry, which commits to the salt and is the same in every proof of a log.
 */
function binaryBytes({ checkpoint, seal, item }: ProofDocument): number {
  const trees = (item?.groups ?? []).map(
    ({ map, tree }) => map.length + (tree === null ? 0 : tree.entries.length * ENTRY_BYTES + tree.stretch.length * HASH_BYTES),
  );
  const head = utf8(checkpoint).length + COSIGNATURES_BYTES + utf8(seal.entry).length + seal.inclusion.length * HASH_BYTES;
  return trees.reduce((sum, bytes) => sum + bytes, head);
}

const stretchBytes = ({ item }: ProofDocument): number =>
  (item?.groups ?? []).reduce(
    (sum, { tree }) => sum + (tree === null ? 0 : tree.entries.length * ENTRY_BYTES + tree.stretch.length * HASH_BYTES),
    0,
  );

/** An event's place in the log, where each is asked for: the largest of the item's. */
async function inclusionBytes(itemProof: (item: string, more: string) => Promise<string>): Promise<number> {
  const { events } = documentOf(await itemProof(WHOLE_ITEM, '&events=true&inclusion=true'));
  if (events.length !== WHOLE_SIGHTINGS) throw new Error(`${events.length} of ${WHOLE_SIGHTINGS} events are shown`);
  return Math.max(...events.map(({ inclusion }) => (inclusion?.length ?? 0) * HASH_BYTES));
}

/** The command as it is typed, start-up included; exit code 0 means verified, anything else rejects. */
async function bundle(bench: Bench, database: string, server: string): Promise<Figures> {
  const program = join(bench.root, 'dist', 'apps', 'custody', 'src', 'main.js');
  const file = join(bench.workDir, `${database}.zip`);
  const env = { ...process.env, CUSTODY_DATA_DIR: join(bench.workDir, 'data-verify'), CUSTODY_SERVER: server };
  const run = (...args: string[]): Promise<unknown> =>
    promisify(execFile)(process.execPath, [program, ...args], { env, timeout: COMMAND_TIMEOUT_MS });
  const origin = await withClient(bench.servers.databaseUrl(database), async (client) =>
    String((await client.query<{ origin: string }>('select origin from ledger.head')).rows[0]?.origin),
  );
  await run('export', `item:${WHOLE_ITEM}`, '-o', file);
  const key = formatVerifierKey(signingKey('log', origin, SEALER_SEED));
  const seconds: number[] = [];
  for (let n = 0; n < COMMAND_RUNS; n++) {
    const started = performance.now();
    await run('verify', file, '--offline', '--key', key);
    seconds.push((performance.now() - started) / 1000);
  }
  return { verifyCommandSeconds: medianOf(seconds) };
}
