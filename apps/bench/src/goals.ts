/** The goals of the pipeline, each a number made of the run's figures. */
import { significant } from './figures.ts';
import type { GoalVerdict } from './result.ts';
import { journeyGoals, ID_OF_JOURNEYS } from './journey-goals.ts';
import { medianOf, ratioOf, type Outcome } from './rounds.ts';
import { againstPart, atLeast, atMost, figureRatio, MILLI, scaled, type Outcomes } from './verdicts.ts';

/** Keys of the measures that several files speak of. */
export const ID = {
  projector: (items: number, processes: number) => `projector.${items}item.${processes}process`,
  bare: 'projector.bare',
  limit: (items: number) => `copy-from-file.${items}item`,
  naive: (save: 'plain' | 'bare') => `event-pattern.typeorm.${save}`,
  sink: 'debezium.jdbc-sink',
  captureHttp: 'capture.http',
  captureInline: 'capture.accept',
  timeline: (rows: number) => `timeline.${rows}`,
  log: (adapter: string) => `event-log.${adapter}`,
  size: (items: number) => `size.${items}item`,
  memory: 'projector.backlog',
  proved: (processes: number) => `proved.${processes}process`,
  sealing: (items: number) => `sealer.${items}items`,
  tessera: (batches: string) => `tessera.${batches}`,
  besideTessera: 'memory-to-proved',
  audit: 'audit',
  proofs: (items: number) => `proofs.${items}items`,
  evidence: 'evidence',
  access: 'projector.policies',
  ...ID_OF_JOURNEYS,
} as const;

/** As goals are written: 10^6 bytes, and 10^3. */
const MEGABYTE = 1e6;
const KILOBYTE = 1000;

export interface JudgedSizes {
  /** Of the ledgers, smallest first. */
  readonly timelineRows: readonly number[];
  readonly sealedItems: readonly number[];
}

/** Judges a run. A goal whose measures were skipped or not asked for has no value and is neither reached nor missed. */
export function judge(outcomes: Outcomes, sizes: JudgedSizes): GoalVerdict[] {
  return [
    ...pipelineGoals(outcomes, sizes.timelineRows),
    ...proofGoals(outcomes, sizes.sealedItems),
    ...journeyGoals(outcomes, sizes.timelineRows, ID.projector(1, 1)),
  ];
}

function pipelineGoals(outcomes: Outcomes, timelineRows: readonly number[]): GoalVerdict[] {
  const of: Of = (id) => outcomes[id];
  const figure = (id: string, name: string) => of(id)?.median[name];
  const [ours, threeItems] = [best(of, 1), best(of, 3)];
  return [
    atLeast(
      'a',
      `Kafka to committed ledger, 1 item a sighting, ${by(ours)}, against (b)`,
      0.5,
      ratioOf(ours?.outcome, of(ID.limit(1)), 'eventsPerSecond'),
    ),
    atLeast(
      'a',
      `the same with 3 items a sighting, ${by(threeItems)}`,
      0.5,
      ratioOf(threeItems?.outcome, of(ID.limit(3)), 'eventsPerSecond'),
    ),
    atLeast(
      'a',
      `${by(ours)} against (c), the per-message projector`,
      40,
      ratioOf(ours?.outcome, of(ID.naive('plain')), 'eventsPerSecond'),
    ),
    atLeast(
      'a',
      'the same, its save() without transaction and reload',
      40,
      ratioOf(ours?.outcome, of(ID.naive('bare')), 'eventsPerSecond'),
    ),
    // One process against one: two that are faster have the memory of two.
    atLeast(
      'a',
      "one process against (d), Debezium's JDBC sink in one worker",
      1.5,
      ratioOf(of(ID.projector(1, 1)), of(ID.sink), 'eventsPerSecond'),
    ),
    atMost('a', 'its memory against that of (d)', 0.5, ratioOf(of(ID.projector(1, 1)), of(ID.sink), 'peakRssBytes')),
    atLeast('e', 'capture over HTTP, accepted events/s per core', 12_000, figure(ID.captureHttp, 'eventsPerCoreSecond')),
    ...timelineGoals(of, timelineRows),
    atLeast('g', 'embedded log against Kafka', 0.5, ratioOf(of(ID.log('embedded')), of(ID.log('kafka')), 'recordsPerSecond')),
    ...sizeGoals(of),
    ...memoryGoals(of),
    ...accessGoals(of),
  ];
}

