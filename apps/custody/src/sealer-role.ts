/** Mounts the sealer: one at a time over all processes, sealing what came in at its pace; whatever goes wrong, the next try begins from what is stored. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSealer, type Sealer, SealPace } from '#app/sealer';
import { parseNote, utf8 } from '#lib/ledger';
import type { Config, ProgressReport } from '#lib/runtime';
import { countEntriesFrom, lastSeal, ledgerConstants, newestWaitingHead, type StorePool, writeCheckpoint } from '#lib/store';
import { alone } from './alone.ts';
import { sealFailpoints } from './failpoints.ts';
import { declaredKeys } from './log-key.ts';
import type { Parts } from './parts.ts';
import { cosigningOf, readPolicy, sealerWitnesses } from './sealer-witnesses.ts';
import { previousLog } from './previous-log.ts';

/** One for each log: the same folder may serve another database tomorrow, whose log signed nothing yet. */
const signedHeadFile = (origin: string): string => `sealed-${origin.replaceAll(/[^A-Za-z0-9.-]+/g, '-')}.json`;
/** A round writes with one connection while another reads ahead; the lock of the one sealer has a third, a proof for a witness or whoever asks how far it is a fourth. */
const CONNECTIONS = 4;
const LOOK_EVERY_MS = 200;
/** What no other try mends: to go on would sign something false. */
const STOPS: ReadonlySet<string> = new Set([
  'seal.rollback',
  'seal.mismatch',
  'seal.clock',
  'seal.clock-unconfirmed',
  'seal.foreign-key',
  'key.revoked',
  'key.other',
  'log.frozen',
  'log.other-beginning',
]);
const RETRY_MS_MAX = 10_000;

/** Path of the file of the last head that was signed. */
export const sealerStateFile = ({ sealer, dataDir }: Pick<Config, 'sealer' | 'dataDir'>, origin: string): string =>
  sealer.stateFile ?? join(dataDir, signedHeadFile(origin));

export async function startSealer(parts: Parts): Promise<void> {
  const { config, log, health, shutdown, database } = parts;
  const pool = database.pool('sealer', { max: CONNECTIONS });
  const { origin } = await ledgerConstants(pool);
  const ending = new AbortController();
  const declared = await declaredKeys(config, origin);
  const previous = await previousLog(config.dataDir);
  const witnesses = await sealerWitnesses(parts, pool, declared, ending.signal);
  const options = {
    ...declared,
    ...sealFailpoints(log),
    pool,
    clockConfirmed: config.sealer.clockConfirmed,
    signedHeadFile: sealerStateFile(config, origin),
    ...(previous === undefined ? {} : { previous }),
    ...(witnesses === null ? {} : { publisher: witnesses.cosigning }),
  };
  const pause = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal: ending.signal }).catch(() => undefined);
  const progress: ProgressReport = health.component({
    name: 'sealer',
    stallMs: Math.max(config.projector.stallSeconds * 1_000, 3 * SealPace.intervalMsMax(config.sealer.intervalMs)),
    // Progress is what the database says of it, whichever process made it.
    async waiting() {
      const { waits, covers } = await sealingOf(pool);
      progress.moved('log', covers);
      return new Map([['log', waits]]);
    },
  });

  const run = async (): Promise<void> => {
    for (let failures = 0; !ending.signal.aborted; failures++) {
      if (failures > 0) await pause(Math.min(100 * 2 ** failures, RETRY_MS_MAX));
      try {
        witnesses?.cosigning.withdraw();
        await alone(pool, { purpose: 'sealer', ending: ending.signal, pause }, async () => {
          await witnesses?.check();
          const sealer = await openSealer(options);
          // To open takes seconds where there are many items: that alone is no success.
          const onSealed = (): void => void (failures = 0);
          await sealUntilEnd(sealer, { intervalMs: config.sealer.intervalMs, pause, ending: ending.signal, onSealed });
        });
      } catch (error) {
        const { code } = error as { code?: unknown };
        const reason = typeof code === 'string' ? code : 'internal';
        if (STOPS.has(reason)) {
          log.error('sealing stopped for good; somebody has to look', { code: reason, error });
          progress.stopped(reason);
          return;
        }
        log.error('sealing failed and will begin again from what is stored', { code: reason, error });
      }
    }
  };
  const running = run();
  shutdown.at('consumers', 'sealer', async () => {
    witnesses?.cosigning.withdraw();
    ending.abort();
    await running;
  });
}

interface Sealing {
  readonly intervalMs: number;
  readonly pause: (ms: number) => Promise<unknown>;
  readonly ending: AbortSignal;
  readonly onSealed: () => void;
}

async function sealUntilEnd(sealer: Sealer, { intervalMs, pause, ending, onSealed }: Sealing): Promise<void> {
  // The first at once: what waits then has waited since the last process ended.
  const pace = new SealPace({ intervalMs, now: () => performance.now() });
  for (; !ending.aborted; await pause(LOOK_EVERY_MS)) {
    const waits = await sealer.waiting();
    const forReads = waits === 0 && pace.areReadsDue(await sealer.readsWaiting());
    if (!forReads && !pace.isDue(waits)) continue;
    const [covered, beganMs] = [sealer.covers, performance.now()];
    const sealed = await sealer.seal({ forReads });
    onSealed();
    if (sealed !== null) pace.sealed(sealed.covers - covered, performance.now() - beganMs);
  }
}

/** Of a log that has ended nothing is sealed; its last head may still wait for cosignatures, without which nobody is shown how it ended. What is only read is ready without its witnesses. */
export async function cosignLastHead(parts: Parts): Promise<void> {
  const { config, database, log, shutdown } = parts;
  if (config.sealer.witnesses === null) return;
  const pool = database.pool('sealer', { max: 2 });
  const head = await newestWaitingHead(pool);
  const note = head === null ? null : parseNote(utf8(head.note));
  if (head === null || note?.ok !== true) return;
  const ending = new AbortController();
  const cosigning = cosigningOf({ policy: await readPolicy(config.sealer.witnesses), pool, log, ending: ending.signal });
  cosigning.offer({ size: head.size, ...note.value }, (cosigned) =>
    pool.transaction((client) => writeCheckpoint(client, head.size, cosigned)),
  );
  shutdown.at('consumers', 'cosigning', () => {
    ending.abort();
    cosigning.withdraw();
    return Promise.resolve();
  });
}

/** Entries that wait, as far as it takes to know that some do, and the index up to which all are sealed. */
async function sealingOf(pool: StorePool): Promise<{ waits: number; covers: number }> {
  const covers = (await lastSeal(pool))?.covers ?? 0;
  return { waits: await countEntriesFrom(pool, covers), covers };
}
