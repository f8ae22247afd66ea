import fc from 'fast-check';
import { batchLength } from './batch-bounds.ts';

test('a batch is the longest within its bounds, and never empty where there is a record', () => {
  fc.assert(fc.property(fc.array(fc.nat(100), { minLength: 1 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 300 }), (sizes, maxRecords, maxBytes) => {
    const length = batchLength(sizes, maxRecords, maxBytes);
    const bytes = (count: number): number => sizes.slice(0, count).reduce((sum, size) => sum + size, 0);
    expect(length).toBeGreaterThanOrEqual(1);
    expect(length).toBeLessThanOrEqual(maxRecords);
    if (length > 1) expect(bytes(length)).toBeLessThanOrEqual(maxBytes);
    if (length < Math.min(sizes.length, maxRecords)) expect(bytes(length + 1)).toBeGreaterThan(maxBytes);
  })); // prettier-ignore
  expect(batchLength([], 10, 10)).toBe(0);
});
