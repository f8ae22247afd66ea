/** Mounts the writer of alerts: one at a time over all processes; whatever goes wrong, the next try begins from what is kept. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ALERT_PRINCIPAL, AlertWriter, type AgencyReads, type AlertPorts } from '#app/alerts';
import { submit } from '#app/capture';
import type { SightingDocument } from '#lib/contracts';
import { canonicalize } from '#lib/ledger';
import {
  alertCursors,
  changedMarks,
  eventsByRef,
  lastSeal,
  logSize,
  marksOf,
  moveAlertCursor,
  readerGroupIds,
  ReaderContext,
  type StorePool,
  streamPage,
  visibleEvents,
  type EventRow,
} from '#lib/store';
import type { PolicyFollower } from './access/policy-follower.ts';
import { alone } from './alone.ts';
import { alertFailpoints } from './failpoints.ts';
import { opened } from './opened-pool.ts';
import type { Parts } from './parts.ts';
import { databaseAnswers } from './readiness.ts';
import type { Submitting } from './submitting.ts';

/** One reads; one is what `/readyz` asks by. */
const READ_CONNECTIONS = 2;
/** One holds the lock of the one writer, one keeps how far he is. */
const KEEP_CONNECTIONS = 2;
/** A seal is seen within this: an alert is to be there within a second of it. */
const LOOK_EVERY_MS = 100;
/** What was appended is looked for this often until the ledger has it. */
const THERE_MS = 20;
const RETRY_MS_MAX = 5_000;
/** Documents that are held at a time. */
const CONTENT_BYTES_MAX = 8 * 1024 * 1024;

export async function startAlerts(parts: Parts, submitting: Submitting, follower: PolicyFollower): Promise<void> {
  const { config, log, health, shutdown, database } = parts;
  const pool = database.pool('gateway', { max: READ_CONNECTIONS });
  const keeper = database.pool('capture', { max: KEEP_CONNECTIONS });
  await opened(pool);
  health.dependency({ name: 'alerts: database', ask: () => databaseAnswers(() => logSize(pool)) });
  const ending = new AbortController();
  const pause = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal: ending.signal }).catch(() => undefined);
  const ports: AlertPorts = { ...alertPorts(pool, keeper, follower), ...sayingBy(submitting), ...alertFailpoints(log), pause: () => pause(THERE_MS).then(() => undefined), ending: ending.signal }; // prettier-ignore
  const progress = health.component({
    name: 'alerts',
    stallMs: config.projector.stallSeconds * 1_000,
    // Of the process whose turn it is: the others wait for nothing.
    async waiting() {
      progress.moved('log', told);
      return new Map([['log', isOn ? Math.max(0, (await ports.covers()) - told) : 0]]);
    },
  });
  let [told, isOn] = [0, false];
  const run = async (): Promise<void> => {
    for (let failures = 0; !ending.signal.aborted; failures++) {
      if (failures > 0) await pause(Math.min(100 * 2 ** failures, RETRY_MS_MAX));
      try {
        await alone(keeper, { purpose: 'alerts', ending: ending.signal, pause }, async () => {
          const writer = new AlertWriter(ports);
          [told, isOn] = [0, true];
          for (; !ending.signal.aborted; await pause(LOOK_EVERY_MS)) {
            if ((await ports.covers()) === told) continue;
            await follower.refresh();
            told = await writer.step();
            failures = 0;
          }
        }).finally(() => (isOn = false));
      } catch (error) {
        if (!ending.signal.aborted) log.warn('alerts wait, and will be raised from what is kept', { component: 'alerts', error });
      }
    }
  };
  const running = run();
  shutdown.at('consumers', 'alerts', async () => {
    ending.abort(new Error('the process ends'));
    await running;
  });
}

/** @param pool has the gateway's rights and its context key @param keeper those of capture */
export function alertPorts(
  pool: StorePool,
  keeper: StorePool,
  follower: Pick<PolicyFollower, 'current'>,
): Omit<AlertPorts, 'say' | 'pause' | 'ending' | 'failpoint'> {
  return {
    covers: async () => (await lastSeal(pool))?.covers ?? 0,
    policy: () => follower.current(),
    readsOf: async (agency, groupNames) => agencyReads(pool, agency, await readerGroupIds(pool, groupNames)),
    changedMarks: (after, until, limit) => changedMarks(pool, after, until, limit),
    marksOf: (logIndexes) => marksOf(pool, logIndexes),
    cursors: () => alertCursors(keeper),
    moveCursor: (agency, from, to) => moveAlertCursor(keeper, agency, from, to),
  };
}

/** As the agency: the database shows no row of others. Of its persons all, since an alert of what names some is for those alone. */
function agencyReads(pool: StorePool, agency: string, groups: readonly number[]): AgencyReads {
  const own = pool.as(new ReaderContext(agency, groups));
  const reader = { agency, principal: ALERT_PRINCIPAL, breaksGlass: true, groups };
  return {
    page: (from, before, kind) => streamPage(own, { reader, from, before, kind }),
    events: (logIndexes) =>
      inPieces(
        logIndexes,
        (left) => visibleEvents(own, left, groups, CONTENT_BYTES_MAX),
        (row) => row.logIndex,
      ),
    own: (ids) => eventsByRef(own, ids.map((id) => ({ agency, id })), groups, Number.MAX_SAFE_INTEGER), // prettier-ignore
  };
}

/** A statement gives no more than so many bytes: what lies behind them is asked for again. */
async function inPieces(
  wanted: readonly number[],
  read: (left: readonly number[]) => Promise<readonly EventRow[]>,
  placeOf: (row: EventRow) => number,
): Promise<readonly EventRow[]> {
  const rows: EventRow[] = [];
  for (let left = [...wanted].sort((a, b) => a - b); left.length > 0;) {
    const some = await read(left);
    rows.push(...some);
    const last = some.at(-1);
    if (last === undefined) break;
    left = left.filter((index) => index > placeOf(last));
  }
  return rows;
}

/** By capture itself: the same checks, the same publisher. */
function sayingBy(submitting: Submitting): Pick<AlertPorts, 'say'> {
  return {
    async say(agency, documents: readonly SightingDocument[]) {
      const context = {
        ...{ agency, principal: ALERT_PRINCIPAL, roles: ['contributor'] as const, raisesAlerts: true as const },
        ...{ publisherKey: submitting.publisherKey, captured: submitting.now(), requestId: 'alerts' },
      };
      const bytes = documents.map((document) => Buffer.from(canonicalize(document as never), 'utf8'));
      const { results } = await submit(submitting, bytes, context, { onError: 'proceed', dryRun: false, sign: false });
      for (const result of results) {
        // Said before, of what was handled otherwise then: the first stands, and what is to be said next follows from it.
        if (result.status !== 'refused' || result.faults[0]?.code === 'event.id-conflict') continue;
        throw new Error(`an alert of this program is refused: ${result.faults[0]?.code ?? 'unknown'}`);
      }
    },
  };
}
