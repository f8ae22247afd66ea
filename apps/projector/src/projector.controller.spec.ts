import type { DeadLetter, ProjectedEvent } from '#lib/store';
import { BATCH_ROWS_MAX, withinRows } from './projector.controller.ts';

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
