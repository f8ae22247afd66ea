/** Puts a witness together over its folder: ownership, key, state, server. */
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { formatVerifierKey, originHash, utf8, utf8Text, type VerifierKey } from '#lib/ledger';
import { createWitnessMetrics, type Log } from '#lib/runtime';
import { takeOwnership } from '#lib/store';
import { type Auditor, createAuditor, type Refusals } from './auditor.ts';
import { type CosignedCheckpoints, cosignedCheckpoints } from './cosigned-checkpoints.ts';
import { readIfThere, syncFolder, writeDurably } from './durable-file.ts';
import { logReader } from './log-reader.ts';
import { createWitness, type MapWitness } from './witness.ts';
import { loadMapKey, loadWitnessKey } from './witness-key.ts';
import { listen } from './witness-server.ts';

const MS_PER_SECOND = 1000;
const OWNER_ONLY = 0o700;
/** Below what logs wait for an answer; what is not audited by then is audited for the next head. */
const AUDIT_MS = 5_000;

/** A log whose maps are audited. */
export interface AuditedLog {
  readonly origin: string;
  /** Prefix of its tiles without a slash at its end, as `https://ledger.example/log`. */
  readonly prefix: string;
  /** Of a reader who may read the stream of map keys; null: none is shown. */
  readonly apiKey?: string | null;
}

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
  /** Makes it an auditing witness; `null`: it is none. */
  readonly map?: AuditedLog | null;
}

export interface RunningWitness {
  readonly url: string;
  /** The witness's public key as logs and clients configure it. */
  readonly verifierKey: string;
  /** The one by which it says that it audited the map; `null`: it audits none. */
  readonly mapVerifierKey: string | null;
  readonly name: string;
  close(): Promise<void>;
}

/**
 * Starts it. Throws `data.locked` where another process has the folder, `data.witness-key`, and `data.witness-state` where what was cosigned
 * for one of the logs is damaged: it is not begun again from nothing.
 */
export async function startWitness({ folder, name, logKeys, host, port, log, map = null }: StartOptions): Promise<RunningWitness> {
  const made = await mkdir(folder, { recursive: true, mode: OWNER_ONLY });
  if (made !== undefined) await syncFolder(dirname(resolve(made)));
  const lock = takeOwnership(folder);
  const ending = new AbortController();
  try {
    const key = await loadWitnessKey(folder, name);
    const logs = byOrigin(logKeys);
    const cosigned = cosignedCheckpoints(folder, key);
    for (const origin of logs.keys()) await cosigned.latest(origin);
    const mapKey = map === null ? null : await loadMapKey(folder, key);
    const maps = new Map<string, MapWitness>();
    if (map !== null && mapKey !== null) {
      const auditor = await beginAudit(folder, map, cosigned, ending.signal, log);
      maps.set(map.origin, { key: mapKey, auditor });
    }
    const metrics = createWitnessMetrics();
    const now = (): bigint => BigInt(Math.floor(Date.now() / MS_PER_SECOND));
    const witness = createWitness({ key, logs, cosigned, now, maps, metrics, log });
    const server = await listen({ witness, metrics, log }, host, port);
    const close = async (): Promise<void> => {
      ending.abort();
      await server.close().finally(() => lock.release());
    };
    const mapVerifierKey = mapKey === null ? null : formatVerifierKey(mapKey);
    return { url: server.url, verifierKey: formatVerifierKey(key), mapVerifierKey, name: key.name, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Begins to read the log up to what was cosigned last; requests do not wait for all of it. */
async function beginAudit(
  folder: string,
  { origin, prefix, apiKey = null }: AuditedLog,
  cosigned: CosignedCheckpoints,
  ending: AbortSignal,
  log: Log,
): Promise<Auditor> {
  const reader = logReader(prefix, ending, apiKey);
  const auditor = createAuditor({ origin, reader, refusals: refusalFile(folder, origin), patienceMs: AUDIT_MS });
  const latest = await cosigned.latest(origin);
  if (latest === null) return auditor;
  void auditor.check(latest).then(
    (verdict) => {
      if (verdict.kind !== 'holds') log.warn('the map is not audited up to what was cosigned', { origin, why: verdict.sentence });
    },
    (error: unknown) => log.error('the audit of the map failed', { code: 'internal', error }),
  );
  return auditor;
}

/** A file whose being there refuses the log. */
function refusalFile(folder: string, origin: string): Refusals {
  const path = join(folder, `${originHash(origin)}.refused`);
  return {
    async read() {
      const kept = await readIfThere(path);
      return kept === null ? null : (utf8Text(kept)?.trimEnd() ?? 'The refusal that was kept cannot be read.');
    },
    keep: (sentence) => writeDurably(path, utf8(`${sentence}\n`)),
  };
}

function byOrigin(keys: readonly VerifierKey<'log'>[]): Map<string, VerifierKey<'log'>[]> {
  const logs = new Map<string, VerifierKey<'log'>[]>();
  for (const key of keys) logs.set(key.name, [...(logs.get(key.name) ?? []), key]);
  return logs;
}
