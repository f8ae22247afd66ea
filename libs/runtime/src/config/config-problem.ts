/** What is wrong with one setting, for whoever wrote it. */
export interface ConfigProblem {
  readonly code: 'config.unknown' | 'config.invalid' | 'config.missing' | 'config.secret-file';
  /** The flag, variable or member of the file as it was written. */
  readonly key: string;
  /** What is wrong and what to write instead; never the value of a secret. */
  readonly detail: string;
}
