import { inTurns } from './turns.ts';

test("ways that are compared take turns read by read, each first as often as the others: a cold cache is nobody's own", async () => {
  const order: string[] = [];
  const way = (name: string) => () => {
    order.push(name);
    return Promise.resolve();
  };
  const micros = await inTurns(3, 300, { bare: way('bare'), store: way('store'), open: way('open') });
  expect(order.slice(0, 9).join(' ')).toBe('bare store open store open bare open bare store');
  // The reads before the clock starts are not among the figures.
  expect(Object.entries(micros).map(([name, each]) => [name, each.length])).toEqual([['bare', 3], ['store', 3], ['open', 3]]); // prettier-ignore
  const firsts = order.filter((_, place) => place % 3 === 0);
  expect(['bare', 'store', 'open'].map((name) => firsts.filter((first) => first === name).length)).toEqual([101, 101, 101]);
});

test('a read that fails is an error and no figure', async () => {
  await expect(inTurns(1, 0, { store: () => Promise.reject(new Error('49 of 50')) })).rejects.toThrow('49 of 50');
});

test('what a read found is looked at when its time is taken, and may be an error as well', async () => {
  const check = (milliseconds: number) => (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  expect((await inTurns(1, 0, { slow: () => Promise.resolve(check(80)) })).slow[0]).toBeLessThan(60_000);
  const wrong = (): Promise<() => void> =>
    Promise.resolve(() => {
      throw new Error('499 of 500');
    });
  await expect(inTurns(1, 0, { wrong })).rejects.toThrow('499 of 500');
});