type Of = (id: string) => Outcome | undefined;

function timelineGoals(of: Of, rows: readonly number[]): GoalVerdict[] {
  const [small, large] = [rows[0] ?? 0, rows.at(-1) ?? 0];
  const timeline = of(ID.timeline(large));
  return [
    againstPart(
      'f',
      `the store's timeline p50 against the bare SQL, ${large} rows`,
      1.5,
      figureRatio(timeline, 'storeP50Micros', 'bareP50Micros'),
    ),
    atMost(
      'f',
      `the store's timeline p99 in milliseconds, ${large} rows${overHttp(timeline)}`,
      10,
      scaled(timeline?.median['storeP99Micros'], MILLI),
    ),
    ...(large === small
      ? []
      : [
          atMost(
            'f',
            `the store's timeline p99 at ${large} rows against ${small}`,
            1.3,
            ratioOf(timeline, of(ID.timeline(small)), 'storeP99Micros'),
          ),
        ]),
    againstPart(
      'f',
      `the store's timeline p50 under row policies against the same statement without, ${large} rows`,
      1.25,
      figureRatio(timeline, 'storeP50Micros', 'openP50Micros'),
    ),
  ];
}

/** The embedded log keeps the record too, and a sealed ledger has its proofs: neither is an event's row in the ledger. */
function sizeGoals(of: Of): GoalVerdict[] {
  const inTables = "in the ledger's tables alone (event log and proofs not counted)";
  return [
    atMost('h', `stored KB above 1.6 x the event, 1 item, ${inTables}`, 0.6, excess(of(ID.size(1)))),
    atMost('h', 'the same, 3 items', 0.6, excess(of(ID.size(3)))),
  ];
}

/** Of evidence and of who may see what: issue "People". */
function accessGoals(of: Of): GoalVerdict[] {
  const evidence = of(ID.evidence);
  return [
    atLeast('o', 'evidence uploaded against cp + sha256sum', 0.7, figureRatio(evidence, 'uploadedBytesPerSecond', 'copiedBytesPerSecond')),
    atLeast('o', 'evidence downloaded against the same', 0.7, figureRatio(evidence, 'downloadedBytesPerSecond', 'copiedBytesPerSecond')),
    againstPart(
      'p',
      "time of the projector's transaction, a part of ingest, under row policies against that without",
      1.1,
      figureRatio(of(ID.access), 'policedMicrosPerEvent', 'openMicrosPerEvent'),
    ),
  ];
}

/** Our own bound for "flat": what one quarter of a run differs from its neighbour by where nothing grows. */
const FLAT_MAX = 1.05;

/** "At any backlog", and with as many items as sightings of the bench have. */
function memoryGoals(of: Of): GoalVerdict[] {
  const peak = (id: string): number | undefined => scaled(of(id)?.median['peakRssBytes'], MEGABYTE);
  return [
    atMost('i', 'peak memory of one projector in MB at a large backlog', 350, peak(ID.memory)),
    atMost('i', 'the same with 3 items a sighting, the backlog of (a)', 350, peak(ID.projector(3, 1))),
    atMost(
      'i',
      'flat: median memory of the last quarter of the run against that of the second',
      FLAT_MAX,
      of(ID.memory)?.median['lastToSecondQuarter'],
    ),
  ];
}

