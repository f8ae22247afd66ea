/** What a check comes to that runs for long and is kept: one for each of what is promised of people. */
export interface LongCheck {
  readonly name: string;
  /** The product is as promised, and its control is not: a measure that cannot show a fault shows nothing. */
  readonly holds: boolean;
  /** Sentences that say why it does not hold. */
  readonly problems: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

export interface LongCheckOptions {
  /** The project's folder, built. */
  readonly root: string;
  readonly seed: number;
  readonly size: 'ci' | 'soak';
  /** Told of each step. */
  readonly note: (line: string) => void;
}
