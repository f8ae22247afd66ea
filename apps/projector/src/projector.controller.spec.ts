import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Batch } from '#lib/event-log';
import type { DeadLetter, ProjectedEvent, ProjectionOutcome } from '#lib/store';
import { BATCH_ROWS_MAX, ProjectorController, withinRows, type ProjectorDeps } from './projector.controller.ts';

const event = (offset: number, items: number, groups: number): ProjectedEvent =>
  ({ offset, items: Array(items).fill('vin:X'), groups: Array(groups).fill('clear') }) as unknown as ProjectedEvent;
const dead = (offset: number): DeadLetter => ({ offset }) as unknown as DeadLetter;
const offsets = (list: readonly { readonly offset: number }[]): number[] => list.map(({ offset }) => offset);

describe('what one transaction takes of a batch', () => {
  it('is all of it where the rows are few, holes at its end included', () => {
    const decoded = { events: [event(3, 0, 1), event(5, 2, 2)], dead: [dead(4)] };
    expect(withinRows(decoded, 9)).toEqual({ ...decoded, next: 9 });
  });

  it('ends in front of the event that makes too many rows, and the rest comes again', () => {
    const decoded = { events: [event(0, 250, 100), event(2, 250, 100), event(4, 1, 1), event(6, 1, 1)], dead: [dead(1), dead(3), dead(5)] };
    const first = withinRows(decoded, 8);
    expect([offsets(first.events), offsets(first.dead), first.next]).toEqual([[0, 2], [1, 3], 4]);
    expect(first.events.reduce((rows, { items, groups }) => rows + items.length * groups.length, 0)).toBeLessThanOrEqual(BATCH_ROWS_MAX);
  });

  it('is one event at least, however many rows it makes: it goes on', () => {
    const first = withinRows({ events: [event(0, 256, 257), event(1, 1, 1)], dead: [] }, 2);
    expect([offsets(first.events), first.next]).toEqual([[0], 1]);
  });
});

describe('batches of several partitions', () => {
  it('are worked on two at a time, in the order in which they came; one that fails makes room as well', async () => {
    const running = new Map<number, { end: (outcome: ProjectionOutcome) => void; fail: (error: Error) => void }>();
    const began: number[] = [];
    const project = ({ partition }: { partition: number }): Promise<ProjectionOutcome> =>
      new Promise((end, fail) => {
        began.push(partition);
        running.set(partition, { end, fail });
      });
    const metric = { observe: () => {}, set: () => {}, inc: () => {} };
    const controller = new ProjectorController({
      project,
      keys: new Map(),
      metrics: { projectorBatchSeconds: metric, projectorLag: metric, projectorRecords: metric },
      progress: { moved: () => {} },
      committed: () => {},
    } as unknown as ProjectorDeps);
    const batch = (partition: number): Batch =>
      ({ clusterId: 'c', topicId: 't', topic: 'e', partition, records: [], from: 0, next: 1, highWatermark: 1 }) as unknown as Batch;
    const given = [0, 1, 2, 3].map((partition) => controller.project(batch(partition)));
    await nextTurn();
    expect(began).toEqual([0, 1]);
    running.get(0)?.fail(new Error('connection lost'));
    await expect(given[0]).rejects.toThrow('connection lost');
    await nextTurn();
    expect(began).toEqual([0, 1, 2]);
    running.get(2)?.end({ outcome: 'fenced', next: 7 });
    expect(await given[2]).toEqual({ next: 7 });
    await nextTurn();
    expect(began).toEqual([0, 1, 2, 3]);
    for (const one of [1, 3]) running.get(one)?.end({ outcome: 'fenced', next: 1 });
    await Promise.all([given[1], given[3]]);
  });
});
