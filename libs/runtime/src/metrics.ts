/**
 * Every metric, once, with its unit and meaning (Prometheus exposition format). Names end in their unit; counters in `_total`.
 * Labels are few and closed: a route's template and never a path, a partition number and never an identifier.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

type Kind = 'counter' | 'gauge' | 'histogram';

interface MetricDefinition {
  readonly kind: Kind;
  readonly name: string;
  readonly unit: string;
  readonly meaning: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in the unit. */
  readonly buckets?: readonly number[];
}

/** From a cached read to the statement limit. */
const ANSWER_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;
/** From one batch in memory to the append timeout. */
const BATCH_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export const METRICS = {
  captureEvents: {
    kind: 'counter',
    name: 'custody_capture_events_total',
    unit: 'events',
    meaning: 'Sightings judged by capture, by outcome: accepted, duplicate, refused.',
    labels: ['outcome'],
  },
  appendSeconds: {
    kind: 'histogram',
    name: 'custody_event_log_append_seconds',
    unit: 'seconds',
    meaning: 'Time until the event log acknowledged a batch, by outcome: ok, failed.',
    labels: ['outcome'],
    buckets: BATCH_SECONDS,
  },
  projectorRecords: {
    kind: 'counter',
    name: 'custody_projector_records_total',
    unit: 'records',
    meaning: 'Records taken from the event log, by outcome: committed, duplicate, conflict, dead-letter.',
    labels: ['outcome'],
  },
  projectorBatchSeconds: {
    kind: 'histogram',
    name: 'custody_projector_batch_seconds',
    unit: 'seconds',
    meaning: 'Time of one batch from raw bytes to commit, by outcome: committed, fenced, failed.',
    labels: ['outcome'],
    buckets: BATCH_SECONDS,
  },
  projectorLag: {
    kind: 'gauge',
    name: 'custody_projector_lag_records',
    unit: 'records',
    meaning: 'Records in the event log that are not yet in the ledger, by partition.',
    labels: ['partition'],
  },
  lastProgress: {
    kind: 'gauge',
    name: 'custody_last_progress_timestamp_seconds',
    unit: 'seconds since 1970',
    meaning: 'When a component last moved on or had nothing to do.',
    labels: ['component'],
  },
  deadLettersOpen: {
    kind: 'gauge',
    name: 'custody_dead_letters_open_records',
    unit: 'records',
    meaning: 'Dead letters that nobody has retried.',
    labels: [],
  },
  ledgerSize: {
    kind: 'gauge',
    name: 'custody_ledger_size_entries',
    unit: 'entries',
    meaning: 'Entries of the log, those of its operator (seals) among them: its next log index.',
    labels: [],
  },
  httpRequests: {
    kind: 'counter',
    name: 'custody_http_requests_total',
    unit: 'requests',
    meaning: 'Answers, by method, route template and status.',
    labels: ['method', 'route', 'status'],
  },
  httpSeconds: {
    kind: 'histogram',
    name: 'custody_http_request_seconds',
    unit: 'seconds',
    meaning: 'Time from the request line to the end of the answer, by route template.',
    labels: ['route'],
    buckets: ANSWER_SECONDS,
  },
  httpRefused: {
    kind: 'counter',
    name: 'custody_http_refused_total',
    unit: 'requests',
    meaning: 'Requests turned away before any work, by code: rate.limited, busy.',
    labels: ['code'],
  },
  streamsOpen: {
    kind: 'gauge',
    name: 'custody_streams_open_streams',
    unit: 'streams',
    meaning: 'Streams of `/v1/stream` that are open.',
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

type MetricOf<Definition extends MetricDefinition> = Definition['kind'] extends 'counter'
  ? Counter<Definition['labels'][number]>
  : Definition['kind'] extends 'gauge'
    ? Gauge<Definition['labels'][number]>
    : Histogram<Definition['labels'][number]>;

type DefinedMetrics<Definitions extends Readonly<Record<string, MetricDefinition>>> = {
  readonly [Key in keyof Definitions]: MetricOf<Definitions[Key]>;
};

/** The metrics as the program uses them: `metrics.captureEvents.inc({ outcome: 'accepted' })`. */
/** Of `custody witness`, a process of its own that strangers may reach: what it did, and nothing of the machine. */
export const WITNESS_METRICS = {
  answers: {
    kind: 'counter',
    name: 'custody_witness_answers_total',
    unit: 'answers',
    meaning: 'Answers of this witness, by status; 422 stands for a head that is not of the history that was cosigned.',
    labels: ['status'],
  },
  forkSize: {
    kind: 'gauge',
    name: 'custody_witness_fork_entries',
    unit: 'entries',
    meaning: 'Within so many entries, all of them cosigned, a log was last offered with another history; 0 since the start: none was.',
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type WitnessMetrics = DefinedMetrics<typeof WITNESS_METRICS> & { expose(): Promise<string> };

export function createWitnessMetrics(): WitnessMetrics {
  const registry = new Registry();
  return { ...defineMetrics(registry, WITNESS_METRICS), expose: () => registry.metrics() };
}

export type Metrics = DefinedMetrics<typeof METRICS> & {
  readonly registry: Registry;
  /** The text of `/metrics`, about 1 ms. */
  expose(): Promise<string>;
};

/** Metrics of one process, with Node's own (`process_*`, `nodejs_*`) beside them. Each call makes a registry of its own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return { ...defineMetrics(registry, METRICS), registry, expose: () => registry.metrics() };
}

/** Makes what a list defines and registers it. The help text of each is its meaning and unit. */
export function defineMetrics<const Definitions extends Readonly<Record<string, MetricDefinition>>>(
  registry: Registry,
  definitions: Definitions,
): DefinedMetrics<Definitions> {
  const made = Object.entries(definitions).map(([key, definition]) => [key, makeMetric(registry, definition)] as const);
  return Object.fromEntries(made) as DefinedMetrics<Definitions>;
}

function makeMetric(registry: Registry, { kind, name, unit, meaning, labels, buckets }: MetricDefinition): Counter | Gauge | Histogram {
  const common = { name, help: `${meaning} Unit: ${unit}.`, labelNames: [...labels], registers: [registry] };
  if (kind === 'counter') return new Counter(common);
  if (kind === 'gauge') return new Gauge(common);
  return new Histogram({ ...common, ...(buckets === undefined ? {} : { buckets: [...buckets] }) });
}
