/** F3: the broker is killed and stays down; capture answers 503 and never 202 without the log, and both sides are back soon after its port opens. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { outputOf } from '../child-process.ts';
import type { Harness, Row } from '../harness.ts';
import { readOperations } from '../operations.ts';
import { outcomeOf, type Outcome, type RowOutcome } from '../outcome.ts';
import type { Scene } from '../scene.ts';
import { until } from '../wait.ts';

const BEFORE_MS = 2_000;
const AFTER_MS = 6_000;
/** Answers that were on their way when the broker was killed. */
const UNDER_WAY_MS = 500;
const BACK_MS_MAX = 2_000;
const PORT_WITHIN_MS = 60_000;
/** Where the client of the control has not come back by then, that is its figure. */
const CONTROL_WATCHED_MS = 8_000;

export const brokerKilled: Row = {
  name: 'broker-killed',
  fault: 'F3',
  title: 'broker killed and down',
  needsKafka: true,
  run: (harness) => harness.scene({ name: 'broker-killed', log: 'kafka' }, (scene) => killBroker(harness, scene)),
};

async function killBroker(harness: Harness, scene: Scene): Promise<RowOutcome> {
  const { sightings, brokerDownMs } = harness.sizes;
  const inputs = harness.inputs(sightings);
  const [capture, projector] = [await scene.start('capture,gateway'), await scene.start('projector')];
  // Through the same outage: a client as the library sets it up by itself.
  const client = scene.startOwn('controls/default-client.js');
  await client.line(/consumed/, PORT_WITHIN_MS);
  const ratePerSecond = (sightings / (BEFORE_MS + brokerDownMs + AFTER_MS)) * 1_000;
  const load = scene.load(inputs, { targets: [capture.base], ratePerSecond, rowsPerRequest: 2, connections: 16 });
  await sleep(BEFORE_MS);
  await scene.stack.killBroker();
  const killedAt = Date.now();
  await sleep(brokerDownMs);
  const sizeBefore = await scene.size();
  const restarted = scene.stack.restartBroker();
  const openedAt = await portOpens(scene.stack.brokerPort);
  const consumedAt = await until(
    'the projector to move on',
    PORT_WITHIN_MS,
    async () => ((await scene.size()) > sizeBefore ? Date.now() : null),
    5,
  );
  await restarted;
  await load.done;
  await scene.drained();
  const verdict = await scene.judge(inputs, { api: capture.base, timelinesFile: await harness.undisturbed(inputs) });
  const operations = readOperations(scene.operationsFile);
  const ackAt = operations.find(({ at, outcome }) => at >= openedAt && outcome === 'ok')?.at ?? Infinity;
  // What the broker acknowledged as it died may reach the client a moment later.
  const duringOutage = operations.filter(({ at }) => at > killedAt + UNDER_WAY_MS && at < openedAt);
  const [firstAckMs, firstConsumeMs] = [ackAt - openedAt, consumedAt - openedAt];
  const problems = [
    ...late(firstAckMs, firstConsumeMs),
    ...(duringOutage.some(({ outcome }) => outcome === 'ok') ? ['an acknowledgement was given while the broker was down'] : []),
    ...(capture.child.running && projector.child.running ? [] : ['a process ended']),
  ];
  const answers503 = duringOutage.filter(({ status }) => status === 503).length;
  const measured = { 'down ms': brokerDownMs, 'first ack ms': firstAckMs, 'first consume ms': firstConsumeMs, 'answers 503': answers503 };
  await sleep(Math.max(0, openedAt + CONTROL_WATCHED_MS - Date.now()));
  return {
    product: outcomeOf(verdict, { problems, recoveryMs: [firstAckMs, firstConsumeMs], measured }),
    control: {
      title: "the client library's own retries",
      shows: LATE,
      ...defaultClient(outputOf(client.logFile), openedAt, killedAt),
    },
  };
}

const LATE = 'ms after the port opened';

/** What the row is about: both the program and the client of the control are held to the same time. */
const late = (ackMs: number, consumeMs: number): string[] => [
  ...(ackMs > BACK_MS_MAX ? [`the first acknowledgement came ${ackMs} ${LATE}`] : []),
  ...(consumeMs > BACK_MS_MAX ? [`the first record was taken ${consumeMs} ${LATE}`] : []),
];

/** When something listens there. */
async function portOpens(port: number): Promise<number> {
  return until('the port to open', PORT_WITHIN_MS, () => new Promise<number | null>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(Date.now());
    });
    socket.on('error', () => resolve(null));
  }), 5); // prettier-ignore
}

interface Said {
  readonly at: number;
  readonly what: 'acknowledged' | 'rejected' | 'consumed';
}

function defaultClient(output: string, openedAt: number, killedAt: number): Outcome {
  const said = output.split('\n').flatMap((line) => (line.startsWith('{"at"') ? [JSON.parse(line) as Said] : []));
  const after = (what: Said['what']): number =>
    (said.find((each) => each.what === what && each.at >= openedAt)?.at ?? openedAt + CONTROL_WATCHED_MS) - openedAt;
  const rejected = said.filter(({ what, at }) => what === 'rejected' && at > killedAt).length;
  const [ack, consume] = [after('acknowledged'), after('consumed')];
  return { problems: late(ack, consume), recoveryMs: [ack, consume], measured: { 'sends rejected': rejected } };
}
