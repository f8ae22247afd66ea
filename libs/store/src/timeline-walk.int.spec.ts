import { createHash } from 'node:crypto';
import { testDatabase, type TestDatabase } from '../test-database.ts';
import { projectBatch, walkTimelines, type ProjectedEvent } from './index.ts';

const MIB = 2 ** 20;
const LONG = 40;
const SHORT = 700;

/** Long documents of one item, then short ones of another, some of them of both and seen by two groups. */
function event(n: number): ProjectedEvent {
  const content = Buffer.from(JSON.stringify({ id: `e${n}`, padding: n < LONG ? 'x'.repeat(MIB - 100) : '' }));
  const hash = createHash('sha256').update(content).digest('hex');
  return {
    agency: 'local',
    id: `e${n}`,
    principal: 'p',
    commitment: hash,
    contentHash: hash,
    secret: hash,
    capturedMicros: n,
    content,
    kind: 0,
    starts: n,
    ends: n + 1,
    items: n < LONG ? ['imo:1'] : n % 100 === 0 ? ['imo:1', 'imo:2'] : ['imo:2'],
    groups: n % 50 === 0 ? ['agency:a', 'agency:b'] : ['clear'],
    targets: [],
    word: null,
    offset: n,
    raw: content,
  };
}

describe('a walk over all timelines', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
    const partition = { clusterId: 'c', topicId: 't', topic: 's', partition: 0 };
    const events = Array.from({ length: LONG + SHORT }, (_, n) => event(n));
    await projectBatch(database.pool('projector'), partition, 0, events.length, events, []);
  }, 60_000);
  afterAll(() => database.drop());

  test('gives each sighting of each item once, in order, and never more than some megabytes of contents at a time', async () => {
    const seen = new Map<string, string[]>();
    const sizes: number[] = [];
    await walkTimelines(database.pool('owner'), async (parts) => {
      sizes.push(parts.flatMap(({ events }) => events).reduce((sum, { content }) => sum + content.length, 0));
      for (const { item, events } of parts) seen.set(item, [...(seen.get(item) ?? []), ...events.map(({ id }) => id)]);
      return Promise.resolve();
    });
    const all = Array.from({ length: LONG + SHORT }, (_, n) => event(n));
    for (const item of ['imo:1', 'imo:2'])
      expect(seen.get(item)).toEqual(all.filter(({ items }) => items.includes(item)).map(({ id }) => id));
    // What was read, and a part that began before it.
    expect(Math.max(...sizes)).toBeLessThan(18 * MIB);
    // The control: there is more of one item than that.
    expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(36 * MIB);
  }, 60_000);
});
