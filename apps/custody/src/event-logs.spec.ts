import { LogUnavailable, type Durability, type EventLog, type TopicFinding } from '#lib/event-log';
import { type Config, createLog, readConfig } from '#lib/runtime';
import { followDurability, prepareTopics } from './event-logs.ts';

const FOUND = {
  fewReplicas: { severity: 'warning', code: 'topic.replication', detail: 'one replica' },
  fewInSync: { severity: 'warning', code: 'topic.min-insync', detail: 'one in sync' },
  expires: { severity: 'error', code: 'topic.retention', detail: 'records expire' },
} as const satisfies Record<string, TopicFinding>;

const development = ((): Config => {
  const read = readConfig({ env: {}, cwd: '/' });
  if (!read.ok) throw new Error('the defaults are a configuration');
  return read.config;
})();
const production: Config = { ...development, profile: 'production' };

/** What is logged, and how the start ends, over a log whose topics are found so. */
async function start(config: Config, findings: readonly TopicFinding[]): Promise<{ lines: string[]; ended: unknown }> {
  const log = { adapter: 'memory', ensureTopics: () => Promise.resolve(findings) } as unknown as EventLog;
  const lines: string[] = [];
  const into = createLog({ level: 'info', secrets: [], destination: { write: (line: string) => void lines.push(line) } });
  const ended: unknown = await prepareTopics(config, into, log).catch((error: unknown) => error);
  return {
    lines: lines.map((line) => JSON.parse(line) as { level: string; code: string }).map(({ level, code }) => `${level} ${code}`),
    ended,
  };
}

describe('topics at the start', () => {
  it('that could lose records with a broker are a warning in development', async () => {
    const { lines, ended } = await start(development, [FOUND.fewReplicas, FOUND.fewInSync]);
    expect([lines, ended]).toEqual([['warn topic.replication', 'warn topic.min-insync'], undefined]);
  });

  it('that could lose records with a broker end the start in production', async () => {
    const { ended } = await start(production, [FOUND.fewInSync]);
    expect(ended).toMatchObject({ exitCode: 5, code: 'topic.min-insync', message: 'one in sync' });
  });

  it('whose records expire end the start anywhere', async () => {
    for (const config of [development, production]) {
      const { lines, ended } = await start(config, Object.values(FOUND));
      expect(lines).toContain('error topic.retention');
      expect(ended).toMatchObject({ exitCode: 5, code: 'topic.retention' });
    }
  });

  it('with nothing wrong say nothing', async () => {
    expect(await start(production, [])).toEqual({ lines: [], ended: undefined });
  });
});

describe('the durability that receipts state', () => {
  it('is that of the topic and not of the configuration, follows it, and claims no more than is known', async () => {
    let found: Durability | Error = 'replicated';
    const ask = (): Promise<Durability> => (found instanceof Error ? Promise.reject(found) : Promise.resolve(found));
    const durability = await followDurability({ durability: ask }, 'events', 5);
    const becomes = async (wanted: Durability): Promise<void> => {
      for (let turn = 0; durability.now() !== wanted && turn < 1_000; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(durability.now()).toBe(wanted);
    };
    expect(durability.now()).toBe('replicated');
    found = 'single-node';
    await becomes('single-node');
    found = 'replicated';
    await becomes('replicated');
    found = new LogUnavailable('away');
    await becomes('single-node');
    durability.close();
  });
});
