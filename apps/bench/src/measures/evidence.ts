/**
 * (o) A file of evidence to the server and back, over HTTP, against `cp` and `sha256sum` of the same file one after the other. An upload is read from
 * the file, and hashed, written and said in the log by the server; a download is written and hashed by who asks for it, as `custody evidence get` does.
 */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Bench } from '../bench.ts';
import { ID } from '../goals.ts';
import { startEvidence } from '../product.ts';
import type { Measure } from '../rounds.ts';

const PIECE_BYTES = 2 ** 20;
const DATABASE = 'bench_evidence';
/** The projector has to bring what was said of the upload into the ledger first. */
const READABLE_WITHIN_MS = 60_000;
const run = promisify(execFile);

export function evidenceMeasure(bench: Bench): Measure {
  return {
    id: ID.evidence,
    title: `o: evidence of ${bench.options.sizes.evidenceBytes / PIECE_BYTES} MiB up and down, cp + sha256sum`,
    async run(round) {
      const { evidenceBytes } = bench.options.sizes;
      const file = join(bench.workDir, `evidence-${round}`);
      const copy = `${file}.copy`;
      await writeRandom(file, evidenceBytes);
      await bench.servers.freshDatabase(DATABASE);
      const { child, base } = await startEvidence(bench, { topic: `bench.evidence.${round}`, database: DATABASE });
      try {
        const [copySeconds, sha256] = await timed(async () => {
          await run('cp', [file, copy]);
          return (await run('sha256sum', [copy])).stdout.slice(0, 64);
        });
        const url = `${base}/v1/evidence/sha256/${sha256}`;
        const [uploadSeconds] = await timed(() => upload(url, file, evidenceBytes));
        await readable(url);
        const [downloadSeconds, found] = await timed(() => download(url, copy));
        if (found !== sha256) throw new Error(`what came back hashes to ${found}, not to ${sha256}`);
        const perSecond = (seconds: number): number => evidenceBytes / seconds;
        return {
          uploadedBytesPerSecond: perSecond(uploadSeconds),
          downloadedBytesPerSecond: perSecond(downloadSeconds),
          copiedBytesPerSecond: perSecond(copySeconds),
        };
      } finally {
        await child.stop();
        await Promise.all([file, copy].map((path) => rm(path, { force: true })));
        await bench.servers.dropDatabase(DATABASE);
      }
    },
  };
}

/** Another file each time: what is here already is not sent again. */
async function writeRandom(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let at = 0; at < bytes; at += PIECE_BYTES) await file.writeFile(randomBytes(Math.min(PIECE_BYTES, bytes - at)));
  } finally {
    await file.close();
  }
}

async function timed<T>(work: () => Promise<T>): Promise<[seconds: number, result: T]> {
  const started = performance.now();
  const result = await work();
  return [(performance.now() - started) / 1000, result];
}

/** Resolves with the answer's head; its body is the caller's. */
async function ask(method: string, url: string, headers: Readonly<Record<string, string>>, file?: string): Promise<IncomingMessage> {
  const call = request(url, { method, headers });
  const answered = new Promise<IncomingMessage>((resolve, reject) => call.on('response', resolve).on('error', reject));
  if (file === undefined) call.end();
  else await pipeline(createReadStream(file, { highWaterMark: PIECE_BYTES }), call);
  return answered;
}

async function upload(url: string, file: string, bytes: number): Promise<void> {
  const headers = { 'content-type': 'application/octet-stream', 'content-length': String(bytes) };
  const response = await ask('PUT', url, headers, file);
  const text = await textOf(response);
  if (response.statusCode !== 201) throw new Error(`HTTP ${response.statusCode}: ${text.slice(0, 300)}`);
}

async function readable(url: string): Promise<void> {
  const deadline = performance.now() + READABLE_WITHIN_MS;
  for (;;) {
    const response = await ask('HEAD', url, {});
    response.resume();
    if (response.statusCode === 200) return;
    if (performance.now() > deadline) throw new Error(`the evidence is not readable: HTTP ${response.statusCode}`);
    await sleep(50);
  }
}

/** Returns the hash of what came. */
async function download(url: string, to: string): Promise<string> {
  const response = await ask('GET', url, {});
  if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}: ${(await textOf(response)).slice(0, 300)}`);
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(response, hashing, createWriteStream(to, { highWaterMark: PIECE_BYTES }));
  return hash.digest('hex');
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
