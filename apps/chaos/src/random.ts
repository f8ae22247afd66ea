/** Random numbers that are the same for the same seed: a run of the harness, or of the bench, can be made again. */

export interface Random {
  /** 0 <= value < 2^32, whole. */
  word(): number;
  /** 0 <= value < n, whole. */
  below(n: number): number;
  /** least <= value <= most, whole. */
  between(least: number, most: number): number;
  pick<T>(list: readonly T[]): T;
  bytes(length: number): Buffer;
}

/** mulberry32 (T. Ettinger): 32 bits of state; for load and faults, never for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const word = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (n: number): number => Math.floor((word() / 2 ** 32) * n);
  return {
    word,
    below,
    between: (least, most) => least + below(most - least + 1),
    pick: (list) => list[below(list.length)] as never,
    bytes(length) {
      const buffer = Buffer.allocUnsafe(Math.ceil(length / 4) * 4);
      for (let offset = 0; offset < buffer.length; offset += 4) buffer.writeUInt32LE(word(), offset);
      return buffer.subarray(0, length);
    },
  };
}
