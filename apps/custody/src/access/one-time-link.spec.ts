import { newApiKey } from './api-key.ts';
import { LINK_MINUTES, OneTimeLink } from './one-time-link.ts';

const nothing = (): Promise<void> => Promise.resolve();

test('a link is good once, for its own text, in its first minutes', async () => {
  let now = 0;
  const link = new OneTimeLink(() => now);
  expect(await link.use(newApiKey().text, nothing)).toBe(false);
  expect(await Promise.all([link.use(link.text, nothing), link.use(link.text, nothing)])).toEqual([true, false]);
  const other = new OneTimeLink(() => now);
  now = LINK_MINUTES * 60_000;
  expect(await other.use(other.text, nothing)).toBe(false);
  now -= 1;
  expect(await other.use(other.text, nothing)).toBe(true);
});

test('a link that opened nothing, since the database was away, is good again', async () => {
  const link = new OneTimeLink();
  await expect(link.use(link.text, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await link.use(link.text, nothing)).toBe(true);
  expect(await link.use(link.text, nothing)).toBe(false);
});
