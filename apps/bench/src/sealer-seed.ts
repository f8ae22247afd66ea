/** The key by which the bench's own sealer signs: whoever verifies what it sealed needs the same. */
export const SEALER_SEED = new Uint8Array(32).fill(7);
