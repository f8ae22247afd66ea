/** What every measure is given. */
import { join } from 'node:path';
import { fillTopic, type FilledTopic } from './topic.ts';
import type { BenchOptions } from './options.ts';
import type { MemorySeries } from './result.ts';
import { Skipped } from './rounds.ts';
import type { Servers } from './servers.ts';
import type { ItemsPerSighting } from './documents.ts';

export interface Bench {
  readonly root: string;
  readonly workDir: string;
  readonly options: BenchOptions;
  readonly servers: Servers;
  readonly note: (line: string) => void;
  /** Memory over time, added to by the measures that watch it. */
  readonly memory: MemorySeries[];
  /** The broker's address. Throws Skipped where there is none. */
  brokers(): string;
  brokerPid(): number;
  /** A topic of sightings, filled once a run for each size (filling is not timed). */
  topic(itemsPerSighting: ItemsPerSighting, count: number): Promise<FilledTopic>;
  logFile(name: string): string;
}

export function createBench(base: Pick<Bench, 'root' | 'workDir' | 'options' | 'servers' | 'note'>): Bench {
  const topics = new Map<string, Promise<FilledTopic>>();
  const { servers, options, workDir } = base;
  const kafka = () => {
    if ('missing' in servers.kafka) throw new Skipped(`no broker: ${servers.kafka.missing}`);
    return servers.kafka;
  };
  return {
    ...base,
    memory: [],
    brokers: () => kafka().brokers,
    brokerPid: () => kafka().pid,
    topic(itemsPerSighting, count) {
      const name = `bench.sightings.${itemsPerSighting}items.${count}`;
      const documents = { seed: options.seed, count, items: options.sizes.items, itemsPerSighting };
      const filling = topics.get(name) ?? fillTopic(kafka().brokers, name, documents, base.note);
      topics.set(name, filling);
      return filling;
    },
    logFile: (name) => join(workDir, `${name}.log`),
  };
}
