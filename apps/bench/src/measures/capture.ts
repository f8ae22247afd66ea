/** (e) Capture: what one sighting costs the pipeline alone, and what a process that serves HTTP accepts for each second of CPU. */
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench.ts';
import { startChild, usageOf } from '../child-process.ts';
import { sightings } from '../documents.ts';
import { ID } from '../goals.ts';
import { startCapture } from '../product.ts';
import type { Measure } from '../rounds.ts';

/** Compiling and 20,000 sightings take about three seconds. */
const ACCEPT_TIMEOUT_MS = 120_000;
const ACCEPT_SIGHTINGS = 20_000;
/** Sightings of one NDJSON request, and requests at once: enough that capture never waits for the generator. */
const REQUEST_SIGHTINGS = 2_000;
const REQUESTS_AT_ONCE = 6;
/** Before the clock starts, for the compiler and the connections. */
const WARM_UP_REQUESTS = 6;
const REQUEST_TIMEOUT_MS = 60_000;

export function captureAcceptMeasure(bench: Bench): Measure {
  return {
    id: ID.captureInline,
    title: 'e: accept pipeline alone, one thread',
    async run() {
      const script = fileURLToPath(new URL('../peers/accept-inline.js', import.meta.url));
      const args = [script, String(bench.options.seed), String(ACCEPT_SIGHTINGS)];
      const child = startChild({ command: process.execPath, args, logFile: bench.logFile('accept-inline') });
      const { input } = await child.line(/^\{"measured"/, ACCEPT_TIMEOUT_MS);
      await child.exited;
      const { cpuMicros, wallMicros, refused } = JSON.parse(input) as { cpuMicros: number; wallMicros: number; refused: number };
      if (refused > 0) throw new Error(`${refused} of the bench's own sightings were refused`);
      return { eventsPerCoreSecond: 1e6 / cpuMicros, cpuMicrosPerEvent: cpuMicros, wallMicrosPerEvent: wallMicros };
    },
  };
}

export function captureHttpMeasure(bench: Bench): Measure {
  let bodies: readonly Buffer[] | undefined;
  return {
    id: ID.captureHttp,
    title: 'e: capture over HTTP, NDJSON, accepted into Kafka',
    async run(round) {
      bodies ??= [...ndjsonBodies(bench)];
      await bench.servers.freshDatabase('bench_capture');
      const { child, base } = await startCapture(bench, { topic: `bench.capture.${round}`, database: 'bench_capture' });
      const agent = new Agent({ keepAlive: true, maxSockets: REQUESTS_AT_ONCE });
      const send = (body: Buffer) => post(agent, `${base}/v1/events?onError=proceed`, body);
      try {
        await inParallel(bodies.slice(0, WARM_UP_REQUESTS), send);
        const measured = bodies.slice(WARM_UP_REQUESTS);
        const [before, broker] = [await usageOf(child.pid), await usageOf(bench.brokerPid())];
        const started = performance.now();
        const accepted = (await inParallel(measured, send)).reduce((sum, count) => sum + count, 0);
        const seconds = (performance.now() - started) / 1000;
        const [after, brokerAfter] = [await usageOf(child.pid), await usageOf(bench.brokerPid())];
        const cpuSeconds = (after?.cpuSeconds ?? 0) - (before?.cpuSeconds ?? 0);
        if (accepted !== measured.length * REQUEST_SIGHTINGS)
          throw new Error(`accepted ${accepted} of ${measured.length * REQUEST_SIGHTINGS}`);
        return {
          eventsPerSecond: accepted / seconds,
          eventsPerCoreSecond: accepted / cpuSeconds,
          cpuMicrosPerEvent: (cpuSeconds * 1e6) / accepted,
          brokerMicrosPerEvent: (((brokerAfter?.cpuSeconds ?? 0) - (broker?.cpuSeconds ?? 0)) * 1e6) / accepted,
          peakRssBytes: after?.peakRssBytes ?? 0,
        };
      } finally {
        agent.destroy();
        await child.stop();
        await bench.servers.dropDatabase('bench_capture');
      }
    },
  };
}

function* ndjsonBodies(bench: Bench): Generator<Buffer> {
  const { seed, sizes } = bench.options;
  let lines: string[] = [];
  for (const document of sightings({
    seed,
    count: sizes.captureEvents + WARM_UP_REQUESTS * REQUEST_SIGHTINGS,
    items: sizes.items,
    itemsPerSighting: 1,
  })) {
    lines.push(JSON.stringify(document));
    if (lines.length < REQUEST_SIGHTINGS) continue;
    yield Buffer.from(`${lines.join('\n')}\n`);
    lines = [];
  }
}

/** Runs the work over the list, REQUESTS_AT_ONCE at a time; results in the order of the list. */
async function inParallel<T, R>(list: readonly T[], work: (entry: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: REQUESTS_AT_ONCE }, async () => {
      for (let index = next++; index < list.length; index = next++) results[index] = await work(list[index] as T);
    }),
  );
  return results;
}

/** How many rows of the answer say `accepted`. */
function post(agent: Agent, url: string, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(url, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', 'content-length': body.length },
      timeout: REQUEST_TIMEOUT_MS,
    });
    call.on('timeout', () => call.destroy(new Error(`no answer in ${REQUEST_TIMEOUT_MS} ms`)));
    call.on('error', reject);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('error', reject)
        .on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode !== 200 && response.statusCode !== 202)
            reject(new Error(`HTTP ${response.statusCode}: ${text.slice(0, 300)}`));
          else resolve(text.split('"status":"accepted"').length - 1);
        });
    });
    call.end(body);
  });
}
