/**
 * How much more memory a large file of evidence takes than a small one, of the server and of the command, on its way in and out. The control: a
 * program that holds the whole file, in each of the four places.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { outputOf, type Child } from './child-process.ts';
import { EXTRA_BYTES_MAX, memoryProblems, type Extra } from './evidence-memory-verdict.ts';
import type { LongCheck, LongCheckOptions } from './long-check.ts';
import { PeopleServer } from './people-server.ts';
import { type Change, plantedProgram, programOf } from './planted-program.ts';
import { forgetPeak, peakBytes, residentBytes } from './resident.ts';

const MIB = 1024 * 1024;

export interface EvidenceMemoryResult extends LongCheck {
  readonly product: readonly Extra[];
  readonly control: readonly Extra[];
}

/** Bytes of the file. */
export const EVIDENCE_SIZES: Readonly<Record<LongCheckOptions['size'], { readonly bytes: number; readonly controlBytes: number }>> = {
  ci: { bytes: 128 * MIB, controlBytes: 128 * MIB },
  soak: { bytes: 4096 * MIB, controlBytes: 256 * MIB },
};

const SMALL_BYTES = 64 * 1024;
/** What a file begins with, so that it has a hash of its own; the rest is a hole, which takes no room and is read as zeros. */
const HEAD_BYTES = MIB;
/** The peak is the kernel's: what is missed is only what a command takes between the last look and its end. */
const LOOK_EVERY_MS = 10;

/** In each place where bytes go through, all of them are kept. */
const HOLDING: readonly Change[] = [
  {
    file: 'apps/evidence/src/upload.js',
    text: 'store.put(sha256, request.bytes, options)',
    otherwise: 'store.put(sha256, [Buffer.concat(await request.bytes.toArray())], options)',
  },
  {
    file: 'apps/evidence/src/evidence.controller.js',
    text: 'await reply.send(body);',
    otherwise: 'await reply.send(Buffer.concat(await body.toArray()));',
  },
  {
    file: 'apps/custody/src/evidence-client.js',
    text: 'client.put(path, rest, ',
    otherwise: 'client.put(path, Buffer.concat(await rest.toArray()), ',
  },
  {
    file: 'apps/custody/src/evidence-client.js',
    text: 'Readable.fromWeb(response.body)',
    otherwise: '[Buffer.from(await response.arrayBuffer())]',
  },
];

/**
 * Linux only. Writes twice `bytes` below the system's folder of temporary files, and removes it. Rejects where a server does not come up or a
 * command fails.
 */
export async function memoryOfEvidence({ root, size, note }: LongCheckOptions): Promise<EvidenceMemoryResult> {
  const { bytes, controlBytes } = EVIDENCE_SIZES[size];
  const folder = mkdtempSync(join(tmpdir(), 'custody-memory-'));
  // The database may run by another account.
  chmodSync(folder, 0o755);
  try {
    const product = await extraOf({ folder: join(folder, 'product'), program: programOf(root), bytes });
    for (const each of product) note(textOf(each));
    const holding = plantedProgram(root, join(folder, 'holding'), HOLDING);
    const control = await extraOf({ folder: join(folder, 'control'), program: holding, bytes: controlBytes });
    for (const each of control) note(`planted: ${textOf(each)}`);
    const problems = memoryProblems(product, control);
    const counts = { bytes, controlBytes, extraBytesMax: EXTRA_BYTES_MAX, extraBytes: Math.max(...product.map((each) => each.extraBytes)) };
    return { name: 'memory', holds: problems.length === 0, problems, counts, product, control };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const textOf = ({ who, way, extraBytes, bytes, ms }: Extra): string =>
  `${who}, ${way} of ${bytes / MIB} MiB: ${(extraBytes / MIB).toFixed(1)} MiB more, in ${(ms / 1_000).toFixed(1)} s`;

/** Of a server of its own. */
async function extraOf(of: { readonly folder: string; readonly program: string; readonly bytes: number }): Promise<Extra[]> {
  const { folder, program, bytes } = of;
  const server = await PeopleServer.open({ folder, program });
  try {
    const small = await bothWays(server, join(folder, 'small'), SMALL_BYTES);
    // From here on: what code and caches take that a small file needs as well.
    const before = residentBytes(server.pid) ?? NaN;
    const large = await bothWays(server, join(folder, 'large'), bytes);
    return (['upload', 'download'] as const).flatMap((way) => {
      const ms = large[way].ms;
      return [
        { who: 'server' as const, way, bytes, ms, extraBytes: large[way].serverBytes - before },
        { who: 'command' as const, way, bytes, ms, extraBytes: large[way].commandBytes - small[way].commandBytes },
      ];
    });
  } finally {
    await server.close();
  }
}

interface Peak {
  readonly serverBytes: number;
  readonly commandBytes: number;
  readonly ms: number;
}

/** By the commands that people use, which check the hash on both ways. */
async function bothWays(server: PeopleServer, path: string, bytes: number): Promise<Record<'upload' | 'download', Peak>> {
  await writeSparse(path, bytes);
  const sent = await peakWhile(server, server.startCommand('--json', 'evidence', 'add', path));
  // Of the two that are written one is gone before the other comes.
  rmSync(path);
  const { sha256 } = JSON.parse(sent.output.split('\n').find((line) => line.startsWith('{')) ?? '') as { sha256: string };
  const back = `${path}.back`;
  const got = await peakWhile(server, server.startCommand('--json', 'evidence', 'get', sha256, '-o', back));
  const { size } = statSync(back);
  if (size !== bytes) throw new Error(`of ${bytes} bytes ${size} come back`);
  rmSync(back);
  return { upload: sent.peak, download: got.peak };
}

async function writeSparse(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.write(randomBytes(Math.min(bytes, HEAD_BYTES)));
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
}

/** To the end of the command; rejects where it fails. */
async function peakWhile(server: PeopleServer, command: Child): Promise<{ readonly peak: Peak; readonly output: string }> {
  const began = performance.now();
  forgetPeak(server.pid);
  let commandBytes = 0;
  while (command.running) {
    commandBytes = Math.max(commandBytes, peakBytes(command.pid) ?? 0);
    await sleep(LOOK_EVERY_MS);
  }
  const output = outputOf(command.logFile);
  const code = await command.exited;
  if (code !== 0) throw new Error(`the command ended with ${String(code)}: ${output}`);
  return { peak: { serverBytes: peakBytes(server.pid) ?? NaN, commandBytes, ms: performance.now() - began }, output };
}
