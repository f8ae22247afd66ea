/** What stops a witness before it does harm. Never retried by itself: a witness that forgot what it cosigned would cosign a fork. */
export class WitnessError extends Error {
  override readonly name = 'WitnessError';
  readonly code: 'data.witness-key' | 'data.witness-state';

  constructor(code: WitnessError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
