/** A word in Latin letters, by one published table. */
export interface Romanised {
  /** The table's name, as it is told. */
  readonly rule: string;
  /** Lower case; what it has beyond a-z and digits is folded by whoever makes a key of it. */
  readonly text: string;
}