/** The goals of the sealed log: issue "Proof". */
function proofGoals(outcomes: Outcomes, sealedItems: readonly number[]): GoalVerdict[] {
  const items = sealedItems.at(-1) ?? 0;
  const sealing = outcomes[ID.sealing(items)];
  const proved = fastest([1, 2].map((processes) => outcomes[ID.proved(processes)]));
  const proofs = outcomes[ID.proofs(items)];
  const millis = (name: string): number | undefined => scaled(proofs?.median[name], MILLI);
  const tessera = fastest(['shipped', 'large'].map((batches) => outcomes[ID.tessera(batches)]));
  return [
    atLeast(
      'j',
      'Kafka to proved, 1 item a sighting, the faster of one and two processes, against (b)',
      0.35,
      ratioOf(proved, outcomes[ID.limit(1)], 'eventsPerSecond'),
    ),
    atLeast('k', `the sealer alone, entries/s at ${items} items, everything persisted`, 60_000, sealing?.median['entriesPerSecond']),
    atLeast(
      'l',
      "durable and checkpointed entries/s against Tessera's POSIX storage, the faster of its settings",
      1.2,
      ratioOf(outcomes[ID.besideTessera], tessera, 'checkpointedPerSecond'),
    ),
    atLeast('m', 'audit: entries/s of one core, from commitments', 150_000, outcomes[ID.audit]?.median['commitmentsPerCoreSecond']),
    atLeast('m', 'audit: events/s of one core, from content', 12_000, outcomes[ID.audit]?.median['contentPerCoreSecond']),
    atMost('n', `inclusion proof p50 in milliseconds over HTTP, ${items} items`, 1, millis('inclusionP50Micros')),
    atMost('n', 'completeness proof of an item of 200 events, p50 in milliseconds over HTTP', 5, millis('itemP50Micros')),
    atMost('n', 'the same, p99', 15, millis('itemP99Micros')),
    atMost('n', 'its bytes in binary without the entries, with two cosignatures', 2_000, proofs?.median['itemProofBytes']),
    atMost('n', "bytes of an event's place in the log", 650, proofs?.median['bytesPerInclusion']),
    atMost('n', 'bytes an entry of a stretch of 1,400 out of 100,000', 41, proofs?.median['stretchBytesPerEntry']),
    atMost('n', 'a bundle of 200 events through the command line, seconds', 0.3, proofs?.median['verifyCommandSeconds']),
  ];
}

/** By the median rate; undefined where none was measured. */
function fastest(outcomes: readonly (Outcome | undefined)[]): Outcome | undefined {
  const rate = ({ median }: Outcome): number => median['eventsPerSecond'] ?? median['checkpointedPerSecond'] ?? 0;
  return outcomes.filter((outcome) => outcome !== undefined).sort((a, b) => rate(b) - rate(a))[0];
}

interface Fastest {
  readonly processes: number;
  readonly outcome: Outcome;
}

/** The faster of one and two projectors: how many processes share the machine is a matter of configuration. The goal's text names which. */
function best(of: Of, items: number): Fastest | undefined {
  const candidates = [1, 2].flatMap((processes) => {
    const outcome = of(ID.projector(items, processes));
    return outcome?.median['eventsPerSecond'] === undefined ? [] : [{ processes, outcome }];
  });
  return candidates.sort((a, b) => (b.outcome.median['eventsPerSecond'] ?? 0) - (a.outcome.median['eventsPerSecond'] ?? 0))[0];
}

function by(fastest: Fastest | undefined): string {
  if (fastest === undefined) return 'the faster of 1 and 2 projectors';
  return fastest.processes === 1 ? '1 projector' : `${fastest.processes} projectors`;
}

/** What the goal is not about and a reader waits for all the same: request, fold and answer of the gateway. */
function overHttp(timeline: Outcome | undefined): string {
  const p99 = timeline?.median['httpP99Micros'];
  return p99 === undefined ? '' : ` (the gateway's whole answer over HTTP: ${significant(p99 / MILLI)})`;
}

/** (h) KB that an event takes beyond 1.6 times its own bytes. */
function excess(outcome: Outcome | undefined): number | undefined {
  const values = (outcome?.rounds ?? []).map(
    (figures) => ((figures['storedBytesPerEvent'] ?? NaN) - 1.6 * (figures['eventBytes'] ?? NaN)) / KILOBYTE,
  );
  return values.length === 0 ? undefined : medianOf(values);
}
