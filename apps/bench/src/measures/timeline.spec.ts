import { SIGHTINGS_PER_ITEM } from '../synthetic-ledger.ts';
import { whole } from './timeline.ts';

test('a read that does not find the whole timeline is an error and no figure', async () => {
  await expect(whole(() => Promise.resolve(SIGHTINGS_PER_ITEM - 1))()).rejects.toThrow('49 of 50');
  await expect(whole(() => Promise.resolve(SIGHTINGS_PER_ITEM))()).resolves.toBeUndefined();
});
