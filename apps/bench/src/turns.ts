/** Reads that are compared take turns, each time another one first: what one finds in a cache, the others find. */

/**
 * One read; rejects where it did not find what it had to: that is an error, and no figure. What it resolves to looks at what was found when the
 * clock has stopped, and throws.
 */
export type Read = () => Promise<void | (() => void)>;

/** Microseconds of each read by its way. @param warmUp turns before the clock starts: prepared plans, catalogue caches, compiled code */
export async function inTurns<Name extends string>(
  turns: number,
  warmUp: number,
  ways: Readonly<Record<Name, Read>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(ways) as Name[];
  const micros = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let turn = -warmUp; turn < turns; turn++) {
    for (let place = 0; place < names.length; place++) {
      const name = names[(turn + warmUp + place) % names.length] as Name;
      const spent = await timed(ways[name]);
      if (turn >= 0) micros[name].push(spent);
    }
  }
  return micros;
}

/** Microseconds. */
export async function timed(read: Read): Promise<number> {
  const started = performance.now();
  const check = await read();
  const spent = (performance.now() - started) * 1000;
  check?.();
  return spent;
}
