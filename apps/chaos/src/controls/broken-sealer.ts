/**
 * Sealers as they must not be, each with one defence off, on the product's own code: what the rows about the sealer have to catch. The first
 * argument names the defect. Stops or dies at a failpoint as the product does (`CUSTODY_TEST_SEAL_FAILPOINT`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openSealer, SEAL_FAILPOINTS, type Sealer, type SealerOptions, type SealFailpoint } from '#app/sealer';
import { formatCheckpoint, formatNote, signingKey, signText, utf8Text, type TileBuilder } from '#lib/ledger';
import { createPool, ledgerConstants, writeCheckpoint, type StoreClient, type StorePool } from '#lib/store';

interface Defect {
  /** What the sealer sees of the database. */
  pool?(pool: StorePool): StorePool;
  reaches?(at: SealFailpoint, sealer: Sealer): Promise<void>;
}

const env = (name: string): string => process.env[name] ?? '';
const LOOK_EVERY_MS = 100;
/** The token's row is looked for by its value: then it is there, whoever took it. */
const HELD = 'select from proof.sealer where token = $1::bigint for update';

const pool = createPool({ url: env('DATABASE_URL'), applicationName: 'custody sealer', max: 4, role: 'sealer' });
const { origin } = await ledgerConstants(pool);
const key = signingKey('log', origin, Buffer.from(env('CUSTODY_SEALER_KEY'), 'hex'));

const DEFECTS: Readonly<Record<string, Defect>> = {
  /** What is signed may then never be committed. */
  'signs-first': {
    async reaches(at, sealer) {
      if (at !== 'before_commit') return;
      const { tree } = (sealer as unknown as { readonly state: { readonly tree: TileBuilder } }).state;
      const text = formatCheckpoint({ origin, size: tree.size, root: tree.root(), extension: [] });
      await pool.transaction((client) =>
        writeCheckpoint(client, Number(tree.size), utf8Text(formatNote(text, [signText(key, text)])) as string),
      );
    },
  },

  /** Goes on when another has taken over. */
  'not-fenced': {
    pool: (whole) => ({
      ...whole,
      transaction: (work) => whole.transaction((client) => work(unfenced(client))),
    }),
  },
};

const unfenced = (client: StoreClient): StoreClient => ({
  ...client,
  query: (text, values) => (text === HELD ? client.query('select from proof.sealer') : client.query(text, values)),
});

const defect = DEFECTS[process.argv[2] ?? ''];
if (defect === undefined) throw new Error(`no such defect; there are ${Object.keys(DEFECTS).join(', ')}`);
const reached = hitAt(env('CUSTODY_TEST_SEAL_FAILPOINT'));
const options: SealerOptions = {
  pool: defect.pool?.(pool) ?? pool,
  origin,
  key,
  signedHeadFile: env('CUSTODY_SEALER_STATE_FILE'),
  async failpoint(at) {
    await defect.reaches?.(at, sealer);
    reached(at);
  },
};
let sealer = await openSealer(options);
process.stdout.write('Ready\n');
for (; ; await sleep(LOOK_EVERY_MS)) {
  try {
    if ((await sealer.waiting()) > 0) await sealer.seal();
  } catch (error) {
    process.stdout.write(`failed: ${error instanceof Error ? error.message : String(error)}\n`);
    sealer = await openSealer(options);
  }
}

function hitAt(wish: string): (at: SealFailpoint) => void {
  const [name = '', count = '1', signal = 'SIGKILL'] = wish.split(':');
  if (wish !== '' && !SEAL_FAILPOINTS.includes(name as SealFailpoint)) throw new Error(`no such failpoint: ${name}`);
  let left = Number(count);
  return (at) => {
    if (at === name && --left === 0) process.kill(process.pid, signal);
  };
}
