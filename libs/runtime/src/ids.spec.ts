import fc from 'fast-check';
import { uuidv7 } from './ids.ts';

test('an id has the form of RFC 9562 version 7 and carries its time', () => {
  const before = Date.now();
  const id = uuidv7();
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const time = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now() + 1);
});

test('ids rise within a millisecond, past its 4,096 numbers, and when the clock is set back', () => {
  const start = Date.now() + 60_000;
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5_000, max: 5_000 }), { minLength: 2, maxLength: 20 }), (drifts) => {
      const ids = drifts.flatMap((drift) => Array.from({ length: 300 }, () => uuidv7(start + drift)));
      expect(ids).toEqual([...ids].sort());
      expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns: 50 },
  );
});

test('ids of one moment differ in their random part', () => {
  const random = Array.from({ length: 2_000 }, () => uuidv7().slice(19));
  expect(new Set(random).size).toBe(random.length);
});
