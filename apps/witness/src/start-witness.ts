/** Puts a witness together over its folder: ownership, key, state, server. */
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { formatVerifierKey, type VerifierKey } from '#lib/ledger';
import type { Log } from '#lib/runtime';
import { takeOwnership } from '#lib/store';
import { cosignedCheckpoints } from './cosigned-checkpoints.ts';
import { syncFolder } from './durable-file.ts';
import { createWitness } from './witness.ts';
import { loadWitnessKey } from './witness-key.ts';
import { listen } from './witness-server.ts';

const MS_PER_SECOND = 1000;
const OWNER_ONLY = 0o700;

export interface StartOptions {
  /** Key and state; made where it is not there. Whoever loses it has to make another witness. */
  readonly folder: string;
  /** `null`: that of the key which is there. */
  readonly name: string | null;
  /** Each is trusted for the log of its own name. */
  readonly logKeys: readonly VerifierKey<'log'>[];
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Log;
}

export interface RunningWitness {
  readonly url: string;
  /** The witness's public key as logs and clients configure it. */
  readonly verifierKey: string;
  readonly name: string;
  close(): Promise<void>;
}

/**
 * Starts it. Throws `data.locked` where another process has the folder, `data.witness-key`, and `data.witness-state` where what was cosigned
 * for one of the logs is damaged: it is not begun again from nothing.
 */
export async function startWitness({ folder, name, logKeys, host, port, log }: StartOptions): Promise<RunningWitness> {
  const made = await mkdir(folder, { recursive: true, mode: OWNER_ONLY });
  if (made !== undefined) await syncFolder(dirname(resolve(made)));
  const lock = takeOwnership(folder);
  try {
    const key = await loadWitnessKey(folder, name);
    const logs = byOrigin(logKeys);
    const cosigned = cosignedCheckpoints(folder, key);
    for (const origin of logs.keys()) await cosigned.latest(origin);
    const witness = createWitness({ key, logs, cosigned, now: () => BigInt(Math.floor(Date.now() / MS_PER_SECOND)) });
    const server = await listen(witness, log, host, port);
    const close = (): Promise<void> => server.close().finally(() => lock.release());
    return { url: server.url, verifierKey: formatVerifierKey(key), name: key.name, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function byOrigin(keys: readonly VerifierKey<'log'>[]): Map<string, VerifierKey<'log'>[]> {
  const logs = new Map<string, VerifierKey<'log'>[]>();
  for (const key of keys) logs.set(key.name, [...(logs.get(key.name) ?? []), key]);
  return logs;
}
