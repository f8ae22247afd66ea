/**
 * Whether it takes another time to answer what is hidden than what never was: pairs of requests to a real server over one connection that is kept,
 * the two of a pair in random order, timed by the client. The control: the same program, which does not hold back its answers that nothing is there,
 * over a database with a leak planted, half a millisecond of work for a row that is there and hidden.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LongCheck, LongCheckOptions } from './long-check.ts';
import type { PeopleServer } from './people-server.ts';
import { type Change, plantedProgram, programOf } from './planted-program.ts';
import { type Random, seededRandom } from './random.ts';
import { TIMED_ROUTES, type TimedRoute } from './timing-routes.ts';
import { type Hiding, openTimingScene, READER, type TimingScene } from './timing-scene.ts';
import { type Band, SOAK_BAND, type Timed, timedOf, timingProblems } from './timing-verdict.ts';

export interface TimingResult extends LongCheck {
  readonly product: readonly Timed[];
  readonly control: readonly Timed[];
}

export interface TimingSize {
  readonly pairs: number;
  /** Before those, on each route: code is compiled by then, statements are planned, pages are in memory. */
  readonly warmUpPairs: number;
  readonly band: Band;
  /** Rows that the database makes for the planted leak, a tenth of a microsecond each. */
  readonly plantedRows: number;
}

export const TIMING_SIZES: Readonly<Record<LongCheckOptions['size'], TimingSize>> = {
  // By chance alone the area of so few lies up to 0.2 off, and a busy machine hides what is small: the leak is a coarse one.
  ci: { pairs: 60, warmUpPairs: 5, band: null, plantedRows: 100_000 },
  soak: { pairs: 1_000, warmUpPairs: 50, band: SOAK_BAND, plantedRows: 5_000 },
};
const MICROS_PER_MS = 1_000;

/** Linux, macOS. Minutes with a thousand pairs. Rejects where the server does not come up or a request fails. */
export async function timingOfHidden({ root, seed, size, note }: LongCheckOptions): Promise<TimingResult> {
  const { pairs, warmUpPairs, band, plantedRows } = TIMING_SIZES[size];
  const random = seededRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), 'custody-timing-'));
  // The database may run by another account.
  chmodSync(folder, 0o755);
  try {
    const scene = await openTimingScene({ folder, program: programOf(root), things: warmUpPairs + pairs, random, note });
    try {
      const measuring = { warmUpPairs, random, note };
      const product = await measureAll(scene, TIMED_ROUTES, ({ hidings }) => hidings, measuring);
      await scene.server.continueWith(plantedProgram(root, join(folder, 'leaking'), NOTHING_HELD));
      await plantLeak(scene.server, plantedRows);
      const planted = TIMED_ROUTES.filter(({ isPlanted }) => isPlanted);
      const control = await measureAll(scene, planted, () => ['agency'], { ...measuring, note: (line) => note(`planted: ${line}`) });
      const problems = timingProblems(product, control, band);
      const counts = { pairs, routes: TIMED_ROUTES.length, measures: product.length, controls: control.length };
      return { name: 'timing', holds: problems.length === 0, problems, counts, product, control };
    } finally {
      await scene.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Measuring {
  readonly warmUpPairs: number;
  readonly random: Random;
  readonly note: (line: string) => void;
}

async function measureAll(
  scene: TimingScene,
  routes: readonly TimedRoute[],
  hidingsOf: (route: TimedRoute) => readonly Hiding[],
  measuring: Measuring,
): Promise<Timed[]> {
  const client = new TimedClient(scene.server);
  try {
    const measured: Timed[] = [];
    for (const route of routes) {
      for (const hiding of hidingsOf(route)) {
        const timed = await measure(client, scene, route, hiding, measuring);
        measuring.note(`${timed.route}, ${timed.hiding}: AUC ${timed.auc.toFixed(3)}`);
        measured.push(timed);
      }
    }
    return measured;
  } finally {
    client.close();
  }
}

async function measure(
  client: TimedClient,
  scene: TimingScene,
  route: TimedRoute,
  hiding: Hiding,
  { warmUpPairs, random }: Measuring,
): Promise<Timed> {
  const [hidden, missing]: [number[], number[]] = [[], []];
  let otherStatus = 0;
  // Each thing is asked for once in a measure.
  for (const [n, there] of scene.hidden[hiding].entries()) {
    const absent = scene.missing(hiding);
    const isHiddenFirst = random.below(2) === 0;
    for (const thing of isHiddenFirst ? [there, absent] : [absent, there]) {
      const { status, micros } = await client.get(route.path(thing));
      if (status !== route.status) otherStatus++;
      if (n >= warmUpPairs) (thing === there ? hidden : missing).push(micros);
    }
  }
  return timedOf({ route: route.name, hiding, otherStatus }, hidden, missing);
}

/** One connection that is kept, as the one reader. */
class TimedClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #base: URL;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(server: PeopleServer) {
    this.#base = new URL(server.base);
    this.#headers = server.headersOf(READER);
  }

  /** From before the request is written until the last byte of its answer is here. */
  async get(path: string): Promise<{ readonly status: number; readonly micros: number }> {
    const { hostname, port } = this.#base;
    const answer = await new Promise<{ status: number; micros: number }>((resolve, reject) => {
      const asking = request({ agent: this.#agent, hostname, port, path, headers: this.#headers });
      const began = performance.now();
      asking.once('error', reject).once('response', (response) => {
        response.once('error', reject).once('end', () => {
          const micros = (performance.now() - began) * MICROS_PER_MS;
          resolve({ status: response.statusCode ?? 0, micros });
        });
        response.resume();
      });
      asking.end();
    });
    // The connection is free again by then: the next request does not wait for that.
    await nextTurn();
    return answer;
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Answers that nothing is there leave when they are made. */
const NOTHING_HELD: readonly Change[] = [{ file: 'libs/runtime/src/http/http-server.js', text: 'holdNothing(fastify);', otherwise: '' }];

/** Tables whose readers are told of rows by a policy that is called `reader`. */
const PLANTED = ['ledger.entries', 'evidence.uploads'] as const;

/** Work of the database, once for each statement that comes to a row that is not for its reader. */
async function plantLeak(server: PeopleServer, rowsMade: number): Promise<void> {
  await server.withOwner(async (pool) => {
    for (const table of PLANTED) {
      const { rows } = await pool.query<{ qual: string }>(
        `select pg_get_expr(polqual, polrelid) as qual from pg_policy where polrelid = $1::regclass and polname = 'reader'`,
        [table],
      );
      const work = `(select count(*) from generate_series(1, ${rowsMade})) < 0`;
      await pool.query(`alter policy reader on ${table} using ((${rows[0]?.qual}) or ${work})`);
    }
  });
}
